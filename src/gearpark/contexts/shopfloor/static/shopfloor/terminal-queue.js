// Reports of a terminal, kept in this browser until the server has answered each one. Every report has its own key, so
// sending one twice does no harm; none is lost by a reload, a crash or a day without a connection.
const DONE_KEPT = 30; // answered reports kept to be looked at
const BATCH = 20; // reports of one request
const SEND_TIMEOUT_MS = 15000;

export class ReportQueue {
  // org: reports of one organisation are never sent for another. changed(): called after every change.
  constructor(org, send, changed) {
    this.prefix = `gp.report.${org}.`;
    this.doneKey = `gp.reports-done.${org}`;
    this.send = send;
    this.changed = changed;
    this.count = 0;
    this.busy = false;
    window.addEventListener("storage", (event) => event.key?.startsWith("gp.report") && changed());
  }

  // Everything not answered yet, oldest first: {id, report, due, refused, detail, blocks}
  items() {
    const found = [];
    for (let index = 0; index < localStorage.length; index += 1) {
      const id = localStorage.key(index);
      if (id?.startsWith(this.prefix)) {
        try {
          found.push({ id, ...JSON.parse(localStorage.getItem(id)) });
        } catch {
          localStorage.removeItem(id);
        }
      }
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  waiting() {
    return this.items().filter((item) => !item.refused);
  }

  refused() {
    return this.items().filter((item) => item.refused);
  }

  done() {
    try {
      return JSON.parse(localStorage.getItem(this.doneKey)) ?? [];
    } catch {
      return [];
    }
  }

  // Keep a report; it is sent after graceMs, until then undo() takes it back. Earlier ones are sent at once.
  add(report, graceMs = 0) {
    this.commit();
    this.count += 1;
    const id = `${this.prefix}${String(Date.now()).padStart(14, "0")}.${String(this.count).padStart(6, "0")}.${report.key}`;
    localStorage.setItem(id, JSON.stringify({ report, due: Date.now() + graceMs }));
    this.changed();
    return id;
  }

  commit() {
    for (const item of this.waiting()) if (item.due > Date.now()) this.#keep(item.id, { ...item, due: 0 });
  }

  undo(id) {
    const held = localStorage.getItem(id);
    if (held) localStorage.removeItem(id);
    this.changed();
    return Boolean(held);
  }

  discard(id) {
    localStorage.removeItem(id);
    this.changed();
  }

  retry(id) {
    const item = this.items().find((found) => found.id === id);
    if (item) this.#keep(id, { report: item.report, due: 0 });
    this.changed();
  }

  // Send what is due, in order, one page of this browser at a time. "idle", "sent", "offline" or "signed-out".
  async flush() {
    if (this.busy || !this.#next().length) return "idle";
    this.busy = true;
    try {
      const run = () => this.#run();
      return navigator.locks ? ((await navigator.locks.request("gp-reports", { ifAvailable: true }, (lock) => (lock ? run() : "idle"))) ?? "idle") : await run();
    } finally {
      this.busy = false;
    }
  }

  #next() {
    const due = [];
    for (const item of this.waiting()) {
      if (item.due > Date.now()) break; // a later report never overtakes one that can still be taken back
      due.push(item);
    }
    return due.slice(0, BATCH);
  }

  async #run() {
    let sent = "idle";
    for (let items = this.#next(); items.length; items = this.#next()) {
      let answer;
      try {
        answer = await this.send(items.map((item) => item.report), AbortSignal.timeout(SEND_TIMEOUT_MS));
      } catch {
        return "offline";
      }
      if (answer.status === 401 || answer.status === 403) return "signed-out";
      if (!answer.ok) return "offline";
      const { outcomes } = await answer.json();
      if (!this.#answer(items, outcomes)) return "sent";
      sent = "sent";
    }
    return sent;
  }

  // False when something must be tried again later.
  #answer(items, outcomes) {
    let clear = true;
    for (const item of items) {
      const outcome = outcomes.find((found) => found.key === item.report.key);
      if (!outcome || outcome.again) clear = false;
      else if (outcome.ok) {
        localStorage.removeItem(item.id);
        this.#remember({ ...outcome, at: item.report.at, reason: item.report.reason });
      } else this.#keep(item.id, { ...item, refused: true, detail: outcome.detail, blocks: outcome.blocks ?? [] });
    }
    this.changed();
    return clear;
  }

  #remember(outcome) {
    const kept = [outcome, ...this.done()].slice(0, DONE_KEPT);
    localStorage.setItem(this.doneKey, JSON.stringify(kept));
  }

  #keep(id, { report, due, refused, detail, blocks }) {
    localStorage.setItem(id, JSON.stringify({ report, due, refused, detail, blocks }));
  }
}
