// Drawing the terminal: the beacon that reads from afar, the part with its instruction, what comes next, the buttons.
import { checksLeft, h, say, since } from "./terminal-parts.js";

const drawn = new Map(); // region -> what it was drawn from: nothing flickers that did not change

// Fill a region when what it shows has changed.
function put(id, facts, build) {
  const seen = JSON.stringify([facts, document.documentElement.lang]);
  if (drawn.get(id) === seen) return;
  drawn.set(id, seen);
  document.getElementById(id).replaceChildren(...[build()].flat(3).filter(Boolean));
}
const MARKS = {
  work: '<circle cx="8" cy="8" r="6"/>',
  ready: '<path d="M4 2l9 6-9 6z"/>',
  blocked: '<path d="M2 2h5v12H2zM9 2h5v12H9z"/>',
  nobody: '<circle cx="8" cy="5" r="3.5"/><path d="M1 15c0-4 3-6 7-6s7 2 7 6z"/>',
  idle: '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>',
};

function mark(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("fill", "currentColor");
  svg.innerHTML = MARKS[kind]; // constants above
  return svg;
}

export function drawTop(app, shown) {
  const { words, queue } = app;
  const waiting = queue.waiting().length;
  const refused = queue.refused().length;
  const net = app.net === "online" ? words.online : app.net === "signed-out" ? say(words.signed_out, { n: waiting }) : app.net === "connecting" ? "…" : words.offline;
  put("t-chips", [net, waiting, refused, app.net], () => chips(app, net, waiting, refused));
  put("t-notes", [app.net === "offline", shown?.holds], () => notes(app, shown));
  if (shown?.shift) {
    put("t-shift", shown.shift, () => [h("b", {}, String(shown.shift.good)), h("small", {}, words.good), h("b", { class: shown.shift.scrap ? "bad" : "" }, String(shown.shift.scrap)), h("small", {}, words.scrap)]);
    document.getElementById("t-shift").title = words.shift;
  }
  const machine = document.getElementById("t-machine");
  if (shown && machine) {
    machine.className = `state st-${shown.machine.state}`;
    machine.querySelector(".word").textContent = shown.machine.alarm ? `${shown.machine.word} · ${shown.machine.alarm}` : shown.machine.word;
  }
}

function chips(app, net, waiting, refused) {
  const { words } = app;
  const chips = [h("span", { class: `t-net t-${app.net}`, role: "status" }, net)];
  if (waiting) chips.push(h("button", { type: "button", class: "t-waiting", id: "t-waiting", onclick: () => drawReports(app) }, say(words.waiting_reports, { n: waiting })));
  if (refused) chips.push(h("button", { type: "button", class: "t-refused", id: "t-refused", onclick: () => drawReports(app) }, say(words.refused_reports, { n: refused })));
  if (app.net === "signed-out") chips.push(h("a", { class: "button", href: `/sign-in/?next=${encodeURIComponent(location.pathname)}` }, words.sign_on));
  return chips;
}

function notes(app, shown) {
  const { words } = app;
  const notes = [];
  if (app.net === "offline") notes.push(h("p", { class: "t-note offline" }, h("b", {}, words.offline), " ", words.offline_text));
  for (const hold of shown?.holds ?? []) notes.push(h("p", { class: "t-note held" }, h("b", {}, words.held), ` ${hold.reason} (${hold.by})`));
  return notes;
}

// One word that reads from five metres, with a shape of its own.
export function drawBeacon(app, shown, operator) {
  const { words } = app;
  let kind = "idle";
  let text = words.nothing;
  let small = words.nothing_text;
  const first = shown.next[0];
  if (shown.holds.length) [kind, text, small] = ["blocked", words.held, shown.holds[0].reason];
  else if (shown.part) [kind, text, small] = ["work", shown.part.serial || words.new_part, `OP${shown.part.op ?? ""} ${shown.part.step}`];
  else if (!operator) [kind, text, small] = shown.people.length ? ["nobody", words.who, words.who_text] : ["nobody", words.sign_on, words.sign_on_text];
  else if (first?.blocks.length) [kind, text, small] = ["blocked", words.blocked, first.blocks[0].what];
  else if (first) [kind, text, small] = ["ready", `OP${first.op} ${first.step}`, first.order];
  const beacon = document.getElementById("t-beacon");
  beacon.className = `t-beacon k-${kind}`;
  beacon.dataset.kind = kind;
  put("t-beacon", [kind, text, small], () => [mark(kind), h("div", {}, h("b", {}, text), h("span", {}, small))]);
}

export function drawPeople(app, shown, operator, act) {
  const { words } = app;
  put("t-people", [shown.people, operator], () => people(words, shown, operator, act));
}

function people(words, shown, operator, act) {
  const chips = shown.people.map((person) => h("button", { type: "button", class: `t-person${person.id === operator ? " on" : ""}`, "aria-pressed": String(person.id === operator), onclick: () => (person.id === operator ? act.person(person) : act.become(person)) }, person.name));
  return [chips, h("button", { type: "button", class: chips.length ? "quiet" : "primary", id: "t-sign-on", onclick: () => act.signOn() }, chips.length ? ["+", h("span", { class: "visually-hidden" }, ` ${words.add_person}`)] : words.sign_on)];
}

export function drawWork(app, shown, act) {
  const part = shown.part;
  put("t-work", [part, app.step, shown.work.map((item) => item.serial || item.key)], () => (part ? working(app, shown, part, act) : []));
}

function working(app, shown, part, act) {
  const { words } = app;
  const tabs = shown.work.length > 1 ? h("div", { class: "t-tabs", role: "group" }, shown.work.map((item, index) => h("button", { type: "button", class: item === part ? "on" : "", "aria-pressed": String(item === part), onclick: () => act.pick(index) }, item.serial || words.new_part))) : null;
  const facts = h("div", { class: "t-part" },
    h("p", {}, h("b", {}, part.order), ` ${part.product} · `, h("span", { "data-since": part.begun }, since(part.begun, app.zh)), part.serial ? null : ` · ${words.waiting_number}`, part.machine ? ` · ${words.machine_reports}` : null, part.rework ? h("b", { class: "t-rework" }, ` ${words.rework_mark} ×${part.attempt ?? 2}`) : null));
  return [tabs, facts, instruction(app, part, act)];
}

function instruction(app, part, act) {
  const { words } = app;
  const steps = part.instruction?.steps ?? [];
  if (!steps.length) return h("p", { class: "t-none muted" }, words.no_instruction);
  const at = Math.min(app.step, steps.length - 1);
  const step = steps[at];
  const check = part.checks[step.id];
  const done = check ? h("p", { class: check.passed ? "t-checked" : "t-checked wrong" }, `${check.passed ? "✓" : "✕"} ${check.value === "done" ? words.confirmed : check.value} ${check.passed ? "" : words.failed}`) : null;
  return h("div", { class: "t-step", id: "t-step" },
    step.picture ? h("img", { src: `/orders/pictures/${step.picture}/`, width: step.width, height: step.height, alt: step.text }) : null,
    h("div", { class: "t-step-text" },
      h("p", { class: "t-step-of" }, say(words.step_of, { a: step.position, b: steps.length }), ` · r${part.instruction.revision}`, h("span", { class: "t-dots", "aria-hidden": "true" }, steps.map((item, index) => h("i", { class: `${index === at ? "on " : ""}${item.check === "none" || part.checks[item.id]?.passed ? "ok" : ""}` })))),
      h("p", { class: "t-text" }, step.text),
      done,
      step.check === "none" || check?.passed ? null : checkButton(words, step, act),
      h("div", { class: "t-turn" }, h("button", { type: "button", disabled: at === 0, "aria-label": words.back, onclick: () => act.turn(-1) }, "‹"), h("button", { type: "button", disabled: at === steps.length - 1, "aria-label": words.next, onclick: () => act.turn(1) }, "›"))));
}

function checkButton(words, step, act) {
  const label = { confirm: words.confirm, number: `${words.measure}: ${step.limits}`, choice: step.check_word, scan: words.scan_step, component: words.scan_step }[step.check];
  return h("button", { type: "button", class: "t-check primary", id: "t-check", onclick: () => act.check(step) }, label);
}

export function drawNext(app, shown, act) {
  put("t-next", [shown.next, shown.waiting], () => coming(app, shown, act));
}

function coming(app, shown, act) {
  const { words } = app;
  const rows = shown.next.map((row) => {
    const what = row.serial || (row.counted ? say(words.pieces_here, { n: row.left }) : say(words.new_parts_left, { n: row.left }));
    const blocked = row.blocks.length > 0;
    return h("li", { class: blocked ? "t-row blocked" : "t-row", "data-serial": row.serial || null, "data-order": row.order },
      h("button", { type: "button", onclick: () => (row.counted ? act.count(row) : act.start(row)) },
        h("b", {}, what, row.rework ? h("em", {}, ` ${words.rework_mark}`) : null),
        h("span", {}, `${row.order} · ${row.product}`),
        h("span", { class: "muted" }, `OP${row.op} ${row.step}${row.due ? ` · ${row.due.slice(5)}` : ""}`),
        blocked ? h("span", { class: "t-why" }, row.blocks[0].what) : null));
  });
  const hidden = shown.waiting - shown.next.length;
  return [h("h2", {}, words.next, h("small", {}, ` ${shown.waiting}`)), rows.length ? h("ol", {}, rows) : h("p", { class: "muted" }, words.nothing_text), hidden > 0 && rows.length >= 60 ? h("p", { class: "muted" }, say(words.more_waiting, { n: hidden })) : null];
}

export function drawActions(app, shown, act, operator) {
  const { words } = app;
  const part = shown.part;
  const left = checksLeft(part).length;
  const off = !part || !operator;
  put("t-actions", [left, off, Boolean(part)], () => [
    h("button", { type: "button", class: "t-good", id: "t-good", disabled: off || left > 0, onclick: () => act.good() }, h("b", {}, words.good), left && part ? h("small", {}, say(words.checks_left, { n: left })) : null),
    h("button", { type: "button", class: "t-scrap", id: "t-scrap", disabled: off, onclick: () => act.scrap() }, h("b", {}, words.scrap)),
    h("button", { type: "button", class: "t-rework-b", id: "t-rework", disabled: off, onclick: () => act.rework() }, h("b", {}, words.rework)),
    h("button", { type: "button", id: "t-more", disabled: off, onclick: () => act.more() }, h("b", {}, words.more)),
    h("button", { type: "button", class: "t-help", id: "t-help", onclick: () => act.call() }, h("b", {}, words.help)),
  ]);
}

// What became of the reports: waiting, refused with the reason, and the newest that were taken.
export function drawReports(app) {
  const { words, queue } = app;
  document.querySelector(".t-reports")?.remove();
  const dialog = h("dialog", { class: "t-dialog t-reports", "aria-label": words.reports });
  const close = () => dialog.remove();
  const name = (item) => `${words[item.kind] ?? item.kind} ${item.serial || item.order || ""} ${item.reason ?? ""}`;
  const time = (iso) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(iso));
  const again = (action) => () => { action(); close(); drawReports(app); };
  const rows = [
    ...queue.refused().map((item) => h("li", { class: "refused" }, h("b", {}, `${time(item.report.at)} ${name(item.report)}`), h("span", {}, item.detail), item.blocks?.map((block) => h("span", { class: "muted" }, `${block.what} ${block.release}`)) ?? [], h("div", { class: "t-turn" }, h("button", { type: "button", onclick: again(() => app.act.retry(item)) }, words.retry), h("button", { type: "button", class: "danger", onclick: again(() => app.act.discard(item)) }, words.discard)))),
    ...queue.waiting().map((item) => h("li", {}, h("b", {}, `${time(item.report.at)} ${name(item.report)}`), h("span", { class: "muted" }, words.waits))),
    ...queue.done().map((item) => h("li", { class: "done" }, h("b", {}, `${time(item.at)} ${name(item)}`), h("span", { class: "muted" }, words.sent))),
  ];
  dialog.append(h("header", {}, h("h2", {}, words.reports), h("button", { type: "button", class: "t-close", onclick: close }, words.cancel)), h("ol", { class: "t-list" }, rows));
  dialog.addEventListener("cancel", close);
  document.body.append(dialog);
  dialog.showModal();
}
