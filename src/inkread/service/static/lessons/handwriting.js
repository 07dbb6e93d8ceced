// Why 99 % fails on your own handwriting: three readers side by side on a picture that the learner draws and spoils.
import { button, controls, figure, fixed, h, part, percent, picture, result, row, slider, sorry, tick } from "./common.js";
import { argMax, askTutorial, digitName, loadDigits, loadTutorial, shrink, softmax } from "./nets.js";

const SIDE = 280;
const PEN = 22;
const WAIT = 120; // milliseconds of rest before the service is asked

export function mount(root, { api }) {
  const box = figure(root, "One picture, three readers");
  const pad = h("canvas", { width: SIDE, height: SIDE, class: "le-pad", role: "img", "aria-label": "Draw a digit here, or choose one below" });
  const ink = document.createElement("canvas");
  [ink.width, ink.height] = [SIDE, SIDE];
  const pen = ink.getContext("2d", { willReadFrequently: true });
  const moved = document.createElement("canvas");
  [moved.width, moved.height] = [SIDE, SIDE];
  const readers = [
    reader("As it is"),
    reader("Normalised"),
    reader("inkread"),
  ];
  const amount = (label, min, max, step, value, format) => slider({ label, min, max, step, value, format, onInput: show });
  const which = slider({ label: "Digit of MNIST", min: 0, max: 299, value: 5, format: digitName, onInput: take });
  const size = amount("Size", 0.3, 1.5, 0.05, 1, percent);
  const right = amount("Moved right", -80, 80, 4, 0, (v) => `${v} px`);
  const down = amount("Moved down", -80, 80, 4, 0, (v) => `${v} px`);
  const turn = amount("Turned", -60, 60, 5, 0, (v) => `${v}°`);
  const shade = amount("Shadow", 0, 0.9, 0.1, 0, percent);
  const dark = tick("Dark ink on light paper", false, show);
  const clear = button("Clear and draw", () => (wipe(), show()));
  const reset = button("Undo all changes", () => {
    for (const [one, value] of [[size, 1], [right, 0], [down, 0], [turn, 0], [shade, 0]]) one.value = value;
    dark.element.querySelector("input").checked = false;
    show();
  });
  const answer = result();
  let [digits, network, timer, frame, asking] = [null, null, 0, 0, new AbortController()];
  box.append(
    part("Your picture: draw, or move the sliders", pad, row(clear, reset)),
    h("div", { class: "le-readers" }, ...readers.map(({ element }) => element)),
    answer.element,
    controls(which.element, size.element, right.element, down.element, turn.element, shade.element, dark.element),
  );
  listenToPen();

  function reader(title) {
    const seen = picture({ label: `What it is given: ${title}`, side: 28 });
    const [label, sure] = [h("b", { class: "le-big" }), h("span")];
    const element = part(title, seen.element, h("p", { class: "le-reader" }, label, sure));
    const say = (pixels, text, note) => {
      if (pixels) seen.draw(pixels);
      [label.textContent, sure.textContent] = [text, note];
    };
    return { element, say };
  }

  function wipe() {
    pen.clearRect(0, 0, SIDE, SIDE);
  }

  function take() {
    if (!digits) return;
    const image = new ImageData(28, 28);
    digits.test.pictures[which.value].forEach((value, i) => image.data.set([255, 255, 255, 255 * value], 4 * i));
    const little = document.createElement("canvas");
    [little.width, little.height] = [28, 28];
    little.getContext("2d").putImageData(image, 0, 0);
    wipe();
    pen.imageSmoothingQuality = "high";
    pen.drawImage(little, 0, 0, SIDE, SIDE);
    taken = true;
    show();
  }

  /** Where the pen is on the paper before it was moved, turned and scaled. */
  function placeOf(event) {
    const area = pad.getBoundingClientRect();
    const x = ((event.clientX - area.left) / area.width) * SIDE - SIDE / 2 - right.value;
    const y = ((event.clientY - area.top) / area.height) * SIDE - SIDE / 2 - down.value;
    const angle = (-turn.value * Math.PI) / 180;
    const [c, d] = [Math.cos(angle) / size.value, Math.sin(angle) / size.value];
    return [SIDE / 2 + c * x - d * y, SIDE / 2 + d * x + c * y];
  }

  function listenToPen() {
    let last = null;
    pad.addEventListener("pointerdown", (event) => {
      pad.setPointerCapture(event.pointerId);
      if (taken) wipe();
      taken = false;
      last = placeOf(event);
      stroke(last, last);
      event.preventDefault();
    });
    pad.addEventListener("pointermove", (event) => {
      if (!event.buttons || !last) return;
      const now = placeOf(event);
      stroke(last, now);
      last = now;
    });
  }

  function stroke(from, to) {
    Object.assign(pen, { lineWidth: PEN / size.value, lineCap: "round", strokeStyle: "#fff" });
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
    show();
  }

  /** The picture as a camera would see it: grey values, 0 to 255. */
  function compose() {
    const context = moved.getContext("2d", { willReadFrequently: true });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    context.translate(SIDE / 2 + right.value, SIDE / 2 + down.value);
    context.rotate((turn.value * Math.PI) / 180);
    context.scale(size.value, size.value);
    context.drawImage(ink, -SIDE / 2, -SIDE / 2);
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    const [paper, colour] = dark.checked ? [235, 40] : [0, 255];
    return Float64Array.from({ length: SIDE * SIDE }, (_, i) => {
      const light = 1 - (shade.value * ((i % SIDE) + Math.floor(i / SIDE))) / (2 * SIDE);
      return Math.round(light * (paper + ((colour - paper) * data[4 * i + 3]) / 255));
    });
  }

  /** At most once a frame, however many movements the pen reports. */
  function show() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(paint);
  }

  function paint() {
    const grey = compose();
    const image = new ImageData(SIDE, SIDE);
    grey.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
    pad.getContext("2d").putImageData(image, 0, 0);
    clearTimeout(timer);
    timer = setTimeout(() => ask(image, shrink(grey.map((value) => value / 255), 10)), WAIT);
  }

  function tutorial(at, pixels) {
    const probabilities = softmax(askTutorial(network, pixels));
    const best = argMax(probabilities);
    readers[at].say(pixels, String(best), percent(probabilities[best]));
    return best;
  }

  async function ask(image, pixels) {
    if (!network) return;
    asking.abort();
    const { signal } = (asking = new AbortController());
    const found = [tutorial(0, pixels)];
    try {
      const [steps, digit] = await Promise.all([api.steps(image, signal), api.digit(image, {}, signal)]);
      const normal = steps.has_ink ? await lastStep(steps) : new Float64Array(784);
      if (signal.aborted) return;
      if (steps.has_ink) found.push(tutorial(1, normal));
      else readers[1].say(normal, "–", "no ink");
      readers[2].say(normal, digit.label || "–", digit.accepted ? percent(digit.confidence) : digit.reason);
      found[2] = digit.accepted ? digit.label : `${digit.label || "nothing"}, not accepted`;
    } catch (error) {
      if (signal.aborted) return;
      for (const one of readers.slice(1)) one.say(null, "–", error.message);
    }
    answer.say(`As it is: ${found[0]}. Normalised: ${found[1] ?? "–"}. Reader: ${found[2] ?? "–"}.`);
  }

  let taken = true;
  answer.say("Loading the network …");
  Promise.all([loadDigits(), loadTutorial()]).then(([some, net]) => {
    [digits, network] = [some, net];
    const score = fixed(100 * net.accuracy, 1);
    box.append(h("p", { class: "le-note" }, `Left and middle: a tutorial's network, which reads ${score} % of MNIST's test pictures. It runs in this page, with the weights of the recipe cnn-8-16 rounded to 8 bits. Normalising and the reader on the right are the service's.`));
    take();
  }).catch((error) => sorry(box, error));
  return { destroy: () => (cancelAnimationFrame(frame), clearTimeout(timer), asking.abort(), box.remove()) };
}

/** The last step of a normalisation, as 784 numbers from 0 to 1. */
async function lastStep(answer) {
  const image = new Image();
  image.src = answer.steps[answer.steps.length - 1].picture;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [28, 28];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, 28, 28);
  const { data } = context.getImageData(0, 0, 28, 28);
  return Float64Array.from({ length: 784 }, (_, i) => data[4 * i] / 255);
}
