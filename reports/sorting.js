// A table whose heads sort its rows, one column at a time, and a line that tells how many are shown in which order.
const sortable = (table, heads, value) => {
  const [body, status] = [table.tBodies[0], document.getElementById("status")];
  const rows = [...body.rows];
  let order = { column: -1, down: false };

  // A column is called by its id, or by its head's words in each language.
  const name = (head) => {
    const words = head ? [...head.querySelectorAll("[lang]")] : [];
    if (words.length === 0) return [head ? head.dataset.name ?? head.textContent.trim() : ""];
    return words.map((word) => {
      const copy = word.cloneNode(true);
      copy.style.textTransform = "lowercase";
      return copy;
    });
  };

  const tell = () => {
    const head = heads[order.column];
    const said = { shown: () => [rows.filter((row) => !row.hidden).length], all: () => [rows.length], column: () => name(head) };
    for (const part of status.querySelectorAll("[data-number]")) part.replaceChildren(...said[part.dataset.number]());
    for (const part of status.querySelectorAll("[data-when]")) {
      part.hidden = !head || part.dataset.when !== (order.down ? "down" : "up");
    }
  };

  const arrange = (column, down, sorted) => {
    order = { column, down };
    body.append(...sorted);
    heads.forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    tell();
  };

  const sort = (column) => {
    const down = order.column === column ? !order.down : column !== 0;
    const keys = new Map(rows.map((row) => [row, value(row.cells[column], column)]));
    const words = new Intl.Collator();
    arrange(column, down, [...rows].sort((one, other) => {
      const [a, b] = [keys.get(one), keys.get(other)];
      const compared = typeof a === "string" ? words.compare(a, b) : a - b;
      return down ? -compared : compared;
    }));
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.querySelectorAll("a").forEach((link) => link.replaceWith(...link.childNodes));
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  status.hidden = false;
  return { rows, tell, reset: () => arrange(-1, false, rows) };
};
