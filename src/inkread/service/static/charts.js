// Curves of several runs over each other (uPlot).

import { colour, h } from "./dom.js";

const HEIGHT = 260;
const DASHES = [[], [10, 5], [3, 4], [14, 4, 3, 4], [6, 3], [1, 4]];
let library = null;

function loadLibrary() {
  library ??= new Promise((done, fail) => {
    document.head.append(
      h("link", { rel: "stylesheet", href: new URL("vendor/uPlot.min.css", import.meta.url).href }),
      h("script", { src: new URL("vendor/uPlot.min.js", import.meta.url).href, onload: () => done(window.uPlot), onerror: fail }));
  });
  return library;
}

/** A chart over epochs. `measure` is "loss" or "accuracy". */
export class CurveChart {
  constructor(title, measure) {
    Object.assign(this, { measure, runs: [], low: 90, plot: null, key: "" });
    this.body = h("div.chart-body");
    this.summary = h("p.visually-hidden");
    this.element = h("figure.chart", {}, h("figcaption", {}, title), this.body, this.summary);
    new ResizeObserver(() => this.plot?.setSize({ width: this.body.clientWidth, height: HEIGHT })).observe(this.body);
    addEventListener("themechange", () => { this.key = ""; this.show(this.runs); });
  }

  /** Show runs; each has index, name, steps and epochs: {x, loss, accuracy} points. */
  async show(runs) {
    this.runs = runs;
    this.summary.textContent = runs.map((run) => this.spoken(run)).join(" ");
    const uPlot = await loadLibrary();
    const key = `${runs.map(({ index }) => index)}|${this.low}`;
    const data = uPlot.join(runs.length ? runs.flatMap((run) => [this.table(run.steps), this.table(run.epochs)]) : [[[0], [null]]]);
    if (this.plot && key === this.key) return this.plot.setData(data);
    this.plot?.destroy();
    this.key = key;
    this.plot = new uPlot(this.options(runs), data, this.body);
    return undefined;
  }

  spoken(run) {
    const last = run.epochs.at(-1);
    if (!last || last[this.measure] === null) return `${run.name}: no epoch done yet.`;
    return `${run.name}: ${this.format(last[this.measure])} after ${run.epochs.length} epochs.`;
  }

  table(points) {
    const sorted = points.length ? points : [{ x: 0, [this.measure]: null }];
    return [sorted.map(({ x }) => x), sorted.map((point) => point[this.measure])];
  }

  format(value) {
    return this.measure === "accuracy" ? `${value.toFixed(2)} %` : value.toFixed(3);
  }

  options(runs) {
    const axis = { stroke: colour("muted"), font: "14px system-ui, sans-serif", grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
    const accuracy = this.measure === "accuracy";
    const vertical = accuracy
      ? { ...axis, size: 64, values: (_, splits) => splits.map((value) => `${+value.toFixed(2)} %`) }
      : { ...axis, size: 64, splits: (plot) => roundSteps(plot.scales.y.min, plot.scales.y.max), values: (_, splits) => splits.map(String) };
    return {
      width: this.body.clientWidth || 400, height: HEIGHT, legend: { show: false }, cursor: { drag: { x: false, y: false } }, padding: [12, 16, 0, 0],
      scales: {
        x: { time: false, range: (_, __, most) => [0, Math.max(1, Math.ceil(most))] },
        y: accuracy ? { range: () => [this.low, 100] } : { distr: 3, range: (_, least, most) => (least > 0 ? [least * 0.8, most * 1.25] : [0.01, 3]) },
      },
      axes: [{ ...axis, size: 32, label: "epoch", labelFont: "14px system-ui, sans-serif", labelSize: 22, incrs: [1, 2, 5, 10, 20] }, vertical],
      series: [{}, ...(runs.length ? runs.flatMap((run) => this.series(run)) : [{}])],
    };
  }

  series({ index }) {
    const stroke = colour(`run-${(index % 6) + 1}`);
    return [
      { stroke, alpha: 0.45, width: 1.5, spanGaps: true, points: { show: false } },
      { stroke, width: 3, dash: DASHES[index % 6], spanGaps: true, points: { show: true, size: 9, fill: stroke } },
    ];
  }
}

/** The numbers 1, 2 and 5 times powers of ten between two others. */
function roundSteps(least, most) {
  const steps = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; power += 1) {
    for (const digit of [1, 2, 5]) steps.push(Number((digit * 10 ** power).toPrecision(1)));
  }
  return steps.filter((step) => step >= least && step <= most);
}
