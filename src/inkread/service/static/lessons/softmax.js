// Softmax: scores to probabilities, what does not change them, and why the loss wants the scores themselves.
import { bars, choice, controls, figure, fixed, legend, part, percent, plot, result, row, slider } from "./common.js";
import { crossEntropy, softmax } from "./nets.js";

const NAMES = ["1", "7", "9"];
const single = Math.fround;

/** exp(z) / sum of exp in 32 bits, as a graphics card would compute it, without the trick of subtracting the largest. */
function naive(logits) {
  const powers = logits.map((z) => single(Math.exp(z)));
  const sum = powers.reduce((a, b) => single(a + b), 0);
  return powers.map((power) => single(power / sum));
}

export function mount(root) {
  const box = figure(root, "Softmax of three scores");
  const score = (i, value) =>
    slider({ label: `Score of ${NAMES[i]}`, min: -5, max: 10, step: 0.1, value, format: (z) => fixed(z, 1), onInput: draw });
  const scores = [score(0, 1), score(1, 3), score(2, 2)];
  const shift = slider({ label: "Add to all three", min: 0, max: 100, step: 1, value: 0, onInput: draw });
  const truth = choice({ label: "It really is a", options: NAMES.map((name, i) => [i, name]), value: 1, onChange: draw });
  const good = bars("Softmax", NAMES);
  const bad = bars("Softmax without the trick", NAMES);
  const curve = plot({
    label: "Loss against the score of the right class, with one softmax and with two",
    x: [-5, 10],
    y: [0, 6],
    xLabel: "score of the right class",
    yLabel: "loss",
  });
  const answer = result();
  box.append(
    row(part("Softmax", good.element), part("Same in 32 bits, without the trick", bad.element)),
    curve.element,
    legend(["first", "loss of the scores"], ["second", "softmax before the loss: twice"]),
    controls(...scores.map(({ element }) => element), shift.element, truth.element),
    answer.element,
  );

  function draw() {
    const logits = scores.map(({ value }) => value + shift.value);
    const right = Number(truth.value);
    const probabilities = softmax(logits);
    const plain = naive(logits);
    good.show(probabilities, { most: 1, right, format: (p) => fixed(p, 3) });
    bad.show(plain, { most: 1, right, format: (p) => fixed(p, 3) });
    const losses = (z) => {
      const moved = logits.map((value, i) => (i === right ? z + shift.value : value));
      return [crossEntropy(moved, right), crossEntropy(softmax(moved), right)];
    };
    const points = Array.from({ length: 76 }, (_, i) => -5 + i / 5);
    const at = scores[right].value;
    curve.clear();
    ["first", "second"].forEach((kind, k) => {
      curve.line(points.map((z) => [z, losses(z)[k]]), kind);
      curve.dot(at, losses(at)[k], "point");
    });
    const [once, twice] = losses(at);
    answer.say(
      `Probability of ${NAMES[right]}: ${percent(probabilities[right], 1)}. Loss of the scores: ${fixed(once, 3)}; ` +
        `with softmax twice: ${fixed(twice, 3)}, and never below ${fixed(Math.log(Math.E + 2) - 1, 3)}.` +
        (plain.some(Number.isNaN) ? " Without the trick exp overflows to NaN, “not a number”: nothing is left to learn from." : ""),
    );
  }

  draw();
  return { destroy: () => box.remove() };
}
