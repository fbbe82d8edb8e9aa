// The line board's script: moves what moves, asks the server for states when a signal changed, refreshes the figures.
// States are never worked out here: one mapping, on the server.
import { watch } from "../ui/js/live.js";

const STATES_SOON_MS = 250; // several signals of one machine change together
const STATES_AT_LEAST_MS = 10000; // also when nothing was heard
const FIGURES_MS = 5000;
const LOST_AFTER_MISSES = 2;

const board = document.querySelector("[data-lineboard]");
const configText = document.getElementById("lineboard-config");
const config = configText ? JSON.parse(configText.textContent) : null;
const looks = new Map();
for (const look of document.querySelectorAll("#lineboard-looks [data-state]")) looks.set(look.dataset.state, look);
const places = new Map(); // unit -> {x, y} of a mover that tells its own coordinates
let misses = 0;
let queued = 0;
let asking = false;

const unitOf = (code) => board.querySelector(`[data-unit="${code}"]`);

function setState(element, code, state) {
  const look = looks.get(state) || looks.get("no_data");
  if (!look || element.dataset.state === state) return;
  element.dataset.state = state;
  for (const name of [...element.classList]) if (name.startsWith("st-")) element.classList.remove(name);
  element.classList.add(`st-${state}`);
  const lamp = element.querySelector("[data-lamp]");
  if (lamp) lamp.setAttribute("class", `lamp fill st-${state}`);
  const word = element.querySelector("[data-word]");
  if (word) word.textContent = look.dataset.word;
  const mark = element.querySelector("[data-mark]");
  const shape = look.querySelector("g");
  if (mark && shape) mark.replaceChildren(...[...shape.childNodes].map((node) => node.cloneNode(true)));
}

function alongRail(rail, share) {
  const points = rail.closed ? [...rail.points, rail.points[0]] : rail.points;
  const legs = points.slice(1).map((point, index) => [points[index], point]);
  const length = ([a, b]) => Math.hypot(b[0] - a[0], b[1] - a[1]);
  let left = Math.min(1, Math.max(0, share)) * legs.reduce((sum, leg) => sum + length(leg), 0);
  for (const leg of legs) {
    const size = length(leg);
    if (left <= size) {
      const part = size ? left / size : 0;
      return [leg[0][0] + (leg[1][0] - leg[0][0]) * part, leg[0][1] + (leg[1][1] - leg[0][1]) * part];
    }
    left -= size;
  }
  return points[points.length - 1];
}

function place(element, x, y) {
  const group = element.querySelector("[data-place]");
  if (group && Number.isFinite(x) && Number.isFinite(y)) group.setAttribute("transform", `translate(${x} ${y})`);
}

function setLevel(element, level, capacity) {
  const rect = element.querySelector("[data-level]");
  const count = element.querySelector("[data-count]");
  if (!rect || level === null || level === undefined) return;
  const full = capacity || Number(count?.textContent.split("/")[1]) || 1;
  const room = Number(element.dataset.height) - 6;
  const height = Math.min(1, Math.max(0, level / full)) * room;
  rect.classList.remove("unknown");
  rect.setAttribute("y", String(Number(element.dataset.top) + 3 + room - height));
  rect.setAttribute("height", String(height));
  if (count) count.textContent = `${Math.round(level)}/${Math.round(full)}`;
}

function show(unit) {
  const element = unitOf(unit.code);
  if (!element) return;
  setState(element, unit.code, unit.state);
  const part = element.querySelector("[data-part]");
  const inside = (unit.part || "").split(" "); // a furnace names every part of its charge
  if (part) part.textContent = inside.length > 1 ? `×${inside.length}` : inside[0].slice(-8);
  const cargo = element.querySelector("[data-cargo]");
  if (cargo) cargo.classList.toggle("loaded", Boolean(unit.part));
  if (unit.x !== null && unit.y !== null) place(element, unit.x, unit.y);
  setLevel(element, unit.level, unit.capacity);
}

function lost(yes) {
  const note = board.querySelector("[data-link]");
  if (note) note.hidden = !yes;
  board.classList.toggle("lost", yes);
}

async function askStates() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetch(config.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    for (const unit of (await answer.json()).units) show(unit);
    misses = 0;
    lost(false);
  } catch {
    misses += 1;
    if (misses >= LOST_AFTER_MISSES) lost(true);
  } finally {
    asking = false;
  }
}

function askSoon() {
  if (queued) return;
  queued = setTimeout(() => { queued = 0; askStates(); }, STATES_SOON_MS);
}

function onMoving(message) {
  const [code, signal] = config.moving[message.tag];
  const element = unitOf(code);
  if (!element || typeof message.value !== "number" || message.quality === "bad") return;
  if (signal === "level") return setLevel(element, message.value, 0);
  if (signal === "position" && element.dataset.rail) {
    const [x, y] = alongRail(JSON.parse(element.dataset.rail), message.value);
    return place(element, x, y);
  }
  const at = places.get(code) || {};
  at[signal] = message.value;
  places.set(code, at);
  return place(element, at.x, at.y);
}

function refresh(target) {
  if (document.hidden || !window.htmx) return;
  if (target.querySelector("details[open]")) target.dataset.open = "yes"; else delete target.dataset.open;
  window.htmx.trigger(target, "refresh");
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.dataset?.open) for (const details of event.target.querySelectorAll("details")) details.open = true;
});

// a wall that nobody watches must say by itself that it is old
function stale(yes) {
  for (const note of document.querySelectorAll("[data-stale]")) note.hidden = !yes;
  document.documentElement.classList.toggle("stale", yes);
}
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(name, () => stale(true));
document.addEventListener("htmx:afterOnLoad", () => stale(false));

if (board && config) {
  watch(config.watched, (message) => { if (message) askSoon(); });
  watch(Object.keys(config.moving), onMoving);
  askStates();
  setInterval(askStates, STATES_AT_LEAST_MS);
}
for (const target of document.querySelectorAll("#lb-figures[hx-get], #lb-rows")) {
  setInterval(() => refresh(target), FIGURES_MS);
}
document.addEventListener("visibilitychange", () => { if (!document.hidden && config && board) askStates(); });
