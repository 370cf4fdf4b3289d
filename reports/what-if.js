
"use strict";
(() => {
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const first = [...body.rows];
  const control = (name) => document.getElementById(name);
  let order = { column: -1, down: false };

  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.value);
  };

  const tell = () => {
    const shown = first.filter((row) => !row.hidden).length;
    const head = heads[order.column];
    const sorted = head ? `, sorted by ${head.textContent.trim().toLowerCase()}, ${order.down ? "most first" : "least first"}` : "";
    control("status").textContent = `${shown} of ${first.length} students shown${sorted}`;
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

  const filter = () => {
    const text = control("search").value.trim().toLowerCase();
    const some = control("changed").checked;
    for (const row of first) {
      const here = row.cells[0].textContent.toLowerCase().includes(text);
      row.hidden = !here || (some && row.dataset.changed === "0");
    }
    tell();
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  for (const name of ["search", "changed"]) control(name).addEventListener("input", filter);
  control("controls").hidden = false;
  // A browser keeps what was typed when the page is loaded again.
  filter();
})();
