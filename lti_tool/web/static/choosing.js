// The answer goes to the platform by itself; without scripts its button does the same.
const form = document.querySelector("form[data-send-at-once]");
if (form) form.requestSubmit();
