// Which network reads: the shipped reader, a tutorial's, or one that was trained here.

import { select } from "./dom.js";

const BUILT_IN = [["", "The reader"], ["tutorial", "A tutorial's network"]];

/** All networks that can be asked, as [name, title] pairs. */
export async function modelChoices(api) {
  const runs = await api.runs().catch(() => ({ runs: [] }));
  const trained = runs.runs.filter((run) => run.state === "done").map((run) => [run.id, `${run.recipe}, trained here`]);
  return [...BUILT_IN, ...trained];
}

/** A select of networks that stays up to date when shown again. */
export class ModelSelect {
  constructor(api, label, onchange, value = "") {
    this.api = api;
    this.value = value;
    this.label = label;
    this.onchange = onchange;
    this.element = select(label, BUILT_IN, value, (chosen) => this.pick(chosen));
  }

  pick(value) {
    this.value = value;
    this.onchange(value);
  }

  async refresh(value = this.value) {
    const choices = await modelChoices(this.api);
    this.value = choices.some(([name]) => name === value) ? value : "";
    const fresh = select(this.label, choices, this.value, (chosen) => this.pick(chosen));
    this.element.replaceWith(fresh);
    this.element = fresh;
  }

  get title() {
    return this.element.querySelector("option:checked").textContent;
  }
}
