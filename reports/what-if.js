(() => {
  const table = document.getElementById("table");
  const control = (name) => document.getElementById(name);

  const value = (cell) => (cell.dataset.value === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.value));
  const { rows, tell } = sortable(table, [...table.tHead.rows[0].cells], value);

  const filter = () => {
    const text = control("search").value.trim().toLowerCase();
    const some = control("changed").checked;
    for (const row of rows) {
      const here = row.cells[0].textContent.toLowerCase().includes(text);
      row.hidden = !here || (some && row.dataset.changed === "0");
    }
    tell();
  };

  for (const name of ["search", "changed"]) control(name).addEventListener("input", filter);
  control("controls").hidden = false;
  // A browser keeps what was typed when the page is loaded again.
  filter();
})();
