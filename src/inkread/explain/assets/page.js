// Hover, tap or focus a neuron: what it sees of the input lights up.
const lens = document.querySelector(".lens");
const frame = lens.querySelector(".field");
const told = lens.querySelector("p");
const [high, wide] = lens.dataset.shape.split(",").map(Number);
const view = { side: Math.max(high, wide), x: Math.max(0, high - wide) / 2, y: Math.max(0, wide - high) / 2 };

function percent(pixels) {
  return `${(100 * pixels) / view.side}%`;
}

function show(layer, channel, row, column) {
  const [top, left, down, across, height, width] = layer.dataset.field.split(",").map(Number);
  const y0 = Math.max(0, top + row * down), y1 = Math.min(high, top + row * down + height);
  const x0 = Math.max(0, left + column * across), x1 = Math.min(wide, left + column * across + width);
  frame.hidden = false;
  frame.style.left = percent(view.x + x0);
  frame.style.top = percent(view.y + y0);
  frame.style.width = percent(x1 - x0);
  frame.style.height = percent(y1 - y0);
  const name = layer.querySelector("h3").textContent;
  const unit = layer.querySelectorAll(".maps .tile")[channel];
  const place = layer.dataset.flat ? unit.title : `map ${channel + 1}, row ${row + 1}, column ${column + 1}`;
  told.textContent = `${name}, ${place}: sees ${y1 - y0} × ${x1 - x0} pixels of the input.`;
}

for (const layer of document.querySelectorAll(".layer[data-field]")) {
  const [rows, columns] = layer.dataset.tile.split(",").map(Number);
  const maps = layer.querySelector(".maps");
  const tiles = [...maps.querySelectorAll(".tile")];
  const point = (event) => {
    const channel = tiles.indexOf(event.target);
    if (channel < 0) return;
    const box = event.target.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    show(layer, channel, Math.min(rows - 1, Math.max(0, row)), Math.min(columns - 1, Math.max(0, column)));
  };
  maps.addEventListener("pointermove", point);
  maps.addEventListener("pointerdown", point);
  for (const chip of layer.querySelectorAll("button")) {
    const [channel, row = 0, column = 0] = chip.dataset.place.split(",").map(Number);
    const look = () => show(layer, channel, row, column);
    for (const happening of ["click", "focus", "pointerenter"]) chip.addEventListener(happening, look);
  }
}
