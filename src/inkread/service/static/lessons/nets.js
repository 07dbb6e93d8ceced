// Small networks in plain numbers: fully connected, ReLU between the layers, logits at the end, trained by gradient
// descent on the cross-entropy. The digits and the tutorial's network that the figures compute with are loaded here.

/** Numbers from 0 to below 1 that look random and are the same for the same seed (mulberry32, T. Ettinger). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The numbers 0 to n - 1 in an order drawn from `next` (Fisher and Yates). */
export function shuffled(n, next) {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Probabilities of logits; the largest is subtracted first, so that nothing overflows. */
export function softmax(logits, temperature = 1) {
  const top = Math.max(...logits);
  const powers = Array.from(logits, (value) => Math.exp((value - top) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

/** The logarithm of the sum of exp(logits), without overflow. */
export function logSumExp(logits) {
  const top = Math.max(...logits);
  return top + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

export const crossEntropy = (logits, label) => logSumExp(logits) - logits[label];

export const argMax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

/** A network with the given widths; weights uniform within sqrt(6 / inputs) (He et al. 2015), biases 0. */
export function createNetwork(sizes, seed) {
  const next = random(seed);
  return sizes.slice(1).map((outputs, k) => {
    const inputs = sizes[k];
    const reach = Math.sqrt(6 / inputs);
    const weights = Float64Array.from({ length: outputs * inputs }, () => (2 * next() - 1) * reach);
    return { inputs, outputs, weights, bias: new Float64Array(outputs) };
  });
}

/** What each layer puts out, the input first and the logits last. `off` names hidden neurons that are silenced. */
export function forward(network, input, off = []) {
  const values = [input];
  network.forEach((layer, k) => {
    const [from, to] = [values[k], new Float64Array(layer.outputs)];
    for (let o = 0; o < layer.outputs; o += 1) {
      let sum = layer.bias[o];
      for (let i = 0, w = o * layer.inputs; i < layer.inputs; i += 1, w += 1) sum += layer.weights[w] * from[i];
      to[o] = k < network.length - 1 ? Math.max(0, off[o] ? 0 : sum) : sum;
    }
    values.push(to);
  });
  return values;
}

/** One step of gradient descent on a batch; returns the mean loss before it. */
export function trainBatch(network, data, batch, rate) {
  const changes = network.map((layer) => [new Float64Array(layer.weights.length), new Float64Array(layer.outputs)]);
  let loss = 0;
  for (const n of batch) {
    const values = forward(network, data.pictures[n]);
    const logits = values[network.length];
    loss += crossEntropy(logits, data.labels[n]);
    let delta = Float64Array.from(softmax(logits), (p, k) => p - (k === data.labels[n] ? 1 : 0));
    for (let k = network.length - 1; k >= 0; k -= 1) delta = backward(network[k], values[k], delta, changes[k], k > 0);
  }
  network.forEach((layer, k) => {
    const share = rate / batch.length;
    changes[k][0].forEach((value, w) => (layer.weights[w] -= share * value));
    changes[k][1].forEach((value, o) => (layer.bias[o] -= share * value));
  });
  return loss / batch.length;
}

function backward({ inputs, weights }, from, delta, [change, changeOfBias], goOn) {
  const before = goOn ? new Float64Array(inputs) : undefined;
  delta.forEach((d, o) => {
    changeOfBias[o] += d;
    if (!d) return;
    for (let i = 0, w = o * inputs; i < inputs; i += 1, w += 1) {
      change[w] += d * from[i];
      // ReLU: what was silenced passes nothing back.
      if (goOn && from[i] > 0) before[i] += d * weights[w];
    }
  });
  return before;
}

/** Mean loss, and share right, over pictures. */
export function measure(network, data) {
  let [loss, right] = [0, 0];
  data.pictures.forEach((picture, n) => {
    const logits = forward(network, picture)[network.length];
    loss += crossEntropy(logits, data.labels[n]);
    right += argMax(logits) === data.labels[n];
  });
  return { loss: loss / data.labels.length, accuracy: right / data.labels.length };
}

/** A network for the small digits, trained on the spot: always the same one for the same arguments. */
export function trainedNetwork(data, { hidden = 16, epochs = 12, batch = 10, rate = 0.2, seed = 1 } = {}) {
  const network = createNetwork([196, hidden, 10], seed);
  const next = random(seed + 1000);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const order = shuffled(data.labels.length, next);
    for (let at = 0; at < order.length; at += batch) trainBatch(network, data, order.slice(at, at + batch), rate);
  }
  return network;
}

const [SIDE, COLUMNS, EACH] = [28, 10, 30];
let digits;

/** 300 training and 300 test digits of MNIST: {train, test}, each {pictures: 784 numbers 0..1, labels}; n has label n % 10. */
export function loadDigits() {
  digits ??= (async () => {
    const image = new Image();
    image.src = new URL("digits.png", import.meta.url).href;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const cut = (n) => {
      const x = SIDE * (n % COLUMNS);
      const { data } = context.getImageData(x, SIDE * Math.floor(n / COLUMNS), SIDE, SIDE);
      return Float64Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i] / 255);
    };
    const half = (start) => {
      const numbers = Array.from({ length: COLUMNS * EACH }, (_, n) => n);
      return { pictures: numbers.map((n) => cut(start + n)), labels: numbers.map((n) => n % COLUMNS) };
    };
    return { train: half(0), test: half(COLUMNS * EACH) };
  })();
  return digits;
}

/** What a slider says of digit n. */
export const digitName = (n) => `${n % COLUMNS} (${Math.floor(n / COLUMNS) + 1} of ${EACH})`;

/** Each block of `factor` by `factor` pixels becomes one, its mean. */
export function shrink(pixels, factor = 2) {
  const side = Math.round(Math.sqrt(pixels.length));
  const small = side / factor;
  const out = new Float64Array(small * small);
  pixels.forEach((value, i) => {
    out[Math.floor(Math.floor(i / side) / factor) * small + Math.floor((i % side) / factor)] += value / factor ** 2;
  });
  return out;
}

export const small = ({ pictures, labels }) => ({ pictures: pictures.map((pixels) => shrink(pixels)), labels });

export const first = ({ pictures, labels }, n) => ({ pictures: pictures.slice(0, n), labels: labels.slice(0, n) });

let tutorial;

/** The network of the recipe cnn-8-16, weights in 8 bits: {accuracy, layers}. */
export function loadTutorial() {
  tutorial ??= (async () => {
    const answer = await fetch(new URL("tutorial.json", import.meta.url));
    if (!answer.ok) throw new Error(`the network's weights are not there (${answer.status})`);
    const said = await answer.json();
    const layers = said.layers.map(({ shape, scale, weights, bias }) => {
      const bytes = Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0));
      return { shape, bias, weights: Float64Array.from(new Int8Array(bytes.buffer), (whole) => whole * scale) };
    });
    return { accuracy: said.accuracy, layers };
  })();
  return tutorial;
}

/** Slide 3x3 windows over maps: the sum of products and the bias at each place; `pad` adds a border of zeros. */
export function convolve(maps, { weights, bias, shape }, pad) {
  const side = Math.round(Math.sqrt(maps[0].length));
  const out = side + 2 * pad - 2;
  return bias.map((offset, o) =>
    Float64Array.from({ length: out * out }, (_, at) => {
      let sum = offset;
      const [top, left] = [Math.floor(at / out) - pad, (at % out) - pad];
      for (let c = 0; c < maps.length; c += 1) {
        for (let k = 0; k < 9; k += 1) {
          const [y, x] = [top + Math.floor(k / 3), left + (k % 3)];
          if (y < 0 || x < 0 || y >= side || x >= side) continue;
          sum += weights[(o * shape[1] + c) * 9 + k] * maps[c][y * side + x];
        }
      }
      return sum;
    }),
  );
}

export const relu = (values) => values.map((value) => Math.max(0, value));

/** The largest of each 2x2 block. */
export function maxPool(values) {
  const side = Math.round(Math.sqrt(values.length));
  const out = Math.floor(side / 2);
  return Float64Array.from({ length: out * out }, (_, i) => {
    const at = 2 * Math.floor(i / out) * side + 2 * (i % out);
    return Math.max(values[at], values[at + 1], values[at + side], values[at + side + 1]);
  });
}

/** The tutorial network's logits for 784 numbers, 0 to 1. */
export function askTutorial({ layers }, pixels) {
  const step = (maps, layer) => convolve(maps, layer, 1).map((map) => maxPool(relu(map)));
  const flat = step(step([pixels], layers[0]), layers[1]).flatMap((map) => [...map]);
  const { weights, bias } = layers[2];
  return bias.map((offset, o) => flat.reduce((sum, value, i) => sum + value * weights[o * flat.length + i], offset));
}
