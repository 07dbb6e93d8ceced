// The network layer by layer: maps, filters and strongest neurons; pointing at a neuron shows what it sees.

import { h } from "./dom.js";
import { TileSheet } from "./sprite.js";

const KINDS = {
  conv: "Each map is one small filter, laid on every place: bright where its pattern is.",
  pool: "Keeps only what is strongest, or the mean, of each neighbourhood.",
  sum: "Adds what came in to what was found, so that nothing is lost on the way.",
  dense: "Every neuron weighs everything that the layer before says.",
  output: "One neuron for each answer; the brightest wins.",
  input: "What the network gets: 28 × 28 numbers.",
};

/** The network's input, and over it the part that a neuron sees. */
export class Lens {
  constructor() {
    this.picture = h("img.sharp", { alt: "The network's input" });
    this.frame = h("div.lens-frame", { hidden: true });
    this.told = h("p.muted", { "aria-live": "polite" }, "Point at a neuron, or tap it: what it sees lights up here.");
    this.element = h("div.lens", {}, h("div.lens-picture", {}, this.picture, this.frame), this.told);
  }

  show(input) {
    this.picture.src = input.image;
    this.size = [input.height, input.width];
    this.frame.hidden = true;
  }

  point(layer, place) {
    const [channel, row = 0, column = 0] = place;
    const { start, stride, size } = layer.field;
    const spans = [row, column].map((index, axis) => {
      const first = start[axis] + index * stride[axis];
      return [Math.max(0, first), Math.min(this.size[axis], first + size[axis])];
    });
    const [[top, bottom], [left, right]] = spans;
    const style = { top: top / this.size[0], left: left / this.size[1], height: (bottom - top) / this.size[0], width: (right - left) / this.size[1] };
    for (const [key, value] of Object.entries(style)) this.frame.style[key] = `${100 * value}%`;
    this.frame.hidden = false;
    const where = place.length > 1 ? `map ${channel + 1}, row ${row + 1}, column ${column + 1}` : `neuron ${channel + 1}`;
    const seen = bottom - top === this.size[0] && right - left === this.size[1] ? "the whole input" : `${bottom - top} × ${right - left} pixels of the input`;
    this.told.textContent = `${layer.name}, ${where}: sees ${seen}.`;
  }
}

/** All layers of an explanation; each kind is explained where it first occurs. `opened` keeps which are unfolded. */
export function layerList({ layers, classes }, lens, opened) {
  const told = new Set(["input"]);
  return layers.filter(({ kind }) => kind !== "input").map((layer) => {
    const hint = told.has(layer.kind) ? "" : KINDS[layer.kind];
    told.add(layer.kind);
    return h("article.layer", {}, h("div.layer-head", {}, h("h3", {}, layer.name), h("p.muted", {}, measure(layer))), hint && h("p.measure", {}, hint), layerBody(layer, classes, lens, opened));
  });
}

function layerBody(layer, classes, lens, opened) {
  if (layer.kind === "output") return outputs(layer, classes);
  const flat = layer.shape.length === 1;
  const sheet = new TileSheet(layer.sprite, {
    side: flat ? 24 : 56, rows: flat ? Infinity : 1, label: `${layer.name}: what each of its ${layer.shape[0]} ${flat ? "neurons" : "maps"} says`,
    onpoint: (tile, row, column) => lens.point(layer, flat ? [tile] : [tile, row, column]),
  });
  const unfold = () => {
    opened[more.open ? "add" : "delete"](layer.name);
    sheet.showRows(more.open || flat ? Infinity : 1);
  };
  const more = h("details.more", { open: opened.has(layer.name), ontoggle: unfold },
    h("summary", {}, flat ? "The strongest neurons" : `All ${layer.shape[0]} maps, and the strongest neurons`), strongest(layer, lens));
  return [layer.filters ? labelled(layer.kind === "conv" ? "Its filters" : "What its strongest neurons look for", filterSheet(layer)) : null,
    labelled(flat ? "What each neuron says" : "What each map says", sheet.element), more];
}

const labelled = (title, element) => h("div.labelled", {}, h("h4", {}, title), element);

function measure(layer) {
  const [count, height, width] = layer.shape;
  if (height === undefined) return `${count} neurons`;
  const [down, across] = layer.field.size;
  return `${count} maps of ${height} × ${width}, a neuron sees ${Math.min(28, down)} × ${Math.min(28, across)} pixels`;
}

/** The filters of a layer as pictures. */
export function filterSheet(layer) {
  return new TileSheet(layer.filters, { side: layer.kind === "conv" ? 40 : 56, rows: 2, label: `${layer.name}: filters, orange for ink wanted, blue for ink not wanted` }).element;
}

function outputs(layer, classes) {
  const best = Math.max(...layer.values);
  const most = Math.max(...layer.values.map(Math.abs)) || 1;
  return h("ul.outputs", {}, classes.map((name, i) => {
    const bar = h("span.bar", {});
    bar.style.height = `${(50 * Math.abs(layer.values[i])) / most}%`;
    bar.classList.toggle("below", layer.values[i] < 0);
    return h(`li${layer.values[i] === best ? ".best" : ""}`, { title: layer.values[i].toFixed(2) }, h("span.column", {}, bar), h("span", {}, name === "no digit" ? "none" : name));
  }));
}

function strongest(layer, lens) {
  if (!layer.strongest.length) return h("p.note", {}, "No neuron of this layer says anything about this picture.");
  const buttons = layer.strongest.map(({ place, value }) => {
    const look = () => lens.point(layer, place);
    return h("button.chip", { type: "button", onclick: look, onfocus: look, onpointerenter: look }, `${place[0] + 1}`, h("span", {}, value.toFixed(1)));
  });
  return h("div.labelled", {}, h("h4", {}, layer.shape.length > 1 ? "Map, and how strong its neuron is" : "Neuron, and how strong it is"), h("div.row", {}, buttons));
}

/** How the highest outputs come about: value × weight = vote. */
export function voteTables(votes) {
  if (!votes.length) return [h("p.note", {}, "This network does not end in a weighted sum.")];
  const most = Math.max(...votes.flatMap(({ contributions }) => contributions.map(({ vote }) => Math.abs(vote)))) || 1;
  return votes.map((vote) => h("table.votes", {},
    h("caption", {}, h("b", {}, vote.label === "no digit" ? "none" : vote.label), ` gets ${vote.logit.toFixed(2)} points`),
    h("thead", {}, h("tr", {}, ["Neuron", "says × weight", "", "vote"].map((text) => h("th", { scope: "col" }, text || h("span.visually-hidden", {}, "as a bar"))))),
    h("tbody", {}, vote.contributions.map((one) => voteRow(one, most)), plainRow("all others", vote.rest), plainRow("bias", vote.bias))));
}

function voteRow({ place, value, weight, vote }, most) {
  const bar = h(`span.swing${vote < 0 ? ".below" : ""}`);
  bar.style.width = `${(50 * Math.abs(vote)) / most}%`;
  return h("tr", {}, h("th", { scope: "row" }, place.map((part) => part + 1).join(", ")), h("td", {}, `${value.toFixed(2)} × ${signed(weight)}`), h("td.swing-cell", {}, bar), h("td", {}, signed(vote)));
}

const plainRow = (name, value) => h("tr.rest", {}, h("th", { scope: "row" }, name), h("td"), h("td"), h("td", {}, signed(value)));
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

/** The training digits that look most alike to the network. */
export function neighbourRow({ sprite, labels, similarities }) {
  if (!sprite) return h("p.note", {}, "There is none to compare with for this network.");
  const sheet = labels.map((label, i) => h("li", {}, cut(sprite, i), h("b", {}, label), h("span", {}, `${(100 * similarities[i]).toFixed(0)} %`)));
  return h("ul.neighbours", {}, sheet);
}

function cut(sprite, i) {
  const [height, width] = sprite.tile;
  const canvas = h("canvas.sharp", { width, height, "aria-hidden": "true" });
  const image = new Image();
  image.onload = () => canvas.getContext("2d").drawImage(image, (i % sprite.columns) * width, Math.floor(i / sprite.columns) * height, width, height, 0, 0, width, height);
  image.src = sprite.image;
  return canvas;
}

