// Training runs as the page knows them: what the service says of them, and what their streams have told.

import { percent } from "./dom.js";

const ENDED = ["done", "stopped", "failed"];

const SAID = {
  limit: (count) => `${count.toLocaleString("en")} pictures`,
  epochs: (count) => `${count} ${count === 1 ? "epoch" : "epochs"}`,
  batch_size: (count) => `batches of ${count}`,
};

export class Run {
  constructor(facts, index) {
    Object.assign(this, { facts, index, shown: true, followed: false });
    this.forget();
  }

  forget() {
    Object.assign(this, { steps: [], epochs: [], views: [], latest: null, result: null });
  }

  get id() {
    return this.facts.id;
  }

  get name() {
    const say = (key, value) => SAID[key]?.(value) ?? `${key.replaceAll("_", " ")} ${value}`;
    const changed = Object.entries(this.facts.options).map(([key, value]) => say(key, value));
    return [this.facts.recipe, ...changed].join(", ");
  }

  get hasEnded() {
    return ENDED.includes(this.facts.state);
  }

  /** Take one event of the stream; answers "end" at its end. */
  take(event) {
    const take = { "step-done": this.step, "epoch-done": this.epoch, "epoch-view": this.view, "run-done": this.done, state: this.state }[event.event];
    take?.call(this, event);
    return event.event === "end" ? "end" : undefined;
  }

  step(event) {
    this.latest = event;
    const x = event.epoch - 1 + event.samples / event.samples_per_epoch;
    this.put(this.steps, { x, loss: event.loss, accuracy: 100 * event.accuracy });
  }

  epoch(event) {
    const accuracy = event.validation_count ? (100 * event.validation_correct) / event.validation_count : null;
    this.put(this.epochs, { x: event.epoch, loss: event.validation_loss, accuracy });
  }

  /** Add a point; a resumed run tells some of its points again. */
  put(points, point) {
    while (points.length && points.at(-1).x >= point.x) points.pop();
    points.push(point);
  }

  view(event) {
    this.views = [...this.views.filter(({ epoch }) => epoch < event.epoch), event];
  }

  done(event) {
    this.result = event;
  }

  state({ state, detail }) {
    this.facts = { ...this.facts, state, detail };
  }

  /** One line that says how it stands; `waiting` is the number of runs before it. */
  describe(waiting) {
    const { state, detail, config, progress } = this.facts;
    if (state === "queued") return waiting ? `Waits; ${waiting === 1 ? "one run is" : `${waiting} runs are`} before it.` : "Is about to begin.";
    if (state === "failed") return detail || "It failed.";
    if (state === "done") return this.outcome(progress);
    if (state === "stopped") return detail || "Stopped.";
    const step = this.latest;
    if (!step) return "Gets its pictures ready …";
    if (this.epochs.at(-1)?.x === config.epochs) return "Is measured on the test digits …";
    return `Epoch ${step.epoch} of ${config.epochs}, ${percent(step.samples / step.samples_per_epoch)} through; ${Math.ceil(step.seconds_left)} s left.`;
  }

  outcome(progress) {
    const accuracy = this.result?.test_count ? this.result.test_correct / this.result.test_count : progress?.test_accuracy;
    if (accuracy === undefined || accuracy === null) return "Done.";
    const seconds = this.result?.seconds ?? progress?.seconds;
    return `Done: reads ${percent(accuracy, 2)} of the test digits right${seconds ? `, after ${Math.round(seconds)} s` : ""}.`;
  }
}
