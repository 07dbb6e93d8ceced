"""The lines of a page, and the order in which its numbers are read."""

from __future__ import annotations

from collections.abc import Sequence

from inkread.types import Box

SHARED = 0.5  # of the lower one of two neighbours in a line


def find_lines(boxes: Sequence[Box]) -> list[tuple[int, int]]:
    """Put boxes in reading order: line by line from the top, each from left to right.

    A box joins the line whose last box to the left it shares most rows with; so a line may rise or fall slowly.

    Args:
        boxes: in pixels of an upright page.

    Returns:
        For each box, in reading order, its index in `boxes` and that of its line, from 0.
    """
    lines: list[list[int]] = []
    for index in sorted(range(len(boxes)), key=lambda index: (boxes[index].x0, boxes[index].y0)):
        shares = [_shared(boxes[line[-1]], boxes[index]) for line in lines]
        best = max(range(len(lines)), key=shares.__getitem__, default=-1)
        if best >= 0 and shares[best] >= SHARED:
            lines[best].append(index)
        else:
            lines.append([index])
    lines.sort(key=lambda line: sum(boxes[index].y0 + boxes[index].y1 for index in line) / len(line))
    return [(index, number) for number, line in enumerate(lines) for index in line]


def _shared(first: Box, second: Box) -> float:
    """Return which share of the lower box's rows both have; none where one lies above the other's columns."""
    if second.x0 < first.x1 - 0.5 * min(first.width, second.width):
        return 0.0
    return (min(first.y1, second.y1) - max(first.y0, second.y0)) / min(first.height, second.height)
