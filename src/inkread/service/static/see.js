// View 2: from the picture to the answer, and all that lies between.

import { Answer, Bars, describe } from "./answer.js";
import { BoxedPicture } from "./boxes.js";
import { fill, h, say, select, status } from "./dom.js";
import { InkPad, newest, padTools } from "./ink.js";
import { filterSheet, layerList, Lens, neighbourRow, voteTables } from "./layers.js";
import { ModelSelect } from "./models.js";
import { sharpPicture } from "./sprite.js";

const SEVEN = [[[0.24, 0.22], [0.74, 0.2], [0.42, 0.84]], [[0.36, 0.52], [0.68, 0.49]]];

export function mount(root, { api, shared }) {
  return new SeeView(root, api, shared);
}

class SeeView {
  constructor(root, api, shared) {
    Object.assign(this, { root, api, shared, pair: [null, null], opened: new Set() });
    this.pad = new InkPad({ label: "Sheet to draw a digit on", onchange: (drawing) => this.drawn(drawing) });
    this.lens = new Lens();
    this.line = status();
    this.model = new ModelSelect(api, "Look into", () => this.changed());
    this.rival = new ModelSelect(api, "Beside it", () => this.again(), "tutorial");
    this.ask = newest((signal, source) => this.question(signal, source));
    this.build();
  }

  build() {
    const part = (title, hint) => {
      const body = h("div.part-body");
      const element = h("section.part", {}, h("h2", { tabIndex: -1 }, title), hint ? h("p.muted.measure", {}, hint) : null, body);
      return { element, body };
    };
    this.parts = {
      steps: part("From your picture to 28 × 28 pixels", "People write anywhere and at any size. The network was trained on digits of one size in the middle, so yours is brought there first."),
      layers: part("Layer by layer", "Computed for this very picture. Orange says yes, blue says no, dark says nothing."),
      votes: part("The last layer votes", "What each neuron says, times a weight that was learned, is its vote. All votes and a bias make the points of an answer."),
      saliency: part("What spoke for it, and what against", "A patch of ink is covered and the network asked again. Orange ink spoke for the first, blue ink for the second."),
      neighbours: part("The most similar training digits", "Of a sample of MNIST’s training digits, those for which the last layer says most nearly the same."),
      compare: part("Two networks side by side", "The same 28 × 28 pixels, two networks."),
    };
    this.stage = h("div.stage");
    this.tools = padTools(this.pad);
    this.invitation = h("div.drop.quiet-drop", {}, h("p", {}, "Draw a digit, and watch how the network comes to its answer."),
      h("div", {}, h("button", { type: "button", onclick: () => this.example() }, "Show me with a 7")));
    const jumps = Object.entries({ steps: "28 × 28", layers: "Layers", votes: "Votes", saliency: "Ink", neighbours: "Similar digits", compare: "Two networks" })
      .map(([key, text]) => h("li", {}, h("button", { type: "button", onclick: () => this.jump(key) }, text)));
    this.results = h("div.results", { hidden: true }, h("nav", { "aria-label": "Parts of this view" }, h("ul.jumps", {}, jumps)), Object.values(this.parts).map(({ element }) => element));
    const aside = h("aside.bench", { "aria-label": "Your digit" }, this.stage, this.tools, this.lens.element, this.line);
    fill(this.root,
      h("div.view-head", {}, h("h1", { id: "title-see", tabIndex: -1 }, "What it sees"), this.model.element),
      h("div.see-split", {}, aside, h("div", {}, this.invitation, this.results)));
    this.arrange();
  }

  jump(key) {
    const { element } = this.parts[key];
    element.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    element.querySelector("h2").focus({ preventScroll: true });
  }

  show() {
    if (this.shared.strokes) this.pad.strokes = [...this.shared.strokes];
    this.arrange();
    Promise.all([this.model.refresh(this.shared.model ?? this.model.value), this.rival.refresh()]).then(() => this.again());
  }

  arrange() {
    const { file } = this.shared;
    this.picture?.close();
    this.picture = file && new BoxedPicture(file, file.name);
    this.tools.hidden = Boolean(file);
    const back = h("button", { type: "button", onclick: () => this.drawInstead() }, "Draw instead");
    fill(this.stage, file ? [this.picture.element, back] : this.pad.element);
    this.invitation.hidden = Boolean(file) || !this.pad.isEmpty;
  }

  drawInstead() {
    this.shared.file = null;
    this.arrange();
    this.again();
  }

  example() {
    this.pad.setPaths(SEVEN);
  }

  drawn(drawing) {
    this.shared.strokes = this.pad.strokes;
    if (!drawing) this.again();
  }

  changed() {
    this.pair = [null, null];
    this.again();
  }

  again() {
    const source = this.shared.file ?? (this.pad.isEmpty ? null : this.pad.picture());
    this.invitation.hidden = source !== null;
    if (source) this.ask(true, source);
    else {
      this.results.hidden = true;
      this.lens.element.hidden = true;
    }
  }

  async question(signal, source) {
    if (this.results.hidden) say(this.line, "Looking …", "busy");
    const [wanted, against] = this.pair;
    try {
      const [steps, explanation, rival] = await Promise.all([
        this.api.steps(source, signal),
        this.api.explain(source, { model: this.model.value, for: wanted, against }, signal),
        this.api.explain(source, { model: this.rival.value }, signal),
      ]);
      say(this.line, "");
      this.present(steps, explanation, rival);
    } catch (problem) {
      if (signal.aborted) return;
      this.results.hidden = true;
      say(this.line, problem.message, "bad");
    }
  }

  present(steps, explanation, rival) {
    this.results.hidden = false;
    this.lens.element.hidden = false;
    this.lens.show(explanation.input);
    fill(this.parts.steps.body, stepRow(steps.steps));
    fill(this.parts.layers.body, layerList(explanation, this.lens, this.opened));
    fill(this.parts.votes.body, voteTables(explanation.votes));
    const focused = [...this.parts.saliency.body.querySelectorAll("select")].indexOf(document.activeElement);
    fill(this.parts.saliency.body, this.saliency(explanation));
    this.parts.saliency.body.querySelectorAll("select")[focused]?.focus();
    fill(this.parts.neighbours.body, neighbourRow(explanation.neighbours));
    fill(this.parts.compare.body, column(explanation, h("h3", {}, this.model.title)), column(rival, this.rival.element));
  }

  saliency({ saliency, classes }) {
    const choices = classes.map((name) => [name, name === "no digit" ? "none" : name]);
    const pick = (i, value) => {
      const other = i === 0 ? saliency.against : saliency.for;
      const kept = other === value ? null : other;
      this.pair = i === 0 ? [value, kept] : [kept, value];
      this.again();
    };
    const times = Math.exp(Math.abs(saliency.margin));
    const likelier = times >= 1.05 ? `The network finds ${saliency.margin >= 0 ? saliency.for : saliency.against} ${times >= 1000 ? "" : "about "}${many(times)} times as likely as ${saliency.margin >= 0 ? saliency.against : saliency.for}.` : "The network finds both equally likely.";
    return [
      h("div.saliency", {}, sharpPicture(saliency.image, `Ink that spoke for ${saliency.for}, and for ${saliency.against}`),
        h("div.saliency-text", {},
          h("div.row", {}, select("Spoke for", choices, saliency.for, (value) => pick(0, value)), select("rather than", choices, saliency.against, (value) => pick(1, value))),
          h("p", {}, likelier),
          h("p.legend", {}, h("span.swatch.warm"), `for ${saliency.for}`, h("span.swatch.cold"), `for ${saliency.against}`))),
    ];
  }
}

const many = (times) => (times >= 1000 ? "more than 1,000" : times >= 10 ? times.toFixed(0) : times.toFixed(1));

function stepRow(steps) {
  return h("ol.steps", {}, steps.map(({ picture, caption, width }) =>
    h("li", {}, h("div.step-picture", {}, h(`img${width <= 64 ? ".sharp" : ""}`, { src: picture, alt: "" })), h("p", {}, caption))));
}

function column(explanation, head) {
  const answer = new Answer();
  answer.show(...describe(explanation.digit, "digit"), "");
  const bars = new Bars(explanation.classes.slice(0, explanation.digit.probabilities.length));
  bars.show(explanation.digit.probabilities);
  const first = explanation.layers.find(({ filters }) => filters);
  return h("div.versus", {}, head, answer.element, bars.element,
    first ? h("div.labelled", {}, h("h4", {}, `${first.name}: what it looks for`), filterSheet(first)) : null,
    h("div.labelled", {}, h("h4", {}, `What spoke for ${explanation.saliency.for} rather than ${explanation.saliency.against}`), sharpPicture(explanation.saliency.image, "")));
}
