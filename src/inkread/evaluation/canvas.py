"""What all figures share: the head lines, plain axes, the legend, and writing a PNG."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkread.errors import MissingExtraError
from inkread.evaluation.palette import FAINT, GREY, INK, PAPER
from inkread.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 160


def new_figure(width: float, height: float, title: str, subtitle: str) -> Figure:
    """Make an empty figure of this size in inches with its two head lines."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("drawing this figure needs matplotlib: pip install 'inkread[train]'.") from error
    figure = Figure(figsize=(width, height), facecolor=PAPER)
    left = part(0.3, width)
    figure.text(left, 1 - part(0.5, height), title, fontsize=16, fontweight="bold", color=INK)
    figure.text(left, 1 - part(0.82, height), subtitle, fontsize=11, color=GREY, parse_math=False)
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write the figure as PNG, whole or not at all."""
    with atomic_path(path) as temporary, warnings.catch_warnings():
        # A class may be named in a script that the font lacks; it is drawn as an empty box.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(temporary, format="png", dpi=DPI)


def part(inches: float, whole: float) -> float:
    """Turn inches into a share of the figure's width or height."""
    return inches / whole


def plain(axes: Axes) -> None:
    """Leave of the frame what helps reading."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=11)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)


def legend(figure: Figure, axes: Axes, columns: int) -> None:
    """Put the legend above the axes, where it hides no data."""
    top = axes.get_position().y1
    place: dict[str, Any] = {
        "loc": "lower left",
        "bbox_to_anchor": (0.105, top + 0.012),
        "ncols": columns,
        "columnspacing": 1.4,
    }
    figure.legend(*axes.get_legend_handles_labels(), frameon=False, labelcolor=INK, fontsize=11, **place)
