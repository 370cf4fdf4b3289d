// Builds elements. Text from the cluster only ever becomes text, never markup.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function table(headings, rows) {
  const head = make("mat-header-row", { role: "row" },
    ...headings.map((text) => make("mat-header-cell", { role: "columnheader", text })));
  const body = rows.map((cells) => make("mat-row", { role: "row" }, ...cells.map(cell)));
  return make("mat-table", { role: "table" }, head, ...body);
}

function cell(content) {
  if (content instanceof Node) return make("mat-cell", { role: "cell" }, content);
  return make("mat-cell", { role: "cell", text: String(content ?? "") });
}

export function field(text, input) {
  return make("label", { class: "field" }, make("span", { text }), input);
}

// A list to choose from, as the original has it: it opens when it is clicked.
export function choice(name, options, changed = () => {}) {
  const select = make("mat-select", { role: "combobox", formcontrolname: name, tabindex: "0", "aria-expanded": "false" });
  const list = make("div", { role: "listbox", hidden: true });
  const shown = make("span");
  const open = (isOpen) => { list.hidden = !isOpen; select.setAttribute("aria-expanded", String(isOpen)); };
  const choose = ([value, text]) => { select.value = value; shown.textContent = text; open(false); changed(value); };
  list.append(...options.map((option) => make("mat-option", { role: "option", text: option[1], onclick: () => choose(option) })));
  select.append(shown);
  select.addEventListener("click", () => open(list.hidden));
  choose(options[0]);
  return { select, box: make("div", {}, select, list) };
}

export const state = (isGood, text) => make("span", { class: isGood ? "good" : "bad", text });

export const card = (title, ...content) => make("section", { class: "card" }, make("h1", { text: title }), ...content);
