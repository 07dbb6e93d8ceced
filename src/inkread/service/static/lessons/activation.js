// The activation: the bend that a neuron puts into its sum, and what three bent neurons can draw together.
import { choice, controls, figure, fixed, legend, part, plot, result, row, slider } from "./common.js";

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
/** Each function with its slope. */
const FUNCTIONS = {
  none: ["none", (z) => z, () => 1],
  relu: ["ReLU", (z) => Math.max(0, z), (z) => (z > 0 ? 1 : 0)],
  sigmoid: ["sigmoid", sigmoid, (z) => sigmoid(z) * (1 - sigmoid(z))],
  tanh: ["tanh", Math.tanh, (z) => 1 - Math.tanh(z) ** 2],
};
const POINTS = Array.from({ length: 201 }, (_, i) => -4 + i / 25);

export function mount(root) {
  const box = figure(root, "Activation functions");
  const curve = plot({
    label: "The function, the point chosen, and the slope there",
    x: [-4, 4],
    y: [-2, 4],
    xLabel: "sum z of the neuron",
    onPoint: (at) => ((z.value = at), draw()),
  });
  const stack = plot({
    label: "Three neurons added up",
    x: [-4, 4],
    y: [-2, 4],
    xLabel: "input x",
  });
  const options = Object.entries(FUNCTIONS).map(([key, [name]]) => [key, name]);
  const kind = choice({ label: "Activation", options, value: "relu", onChange: draw });
  const z = slider({ label: "Sum z", min: -4, max: 4, step: 0.1, value: 1, format: (v) => fixed(v, 1), onInput: draw });
  const middle = slider({ label: "Weight of the middle neuron", min: -4, max: 4, step: 0.5, value: -2, format: (v) => fixed(v, 1), onInput: draw });
  const answer = result();
  box.append(
    row(part("What one neuron passes on", curve.element), part("Three neurons, added up", stack.element)),
    legend(["first", "function"], ["second", "slope at the point"]),
    controls(kind.element, z.element, middle.element),
    answer.element,
  );

  function draw() {
    const [name, f, slope] = FUNCTIONS[kind.value];
    const at = z.value;
    const together = (x) => f(x + 2) + middle.value * f(x) + f(x - 2);
    curve.clear();
    curve.line([-1.2, 1.2].map((d) => [at + d, f(at) + d * slope(at)]), "second");
    curve.line(POINTS.map((x) => [x, f(x)]), "first");
    curve.dot(at, f(at), "point");
    stack.clear();
    stack.line(POINTS.map((x) => [x, together(x)]), "first");
    stack.dot(at, together(at), "point");
    answer.say(
      `${name === "none" ? "Without activation" : name}: ${fixed(at, 1)} becomes ${fixed(f(at), 3)}, slope ${fixed(slope(at), 3)}. ` +
        `Three neurons at x = ${fixed(at, 1)}: ${fixed(together(at), 3)}` +
        (kind.value === "none" ? ". However you choose the weight, the line stays straight." : "."),
    );
  }

  draw();
  return { destroy: () => box.remove() };
}
