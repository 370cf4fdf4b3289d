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
  const head = make("tr", {}, ...headings.map((text) => make("th", { text })));
  const body = rows.map((cells) => make("tr", {}, ...cells.map(cell)));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

function cell(content) {
  if (content instanceof Node) return make("td", {}, content);
  return make("td", { text: String(content ?? "") });
}

export function field(text, input) {
  return make("label", { class: "field" }, make("span", { text }), input);
}

export const state = (isGood, text) => make("span", { class: isGood ? "good" : "bad", text });

export const card = (title, ...content) => make("section", { class: "card" }, make("h1", { text: title }), ...content);
