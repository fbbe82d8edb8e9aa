// Wall screen: panels take turns by the true clock, so that two screens side by side show the same one. No other motion.
const SCENE_MS = 20000;
const panels = [...document.querySelectorAll("[data-scene]")];
const pause = document.querySelector("[data-wall-pause]");
const dots = document.querySelector(".w-dots");
const words = { off: pause.textContent, on: pause.dataset.labelOn };
let held = null;

dots.append(...panels.map(() => document.createElement("i")));

function show(index) {
  panels.forEach((panel, k) => panel.classList.toggle("on", k === index));
  [...dots.children].forEach((dot, k) => dot.classList.toggle("on", k === index));
}
const turn = () => Math.floor(Date.now() / SCENE_MS) % panels.length;

function loop() {
  if (held === null) show(turn());
  setTimeout(loop, SCENE_MS - (Date.now() % SCENE_MS));
}

function hold(index) {
  held = index;
  pause.setAttribute("aria-pressed", String(held !== null));
  pause.textContent = held === null ? words.off : words.on;
  show(held ?? turn());
}

pause.addEventListener("click", () => hold(held === null ? turn() : null));
document.addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") hold(((held ?? turn()) + 1) % panels.length);
  else if (event.key === "ArrowLeft") hold(((held ?? turn()) + panels.length - 1) % panels.length);
});
loop();
