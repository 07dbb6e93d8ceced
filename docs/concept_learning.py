"""Figures of the lessons 9 to 13, in print: small networks that learn, and what they make of new pictures."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from concept_figures import WIDE, Doubles, chart, digits, new, show, shrink
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import nn
from torch.nn import functional as F  # noqa: N812

import inkread
from inkread.evaluation.calibration import expected_calibration_error, reliability_bins
from inkread.evaluation.palette import FAINT, GREY, INK, PAPER, RIGHT, RIGHT_SOFT, WRONG
from inkread.evaluation.wording import percent
from inkread.imaging import normalize
from inkread.networks import build
from inkread.types import UInt8Array

LESSONS = Path(inkread.__file__).parent / "service/static/lessons"
BATCH = 10


class Net(nn.Module):
    """196 inputs, hidden neurons with ReLU, ten scores."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(196, hidden).double(), nn.Linear(hidden, 10).double()

    def forward(self, pictures: Doubles) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the hidden layer and the scores."""
        hidden = self.first(torch.from_numpy(pictures).flatten(1)).relu()
        return hidden, self.second(hidden)

    def measure(self, pictures: Doubles) -> tuple[float, float]:
        """Return mean loss, and share right; picture n shows an n % 10."""
        truth = torch.arange(len(pictures)) % 10
        with torch.no_grad():
            _, scores = self(pictures)
        return float(F.cross_entropy(scores, truth)), float((scores.argmax(1) == truth).double().mean())


def learn(net: Net, pictures: Doubles, *, epochs: int, rate: float, batch: int = BATCH) -> list[list[float]]:
    """Train by plain gradient descent; return the losses of each epoch's batches, epoch by epoch as it goes."""
    optimizer, order = torch.optim.SGD(net.parameters(), lr=rate), np.random.default_rng(0)
    losses: list[list[float]] = []
    for _ in range(epochs):
        losses.append([])
        for taken in np.array_split(order.permutation(len(pictures)), max(1, len(pictures) // batch)):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(pictures[taken])[1], torch.from_numpy(taken) % 10)
            loss.backward()
            optimizer.step()
            losses[-1].append(float(loss.detach()))
    return losses


def trained(pictures: Doubles, *, hidden: int, epochs: int, rate: float) -> Net:
    """Return a network that has learned."""
    net = Net(hidden)
    learn(net, pictures, epochs=epochs, rate=rate)
    return net


def batch() -> Figure:
    """Draw the loss of each batch for three sizes, and of unseen digits by epoch."""
    figure, axes = new(2, 3)
    seen, unseen = shrink(digits("train")), shrink(digits("test"))
    for size, colour, dash in ((1, RIGHT_SOFT, "-"), (10, RIGHT, "-"), (300, WRONG, "--")):
        net = Net(24)
        history, steps = [net.measure(unseen)[0]], []
        optimizer_steps = max(1, 300 // size)
        for _ in range(10):
            steps += learn(net, seen, epochs=1, rate=0.1, batch=size)[0]
            history.append(net.measure(unseen)[0])
        places = np.arange(1, len(steps) + 1) / optimizer_steps
        axes[0].plot(places, steps, dash, color=colour, linewidth=1 if size == 1 else 1.6, label=f"batches of {size}")
        axes[1].plot(history, dash, color=colour)
    axes[0].set_ylim(0, 3.5)
    axes[1].set_ylim(0, 3.5)
    axes[1].legend(*axes[0].get_legend_handles_labels(), frameon=False, labelcolor=INK, fontsize=10)
    chart(axes[0], "loss of each batch", "epoch")
    chart(axes[1], "loss on unseen digits", "epoch")
    return figure


def overfitting() -> Figure:
    """Draw training and unseen loss for 50 and for 300 digits."""
    figure, axes = new(2, 3)
    seen, unseen = shrink(digits("train")), shrink(digits("test"))
    for place, count in zip(axes, (50, 300), strict=True):
        net, few = Net(24), seen[:count]
        history = [(net.measure(few), net.measure(unseen))]
        for _ in range(60):
            learn(net, few, epochs=1, rate=0.3)
            history.append((net.measure(few), net.measure(unseen)))
        known, unknown = ([pair[k][0] for pair in history] for k in (0, 1))
        best = int(np.argmin(unknown))
        place.plot(known, "--", color=WRONG, label="digits it learns from")
        place.plot(unknown, color=RIGHT, label="unseen digits")
        place.axvline(best, color=GREY, linestyle=":", label="best epoch")
        place.set_ylim(0, 2.5)
        chart(place, f"{count} digits: {100 * history[-1][1][1]:.0f} % of the unseen right", "epoch")
    axes[0].legend(frameon=False, labelcolor=INK, fontsize=10)
    return figure


def convolution() -> Figure:
    """Show a digit on its way through one window, ReLU, pooling and dropout."""
    figure, axes = new(5, 2.2)
    four = digits("test", 1)[4]
    window = torch.tensor([[-1.0, 2, -1]] * 3, dtype=torch.float64)
    sums = F.conv2d(torch.from_numpy(four)[None, None], window[None, None])
    pooled = F.max_pool2d(sums.relu(), 2)
    torch.manual_seed(0)
    steps = [window, sums[0, 0], pooled[0, 0], F.dropout(pooled, 0.3)[0, 0]]
    show(axes[0], four, "28×28")
    for place, values, name in zip(axes[1:], steps, ("window", "26×26", "ReLU, pooled", "dropout 0.3"), strict=True):
        show(place, values.numpy(), name, signed=True)
    return figure


def tutorial() -> nn.Module:
    """Return the network that the page computes with."""
    network, state = build("cnn-8-16").eval(), {}
    layers = json.loads((LESSONS / "tutorial.json").read_text())["layers"]
    for place, layer in zip((0, 3, 8), layers, strict=True):
        whole = np.frombuffer(base64.b64decode(layer["weights"]), np.int8).astype(np.float32)
        state[f"{place}.weight"] = torch.from_numpy(whole * layer["scale"]).view(layer["shape"])
        state[f"{place}.bias"] = torch.tensor(layer["bias"])
    network.load_state_dict(state)
    return network


def spoilt(digit: Doubles) -> list[tuple[str, UInt8Array]]:
    """Return one digit in five everyday states, as pictures of 280×280."""
    large = cv2.resize(np.rint(255 * digit).astype(np.uint8), (280, 280), interpolation=cv2.INTER_CUBIC)

    def moved(size: float = 1.0, turn: float = 0.0, right: float = 0.0, down: float = 0.0) -> UInt8Array:
        matrix = cv2.getRotationMatrix2D((140, 140), -turn, size)
        matrix[:, 2] += right, down
        return np.asarray(cv2.warpAffine(large, matrix, (280, 280)), np.uint8)

    shadow = 1 - 0.6 * np.add.outer(np.arange(280), np.arange(280)) / 560
    paper = (235 - 0.76 * moved(0.8).astype(np.float64)) * shadow
    return [
        ("as in MNIST", large),
        ("in a corner", moved(0.6, right=60, down=-60)),
        ("dark ink, shadow", np.rint(paper).astype(np.uint8)),
        ("small", moved(0.35)),
        ("turned by 40°", moved(turn=40)),
    ]


def handwriting() -> Figure:
    """Show what three readers say of one digit in five states."""
    figure = Figure(figsize=(WIDE, 3.9), facecolor=PAPER, layout="constrained")
    axes = figure.subplots(2, 5)
    network, reader = tutorial(), inkread.load()
    for column, (name, image) in enumerate(spoilt(digits("test", 4)[34])):
        shrunk, normal = cv2.resize(image, (28, 28), interpolation=cv2.INTER_AREA), normalize(image).image
        show(axes[0, column], image / 255, name)
        show(axes[1, column], normal / 255, "")
        with torch.no_grad():
            given = torch.from_numpy(np.stack([shrunk, normal])[:, None]).float() / 255
            sure, best = network(given).softmax(1).max(1)
        read = reader.digit(image)
        said = [("as it is", str(int(best[0])), float(sure[0])), ("normalised", str(int(best[1])), float(sure[1]))]
        for row, answers in enumerate([said[:1], [said[1], ("reader", read.label, read.confidence)]]):
            for line, (who, label, share) in enumerate(answers):
                _say(axes[row, column], line, f"{who}: {label}, {percent(share, 0)}", label == "4")
    return figure


def _say(axes: Axes, line: int, answer: str, right: bool) -> None:
    """Write an answer below a picture."""
    place = {"xytext": (0, -6 - 14 * line), "textcoords": "offset points", "xycoords": "axes fraction"}
    axes.annotate(answer, (0.5, 0), ha="center", va="top", fontsize=10, color=RIGHT if right else WRONG, **place)


def confidence() -> Figure:
    """Draw reliability before and after a temperature, and what refusing buys."""
    figure, axes = new(3, 3)
    net = trained(shrink(digits("train"))[:100], hidden=24, epochs=30, rate=0.2)
    truth = torch.arange(300) % 10
    with torch.no_grad():
        _, scores = net(shrink(digits("test")))
    heats = np.arange(0.2, 5, 0.1)
    best = float(heats[np.argmin([float(F.cross_entropy(scores / heat, truth)) for heat in heats])])
    for place, heat in zip(axes, (1.0, best), strict=False):
        answers = (scores / heat).softmax(1).float().numpy()
        bins = [one for one in reliability_bins(answers, truth.numpy(), bins=10) if one.count]
        middles = [(one.low + one.high) / 2 for one in bins]
        place.bar(middles, [one.accuracy or 0 for one in bins], 0.09, color=RIGHT_SOFT)
        sure = [one.confidence for one in bins]
        place.plot(sure, sure, "D", color=WRONG, markersize=5)
        place.plot([0, 1], [0, 1], ":", color=GREY)
        error = 100 * expected_calibration_error(answers, truth.numpy(), bins=10)
        chart(place, f"T = {heat:.1f}: error {error:.0f} points", "confidence")
    confident, found = (scores / best).softmax(1).max(1)
    right = (found == truth).double()[confident.argsort(descending=True)]
    axes[2].plot(np.arange(1, 301) / 300, right.cumsum(0) / torch.arange(1, 301), color=RIGHT)
    axes[2].set_ylim(0.5, 1.01)
    axes[2].axhline(1, color=FAINT)
    chart(axes[2], "share of the answers right", "share answered")
    return figure
