// Building the page without markup in strings: what a server or a file name says is only ever text.

/** Make an element: `h("p.note", {id: "x", onclick: f}, "text", child)`. */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  setProps(element, props);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Make an SVG element. */
export function s(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function setProps(element, props) {
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(element.dataset, value);
    else if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, value);
    else element[key] = value;
  }
}

/** Replace an element's children. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A labelled group of radio buttons that looks like one control; `choices` are [value, text] pairs. */
export function choice(legend, name, choices, value, onchange) {
  const options = choices.map(([key, text]) =>
    h("label", {}, h("input", { type: "radio", name, value: key, checked: key === value, onchange: () => onchange(key) }), h("span", {}, text)),
  );
  return h("fieldset.choice", {}, h("legend", {}, legend), h("div.choice-row", {}, options));
}

/** A labelled select; `choices` are [value, text] pairs. */
export function select(label, choices, value, onchange, props = {}) {
  const control = h("select", { onchange: () => onchange(control.value), ...props },
    choices.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
  return h("label.field", {}, h("span", {}, label), control);
}

/** Say something to those who cannot see it, and show it. */
export function status() {
  return h("p.note", { role: "status", "aria-live": "polite", hidden: true });
}

/** Show a message in a status line; `kind` is "", "bad" or "busy". */
export function say(line, text, kind = "") {
  line.hidden = !text;
  line.classList.toggle("bad", kind === "bad");
  line.classList.toggle("busy", kind === "busy");
  line.textContent = text;
}

export const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;

/** A colour of the theme in force. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Let the browser save a file. */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
