// Calls: clocks tick between two answers of the server, which owns them; what stands is asked for again every two
// seconds, but not under a hand that is choosing something. Photos are made small before they travel.
const ASK_MS = 2000;
const SLOW_MS = 5000; // pages that also show figures
const LOST_AFTER_MISSES = 3;
const PHOTO_SIDE = 1600;
const PHOTO_QUALITY = 0.82;
let offset = 0; // our clock less the server's
let misses = 0;

const root = document.querySelector("[data-calls]");

function setClock() {
  const told = document.querySelector("[data-now]")?.dataset.now;
  if (told) offset = Date.now() - Date.parse(told);
}

function span(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  const text = hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  return seconds < 0 ? `−${text}` : text;
}

function tick() {
  const now = Date.now() - offset;
  for (const clock of document.querySelectorAll("[data-until]")) {
    const left = (Date.parse(clock.dataset.until) - now) / 1000;
    clock.textContent = span(left);
    if (left < 0) clock.closest(".call, .andon-row, .sup-call, .one-call")?.classList.add("late");
  }
  for (const clock of document.querySelectorAll("[data-since]")) clock.textContent = span((now - Date.parse(clock.dataset.since)) / 1000);
}

function busy() {
  return root.querySelector(".call-close[open]") || (root.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));
}

function ask() {
  if (!root || document.hidden || !window.htmx || busy()) return;
  root.dataset.open = JSON.stringify([...root.querySelectorAll("details.sup-stops")].map((details) => details.open));
  window.htmx.trigger(root, "refresh");
}

function lost(yes) {
  for (const note of document.querySelectorAll("[data-lost]")) note.hidden = !yes;
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== root) return;
  misses = 0;
  lost(false);
  setClock();
  tick();
  const count = document.querySelector("[data-count]");
  const shown = root.querySelector("[data-n]");
  if (count && shown) count.textContent = shown.dataset.n;
  const open = JSON.parse(root.dataset.open || "[]");
  root.querySelectorAll("details.sup-stops").forEach((details, index) => { if (index in open) details.open = open[index]; });
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => { misses += 1; if (misses >= LOST_AFTER_MISSES) lost(true); });
}

async function shrink(input) {
  const file = input.files?.[0];
  if (!file || !file.type.startsWith("image/")) return;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, PHOTO_SIDE / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await canvas.convertToBlob({ type: "image/jpeg", quality: PHOTO_QUALITY });
    if (small.size >= file.size) return;
    const kept = new DataTransfer();
    kept.items.add(new File([small], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }));
    input.files = kept.files;
    input.dataset.small = String(small.size);
  } catch {
    // the server takes it as it is, or says why not
  }
}

document.addEventListener("change", (event) => { if (event.target.matches?.("[data-shrink]")) shrink(event.target); });
setClock();
tick();
setInterval(tick, 1000);
if (root) setInterval(ask, root.hasAttribute("data-slow") ? SLOW_MS : ASK_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
