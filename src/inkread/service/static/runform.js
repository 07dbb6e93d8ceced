// What to train: a recipe, and what is changed of it.

import { fill, h, say, select, status } from "./dom.js";

const words = (list) => list.map((word) => [word, word.replaceAll("-", " ")]);
const CHOICES = {
  loss: [["cross-entropy", "cross-entropy"], ["nll", "negative log-likelihood"], ["mse", "squared error"]],
  optimizer: [["sgd", "SGD with momentum"], ["adam", "Adam"], ["adamw", "AdamW"]],
  schedule: words(["constant", "step", "exponential", "cosine", "one-cycle", "warmup-cosine"]),
};
const NUMBERS = [
  ["epochs", "Epochs", "times through all"],
  ["batch_size", "Batch size", "pictures a step"],
  ["learning_rate", "Learning rate", "how large a step is"],
  ["dropout", "Dropout", "share at rest, 0 to 0.9", "its own"],
  ["limit", "Pictures", "to learn from", "all 55,000"],
  ["seed", "Seed", "of all that is random"],
];

export class RunForm {
  constructor(api, onstart) {
    Object.assign(this, { api, onstart, recipes: [], recipe: null });
    this.line = status();
    this.fields = h("div.fields");
    this.about = h("p.muted");
    this.button = h("button.primary", {}, "Start training");
    this.picker = h("div");
    this.element = h("form.panel.run-form", { noValidate: true, onsubmit: (event) => this.submit(event) },
      h("h2", {}, "A network"), this.picker, this.about, this.fields, this.button, this.line);
    this.button.disabled = true;
  }

  async load() {
    if (this.recipes.length) return;
    try {
      const { recipes, can_train: canTrain, detail } = await this.api.recipes();
      this.recipes = recipes;
      fill(this.picker, select("Recipe", recipes.map(({ name, network }) => [name, `${name} (${network})`]), recipes[0].name, (name) => this.pick(name)));
      this.pick(recipes[0].name);
      this.button.disabled = !canTrain;
      say(this.line, canTrain ? "" : `Nothing can be trained here. ${detail}`, "bad");
    } catch (problem) {
      say(this.line, problem.message, "bad");
    }
  }

  pick(name) {
    this.recipe = this.recipes.find((recipe) => recipe.name === name);
    const { parameters, accuracy, seconds, defaults } = this.recipe;
    const expected = accuracy ? ` It reaches about ${accuracy} % in ${seconds < 90 ? `${seconds} ${seconds === 1 ? "second" : "seconds"}` : `${Math.round(seconds / 60)} minutes`} on two cores.` : "";
    this.about.textContent = `${parameters.toLocaleString("en")} weights to learn.${expected}`;
    this.inputs = {};
    const numbers = NUMBERS.map((spec) => this.number(spec, defaults));
    const selects = Object.entries(CHOICES).map(([key, choices]) => this.choice(key, choices, defaults[key]));
    fill(this.fields, numbers.slice(0, 2), numbers[2], selects[2], selects.slice(0, 2), numbers.slice(3));
  }

  number([key, title, hint, none = ""], defaults) {
    const value = defaults[key] ?? "";
    const input = h("input", { type: "text", inputMode: "decimal", name: key, value: String(value), placeholder: none, autocomplete: "off" });
    this.inputs[key] = () => {
      const text = input.value.trim().replace(",", ".");
      return text === "" || text === String(value) ? undefined : Number.isNaN(Number(text)) ? text : Number(text);
    };
    return h("label.field", {}, h("span", {}, h("b", {}, title), ` ${hint}`), input);
  }

  choice(key, choices, value) {
    const titles = { loss: "Loss", optimizer: "Optimiser", schedule: "Schedule" };
    const hints = { loss: "what counts as wrong", optimizer: "how it steps", schedule: "of the learning rate" };
    const field = select(titles[key], choices, value, () => {});
    field.querySelector("span").replaceChildren(h("b", {}, titles[key]), hints[key]);
    const control = field.querySelector("select");
    this.inputs[key] = () => (control.value === value ? undefined : control.value);
    return field;
  }

  async submit(event) {
    event.preventDefault();
    const options = { recipe: this.recipe.name };
    for (const [key, read] of Object.entries(this.inputs)) options[key] = read();
    this.button.disabled = true;
    say(this.line, "");
    try {
      await this.onstart(options);
    } catch (problem) {
      say(this.line, problem.message, "bad");
    }
    this.button.disabled = false;
  }
}
