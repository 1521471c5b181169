"use strict";
// The page is complete without this script; it only hides, shows and moves.
const $ = (id) => document.getElementById(id);
const cards = [...document.querySelectorAll(".card")];
const points = [...document.querySelectorAll(".point")];

function filter() {
  const words = $("search").value.toLowerCase();
  const language = $("language").value;
  const side = $("side").value;
  const sure = $("sure").checked;
  const active = words || language || side || sure;
  for (const card of cards) {
    card.hidden = Boolean(
      (words && !card.textContent.toLowerCase().includes(words)) ||
      (language && card.dataset.lang !== language) ||
      (side && card.dataset.side !== side) ||
      (sure && Number(card.dataset.sure) < 60));
  }
  for (const point of points) {
    const own = point.querySelector(".text").textContent.toLowerCase();
    const some = point.querySelector(".card:not([hidden])");
    point.hidden = Boolean(active && !some && !(words && own.includes(words)));
  }
}
for (const id of ["search", "language", "side", "sure"]) $(id).addEventListener("input", filter);
$("filters").addEventListener("submit", (event) => event.preventDefault());

$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.classList.contains("dark") ||
    (!root.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
  root.classList.toggle("dark", !dark);
  root.classList.toggle("light", dark);
});

// a link to a claim or point opens what hides it
function reveal() {
  const target = location.hash && $(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const point = target.closest("details");
  if (point) { point.open = true; point.hidden = false; target.hidden = false; target.scrollIntoView({ block: "center" }); }
}
addEventListener("hashchange", reveal);
reveal();

addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== $("search")) { event.preventDefault(); $("search").focus(); }
  if (event.key === "Escape") { $("search").value = ""; filter(); $("search").blur(); }
  const cell = document.activeElement && document.activeElement.closest("td");
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (cell && step) {
    const row = cell.parentElement;
    const rows = [...row.parentElement.children];
    const next = rows[rows.indexOf(row) + step[0]];
    const to = next && next.children[cell.cellIndex + step[1]];
    if (to && to.querySelector("a")) { event.preventDefault(); to.querySelector("a").focus(); }
  }
});
