// What the lessons' figures share: elements, controls, plots and pictures. No figure sets markup from text, and all
// colours come from the page's custom properties, so that light and dark follow by themselves.

const SVG = "http://www.w3.org/2000/svg";
let counter = 0;

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** An HTML element with attributes and children (text or nodes). */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** A number with a true minus sign and a fixed number of places. */
export function fixed(value, places = 2) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const text = value.toFixed(places);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** A share, 0 to 1, in per cent; one that is not whole is never shown as 0 or 100. */
export function percent(share, places = 0) {
  const least = 10 ** -places;
  if (share > 0 && share < 1) {
    if (100 * share < least / 2) return `<${least} %`;
    if (100 - 100 * share < least / 2) return `>${(100 - least).toFixed(places)} %`;
  }
  return `${(100 * share).toFixed(places)} %`;
}

/** The figure's own element, and its style sheet if the page has not linked it. */
export function figure(root, label) {
  const sheet = new URL("../lessons.css", import.meta.url).href;
  if (![...document.styleSheets].some((known) => known.href === sheet)) {
    document.head.append(h("link", { rel: "stylesheet", href: sheet }));
  }
  const element = h("div", { class: "le", role: "group", "aria-label": label });
  root.append(element);
  return element;
}

/** A row of things that wraps where it is narrow. */
export const row = (...children) => h("div", { class: "le-row" }, ...children);

/** Pictures side by side, as many to a row as there is room for. */
export const pictures = (least, ...children) => {
  const element = h("div", { class: "le-pictures" }, ...children);
  element.style.setProperty("--le-least", `${least}px`);
  return element;
};

/** Controls side by side where there is room. */
export const controls = (...children) => h("div", { class: "le-controls" }, ...children);

/** A part of a figure with a small heading. */
export const part = (title, ...children) =>
  h("div", { class: "le-part" }, h("p", { class: "le-heading" }, title), ...children);

/** A slider with its label and value: {element, value}. */
export function slider({ label, min, max, step = 1, value, format = String, onInput }) {
  const id = `le-${(counter += 1)}`;
  const output = h("output", { for: id });
  const input = h("input", { type: "range", id, min, max, step });
  const show = () => {
    output.textContent = format(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.value = value;
  input.addEventListener("input", () => {
    show();
    onInput(Number(input.value));
  });
  show();
  return {
    element: h("div", { class: "le-slider" }, h("label", { for: id }, label), output, input),
    get value() {
      return Number(input.value);
    },
    set value(number) {
      input.value = number;
      show();
    },
  };
}

/** One of several, as radio buttons: {element, value}. Options are [value, text]. */
export function choice({ label, options, value, onChange }) {
  const name = `le-${(counter += 1)}`;
  const inputs = options.map(([key]) => h("input", { type: "radio", name, value: key, checked: key === value }));
  const labels = options.map(([, text], i) => h("label", {}, inputs[i], h("span", {}, text)));
  for (const input of inputs) input.addEventListener("change", () => onChange(input.value));
  return {
    element: h("fieldset", { class: "le-choice" }, h("legend", {}, label), h("div", {}, ...labels)),
    get value() {
      return inputs.find((input) => input.checked).value;
    },
    set value(key) {
      for (const input of inputs) input.checked = input.value === String(key);
    },
  };
}

/** A button. */
export function button(text, onClick) {
  const element = h("button", { type: "button", class: "le-button" }, text);
  element.addEventListener("click", onClick);
  return element;
}

/** A box to tick: {element, checked}. */
export function tick(label, checked, onChange) {
  const input = h("input", { type: "checkbox", checked });
  input.addEventListener("change", () => onChange(input.checked));
  return {
    element: h("label", { class: "le-tick" }, input, h("span", {}, label)),
    get checked() {
      return input.checked;
    },
  };
}

/** The line that says the result, also to a screen reader: {element, say}. */
export function result() {
  const element = h("p", { class: "le-result", "aria-live": "polite" });
  return { element, say: (text) => (element.textContent = text) };
}

const [WIDE, LEFT, RIGHT, TOP, BELOW] = [340, 50, 14, 12, 54];

function span([low, high], count) {
  const rough = (high - low) / count;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((factor) => factor * unit >= rough - 1e-9 * unit);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) ticks.push(i * step);
  return [ticks, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))];
}

let clips = 0;

/** Axes to draw into: {element, line, dot, bar, rule, text, clear, rescale, at}. Coordinates are the data's. */
export function plot({ label, x, y, xLabel, yLabel, tall = 240, onPoint, yText = fixed }) {
  const [axes, marks, clip] = [s("g"), s("g"), `le-clip-${(clips += 1)}`];
  const [high, wide] = [tall - TOP - BELOW, WIDE - LEFT - RIGHT];
  const px = (value) => LEFT + ((value - x[0]) / (x[1] - x[0])) * wide;
  const py = (value) => TOP + high - ((value - y[0]) / (y[1] - y[0])) * high;
  const window = s("clipPath", { id: clip }, s("rect", { x: LEFT, y: TOP, width: wide, height: high }));
  const element = s("svg", { viewBox: `0 0 ${WIDE} ${tall}`, class: "le-svg", role: "img", "aria-label": label });
  element.append(s("defs", {}, window), axes, marks);
  function text(value, at, kind) {
    axes.append(s("text", { x: at[0], y: at[1], class: `le-${kind}` }, value));
  }
  function rescale(newX, newY) {
    [x, y] = [newX, newY];
    axes.replaceChildren();
    const [[xs, xPlaces], [ys, yPlaces]] = [span(x, 5), span(y, 4)];
    for (const at of ys) {
      axes.append(s("line", { x1: LEFT, x2: WIDE - RIGHT, y1: py(at), y2: py(at), class: "le-grid" }));
      text(yText(at, yPlaces), [LEFT - 6, py(at) + 5], "y-tick");
    }
    for (const at of xs) text(fixed(at, xPlaces), [px(at), tall - BELOW + 24], "x-tick");
    axes.append(s("line", { x1: LEFT, x2: WIDE - RIGHT, y1: TOP + high, y2: TOP + high, class: "le-axis" }));
    text(xLabel, [LEFT + wide / 2, tall - 6], "x-name");
  }
  rescale(x, y);
  if (onPoint) listen(element, (at) => onPoint(x[0] + ((at[0] * WIDE - LEFT) / wide) * (x[1] - x[0])));
  const wrapped = h("div", { class: "le-plot" }, ...(yLabel ? [h("p", { class: "le-y-name" }, yLabel)] : []), element);
  const add = (tag, attributes, kind, clipped = true) =>
    marks.append(s(tag, { ...attributes, class: `le-${kind}`, "clip-path": clipped ? `url(#${clip})` : undefined }));
  return {
    element: wrapped,
    rescale,
    clear: () => marks.replaceChildren(),
    line(points, kind) {
      const reach = (value) => Math.max(-2000, Math.min(2000, value));
      const list = points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
      add("polyline", { points: list.map(([a, b]) => `${reach(px(a))},${reach(py(b))}`).join(" ") }, kind);
    },
    dot: (a, b, kind, r = 6) => add("circle", { cx: px(a), cy: py(b), r }, kind, false),
    bar: (from, to, b, kind) =>
      add("rect", { x: px(from) + 1, width: Math.max(1, px(to) - px(from) - 2), y: py(b), height: py(y[0]) - py(b) }, kind),
    ellipse: (a, b, ra, rb, kind) =>
      add("ellipse", { cx: px(a), cy: py(b), rx: px(ra) - px(0), ry: py(0) - py(rb) }, kind),
    rule: (a, kind) => add("line", { x1: px(a), x2: px(a), y1: TOP, y2: TOP + high }, kind),
  };
}

const sample = (kind) =>
  kind.startsWith("point")
    ? s("circle", { cx: 14, cy: 6, r: 5, class: `le-${kind}` })
    : s("line", { x1: 1, x2: 27, y1: 6, y2: 6, class: `le-${kind}` });

/** What the marks of a plot are: [kind, text] each. */
export const legend = (...entries) =>
  h(
    "ul",
    { class: "le-legend" },
    ...entries.map(([kind, text]) =>
      h(
        "li",
        {},
        s("svg", { viewBox: "0 0 28 12", "aria-hidden": "true" }, sample(kind)),
        text,
      ),
    ),
  );

/** Call back with the place of the pointer in an element, each 0 to 1, while it is pressed. */
export function listen(element, onPlace) {
  element.classList.add("le-touch");
  const tell = (event) => {
    const box = element.getBoundingClientRect();
    onPlace([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height], event);
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    tell(event);
    event.preventDefault();
  });
  element.addEventListener("pointermove", (event) => event.buttons && tell(event));
}

const colour = (element, name) => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(element).getPropertyValue(name).trim() || "#777";
  probe.fillRect(0, 0, 1, 1);
  return probe.getImageData(0, 0, 1, 1).data;
};

/** A picture of numbers: {element, draw(values)}. Grey: 0 black to 1 white; signed: from accent-2 over surface to accent. */
export function picture({ label, side, signed = false, size, onPlace }) {
  const element = h("canvas", { width: side, height: side, class: "le-picture", ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }) });
  element.style.width = size ? `${size}px` : "100%";
  let shown = [];
  const paint = () => {
    const wide = Math.round(Math.sqrt(shown.length));
    if (!wide) return;
    element.width = element.height = wide;
    const context = element.getContext("2d");
    const image = context.createImageData(wide, wide);
    const ends = signed && ["--accent-2", "--surface", "--accent"].map((name) => colour(element, name));
    const most = signed ? Math.max(1e-9, ...shown.map(Math.abs)) : 1;
    shown.forEach((value, i) => {
      const share = Math.min(1, Math.abs(value) / most);
      for (let c = 0; c < 3; c += 1) {
        image.data[4 * i + c] = signed
          ? ends[1][c] + share * (ends[value < 0 ? 0 : 2][c] - ends[1][c])
          : 255 * Math.max(0, Math.min(1, value));
      }
      image.data[4 * i + 3] = 255;
    });
    context.putImageData(image, 0, 0);
  };
  if (signed) whenThemeChanges(element, paint);
  if (onPlace) listen(element, onPlace);
  return {
    element,
    draw(values) {
      shown = [...values];
      paint();
    },
  };
}

function whenThemeChanges(element, repaint) {
  const check = () => (element.isConnected ? repaint() : stop());
  const media = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(check);
  const stop = () => {
    observer.disconnect();
    media.removeEventListener("change", check);
  };
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  media.addEventListener("change", check);
  // Before the element is in the page its colours are unknown.
  requestAnimationFrame(check);
}

/** Bars with a name and a number each: {element, show(values, options)}. */
export function bars(label, names, onToggle) {
  const rows = names.map((name) => {
    const [track, number] = [h("span", { class: "le-track" }, h("span")), h("span", { class: "le-number" })];
    const head = onToggle ? h("button", { type: "button", class: "le-name", "aria-pressed": "false" }, name) : h("span", { class: "le-name" }, name);
    return { line: h("li", {}, head, track, number), head, track, number };
  });
  if (onToggle) rows.forEach(({ head }, i) => head.addEventListener("click", () => onToggle(i)));
  return {
    element: h("ul", { class: "le-bars", "aria-label": label }, ...rows.map(({ line }) => line)),
    show(values, { best = -1, right = -1, most, off = [], format = (value) => fixed(value) } = {}) {
      const full = most ?? Math.max(1e-9, ...values.map(Math.abs));
      rows.forEach(({ line, head, track, number }, i) => {
        const share = Math.min(1, Math.abs(values[i]) / full);
        track.firstChild.style.width = `${Number.isNaN(share) ? 0 : 100 * share}%`;
        line.className = [values[i] < 0 && "le-negative", i === best && "le-best", i === right && "le-right", off[i] && "le-off"]
          .filter(Boolean)
          .join(" ");
        if (onToggle) head.setAttribute("aria-pressed", String(Boolean(off[i])));
        number.textContent = format(values[i]);
      });
    },
  };
}

/** Call `work` again and again without freezing the page, until it returns false or the returned function is called. */
export function inSlices(work) {
  let running = true;
  const slice = () => {
    const end = performance.now() + 24;
    while (running && performance.now() < end) running = work() !== false && running;
    if (running) setTimeout(slice, 0);
  };
  setTimeout(slice, 0);
  return () => (running = false);
}

/** Replace a figure by a sentence that says why it is not there. */
export function sorry(element, error) {
  element.replaceChildren(h("p", { class: "le-result", role: "alert" }, `This figure could not be loaded: ${error.message}`));
}
