/* The log's sieve: a choice is asked for at once, and the page that is empty gets its table with the first entry. */
(() => {
  "use strict";
  const sieve = document.querySelector("[data-sift]");
  sieve?.addEventListener("change", ({ target }) => {
    /* A time is half typed for a while. */
    if (target.type === "checkbox" || target.tagName === "SELECT") sieve.requestSubmit();
  });
  sieve?.addEventListener("submit", () => {
    for (const field of sieve.querySelectorAll("input[type=datetime-local]")) field.disabled = !field.value;
    const boxes = [...sieve.querySelectorAll("[name=kind]")];
    if (boxes.every((box) => box.checked)) for (const box of boxes) box.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of sieve?.querySelectorAll(":disabled") ?? []) field.disabled = false;
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    document.getElementById("log-table").hidden = false;
    document.getElementById("log-none")?.remove();
  });
})();
