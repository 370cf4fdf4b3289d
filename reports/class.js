
"use strict";
(() => {
  const table = document.getElementById("matrix");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const first = [...body.rows];
  const status = document.getElementById("status");
  const control = (name) => document.getElementById(name);
  const rank = { p: 0, s: 1, b: 2, u: 3, f: 4 };
  let order = { column: -1, down: false };

  const value = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
    if (column === 0) return cell.textContent.trim().toLowerCase();
    return rank[cell.className] ?? -1;
  };

  const sort = (column) => {
    const down = order.column === column ? !order.down : column !== 0;
    order = { column, down };
    const rows = [...first];
    rows.sort((one, other) => {
      const a = value(one, column), b = value(other, column);
      const compared = typeof a === "string" ? a.localeCompare(b) : a - b;
      return down ? -compared : compared;
    });
    body.append(...rows);
    heads.forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    tell();
  };

  const wanted = {
    all: () => true,
    lost: (row) => row.querySelector(".f, .b") !== null,
    full: (row) => row.dataset.full === "1",
    open: (row) => row.dataset.final === "0",
    asked: (row) => row.dataset.asked === "1",
  };

  const filter = () => {
    const text = control("search").value.trim().toLowerCase();
    const kind = wanted[control("kind").value];
    const failed = control("criterion").value;
    for (const row of first) {
      const here = row.cells[0].textContent.toLowerCase().includes(text) && kind(row);
      row.hidden = !(here && (failed === "" || ["f", "b"].includes(row.cells[Number(failed)].className)));
    }
    columns();
    tell();
  };

  const columns = () => {
    const section = control("section").value;
    const some = control("failed").checked;
    const shown = first.filter((row) => !row.hidden);
    heads.forEach((head, column) => {
      if (head.dataset.section === undefined) return;
      const away = (section !== "" && head.dataset.section !== section)
        || (some && !shown.some((row) => ["f", "u"].includes(row.cells[column].className)));
      if (head.hidden !== away) for (const row of [table.tHead.rows[1], ...first]) row.cells[column].hidden = away;
    });
    for (const group of table.tHead.rows[0].cells) {
      const span = heads.filter((head) => head.dataset.section === group.dataset.section && !head.hidden).length;
      if (group.dataset.section === undefined) continue;
      group.hidden = span === 0;
      group.colSpan = Math.max(span, 1);
    }
  };

  const tell = () => {
    const head = heads[order.column];
    const numbers = { shown: first.filter((row) => !row.hidden).length, all: first.length, column: head ? head.dataset.name : "" };
    for (const part of status.querySelectorAll("[data-number]")) part.textContent = numbers[part.dataset.number];
    for (const part of status.querySelectorAll("[data-when]")) {
      part.hidden = part.dataset.when !== (order.down ? "down" : "up") || !head;
    }
  };

  // One stop for Tab in the whole matrix; arrows go from there, as in a grid.
  const stops = (row) => [...row.cells].filter((cell) => !cell.hidden).map((cell) => cell.querySelector("button, a"));
  let stop = null;
  const settle = (next) => {
    if (stop) stop.tabIndex = -1;
    stop = next;
    stop.tabIndex = 0;
  };
  const move = (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const isEnd = event.key === "Home" || event.key === "End";
    if (!event.target.matches("button, a") || !(event.key in steps || isEnd)) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const lines = [table.tHead.rows[1], ...[...body.rows].filter((row) => !row.hidden)].map(stops);
    const [down, right] = steps[event.key] ?? [0, event.key === "Home" ? 1 : -1];
    let line = lines.findIndex((stops) => stops.includes(event.target));
    let place = lines[line].indexOf(event.target) + right;
    if (isEnd) place = event.key === "Home" ? 0 : lines[line].length - 1;
    line += down;
    // What leads nowhere, such as the cells of a student without a report, is passed over.
    while (lines[line] && place in lines[line] && !lines[line][place]) [line, place] = [line + down, place + right];
    const next = lines[line]?.[place];
    if (!next) return;
    event.preventDefault();
    settle(next);
    stop.focus();
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.querySelectorAll("a").forEach((link) => link.replaceWith(...link.childNodes));
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  table.querySelectorAll("thead button, tbody a").forEach((link) => { link.tabIndex = -1; });
  settle(heads[0].querySelector("button"));
  table.addEventListener("keydown", move);
  table.addEventListener("focusin", (event) => {
    if (event.target.matches("button, a") && event.target !== stop) settle(event.target);
  });
  for (const name of ["search", "kind", "criterion", "section", "failed"]) {
    control(name).addEventListener("input", filter);
  }
  control("reset").addEventListener("click", () => {
    for (const name of ["search", "criterion", "section"]) control(name).value = "";
    control("kind").value = "all";
    control("failed").checked = false;
    order = { column: -1, down: false };
    body.append(...first);
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    filter();
  });
  // Both languages stand in the page; the style sheet shows the one that the page's own language names.
  const root = document.documentElement;
  control("language").addEventListener("click", () => {
    root.lang = root.lang === "zh" ? "en" : "zh";
    for (const part of document.querySelectorAll("[data-says]")) {
      if (part.dataset.says) part.setAttribute(part.dataset.says, part.dataset[root.lang]);
      else part.textContent = part.dataset[root.lang];
    }
  });
  control("language").hidden = false;
  control("status").hidden = false;
  control("controls").hidden = false;
  // A browser keeps what was typed when the page is loaded again.
  filter();
})();
