"""A page: put upright, searched for what may be numbers, and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from inkread.imaging import to_grey
from inkread.reading.candidates import Candidate, find_candidates, share_of_tables
from inkread.reading.crops import Crop, cut_out, glance_at_crops, read_crops
from inkread.reading.lines import find_lines
from inkread.reading.pageink import Parts, find_faint, find_parts, find_strokes
from inkread.reading.pagerules import Rules, find_rules
from inkread.reading.sight import Sight, find_sights
from inkread.reading.upright import Placement, Pose, find_pose, make_placement
from inkread.reading.words import set_words_aside
from inkread.types import Box, Classifier, Number, Page, RowNetwork, UInt8Array

TRIED = 160  # candidates that are read to tell a page's turn
ALONE = 0.9  # of a digit does not count where it is a number's first
MUCH_MORE = 1.2  # digits must be read where the writing is taken for smaller or larger than is likeliest
# Digits that a candidate holds on average: where a page has numbers, 0.4 to 2.5; words have 0.1. From the second on, no
# other size of writing is tried.
LEAST_SEEN, WELL_SEEN = 0.2, 1.2
# Share of the ink in parts too large for a number, lines with what they hold, that wider lines must set free.
LEAST_GAIN = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What was found on a page before anything is read.

    Attributes:
        ink: uint8 of shape (H, W), the upright page, 0 bare to 255 black.
        rules: its lines.
        parts: connected parts of the strokes.
        candidates: what may be numbers.
        squared: whether the paper is.
        height: of a digit in pixels.
        pose: how the page lay in its picture.
        placement: where the upright page comes from.
        factor: pixels of the picture as it came to one that `placement` knows.
    """

    ink: UInt8Array = field(repr=False)
    rules: Rules = field(repr=False)
    parts: Parts = field(repr=False)
    candidates: tuple[Candidate, ...]
    squared: bool
    height: float
    pose: Pose
    placement: Placement
    factor: float

    def cut_out(self, candidates: Sequence[Candidate], *, as_it_is: bool) -> list[Crop]:
        """Cut candidates out; see `crops.cut_out`."""
        page = (self.ink, self.rules, self.parts)
        return cut_out(*page, candidates, self.height, as_it_is=as_it_is, squared=self.squared)


def read_page(
    pixels: UInt8Array,
    classifier: Classifier,
    rows: RowNetwork | None = None,
    *,
    separators: bool = False,
    min_confidence: float = 0.5,
) -> Page:
    """Read all numbers on a page.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.
        classifier: a network for single digits in MNIST's form, whose labels are "0" to "9".
        rows: a network that reads numbers as a whole; without it they are cut up and read digit by digit.
        separators: whether point, comma and minus are read; else they are ignored.
        min_confidence: the least confidence that is accepted, 0 to 1.

    Returns:
        The page; without numbers where there are none.
    """
    height, width = pixels.shape[:2]
    layout = find_layout(to_grey(pixels), classifier, rows)
    if layout is None:
        return Page((), width, height)
    likely: Sequence[Candidate] = layout.candidates  # the network tells words by itself
    if rows is None:
        likely = set_words_aside(layout.candidates, layout.ink, layout.parts, layout.height, classifier)
    cuts = layout.cut_out(likely, as_it_is=rows is not None)
    read = read_crops(cuts, classifier, rows, separators=separators, min_confidence=min_confidence)
    found = [(number, cut.place) for number, cut in zip(read, cuts, strict=True) if number.text]
    boxes = [_shifted(number.box or Box(0, 0, 1, 1), place) for number, place in found]
    numbers = tuple(
        replace(_in_picture(found[index][0], found[index][1], layout), line=line) for index, line in find_lines(boxes)
    )
    return Page(numbers, width, height, layout.pose.rotation)


def find_layout(grey: UInt8Array, classifier: Classifier, rows: RowNetwork | None = None) -> Layout | None:
    """Put a page upright and find what may be numbers.

    A small copy shows how large the writing is, and with that at which resolution the page need be looked at.

    Args:
        grey: uint8 of shape (H, W).
        classifier: a network for single digits, which tells the page's turn.
        rows: a network that reads numbers as a whole, which decides where several turns are likely.

    Returns:
        What was found; None where the page holds nothing like writing.
    """
    sights = find_sights(grey, classifier)
    if not sights:
        return None
    layout = _lay_out(sights[0], sights[0].turn.quarters)
    if rows is None or (len(sights) == 1 and not sights[0].turn.doubtful):
        return layout
    return _best_read(layout, sights, rows)


def _best_read(layout: Layout, sights: Sequence[Sight], rows: RowNetwork) -> Layout:
    """Choose by reading among all that a page in doubt may be; the likeliest, `layout`, if nothing is read."""
    best, most = layout, 0.0
    for sight in sights:
        seen, quarters, laid_out = _best_turned(sight, layout if sight is sights[0] else None, rows)
        digits = seen * len(laid_out.candidates)
        if seen >= LEAST_SEEN and digits > MUCH_MORE * most:
            best = laid_out if laid_out.pose.quarters == quarters else _lay_out(sight, quarters)
            most = digits
        if seen >= WELL_SEEN:
            break
    return best


def _best_turned(sight: Sight, layout: Layout | None, rows: RowNetwork) -> tuple[float, int, Layout]:
    """Read a page in all turns that it may have.

    Args:
        sight: what was seen of it.
        layout: of the sight in its likeliest turn, where that is known already.
        rows: a network that reads numbers as a whole.

    Returns:
        For the best turn how many digits a candidate holds, the quarters, and the layout that was read, in that turn or
        upside down.
    """
    ways: list[tuple[float, int, Layout]] = []
    for more in (0, 1) if sight.turn.sideways else (0,):
        quarters = (sight.turn.quarters + more) % 4
        laid_out = layout if layout is not None and not more else _lay_out(sight, quarters)
        as_it_lies, upside_down = _digits_seen(laid_out, rows)
        ways += [(as_it_lies, quarters, laid_out), (upside_down, (quarters + 2) % 4, laid_out)]
    return max(ways, key=lambda way: way[0])


def _lay_out(sight: Sight, quarters: int) -> Layout:
    """Put what was seen upright, after some quarter turns clockwise, and find what may be numbers."""
    survey, factor = sight.survey, sight.factor
    height = survey.height / factor
    pose = find_pose(survey.rules, survey.parts, survey.height / survey.reduction, quarters)
    placement = make_placement(pose, sight.ink.shape[1], sight.ink.shape[0])
    ink = placement.apply(sight.ink)
    rules, parts = _best_ruled(ink, height)
    candidates, squared = find_candidates(rules, parts, height)
    return Layout(ink, rules, parts, candidates, squared, height, pose, placement, factor)


def _digits_seen(layout: Layout, rows: RowNetwork) -> tuple[float, float]:
    """Tell how many digits a candidate holds on average, surely, as the page lies and upside down, from a sample.

    Single digits hardly count: an o is a 0 whichever way up. Where rows stand upright, each letter is a candidate.
    """
    cuts = layout.cut_out(layout.candidates, as_it_is=True)
    tried = cuts[:: max(1, len(cuts) // TRIED)]
    as_it_lies, upside_down = (
        sum((len(number.text) - ALONE) * number.confidence for number in glance_at_crops(crops, rows) if number.text)
        for crops in (tried, [crop.upside_down() for crop in tried])
    )
    return as_it_lies / max(1, len(tried)), upside_down / max(1, len(tried))


def _best_ruled(ink: UInt8Array, height: float) -> tuple[Rules, Parts]:
    """Find the lines of an upright page, and the connected parts of its strokes.

    Where much is left of a table, wider lines are looked for.
    """
    faint, dark = find_faint(ink), find_strokes(ink, height)
    best = _ruled(ink, faint, dark, height, 0)
    parts = find_parts(best.strokes)
    left = share_of_tables(parts, height)
    for wider in (1, 2):
        if left < LEAST_GAIN:
            break
        other = _ruled(ink, faint, dark, height, wider)
        others = find_parts(other.strokes)
        less = share_of_tables(others, height)
        if less > left - LEAST_GAIN:
            break
        best, parts, left = other, others, less
    return best, parts


def _ruled(ink: UInt8Array, faint: UInt8Array, dark: UInt8Array, height: float, wider: int) -> Rules:
    """Find the lines of an upright page, `wider` pixels more across than usual, and its strokes.

    Dark lines must not make pale writing look like paper; so away from them, the strokes are told without them. Close
    to them, what is left of a line must not look like a stroke.
    """
    rules = find_rules(faint, faint, height, wider=wider)
    lines = cv2.bitwise_or(rules.level, rules.upright)
    beside = cv2.subtract(dark, lines)
    bare = np.asarray(cv2.bitwise_and(ink, ink, mask=np.equal(lines, 0).view(np.uint8)), np.uint8)
    away = cv2.subtract(find_strokes(bare, height), cv2.dilate(lines, np.ones((5, 5), np.uint8)))
    return rules._replace(strokes=np.asarray(cv2.bitwise_or(beside, away), np.uint8))


def _in_picture(number: Number, place: Box, layout: Layout) -> Number:
    """Bring a number's boxes from its crop to the picture."""
    boxes = [_shifted(box, place) for box in (number.box, *(digit.box for digit in number.digits)) if box]
    moved = iter(layout.placement.in_picture(boxes, layout.factor))
    number = replace(number, box=next(moved) if number.box else None)
    return replace(number, digits=tuple(replace(d, box=next(moved)) if d.box else d for d in number.digits))


def _shifted(box: Box, place: Box) -> Box:
    """Bring a box from a crop to the page."""
    return Box(box.x0 + place.x0, box.y0 + place.y0, box.x1 + place.x0, box.y1 + place.y0)
