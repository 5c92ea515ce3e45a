// What htmx leaves open: a word when the shop can't be reached, Escape out of an edit, focus after a swap.
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
    event.target.closest("[data-escape]")?.querySelector("[data-cancel]")?.click();
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
})();
