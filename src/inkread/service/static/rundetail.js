// One run closely: its first filters, its confusion matrix and its mistakes, epoch by epoch.

import { fill, h, percent } from "./dom.js";
import { loadImage, TileSheet } from "./sprite.js";

export class RunDetail {
  constructor() {
    Object.assign(this, { run: null, at: null });
    this.slider = h("input", { type: "range", min: 1, max: 1, value: 1, step: 1, oninput: () => this.pick(Number(this.slider.value)) });
    this.label = h("span", {}, "Epoch");
    this.title = h("h2");
    this.body = h("div.detail-body");
    this.element = h("section.part", { hidden: true }, this.title, h("label.field.epoch", {}, this.label, this.slider), this.body);
  }

  /** Show a run as it stands; the slider stays at the end if it was there. */
  show(run) {
    const fresh = run !== this.run;
    const atEnd = fresh || this.at === null || this.at === this.count - 1;
    this.run = run;
    const count = run?.views.length ?? 0;
    this.element.hidden = count === 0;
    if (!count || (!fresh && count === this.count)) return;
    this.count = count;
    this.slider.max = String(count);
    this.pick(atEnd ? count : this.at + 1);
  }

  pick(number) {
    this.at = number - 1;
    this.slider.value = String(number);
    const view = this.run.views[this.at];
    this.title.textContent = `${this.run.name}, closely`;
    this.label.textContent = `After epoch ${view.epoch} of ${this.run.facts.config.epochs}`;
    fill(this.body, ...[filters(view), view.confusion && confusion(view), view.confusion && mistakes(view)].filter(Boolean));
  }
}

/** Turn a sheet as the training sends it into a sprite. */
const sprite = ({ png, width, height, columns, count }) => ({ image: png, tile: [height, width], columns, count });

const part = (title, hint, element, name = "") => h(`div.detail${name}`, {}, h("h3", {}, title), h("p.muted", {}, hint), element);

function filters(view) {
  if (!view.filters) return null;
  const label = "Weights of the first layer as pictures";
  return part("What the first layer looks for", "White: ink wanted. Black: ink not wanted. Grey: it does not matter.", new TileSheet(sprite(view.filters), { side: 48, label }).element);
}

function confusion({ classes, confusion: counts, wrong, count }) {
  const most = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => i !== j)));
  const head = h("tr", {}, h("td"), classes.map((name) => h("th", { scope: "col" }, name)));
  const rows = counts.map((row, i) => h("tr", {}, h("th", { scope: "row" }, classes[i]), row.map((value, j) => cell(value, i === j, value / most))));
  const right = percent((count - wrong) / count, 1);
  return part("What is taken for what", `A row for what it is, a column for what it was read as. ${right} of ${count.toLocaleString("en")} digits are read right.`,
    h("div.scroll", { tabIndex: 0, role: "region", "aria-label": "Confusion matrix" }, h("table.confusion", {}, h("thead", {}, head), h("tbody", {}, rows))));
}

function cell(value, right, share) {
  const element = h(`td${right ? ".right" : ""}`, {}, value ? String(value) : "");
  if (!right && value) element.style.setProperty("--share", `${Math.round(10 + 60 * share)}%`);
  return element;
}

function mistakes({ mistakes: list, pictures, wrong }) {
  if (!pictures) return part("Mistakes", "None so far.", h("div"), ".wide");
  const sheet = sprite(pictures);
  const image = loadImage(sheet.image);
  const items = list.map((mistake, i) => {
    const canvas = h("canvas.sharp", { width: sheet.tile[1], height: sheet.tile[0], "aria-hidden": "true" });
    image.then((loaded) => cut(canvas, loaded, sheet, i));
    const text = mistake.wrong ? `${mistake.truth} read as ${mistake.read}` : `${mistake.truth}, now right`;
    return h(`li${mistake.wrong ? "" : ".gone"}`, {}, canvas, h("span", {}, text));
  });
  return part("Mistakes", `${wrong.toLocaleString("en")} digits are read wrong after this epoch. The first ones that were are followed here: they fade when they are learned.`, h("ul.mistakes", {}, items), ".wide");
}

function cut(canvas, image, { tile: [height, width], columns }, i) {
  canvas.getContext("2d").drawImage(image, (i % columns) * width, Math.floor(i / columns) * height, width, height, 0, 0, width, height);
}
