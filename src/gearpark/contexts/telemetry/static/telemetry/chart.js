// The chart page around <park-chart>: strips of words on the same time axis, and rolling on while the period ends now.
const ROLL_MIN_MS = 2000;
const ROLL_STEPS = 400; // a rolling chart asks again each time it would move by a 400th of its width
const LABEL_PX = 12; // wide enough for one Chinese character at the strip's size
const MAX_KEY_WORDS = 12;
const SVG = "http://www.w3.org/2000/svg";
const chart = document.querySelector("park-chart");
const strips = document.querySelector("[data-strips]");
const inline = document.getElementById("chart-data");

const make = (name, attributes = {}) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};
const clock = (us) => new Date(us / 1000).toLocaleString(document.documentElement.lang, { timeZone: document.querySelector("[data-clock]")?.dataset.clock, hour12: false });

// where the chart's own time axis begins and ends, in its pixels, so that strips stand under what they belong to
function span(data, width) {
  const inner = chart?.chart;
  if (!inner) return [0, width];
  const from = inner.convertToPixel({ xAxisIndex: 0 }, data.start_us / 1000);
  const to = inner.convertToPixel({ xAxisIndex: 0 }, data.end_us / 1000);
  return Number.isFinite(from) && Number.isFinite(to) && to > from ? [from, to] : [0, width];
}

function draw(data) {
  if (!strips) return;
  const width = strips.clientWidth;
  const [left, right] = span(data, width);
  const scale = (right - left) / (data.end_us - data.start_us || 1);
  strips.replaceChildren(...(data.strips || []).map((strip) => {
    const box = document.createElement("div");
    box.className = "strip";
    const name = document.createElement("span");
    name.textContent = strip.name + (strip.thinned ? ` · ${strips.dataset.more}` : "");
    const svg = make("svg", { viewBox: `0 0 ${width} 26`, role: "img", "aria-label": strip.name });
    const words = [...new Set(strip.segments.map((segment) => segment.text).filter(Boolean))];
    for (const segment of strip.segments) {
      const x = left + (segment.start_us - data.start_us) * scale;
      const w = Math.max(0.5, (segment.end_us - segment.start_us) * scale);
      const known = segment.quality === "good" || segment.quality === "uncertain";
      const look = !known ? "no-data" : segment.text ? `w${words.indexOf(segment.text) % 8}` : "empty-word";
      const rect = svg.appendChild(make("rect", { x, width: w, y: 2, height: 22, class: look }));
      rect.appendChild(make("title")).textContent = `${segment.text || "–"} · ${clock(segment.start_us)} – ${clock(segment.end_us)} · ${segment.quality}`;
      if (segment.text && w > segment.text.length * LABEL_PX + 8) {
        const label = svg.appendChild(make("text", { x: x + 4, y: 17 }));
        label.textContent = segment.text;
      }
    }
    for (const [index, word] of words.filter(Boolean).slice(0, MAX_KEY_WORDS).entries()) {
      const key = name.appendChild(document.createElement("span"));
      key.className = "key";
      key.appendChild(make("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" })).appendChild(make("rect", { width: 12, height: 12, class: `w${index % 8}` }));
      key.append(word);
    }
    box.append(name, svg);
    return box;
  }));
  if (!chart && (data.strips || []).length) {
    const axis = document.createElement("div");
    axis.className = "strip-axis";
    for (const us of [data.start_us, data.end_us]) axis.appendChild(document.createElement("time")).textContent = clock(us);
    strips.append(axis);
  }
}

async function refetch() {
  const answer = await fetch(strips.dataset.src, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) draw(await answer.json());
}

if (chart) {
  chart.addEventListener("chartshown", () => requestAnimationFrame(() => draw(chart.data)));
  if (chart.data) requestAnimationFrame(() => draw(chart.data));
} else if (inline) draw(JSON.parse(inline.textContent));
addEventListener("resize", () => { if (chart?.data) draw(chart.data); });

const rolling = Number(strips?.dataset.rolling || 0);
if (rolling) {
  setInterval(() => {
    if (document.hidden || chart?.window) return;
    if (chart) chart.load(); else refetch();
  }, Math.max(ROLL_MIN_MS, (rolling * 1000) / ROLL_STEPS));
}

// the list of found signals closes when one looks elsewhere
document.addEventListener("click", (event) => { if (!event.target.closest(".add-tag")) document.getElementById("found")?.replaceChildren(); });
document.querySelector("[data-chart-form]")?.addEventListener("submit", (event) => { event.preventDefault(); document.querySelector("#found a")?.click(); });
