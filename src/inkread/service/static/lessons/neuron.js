// A neuron: nine pixels times nine weights, added up, plus the bias.
import { button, choice, controls, figure, fixed, h, part, result, slider } from "./common.js";

const SHAPES = {
  upright: [0, 1, 0, 0, 1, 0, 0, 1, 0],
  flat: [0, 0, 0, 1, 1, 1, 0, 0, 0],
  slanted: [0, 0, 1, 0, 1, 0, 1, 0, 0],
};
const WEIGHTS = {
  upright: [-1, 1, -1, -1, 1, -1, -1, 1, -1],
  flat: [-1, -1, -1, 1, 1, 1, -1, -1, -1],
  slanted: [-1, -1, 1, -1, 1, -1, 1, -1, -1],
};
const NEXT = { 0: 1, 1: -1, "-1": 0 };

export function mount(root) {
  const box = figure(root, "A neuron with nine inputs");
  let pixels = [...SHAPES.upright];
  let weights = [...WEIGHTS.upright];
  const grid = (kind, onPress) =>
    Array.from({ length: 9 }, (_, i) => {
      const cell = onPress ? button("", () => onPress(i)) : h("span");
      cell.className = `le-cell le-${kind}`;
      return cell;
    });
  const place = (i) => `row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}`;
  const ink = grid("ink", (i) => ((pixels[i] = 1 - pixels[i]), draw()));
  const load = grid("weight", (i) => ((weights[i] = NEXT[weights[i]]), draw()));
  const products = grid("product");
  const bias = slider({ label: "Bias", min: -4, max: 4, step: 0.5, value: -2, format: (b) => fixed(b, 1), onInput: draw });
  const options = Object.keys(SHAPES).map((key) => [key, key]);
  const input = choice({ label: "Ink", options, value: "upright", onChange: (key) => ((pixels = [...SHAPES[key]]), draw()) });
  const wanted = choice({
    label: "Weights that look for a stroke that is",
    options,
    value: "upright",
    onChange: (key) => ((weights = [...WEIGHTS[key]]), draw()),
  });
  const answer = result();
  const block = (title, cells) => part(title, h("div", { class: "le-nine" }, ...cells));
  const sign = (text) => h("span", { class: "le-sign", "aria-hidden": "true" }, text);
  box.append(
    h("div", { class: "le-product-row" }, block("Pixels", ink), sign("×"), block("Weights", load), sign("="), block("Products", products)),
    controls(input.element, wanted.element, bias.element),
    answer.element,
  );

  function draw() {
    let sum = 0;
    for (let i = 0; i < 9; i += 1) {
      const product = pixels[i] * weights[i];
      sum += product;
      ink[i].textContent = pixels[i];
      ink[i].classList.toggle("le-on", pixels[i] === 1);
      ink[i].setAttribute("aria-label", `Pixel in ${place(i)}: ${pixels[i]}`);
      load[i].textContent = fixed(weights[i], 0);
      load[i].setAttribute("aria-label", `Weight in ${place(i)}: ${fixed(weights[i], 0)}`);
      products[i].textContent = fixed(product, 0);
      for (const [cell, value] of [[load[i], weights[i]], [products[i], product]]) {
        cell.classList.toggle("le-plus", value > 0);
        cell.classList.toggle("le-minus", value < 0);
      }
    }
    const total = sum + bias.value;
    const verdict = total > 0 ? "Above 0: the neuron answers." : "Not above 0: the neuron stays silent.";
    answer.say(`Products ${fixed(sum, 0)}, bias ${fixed(bias.value, 1)}, sum ${fixed(total, 1)}. ${verdict}`);
  }

  draw();
  return { destroy: () => box.remove() };
}
