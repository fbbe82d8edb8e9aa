// Stops: choose several, book them in one go. Without script every stop is booked on its own.
const bulk = document.querySelector("[data-bulk]");
const boxes = [...document.querySelectorAll(".stop-pick input")];

function show() {
  const chosen = boxes.filter((box) => box.checked);
  const booked = chosen.filter((box) => box.name === "booking");
  bulk.hidden = chosen.length === 0;
  const count = bulk.querySelector("[data-chosen]");
  count.textContent = `${chosen.length} ${count.dataset.word}`;
  bulk.querySelector("[data-merge]").hidden = booked.length < 2 || booked.length !== chosen.length;
  bulk.querySelector("button.primary").hidden = booked.length > 0;
  bulk.querySelector("select").required = booked.length === 0;
}

if (bulk) {
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
