"""Figures for the screen, the projector and print: confusion, reliability, risk and coverage, digits and others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkread.evaluation.calibration import ReliabilityBin
from inkread.evaluation.canvas import legend, new_figure, part, plain, save_figure
from inkread.evaluation.gallery import draw_gallery
from inkread.evaluation.metrics import Evaluation, wilson_interval
from inkread.evaluation.palette import FAINT, GREY, INK, PAPER, RIGHT, RIGHT_SOFT, RIGHT_TINT, WRONG, WRONG_TINT
from inkread.evaluation.rejection import Acceptance, Floats, Outsiders, RiskCoverage
from inkread.evaluation.wording import headline, interval, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_confusion", "draw_gallery", "draw_outsiders", "draw_reliability", "draw_risk_coverage"]

LEFT, BELOW, HEAD = 0.95, 0.8, 1.15  # margins in inches: axis names, axis numbers, and the headline
NUMBERS_UP_TO = 60  # classes; beyond, the cells are too small for figures
UPRIGHT_UP_TO = 3  # characters of a class's name that fit below a cell without being turned
LONGEST_NAME = 24
CONFIDENCE_BINS = 50
FULL_ORANGE_FROM = 10  # mistakes; where even the worst cell has fewer, none is made to look alarming


def draw_confusion(evaluation: Evaluation, path: Path, *, source: str = "") -> None:
    """Draw the confusion matrix as PNG: right answers in blue, mistakes in orange, each class's recall at the right.

    Args:
        evaluation: what was measured.
        path: the PNG file to write.
        source: which model on which data, for the headline.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        OutputError: if the file cannot be written.
    """
    k = len(evaluation.classes)
    side = min(max(6.2, 0.56 * k), 22.0)
    names = 0.1 * max(len(name) for name in _names(evaluation))
    figure = new_figure(side + names + 2.0, side + names + 2.1, headline(evaluation), _with_source(evaluation, source))
    width, height = figure.get_size_inches()
    axes = figure.add_axes((part(LEFT + names - 0.1, width), part(BELOW + names, height), side / width, side / height))
    axes.imshow(_confusion_colours(evaluation), aspect="equal", interpolation="none")
    if k <= NUMBERS_UP_TO:
        _write_cells(axes, evaluation, size=min(13.0, 26 * side / k))
    _name_classes(axes, evaluation)
    save_figure(figure, path)


def draw_reliability(
    evaluation: Evaluation, bins: Sequence[ReliabilityBin], ece: float, path: Path, *, source: str = ""
) -> None:
    """Draw the reliability diagram as PNG: accuracy over confidence, with 95 % intervals, and the counts below it.

    Args:
        evaluation: what was measured.
        bins: from `reliability_bins`.
        ece: expected calibration error, 0 to 1.
        path: the PNG file to write.
        source: which model on which data, for the headline.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        OutputError: if the file cannot be written.
    """
    title = f"Calibration error (ECE) {percent(ece)}"
    figure = new_figure(7.6, 8.4, title, f"{headline(evaluation)} · {len(bins)} bins · {source}".rstrip(" ·"))
    upper = figure.add_axes((0.125, 0.30, 0.835, 0.52))
    lower = figure.add_axes((0.125, 0.085, 0.835, 0.175), sharex=upper)
    filled = [b for b in bins if b.count]
    _draw_bins(upper, filled)
    lower.bar([b.low + 0.5 / len(bins) for b in filled], [b.count for b in filled], 0.86 / len(bins), color=GREY)
    lower.set_yscale("log")
    lower.tick_params(which="minor", labelleft=False)
    lower.set_ylim(0.7, 2.5 * evaluation.count)
    lower.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else "")
    lower.set_ylabel("pictures", color=INK, fontsize=12)
    lower.set_xlabel("confidence of the answer", color=INK, fontsize=12)
    for axes in (upper, lower):
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        plain(axes)
    upper.set_ylim(0, 1.02)
    upper.tick_params(labelbottom=False)
    upper.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    upper.set_ylabel("share that was right", color=INK, fontsize=12)
    legend(figure, upper, columns=3)
    save_figure(figure, path)


def draw_risk_coverage(
    evaluation: Evaluation, curve: RiskCoverage, at_threshold: Acceptance, path: Path, *, source: str = ""
) -> None:
    """Draw the risk-coverage curve as PNG, with the model's threshold on it and the best order possible below it.

    Args:
        evaluation: what was measured.
        curve: from `risk_coverage`.
        at_threshold: what the threshold lets through.
        path: the PNG file to write.
        source: which model on which data, for the headline.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        OutputError: if the file cannot be written.
    """
    title = f"Risk and coverage: area (AURC) {percent(curve.aurc, 3)}"
    figure = new_figure(8.6, 6.2, title, f"{headline(evaluation)} · {source}".rstrip(" ·"))
    axes = figure.add_axes((0.125, 0.125, 0.835, 0.62))
    best = np.maximum(0, 1 - evaluation.accuracy / curve.coverage)
    axes.fill_between(curve.coverage, curve.risk, color=RIGHT_TINT, linewidth=0)
    axes.plot(curve.coverage, curve.risk, color=RIGHT, linewidth=2.4, label="surest answers first")
    axes.plot(curve.coverage, best, color=GREY, linewidth=1.4, linestyle=(0, (4, 3)), label="perfect order")
    steady = curve.risk[curve.coverage >= 0.05]  # a single early mistake would stretch the axis to 100 %
    top = min(1.25 * max(float(steady.max()), 0.002), 1.02)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.012 * top, top)
    if at_threshold.accuracy is not None:
        _mark_threshold(axes, at_threshold)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g} %")
    axes.set_xlabel("share of the pictures that is answered", color=INK, fontsize=12)
    axes.set_ylabel("share of the answers that is wrong", color=INK, fontsize=12)
    plain(axes)
    legend(figure, axes, columns=2)
    save_figure(figure, path)


def draw_outsiders(
    digits: Floats, at_threshold: Acceptance, outsiders: Sequence[Outsiders], path: Path, *, source: str = ""
) -> None:
    """Draw as PNG how sure the model is of digits and, below, of pictures of no class: histograms of the confidence.

    Args:
        digits: float64 of shape (n,), the confidence of each digit's answer, 0 to 1.
        at_threshold: what the threshold lets through of them.
        outsiders: from `compare_outsiders`, at least one; each gets a histogram of its own.
        path: the PNG file to write.
        source: which model on which data, for the headline.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        OutputError: if the file cannot be written.
    """
    areas = sorted({f"{others.auroc:.4f}" for others in outsiders})
    title = f"Digits and other things: AUROC {' to '.join(dict.fromkeys((areas[0], areas[-1])))}"
    groups = [(f"digits · {percent(at_threshold.share)} of {at_threshold.count:,} accepted", digits, RIGHT)]
    for others in outsiders:
        taken = f"AUROC {others.auroc:.4f}, {percent(others.accepted / others.count)} of {others.count:,} accepted"
        groups.append((f"{_cut(others.data)} · {taken}", others.confidence, WRONG))
    height = 1.7 + 1.95 * len(groups)
    subtitle = f"threshold {at_threshold.threshold:g} · {source}".rstrip(" ·")
    figure = new_figure(8.6, height, title, subtitle)
    for place, (name, confidence, colour) in enumerate(groups):
        bottom = part(0.8 + 1.95 * (len(groups) - 1 - place), height)
        axes = figure.add_axes((0.125, bottom, 0.835, part(1.4, height)))
        _draw_confidences(axes, confidence, at_threshold.threshold, colour)
        axes.set_title(name, loc="left", fontsize=12, color=colour, parse_math=False)
        axes.tick_params(labelbottom=place == len(groups) - 1)
    axes.set_xlabel("confidence of the answer; dashed: the threshold", color=INK, fontsize=12)
    save_figure(figure, path)


def _with_source(evaluation: Evaluation, source: str) -> str:
    """Write the second head line: interval and source."""
    return f"95 % interval {interval(evaluation)} · {source}".rstrip(" ·")


def _confusion_colours(evaluation: Evaluation) -> Any:
    """Colour each cell: blue on the diagonal by recall, orange off it by count, white where nothing is."""
    from matplotlib.colors import LinearSegmentedColormap

    counts = evaluation.confusion.astype(np.float64)
    found = np.diag(counts) / np.maximum(1, [score.count for score in evaluation.per_class])
    blues = LinearSegmentedColormap.from_list("right", [RIGHT_TINT, RIGHT_SOFT])
    oranges = LinearSegmentedColormap.from_list("wrong", [WRONG_TINT, WRONG])
    wrong = counts - np.diag(np.diag(counts))
    colours = oranges((wrong / max(FULL_ORANGE_FROM, wrong.max())) ** 0.75)
    colours[wrong == 0] = (1, 1, 1, 1)
    diagonal = np.arange(len(found))
    colours[diagonal, diagonal] = blues(found)
    return colours


def _write_cells(axes: Axes, evaluation: Evaluation, size: float) -> None:
    """Write the counts; white on the darkest orange."""
    counts = evaluation.confusion
    worst = max(FULL_ORANGE_FROM, (counts - np.diag(np.diag(counts))).max())
    for row, column in zip(*np.nonzero(counts), strict=True):
        dark = row != column and counts[row, column] > 0.55 * worst
        text = f"{counts[row, column]:,}"
        shrink = min(1.0, 4 / len(text))
        colour = PAPER if dark else INK
        axes.text(column, row, text, ha="center", va="center", fontsize=size * shrink, color=colour)


def _name_classes(axes: Axes, evaluation: Evaluation) -> None:
    """Name rows and columns, and give each row's recall at the right."""
    k = len(evaluation.classes)
    size = min(13.0, 360 / k + 4)
    names = _names(evaluation)
    turned = max(map(len, names)) > UPRIGHT_UP_TO
    style: dict[str, Any] = {"fontsize": size, "color": INK, "parse_math": False}
    axes.set_xticks(range(k), names, rotation=90 if turned else 0, **style)
    axes.set_yticks(range(k), names, va="center", **style)
    axes.set_xlabel("read as", fontsize=13, color=INK, labelpad=8)
    axes.set_ylabel("truth", fontsize=13, color=INK, labelpad=8)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for edge in np.arange(k + 1) - 0.5:
        axes.axhline(edge, color=FAINT, linewidth=0.8)
        axes.axvline(edge, color=FAINT, linewidth=0.8)
    beside: dict[str, Any] = {"textcoords": "offset points", "color": GREY, "fontsize": min(10.0, 300 / k + 3)}
    for place, score in enumerate(evaluation.per_class):
        axes.annotate(percent(score.recall, 1), (k - 0.5, place), xytext=(7, 0), va="center", **beside)
    axes.annotate("recall", (k - 0.5, -0.5), xytext=(7, 6), **beside)


def _draw_bins(axes: Axes, filled: Sequence[ReliabilityBin]) -> None:
    """Draw each bin's accuracy as a bar with its interval, and its mean confidence as a mark."""
    width = filled[0].high - filled[0].low
    middles = [(b.low + b.high) / 2 for b in filled]
    accuracy = np.array([b.accuracy for b in filled], dtype=np.float64)
    ends = np.array([wilson_interval(round(a * b.count), b.count) for a, b in zip(accuracy, filled, strict=True)])
    reach = np.abs(ends.T - accuracy)
    axes.bar(middles, accuracy, 0.86 * width, color=RIGHT_SOFT, label="share right, 95 % interval")
    axes.errorbar(middles, accuracy, reach, fmt="none", ecolor=RIGHT, elinewidth=1.6, capsize=3.5, capthick=1.6)
    sure = np.array([b.confidence for b in filled], dtype=np.float64)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), label="perfectly calibrated")
    marks: dict[str, Any] = {"color": WRONG, "markersize": 6.5, "markeredgecolor": PAPER, "clip_on": False, "zorder": 4}
    axes.plot(sure, sure, "D", label="mean confidence", **marks)


def _draw_confidences(axes: Axes, confidence: Floats, threshold: float, colour: str) -> None:
    """Draw one histogram; the counts on a logarithmic axis, so that the few in the wrong place are seen."""
    counts, edges = np.histogram(confidence, CONFIDENCE_BINS, (0, 1))
    filled = counts > 0
    axes.bar(edges[:-1][filled] + 0.5 / CONFIDENCE_BINS, counts[filled], 0.9 / CONFIDENCE_BINS, color=colour)
    axes.axvline(threshold, color=INK, linewidth=1.4, linestyle=(0, (4, 3)))
    axes.set_xlim(-0.005, 1.005)
    axes.set_yscale("log")
    axes.set_ylim(0.7, 2.0 * counts.max())
    axes.tick_params(which="minor", labelleft=False)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else "")
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.set_ylabel("pictures", color=INK, fontsize=12)
    plain(axes)


def _mark_threshold(axes: Axes, taken: Acceptance) -> None:
    """Mark the threshold's point on the curve and say what it means."""
    wrong = 1 - (taken.accuracy or 0.0)
    meaning = f"{percent(taken.share)} accepted, {percent(taken.accuracy)} of these right"
    style: dict[str, Any] = {"color": WRONG, "markersize": 10, "markeredgecolor": PAPER, "clip_on": False, "zorder": 5}
    axes.vlines(taken.share, 0, wrong, color=WRONG, linewidth=1.2, zorder=4)
    axes.plot(taken.share, wrong, "o", linestyle="none", label=f"threshold {taken.threshold:g}: {meaning}", **style)


def _names(evaluation: Evaluation) -> list[str]:
    """Return the classes' names, very long ones cut."""
    return [_cut(name) for name in evaluation.classes]


def _cut(name: str) -> str:
    """Shorten a very long name."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
