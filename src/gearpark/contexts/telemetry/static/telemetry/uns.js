// The namespace browser: arrow keys in the tree, quality and age of each row kept true by the live stream.
const shapes = new Map([...document.querySelectorAll("template[data-quality-of]")].map((t) => [t.dataset.qualityOf, t]));

document.addEventListener("live", (event) => {
  const row = event.target.closest("[data-tag-row]");
  if (!row) return;
  const { quality, at, value } = event.detail;
  row.classList.toggle("unknown", value === null || value === undefined || value === "");
  const cell = row.querySelector("[data-quality]");
  if (cell && quality && cell.dataset.quality !== quality && shapes.has(quality)) {
    cell.dataset.quality = quality;
    cell.replaceChildren(shapes.get(quality).content.cloneNode(true));
  }
  const age = row.querySelector(".age");
  if (age && at) {
    if (age.tagName === "TIME") age.dateTime = at;
    else {
      const time = Object.assign(document.createElement("time"), { className: "age", dateTime: at });
      time.dataset.age = "";
      age.replaceWith(time);
    }
  }
});

const tree = document.querySelector("[data-tree]");
const items = () => [...tree.querySelectorAll("[role='treeitem']")].filter((item) => item.offsetParent !== null);

function step(from, by) {
  const all = items();
  all[Math.max(0, Math.min(all.length - 1, all.indexOf(from) + by))]?.focus();
}

tree?.addEventListener("keydown", (event) => {
  const item = event.target.closest("[role='treeitem']");
  if (!item) return;
  const branch = item.tagName === "SUMMARY" ? item.parentElement : null;
  if (event.key === "ArrowDown") step(item, 1);
  else if (event.key === "ArrowUp") step(item, -1);
  else if (event.key === "ArrowRight" && branch) { if (branch.open) step(item, 1); else branch.open = true; }
  else if (event.key === "ArrowLeft") {
    if (branch?.open) branch.open = false;
    else item.closest("ul[role='group']")?.parentElement.querySelector("summary")?.focus();
  } else if (event.key === "Enter" && branch) location.assign(item.querySelector("a").href);
  else return;
  event.preventDefault();
});

// say to assistive technology whether a branch is open
for (const branch of tree?.querySelectorAll("details") ?? []) branch.querySelector("summary").setAttribute("aria-expanded", String(branch.open));
tree?.addEventListener("toggle", (event) => {
  event.target.querySelector("summary")?.setAttribute("aria-expanded", String(event.target.open));
}, true);
