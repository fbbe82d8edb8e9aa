// The queue page: an order is dragged to its place. The arrows on each card do the same without a script.
const root = document.querySelector("[data-queue]");
const GAP = 4; // px of movement before a card counts as dragged over another

let dragged = null;

function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

function over(event) {
  const card = event.target instanceof Element ? event.target.closest("[data-order]") : null;
  const list = event.target instanceof Element ? event.target.closest("[data-queue-line]") : null;
  if (!dragged || !list || dragged.parentElement !== list) return;
  event.preventDefault();
  if (!card || card === dragged) return;
  const box = card.getBoundingClientRect();
  const after = event.clientY > box.top + box.height / 2 + GAP;
  card[after ? "after" : "before"](dragged);
}

async function drop(event) {
  if (!dragged) return;
  event.preventDefault();
  const place = [...dragged.parentElement.children].indexOf(dragged);
  const body = new URLSearchParams({ order: dragged.dataset.order, place: String(place) });
  const answer = await fetch("/orders/queue/move/", { method: "POST", body, headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
  if (answer.ok) root.innerHTML = await answer.text();
  else location.reload();
}

if (root) {
  root.addEventListener("dragstart", (event) => {
    dragged = event.target instanceof Element ? event.target.closest("[data-order]") : null;
    dragged?.classList.add("dragged");
  });
  root.addEventListener("dragover", over);
  root.addEventListener("drop", drop);
  root.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
  });
}
