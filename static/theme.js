// Runs before the first picture, so that a chosen theme never flashes; and says why a page opened from disk stays still.
"use strict";
try {
  const kept = localStorage.getItem("rejoin-theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch { /* A browser that keeps nothing follows the system. */ }
// Has the page's second module come, if it is wanted, where there is one (xtask/split/rest.js).
globalThis.rejoinRest = (wanted) => {};
if (location.protocol === "file:") {
  addEventListener("DOMContentLoaded", () => {
    const hint = document.getElementById("from-disk");
    if (hint) hint.hidden = false;
  });
}
