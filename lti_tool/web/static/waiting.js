// Looks a few times whether the badge is ready, and shows it in place. Without this script the link does the same.
(() => {
  const waiting = document.querySelector("[data-waiting]");
  const part = waiting && waiting.closest("[data-waits]");
  if (!part) return;
  let looks = 0;
  const look = async () => {
    looks += 1;
    try {
      const address = location.href.split("#")[0];
      const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const ready = page.querySelector("[data-waits], .badge-card");
      if (ready && !ready.querySelector("[data-waiting]")) {
        const words = document.createElement("div");
        words.setAttribute("role", "status");
        part.replaceChildren(words);
        requestAnimationFrame(() => words.replaceWith(...ready.childNodes));
        return;
      }
    } catch {
      // No network: the link is still there.
    }
    if (looks < 10) setTimeout(look, 1500 * looks);
  };
  setTimeout(look, 1500);
})();
