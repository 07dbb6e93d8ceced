// A picture with boxes round what was read, and the list of its numbers, each of which can be corrected by hand.

import { describe } from "./answer.js";
import { download, h, percent, s, say, status } from "./dom.js";

/** A picture, and boxes over it in the picture's own pixels. */
export class BoxedPicture {
  constructor(blob, name) {
    this.url = URL.createObjectURL(blob);
    this.image = h("img", { src: this.url, alt: name });
    this.overlay = s("svg", { "aria-hidden": "true", class: "overlay" });
    this.element = h("div.boxed", {}, this.image, this.overlay);
    this.ready = this.image.decode().then(() => true, () => this.cannotShow());
  }

  cannotShow() {
    this.image.replaceWith(h("p.note", {}, "The browser cannot show this kind of picture. The boxes are where they are in it."));
    this.element.classList.add("blind");
    return false;
  }

  get size() {
    return [this.image.naturalWidth || 1, this.image.naturalHeight || 1];
  }

  /** Show boxes; `marks` are {box, state, onclick}. Answers their elements. */
  show(marks, [width, height] = this.size) {
    this.overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.element.style.setProperty("--aspect", `${width} / ${height}`);
    const room = Math.max(width, height) / 200;
    const rects = marks.map(({ box: [x0, y0, x1, y1], state, onclick }) => {
      const rect = s("rect", { x: x0 - room, y: y0 - room, width: x1 - x0 + 2 * room, height: y1 - y0 + 2 * room, rx: room, class: state });
      if (onclick) rect.addEventListener("click", onclick);
      return rect;
    });
    this.overlay.replaceChildren(...rects);
    return rects;
  }

  /** A small canvas with what is in a box. */
  crop([x0, y0, x1, y1]) {
    const [width, height] = [Math.max(1, x1 - x0), Math.max(1, y1 - y0)];
    const scale = Math.min(160 / width, 64 / height);
    const canvas = h("canvas.crop", { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)), "aria-hidden": "true" });
    if (this.image.naturalWidth) canvas.getContext("2d").drawImage(this.image, x0, y0, width, height, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  close() {
    URL.revokeObjectURL(this.url);
  }
}

const STATES = { sure: "sure", unsure: "unsure", none: "unsure", empty: "unsure" };

/** The numbers of a page beside its picture. */
export class PageList {
  constructor(picture, page, name) {
    this.picture = picture;
    this.name = name;
    this.rows = page.numbers.map((number, i) => this.row(number, i));
    this.rects = picture.show(
      page.numbers.map(({ box }, i) => ({ box: box ?? [0, 0, 0, 0], state: this.rows[i].state, onclick: () => this.rows[i].input.focus() })),
      [page.width, page.height],
    );
    this.line = status();
    this.element = h("div.page-list", {}, this.head(page), this.line, h("ol.numbers", {}, this.rows.map(({ element }) => element)));
  }

  head(page) {
    const unsure = this.rows.filter(({ state }) => state === "unsure").length;
    const found = page.numbers.length === 1 ? "1 number" : `${page.numbers.length} numbers`;
    const turned = Math.abs(page.rotation) >= 45 ? `, on a page that lies turned by ${Math.round(page.rotation)}°` : "";
    if (!page.numbers.length) return h("p.verdict", { role: "status" }, "No numbers were found on this page.");
    return h("div", {},
      h("p.verdict", { role: "status" }, `${found}${turned}${unsure ? `; ${unsure} to look at` : ""}.`),
      h("div.tools", {},
        h("button", { type: "button", onclick: () => this.nextUnsure(), disabled: !unsure }, "Next unsure"),
        h("button", { type: "button", onclick: () => this.copy() }, "Copy CSV"),
        h("button", { type: "button", onclick: () => download(new Blob([this.csv()], { type: "text/csv" }), "numbers.csv") }, "Download CSV")));
  }

  row(number, i) {
    const [verdict] = describe({ ...number, label: number.text }, "number");
    const input = h("input", {
      type: "text", value: number.text, inputMode: "decimal", autocomplete: "off", spellcheck: false, "aria-label": `Number ${i + 1}`,
      onfocus: () => this.select(i), oninput: () => this.edited(i), onkeydown: (event) => this.key(event, i),
    });
    const note = h("span.muted", {}, sureness(number));
    const state = STATES[verdict];
    const element = h(`li.${state}`, {}, number.box ? this.picture.crop(number.box) : null, input, note);
    return { number, input, note, element, state };
  }

  select(i) {
    this.rects.forEach((rect, j) => rect.classList.toggle("selected", i === j));
    this.rows.forEach(({ element }, j) => element.classList.toggle("selected", i === j));
    this.rows[i].element.scrollIntoView({ block: "nearest" });
  }

  edited(i) {
    const { input, number, note, element } = this.rows[i];
    const changed = input.value !== number.text;
    for (const marked of [element, this.rects[i]]) marked.classList.toggle("corrected", changed);
    note.textContent = changed ? `was ${number.text || "empty"}` : sureness(number);
  }

  key(event, i) {
    const to = { Enter: i + 1, ArrowDown: i + 1, ArrowUp: i - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.rows[to]?.input.focus();
    this.rows[to]?.input.select();
  }

  nextUnsure() {
    const from = this.rows.findIndex(({ element }) => element.classList.contains("selected"));
    const order = [...this.rows.slice(from + 1), ...this.rows.slice(0, from + 1)];
    const next = order.find(({ state, element }) => state === "unsure" && !element.classList.contains("corrected"));
    if (!next) return say(this.line, "All that was unsure has been corrected.");
    next.input.focus();
    return next.input.select();
  }

  csv() {
    const head = ["file", "index", "line", "text", "read", "confidence", "accepted", "corrected", "x0", "y0", "x1", "y1"];
    const lines = this.rows.map(({ number, input }, i) => [
      this.name, i + 1, number.line === null ? "" : number.line + 1, input.value, number.text, number.confidence, number.accepted, input.value !== number.text,
      ...(number.box ?? ["", "", "", ""]),
    ]);
    return [head, ...lines].map((row) => row.map(cell).join(",") + "\r\n").join("");
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.csv());
      say(this.line, "Copied.");
    } catch {
      say(this.line, "The browser does not let this page copy here: download it instead.", "bad");
    }
  }
}

const sureness = (number) => (number.reason === "no digit" ? "not a number" : percent(number.confidence));

/** One field of a CSV file; what a spreadsheet would take for a formula is made plain text. */
function cell(value) {
  const text = String(value);
  const safe = /^[=+@\t\r]|^-(?![\d.,]*$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

