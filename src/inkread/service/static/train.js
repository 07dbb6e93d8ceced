// View 3: train a network, watch it learn, and use it.

import { CurveChart } from "./charts.js";
import { choice, download, fill, h, say, status } from "./dom.js";
import { RunDetail } from "./rundetail.js";
import { RunForm } from "./runform.js";
import { Run } from "./runs.js";

const POLL = 1500;
const SHOWN = 4; // of the newest runs, unless it is said otherwise
const FROM = [["0", "0 %"], ["90", "90 %"], ["97", "97 %"]];

export function mount(root, context) {
  return new TrainView(root, context);
}

class TrainView {
  constructor(root, { api, shared, go }) {
    Object.assign(this, { root, api, shared, go, runs: new Map(), selected: null, chosen: null, touched: false, made: 0, timer: null, drawing: false });
    this.form = new RunForm(api, (options) => this.start(options));
    this.loss = new CurveChart("Loss: how wrong it is", "loss");
    this.accuracy = new CurveChart("Accuracy: how many are right", "accuracy");
    this.detail = new RunDetail();
    this.line = status();
    this.list = h("ul.runs");
    this.build();
  }

  build() {
    const zoom = choice("Accuracy from", "zoom", FROM, "90", (value) => { this.accuracy.low = Number(value); this.draw(); });
    const key = h("p.muted.key", {}, h("span.line.thin"), "while learning", h("span.line.thick"), "on digits set aside, after each epoch");
    this.charts = h("div.charts-block", { hidden: true }, h("div.charts", {}, this.accuracy.element, this.loss.element), h("div.row.between", {}, key, zoom));
    this.empty = h("div.drop", {}, h("p", {}, "No network has been trained here yet."), h("p.muted", {}, "Press “Start training”. The recipe “quick” learns to read 99 of 100 digits in well under a minute."));
    fill(this.root,
      h("div.view-head", {}, h("h1", { id: "title-train", tabIndex: -1 }, "Train")),
      h("div.train-split", {}, this.form.element, h("div.train-main", {}, this.empty, this.list, this.line, this.charts, this.detail.element)));
  }

  show() {
    this.form.load();
    this.poll();
  }

  hide() {
    clearTimeout(this.timer);
  }

  async poll() {
    clearTimeout(this.timer);
    try {
      const { runs } = await this.api.runs();
      this.update(runs);
      say(this.line, "");
    } catch (problem) {
      say(this.line, problem.message, "bad");
    }
    const busy = [...this.runs.values()].some((run) => !run.hasEnded);
    if (!this.root.hidden && busy) this.timer = setTimeout(() => this.poll(), POLL);
  }

  update(list) {
    for (const id of this.runs.keys()) if (!list.some((facts) => facts.id === id)) this.runs.delete(id);
    for (const facts of list) {
      const known = this.runs.get(facts.id);
      if (known) known.facts = facts;
      else this.runs.set(facts.id, new Run(facts, this.made++));
    }
    if (!this.touched) [...this.runs.values()].forEach((run, i, all) => { run.shown = i >= all.length - SHOWN; });
    this.selected = this.runs.get(this.chosen) ?? this.latest() ?? null;
    for (const run of this.runs.values()) this.follow(run);
    this.drawList();
    this.draw();
  }

  /** The run to look at unless one was chosen: the one that learns, else the newest that has something to show. */
  latest() {
    const all = [...this.runs.values()];
    return all.find((run) => run.facts.state === "running") ?? all.findLast((run) => run.facts.state !== "queued") ?? all.at(-1);
  }

  /** Follow a run from its beginning on. One that waits says nothing yet, and the browser has few connections. */
  async follow(run) {
    if (run.followed || run.facts.state === "queued" || !(run.shown || run === this.selected)) return;
    run.followed = true;
    run.forget();
    try {
      await this.api.followRun(run.id, (event) => {
        const end = run.take(event);
        this.drawSoon();
        return end;
      });
    } catch (problem) {
      if (this.runs.has(run.id)) say(this.line, problem.message, "bad");
    }
    this.poll();
  }

  async start(options) {
    const facts = await this.api.startRun(options);
    this.runs.set(facts.id, new Run(facts, this.made++));
    this.chosen = null;
    await this.poll();
  }

  drawSoon() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      for (const run of this.runs.values()) run.line && (run.line.textContent = run.describe(this.before(run)));
      this.draw();
    });
  }

  draw() {
    const shown = [...this.runs.values()].filter((run) => run.shown);
    this.empty.hidden = this.runs.size > 0;
    this.charts.hidden = !shown.some((run) => run.steps.length);
    if (!this.charts.hidden) for (const chart of [this.loss, this.accuracy]) chart.show(shown);
    this.detail.show(this.selected);
  }

  before(run) {
    const all = [...this.runs.values()];
    return all.filter((other) => other !== run && (other.facts.state === "running" || (other.facts.state === "queued" && other.facts.created < run.facts.created))).length;
  }

  drawList() {
    const key = JSON.stringify([...this.runs.values()].map((run) => [run.id, run.facts.state, run.facts.has_model, run.shown, run === this.selected, this.before(run)]));
    if (key === this.key) return;
    this.key = key;
    const focused = document.activeElement.closest?.(".runs li")?.dataset.run;
    fill(this.list, [...this.runs.values()].reverse().map((run) => this.item(run)));
    if (focused) this.list.querySelector(`[data-run="${focused}"] .run-title`)?.focus();
  }

  item(run) {
    const { state } = run.facts;
    run.line = h("p.muted", {}, run.describe(this.before(run)));
    const swatch = h("span.line.thick");
    swatch.style.background = `var(--run-${(run.index % 6) + 1})`;
    const shown = h("input", { type: "checkbox", checked: run.shown, "aria-label": `Show the curves of ${run.name}`, onchange: () => this.toggle(run, shown.checked) });
    const act = (text, action, props = {}) => h("button", { type: "button", onclick: () => this.act(run, action), ...props }, text);
    const buttons = [
      state === "running" || state === "queued" ? act("Stop", () => this.api.stopRun(run.id)) : null,
      run.facts.can_resume ? act("Resume", () => this.resume(run)) : null,
      state === "done" ? h("button.primary", { type: "button", onclick: () => this.use(run) }, "Use it in Read") : null,
      run.facts.has_model ? act("Save", () => this.save(run)) : null,
      run.hasEnded ? act("Delete", () => this.remove(run), { "aria-label": `Delete ${run.name}` }) : null,
    ];
    const title = h("button.run-title", { type: "button", "aria-pressed": String(run === this.selected), onclick: () => this.look(run) }, run.name);
    return h(`li.${state}`, { dataset: { run: run.id } }, h("div.run-head", {}, shown, swatch, title), run.line, h("div.row", {}, buttons));
  }

  async act(run, action) {
    try {
      await action();
      await this.poll();
    } catch (problem) {
      say(this.line, problem.message, "bad");
    }
  }

  toggle(run, shown) {
    this.touched = true;
    run.shown = shown;
    this.follow(run);
    this.draw();
  }

  look(run) {
    this.selected = run;
    this.chosen = run.id;
    this.follow(run);
    this.drawList();
    this.draw();
  }

  async resume(run) {
    await this.api.resumeRun(run.id);
    run.followed = false;
  }

  async save(run) {
    download(await this.api.runModel(run.id), `${run.id}.onnx`);
  }

  async remove(run) {
    if (confirm(`Delete the run “${run.name}” and its network?`)) await this.api.deleteRun(run.id);
  }

  use(run) {
    this.shared.model = run.id;
    this.go("read");
  }
}
