// Printing a page and copying an address. What needs this file is hidden until it runs.
"use strict";
document.querySelectorAll("[data-needs-script]").forEach((part) => (part.hidden = false));
document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const address = document.querySelector("[data-address]");
  const said = button.parentElement.querySelector("[role=status]");
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(address.href);
  } catch {
    // In a frame a browser may forbid it; the older way needs a selection, which also shows what to copy.
    getSelection().selectAllChildren(address);
    isCopied = document.execCommand("copy");
  }
  said.textContent = isCopied ? said.dataset.copied : said.dataset.notCopied;
});
