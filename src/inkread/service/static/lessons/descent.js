// Gradient descent in a long valley: steps too small, right, too large, and rates that decay.
import { button, controls, figure, fixed, legend, part, plot, result, row, slider } from "./common.js";
import { random } from "./nets.js";

const STEEP = 10; // the valley: half of (x² + 10 y²)
const START = [-9, 2.4];
const STEPS = 40;
const PRESETS = { "Too small": [0.005, 1, 0], Right: [0.15, 1, 0], "Too large": [0.205, 1, 0], "Noisy, no decay": [0.18, 1, 8], "Noisy, with decay": [0.18, 0.93, 8] };

const height = ([x, y]) => (x * x + STEEP * y * y) / 2;

/** The points that gradient descent visits; noise is what a batch adds to the slope, the same numbers each time. */
function descend(rate, decay, noise) {
  const next = random(5);
  const path = [START];
  for (let step = 0; step < STEPS; step += 1) {
    const [x, y] = path[step];
    const size = rate * decay ** step;
    const [a, b] = [noise * (2 * next() - 1), noise * (2 * next() - 1)];
    path.push([x - size * (x + a), y - size * (STEEP * y + b)]);
  }
  return path;
}

export function mount(root) {
  const box = figure(root, "Gradient descent in a valley");
  const map = plot({ label: "The valley from above, and the way that is taken", x: [-10, 10], y: [-4, 4], xLabel: "first weight", tall: 230 });
  const curve = plot({ label: "Loss by step", x: [0, STEPS], y: [-3, 3], xLabel: "step", tall: 230, yText: (at) => String(10 ** at) });
  const rate = slider({ label: "Learning rate", min: 0.005, max: 0.25, step: 0.005, value: 0.15, format: (v) => fixed(v, 3), onInput: draw });
  const decay = slider({ label: "Decay: each step's rate times", min: 0.85, max: 1, step: 0.01, value: 1, format: (v) => fixed(v), onInput: draw });
  const noise = slider({ label: "Noise in the slope", min: 0, max: 8, step: 1, value: 0, onInput: draw });
  const answer = result();
  const presets = Object.entries(PRESETS).map(([name, values]) =>
    button(name, () => {
      [rate.value, decay.value, noise.value] = values;
      draw();
    }),
  );
  box.append(
    row(part("The valley from above: two weights", map.element), part("Loss", curve.element)),
    legend(["first", "the way down"], ["contour", "equal loss"]),
    controls(rate.element, decay.element, noise.element),
    row(...presets),
    answer.element,
  );

  function verdict(path) {
    const [from, to] = [height(START), height(path[STEPS])];
    if (!(to < from)) return "It climbs out of the valley: the steps are too large.";
    if (to < 0.01) return "It has reached the bottom.";
    if (to < 1) return "It has come close to the bottom.";
    return noise.value ? "The noise throws it about: it does not settle." : "It is still on its way: the steps are too small.";
  }

  function draw() {
    const path = descend(rate.value, decay.value, noise.value);
    map.clear();
    for (const r of [2, 4, 6, 8, 10, 12]) map.ellipse(0, 0, r, r / Math.sqrt(STEEP), "contour");
    map.line(path, "first");
    path.forEach(([x, y]) => Math.abs(x) <= 10 && Math.abs(y) <= 4 && map.dot(x, y, "point", 3));
    map.dot(...START, "point-2", 6);
    curve.clear();
    curve.line(path.map((point, step) => [step, Math.log10(Math.max(1e-30, height(point)))]), "first");
    const end = height(path[STEPS]);
    answer.say(`After ${STEPS} steps the loss is ${end > 1e6 ? "above a million" : fixed(end, 4)}; it was ${fixed(height(START), 1)}. ${verdict(path)}`);
  }

  draw();
  return { destroy: () => box.remove() };
}
