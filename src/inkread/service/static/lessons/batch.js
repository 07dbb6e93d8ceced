// Batch and epoch: the same network, trained with batches of different sizes on 300 digits.
import { button, controls, figure, fixed, inSlices, legend, part, percent, plot, result, row, slider, sorry } from "./common.js";
import { createNetwork, loadDigits, measure, random, shuffled, small, trainBatch } from "./nets.js";

const SIZES = [1, 3, 10, 30, 100, 300];
const EPOCHS = 10;

export function mount(root) {
  const box = figure(root, "Batches and epochs");
  const axes = { x: [0, EPOCHS], y: [0, 3], tall: 260 };
  const steps = plot({ ...axes, label: "Loss of each step", xLabel: "epoch" });
  const epochs = plot({ ...axes, label: "Loss on unseen digits", xLabel: "epoch" });
  const size = slider({ label: "Digits in a batch", min: 0, max: SIZES.length - 1, value: 2, format: (i) => SIZES[i], onInput: plan });
  const rate = slider({ label: "Learning rate", min: 0.02, max: 1, step: 0.02, value: 0.1, format: (v) => fixed(v), onInput: plan });
  const start = button(`Train for ${EPOCHS} epochs`, train);
  const answer = result();
  let [data, stop, before] = [null, () => {}, null];
  box.append(
    row(part("Loss of each batch", steps.element), part("Loss on unseen digits", epochs.element)),
    legend(["first", "this run"], ["old", "the run before"]),
    controls(size.element, rate.element),
    row(start),
    answer.element,
  );

  function plan() {
    const batch = SIZES[size.value];
    answer.say(`300 digits in batches of ${batch}: ${Math.ceil(300 / batch)} steps an epoch, ${(EPOCHS * 300) / batch} steps in ${EPOCHS} epochs.`);
  }

  function draw(run) {
    for (const [chart, key] of [[steps, "steps"], [epochs, "epochs"]]) {
      chart.clear();
      if (before) chart.line(before[key], "old");
      chart.line(run[key], "first");
    }
  }

  function train() {
    if (!data) return;
    stop();
    const [batch, speed] = [SIZES[size.value], rate.value];
    const network = createNetwork([196, 24, 10], 3);
    const next = random(17);
    const run = { batch, steps: [], epochs: [] };
    const perEpoch = Math.ceil(300 / batch);
    let [order, step] = [[], 0];
    const check = () => {
      const { loss, accuracy } = measure(network, data.test);
      run.epochs.push([step / perEpoch, loss]);
      answer.say(`Epoch ${step / perEpoch} of ${EPOCHS}, ${step} steps of ${batch}: loss on unseen digits ${fixed(loss, 3)}, ${percent(accuracy, 1)} right.`);
      draw(run);
    };
    check();
    stop = inSlices(() => {
      if (step % perEpoch === 0) order = shuffled(300, next);
      const at = (step % perEpoch) * batch;
      const loss = trainBatch(network, data.train, order.slice(at, at + batch), speed);
      step += 1;
      run.steps.push([step / perEpoch, loss]);
      if (step % perEpoch === 0) check();
      if (step < EPOCHS * perEpoch) return true;
      before = run;
      return false;
    });
  }

  plan();
  loadDigits().then(({ train: some, test }) => (data = { train: small(some), test: small(test) }), (error) => sorry(box, error));
  return { destroy: () => (stop(), box.remove()) };
}
