// A sheet to draw on: pen, finger or mouse; thickness by the pen's pressure; undo and clear.
// Strokes are kept as points between 0 and 1 of the sheet's height, so that they can be drawn at any size.

import { getStroke } from "./vendor/perfect-freehand.js";
import { colour, h } from "./dom.js";

const SENT_HEIGHT = 280;
const LIVE_PAUSE = 60; // milliseconds

export class InkPad {
  /**
   * @param {{aspect?: number, label: string, onchange: (drawing: boolean) => void}} options aspect is width by height;
   *   onchange is called while there is drawing (true), and when the pen is lifted or the ink changed otherwise (false)
   */
  constructor({ aspect = 1, label, onchange }) {
    this.strokes = [];
    this.undone = [];
    this.width = 0.055;
    this.onchange = onchange;
    this.current = null;
    this.canvas = h("canvas", { role: "img", "aria-label": label });
    this.element = h("div.pad", {}, this.canvas);
    this.setAspect(aspect);
    this.listen();
    new ResizeObserver(() => this.fit()).observe(this.canvas);
  }

  setAspect(aspect) {
    this.aspect = aspect;
    this.element.style.aspectRatio = String(aspect);
    this.element.style.setProperty("--cells", String(28 * aspect));
    this.element.style.setProperty("--pad-aspect", String(aspect));
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.end(event));
  }

  begin(event) {
    if (this.current || (event.pointerType === "mouse" && event.button !== 0)) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.current = { id: event.pointerId, pen: event.pointerType === "pen", width: this.width, points: [this.point(event)] };
    this.strokes.push(this.current);
    this.undone = [];
    this.paint();
  }

  move(event) {
    if (event.pointerId !== this.current?.id) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.current.points.push(this.point(each));
    this.paint();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onchange(true), LIVE_PAUSE);
  }

  end(event) {
    if (event.pointerId !== this.current?.id) return;
    this.current = null;
    this.changed();
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.height, (event.clientY - box.top) / box.height, event.pressure || 0.5];
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  undo() {
    if (this.isEmpty) return;
    this.undone.push(this.strokes.pop());
    this.changed();
  }

  redo() {
    if (!this.undone.length) return;
    this.strokes.push(this.undone.pop());
    this.changed();
  }

  clear() {
    this.strokes = [];
    this.undone = [];
    this.changed();
  }

  /** Put in strokes of points between 0 and 1, as if somebody had drawn them. */
  setPaths(paths) {
    this.strokes = paths.map((points) => ({ pen: false, width: this.width, points: points.map(([x, y]) => [x, y, 0.5]) }));
    this.undone = [];
    this.changed();
  }

  changed() {
    clearTimeout(this.timer);
    this.paint();
    this.onchange(false);
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.paint();
  }

  paint() {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.fillStyle = colour("ink");
    drawStrokes(context, this.strokes, this.canvas.height);
  }

  /** The drawing as a picture, black on white. */
  picture() {
    const picture = h("canvas", { width: Math.round(SENT_HEIGHT * this.aspect), height: SENT_HEIGHT });
    const context = picture.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, picture.width, picture.height);
    context.fillStyle = "#000";
    drawStrokes(context, this.strokes, SENT_HEIGHT);
    return picture;
  }
}

function drawStrokes(context, strokes, height) {
  for (const stroke of strokes) {
    const points = stroke.points.map(([x, y, pressure]) => [x * height, y * height, pressure]);
    if (stroke.pen) fillOutline(context, getStroke(points, { size: stroke.width * height, thinning: 0.6, smoothing: 0.5, streamline: 0.25, simulatePressure: false, last: true }));
    else drawLine(context, points, stroke.width * height);
  }
}

/** A mouse or a finger tells no pressure: a round line of one width, smooth from middle to middle of its points. */
function drawLine(context, points, width) {
  const [first, ...rest] = points;
  const last = points.at(-1);
  Object.assign(context, { lineWidth: width, lineCap: "round", lineJoin: "round", strokeStyle: context.fillStyle });
  context.beginPath();
  context.moveTo(first[0], first[1]);
  for (let i = 0; i < rest.length - 1; i += 1) {
    const [[x, y], [nextX, nextY]] = [rest[i], rest[i + 1]];
    const sharp = isCorner(points[i], rest[i], rest[i + 1]);
    if (sharp) context.lineTo(x, y);
    else context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(last[0], last[1]);
  context.stroke();
}

/** Whether a line turns by more than 60 degrees: such a corner is meant, and stays sharp. */
function isCorner([x0, y0], [x1, y1], [x2, y2]) {
  const [ax, ay, bx, by] = [x1 - x0, y1 - y0, x2 - x1, y2 - y1];
  return ax * bx + ay * by < 0.5 * Math.hypot(ax, ay) * Math.hypot(bx, by);
}

function fillOutline(context, outline) {
  if (outline.length < 2) return;
  context.beginPath();
  context.moveTo(...outline[0]);
  for (let i = 1; i < outline.length; i += 1) {
    const [x, y] = outline[i];
    const [nextX, nextY] = outline[(i + 1) % outline.length];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.closePath();
  context.fill();
}

/** Buttons and the pen's width for a pad. */
export function padTools(pad) {
  const width = h("input", { type: "range", min: 2, max: 12, step: 0.5, value: 100 * pad.width, oninput: () => { pad.width = width.value / 100; } });
  return h("div.tools", {},
    h("button", { type: "button", onclick: () => pad.undo() }, "Undo"),
    h("button", { type: "button", onclick: () => pad.clear() }, "Clear"),
    h("label.field.inline", {}, h("span", {}, "Pen"), width));
}

/**
 * Runs one question at a time and always the newest: answers to older ones are never shown. `ask` takes a signal that
 * tells it to give up, and arguments; `next(urgent, ...)` waits for the running question unless it is urgent.
 */
export function newest(ask) {
  let running = null;
  let waiting = null;
  return async function next(urgent, ...args) {
    if (running) {
      waiting = [urgent, ...args];
      if (urgent) running.abort();
      return;
    }
    running = new AbortController();
    try {
      await ask(running.signal, ...args);
    } finally {
      running = null;
      if (waiting) {
        const later = waiting;
        waiting = null;
        next(...later);
      }
    }
  };
}
