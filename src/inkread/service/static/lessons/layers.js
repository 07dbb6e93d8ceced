// Layers and argmax: a small network, trained as the page opens, answers layer by layer; hidden neurons can be silenced.
import { bars, button, controls, figure, fixed, h, part, picture, result, row, slider, sorry } from "./common.js";
import { argMax, forward, digitName, loadDigits, shrink, small, trainedNetwork } from "./nets.js";

const HIDDEN = 12;

export function mount(root) {
  const box = figure(root, "A network with one hidden layer");
  const input = picture({ label: "The digit, 14×14 pixels", side: 14, size: 168 });
  const looks = Array.from({ length: HIDDEN }, () => picture({ side: 14, signed: true, size: 44 }));
  const hidden = bars("Hidden neurons; press one to silence it", looks.map((_, i) => `neuron ${i + 1}`), silence);
  hidden.element.querySelectorAll(".le-name").forEach((name, i) => name.prepend(looks[i].element));
  hidden.element.classList.add("le-looks");
  const output = bars("Scores of the ten classes", [..."0123456789"]);
  const which = slider({ label: "Unseen digit", min: 0, max: 299, value: 7, format: digitName, onInput: draw });
  const all = button("Let all neurons speak", () => (off.fill(false), draw()));
  const answer = result();
  const off = new Array(HIDDEN).fill(false);
  let [network, test] = [null, null];
  answer.say("The network is learning from 300 digits …");
  box.append(
    row(part("Input", input.element), part("Output: ten scores", output.element)),
    controls(which.element, h("div", {}, all)),
    answer.element,
    part("Hidden layer: twelve neurons, what each looks for (press to silence)", hidden.element),
  );

  function silence(i) {
    off[i] = !off[i];
    draw();
  }

  function draw() {
    if (!network) return;
    const pixels = test.pictures[which.value];
    const [, middle, logits] = forward(network, shrink(pixels), off);
    const best = argMax([...logits]);
    const label = test.labels[which.value];
    input.draw(shrink(pixels));
    hidden.show([...middle], { off });
    output.show([...logits], { best });
    const silent = off.filter(Boolean).length;
    answer.say(
      `Highest score: ${fixed(logits[best])}, so the answer is ${best}. ` +
        (best === label ? "Right." : `Wrong: it is a ${label}.`) +
        (silent ? ` Silenced: ${silent} of ${HIDDEN}.` : ""),
    );
  }

  loadDigits().then((digits) => {
    test = digits.test;
    network = trainedNetwork(small(digits.train), { hidden: HIDDEN, epochs: 20, rate: 0.1, seed: 3 });
    looks.forEach((look, o) => look.draw(network[0].weights.slice(196 * o, 196 * o + 196)));
    draw();
  }).catch((error) => sorry(box, error));
  return { destroy: () => box.remove() };
}
