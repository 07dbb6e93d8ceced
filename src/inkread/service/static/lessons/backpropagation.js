// Backpropagation by hand: two inputs, two hidden neurons with a sigmoid, two scores, softmax and cross-entropy.
import { button, choice, controls, figure, fixed, h, part, result, row, s, slider } from "./common.js";

const START = {
  w11: 0.5, w12: -0.4, b1: 0.1, w21: -0.3, w22: 0.8, b2: -0.1,
  v11: 1.2, v12: -0.7, c1: 0, v21: -0.9, v22: 0.6, c2: 0.2,
};
const NAMES = Object.keys(START);
const RATE = 0.5;
const SUBSCRIPT = [..."₀₁₂₃₄₅₆₇₈₉"];
const pretty = (text) => text.replace(/(?<=[a-z]\d?)\d/g, (digit) => SUBSCRIPT[digit]);
const n = (value) => fixed(value, 4);
/** A number within a formula: no needless zeros, and brackets around a minus. */
const f = (value) => {
  const text = n(value).replace(/\.?0+$/, "");
  return value < 0 ? `(${text})` : text;
};

/** All numbers by hand: [key, formula, value] in the order in which they are worked out. */
export function work(p, [x1, x2], right) {
  const lines = [];
  const v = {};
  const note = (key, formula, value) => (lines.push([key, formula, value]), (v[key] = value));
  for (const i of [1, 2]) {
    const [a, b, c] = [p[`w${i}1`], p[`w${i}2`], p[`b${i}`]];
    note(`a${i}`, `w${i}1·x1 + w${i}2·x2 + b${i} = ${f(a)}·${f(x1)} + ${f(b)}·${f(x2)} + ${f(c)}`, a * x1 + b * x2 + c);
  }
  for (const i of [1, 2]) note(`h${i}`, `sigmoid(a${i}) = 1 / (1 + exp(${n(-v[`a${i}`])}))`, 1 / (1 + Math.exp(-v[`a${i}`])));
  for (const i of [1, 2]) {
    const [a, b, c] = [p[`v${i}1`], p[`v${i}2`], p[`c${i}`]];
    note(`z${i}`, `v${i}1·h1 + v${i}2·h2 + c${i} = ${f(a)}·${f(v.h1)} + ${f(b)}·${f(v.h2)} + ${f(c)}`, a * v.h1 + b * v.h2 + c);
  }
  const sum = Math.exp(v.z1) + Math.exp(v.z2);
  for (const i of [1, 2]) note(`p${i}`, `exp(z${i}) / (exp(z1) + exp(z2)) = ${n(Math.exp(v[`z${i}`]))} / ${n(sum)}`, Math.exp(v[`z${i}`]) / sum);
  note("L", `−ln(p${right}) = −ln(${n(v[`p${right}`])})`, -Math.log(v[`p${right}`]));
  for (const i of [1, 2]) {
    const y = i === right ? 1 : 0;
    note(`dz${i}`, `p${i} − ${y} = ${n(v[`p${i}`])} − ${y}`, v[`p${i}`] - y);
  }
  for (const i of [1, 2]) {
    for (const j of [1, 2]) note(`dv${i}${j}`, `dz${i}·h${j} = ${f(v[`dz${i}`])}·${f(v[`h${j}`])}`, v[`dz${i}`] * v[`h${j}`]);
    note(`dc${i}`, `dz${i}`, v[`dz${i}`]);
  }
  for (const j of [1, 2]) {
    const [a, b] = [p[`v1${j}`], p[`v2${j}`]];
    note(`dh${j}`, `dz1·v1${j} + dz2·v2${j} = ${f(v.dz1)}·${f(a)} + ${f(v.dz2)}·${f(b)}`, v.dz1 * a + v.dz2 * b);
  }
  for (const j of [1, 2]) {
    const bend = v[`h${j}`] * (1 - v[`h${j}`]);
    note(`da${j}`, `dh${j}·h${j}·(1 − h${j}) = ${f(v[`dh${j}`])}·${n(bend)}`, v[`dh${j}`] * bend);
  }
  for (const i of [1, 2]) {
    for (const [j, x] of [[1, x1], [2, x2]]) note(`dw${i}${j}`, `da${i}·x${j} = ${f(v[`da${i}`])}·${f(x)}`, v[`da${i}`] * x);
    note(`db${i}`, `da${i}`, v[`da${i}`]);
  }
  return { lines, values: v };
}

const FORWARD = 9; // lines up to the loss

export function mount(root) {
  const box = figure(root, "Backpropagation, number by number");
  let p = { ...START };
  let shown = FORWARD;
  const [forwards, backwards] = [h("ol", { class: "le-lines" }), h("ol", { class: "le-lines" })];
  const net = s("svg", { viewBox: "0 0 340 230", class: "le-svg", role: "img", "aria-label": "The network with its numbers" });
  const two = (v) => fixed(v, 2);
  const input = (i, value) => slider({ label: `Input x${SUBSCRIPT[i]}`, min: -2, max: 2, step: 0.1, value, format: two, onInput: draw });
  const x = [input(1, 1), input(2, 0.5)];
  const right = choice({ label: "Right class", options: [[1, "first"], [2, "second"]], value: 2, onChange: draw });
  const select = h("select", { id: "le-weight" }, ...NAMES.map((name) => h("option", { value: name }, pretty(name))));
  select.addEventListener("change", () => ((weight.value = p[select.value]), draw()));
  const weight = slider({ label: "Its value", min: -2, max: 2, step: 0.01, value: START.w11, format: two, onInput: (value) => ((p[select.value] = value), draw()) });
  const answer = result();
  const more = button("Next number", () => ((shown += 1), draw()));
  const all = button("All numbers", () => ((shown = Infinity), draw()));
  const step = button(`One step downhill, rate ${RATE}`, () => {
    const { values } = current();
    for (const name of NAMES) p[name] -= RATE * values[`d${name}`];
    weight.value = p[select.value];
    draw();
  });
  const again = button("Start again", () => {
    [p, shown] = [{ ...START }, FORWARD];
    weight.value = p[select.value];
    draw();
  });
  box.append(
    row(net, h("div", { class: "le-grow" }, row(more, all, step, again), controls(
      x[0].element, x[1].element, right.element,
      h("div", { class: "le-field" }, h("label", { for: "le-weight" }, "Weight"), select), weight.element,
    ))),
    answer.element,
    row(part("Forward: from the inputs to the loss", forwards), part("Backward: d… is how fast the loss grows with …", backwards)),
  );

  const inputs = () => x.map(({ value }) => value);
  const current = () => work(p, inputs(), Number(right.value));
  const lossWith = (name, nudge) => work({ ...p, [name]: p[name] + nudge }, inputs(), Number(right.value)).values.L;

  function draw() {
    const { lines, values } = current();
    shown = Math.min(shown, lines.length);
    const item = ([key, formula, value], i) =>
      h("li", { "data-key": key, class: i === shown - 1 ? "le-newest" : "" }, h("b", {}, pretty(key)), ` = ${pretty(formula)} = `, h("b", {}, n(value)));
    forwards.replaceChildren(...lines.slice(0, FORWARD).map(item));
    backwards.replaceChildren(...lines.slice(FORWARD, shown).map((line, i) => item(line, i + FORWARD)));
    if (shown === FORWARD) backwards.append(h("li", { class: "le-empty" }, "Press “Next number”."));
    more.disabled = all.disabled = shown === lines.length;
    sketch(values);
    const name = select.value;
    const nudged = (lossWith(name, 0.001) - lossWith(name, -0.001)) / 0.002;
    answer.say(`Loss ${n(values.L)}. Check: moving ${pretty(name)} a little changes the loss ${n(nudged)} times as much; by hand d${pretty(name)} = ${n(values[`d${name}`])}.`);
  }

  function sketch(v) {
    const at = { x1: [34, 60], x2: [34, 180], h1: [170, 60], h2: [170, 180], z1: [304, 60], z2: [304, 180] };
    const edges = [];
    const labels = [];
    for (const [kind, from, to] of [["w", "x", "h"], ["v", "h", "z"]]) {
      for (const i of [1, 2]) for (const j of [1, 2]) {
        const [[a, b], [c, d]] = [at[`${from}${j}`], at[`${to}${i}`]];
        const value = p[`${kind}${i}${j}`];
        edges.push(s("line", { x1: a, y1: b, x2: c, y2: d, "stroke-width": 1 + 2.5 * Math.min(2, Math.abs(value)), class: value < 0 ? "le-edge-minus" : "le-edge-plus" }));
        const share = i === j ? 0.5 : 0.28;
        labels.push(s("text", { x: a + share * (c - a), y: b + share * (d - b) + (i === j ? (i === 1 ? -8 : 20) : 5), class: "le-x-tick le-halo" }, two(value)));
      }
    }
    const nodes = Object.entries(at).flatMap(([name, [a, b]]) => [
      s("circle", { cx: a, cy: b, r: 28, class: "le-node" }),
      s("text", { x: a, y: b - 3, class: "le-x-tick" }, pretty(name)),
      s("text", { x: a, y: b + 15, class: "le-x-tick" }, two(name[0] === "x" ? x[name[1] - 1].value : v[name])),
    ]);
    net.replaceChildren(...edges, ...labels, ...nodes);
  }

  draw();
  return { destroy: () => box.remove() };
}
