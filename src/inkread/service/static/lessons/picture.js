// What a digit image is: a grid of numbers. The learner picks a digit, a pixel and the number of pixels.
import { choice, controls, figure, fixed, h, part, picture, pictures, result, slider, sorry } from "./common.js";
import { digitName, loadDigits, shrink } from "./nets.js";

const AROUND = 2;

export function mount(root) {
  const box = figure(root, "A digit as numbers");
  const shown = picture({ label: "The digit; press a pixel to see its number", side: 28, onPlace: press });
  const mark = h("div", { class: "le-mark", "aria-hidden": "true" });
  const cells = Array.from({ length: (2 * AROUND + 1) ** 2 }, () => h("td"));
  const lines = Array.from({ length: 2 * AROUND + 1 }, (_, y) => h("tr", {}, ...cells.slice(5 * y, 5 * y + 5)));
  const table = h("table", { class: "le-shades", "aria-label": "The numbers around the pixel" }, h("tbody", {}, ...lines));
  const answer = result();
  let [side, data] = [28, null];
  const which = slider({ label: "Digit", min: 0, max: 299, value: 3, format: digitName, onInput: draw });
  const line = slider({ label: "Row", min: 0, max: 27, value: 8, onInput: draw });
  const column = slider({ label: "Column", min: 0, max: 27, value: 14, onInput: draw });
  const sides = [28, 14, 7, 4].map((n) => [n, `${n}×${n}`]);
  const detail = choice({ label: "Pixels", options: sides, value: 28, onChange: resize });
  box.append(
    pictures(
      170,
      part("The digit", h("div", { class: "le-stack" }, shown.element, mark)),
      part("Around the pixel", table),
    ),
    controls(detail.element, which.element, line.element, column.element),
    answer.element,
  );

  function press([x, y]) {
    const at = (share) => Math.max(0, Math.min(side - 1, Math.floor(share * side)));
    [column.value, line.value] = [at(x), at(y)];
    draw();
  }

  function resize(value) {
    const factor = Number(value) / side;
    side = Number(value);
    for (const one of [line, column]) {
      const place = Math.floor((one.value + 0.5) * factor);
      one.element.querySelector("input").max = side - 1;
      one.value = place;
    }
    draw();
  }

  function draw() {
    if (!data) return;
    const pixels = side === 28 ? data.pictures[which.value] : shrink(data.pictures[which.value], 28 / side);
    shown.draw(pixels);
    const [y, x] = [line.value, column.value];
    Object.assign(mark.style, { left: `${(100 * x) / side}%`, top: `${(100 * y) / side}%`, width: `${100 / side}%` });
    cells.forEach((cell, i) => {
      const [a, b] = [y + Math.floor(i / 5) - AROUND, x + (i % 5) - AROUND];
      const inside = a >= 0 && b >= 0 && a < side && b < side;
      const share = inside ? pixels[a * side + b] : 0;
      cell.textContent = inside ? Math.round(255 * share) : "";
      const shade = Math.round(255 * share);
      cell.style.backgroundColor = inside ? `rgb(${shade} ${shade} ${shade})` : "transparent";
      cell.style.color = share > 0.5 ? "#000" : "#fff";
    });
    const share = pixels[y * side + x];
    answer.say(
      `Row ${y}, column ${x}: ${Math.round(255 * share)} of 255, which is ${fixed(share, 3)} for the network. ` +
        `The picture is ${side * side} numbers, no more.`,
    );
  }

  loadDigits().then(({ train }) => ((data = train), draw()), (error) => sorry(box, error));
  return { destroy: () => box.remove() };
}
