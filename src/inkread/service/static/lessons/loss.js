// Three losses of one answer: cross-entropy, the same as NLL of log-softmax, and squared error against one-hot.
import { bars, controls, figure, fixed, legend, part, percent, plot, result, row, slider } from "./common.js";

const DIGITS = [..."0123456789"];
const RIGHT = 7;
const RIVAL = 1;

/** Ten probabilities: p for the right digit; of the rest, a share for the rival and the remainder evenly. */
function answerOf(p, rival) {
  const rest = ((1 - p) * (1 - rival)) / 9;
  return DIGITS.map((_, k) => (k === RIGHT ? p : rest + (k === RIVAL ? (1 - p) * rival : 0)));
}

const squared = (answer) => answer.reduce((sum, p, k) => sum + (p - (k === RIGHT ? 1 : 0)) ** 2, 0);

/** Slope of the squared error with respect to the right digit's score, through the softmax. */
function squaredSlope(answer) {
  const away = answer.map((p, k) => 2 * (p - (k === RIGHT ? 1 : 0)));
  const mean = answer.reduce((sum, p, k) => sum + p * away[k], 0);
  return answer[RIGHT] * (away[RIGHT] - mean);
}

export function mount(root) {
  const box = figure(root, "Losses of one answer");
  const chart = bars("The network's answer", DIGITS);
  const axes = { x: [0, 1], xLabel: "probability of the 7", tall: 220, onPoint: (at) => ((sure.value = at), draw()) };
  const losses = plot({ ...axes, label: "Loss against probability", y: [0, 5] });
  const pulls = plot({ ...axes, label: "Pull on the right score against probability", y: [0, 1] });
  const sure = slider({ label: "Probability of the 7, which is right", min: 0.01, max: 0.99, step: 0.01, value: 0.3, format: percent, onInput: draw });
  const rival = slider({ label: "Share of the rest that goes to the 1", min: 0, max: 1, step: 0.05, value: 0.6, format: percent, onInput: draw });
  const answer = result();
  box.append(
    row(part("The network's answer to a 7", chart.element), part("Loss", losses.element), part("Pull on the score of the 7", pulls.element)),
    legend(["first", "cross-entropy = NLL"], ["second", "squared error"]),
    controls(sure.element, rival.element),
    answer.element,
  );
  const points = Array.from({ length: 197 }, (_, i) => 0.01 + i / 200);

  function draw() {
    const p = sure.value;
    const given = answerOf(p, rival.value);
    chart.show(given, { most: 1, right: RIGHT, format: (value) => fixed(value, 3) });
    losses.clear();
    pulls.clear();
    losses.line(points.map((x) => [x, -Math.log(x)]), "first");
    losses.line(points.map((x) => [x, squared(answerOf(x, rival.value))]), "second");
    pulls.line(points.map((x) => [x, 1 - x]), "first");
    pulls.line(points.map((x) => [x, -squaredSlope(answerOf(x, rival.value))]), "second");
    const values = { log: Math.log(p), square: squared(given), pull: 1 - p, squarePull: -squaredSlope(given) };
    losses.dot(p, -values.log, "point");
    losses.dot(p, values.square, "point-2");
    pulls.dot(p, values.pull, "point");
    pulls.dot(p, values.squarePull, "point-2");
    answer.say(
      `Log-softmax of the 7: ${fixed(values.log, 3)}. Cross-entropy and NLL: ${fixed(-values.log, 3)}, pull ${fixed(values.pull, 3)}. ` +
        `Squared error: ${fixed(values.square, 3)}, pull ${fixed(values.squarePull, 3)}.`,
    );
  }

  draw();
  return { destroy: () => box.remove() };
}
