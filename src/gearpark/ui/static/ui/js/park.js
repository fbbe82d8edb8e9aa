// Gearpark page script: clock, hot keys, list keyboard, ages, live values. Pages work without it (but for live tiles).
import { startLive } from "./live.js";

const CLOCK_MS = 1000;

function inField(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
}

function tickClocks() {
  const now = Date.now();
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.textContent = new Intl.DateTimeFormat("en-GB", {
      timeZone: clock.dataset.clock, hour: "2-digit", minute: "2-digit", second: "2-digit",
    }).format(now);
  }
  for (const age of document.querySelectorAll("time[data-age]")) age.textContent = ageText((now - Date.parse(age.dateTime)) / 1000);
}

export function ageText(seconds) {
  const zh = document.documentElement.lang.startsWith("zh");
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 0) return zh ? "未来时间" : "in the future";
  if (seconds < 1) return zh ? "刚刚" : "now";
  for (const [size, en, cn] of [[86400, "d", "天"], [3600, "h", "小时"], [60, "min", "分"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${zh ? cn : en}`;
  }
  return `${Math.floor(seconds)} ${zh ? "秒" : "s"}`;
}

// the clock ticks on the second's edge, so that what it shows is true
function clockLoop() {
  tickClocks();
  setTimeout(clockLoop, CLOCK_MS - (Date.now() % CLOCK_MS));
}

function moveCursor(list, step) {
  const rows = [...list.querySelectorAll("tbody tr")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("cursor"));
  const next = Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step));
  if (at >= 0) rows[at].classList.remove("cursor");
  rows[next].classList.add("cursor");
  rows[next].scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (inField(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    const search = document.querySelector("[data-hotkey='/']");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
    return;
  }
  const list = document.querySelector("[data-list]");
  if (!list) return;
  if (event.key === "j") moveCursor(list, 1);
  else if (event.key === "k") moveCursor(list, -1);
  else if (event.key === "Enter" && !(event.target instanceof Element && event.target.closest("a, button, summary"))) {
    const row = list.querySelector("tr.cursor[data-href]");
    if (row) location.assign(row.dataset.href);
  }
}

function onClick(event) {
  if (!(event.target instanceof Element)) return;
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, input, label, summary") && !String(getSelection())) location.assign(row.dataset.href);
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
clockLoop();
startLive();
