// Sheets of small pictures that the service sends as one, drawn large and sharp on one canvas.

import { h } from "./dom.js";

const GAP = 3;
const EDGE = 1;

/** Load a picture by its data URL. */
export async function loadImage(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** One canvas with all tiles of a sprite; tells which pixel of which tile is pointed at. */
export class TileSheet {
  /**
   * @param sprite {image, tile: [height, width], columns, count} as the service sends it
   * @param {{side?: number, rows?: number, label: string, onpoint?: (tile, row, column) => void}} options side: about how
   *   large a tile is drawn; rows: no more rows than that
   */
  constructor(sprite, { side = 56, rows = Infinity, label, onpoint = null, wrap = true }) {
    Object.assign(this, { sprite, rows, wrap, image: null, width: 0 });
    const [height, width] = sprite.tile;
    const factor = Math.max(1, Math.round(side / Math.max(height, width)));
    this.cell = [height * factor, width * factor];
    this.canvas = h("canvas.tiles", { role: "img", "aria-label": label });
    this.element = h("div.tile-sheet", {}, this.canvas);
    if (onpoint) this.listen(onpoint);
    loadImage(sprite.image).then((image) => { this.image = image; this.layOut(true); });
    new ResizeObserver(() => this.layOut()).observe(this.element);
  }

  listen(onpoint) {
    this.canvas.classList.add("live");
    const point = (event) => {
      const enlarged = this.canvas.width / this.canvas.clientWidth;
      const found = this.at(event.offsetX * enlarged - EDGE, event.offsetY * enlarged - EDGE);
      if (found) onpoint(...found);
    };
    this.canvas.addEventListener("pointermove", point);
    this.canvas.addEventListener("pointerdown", point);
  }

  get perRow() {
    const fits = Math.max(1, Math.floor(this.width / (this.cell[1] + GAP)));
    return this.wrap ? Math.min(this.sprite.count, fits) : this.sprite.columns;
  }

  get shown() {
    return Math.min(this.sprite.count, this.rows * this.perRow);
  }

  showRows(rows) {
    this.rows = rows;
    this.layOut(true);
  }

  layOut(always = false) {
    const width = this.element.clientWidth;
    if (!this.image || !width || (width === this.width && !always)) return;
    this.width = width;
    const rows = Math.ceil(this.shown / this.perRow);
    this.canvas.width = this.perRow * (this.cell[1] + GAP);
    this.canvas.height = rows * (this.cell[0] + GAP);
    const context = this.canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.strokeStyle = "rgb(128 144 152 / 0.5)"; // seen on light and dark: tiles are often as dark as the page
    context.translate(EDGE, EDGE);
    for (let i = 0; i < this.shown; i += 1) this.draw(context, i);
  }

  draw(context, i) {
    const [height, width] = this.sprite.tile;
    const [x, y] = [(i % this.sprite.columns) * width, Math.floor(i / this.sprite.columns) * height];
    const [left, top] = [(i % this.perRow) * (this.cell[1] + GAP), Math.floor(i / this.perRow) * (this.cell[0] + GAP)];
    context.drawImage(this.image, x, y, width, height, left, top, this.cell[1], this.cell[0]);
    context.strokeRect(left - 0.5, top - 0.5, this.cell[1] + 1, this.cell[0] + 1);
  }

  at(x, y) {
    const [column, row] = [Math.floor(x / (this.cell[1] + GAP)), Math.floor(y / (this.cell[0] + GAP))];
    const [inX, inY] = [x - column * (this.cell[1] + GAP), y - row * (this.cell[0] + GAP)];
    const tile = row * this.perRow + column;
    if (column >= this.perRow || tile >= this.shown || inX >= this.cell[1] || inY >= this.cell[0] || x < 0 || y < 0) return null;
    const [height, width] = this.sprite.tile;
    return [tile, Math.floor((inY / this.cell[0]) * height), Math.floor((inX / this.cell[1]) * width)];
  }
}

/** One small picture, drawn large and sharp. */
export function sharpPicture(url, label, className = "") {
  return h(`img.sharp${className}`, { src: url, alt: label });
}
