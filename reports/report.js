// The page is whole without this: it only hides what is not looked for.
(() => {
  const find = document.getElementById("find");
  const [words, only] = [document.getElementById("find-words"), document.getElementById("find-only")];
  const told = document.getElementById("find-told");
  const text = (element) => (element ? element.textContent : "");
  const rows = [...document.querySelectorAll(".lines > li")].map((row) => {
    const criterion = row.querySelector(":scope > .criterion");
    const body = criterion && criterion.querySelector(".body");
    const said = criterion ? [
      text(row.closest(".section").querySelector("h2")), text(row.closest(".scenario").querySelector("h3")),
      text(criterion.querySelector("summary")), body.id, text(body.querySelector(".compared")),
      text(body.querySelector(".notice")),
    ] : [];
    return { row, criterion, said: said.join(" ").toLowerCase() };
  });
  const total = rows.filter((each) => each.criterion).length;

  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isFiltered = wanted.length > 0 || only.checked;
    let count = 0;
    for (const { row, criterion, said } of rows) {
      const isEarned = criterion && (criterion.matches(".passed") || criterion.matches(".skipped"));
      const isShown = criterion ? !(only.checked && isEarned) && wanted.every((word) => said.includes(word)) : !isFiltered;
      row.hidden = !isShown;
      if (criterion && isShown) count += 1;
    }
    for (const part of document.querySelectorAll(".scenario, .section")) {
      part.hidden = isFiltered && !part.querySelector(".lines > li:not([hidden])");
    }
    document.body.classList.toggle("finding", wanted.length > 0);
    told.hidden = !isFiltered;
    for (const [name, number] of [["shown", count], ["all", total]]) {
      for (const part of told.querySelectorAll(`[data-number="${name}"]`)) part.textContent = number;
    }
  };

  words.addEventListener("input", show);
  only.addEventListener("change", () => {
    show();
    const first = document.querySelector(".section:not([hidden])");
    if (only.checked && first) first.scrollIntoView();
  });
  words.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { words.value = ""; show(); }
    const first = rows.find((each) => each.criterion && !each.row.hidden);
    if (event.key === "Enter" && first) {
      // The same key would fold again what has the focus by then.
      event.preventDefault();
      first.criterion.open = true;
      first.criterion.querySelector("summary").focus();
    }
  });
  // A link to what is hidden or folded shows it.
  const reveal = () => {
    const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!goal) return;
    if (goal.closest("[hidden]") || document.body.classList.contains("finding")) {
      [words.value, only.checked] = ["", false];
      show();
    }
    for (let up = goal; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    goal.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", () => { [words.value, only.checked] = ["", false]; show(); });
  show();
  find.hidden = false;
  reveal();
})();
