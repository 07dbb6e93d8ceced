// The service, as functions. Every failure is a `Problem` whose message is a plain sentence.

export class Problem extends Error {
  constructor(status, detail, title = "") {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

const base = new URL("../v1/", import.meta.url);
let token = readToken();
let askForToken = async () => null;

/** Set what is called when the service wants a token; it returns one, or null. */
export function onToken(ask) {
  askForToken = ask;
}

function readToken() {
  try {
    return sessionStorage.getItem("inkread-token");
  } catch {
    return null;
  }
}

function keepToken(value) {
  token = value;
  try {
    sessionStorage.setItem("inkread-token", value);
  } catch {
    // Then it is asked for again after a reload.
  }
}

/** Ask the service; answers the response, or throws a Problem. */
async function call(path, { method = "GET", body = null, headers = {}, query = {}, signal = null } = {}) {
  const url = new URL(path, base);
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(key, value);
  }
  for (let wrong = false; ; wrong = true) {
    const authorised = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
    const response = await reach(url, { method, body, headers: authorised, signal });
    if (response.ok) return response;
    if (response.status !== 401) throw await problemOf(response);
    const given = await askForToken(wrong || token !== null);
    if (!given) throw new Problem(401, "Without its token the service does not answer.");
    keepToken(given);
  }
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The service does not answer. Is `inkread serve` still running?");
  }
}

async function problemOf(response) {
  try {
    const problem = await response.json();
    return new Problem(response.status, problem.detail || problem.title || response.statusText, problem.title);
  } catch {
    return new Problem(response.status, `The service answered ${response.status} ${response.statusText}.`);
  }
}

const json = async (...args) => (await call(...args)).json();

/** Turn a canvas, ImageData, file, or grey values (row by row, of a square) into bytes of a picture. */
export async function toBlob(source) {
  if (source instanceof Blob) return source;
  if (source instanceof HTMLCanvasElement) return new Promise((done) => source.toBlob(done, "image/png"));
  const pixels = source instanceof ImageData ? source : greyPixels(source);
  const canvas = document.createElement("canvas");
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return toBlob(canvas);
}

function greyPixels(values) {
  const side = Math.round(Math.sqrt(values.length));
  const pixels = new ImageData(side, side);
  for (let i = 0; i < values.length; i += 1) pixels.data.set([values[i], values[i], values[i], 255], 4 * i);
  return pixels;
}

async function send(path, source, query = {}, signal = null) {
  const body = await toBlob(source);
  const headers = { "Content-Type": body.type || "application/octet-stream" };
  return json(path, { method: "POST", body, headers, query, signal });
}

const post = (path, value = null) =>
  json(path, { method: "POST", body: value && JSON.stringify(value), headers: value ? { "Content-Type": "application/json" } : {} });

/** Follow a stream of server-sent events until it ends; a broken connection is taken up where it was. */
async function follow(path, onEvent, signal) {
  let last = "";
  for (let failures = 0; ; ) {
    try {
      const response = await call(path, { headers: { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) }, signal });
      for await (const event of eventsOf(response.body)) {
        failures = 0;
        if (event.id) last = event.id;
        if (event.data && onEvent(JSON.parse(event.data), event.type) === "end") return;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if ((error instanceof Problem && error.status >= 400 && error.status < 500) || failures >= 5) throw error;
    }
    failures += 1;
    await new Promise((done) => setTimeout(done, 500 * failures));
    if (signal?.aborted) return;
  }
}

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) yield parseEvent(block);
  }
}

function parseEvent(block) {
  const event = { id: "", type: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, key, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (key === "data") event.data += (event.data && "\n") + value;
    else if (key === "event") event.type = value;
    else if (key === "id") event.id = value;
  }
  return event;
}

export const api = {
  digit: (source, query = {}, signal = null) => send("digit", source, query, signal),
  number: (source, query = {}, signal = null) => send("number", source, query, signal),
  page: (source, query = {}, signal = null) => send("page", source, query, signal),
  steps: (source, signal = null) => send("steps", source, {}, signal),
  explain: (source, query = {}, signal = null) => send("explain", source, query, signal),
  model: (name = null) => json("model", { query: { model: name } }),
  lessons: () => json("lessons"),
  lesson: (name) => json(`lessons/${encodeURIComponent(name)}`),
  recipes: () => json("recipes"),
  runs: () => json("runs"),
  run: (id) => json(`runs/${id}`),
  startRun: (options) => post("runs", options),
  stopRun: (id) => post(`runs/${id}/stop`),
  resumeRun: (id) => post(`runs/${id}/resume`),
  deleteRun: (id) => call(`runs/${id}`, { method: "DELETE" }),
  runModel: async (id) => (await call(`runs/${id}/model.onnx`)).blob(),
  followRun: (id, onEvent, signal) => follow(`runs/${id}/events`, onEvent, signal),
};
