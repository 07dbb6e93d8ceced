// View 1: draw, drop, paste, upload or photograph; see it read.

import { Answer, Bars, digitStrip } from "./answer.js";
import { BoxedPicture, PageList } from "./boxes.js";
import { hasCamera, takePicture } from "./camera.js";
import { choice, fill, h, say, status } from "./dom.js";
import { InkPad, newest, padTools } from "./ink.js";
import { ModelSelect } from "./models.js";

const KINDS = [["digit", "One digit"], ["number", "A number"], ["page", "A page"]];
const ASPECTS = { digit: 1, number: 2.4 };
const SMALL = 200; // pixels: a picture no larger than that is of one digit

export function mount(root, { api, shared }) {
  return new ReadView(root, api, shared);
}

class ReadView {
  constructor(root, api, shared) {
    Object.assign(this, { root, api, shared, kind: "digit", file: null, picture: null, title: "" });
    this.pad = new InkPad({ label: "Sheet to draw on", onchange: (drawing) => this.drawn(drawing) });
    this.answer = new Answer();
    this.bars = new Bars();
    this.line = status();
    this.ask = newest((...args) => this.question(...args));
    this.model = new ModelSelect(api, "Read by", () => this.again());
    this.build();
    this.setKind("digit");
    hasCamera().then((there) => { this.camera.hidden = !there; });
  }

  build() {
    this.stage = h("div.stage");
    this.side = h("div.side", { "aria-label": "What was read", role: "region" });
    const input = h("input.visually-hidden", { type: "file", accept: "image/*", id: "picture-file", onchange: () => this.chosen(input) });
    this.camera = h("button", { type: "button", hidden: true, onclick: () => this.photograph() }, "Camera");
    this.back = h("button", { type: "button", hidden: true, onclick: () => this.useFile(null) }, "Back to drawing");
    this.tools = padTools(this.pad);
    this.kinds = choice("What is in it", "kind", KINDS, this.kind, (value) => this.setKind(value));
    const sources = h("div.tools.sources", {}, this.back, input, h("label.button", { for: "picture-file" }, "Open a picture"), this.camera, h("span.muted.wide-only", {}, "or drop or paste one"));
    this.head = h("div.view-head", {}, h("h1", { id: "title-read", tabIndex: -1 }, "Read"), this.kinds, this.model.element);
    fill(this.root, this.head, h("div.split", {}, h("div.left", {}, this.stage, this.tools, sources, this.line), this.side));
    this.listen();
  }

  listen() {
    this.root.addEventListener("dragover", (event) => { event.preventDefault(); this.root.classList.add("dropping"); });
    this.root.addEventListener("dragleave", () => this.root.classList.remove("dropping"));
    this.root.addEventListener("drop", (event) => {
      event.preventDefault();
      this.root.classList.remove("dropping");
      this.received(event.dataTransfer);
    });
    document.addEventListener("paste", (event) => { if (!this.root.hidden && event.clipboardData.files.length) this.received(event.clipboardData); });
    document.addEventListener("keydown", (event) => this.shortcut(event));
  }

  shortcut(event) {
    const typing = event.target.matches("input[type=text], select, textarea");
    if (this.root.hidden || typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    if (event.shiftKey) this.pad.redo();
    else this.pad.undo();
  }

  show() {
    const wanted = this.shared.model ?? this.model.value;
    this.shared.model = null;
    const other = wanted !== this.model.value;
    if (this.kind === "digit" && this.shared.strokes) this.pad.strokes = [...this.shared.strokes];
    if (this.file && !this.shared.file) this.useFile(null);
    // A page that was read stays as it is, with its corrections, unless another network is to read it.
    this.model.refresh(wanted).then(() => { if (other || !this.file) this.again(); });
  }

  setKind(kind) {
    this.kind = kind;
    this.kinds.querySelector(`[value=${kind}]`).checked = true;
    if (kind in ASPECTS) this.pad.setAspect(ASPECTS[kind]);
    this.arrange();
    this.again();
  }

  arrange() {
    const drawing = !this.file && this.kind !== "page";
    this.tools.hidden = !drawing;
    this.back.hidden = !this.file;
    this.root.classList.toggle("with-picture", Boolean(this.file));
    fill(this.stage, this.file ? this.picture.element : drawing ? this.pad.element : emptyPage());
    this.reset();
  }

  reset() {
    const invitation = { digit: "Draw a digit", number: "Write a number", page: "Open a picture of a page" }[this.kind];
    this.answer.empty(invitation, this.kind === "page" ? "Every number on it is found and read." : "It is read while you draw.");
    this.bars.clear();
    fill(this.side, this.answer.element, this.kind === "digit" ? this.bars.element : null);
  }

  drawn(drawing) {
    if (this.kind === "digit") this.shared.strokes = this.pad.strokes;
    if (this.pad.isEmpty) this.reset();
    else this.ask(!drawing, this.pad.picture(), performance.now());
  }

  again() {
    if (this.file) this.ask(true, this.file, performance.now());
    else if (!this.pad.isEmpty && this.kind !== "page") this.drawn(false);
  }

  chosen(input) {
    if (input.files.length) this.received(input);
    input.value = "";
  }

  received({ files }) {
    const pictures = [...files];
    if (!pictures.length) return;
    this.useFile(pictures[0], pictures.length > 1 ? `One picture at a time: this is ${pictures[0].name}.` : pictures[0].name);
  }

  async photograph() {
    const picture = await takePicture();
    if (picture) this.useFile(new File([picture], "camera.jpg", { type: picture.type }), "camera.jpg");
  }

  async useFile(file, title = "") {
    this.picture?.close();
    this.title = title;
    say(this.line, "");
    this.file = file;
    this.picture = file && new BoxedPicture(file, file.name);
    this.shared.file = file;
    if (!file) return this.setKind(this.kind === "page" ? "digit" : this.kind);
    const shown = await this.picture.ready;
    if (this.file !== file) return undefined;
    return this.setKind(shown && Math.max(...this.picture.size) <= SMALL ? "digit" : "page");
  }

  async question(signal, source, start) {
    const { kind, file } = this;
    if (kind === "page") say(this.line, "Reading the page …", "busy");
    try {
      const result = await this.api[kind](source, { model: this.model.value }, signal);
      if (kind !== this.kind || file !== this.file || (!file && this.pad.isEmpty)) return;
      say(this.line, this.title);
      await this[`show_${kind}`](result, performance.now() - start);
    } catch (problem) {
      if (signal.aborted) return;
      this.reset();
      say(this.line, problem.message, "bad");
    }
  }

  async show_digit(digit, milliseconds) {
    this.answer.digit(digit, milliseconds);
    if (digit.probabilities.length !== this.bars.labels.length) {
      this.bars = new Bars((await this.api.model(this.model.value)).labels);
      fill(this.side, this.answer.element, this.bars.element);
    }
    this.bars.show(digit.probabilities);
    this.mark(digit);
  }

  show_number(number, milliseconds) {
    this.answer.number(number, milliseconds);
    fill(this.side, this.answer.element, number.digits.length ? digitStrip(number.digits) : null);
    this.mark(number);
  }

  show_page(page) {
    this.list = new PageList(this.picture, page, this.file.name);
    fill(this.side, this.list.element);
  }

  mark({ box, accepted }) {
    if (this.picture) this.picture.show(box ? [{ box, state: accepted ? "sure" : "unsure" }] : []);
  }
}

function emptyPage() {
  return h("div.drop", {}, h("p", {}, "Drop a photo or scan of a page here, or open one."), h("p.muted", {}, "A worksheet, a list of sums, a form: each number gets a box, and each reading can be corrected."));
}
