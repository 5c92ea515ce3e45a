// What htmx leaves open: a word when the shop can't be reached, Escape out of an edit, focus after a swap, keys.
(() => {
  const say = (text) => {
    const flash = document.getElementById("flash");
    if (!flash) return;
    const line = document.createElement("p");
    line.className = "flash flash-bad";
    line.textContent = text;
    flash.replaceChildren(line);
  };

  document.addEventListener("htmx:error", () => {
    say("The shop can't be reached. Check your connection and try again.");
  });

  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail?.ctx?.response?.status >= 500) {
      say("Something went wrong on our side. Nothing was changed: try again.");
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const leave = event.target.closest("[data-escape]")?.querySelector("[data-cancel]");
    leave?.click();
    if (leave?.type === "reset") leave.closest("[data-row]")?.querySelector(".act a")?.focus();
    if (event.target.closest("[data-finder]")) event.target.blur();
  });

  // An edit that was left or saved gives the focus back to where it began.
  let returnTo = null;
  // An act whose button is gone with it leaves the focus where the next act begins.
  let lands = null;
  document.addEventListener("htmx:before:request", (event) => {
    returnTo = event.target.closest?.("[data-row]")?.id ?? null;
    lands = event.target.closest?.("[data-lands]")?.dataset.lands ?? null;
  });
  document.addEventListener("htmx:after:swap", () => {
    const row = returnTo && document.getElementById(returnTo);
    if (row && !row.contains(document.activeElement)) {
      (row.querySelector("[autofocus]") ?? row.querySelector(".act a"))?.focus();
    }
    if (lands && document.activeElement === document.body) {
      document.getElementById(lands)?.focus();
      lands = null;
    }
  });

  // Keys: what they lead to is marked in the page; they are silent while somebody types, and can be turned off.
  const TYPED = "textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])";
  const all = (marked) => [...document.querySelectorAll(marked)];
  const shut = () => document.documentElement.dataset.keys === "off";
  const rowOf = (element) => element?.closest("[data-row]");
  const along = (places, here, step) => {
    const next = places.indexOf(here) < 0 && step < 0 ? places.length - 1 : places.indexOf(here) + step;
    const place = places[Math.max(0, Math.min(next, places.length - 1))];
    const within = place?.matches("a, input") ? place : place?.querySelector("th a") ?? place?.querySelector("a, button");
    (within ?? place)?.focus();
  };
  const edit = (row) => {
    const field = row?.querySelector("[data-edit], .act a");
    field?.matches("input") ? (field.focus(), field.select()) : field?.click();
  };
  const KEYS = {
    "/": () => document.querySelector("[data-finder] input")?.focus(),
    "?": () => document.getElementById("help")?.showModal(),
    j: () => along(all("[data-row], .more a"), rowOf(document.activeElement) ?? document.activeElement, 1),
    k: () => along(all("[data-row], .more a"), rowOf(document.activeElement) ?? document.activeElement, -1),
    e: () => edit(rowOf(document.activeElement)),
    x: () => rowOf(document.activeElement)?.querySelector("input[type=checkbox]")?.click(),
  };
  let going = 0;
  document.addEventListener("keydown", (event) => {
    const { key, target, timeStamp } = event;
    const finder = target.closest?.("[data-finder]");
    if (finder && (key === "ArrowDown" || key === "ArrowUp")) {
      event.preventDefault();
      return along([...finder.querySelectorAll("input, a:not(.also)")], target, key === "ArrowDown" ? 1 : -1);
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (shut() || target.isContentEditable || target.matches?.(TYPED) || document.querySelector("dialog[open]")) return;
    const place = timeStamp - going < 1500 && all("[data-go]").find((one) => one.dataset.go === key);
    going = key === "g" ? timeStamp : 0;
    const does = place ? () => place.click() : KEYS[key];
    if (!does || !document.querySelector("[data-finder]")) return;
    event.preventDefault();
    does();
  });
  const remember = (on) => { document.documentElement.dataset.keys = on ? "" : "off"; };
  const kept = () => { try { return localStorage.getItem("keys") !== "off"; } catch { return true; } };
  remember(kept());
  for (const box of all("[data-keys-on]")) {
    box.checked = !shut();
    box.addEventListener("change", () => {
      remember(box.checked);
      try { localStorage.setItem("keys", box.checked ? "on" : "off"); } catch { say("Remembered for this page only."); }
    });
  }
})();
