/* The list of checks: filters while one types, takes over what moved row by row, and turns what stands in the rows into
   buttons. All of it is extra: without this file everything can be read, and chosen checks can be acted upon. */
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const live = byId("live");
  if (!live) return;
  const table = live.querySelector(".checks");
  const bulk = byId("bulk");
  const bar = bulk?.querySelector(".bulk");
  const rows = () => [...byId("rows").rows];
  const linkOf = (row) => row.querySelector("a");
  const keyOf = (row) => linkOf(row).getAttribute("href");
  const idOf = (row) => keyOf(row).split("/").pop();
  const boxOf = (row) => row.querySelector("input[name=c]");
  const say = (text) => { byId("announce").textContent = text; };
  const copyOf = (id) => byId(id).content.firstElementChild.cloneNode(true);

  /* What a row was when it came: relative times stay fresh by themselves, and so do not count. */
  const sources = new Map();
  const sourceOf = (row) => row.outerHTML.replace(/>[^<]*<\/time>/g, "></time>").replace(/^<tr([^>]*) hidden(="")?/, "<tr$1");
  const note = (row) => sources.set(keyOf(row), sourceOf(row));

  /* Filter: the same rule as on the server, where it works without this file. */
  const box = byId("q");
  const sieve = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of rows()) {
      row.hidden = !words.every((word) => row.dataset.text.includes(word));
      if (row.hidden && boxOf(row)) boxOf(row).checked = false;
      found += !row.hidden;
    }
    byId("none").hidden = found > 0;
    count();
  };
  box.addEventListener("input", () => {
    sieve();
    history.replaceState(null, "", asking(location.href));
  });
  /* The words go along, wherever the list is asked for otherwise. */
  const asking = (href) => {
    const url = new URL(href);
    if (box.value) url.searchParams.set("q", box.value);
    else url.searchParams.delete("q");
    return url.href;
  };
  live.addEventListener("click", ({ target }) => {
    const link = target.closest(".chips a, .sorts a, thead a");
    if (link) link.href = asking(link.href);
  });
  bulk?.addEventListener("submit", () => { bulk.back.value = location.search.slice(1); });
  box.form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, textarea, select") || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    box.focus();
  });

  /* Ping URLs: what the row shows of one, and a press that copies the whole. */
  const { root, pingKey, slugs } = table.dataset;
  const dressUrl = (cell, row) => {
    const shown = slugs ? cell.firstChild?.data?.trim() : idOf(row);
    if (!shown) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tool url";
    button.textContent = shown;
    button.dataset.url = slugs ? `${root}/${pingKey}/${shown}` : `${root}/${shown}`;
    button.title = `${button.dataset.url}\nPress to copy`;
    if (slugs) cell.firstChild.replaceWith(button);
    else cell.append(button);
  };
  const copyUrl = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.url);
      button.classList.add("copied");
      setTimeout(() => button.classList.remove("copied"), 1600);
      say("Ping URL copied");
    } catch { prompt("The ping URL", button.dataset.url); }
  };

  /* Channels: one button each, pressed where the check tells it. */
  const bells = [...document.querySelectorAll(".t-channel")];
  const press = (button, on) => button.setAttribute("aria-pressed", on);
  const dressBells = (cell) => {
    if (!bells.length || bells.length < Number(table.dataset.channels)) return;
    const on = new Set(cell.dataset.on.split(","));
    cell.replaceChildren(...bells.map((template, place) => {
      const button = template.content.firstElementChild.cloneNode(true);
      button.dataset.channel = template.dataset.id;
      button.setAttribute("aria-label", button.title);
      press(button, on.has(String(place)));
      return button;
    }));
  };
  const send = (path, values) => fetch(path, {
    method: "POST",
    body: new URLSearchParams({ csrf_token: bulk.csrf_token.value, ...values }),
    redirect: "manual",
  });
  const ring = async (button, row) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    press(button, on);
    const answer = await send(`${keyOf(row)}/channels/${button.dataset.channel}`, { tell: on ? "1" : "0" }).catch(() => null);
    const done = answer && (answer.ok || answer.type === "opaqueredirect");
    if (!done) press(button, !on);
    say(done ? `${button.title} is ${on ? "told" : "not told"} of ${linkOf(row).textContent}` : "That did not work. Try again.");
  };

  /* A name and tags, typed over in the row. */
  const rename = (row) => {
    const cell = row.cells[2];
    const parts = [...cell.childNodes];
    const form = copyOf("t-rename");
    const [name, tags] = form.querySelectorAll("input");
    name.value = linkOf(row).textContent === "Unnamed check" ? "" : linkOf(row).textContent;
    tags.value = [...cell.querySelectorAll("i")].map((tag) => tag.textContent).join(" ");
    /* Only what is typed over is sent: others may have changed the rest since. */
    for (const input of [name, tags]) input.defaultValue = input.value;
    const typed = () => Object.fromEntries(
      [name, tags].filter((input) => input.value !== input.defaultValue).map((input) => [input.name, input.value]));
    for (const part of parts) if (part.nodeType === Node.ELEMENT_NODE) part.hidden = true;
    cell.append(form);
    name.focus();
    name.select();
    const leave = () => {
      form.remove();
      for (const part of parts) if (part.nodeType === Node.ELEMENT_NODE) part.hidden = false;
      row.querySelector("[data-rename]").focus();
    };
    const save = async () => {
      const answer = await send(`${keyOf(row)}/name${location.search}`, typed()).catch(() => null);
      const told = answer && (answer.ok || answer.status === 422) ? await answer.text() : "That did not work. Try again.";
      if (answer?.ok) put(row, told).querySelector("[data-rename]").focus();
      else form.querySelector(".error").textContent = told;
    };
    form.querySelector("[data-save]").onclick = save;
    form.querySelector("[data-cancel]").onclick = leave;
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) save();
      if (event.key === "Escape") leave();
      if (["Enter", "Escape"].includes(event.key) && event.target.matches("input")) event.preventDefault();
    });
  };
  const put = (old, html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.querySelector("tr");
    fresh.hidden = old.hidden;
    old.replaceWith(fresh);
    note(fresh);
    dress(fresh);
    return fresh;
  };

  const dress = (row) => {
    row.dataset.text = [...row.querySelectorAll("a, i")].map((part) => part.textContent).concat(row.cells[3].textContent, idOf(row)).join(" ").toLowerCase();
    dressUrl(row.cells[3], row);
    if (!bulk) return;
    boxOf(row).setAttribute("aria-label", `Choose ${linkOf(row).textContent}`);
    dressBells(row.cells[4]);
    row.cells[2].append(copyOf("t-pencil"));
  };

  /* Choosing: one, all that are seen, or a run of them with Shift. */
  let last = null;
  let chooseAll = null;
  const chosen = () => rows().filter((row) => boxOf(row)?.checked);
  const count = () => {
    if (!bulk) return;
    const number = chosen().length;
    bar.hidden = number === 0;
    bar.querySelector("[data-chosen]").textContent = `${number} chosen`;
    const seen = rows().filter((row) => !row.hidden).length;
    chooseAll.checked = number > 0 && number === seen;
    chooseAll.indeterminate = number > 0 && number < seen;
  };
  const choose = (row, on) => { if (!row.hidden) boxOf(row).checked = on; };
  const chooseTo = (row, on) => {
    const all = rows();
    const [from, to] = [all.indexOf(last), all.indexOf(row)].sort((a, b) => a - b);
    if (from >= 0) for (const between of all.slice(from, to + 1)) choose(between, on);
  };
  table.addEventListener("click", ({ target, shiftKey }) => {
    const row = target.closest("#rows tr");
    const button = target.closest("button");
    if (target === chooseAll) for (const each of rows()) choose(each, target.checked);
    else if (row && target === boxOf(row)) {
      if (shiftKey) chooseTo(row, target.checked);
      last = row;
    } else if (button?.dataset.url) copyUrl(button);
    else if (button?.dataset.channel) ring(button, row);
    else if (button && "rename" in button.dataset) rename(row);
    else return;
    count();
  });
  if (bulk) {
    const place = byId("choose-all");
    place.innerHTML = '<input type="checkbox" aria-label="Choose all">';
    chooseAll = place.firstChild;
    bar.classList.add("floating");
    const none = bar.querySelector("[data-choose-none]");
    none.hidden = false;
    none.onclick = () => { for (const row of rows()) choose(row, false); count(); };
  }

  /* Live: of a list that moved, take the parts that differ. What is typed, ticked or looked at stays. */
  const takeRows = (fresh) => {
    const there = new Map(rows().map((row) => [keyOf(row), row]));
    const body = byId("rows");
    let place = body.firstElementChild;
    for (const row of [...fresh.rows]) {
      const key = keyOf(row);
      const old = there.get(key);
      there.delete(key);
      const busy = old?.querySelector(".renaming");
      let now = old;
      if (!old || (sources.get(key) !== sourceOf(row) && !busy)) {
        now = row;
        note(row);
        dress(row);
        if (old && boxOf(old)) boxOf(row).checked = boxOf(old).checked;
        if (old === place) place = old.nextElementSibling;
        old?.remove();
      }
      if (now === place) place = now.nextElementSibling;
      else body.insertBefore(now, place);
    }
    for (const gone of there.values()) gone.remove();
  };
  const take = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.querySelector("#live");
    if (!fresh.querySelector("#rows")) return false;
    for (const { name, value } of fresh.attributes) live.setAttribute(name, value);
    for (const id of ["verdict", "statuses", "tags", "none"]) {
      const part = fresh.querySelector(`#${id}`);
      if (part.outerHTML !== byId(id).outerHTML) byId(id).replaceWith(part);
    }
    takeRows(fresh.querySelector("#rows"));
    sieve();
    live.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
    return true;
  };
  live.addEventListener("htmx:configRequest", ({ detail }) => { detail.path = live.getAttribute("hx-get"); });
  live.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status === 200 && take(detail.serverResponse)) detail.shouldSwap = false;
  });

  table.classList.add("dressed");
  for (const row of rows()) note(row);
  for (const row of rows()) dress(row);
  sieve();
})();
