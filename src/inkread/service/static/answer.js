// What one digit or number was read as: large, with words, and the bars of all probabilities.

import { h, percent } from "./dom.js";

/** The reading in large type and a sentence that a screen reader speaks. */
export class Answer {
  constructor() {
    this.glyph = h("p.glyph", { "aria-hidden": "true" });
    this.sentence = h("p.verdict", { role: "status", "aria-live": "polite" });
    this.detail = h("p.muted");
    this.element = h("div.answer", {}, this.glyph, h("div", {}, this.sentence, this.detail));
    this.empty("Draw a digit");
  }

  empty(text, detail = "") {
    this.show("empty", "", text, detail);
  }

  digit(digit, milliseconds) {
    this.show(...describe(digit, "digit"), `answered in ${Math.round(milliseconds)} ms`);
  }

  number(number, milliseconds) {
    this.show(...describe({ ...number, label: number.text }, "number"), `answered in ${Math.round(milliseconds)} ms`);
  }

  show(state, glyph, sentence, detail) {
    this.element.dataset.state = state;
    this.glyph.textContent = glyph;
    this.glyph.classList.toggle("long", glyph.length > 2);
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
    this.detail.textContent = detail;
  }
}

/** State, large type and sentence for a reading. */
export function describe({ label, confidence, accepted, reason, probabilities }, noun) {
  if (accepted) return ["sure", label, `This is ${label}, ${certainty(confidence)} sure.`];
  if (reason === "no ink") return ["empty", "", "There is nothing written here."];
  if (reason === "no digit") return ["none", "–", `This is not a ${noun}.`];
  const rival = second(probabilities);
  const doubt = rival !== null && rival !== label ? `Unsure: perhaps ${label}, perhaps ${rival}.` : `Unsure: perhaps ${label || "nothing"}, only ${certainty(confidence)} sure.`;
  return ["unsure", label || "?", label ? doubt : capital(reason ?? "Nothing could be read here.")];
}

const certainty = (share) => (share >= 0.995 ? "more than 99 %" : percent(share));
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");

function second(probabilities) {
  if (!probabilities || probabilities.length !== 10) return null;
  const order = probabilities.map((p, i) => [p, String(i)]).sort((a, b) => b[0] - a[0]);
  return order[1][0] >= 0.1 ? order[1][1] : null;
}

/** A bar for each class, and one for "none of these". */
export class Bars {
  constructor(labels = [..."0123456789"]) {
    this.labels = labels;
    this.rows = [...labels, "none"].map((label) => {
      const bar = h("span.bar");
      const share = h("span.share");
      const row = h("tr", {}, h("th", { scope: "row" }, label), h("td.track", {}, bar), h("td", {}, share));
      return { row, bar, share };
    });
    this.element = h("table.bars", {}, h("caption", {}, "How probable each digit is"), h("tbody", {}, this.rows.map(({ row }) => row)));
    this.clear();
  }

  clear() {
    this.show(this.labels.map(() => 0), true);
  }

  show(probabilities, empty = false) {
    const rest = empty ? 0 : Math.max(0, 1 - probabilities.reduce((sum, p) => sum + p, 0));
    const all = [...probabilities, rest < 0.0005 ? 0 : rest];
    const best = empty ? -1 : all.indexOf(Math.max(...all));
    this.rows.forEach(({ row, bar, share }, i) => {
      row.classList.toggle("best", i === best);
      bar.style.transform = `scaleX(${all[i]})`;
      share.textContent = empty ? "" : percent(all[i], all[i] >= 0.0005 && all[i] < 0.1 ? 1 : 0);
    });
  }
}

/** Digits of a number side by side, each with how sure it is. */
export function digitStrip(digits) {
  return h("ol.digits", { "aria-label": "Digits one by one" }, digits.map((digit) =>
    h(`li${digit.accepted ? "" : ".doubt"}`, {}, h("b", {}, digit.label), h("span", {}, percent(digit.confidence)))));
}

