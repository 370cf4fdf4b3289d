(() => {
  const table = document.getElementById("matrix");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const control = (name) => document.getElementById(name);
  const rank = { p: 0, s: 1, b: 2, u: 3, f: 4 };

  const value = (cell, column) => {
    if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
    if (column === 0) return cell.textContent.trim().toLowerCase();
    return rank[cell.className] ?? -1;
  };
  const { rows, tell, reset } = sortable(table, heads, value);

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
    for (const row of rows) {
      const here = row.cells[0].textContent.toLowerCase().includes(text) && kind(row);
      row.hidden = !(here && (failed === "" || ["f", "b"].includes(row.cells[Number(failed)].className)));
    }
    columns();
    tell();
  };

  const columns = () => {
    const section = control("section").value;
    const some = control("failed").checked;
    const shown = rows.filter((row) => !row.hidden);
    heads.forEach((head, column) => {
      if (head.dataset.section === undefined) return;
      const away = (section !== "" && head.dataset.section !== section)
        || (some && !shown.some((row) => ["f", "u"].includes(row.cells[column].className)));
      if (head.hidden !== away) for (const row of [table.tHead.rows[1], ...rows]) row.cells[column].hidden = away;
    });
    for (const group of table.tHead.rows[0].cells) {
      const span = heads.filter((head) => head.dataset.section === group.dataset.section && !head.hidden).length;
      if (group.dataset.section === undefined) continue;
      group.hidden = span === 0;
      group.colSpan = Math.max(span, 1);
      group.style.setProperty("--span", Math.max(span, 1));
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
    reset();
    filter();
  });
  control("controls").hidden = false;
  // A browser keeps what was typed when the page is loaded again.
  filter();
})();
