// The frame beside the tool, at the origin of the authorisation address: it passes on what the tool says to the page
// around both, with the tool's origin, and brings the answer back. As Canvas does (2026-11).
(() => {
  const platform = document.currentScript.dataset.platform;
  const tools = [];

  addEventListener("message", (event) => {
    if (!event.source || !event.data || typeof event.data !== "object") return;
    if (event.source === window.parent) {
      if (event.origin !== platform || !event.data.forwarded) return;
      const { forwarded, ...answer } = event.data;
      const tool = tools[forwarded.number];
      if (tool) tool.window.postMessage(answer, tool.origin);
      return;
    }
    const number = tools.push({ window: event.source, origin: event.origin }) - 1;
    window.parent.postMessage({ ...event.data, forwarded: { number, origin: event.origin } }, platform);
  });
})();
