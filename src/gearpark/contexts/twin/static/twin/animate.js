// The player: spells of every machine, drawn at their time. Nothing is made up between them.
const root = document.querySelector("[data-animation]");
const LOOKS = { busy: "running", starved: "starved", blocked: "blocked", down: "down", setup: "setup", tools: "setup", loading: "setup", waiting: "idle", off: "planned_stop" };
const FRAME_S = 0.1; // at most that much real time a frame, when the page was hidden

class Player {
  constructor(data) {
    this.data = data;
    this.now = 0;
    this.playing = false;
    this.rows = data.machines.map(() => []);
    for (const [machine, state, from, to, part] of data.spells) this.rows[machine].push([from, to, data.states[state], part]);
    this.rows.forEach((rows) => rows.sort((a, b) => a[0] - b[0]));
    this.stations = new Map();
    data.stations.forEach((name, k) => this.stations.set(name, [...(this.stations.get(name) ?? []), k]));
    this.levels = new Map();
    for (const [buffer, from, parts] of data.levels) this.levels.set(buffer, [...(this.levels.get(buffer) ?? []), [from, parts]]);
    this.ends = this.finished();
    root.querySelector("[data-play]").addEventListener("click", () => this.toggle());
    root.querySelector("[data-seek]").addEventListener("input", (event) => this.seek((event.target.value / 1000) * data.until_s));
    this.show();
  }

  // moments at which the stations that lead out finished a part
  finished() {
    const last = new Set([...document.querySelectorAll("[data-edge]")].filter((e) => e.dataset.to === "exit").map((e) => e.dataset.from));
    const times = [];
    this.data.stations.forEach((name, k) => {
      if (last.has(name)) for (const [, to, state] of this.rows[k]) if (state === "busy" && to < this.data.until_s) times.push(to);
    });
    return times.sort((a, b) => a - b);
  }

  toggle() {
    this.playing = !this.playing;
    const button = root.querySelector("[data-play]");
    button.setAttribute("aria-pressed", String(this.playing));
    if (this.playing && this.now >= this.data.until_s) this.now = 0;
    this.last = performance.now();
    if (this.playing) requestAnimationFrame((at) => this.step(at));
  }

  step(at) {
    if (!this.playing) return;
    this.now += Math.min((at - this.last) / 1000, FRAME_S) * Number(root.querySelector("[data-speed]").value);
    this.last = at;
    if (this.now >= this.data.until_s) {
      this.now = this.data.until_s;
      this.toggle();
    }
    this.show();
    if (this.playing) requestAnimationFrame((next) => this.step(next));
  }

  fill(name, parts) {
    const node = document.querySelector(`[data-node="${CSS.escape(name)}"]`);
    const level = node.querySelector("[data-level]");
    const full = Number(level.dataset.height), capacity = Number(level.dataset.capacity);
    const height = full * Math.min(1, parts / capacity);
    level.setAttribute("y", String(full / 2 - height));
    level.setAttribute("height", String(height));
    node.querySelector(".tw-sub").textContent = `${parts} / ${capacity}`;
  }

  seek(seconds) {
    this.now = seconds;
    this.show();
  }

  at(rows) {
    let low = 0, high = rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (rows[middle][0] <= this.now) low = middle;
      else high = middle - 1;
    }
    return rows[low];
  }

  show() {
    const seconds = Math.floor(this.now);
    const two = (n) => String(n).padStart(2, "0");
    root.querySelector("[data-told]").textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    root.querySelector("[data-seek]").value = String((1000 * this.now) / this.data.until_s);
    root.querySelector("[data-good]").textContent = String(this.ends.filter((time) => time <= this.now).length);
    for (const [name, machines] of this.stations) {
      const states = machines.map((k) => this.at(this.rows[k])?.[2] ?? "starved");
      const busy = states.filter((state) => state === "busy").length;
      const look = LOOKS[states.find((state) => state === "down") ?? (busy ? "busy" : states[0])];
      const chip = document.querySelector(`[data-carrier="${CSS.escape(name)}"]`);
      if (chip) chip.className = `tw-chip now st-${look}`;
      const node = document.querySelector(`[data-node="${CSS.escape(name)}"]`);
      const body = node?.querySelector("[data-body]");
      if (!body) continue;
      node.classList.add("played");
      body.setAttribute("class", `tw-body now st-${look}`);
      node.querySelector("[data-sub]").textContent = machines.length > 1 ? `${busy} / ${machines.length}` : "";
    }
    for (const [name, rows] of this.levels) this.fill(name, this.at(rows)?.[1] ?? 0);
  }
}

if (root) {
  const answer = await fetch(root.dataset.animation);
  if (answer.ok) new Player(await answer.json());
}
