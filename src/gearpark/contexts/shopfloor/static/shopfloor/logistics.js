// Logistics: the drawn shop moves, parts of pages are asked for again, labels are printed.
// Where a vehicle is and how full a buffer is comes from the server once a second; nothing is guessed in between.
const LIVE_MS = 1000;
const LOST_AFTER_MISSES = 3;
const SVG = "http://www.w3.org/2000/svg";
const shop = document.querySelector("[data-shop]");
let misses = 0;

function lost(yes) {
  for (const note of document.querySelectorAll("[data-lost]")) note.hidden = !yes;
}

function heard(well) {
  misses = well ? 0 : misses + 1;
  lost(misses >= LOST_AFTER_MISSES);
}

function make(name, attributes, parent, title) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (title) make("title", {}, element).textContent = title;
  parent?.append(element);
  return element;
}

// redraw a layer only when what it shows has changed, so that a pointer or the keyboard does not lose its place
function layer(name, rows, draw) {
  const group = shop.querySelector(`[data-${name}]`);
  const text = JSON.stringify(rows);
  if (!group || group.said === text) return;
  group.said = text;
  const fresh = document.createDocumentFragment();
  for (const row of rows) draw(row, fresh);
  group.replaceChildren(fresh);
}

function drawArrow(task, parent) {
  const link = make("a", { href: task.url }, parent, task.title);
  make("path", { class: `arrow a-${task.state}${task.late ? " late" : ""}`, d: task.d, "marker-end": `url(#arrow-${task.late ? "late" : "head"})` }, link);
}

function drawCell(cell, parent) {
  const group = make("g", {}, parent, cell.title);
  make("rect", { class: "cell", x: cell.x, y: cell.y, width: 10, height: 10 }, group);
  if (cell.load) make("rect", { class: "cell-fill", x: cell.x, y: cell.fill_y, width: 10, height: cell.fill }, group);
}

function drawNote(note, parent) {
  make("text", { class: "place-note", x: note.x, y: note.y }, parent).textContent = note.text;
}

function setBuffer(code, fill) {
  const group = shop.querySelector(`[data-buffer="${CSS.escape(code)}"]`);
  if (!group) return;
  const { height, bottom } = group.dataset;
  const share = fill.share ?? 0;
  group.querySelector(".tank").classList.toggle("unknown", fill.share === null);
  const level = group.querySelector(".tank-fill");
  level.setAttribute("height", share * height);
  level.setAttribute("y", bottom - share * height);
  group.querySelector(".tank-count").textContent = fill.level ?? "";
}

function setVehicle(one) {
  const link = shop.querySelector(`[data-vehicle="${one.id}"]`);
  if (!link) return false;
  for (const name of [...link.classList]) if (name.startsWith("st-")) link.classList.remove(name);
  link.classList.add(`st-${one.look}`);
  const words = `${one.name}: ${one.word}`;
  if (link.getAttribute("aria-label") !== words) {
    link.setAttribute("aria-label", words);
    link.querySelector("title").textContent = words;
  }
  link.querySelector("[data-place]").style.transform = `translate(${one.x}px, ${one.y}px)`;
  link.querySelector("[data-turn]").setAttribute("transform", `rotate(${one.turn})`);
  link.querySelector("[data-load]").setAttribute("visibility", one.loaded ? "visible" : "hidden");
  const battery = link.querySelector("[data-battery]");
  battery.setAttribute("width", one.battery_width);
  battery.classList.toggle("low", one.low);
  return true;
}

function show(found) {
  for (const [code, fill] of Object.entries(found.buffers)) setBuffer(code, fill);
  layer("standing", found.standing, drawCell);
  layer("notes", found.notes, drawNote);
  layer("arrows", found.tasks, drawArrow);
  const all = found.vehicles.map(setVehicle).every(Boolean);
  const drawn = shop.querySelectorAll("[data-vehicle]").length;
  if (!all || drawn !== found.vehicles.length) location.reload(); // a vehicle came or went: the server draws it
}

async function live() {
  if (!document.hidden) {
    try {
      const answer = await fetch(shop.dataset.live, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5 * LIVE_MS) });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
      heard(true);
    } catch {
      heard(false);
    }
  }
  setTimeout(live, LIVE_MS);
}

// parts of pages, but not under a hand that is typing or choosing
function busy(root) {
  return root.querySelector("details[open]") || (root.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));
}

for (const root of document.querySelectorAll("[data-ask]")) {
  setInterval(() => { if (!document.hidden && window.htmx && !busy(root)) window.htmx.trigger(root, "refresh"); }, Number(root.dataset.ask));
}
document.addEventListener("htmx:afterSwap", (event) => { if (event.target.dataset?.ask && !shop) heard(true); });
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(name, () => { if (!shop) heard(false); });

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
if (shop) setTimeout(live, LIVE_MS);
