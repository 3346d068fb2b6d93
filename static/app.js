/* What pages can do beyond HTML. All of it is extra: without this file everything can be read, typed and sent. */
(() => {
  "use strict";
  const POLL_MS = 5000;
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const byId = (id) => document.getElementById(id);

  /* Times: the server writes UTC and words of its own moment; here they become local time, and stay fresh. */
  const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
  const yearFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const hourFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const secondFormat = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
  const exactFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

  const day = (at) => (at.getFullYear() === new Date().getFullYear() ? dayFormat : yearFormat).format(at);
  const inWords = (seconds) => {
    const [name, size] = UNITS.find(([, size]) => seconds >= size) || UNITS[3];
    const count = Math.floor(seconds / size);
    return `${count} ${name}${count === 1 ? "" : "s"}`;
  };
  const relative = (at) => {
    const passed = Math.floor((Date.now() - at) / 1000);
    return passed < 5 ? "just now" : `${inWords(passed)} ago`;
  };
  const written = {
    clock: (at) => (at.toDateString() === new Date().toDateString() ? "" : `${day(at)}, `) + hourFormat.format(at),
    lasting: (at) => inWords(Math.max(0, (Date.now() - at) / 1000)),
    stamp: (at) => `${day(at)} ${secondFormat.format(at)}`,
  };
  const refreshTimes = () => {
    for (const time of all("time:not([data-as=zoned])")) {
      const text = (written[time.dataset.as] || relative)(new Date(time.dateTime));
      if (time.textContent !== text) time.textContent = text;
    }
  };
  document.addEventListener("mouseover", ({ target }) => {
    const time = target.closest?.("time:not([data-exact])");
    if (!time) return;
    time.dataset.exact = "";
    time.title = `${exactFormat.format(new Date(time.dateTime))}\n${time.title}`;
  });

  /* Live: ask for what moved, unless nobody looks. The answer is empty while nothing did. */
  let polls = 0;
  const poll = (atOnce) => {
    polls += 1;
    if (document.hidden) return;
    for (const part of all("[data-live]")) if (atOnce || polls % (part.dataset.liveEvery || 1) === 0) htmx.trigger(part, "poll");
  };
  const mark = (lost) => {
    for (const sign of all("[data-live-mark]")) {
      sign.hidden = false;
      sign.classList.toggle("lost", lost);
      sign.lastChild.textContent = lost ? "No connection" : "Live";
    }
  };
  let saidDown = null;
  const tellDown = () => {
    const live = document.querySelector("[data-live]");
    if (!live) return;
    const down = Number(live.dataset.down);
    const word = live.dataset.downWord || down;
    document.title = (down ? `(${word}) ` : "") + document.title.replace(/^\((\d+|down)\) /, "");
    const icon = document.querySelector("link[rel=icon]");
    if (icon.getAttribute("href") !== live.dataset.bell) icon.setAttribute("href", live.dataset.bell);
    if (saidDown !== null && saidDown !== down) byId("announce").textContent = `${down || "Nothing"} is down now.`;
    saidDown = down;
  };

  /* Copying, also where the clipboard is out of bounds (plain HTTP): then the text is selected for the hand to copy. */
  const select = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const source = byId(button.dataset.copy);
    select(source);
    let said = "Selected";
    try {
      await navigator.clipboard.writeText(source.textContent);
      said = "Copied";
    } catch { /* no clipboard here */ }
    const label = button.firstChild;
    label.textContent = said;
    byId("announce").textContent = said;
    setTimeout(() => { label.textContent = "Copy"; }, 1600);
  });

  /* Menus: a press outside or Escape shuts them. */
  document.addEventListener("click", ({ target }) => {
    for (const menu of all("details.menu[open]")) menu.open = menu.contains(target);
  });
  document.addEventListener("keydown", ({ key }) => {
    const menu = key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* Forms: quick choices for lengths of time, and a slug made out of the name. */
  document.addEventListener("click", ({ target }) => {
    const choice = target.closest("[data-value]");
    if (!choice) return;
    const [count, unit] = choice.dataset.value.split(" ");
    byId(choice.dataset.number).value = count;
    byId(choice.dataset.unit).value = unit;
  });
  const LATIN = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d" };
  const suggestSlug = () => {
    const from = document.querySelector("[data-slug-from]");
    if (!from) return;
    const name = byId(from.dataset.slugFrom).value;
    const latin = name.toLowerCase().replace(/[ßæœøłđ]/g, (letter) => LATIN[letter]);
    const plain = latin.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
    const slug = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 100);
    const offer = from.querySelector("[data-suggestion]");
    const field = byId(offer.dataset.suggestion);
    offer.hidden = !slug || field.value !== "";
    offer.querySelector("button").textContent = slug;
    offer.querySelector("button").onclick = () => { field.value = slug; suggestSlug(); };
  };
  document.addEventListener("input", suggestSlug);

  /* The reader's own time zone, where another one is typed. */
  const suggestZone = () => {
    const offer = document.querySelector("[data-zone]");
    if (!offer) return;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const field = byId(offer.parentNode.dataset.zoneFor);
    offer.hidden = !zone || field.value.trim() === zone;
    const button = offer.querySelector("button");
    button.textContent = zone;
    button.onclick = () => {
      field.value = zone;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
  };
  document.addEventListener("input", suggestZone);

  const dress = () => {
    for (const button of all("[data-copy], [data-presets]")) button.hidden = false;
    refreshTimes();
    tellDown();
  };
  dress();
  suggestSlug();
  suggestZone();
  document.querySelector("[aria-invalid]")?.focus();
  // On a phone the pages of a section stand in a line that is longer than the screen.
  const line = document.querySelector(".subnav");
  const open = line?.querySelector("[aria-current]");
  if (open) line.scrollLeft = open.offsetLeft - line.offsetLeft - (line.clientWidth - open.offsetWidth) / 2;
  setInterval(refreshTimes, 1000);
  if (document.querySelector("[data-live]")) {
    mark(false);
    setInterval(poll, POLL_MS, false);
    document.addEventListener("visibilitychange", () => poll(true));
    document.addEventListener("htmx:afterSettle", () => { dress(); mark(false); });
    document.addEventListener("htmx:afterOnLoad", () => mark(false));
    for (const trouble of ["sendError", "responseError", "timeout"]) {
      document.addEventListener(`htmx:${trouble}`, () => mark(true));
    }
  }
})();
