// Zooming a <park-chart>: draw across a stretch to see it, double-click to step back, Ctrl + wheel, arrow keys and + and -.
// A plain wheel scrolls the page, as everywhere.
const MIN_SPAN_MS = 1000;
const MAX_SPAN_MS = 3 * 366 * 86400e3;
const MIN_DRAG_PX = 6;

export class Zoom {
  constructor(chart) {
    this.chart = chart;
    if (chart.hasAttribute("fixed")) return;
    const canvas = chart.canvas;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.drag(event));
    canvas.addEventListener("pointerup", (event) => this.end(event));
    canvas.addEventListener("pointercancel", () => this.drop());
    canvas.addEventListener("dblclick", () => this.by(4));
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.by(event.deltaY > 0 ? 1.25 : 0.8, this.time(event));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const act = { ArrowLeft: () => this.move(-0.25), ArrowRight: () => this.move(0.25), "+": () => this.by(0.5), "=": () => this.by(0.5), "-": () => this.by(2), Escape: () => chart.whole() }[event.key];
      if (act && !event.ctrlKey && !event.metaKey) { event.preventDefault(); act(); }
    });
  }

  x(event) { return event.clientX - this.chart.canvas.getBoundingClientRect().left; }
  time(event) { return this.chart.chart.convertFromPixel({ xAxisIndex: 0 }, this.x(event)); }

  set(from, to) {
    const span = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, to - from));
    const middle = (from + to) / 2;
    this.chart.setWindow(Math.round(middle - span / 2), Math.round(middle + span / 2));
  }

  // zoom by a factor (< 1: closer) about an instant, by default the middle
  by(factor, about) {
    const span = this.chart.span;
    if (!span || this.chart.data?.kind === "bar") return;
    const at = Number.isFinite(about) ? about : (span[0] + span[1]) / 2;
    this.set(at - (at - span[0]) * factor, at + (span[1] - at) * factor);
  }

  // move by a share of what is shown
  move(share) {
    const span = this.chart.span;
    if (span && this.chart.data?.kind !== "bar") this.set(span[0] + (span[1] - span[0]) * share, span[1] + (span[1] - span[0]) * share);
  }

  begin(event) {
    if (event.button !== 0 || event.pointerType === "touch" || this.chart.data?.kind === "bar") return;
    this.from = this.x(event);
    this.fromTime = this.time(event);
  }

  drag(event) {
    if (this.from === undefined) return;
    const x = this.x(event);
    if (!this.brush && Math.abs(x - this.from) < MIN_DRAG_PX) return;
    if (!this.brush) {
      this.brush = Object.assign(document.createElement("div"), { className: "chart-brush" });
      this.chart.canvas.append(this.brush);
      this.chart.canvas.setPointerCapture(event.pointerId);
    }
    this.brush.style.left = `${Math.min(x, this.from)}px`;
    this.brush.style.width = `${Math.abs(x - this.from)}px`;
  }

  end(event) {
    const drawn = this.brush;
    const from = this.fromTime;
    const to = this.time(event);
    this.drop();
    if (drawn && Number.isFinite(from) && Number.isFinite(to)) this.set(Math.min(from, to), Math.max(from, to));
  }

  drop() {
    this.brush?.remove();
    this.brush = this.from = this.fromTime = undefined;
  }
}
