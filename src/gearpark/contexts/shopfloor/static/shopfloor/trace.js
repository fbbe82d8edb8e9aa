// A hand scanner types like a keyboard: keys that come in nowhere go into the find box; names are suggested while typed.
const box = document.querySelector("[data-scan] input");
if (box) {
  document.addEventListener("keydown", (event) => {
    const where = document.activeElement;
    const busy = where && (where.isContentEditable || /^(INPUT|SELECT|TEXTAREA|BUTTON|SUMMARY)$/.test(where.tagName));
    if (busy || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || "/jk".includes(event.key)) return;
    box.value = "";
    box.focus();
  });
}

for (const input of document.querySelectorAll("input[data-suggest]")) {
  const list = document.getElementById(input.getAttribute("list"));
  const kind = document.getElementById(input.dataset.kind);
  let asked = "";
  let timer = 0;
  const ask = async () => {
    const query = new URLSearchParams({ kind: kind.value, key: input.value });
    if (asked === query.toString()) return;
    asked = query.toString();
    const answer = await fetch(`${input.dataset.suggest}?${query}`);
    if (answer.ok && asked === query.toString()) list.innerHTML = await answer.text();
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  };
  input.addEventListener("input", soon);
  input.addEventListener("focus", soon);
  kind.addEventListener("change", () => {
    input.value = "";
    soon();
  });
}

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
const graph = document.querySelector(".tr-graph");
const root = graph?.querySelector(".root .box");
if (root) {
  const at = root.getBoundingClientRect();
  const frame = graph.getBoundingClientRect();
  graph.scrollLeft += at.left + at.width / 2 - frame.left - frame.width / 2;
  graph.scrollTop += at.top + at.height / 2 - frame.top - frame.height / 2;
}
