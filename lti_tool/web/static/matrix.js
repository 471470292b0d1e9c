// Arrow keys in the table of participants and tasks. Without this file every link is reached with Tab.
"use strict";
const matrix = document.querySelector("[data-matrix]");
if (matrix) {
  const rows = () =>
    [...matrix.tBodies[0].rows]
      .map((row) => [...row.querySelectorAll("a")].filter((link) => link.offsetParent))
      .filter((row) => row.length);
  const only = (link) => {
    matrix.querySelectorAll("tbody a").forEach((other) => (other.tabIndex = other === link ? 0 : -1));
  };
  only(rows()[0][0]);
  matrix.querySelector("[data-matrix-hint]").hidden = false;
  matrix.addEventListener("focusin", (event) => event.target.closest("tbody a") && only(event.target));
  matrix.addEventListener("keydown", (event) => {
    const all = rows();
    const y = all.findIndex((row) => row.includes(event.target));
    if (y < 0 || event.altKey || event.metaKey) return;
    const x = all[y].indexOf(event.target);
    const step = document.dir === "rtl" ? -1 : 1;
    const to = {
      ArrowDown: [y + 1, x],
      ArrowUp: [y - 1, x],
      ArrowRight: [y, x + step],
      ArrowLeft: [y, x - step],
      Home: [event.ctrlKey ? 0 : y, 0],
      End: [event.ctrlKey ? all.length - 1 : y, all[y].length - 1],
    }[event.key];
    const link = to && all[to[0]]?.[to[1]];
    if (!to) return;
    event.preventDefault();
    link?.focus();
  });
}
