/* The schedule's form: quick choices that fill in an expression or a zone, and every choice is read back at once. */
(() => {
  "use strict";
  const tell = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));
  document.addEventListener("click", ({ target }) => {
    const choice = target.closest("[data-fill]");
    if (!choice) {
      /* A length of time: app.js has put it into its fields by now. */
      const length = target.closest("[data-value]");
      if (length) tell(document.getElementById(length.dataset.number));
      return;
    }
    const field = document.getElementById(choice.dataset.fill);
    field.value = choice.dataset.text;
    field.focus();
    tell(field);
  });
  const show = () => {
    for (const guess of document.querySelectorAll("[data-zone-guess]")) guess.hidden = false;
  };
  document.addEventListener("htmx:afterSettle", show);
  show();
  if (location.hash === "#advanced") document.getElementById("advanced").open = true;
})();
