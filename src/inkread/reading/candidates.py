"""Where on an upright page numbers may stand: groups of ink that sit side by side as the digits of a number do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inkread.reading.fields import Fields
from inkread.reading.pageink import Parts
from inkread.reading.pagerules import Rules
from inkread.reading.partings import Partings
from inkread.reading.steps import even_steps
from inkread.reading.windows import Indices, in_windows, nearest
from inkread.types import Box

# Lengths are shares of a digit's height: of the page's usual one, or of the higher of two neighbours.
TALLEST, LONGEST = 4.0, 12.0
HELD, BAR = 0.8, 0.4  # from so high on, a long line is more than that; if so thick on average, a sheet's edge
SOLID = 0.85  # of its box that a blot or a black bar fills
SMALL = 0.5  # lower parts are marks or broken pieces
SPECK = 0.1
WIDER = 0.3  # than what is left of an upright line
GAP = 0.72
ADJOINING, SAME_ROW, HIGHEST_GROUP = 0.6, 0.6, 1.8  # gap between groups of one number, what they share, and how tall
IN_FIELDS = 1.9  # gap between digits that each have a box of their own, at most
BESIDE_MARK = 0.55
HANGING, LARGEST_COMMA, SLIM = 0.15, 0.9, 0.65  # a comma: how far below its digit it begins, how tall and wide it is
FLAT = 1.6
LOW = 0.5
PIECE = 0.2
BROKEN, ABOVE = 0.2, 0.4  # gap between pieces of a broken digit, and how far the narrower lies above the other
ALIKE = 0.45
OVERLAP = 0.4
MOST_PARTS = 6000
_X, _Y, _W, _H, _AREA = range(5)

Pairs = list[tuple[int, int]]
Chosen = npt.NDArray[np.bool_]
Table = npt.NDArray[np.int32]


class Candidate(NamedTuple):
    """A group of ink that may be one number.

    Attributes:
        box: round it, in pixels of the upright page.
        parts: the connected parts that it consists of.
    """

    box: Box
    parts: tuple[int, ...]


class Candidates(NamedTuple):
    """What was found on a page.

    Attributes:
        groups: in no order.
        squared: whether upright lines run through the digits, as on squared paper, and part nothing.
    """

    groups: tuple[Candidate, ...]
    squared: bool


def find_candidates(rules: Rules, parts: Parts, height: float) -> Candidates:
    """Group the ink of a page.

    Args:
        rules: the strokes of the upright page, and its lines.
        parts: the connected parts of the strokes.
        height: of a digit in pixels, as usual on this page.

    Returns:
        The groups, and whether the paper is squared.
    """
    tall, small = _sort_out(parts.stats, height)
    lines = Partings(rules.upright, height, parts.stats, tall)
    stats, tall, mended = _mend(parts.stats, tall, small, height)
    near = _neighbours(stats, tall)
    fields = Fields(rules.upright if lines.part else np.zeros_like(rules.upright), height, stats, tall)
    pairs = [pair for pair in near if _belong(stats, pair, lines, fields, height)]
    pairs += even_steps(stats, near, fields, height)
    marks = _commas(stats, near, pairs, height) + _join_small(stats, tall, small)
    pairs += [pair for pair in marks if not lines.part_from(stats, *pair)]
    groups = _join([*np.flatnonzero(tall).tolist(), *np.flatnonzero(small).tolist()], pairs)
    found = _side_by_side([group for group in groups if tall[group].any()], stats, tall, lines, height)
    candidates = tuple(
        Candidate(_around(stats[group]), tuple(part for each in group for part in mended.get(each, (each,))))
        for group in found
    )
    return Candidates(candidates, not lines.part)


def _side_by_side(
    groups: list[list[int]], stats: Table, tall: Chosen, lines: Partings, height: float
) -> list[list[int]]:
    """Join groups that belong together as a whole: the digits between which they came apart may lie in pieces.

    Among squares, small parts are remains of lines and do not count.
    """
    boxes = [_around(stats[group if lines.part else [part for part in group if tall[part]]]) for group in groups]
    whole = np.array([(box.x0, box.y0, box.width, box.height, 0) for box in boxes], np.int32).reshape(-1, 5)
    near = _neighbours(whole, np.ones(len(whole), np.bool_))
    pairs = [pair for pair in near if _adjoin(boxes, pair, height) and _belong(whole, pair, lines, None, height)]
    return [[part for each in joined for part in groups[each]] for joined in _join(list(range(len(groups))), pairs)]


def _adjoin(boxes: list[Box], pair: tuple[int, int], height: float) -> bool:
    """Say whether two groups are nearer than numbers are, in the same row, and neither holds several rows."""
    left, right = boxes[pair[0]], boxes[pair[1]]
    shared = min(left.y1, right.y1) - max(left.y0, right.y0)
    lower, higher = sorted((left.height, right.height))
    near = right.x0 - left.x1 < ADJOINING * max(lower, 0.9 * height)
    return near and shared >= SAME_ROW * lower and higher < HIGHEST_GROUP * height


def share_of_tables(parts: Parts, height: float) -> float:
    """Return which share of the ink of some parts belongs to those that are too large for a number.

    Both too tall and too wide are the lines of a table; wider than any number a level line with digits on it.
    """
    stats = parts.stats[1:]
    large = (stats[:, _H] > TALLEST * height) & (stats[:, _W] > TALLEST * height)
    long = (stats[:, _W] > LONGEST * height) & (stats[:, _H] > HELD * height)
    large |= long & (stats[:, _AREA] < BAR * stats[:, _W] * height)
    return float(stats[large, _AREA].sum()) / max(1.0, float(stats[:, _AREA].sum()))


def _sort_out(stats: Table, height: float) -> tuple[Chosen, Chosen]:
    """Tell parts that may hold a digit, and small ones, from the rest: bool of shape (n,) each."""
    w, h, area = stats[:, _W], stats[:, _H], stats[:, _AREA]
    fits = (h <= TALLEST * height) & (w <= LONGEST * height)
    fits &= ~((area > SOLID * w * h) & (w > 0.5 * height))
    fits[0] = False
    tall = fits & (h >= SMALL * height)
    small = fits & ~tall & (np.maximum(w, h) >= max(2.0, SPECK * height)) & (w < 1.2 * height)
    if np.count_nonzero(tall | small) > MOST_PARTS:  # a texture; its largest parts are enough
        small[:] = False
        tall[np.argsort(np.where(tall, area, 0))[:-MOST_PARTS]] = False
    return np.asarray(tall, np.bool_), np.asarray(small, np.bool_)


def _mend(stats: Table, tall: Chosen, small: Chosen, height: float) -> tuple[Table, Chosen, dict[int, tuple[int, ...]]]:
    """Put pieces together that lie above each other and are as tall as a digit: one whose pale strokes are broken.

    Args:
        stats: of the parts.
        tall: those that may hold a digit.
        small: those that may be pieces; what is put together is taken out.
        height: of a digit in pixels.

    Returns:
        The statistics and what is tall, with the mended digits behind the parts, and of which parts these consist.
    """
    boxes: list[tuple[int, ...]] = []
    mended: dict[int, tuple[int, ...]] = {}
    for group in _join(np.flatnonzero(small).tolist(), _pieces(stats, small, BROKEN * height)):
        box = _around(stats[group])
        if len(group) > 1 and SMALL <= box.height / height <= 1.5 and WIDER <= box.width / height <= 1.5:
            mended[len(stats) + len(boxes)] = tuple(group)
            boxes.append((box.x0, box.y0, box.width, box.height, int(stats[group, _AREA].sum())))
            small[group] = False
    more = np.array(boxes, np.int32).reshape(-1, stats.shape[1])
    return np.vstack([stats, more]), np.append(tall, np.ones(len(more), np.bool_)), mended


def _pieces(stats: Table, small: Chosen, gap: float) -> Pairs:
    """Pair small parts that lie above each other, less than `gap` pixels apart."""
    chosen = np.flatnonzero(small)
    chosen = chosen[np.argsort(stats[chosen, _X], kind="stable")]
    x0, y0, w, h, _ = stats[chosen].astype(np.float32).T
    x1, y1 = x0 + w, y0 + h
    pairs: Pairs = []
    for one, other in in_windows(np.arange(1, len(chosen) + 1), np.searchsorted(x0, x1)):
        above = np.minimum(x1[one], x1[other]) - x0[other] > ABOVE * np.minimum(w[one], w[other])
        near = above & (np.maximum(y0[one], y0[other]) - np.minimum(y1[one], y1[other]) < gap)
        pairs += zip(chosen[one[near]].tolist(), chosen[other[near]].tolist(), strict=True)
    return pairs


def _neighbours(stats: Table, tall: Chosen) -> Pairs:
    """Pair each digit with those that may be its right neighbour: near, and in the same rows."""
    chosen = np.flatnonzero(tall)
    boxes = stats[chosen].astype(np.float32)
    order = np.argsort(boxes[:, _X], kind="stable")
    chosen, boxes = chosen[order], boxes[order]
    x0, y0 = boxes[:, _X], boxes[:, _Y]
    x1, y1 = x0 + boxes[:, _W], y0 + boxes[:, _H]
    foot = y1 + np.float32(HANGING) * boxes[:, _H]
    last = np.searchsorted(x0, x1 + float(boxes[:, _H].max(initial=1.0)) * IN_FIELDS)
    pairs: Pairs = []
    for one, other in in_windows(np.arange(1, len(chosen) + 1), last):
        near = (y0[other] < foot[one]) & (foot[other] > y0[one])
        pairs += zip(chosen[one[near]].tolist(), chosen[other[near]].tolist(), strict=True)
    return pairs


def _belong(stats: Table, pair: tuple[int, int], lines: Partings, fields: Fields | None, height: float) -> bool:
    """Say whether two digits that are near each other belong to one number."""
    (x, y, w, h, _), (u, v, _, tallness, _) = stats[pair[0]].tolist(), stats[pair[1]].tolist()
    higher, lower = max(h, tallness), min(h, tallness)
    gap, top, bottom = u - (x + w), max(y, v), min(y + h, v + tallness)
    middle = (top + bottom) / 2
    if fields is not None and fields.joined(*pair, middle):
        return True
    if lines.part and lines.between(x + w, u, middle - 0.3 * lower, middle + 0.3 * lower):
        return False
    alike = lower >= ALIKE * higher and bottom - top >= OVERLAP * lower
    return alike and bool(gap < GAP * max(higher, 0.9 * height))


def _commas(stats: Table, near: Pairs, rows: Pairs, height: float) -> Pairs:
    """Pair large commas with the digits on which they hang; but not what has a neighbour there in its own row."""
    taken = {(pair[side], side) for pair in rows for side in (0, 1)}
    sides = [(pair, _comma(stats, pair, height)) for pair in near]
    return [
        (pair[side], pair[1 - side]) for pair, side in sides if side is not None and (pair[side], side) not in taken
    ]


def _comma(stats: Table, pair: tuple[int, int], height: float) -> int | None:
    """Return which of two neighbours, 0 or 1, is a large comma that hangs on the other; None where neither is."""
    side = int(stats[pair[1], _Y] > stats[pair[0], _Y])  # the one that begins lower
    (_, top, width, depth, _), (_, head, _, digit, _) = stats[pair[side]].tolist(), stats[pair[1 - side]].tolist()
    gap = int(stats[pair[1], _X] - stats[pair[0], _X] - stats[pair[0], _W])
    small = depth < LARGEST_COMMA * min(digit, height) and width < SLIM * digit
    hangs = head + 0.4 * digit < top < head + (1 + HANGING) * digit and gap < BESIDE_MARK * digit
    return side if small and hangs else None


def _join_small(stats: Table, tall: Chosen, small: Chosen) -> Pairs:
    """Join small parts with digits, so that none of them links what is no one number.

    A low one, which may be a point or a comma, joins the nearest digit on either side; a flat one in the middle, which
    may be a minus, the nearest to the right; every other is a piece of the nearest digit, if it is very near.
    """
    digits, marks = np.flatnonzero(tall), np.flatnonzero(small)
    digits = digits[np.argsort(stats[digits, _X], kind="stable")]
    if not len(digits):
        return []
    lefts, widest = stats[digits, _X], int(stats[digits, _W].max())
    reach = round(BESIDE_MARK * int(stats[digits, _H].max())) + 1
    first = np.searchsorted(lefts, stats[marks, _X] - widest - reach)
    end = np.searchsorted(lefts, stats[marks, _X] + stats[marks, _W] + reach)
    found: Pairs = []
    for mark, digit in in_windows(first, end):
        found += _homes(stats, marks[mark], digits[digit])
    return found


def _homes(stats: Table, marks: Indices, digits: Indices) -> Pairs:
    """Say which of the digits beside it a small part belongs to; all that are beside it stand in pairs with it."""
    mark_x, mark_y, mark_w, mark_h, _ = stats[marks].T
    x0, y0, widths, heights, _ = stats[digits].T
    left, right = mark_x - (x0 + widths), x0 - (mark_x + mark_w)
    above, below = y0 - (mark_y + mark_h), mark_y - (y0 + heights)
    middle = (mark_y + mark_h / 2 - y0) / heights
    is_flat = mark_w > FLAT * mark_h
    low = (middle > LOW) & (below < 0.1 * heights) & ~is_flat
    before = low | ((middle > 0.2) & (middle < LOW) & is_flat)
    found = [
        nearest(marks, distance, fits & (distance > -0.2 * heights) & (distance < BESIDE_MARK * heights))
        for distance, fits in ((left, low), (right, before))
    ]
    away = np.maximum.reduce([left, right, above, below])
    closest = nearest(marks, away, np.ones(len(away), np.bool_))
    chosen = np.concatenate([*found, closest[away[closest] < PIECE * heights[closest]]])
    return list(zip(marks[chosen].tolist(), digits[chosen].tolist(), strict=True))


def _join(nodes: list[int], pairs: Pairs) -> list[list[int]]:
    """Gather what is connected by pairs."""
    parent = {node: node for node in nodes}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for first, second in pairs:
        parent[root(first)] = root(second)
    groups: dict[int, list[int]] = {}
    for node in nodes:
        groups.setdefault(root(node), []).append(node)
    return list(groups.values())


def _around(boxes: Table) -> Box:
    """Return the box round parts."""
    x0, y0 = boxes[:, :2].min(axis=0).tolist()
    x1, y1 = (boxes[:, :2] + boxes[:, 2:4]).max(axis=0).tolist()
    return Box(x0, y0, x1, y1)
