// Overfitting: a network that sees few digits learns them by heart; the loss on unseen ones turns up again.
import { button, controls, figure, fixed, inSlices, legend, part, percent, plot, result, row, slider, sorry, tick } from "./common.js";
import { createNetwork, first, loadDigits, measure, random, shuffled, small, trainBatch } from "./nets.js";

const COUNTS = [10, 20, 50, 100, 200, 300];
const EPOCHS = 60;
const [BATCH, RATE] = [10, 0.3];

/** The pictures and copies of them moved by one pixel to each side. */
function moved({ pictures, labels }) {
  const shift = (pixels, dy, dx) =>
    pixels.map((_, i) => {
      const [y, x] = [Math.floor(i / 14) - dy, (i % 14) - dx];
      return y < 0 || x < 0 || y > 13 || x > 13 ? 0 : pixels[14 * y + x];
    });
  const ways = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0]];
  return { pictures: pictures.flatMap((one) => ways.map(([y, x]) => shift(one, y, x))), labels: labels.flatMap((one) => ways.map(() => one)) };
}

export function mount(root) {
  const box = figure(root, "Overfitting");
  const axes = { x: [0, EPOCHS], xLabel: "epoch", tall: 260 };
  const losses = plot({ ...axes, label: "Loss by epoch", y: [0, 2.5] });
  const shares = plot({ ...axes, label: "Share right by epoch", y: [0, 1] });
  const count = slider({ label: "Digits to learn from", min: 0, max: COUNTS.length - 1, value: 2, format: (i) => COUNTS[i], onInput: plan });
  const width = slider({ label: "Hidden neurons", min: 4, max: 40, step: 4, value: 24, onInput: plan });
  const shifts = tick("Also show each digit moved by one pixel", false, plan);
  const start = button(`Train for ${EPOCHS} epochs`, train);
  const answer = result();
  let [data, stop] = [null, () => {}];
  box.append(
    row(part("Loss", losses.element), part("Share right", shares.element)),
    legend(["second", "digits it learns from"], ["first", "300 unseen digits"], ["rule", "best epoch"]),
    controls(count.element, width.element, shifts.element),
    row(start),
    answer.element,
  );

  function plan() {
    const weights = 196 * width.value + width.value + 10 * width.value + 10;
    answer.say(`${COUNTS[count.value]} digits, ${weights.toLocaleString("en")} weights to remember them with.`);
  }

  function train() {
    if (!data) return;
    stop();
    const some = first(data.train, COUNTS[count.value]);
    const seen = shifts.checked ? moved(some) : some;
    const network = createNetwork([196, width.value, 10], 5);
    const next = random(23);
    const history = [];
    const batches = [];
    const check = () => {
      history.push([measure(network, some), measure(network, data.test)]);
      draw(history);
    };
    check();
    stop = inSlices(() => {
      if (!batches.length) {
        const order = shuffled(seen.labels.length, next);
        while (order.length) batches.push(order.splice(0, BATCH));
      }
      trainBatch(network, seen, batches.shift(), RATE);
      if (!batches.length) check();
      return history.length <= EPOCHS;
    });
  }

  function draw(history) {
    losses.clear();
    shares.clear();
    const best = history.reduce((low, [, { loss }], i) => (loss < history[low][1].loss ? i : low), 0);
    losses.rule(best, "rule");
    shares.rule(best, "rule");
    ["second", "first"].forEach((kind, k) => {
      losses.line(history.map((both, epoch) => [epoch, both[k].loss]), kind);
      shares.line(history.map((both, epoch) => [epoch, both[k].accuracy]), kind);
    });
    const [seen, unseen] = history[history.length - 1];
    answer.say(
      `Epoch ${history.length - 1}: learned digits loss ${fixed(seen.loss, 3)}, ${percent(seen.accuracy, 1)} right; ` +
        `unseen digits loss ${fixed(unseen.loss, 3)}, ${percent(unseen.accuracy, 1)} right. Best epoch: ${best}.`,
    );
  }

  plan();
  loadDigits().then(({ train: all, test }) => (data = { train: small(all), test: small(test) }), (error) => sorry(box, error));
  return { destroy: () => (stop(), box.remove()) };
}
