// <park-chart>: one element over ECharts. The server says what (kind, unit, columns); this owns how it looks.
//
//   <park-chart src="/chart/data?tags=..." height="320"></park-chart>        fetches, refetches on zoom (adds start,end,max_points); `fixed`: no zoom
//   <park-chart><script type="application/json">{...}</script></park-chart>  data in the page
//
// JSON: { kind: "line"|"bar"|"band", unit, start_us?, end_us?, title?,
//         series: [{ name, unit?, kind? ("analog"|"counter"|"state"), at_us: [..], value: [..|null],
//                    min?: [..], max?: [..], good_share?: [..], quality?: ["good"|"uncertain"|"bad"..] }],
//         categories?: [..] (bar), target?, limits?: [{ name, value }], events?: [{ at_us, name, state? }] }
// A null is a gap and stays a gap. Values that are not good get hatched behind.
import { t } from "./words.js";

import { Zoom } from "./chart-zoom.js";

const REFETCH_MS = 140; // after the last zoom step
const MAX_TABLE_ROWS = 500;
const DAY_MS = 86400e3;
const YEAR_MS = 366 * DAY_MS;
const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// any CSS colour -> rgb() text that ECharts understands
function colour(name, alpha = 1) {
  probe.clearRect(0, 0, 1, 1);
  const holder = document.createElement("span");
  holder.style.color = `var(${name})`;
  document.body.append(holder);
  probe.fillStyle = getComputedStyle(holder).color;
  holder.remove();
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${alpha})`;
}

const stamp = (us) => us / 1000;
const number = (value, digits = 4) => value === null || value === undefined || Number.isNaN(value) ? "–"
  : typeof value === "number" ? value.toLocaleString(document.documentElement.lang, { maximumSignificantDigits: digits + 2 }) : String(value);
function timeText(ms, zone) {
  const date = new Date(ms);
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(date).replace(",", "");
}

class ParkChart extends HTMLElement {
  connectedCallback() {
    if (this.chart) return;
    this.zone = document.querySelector("[data-clock]")?.dataset.clock || "Asia/Shanghai";
    const inline = this.querySelector("script[type='application/json']");
    this.build();
    if (inline) this.show(JSON.parse(inline.textContent));
    else if (this.getAttribute("src")) this.load();
    this.themeWatch = matchMedia("(prefers-color-scheme: dark)");
    this.onTheme = () => this.data && this.show(this.data);
    this.themeWatch.addEventListener("change", this.onTheme);
    this.sizeWatch = new ResizeObserver(() => this.chart && this.chart.resize());
    this.sizeWatch.observe(this);
  }

  disconnectedCallback() {
    this.themeWatch?.removeEventListener("change", this.onTheme);
    this.sizeWatch?.disconnect();
    this.abort?.abort();
    this.chart?.dispose();
    this.chart = null;
  }

  build() {
    this.style.setProperty("--chart-h", `${Number(this.getAttribute("height") || 280)}px`);
    const make = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });
    this.tools = make("div", "chart-tools");
    this.key = make("span", "legend");
    this.toggle = Object.assign(make("button", "quiet small", t("Show as table")), { type: "button" });
    this.toggle.setAttribute("aria-pressed", "false");
    this.reset = Object.assign(make("button", "quiet small", t("Whole period")), { type: "button", hidden: true });
    this.tools.append(this.key, make("span", "spacer"), this.reset, ...(this.hasAttribute("fixed") ? [] : this.zoomButtons()), this.toggle);
    this.canvas = make("div", "chart-canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.tabIndex = 0;
    this.table = make("div", "chart-table");
    this.table.hidden = true;
    this.table.tabIndex = 0;
    this.note = make("p", "muted");
    this.note.setAttribute("role", "status");
    this.append(this.tools, this.canvas, this.table, this.note);
    this.toggle.addEventListener("click", () => this.flip());
    this.reset.addEventListener("click", () => this.whole());
    this.chart = window.echarts.init(this.canvas, null, { renderer: "canvas" });
    this.zoom = new Zoom(this);
  }

  zoomButtons() {
    return [["\u2190", "Earlier", (z) => z.move(-0.5)], ["\u2192", "Later", (z) => z.move(0.5)], ["+", "Zoom in", (z) => z.by(0.5)], ["\u2212", "Zoom out", (z) => z.by(2)]].map(([sign, words, act]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: sign, title: t(words) });
      button.setAttribute("aria-label", t(words));
      button.addEventListener("click", () => act(this.zoom));
      return button;
    });
  }

  flip() {
    const table = this.table.hidden;
    this.table.hidden = !table;
    this.canvas.hidden = table;
    this.toggle.setAttribute("aria-pressed", String(table));
    this.toggle.textContent = table ? t("Show as chart") : t("Show as table");
    if (table) this.fillTable(); else this.chart.resize();
  }

  // Fetch (again). A zoom asks for its own window, so a year or a second comes at the right grain.
  async load() {
    const src = this.getAttribute("src");
    if (!src) return;
    this.abort?.abort();
    this.abort = new AbortController();
    const address = new URL(src, location.href);
    if (this.window) {
      address.searchParams.set("start", new Date(this.window[0]).toISOString());
      address.searchParams.set("end", new Date(this.window[1]).toISOString());
    }
    address.searchParams.set("max_points", String(Math.max(200, Math.round(this.canvas.clientWidth || 800))));
    try {
      const answer = await fetch(address, { signal: this.abort.signal, headers: { Accept: "application/json" } });
      const body = await answer.json();
      if (!answer.ok) { this.note.textContent = body.detail || t("The data did not come. Try again."); return; }
      this.note.textContent = "";
      this.show(body);
    } catch (error) {
      if (error.name !== "AbortError") this.note.textContent = t("The data did not come. Try again.");
    }
  }

  // show [from, to] (ms): at once with what is here, then with what the server has at that grain
  setWindow(from, to) {
    if (this.data?.kind === "bar") return;
    this.window = [from, to];
    this.reset.hidden = false;
    this.chart.setOption({ xAxis: { min: from, max: to } });
    this.dispatchEvent(new CustomEvent("chartzoom", { detail: { start_ms: from, end_ms: to }, bubbles: true }));
    clearTimeout(this.pending);
    if (this.getAttribute("src")) this.pending = setTimeout(() => this.load(), REFETCH_MS);
  }

  whole() {
    this.window = null;
    this.reset.hidden = true;
    if (this.getAttribute("src")) this.load(); else this.show(this.data);
  }

  // the period shown now, in ms
  get span() {
    const extent = this.chart.getModel().getComponent("xAxis")?.axis.scale.getExtent();
    return this.window || extent;
  }

  show(data) {
    this.data = data;
    this.canvas.setAttribute("aria-label", [data.title, ...(data.series || []).map((s) => s.name)].filter(Boolean).join(", "));
    const empty = !(data.series || []).some((s) => (s.value || []).some((v) => v !== null));
    if (!this.note.dataset.kept) this.note.textContent = empty ? t("No data in this period.") : "";
    this.drawKey();
    this.chart.setOption(this.options(), { notMerge: true });
    if (!this.table.hidden) this.fillTable();
    this.dispatchEvent(new CustomEvent("chartshown", { bubbles: true }));
  }

  palette(index) { return colour(`--c${(index % 8) + 1}`); }

  drawKey() {
    this.key.replaceChildren(...(this.data.series || []).map((series, index) => {
      const item = document.createElement("span");
      const swatch = document.createElement("span");
      swatch.className = "swatch";
      swatch.style.color = this.palette(index);
      item.append(swatch, series.name + (series.unit || this.data.unit ? ` (${series.unit || this.data.unit})` : ""));
      return item;
    }));
  }

  options() {
    const data = this.data;
    const ink = colour("--ink"), soft = colour("--ink-2"), rule = colour("--rule");
    const axis = { axisLine: { lineStyle: { color: colour("--rule-strong") } }, axisTick: { show: false }, axisLabel: { color: soft, fontSize: 11 }, splitLine: { lineStyle: { color: rule } } };
    const units = [...new Set((data.series || []).map((s) => s.unit || data.unit || ""))].slice(0, 2);
    const base = {
      animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, color: (data.series || []).map((_, i) => this.palette(i)),
      grid: { left: 8, right: units.length > 1 ? 8 : 16, top: 26, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: { trigger: "axis", confine: true, backgroundColor: colour("--panel"), borderColor: colour("--rule-strong"), borderWidth: 1, extraCssText: "box-shadow:none;border-radius:3px", textStyle: { color: ink, fontSize: 12 }, formatter: (items) => this.tip(items) },
      yAxis: units.map((unit, index) => ({ ...axis, type: "value", scale: data.kind !== "bar", name: unit, nameTextStyle: { color: soft, align: index ? "right" : "left", fontSize: 11 }, position: index ? "right" : "left", splitLine: { show: index === 0, lineStyle: { color: rule } } })),
    };
    if (data.kind === "bar") {
      return { ...base, xAxis: { ...axis, type: "category", data: data.categories || [], splitLine: { show: false }, axisLabel: { ...axis.axisLabel, interval: 0 } }, series: data.series.map((s) => ({ type: "bar", name: s.name, data: s.value, barMaxWidth: 36, markLine: this.lines(s) })) };
    }
    const times = this.window && !this.getAttribute("src") ? { min: this.window[0], max: this.window[1] }
      : data.start_us !== undefined && data.end_us !== undefined ? { min: stamp(data.start_us), max: stamp(data.end_us) } : {};
    return {
      ...base,
      xAxis: { ...axis, type: "time", ...times, splitLine: { show: false }, axisLabel: { ...axis.axisLabel, hideOverlap: true, formatter: (ms) => this.tick(ms) } },
      series: data.series.flatMap((s, i) => this.lineSeries(s, i, units)),
    };
  }

  // an instant on the axis, in the site's time whatever zone the browser is in
  tick(ms) {
    const [day, time] = timeText(ms, this.zone).split(" ");
    const shown = this.window ? this.window[1] - this.window[0] : stamp((this.data.end_us ?? 0) - (this.data.start_us ?? 0));
    if (time === "00:00:00") return shown > YEAR_MS / 2 ? day : day.slice(5);
    if (shown > 2 * DAY_MS) return `${day.slice(5)} ${time.slice(0, 5)}`;
    return time.endsWith(":00") ? time.slice(0, 5) : time;
  }

  // one tag: mean line, min-max band behind it, bad stretches hatched, events as flags on the first
  lineSeries(series, index, units) {
    const at = series.at_us.map(stamp);
    const axisIndex = Math.max(0, units.indexOf(series.unit || this.data.unit || ""));
    const step = series.kind === "state" || series.kind === "counter" ? "end" : false;
    const line = {
      type: "line", name: series.name, yAxisIndex: axisIndex, showSymbol: at.length < 60, symbolSize: 4, connectNulls: false, step,
      lineStyle: { width: 1.5 }, sampling: false, data: at.map((ms, k) => [ms, series.value[k]]), markLine: this.lines(series, index), markArea: this.texture(series, at), z: 3,
    };
    if (!series.min || !series.max) return [line];
    const edge = { type: "line", silent: true, symbol: "none", lineStyle: { width: 0 }, yAxisIndex: axisIndex, stack: `band-${index}`, stackStrategy: "all", connectNulls: false, tooltip: { show: false }, z: 2 };
    return [
      { ...edge, name: `${series.name} min`, data: at.map((ms, k) => [ms, series.min[k]]) },
      { ...edge, name: `${series.name} max`, areaStyle: { color: this.palette(index), opacity: 0.16 }, data: at.map((ms, k) => [ms, series.max[k] === null || series.min[k] === null ? null : series.max[k] - series.min[k]]) },
      line,
    ];
  }

  // stretches whose values are not good
  texture(series, at) {
    const suspect = (k) => series.quality ? series.quality[k] !== "good" : series.good_share ? series.good_share[k] !== null && series.good_share[k] < 1 : false;
    const areas = [];
    for (let k = 0; k < at.length; k += 1) {
      if (!suspect(k)) continue;
      let end = k;
      while (end + 1 < at.length && suspect(end + 1)) end += 1;
      areas.push([{ xAxis: at[k] }, { xAxis: at[Math.min(end + 1, at.length - 1)] }]);
      k = end;
    }
    return areas.length ? { silent: true, data: areas, itemStyle: { color: this.hatch() } } : undefined;
  }

  hatch() {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour("--st-no-data", 0.45);
    pen.beginPath();
    pen.moveTo(0, 8); pen.lineTo(8, 0); pen.moveTo(-2, 2); pen.lineTo(2, -2); pen.moveTo(6, 10); pen.lineTo(10, 6);
    pen.stroke();
    return { image: tile, repeat: "repeat" };
  }

  lines(series, index = 0) {
    if (index) return undefined;
    const red = colour("--st-down"), soft = colour("--ink-2");
    const marks = (this.data.limits || []).map((limit) => ({ yAxis: limit.value, name: limit.name, lineStyle: { color: red, type: "dashed" }, label: { formatter: limit.name, color: red, position: "insideEndTop", fontSize: 11 } }));
    if (typeof this.data.target === "number") marks.push({ yAxis: this.data.target, lineStyle: { color: soft }, label: { formatter: t("Plan"), color: soft, position: "insideEndTop", fontSize: 11 } });
    for (const event of this.data.events || []) marks.push({ xAxis: stamp(event.at_us), lineStyle: { color: colour(event.state === "down" ? "--st-down" : "--rule-strong"), type: "dotted" }, label: { formatter: event.name, color: soft, fontSize: 11, rotate: 0, position: "end" } });
    return marks.length ? { symbol: "none", silent: true, data: marks } : undefined;
  }

  tip(items) {
    const shown = items.filter((item) => !/ (min|max)$/.test(item.seriesName));
    const box = document.createElement("div");
    box.className = "chart-tip";
    box.append(this.data.kind === "bar" ? shown[0]?.name ?? "" : timeText(shown[0]?.value?.[0] ?? 0, this.zone));
    const table = box.appendChild(document.createElement("table"));
    for (const item of shown) {
      const row = table.insertRow();
      row.insertCell().textContent = item.seriesName;
      row.insertCell().textContent = `${number(Array.isArray(item.value) ? item.value[1] : item.value)} ${this.data.series.find((s) => s.name === item.seriesName)?.unit || this.data.unit || ""}`;
    }
    return box;
  }

  fillTable() {
    const table = document.createElement("table");
    table.className = "table";
    const head = table.createTHead().insertRow();
    const cell = (row, text, numeric) => { const made = row.appendChild(document.createElement("td")); made.textContent = text; if (numeric) made.className = "num"; };
    for (const text of [this.data.kind === "bar" ? "" : `${t("Time")} (${this.zone})`, ...this.data.series.map((s) => `${s.name} ${s.unit || this.data.unit || ""}`)]) {
      const th = document.createElement("th"); th.scope = "col"; th.textContent = text; head.append(th);
    }
    const body = table.createTBody();
    if (this.data.kind === "bar") {
      (this.data.categories || []).forEach((name, k) => { const row = body.insertRow(); cell(row, name); for (const s of this.data.series) cell(row, number(s.value[k]), true); });
    } else {
      const rows = new Map();
      this.data.series.forEach((s, i) => s.at_us.forEach((us, k) => { if (!rows.has(us)) rows.set(us, []); rows.get(us)[i] = s.value[k]; }));
      for (const us of [...rows.keys()].sort((a, b) => b - a).slice(0, MAX_TABLE_ROWS)) {
        const row = body.insertRow();
        cell(row, timeText(stamp(us), this.zone));
        this.data.series.forEach((_, i) => cell(row, number(rows.get(us)[i]), true));
      }
    }
    this.table.replaceChildren(table);
  }
}

customElements.define("park-chart", ParkChart);
