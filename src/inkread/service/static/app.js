// The shell: which view is shown, the theme, and the token.

import { api, onToken } from "./api.js";
import { say } from "./dom.js";

const VIEWS = { read: "Read", see: "What it sees", train: "Train", lessons: "Lessons" };
const shared = { strokes: null, file: null, model: null }; // what one view leaves for another
const mounted = {};

const parts = () => {
  const [view, ...rest] = location.hash.slice(1).split("/");
  return view in VIEWS ? [view, rest.join("/")] : ["read", ""];
};

async function show(moveFocus) {
  const [name, rest] = parts();
  for (const view of Object.keys(VIEWS)) {
    const root = document.getElementById(`view-${view}`);
    if (view !== name && !root.hidden) mounted[view]?.hide?.();
    root.hidden = view !== name;
    const tab = document.querySelector(`[data-view=${view}]`);
    if (view === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  document.title = `${VIEWS[name]} · inkread`;
  const root = document.getElementById(`view-${name}`);
  if (!mounted[name]) {
    const module = await import(`./${name}.js`);
    mounted[name] = module.mount(root, { api, shared, go });
  }
  mounted[name].show?.(rest);
  if (moveFocus) root.querySelector("h1")?.focus({ preventScroll: true });
  if (moveFocus) scrollTo({ top: 0 });
}

function go(view) {
  location.hash = view;
}

function listenTheme() {
  const button = document.getElementById("theme");
  const root = document.documentElement;
  const sync = () => button.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
  button.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("inkread-theme", root.dataset.theme);
    } catch {
      // Then the system's choice holds again next time.
    }
    sync();
    dispatchEvent(new Event("themechange"));
  });
  sync();
}

let asking = null;

function askForToken(wrong) {
  asking ??= new Promise((done) => {
    const dialog = document.getElementById("token");
    const input = dialog.querySelector("input");
    document.getElementById("token-wrong").hidden = !wrong;
    input.value = "";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => { asking = null; done(input.value.trim() || null); }, { once: true });
    dialog.showModal();
  });
  return asking;
}

async function nameModel() {
  const line = document.getElementById("model-line");
  try {
    const card = await api.model();
    say(line, `Read by ${card.name}.`);
  } catch (problem) {
    say(line, problem.message, "bad");
  }
}

onToken(askForToken);
listenTheme();
addEventListener("hashchange", () => show(true));
show(false);
nameModel();
