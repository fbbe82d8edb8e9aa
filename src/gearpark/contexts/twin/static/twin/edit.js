// The editor: stations and buffers are dragged on a grid (or moved by arrow keys), a click opens their panel.
const STEP_X = 136; // as in views/drawing.py
const STEP_Y = 124;
const SNAP = 0.25; // of a step
const CLICK = 4; // px of movement below which it was a click

function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

const editor = () => document.querySelector("[data-editor]");
const nodes = () => [...document.querySelectorAll("[data-editor] [data-node]")];

function place(node, column, row) {
  node.dataset.column = String(column);
  node.dataset.row = String(row);
  node.setAttribute("transform", `translate(${column * STEP_X} ${row * STEP_Y})`);
}

// the twin of ``way`` in views/drawing.py
function way(a, b) {
  const x1 = a.dataset.column * STEP_X + a.dataset.w / 2, y1 = a.dataset.row * STEP_Y;
  const x2 = b.dataset.column * STEP_X - b.dataset.w / 2, y2 = b.dataset.row * STEP_Y;
  if (x2 >= x1) {
    const bend = Math.max(16, (x2 - x1) / 2);
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  const bow = STEP_Y / 2;
  const middle = Math.abs(y1 - y2) > 1 ? (y1 + y2) / 2 : y1 - bow;
  return `M${x1} ${y1}C${x1 + bow} ${y1} ${x1 + bow} ${middle} ${(x1 + x2) / 2} ${middle}S${x2 - bow} ${y2} ${x2} ${y2}`;
}

function ways(name) {
  const by = new Map(nodes().map((node) => [node.dataset.node, node]));
  for (const edge of document.querySelectorAll("[data-editor] [data-edge]")) {
    if (name && edge.dataset.from !== name && edge.dataset.to !== name) continue;
    const a = by.get(edge.dataset.from), b = by.get(edge.dataset.to);
    edge.querySelector("path").setAttribute("d", way(a, b));
    const label = edge.querySelector("text");
    label?.setAttribute("x", String(((+a.dataset.column + +b.dataset.column) / 2) * STEP_X));
    label?.setAttribute("y", String(((+a.dataset.row + +b.dataset.row) / 2) * STEP_Y - 6));
  }
}

async function keep(places) {
  const answer = await fetch(editor().dataset.places, {
    method: "POST",
    body: JSON.stringify(places),
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
  });
  if (!answer.ok) location.reload();
  return answer.ok;
}

const keepAll = () => keep(Object.fromEntries(nodes().map((n) => [n.dataset.node, [+n.dataset.column, +n.dataset.row]])));

function open(table, name, element) {
  document.querySelectorAll(".chosen").forEach((one) => one.classList.remove("chosen"));
  element.classList.add("chosen");
  const query = new URLSearchParams({ table, name });
  window.htmx.ajax("GET", `${editor().dataset.partUrl}?${query}`, { target: "#tw-panel", swap: "innerHTML" });
}

function openNode(node) {
  open(node.dataset.kind === "station" ? "stations" : "buffers", node.dataset.node, node);
}

let drag = null;

document.addEventListener("pointerdown", (event) => {
  const node = event.target.closest?.("[data-editor] [data-node]");
  if (!node || event.button) return;
  const scale = node.ownerSVGElement.getScreenCTM().a;
  drag = { node, scale, x: event.clientX, y: event.clientY, column: +node.dataset.column, row: +node.dataset.row, moved: false };
  node.setPointerCapture(event.pointerId);
  event.preventDefault();
  node.focus({ preventScroll: true });
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
  if (!drag.moved && Math.hypot(dx, dy) < CLICK) return;
  drag.moved = true;
  drag.node.classList.add("dragged");
  const snapped = (value) => Math.round(value / SNAP) * SNAP;
  place(drag.node, snapped(drag.column + dx / drag.scale / STEP_X), snapped(drag.row + dy / drag.scale / STEP_Y));
  ways(drag.node.dataset.node);
});
document.addEventListener("pointerup", () => {
  if (!drag) return;
  const { node, moved } = drag;
  drag = null;
  node.classList.remove("dragged");
  if (moved) keepAll();
  else if (node.dataset.kind === "station" || node.dataset.kind === "buffer") openNode(node);
});

const ARROWS = { ArrowLeft: [-SNAP, 0], ArrowRight: [SNAP, 0], ArrowUp: [0, -SNAP], ArrowDown: [0, SNAP] };
document.addEventListener("keydown", (event) => {
  const node = event.target.closest?.("[data-editor] [data-node]");
  const chip = event.target.closest?.("[data-editor] [data-part]");
  if (chip && event.key === "Enter") open(chip.dataset.part, chip.dataset.name, chip);
  if (!node) return;
  if (event.key === "Enter") openNode(node);
  const step = ARROWS[event.key];
  if (!step) return;
  event.preventDefault();
  place(node, +node.dataset.column + step[0], +node.dataset.row + step[1]);
  ways(node.dataset.node);
  keepAll();
});
document.addEventListener("click", async (event) => {
  const chip = event.target.closest?.("[data-editor] [data-part]");
  if (chip) open(chip.dataset.part, chip.dataset.name, chip);
  if (event.target.closest?.("[data-tidy]") && (await keep({}))) location.reload();
});
