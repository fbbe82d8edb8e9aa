// The operator terminal. The server's state is drawn with the reports that still wait laid over it, so the page goes on
// without a connection; terminal-queue.js keeps those reports and sends each of them once.
import { ReportQueue } from "./terminal-queue.js";
import { checksLeft, choose, h, pad, say, serialOf, since, typed } from "./terminal-parts.js";
import { drawActions, drawBeacon, drawNext, drawPeople, drawTop, drawWork } from "./terminal-draw.js";

const config = JSON.parse(document.getElementById("terminal-config").textContent);
const words = config.words;
const POLL_MS = 4000;
const FLUSH_MS = 1000;
const STATE_TIMEOUT_MS = 8000;
const TOAST_MS = 6000;
const base = `/terminal/${config.line}/${config.station}/`;
const stateKey = `gp.state.${config.org}.${config.line}.${config.station}.${document.documentElement.lang}`;
const operatorKey = `gp.operator.${config.org}.${config.line}.${config.station}`;
const ENDS = ["good", "scrap", "rework", "abort", "hold"];

const app = { config, words, zh: document.documentElement.lang.startsWith("zh"), server: null, net: "connecting", offset: 0, chosen: 0, step: 0, toast: null };
try {
  app.server = JSON.parse(localStorage.getItem(stateKey));
} catch {
  app.server = null;
}

const queue = new ReportQueue(config.org, (reports, signal) => post("/terminal/reports/", { reports }, signal), () => draw());
app.queue = queue;

function post(url, body, signal) {
  return fetch(url, {
    method: "POST", signal, headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": app.server?.csrf ?? "" }, body: JSON.stringify(body),
  });
}

function operator() {
  const held = Number(localStorage.getItem(operatorKey));
  const people = app.server?.people ?? [];
  const here = (id) => people.some((person) => person.id === id);
  if (here(held)) return held;
  if (here(app.server?.me.id)) return app.server.me.id;
  return people.length === 1 ? people[0].id : null; // of several, each says who they are
}

// What stands on the station and what comes next, as it will be once every waiting report is taken.
function view() {
  const server = app.server;
  if (!server) return null;
  let work = server.at_work.map((item) => ({ ...item, checks: { ...item.checks } }));
  let next = server.next.map((item) => ({ ...item }));
  for (const { report } of queue.waiting()) {
    if (report.line !== config.line || report.station !== config.station) continue;
    const mine = (item) => (report.of ? item.key === report.of : item.serial === report.serial);
    if (report.kind === "start") {
      const row = next.find((item) => (report.serial ? item.serial === report.serial : item.order === report.order && !item.serial));
      if (work.some((item) => report.serial && item.serial === report.serial)) continue;
      work.push({ ...(row ?? { product: "", op: null, step: "", blocks: [] }), key: report.key, serial: report.serial, order: report.order || row?.order || "", begun: report.at, checks: {}, rework_to: [], instruction: row ? server.instructions[`${row.product_id}:${row.op}`] ?? null : null });
      if (row?.serial) next = next.filter((item) => item !== row);
      else if (row) row.left -= 1;
    } else if (report.kind === "check") {
      const item = work.find(mine);
      if (item) item.checks[report.step] = { value: report.value, passed: passes(item, report) };
    } else if (report.kind === "count") {
      const row = next.find((item) => item.order === report.order && item.counted);
      if (row) row.left -= report.good + report.scrap;
    } else if (ENDS.includes(report.kind)) {
      if (report.order && !report.serial && !report.of) next.filter((item) => item.order === report.order && !item.serial).forEach((row) => { row.left -= 1; });
      work = work.filter((item) => !mine(item));
      if (report.serial) next = next.filter((item) => item.serial !== report.serial);
    }
  }
  next = next.filter((item) => item.serial || item.left > 0);
  if (app.chosen >= work.length) app.chosen = 0;
  return { ...server, work, next, part: work[app.chosen] ?? null };
}

function passes(item, report) {
  const step = item.instruction?.steps.find((found) => found.id === report.step);
  if (!step) return true;
  if (step.check === "number") {
    const number = Number(report.value);
    return (step.lower === null || number >= step.lower) && (step.upper === null || number <= step.upper);
  }
  if (step.check === "choice") return step.options.some((option) => option.code === report.value && option.right);
  if (step.check === "scan") return report.value.startsWith(step.expects);
  return true;
}

function report(kind, facts = {}, graceMs = 0) {
  const made = { key: crypto.randomUUID ? crypto.randomUUID() : fallbackId(), kind, line: config.line, station: config.station, at: new Date(Date.now() + app.offset).toISOString(), operator: operator(), ...facts };
  const id = queue.add(made, graceMs);
  if (graceMs) toast(`${words[kind] ?? kind}${facts.label ? ` ${facts.label}` : ""}`, () => queue.undo(id), graceMs);
  setTimeout(() => flush(), graceMs + 20);
  return made;
}

function fallbackId() { // without TLS browsers offer no randomUUID
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const partOf = (part) => (part.key && !part.serial ? { of: part.key } : { serial: part.serial });

const act = {
  start(row) {
    if (row.blocks.length) return showBlocks(row);
    report("start", row.serial ? { serial: row.serial } : { order: row.order });
    app.chosen = view().work.length - 1;
    app.step = 0;
    return draw();
  },
  async good() {
    const part = view().part;
    if (!part || checksLeft(part).length) return;
    report("good", partOf(part), config.undo_ms);
    app.step = 0;
  },
  async scrap() {
    const part = view().part;
    const reason = part && (await reasonOf(words.which_reason));
    if (reason) report("scrap", { ...partOf(part), reason }, config.undo_ms);
  },
  async rework() {
    const part = view().part;
    const reason = part && (await reasonOf(words.which_reason, true));
    if (!reason) return;
    const targets = [{ value: 0, text: words.as_routing }, ...part.rework_to.map((op) => ({ value: op, text: `OP${op}` }))];
    const target = targets.length > 1 ? await choose(words.where_to, targets, words) : 0;
    if (target !== null) report("rework", { ...partOf(part), reason, rework_to: target || null }, config.undo_ms);
  },
  async more() {
    const part = view().part;
    const options = [{ value: "hold", text: words.hold }, { value: "abort", text: words.abort }];
    const wanted = part && (await choose(part.serial || words.new_part, options, words));
    if (wanted === "abort") report("abort", partOf(part), config.undo_ms);
    if (wanted === "hold") {
      const reason = await choose(words.hold_why, app.server.reasons.map((item) => ({ value: item.title, text: item.title })), words, { own: true });
      if (reason) report("hold", { ...partOf(part), reason }, config.undo_ms);
    }
  },
  async count(row) {
    if (row.blocks.length) return showBlocks(row);
    const good = await pad(`${row.order}: ${words.how_many_good}`, words);
    if (good === null) return null;
    const scrap = await pad(`${row.order}: ${words.how_many_scrap}`, words);
    if (scrap === null) return null;
    const reason = Number(scrap) ? await reasonOf(words.which_reason) : "";
    if (reason === null || !(Number(good) + Number(scrap))) return null;
    return report("count", { order: row.order, good: Number(good) || 0, scrap: Number(scrap) || 0, reason }, config.undo_ms);
  },
  async check(step) {
    const part = view().part;
    let value = "done";
    if (step.check === "number") value = await pad(`${words.measure} ${step.limits}`, words, { decimal: true, unit: step.unit });
    else if (step.check === "choice") value = await choose(step.text, step.options.map((option) => ({ value: option.code, text: option.text })), words);
    else if (step.check === "scan" || step.check === "component") value = await typed(step.text, words);
    if (value !== null) sendCheck(part, step, value);
  },
  async call() {
    const types = app.server?.calls ?? [];
    const type = types.length ? await choose(words.help, types.map((item) => ({ value: item.code, text: item.name })), words) : null;
    if (!type) return;
    const answer = await post(`${base}call/`, { type, key: fallbackId() }).catch(() => null);
    toast(answer?.ok ? words.called : words.needs_server);
  },
  async signOn() {
    const server = app.server;
    if (!server) return;
    const options = [{ value: "me", text: say(words.as_me, { s: server.me.name }) }, ...server.crew.filter((person) => person.id !== server.me.id && (person.pin || server.may_place)).map((person) => ({ value: person, text: person.name, quiet: true }))];
    const who = await choose(words.sign_on, server.me.id && server.me.name ? options : options.slice(1), words);
    if (who === null) return;
    let body = {};
    if (who !== "me") {
      const pin = who.pin ? await pad(`${who.name}: ${words.pin}`, words, { secret: true }) : "";
      if (pin === null) return;
      body = { person: who.id, pin };
    }
    await signOn(body);
  },
  become(person) {
    localStorage.setItem(operatorKey, String(person.id));
    load();
  },
  async person(person) {
    const wanted = await choose(person.name, [{ value: "off", text: words.sign_off }], words);
    if (wanted === "off") {
      report("sign-off", { operator: person.id });
      app.server.people = app.server.people.filter((item) => item.id !== person.id);
      draw();
    }
  },
  pick(index) {
    app.chosen = index;
    app.step = 0;
    draw();
  },
  turn(by) {
    const steps = view().part?.instruction?.steps.length ?? 0;
    app.step = Math.max(0, Math.min(steps - 1, app.step + by));
    draw();
  },
  retry(item) {
    queue.retry(item.id);
    flush();
  },
  discard(item) {
    queue.discard(item.id);
  },
};

function sendCheck(part, step, value) {
  report("check", { ...partOf(part), step: step.id, value });
  if (passes(part, { step: step.id, value })) app.step = Math.min(part.instruction.steps.length - 1, app.step + 1);
  draw();
}

async function reasonOf(title, reworkable = false) {
  const known = (app.server?.reasons ?? []).filter((item) => !reworkable || item.rework || item.here);
  return choose(title, known.map((item) => ({ value: item.code, text: item.title, quiet: !item.here })), words, { own: true });
}

async function showBlocks(row) {
  await choose(words.blocked, row.blocks.map((item) => ({ value: null, text: `${item.what} ${item.release}`, quiet: true })), words);
}

async function signOn(body) {
  const answer = await post(`${base}sign-on/`, body).catch(() => null);
  if (!answer) return toast(words.needs_server);
  const found = await answer.json();
  if (!answer.ok) return toast(found.detail);
  localStorage.setItem(operatorKey, String(found.person.id));
  return load();
}

// What a scanner or a finger typed: the check of the open step, a part here, a part waiting, or a badge.
async function scanned(code) {
  const shown = view();
  if (!shown || !code) return;
  const serial = serialOf(code);
  const step = shown.part?.instruction?.steps[app.step];
  if (step && ["scan", "component"].includes(step.check) && !shown.part.checks[step.id]?.passed) return sendCheck(shown.part, step, step.check === "component" ? serial : code);
  const here = shown.work.findIndex((item) => item.serial === serial);
  if (here >= 0) return act.pick(here);
  const row = shown.next.find((item) => item.serial === serial || (item.order === code && !item.serial));
  if (row) return row.counted ? act.count(row) : act.start(row);
  const answer = await post(`${base}sign-on/`, { badge: code }).catch(() => null);
  if (!answer) return toast(words.needs_server);
  if (!answer.ok) return toast(answer.status === 404 ? say(words.unknown_code, { s: code }) : (await answer.json()).detail);
  localStorage.setItem(operatorKey, String((await answer.json()).person.id));
  return load();
}

function toast(text, undo = null, ms = TOAST_MS) {
  const place = document.getElementById("t-toast");
  clearTimeout(app.toast);
  place.replaceChildren(h("p", {}, text), undo ? h("button", { type: "button", onclick: () => { undo(); place.replaceChildren(); } }, words.undo) : "");
  app.toast = setTimeout(() => place.replaceChildren(), ms);
}

async function load() {
  let again = false;
  try {
    const who = operator();
    const answer = await fetch(`${base}state/${who ? `?operator=${who}` : ""}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(STATE_TIMEOUT_MS) });
    if (answer.status === 401 || answer.status === 403 || answer.redirected) app.net = "signed-out";
    else if (answer.ok) {
      app.server = await answer.json();
      app.net = "online";
      app.offset = Date.parse(app.server.at) - Date.now();
      again = operator() !== app.server.operator && operator() !== who; // interlocks are those of who stands here
      try {
        localStorage.setItem(stateKey, JSON.stringify(app.server));
      } catch { /* a full store keeps the reports; the picture is fetched again */ }
    } else app.net = "offline";
  } catch {
    app.net = "offline";
  }
  draw();
  if (again) await load();
}

async function flush() {
  const done = await queue.flush();
  if (done === "offline" || done === "signed-out") {
    app.net = done;
    draw();
  } else if (done === "sent") await load();
}

function draw() {
  const shown = view();
  drawTop(app, shown);
  if (!shown) return;
  drawBeacon(app, shown, operator());
  drawPeople(app, shown, operator(), act);
  drawWork(app, shown, act);
  drawNext(app, shown, act);
  drawActions(app, shown, act, operator());
}

app.act = act;
const scan = document.getElementById("t-scan");
document.getElementById("t-scan-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = scan.value.trim();
  scan.value = "";
  scanned(code);
});
document.getElementById("t-keyboard").addEventListener("click", () => {
  scan.inputMode = scan.inputMode === "none" ? "text" : "none";
  scan.focus();
});
// the focus guard: a scanner types like a keyboard, and its Enter must never press a button
document.addEventListener("keydown", (event) => {
  const inField = event.target instanceof Element && event.target.closest("input, textarea, select, dialog");
  if (!inField && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) scan.focus();
});
document.addEventListener("click", (event) => {
  if (event.detail > 0 && !document.querySelector("dialog[open]") && !(event.target instanceof Element && event.target.closest("input, select, a, summary"))) scan.focus();
});
window.addEventListener("online", () => flush().then(load));
setInterval(load, POLL_MS);
setInterval(flush, FLUSH_MS);
setInterval(() => document.querySelectorAll("[data-since]").forEach((item) => { item.textContent = since(item.dataset.since, app.zh); }), 1000);
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/terminal/sw.js", { scope: "/terminal/" }).then(() => navigator.serviceWorker.ready).then((found) => {
    navigator.serviceWorker.addEventListener("message", (event) => { if (event.data?.kept) document.documentElement.dataset.kept = "yes"; });
    const used = performance.getEntriesByType("resource").map((item) => item.name);
    found.active.postMessage({ keep: [location.pathname, ...used] });
  }).catch(() => {});
}
draw();
load();
scan.focus();
