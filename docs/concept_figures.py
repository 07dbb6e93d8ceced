"""Figures of the lessons 1 to 8, in print: pictures, neurons, functions and gradients. Each returns a figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch.nn import functional as F  # noqa: N812

from inkread.data import load
from inkread.evaluation.canvas import plain
from inkread.evaluation.palette import FAINT, GREY, INK, PAPER, RIGHT, RIGHT_SOFT, WRONG

Doubles = npt.NDArray[np.float64]
WIDE = 8.4  # inches


def digits(split: str, each: int = 30) -> Doubles:
    """Return the first digits of each class, 0 to 1, of shape (10 * each, 28, 28); number n shows an n % 10."""
    dataset = load("mnist", "train" if split == "train" else "test")
    of_class = [dataset.images[dataset.labels == digit, 0][:each] for digit in range(10)]
    return np.stack(of_class, axis=1).reshape(-1, 28, 28) / 255


def shrink(pictures: Doubles, factor: int = 2) -> Doubles:
    """Return the means of blocks of pixels."""
    side = pictures.shape[-1] // factor
    return pictures.reshape(*pictures.shape[:-2], side, factor, side, factor).mean(axis=(-3, -1))


def new(columns: int, height: float, widths: list[float] | None = None) -> tuple[Figure, list[Axes]]:
    """Make a figure with axes side by side."""
    figure = Figure(figsize=(WIDE, height), facecolor=PAPER, layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False, width_ratios=widths)
    return figure, list(axes[0])


def chart(axes: Axes, title: str, x: str) -> None:
    """Give a chart its title and its plain frame."""
    plain(axes)
    axes.set_title(title, fontsize=12, color=INK, loc="left")
    axes.set_xlabel(x, fontsize=11, color=INK)


def show(axes: Axes, picture: Any, title: str = "", signed: bool = False) -> None:
    """Show numbers as a picture: grey, or orange over white to blue."""
    if signed:
        from matplotlib.colors import LinearSegmentedColormap

        most = float(np.abs(picture).max()) or 1.0
        colours = LinearSegmentedColormap.from_list("signed", [WRONG, PAPER, RIGHT])
        axes.imshow(picture, cmap=colours, vmin=-most, vmax=most)
    else:
        axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=12, color=INK)
    axes.spines[:].set_color(FAINT)


def number_cells(axes: Axes, cells: Doubles, form: str, size: float = 10) -> None:
    """Write a number into each cell of a picture."""
    dark = cells < 0.55 * cells.max()
    for (y, x), value in np.ndenumerate(cells):
        colour = PAPER if dark[y, x] and cells.min() >= 0 else INK
        axes.text(x, y, form.format(value).replace("-", "−"), ha="center", va="center", fontsize=size, color=colour)


def picture() -> Figure:
    """Show a digit at four resolutions, and a part of it as numbers."""
    figure, axes = new(4, 2.6, [1, 1.25, 1, 1])
    three = digits("train", 1)[3]
    show(axes[0], three, "28×28")
    axes[0].add_patch(_frame(11.5, 5.5, 5))
    part = np.rint(255 * three[6:11, 12:17])
    show(axes[1], part / 255, "the frame, as numbers")
    number_cells(axes[1], part, "{:.0f}")
    show(axes[2], shrink(three), "14×14")
    show(axes[3], shrink(three, 4), "7×7")
    return figure


def _frame(x: float, y: float, side: float) -> Any:
    """Return a square outline."""
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), side, side, fill=False, edgecolor=WRONG, linewidth=2)


def neuron() -> Figure:
    """Show three shapes of ink under one neuron's weights."""
    figure, axes = new(4, 2.7)
    weights = np.array([[-1.0, 1, -1]] * 3)
    show(axes[0], weights, "weights, bias −2", signed=True)
    number_cells(axes[0], weights, "{:+.0f}", 14)
    _cells(axes[0])
    shapes = [("upright", np.eye(3)[[1, 1, 1]]), ("flat", np.eye(3)[[1, 1, 1]].T), ("all ink", np.ones((3, 3)))]
    for place, (name, ink) in zip(axes[1:], shapes, strict=True):
        total = float((weights * ink).sum() - 2)
        show(place, ink, name)
        _cells(place)
        said = f"{total + 2:+.0f} − 2 = {total:+.0f}: {'answers' if total > 0 else 'silent'}"
        place.set_xlabel(said.replace("-", "−"), fontsize=12, color=RIGHT if total > 0 else WRONG)
    return figure


def _cells(axes: Axes) -> None:
    """Draw the borders between nine cells."""
    for edge in (0.5, 1.5):
        axes.axhline(edge, color=GREY, linewidth=0.8)
        axes.axvline(edge, color=GREY, linewidth=0.8)
    axes.spines[:].set_color(GREY)


def activation() -> Figure:
    """Draw the functions, their slopes, and a tent of three ReLUs."""
    figure, axes = new(3, 3)
    z = torch.linspace(-4, 4, 401, requires_grad=True)
    for name, function, colour, dash in (
        ("ReLU", torch.relu, RIGHT, "-"),
        ("sigmoid", torch.sigmoid, WRONG, "--"),
        ("tanh", torch.tanh, GREY, "-."),
    ):
        value = function(z)
        (slope,) = torch.autograd.grad(value.sum(), z)
        axes[0].plot(z.detach(), value.detach(), dash, color=colour, label=name)
        axes[1].plot(z.detach(), slope, dash, color=colour, label=name)
    axes[0].set_ylim(-1.2, 2.5)
    axes[0].legend(frameon=False, labelcolor=INK, fontsize=10)
    x = z.detach()
    axes[2].plot(x, torch.relu(x + 2) - 2 * torch.relu(x) + torch.relu(x - 2), color=RIGHT)
    axes[2].plot(x, (x + 2) - 2 * x + (x - 2), "--", color=GREY)
    axes[2].annotate("without activation", (-4, 0.06), fontsize=10, color=GREY)
    for place, title in zip(axes, ("what it passes on", "slope", "three neurons together"), strict=True):
        chart(place, title, "x" if place is axes[2] else "sum z")
    return figure


def layers() -> Figure:
    """Show a digit, what hidden neurons look for, and the ten scores."""
    from concept_learning import trained

    net = trained(shrink(digits("train")), hidden=12, epochs=20, rate=0.1)
    seven = shrink(digits("test", 1)[7])
    with torch.no_grad():
        hidden, scores = (values[0].numpy() for values in net(seven[None]))
    figure, axes = new(3, 3.1, [1, 1.7, 1.6])
    show(axes[0], seven, "196 inputs")
    looks = net.first.weight.detach().numpy().reshape(3, 4, 14, 14)
    tiled = np.pad(looks / np.abs(looks).max(axis=(2, 3), keepdims=True), ((0, 0), (0, 0), (1, 1), (1, 1)))
    show(axes[1], tiled.transpose(0, 2, 1, 3).reshape(48, 64), "weights of 12 hidden neurons", signed=True)
    for (y, x), value in np.ndenumerate(hidden.reshape(3, 4)):
        axes[1].text(16 * x + 1, 16 * y + 3.5, f"{value:.1f}", fontsize=9, color=INK, backgroundcolor="#ffffffcc")
    best = int(scores.argmax())
    axes[2].barh(range(10), scores, color=[RIGHT if k == best else RIGHT_SOFT for k in range(10)])
    axes[2].set_yticks(range(10))
    axes[2].invert_yaxis()
    chart(axes[2], f"10 scores: argmax says {best}", "score")
    return figure


def softmax() -> Figure:
    """Show scores, probabilities, and the loss with one softmax and with two."""
    figure, axes = new(3, 2.8, [1, 1, 1.5])
    scores = torch.tensor([1.0, 3.0, 2.0])
    for place, values, title in ((axes[0], scores, "scores"), (axes[1], scores.softmax(0), "softmax")):
        place.bar(["1", "7", "9"], values, color=[RIGHT_SOFT, RIGHT, RIGHT_SOFT])
        for k, value in enumerate(values.tolist()):
            place.text(k, value, f"{value:.3g}", ha="center", va="bottom", fontsize=11, color=INK)
        chart(place, title, "")
    z = torch.linspace(-5, 10, 200)
    moved = torch.stack([torch.ones(200), z, torch.full((200,), 2.0)], dim=1)
    truth = torch.ones(200, dtype=torch.long)
    axes[2].plot(z, F.cross_entropy(moved, truth, reduction="none"), color=RIGHT, label="loss of the scores")
    twice = F.cross_entropy(moved.softmax(1), truth, reduction="none")
    axes[2].plot(z, twice, "--", color=WRONG, label="softmax twice")
    axes[2].legend(frameon=False, labelcolor=INK, fontsize=10)
    chart(axes[2], "loss", "score of the right class")
    return figure


def loss() -> Figure:
    """Draw cross-entropy and squared error, and how strongly they pull."""
    figure, axes = new(2, 3)
    p = torch.linspace(0.005, 0.999, 300)
    answers = torch.stack([p, *[(1 - p) * share for share in (0.6, *[0.4 / 8] * 8)]], dim=1)
    logits = answers.log().requires_grad_()
    truth = torch.zeros(300, dtype=torch.long)
    wrong = (logits.softmax(1) - F.one_hot(truth, 10)).square().sum(1)
    for name, values, colour, dash in (
        ("cross-entropy = NLL", F.cross_entropy(logits, truth, reduction="none"), RIGHT, "-"),
        ("squared error", wrong, WRONG, "--"),
    ):
        (slope,) = torch.autograd.grad(values.sum(), logits)
        axes[0].plot(p, values.detach(), dash, color=colour, label=name)
        axes[1].plot(p, -slope[:, 0], dash, color=colour)
    axes[0].legend(frameon=False, labelcolor=INK, fontsize=10)
    chart(axes[0], "loss", "probability of the right digit")
    chart(axes[1], "pull on the right digit's score", "probability of the right digit")
    return figure


def descent() -> Figure:
    """Draw four ways down one valley."""
    figure = Figure(figsize=(WIDE, 4.2), facecolor=PAPER, layout="constrained")
    axes = figure.subplots(2, 2, sharex=True, sharey=True).ravel()
    x, y = np.meshgrid(np.linspace(-10, 10, 200), np.linspace(-4, 4, 100))
    ways = [("too small: 0.005", 0.005, 1, 0), ("right: 0.15", 0.15, 1, 0), ("too large: 0.205", 0.205, 1, 0)]
    ways.append(("noise and decay: from 0.18", 0.18, 0.93, 8))
    for place, (name, rate, decay, noise) in zip(axes, ways, strict=True):
        rng = np.random.default_rng(5)
        path = [np.array([-9, 2.4])]
        for step in range(40):
            slope = path[-1] * (1, 10) + noise * rng.uniform(-1, 1, 2)
            path.append(path[-1] - rate * decay**step * slope)
        place.contour(x, y, (x**2 + 10 * y**2) / 2, levels=[2, 8, 18, 32, 50, 72], colors=FAINT)
        place.plot(*np.transpose(path), "o-", color=RIGHT, markersize=3, linewidth=1.4)
        place.set(xlim=(-10, 10), ylim=(-4, 4))
        place.set_title(name, fontsize=12, color=INK, loc="left")
        place.tick_params(colors=INK)
    return figure


START = {"w11": 0.5, "w12": -0.4, "b1": 0.1, "w21": -0.3, "w22": 0.8, "b2": -0.1,
         "v11": 1.2, "v12": -0.7, "c1": 0.0, "v21": -0.9, "v22": 0.6, "c2": 0.2}  # fmt: skip


def backpropagation() -> Figure:
    """Write the numbers of both passes into the network; the second class is the right one."""
    p = {name: torch.tensor(value, requires_grad=True) for name, value in START.items()}
    v: dict[str, torch.Tensor] = {"x1": torch.tensor(1.0), "x2": torch.tensor(0.5)}
    for i in (1, 2):
        v[f"h{i}"] = torch.sigmoid(p[f"w{i}1"] * v["x1"] + p[f"w{i}2"] * v["x2"] + p[f"b{i}"])
    for i in (1, 2):
        v[f"z{i}"] = p[f"v{i}1"] * v["h1"] + p[f"v{i}2"] * v["h2"] + p[f"c{i}"]
    total = F.cross_entropy(torch.stack([v["z1"], v["z2"]]), torch.tensor(1))
    inner = ["h1", "h2", "z1", "z2"]
    found = torch.autograd.grad(total, [*p.values(), *(v[name] for name in inner)])
    slopes = dict(zip([*p, *inner], found, strict=True))
    figure, (axes,) = new(1, 3.4)
    axes.set(xlim=(-0.35, 2.35), ylim=(-0.45, 1.45))
    axes.axis("off")
    at = {f"{kind}{i}": (x, 2.0 - i) for x, kind in enumerate("xhz") for i in (1, 2)}
    for name in START:
        if name[0] in "wv":
            _edge(axes, name, at, p[name].item(), float(slopes[name]))
    for name, (x, y) in at.items():
        axes.plot(x, y, "o", markersize=46, color=PAPER, markeredgecolor=GREY)
        axes.text(x, y, f"{name}\n{v[name].item():.3f}".replace("-", "−"), ha="center", va="center", color=INK)
        if name in slopes:
            said = f"d{name} = {float(slopes[name]):+.3f}".replace("-", "−")
            axes.text(x, y + (0.3 if y else -0.34), said, ha="center", va="center", color=WRONG)
    axes.text(2, 0.5, f"loss {total.item():.3f}", ha="center", va="center", fontsize=12, color=INK, fontweight="bold")
    return figure


def _edge(axes: Axes, name: str, at: dict[str, tuple[float, float]], weight: float, slope: float) -> None:
    """Draw a weight between its two neurons, with its value and its slope."""
    source, target = ("x", "h") if name[0] == "w" else ("h", "z")
    (x0, y0), (x1, y1) = at[f"{source}{name[2]}"], at[f"{target}{name[1]}"]
    axes.plot([x0, x1], [y0, y1], color=RIGHT_SOFT, linewidth=1.5, zorder=0)
    share = 0.5 if y0 == y1 else 0.29
    box: dict[str, Any] = {"boxstyle": "round,pad=0.15", "facecolor": PAPER, "edgecolor": "none"}
    middle = (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
    axes.annotate(f"{weight:.2f}".replace("-", "−"), middle, (0, 7), textcoords="offset points", ha="center",
                  va="center", color=RIGHT, bbox=box)  # fmt: skip
    axes.annotate(f"{slope:+.3f}".replace("-", "−"), middle, (0, -7), textcoords="offset points", ha="center",
                  va="center", color=WRONG, bbox=box)  # fmt: skip
