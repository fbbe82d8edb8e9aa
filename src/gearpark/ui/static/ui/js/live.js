// One event stream a page: every <live-value tag> and [data-live-tag] hangs on it. Hidden pages pause; silence is shown as stale.
const RECONNECT_MIN_MS = 500;
const RECONNECT_MAX_MS = 15000;
const STALE_AFTER_MS = 15000; // no event at all, not even the server's heartbeat
const MAX_TAGS = 400;

const listeners = new Map(); // tag -> Set of callbacks
const newest = new Map(); // tag -> last message, for those who join late
let source = null;
let opened = "";
let retryMs = RECONNECT_MIN_MS;
let lastEventAt = 0;
let queued = false;
const url = () => document.documentElement.dataset.liveUrl || "/live/";

// Calls back with {tag, value, at, quality, unit} for every change; returns a function that stops it.
export function watch(tags, callback) {
  for (const tag of tags) {
    if (!listeners.has(tag)) listeners.set(tag, new Set());
    listeners.get(tag).add(callback);
    if (newest.has(tag)) callback(newest.get(tag));
  }
  reopenSoon();
  return () => {
    for (const tag of tags) {
      const set = listeners.get(tag);
      if (!set) continue;
      set.delete(callback);
      if (!set.size) { listeners.delete(tag); newest.delete(tag); }
    }
    reopenSoon();
  };
}

function reopenSoon() {
  if (queued) return;
  queued = true;
  queueMicrotask(() => { queued = false; open(); });
}

function open() {
  const tags = [...listeners.keys()].sort().slice(0, MAX_TAGS);
  const want = tags.length && !document.hidden ? tags.join(",") : "";
  if (want === opened) return;
  if (source) source.close();
  source = null;
  opened = want;
  if (!want) return;
  source = new EventSource(`${url()}?tags=${encodeURIComponent(want)}`);
  source.onopen = () => { retryMs = RECONNECT_MIN_MS; lastEventAt = Date.now(); setLink("ok"); };
  source.onmessage = (event) => take(event.data);
  for (const name of ["values", "value", "snapshot", "heartbeat", "ping"]) source.addEventListener(name, (event) => take(event.data));
  source.onerror = () => {
    setLink("stale");
    if (source && source.readyState === EventSource.CLOSED) {
      source = null;
      opened = "";
      setTimeout(open, retryMs);
      retryMs = Math.min(RECONNECT_MAX_MS, retryMs * 2);
    }
  };
}

function take(text) {
  lastEventAt = Date.now();
  setLink("ok");
  if (!text) return;
  let message;
  try { message = JSON.parse(text); } catch { return; }
  const values = Array.isArray(message) ? message : message.values || (message.tag ? [message] : []);
  for (const value of values) {
    newest.set(value.tag, value);
    const set = listeners.get(value.tag);
    if (set) for (const callback of set) callback(value);
  }
}

function setLink(state) {
  if (document.documentElement.dataset.live === state) return;
  document.documentElement.dataset.live = state;
  if (state !== "ok") for (const element of document.querySelectorAll("live-value")) element.setAttribute("quality", "stale");
}

function format(value, decimals) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value !== "number") return String(value);
  return value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

// <live-value tag="asset/signal" decimals="1"><b>12.3</b><small>kW</small></live-value>
class LiveValue extends HTMLElement {
  connectedCallback() {
    const tag = this.getAttribute("tag");
    if (!tag) return;
    this.stop = watch([tag], (message) => this.show(message));
  }
  disconnectedCallback() { if (this.stop) this.stop(); }
  show(message) {
    const shown = this.querySelector("b") || this.appendChild(document.createElement("b"));
    const text = format(message.value, Number(this.getAttribute("decimals") ?? 1));
    if (shown.textContent !== text) {
      // keep the widest text's room so that nothing beside it moves
      this.room = Math.max(this.room || 0, text.length, shown.textContent.length);
      shown.textContent = text;
      shown.style.display = "inline-block";
      shown.style.minWidth = `${this.room}ch`;
    }
    this.setAttribute("quality", message.quality || "good");
    if (message.at) this.setAttribute("at", message.at);
    this.title = [message.quality, message.at].filter(Boolean).join(" · ");
    this.dispatchEvent(new CustomEvent("live", { detail: message, bubbles: true }));
  }
}

export function startLive() {
  if (!customElements.get("live-value")) customElements.define("live-value", LiveValue);
  document.addEventListener("visibilitychange", () => { opened = document.hidden ? opened : ""; reopenSoon(); });
  setInterval(() => {
    if (source && !document.hidden && Date.now() - lastEventAt > STALE_AFTER_MS) setLink("stale");
  }, 1000);
}
