// Parts of a page kept true by one event stream: [data-parts="<url>"] holds elements [data-part="<name>"].
// Events: parts {name: html}, heartbeat. A hidden page closes its stream; a lost one is shown as stale, never as fresh.
const SILENT_MS = 20000;
let source = null;
let heardAt = 0;

function link(state) {
  if (document.documentElement.dataset.parts !== state) document.documentElement.dataset.parts = state;
}

function place(parts) {
  for (const [name, html] of Object.entries(parts)) {
    for (const element of document.querySelectorAll(`[data-part="${CSS.escape(name)}"]`)) {
      const focused = element.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      element.innerHTML = html;
      if (focused) element.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
  }
  document.dispatchEvent(new CustomEvent("partsplaced"));
}

function start() {
  const root = document.querySelector("[data-parts]:not(html)");
  if (!root || source || document.hidden) return;
  source = new EventSource(root.dataset.parts);
  heardAt = Date.now();
  source.addEventListener("parts", (event) => { heardAt = Date.now(); link("live"); place(JSON.parse(event.data)); });
  source.addEventListener("heartbeat", () => { heardAt = Date.now(); link("live"); });
  source.onerror = () => link("stale");
}

function stop() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
setInterval(() => { if (source && Date.now() - heardAt > SILENT_MS) { link("stale"); stop(); start(); } }, 5000);
start();
