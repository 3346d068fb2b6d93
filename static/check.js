/* The check's page: what was unfolded stays unfolded when a part of the page is brought anew. */
(() => {
  "use strict";
  let open = [];
  const kept = () => document.querySelectorAll("main details[id]");
  document.addEventListener("htmx:beforeSwap", () => { open = [...kept()].filter((one) => one.open).map((one) => one.id); });
  document.addEventListener("htmx:afterSettle", () => {
    for (const one of kept()) if (open.includes(one.id)) one.open = true;
  });
})();
