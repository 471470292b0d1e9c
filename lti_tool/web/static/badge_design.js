// Lets the badge on the set-up page follow what is chosen and typed. Without this script a button does the same.
(() => {
  const form = document.querySelector("[data-badge-form]");
  if (!form) return;
  const find = (selector) => form.querySelector(selector);
  const alt = find("#badge_alt");
  const proposal = find("#badge_alt_proposal");
  const button = find("[data-show-badge]");
  const name = find("[data-preview-name]");
  let asked = null;

  const describe = () => find(".badge-large").setAttribute("alt", alt.value);

  const follow = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    const chosen = new URLSearchParams();
    for (const input of form.querySelectorAll(".swatch input:checked")) chosen.set(input.name, input.value);
    try {
      const address = `${form.dataset.previewAddress}?${chosen}`;
      const answer = await fetch(address, { credentials: "same-origin", signal: asked.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const pictures = page.querySelector("[data-pictures]");
      const said = pictures.dataset.alt;
      find("[data-pictures]").replaceWith(pictures);
      if (alt.value.trim() === proposal.value) alt.value = said;
      proposal.value = said;
      describe();
      const lacking = [...pictures.querySelectorAll(".badge-lacking")].map((one) => one.textContent);
      find("[data-preview-said]").textContent = lacking.join(" ");
    } catch (problem) {
      // The button still shows it.
      if (problem.name !== "AbortError" && button) button.hidden = false;
    }
  };

  if (button) button.hidden = true;
  form.addEventListener("change", (event) => {
    if (event.target.closest(".swatch")) follow();
    if (event.target.name === "badge_type") {
      find("[data-preview-type]").textContent = form.querySelector(`label[for="${event.target.id}"]`).textContent;
    }
  });
  alt.addEventListener("input", describe);
  find("#badge_name").addEventListener("input", (event) => {
    name.textContent = event.target.value.trim() || name.dataset.none;
  });
  // A browser that comes back to the page may have kept other choices than the page was drawn with.
  addEventListener("pageshow", (event) => {
    if (event.persisted) follow();
  });
})();
