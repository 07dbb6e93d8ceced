// View 4: a list of lessons; the text of one beside its live figure.

import { fill, h, say, status } from "./dom.js";

export function mount(root, { api }) {
  return new LessonsView(root, api);
}

class LessonsView {
  constructor(root, api) {
    Object.assign(this, { root, api, list: null, figure: null, wanted: null });
    document.head.append(h("link", { rel: "stylesheet", href: new URL("lessons.css", import.meta.url).href }));
    this.contents = h("ol.contents");
    this.text = h("article.lesson-text", { "aria-live": "polite" });
    this.stage = h("div.lesson-figure", { role: "region", "aria-label": "Figure to play with" });
    this.line = status();
    this.walk = h("nav.row.between.walk", { "aria-label": "Next lesson" });
    const menu = h("details.contents-box", { open: matchMedia("(min-width: 52.01rem)").matches }, h("summary", {}, "All lessons"), h("nav", { "aria-label": "Lessons" }, this.contents));
    this.menu = menu;
    fill(root,
      h("div.view-head", {}, h("h1", { id: "title-lessons", tabIndex: -1 }, "Lessons")),
      h("div.lessons-split", {}, menu, h("div.lesson", {}, this.line, h("div.lesson-body", {}, this.text, this.stage), this.walk)));
  }

  async show(name) {
    this.wanted = name;
    try {
      this.list ??= (await this.api.lessons()).lessons;
      if (!this.list.length) return say(this.line, "There are no lessons here.");
      const lesson = this.list.find((one) => one.name === name) ?? (name ? null : this.list[0]);
      if (!lesson) throw new Error("There is no such lesson: choose one from the list.");
      await this.open(lesson);
    } catch (problem) {
      this.close();
      this.drawContents(null);
      say(this.line, problem.message, "bad");
    }
    return undefined;
  }

  async open(lesson) {
    this.drawContents(lesson);
    if (lesson.name === this.current) return;
    const [{ html }, module] = await Promise.all([this.api.lesson(lesson.name), import(`./lessons/${lesson.name}.js`)]);
    if (this.wanted && this.wanted !== lesson.name) return;
    this.close();
    this.current = lesson.name;
    say(this.line, "");
    // The service renders the package's own texts, with markup in them switched off.
    fill(this.text, ...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    for (const heading of this.text.querySelectorAll("h2")) heading.replaceWith(h("h3", {}, ...heading.childNodes));
    this.text.querySelector("h1")?.replaceWith(h("h2", {}, `${lesson.number}. ${lesson.title}`));
    this.figure = module.mount(this.stage, { api: this.api });
    this.drawWalk(lesson);
  }

  close() {
    this.figure?.destroy();
    this.figure = null;
    this.current = null;
    fill(this.stage);
    fill(this.text);
    fill(this.walk);
  }

  drawContents(open) {
    if (matchMedia("(max-width: 52rem)").matches) this.menu.open = false;
    fill(this.contents, (this.list ?? []).map((lesson) => {
      const link = h("a", { href: `#lessons/${lesson.name}` }, lesson.title);
      if (lesson === open) link.setAttribute("aria-current", "true");
      return h("li", {}, link);
    }));
  }

  drawWalk(lesson) {
    const place = this.list.indexOf(lesson);
    const link = (other, text) => (other ? h("a.button", { href: `#lessons/${other.name}` }, `${text}${other.title}`) : h("span"));
    fill(this.walk, link(this.list[place - 1], "← "), link(this.list[place + 1], "Next: "));
  }
}
