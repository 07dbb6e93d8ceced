// Confidence and calibration: does "90 % sure" mean right nine times in ten? A temperature puts it right.
import { controls, figure, fixed, legend, part, percent, plot, result, row, slider, sorry } from "./common.js";
import { argMax, crossEntropy, first, forward, loadDigits, small, softmax, trainedNetwork } from "./nets.js";

const BINS = 10;
const COUNTS = [30, 60, 100, 200, 300];

export function mount(root) {
  const box = figure(root, "Confidence and calibration");
  const diagram = plot({ label: "Share right by confidence", x: [0, 1], y: [0, 1], xLabel: "confidence", yLabel: "share that is right", tall: 300 });
  const risk = plot({ label: "Share right by share answered", x: [0, 1], y: [0.5, 1], xLabel: "share that is answered", yLabel: "share of the answers that is right", tall: 300 });
  const count = slider({ label: "Learned from, digits", min: 0, max: COUNTS.length - 1, value: 2, format: (i) => COUNTS[i], onInput: learn });
  const heat = slider({ label: "Temperature", min: 0.2, max: 5, step: 0.1, value: 1, format: (v) => fixed(v, 1), onInput: draw });
  const threshold = slider({ label: "Answer only from", min: 0, max: 0.99, step: 0.01, value: 0.5, format: percent, onInput: draw });
  const answer = result();
  let [digits, logits] = [null, null];
  box.append(
    row(part("Is it as right as it is sure?", diagram.element), part("What refusing buys", risk.element)),
    legend(["bar", "share right"], ["point", "mean confidence"], ["old", "perfectly calibrated"]),
    controls(count.element, heat.element, threshold.element),
    answer.element,
  );

  function learn() {
    if (!digits) return;
    const network = trainedNetwork(first(digits.train, COUNTS[count.value]), { hidden: 24, epochs: 30 });
    logits = digits.test.pictures.map((pixels) => [...forward(network, pixels)[2]]);
    draw();
  }

  function answers() {
    return logits.map((row, n) => {
      const probabilities = softmax(row, heat.value);
      const best = argMax(probabilities);
      return { sure: probabilities[best], right: best === digits.test.labels[n] };
    });
  }

  function draw() {
    if (!logits) return;
    const given = answers();
    const mean = (list, of) => list.reduce((sum, one) => sum + Number(of(one)), 0) / Math.max(1, list.length);
    const isRight = ({ right }) => right;
    const sureness = ({ sure }) => sure;
    diagram.clear();
    diagram.line([[0, 0], [1, 1]], "old");
    let error = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      const inside = given.filter(({ sure }) => Math.min(BINS - 1, Math.ceil(sure * BINS) - 1) === bin);
      if (!inside.length) continue;
      const [right, sure] = [mean(inside, isRight), mean(inside, sureness)];
      diagram.bar(bin / BINS, (bin + 1) / BINS, right, "bar");
      diagram.dot(sure, sure, "point", 3 + 5 * Math.sqrt(inside.length / given.length));
      error += (inside.length / given.length) * Math.abs(right - sure);
    }
    const taken = given.filter(({ sure }) => sure >= threshold.value);
    const ranked = [...given].sort((a, b) => b.sure - a.sure);
    risk.clear();
    risk.line(ranked.map((_, n) => [(n + 1) / ranked.length, mean(ranked.slice(0, n + 1), isRight)]), "first");
    if (taken.length) risk.dot(taken.length / given.length, mean(taken, isRight), "point");
    const loss = mean(logits.map((row, n) => crossEntropy(row.map((z) => z / heat.value), digits.test.labels[n])), Number);
    answer.say(
      `${percent(mean(given, isRight), 1)} right, ${percent(mean(given, sureness), 1)} sure on average; calibration error ${fixed(100 * error, 1)} points, loss ${fixed(loss, 3)}. ` +
        (taken.length ? `Answered: ${percent(taken.length / given.length)}, of these ${percent(mean(taken, isRight), 1)} right.` : "Answered: none."),
    );
  }

  answer.say("The network is learning …");
  loadDigits().then(({ train, test }) => {
    digits = { train: small(train), test: small(test) };
    learn();
  }).catch((error) => sorry(box, error));
  return { destroy: () => box.remove() };
}
