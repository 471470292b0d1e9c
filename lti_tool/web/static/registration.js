// Closing the page in the platform's frame, and printing. What needs this file is hidden until it runs.
"use strict";
document.querySelectorAll("[data-needs-script]").forEach((part) => (part.hidden = false));
document.querySelectorAll("[data-without-script]").forEach((part) => (part.hidden = true));
document.querySelector("[role=alert]")?.focus();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  if (!event.target.closest("[data-close-registration]")) return;
  // To whoever opened us: it says nothing but that we are ready. https://www.imsglobal.org/spec/lti-dr/v1p0
  (window.opener || window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
});
