// Convolution, pooling and dropout on a digit, with a window of nine weights that the learner sets.
import { button, choice, controls, figure, fixed, h, part, picture, pictures, result, slider, sorry } from "./common.js";
import { convolve, digitName, loadDigits, loadTutorial, maxPool, random, relu } from "./nets.js";

const KERNELS = {
  upright: [-1, 2, -1, -1, 2, -1, -1, 2, -1],
  flat: [-1, -1, -1, 2, 2, 2, -1, -1, -1],
  edge: [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  blur: [1, 1, 1, 1, 1, 1, 1, 1, 1].map((one) => one / 9),
  learned: null,
};

export function mount(root) {
  const box = figure(root, "Convolution, pooling and dropout");
  const view = (label, side, onPlace, signed = true) => picture({ label, side, signed, onPlace });
  const input = view("The digit; press to place the window", 28, place, false);
  const map = view("The feature map, 26×26 sums", 26, place);
  const pool = view("After ReLU and pooling, 13×13", 13);
  const kept = view("After dropout", 13);
  const mark = h("div", { class: "le-mark", "aria-hidden": "true" });
  const cells = Array.from({ length: 9 }, (_, i) => {
    const cell = h("input", { type: "number", step: 0.5, min: -9, max: 9, "aria-label": `Weight in row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}` });
    cell.addEventListener("input", draw);
    return cell;
  });
  const which = slider({ label: "Digit", min: 0, max: 299, value: 4, format: digitName, onInput: draw });
  const kind = choice({ label: "Window", options: [["upright", "upright lines"], ["flat", "flat lines"], ["edge", "left and right edges"], ["blur", "mean"], ["learned", "learned by a network"]], value: "upright", onChange: load });
  const learned = slider({ label: "Which of its eight learned windows", min: 1, max: 8, value: 1, onInput: () => ((kind.value = "learned"), load()) });
  const line = slider({ label: "Window's row", min: 0, max: 25, value: 10, onInput: draw });
  const column = slider({ label: "Window's column", min: 0, max: 25, value: 17, onInput: draw });
  const share = slider({ label: "Dropout: share switched off", min: 0, max: 0.9, step: 0.1, value: 0.3, format: (v) => fixed(v, 1), onInput: draw });
  const again = button("Draw again who is switched off", () => ((seed += 1), draw()));
  const answer = result();
  let [digits, network, seed] = [null, null, 1];
  box.append(
    pictures(
      112,
      part("Digit", h("div", { class: "le-stack" }, input.element, mark)),
      part("Window", h("div", { class: "le-nine" }, ...cells)),
      part("Convolution", map.element),
      part("ReLU, pooling", pool.element),
      part("Dropout", kept.element),
    ),
    controls(kind.element, which.element, learned.element, line.element, column.element, share.element, h("div", {}, again)),
    answer.element,
  );

  function place([x, y]) {
    const at = (value) => Math.max(0, Math.min(25, Math.floor(value * 28 - 1)));
    [column.value, line.value] = [at(x), at(y)];
    draw();
  }

  function load() {
    if (!network) return;
    const from = 9 * (learned.value - 1);
    const weights = KERNELS[kind.value] ?? [...network.layers[0].weights.slice(from, from + 9)];
    cells.forEach((cell, i) => (cell.value = Number(weights[i].toFixed(2))));
    draw();
  }

  function draw() {
    if (!digits) return;
    const weights = cells.map((cell) => Number(cell.value) || 0);
    const pixels = digits.test.pictures[which.value];
    const [sums] = convolve([pixels], { weights, bias: [0], shape: [1, 1, 3, 3] }, 0);
    const pooled = maxPool(relu(sums));
    const next = random(seed);
    const off = Array.from(pooled, () => next() < share.value);
    const rest = pooled.map((value, i) => (off[i] ? 0 : value / (1 - share.value)));
    input.draw(pixels);
    map.draw(sums);
    pool.draw(pooled);
    kept.draw(rest);
    const [y, x] = [line.value, column.value];
    Object.assign(mark.style, { left: `${(100 * x) / 28}%`, top: `${(100 * y) / 28}%`, width: `${300 / 28}%` });
    const block = [0, 1, 26, 27].map((step) => sums[(y - (y % 2)) * 26 + x - (x % 2) + step]);
    answer.say(
      `Window at row ${y}, column ${x}: sum ${fixed(sums[26 * y + x], 3)}. Its block of four after ReLU and pooling: ` +
        `${fixed(Math.max(0, ...block), 3)}. Dropout switched off ${off.filter(Boolean).length} of ${off.length}.`,
    );
  }

  Promise.all([loadDigits(), loadTutorial()]).then(([some, net]) => ([digits, network] = [some, net], load()), (error) => sorry(box, error));
  return { destroy: () => box.remove() };
}
