"""Crops of a page: cut out, and read all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import cv2
import numpy as np

from inkread.imaging.ranks import median
from inkread.reading.candidates import Candidate, Chosen
from inkread.reading.fusion import ON_PAGE, View, fuse, view
from inkread.reading.looks import OTHER_HEIGHTS, SURE, other_looks
from inkread.reading.numberink import find_number
from inkread.reading.numbers import cut_number, read_number
from inkread.reading.pageink import Parts
from inkread.reading.pagerules import Rules
from inkread.reading.refusal import NO_NUMBER, nothing
from inkread.reading.rows import Look, Row, look_at
from inkread.types import Box, Classifier, Number, RowNetwork, UInt8Array

CONTEXT = 0.3  # of a digit's height, on all sides
SOFT = 0.1  # of a digit's height, round a stroke: its soft edge
LEAST_NUMBER = 0.4  # what is less sure is a word or a scribble
LEAST_SEEN = 0.1  # what is less sure at first sight is not worth another look
# Columns that a digit's ink covers on average, in heights: more in 0.4 % of 2,100 made numbers and in 81 % of the words
# in which digits were seen.
WIDEST_DIGIT = 1.45
WIDEST_SURE = 2.2  # the same, where a look is sure
TALL = 0.6  # of the tallest part, a part that is a digit
# What is left of a line, or of the grain of the paper, passes for a 1. It is much paler than the numbers of its page;
# where it is thinner than any stroke, being somewhat paler is enough. Or it is a stroke that is much lower, as teeth of
# combs are, or that goes on above and below as an upright line, as the edge of a sheet does.
PALE, PALER, THIN = 0.35, 0.6, 0.12
LOW, STROKE = 0.65, 0.3
CONTINUED = 0.5  # of a digit's height, within which such a line goes on
LEAST_DIGIT = 0.55  # what the digits of a number reach on average; those of a word do not


class Crop(NamedTuple):
    """A candidate, cut out of its page.

    Attributes:
        image: uint8 of shape (h, w), upright, dark ink on white.
        place: where it lies on the page.
        middle: row of the crop in the middle of the digits.
        height: of a digit in pixels.
        inked: columns that hold ink of its taller parts, in heights of a digit.
        dark: mean ink of its parts, 0 bare to 255 black.
        width: of its box, in heights of a digit.
        continued: whether an upright line goes on in its columns, above and below.
    """

    image: UInt8Array
    place: Box
    middle: float
    height: float
    inked: float
    dark: float
    width: float
    continued: bool

    def upside_down(self) -> Crop:
        """Return the crop turned by 180 degrees; its place stays."""
        image = np.ascontiguousarray(np.rot90(self.image, 2))
        return self._replace(image=image, middle=len(self.image) - self.middle)


def read_crops(
    crops: Sequence[Crop],
    classifier: Classifier,
    rows: RowNetwork | None,
    *,
    separators: bool = False,
    min_confidence: float,
) -> list[Number]:
    """Read crops that may hold one number each.

    Args:
        crops: of one page.
        classifier: a network for single digits in MNIST's form.
        rows: a network that reads numbers as a whole; without it they are cut up and read digit by digit.
        separators: whether point, comma and minus are read; else they are ignored.
        min_confidence: the least confidence that is accepted, 0 to 1.

    Returns:
        For each crop the number; its text is empty where the crop holds a word or something else.
    """
    if rows is None:
        read = partial(read_number, classifier=classifier, separators=separators, min_confidence=min_confidence)
        cut_up = (read(crop.image) for crop in crops)
        return [_number_or_none(number) for number in cut_up]
    return _without_remains(crops, _read_whole(crops, classifier, rows, separators, min_confidence))


def _without_remains(crops: Sequence[Crop], numbers: list[Number]) -> list[Number]:
    """Leave out single digits much paler than the other numbers, and much lower strokes: remains of lines or grain."""
    told = [crop for crop, number in zip(crops, numbers, strict=True) if number.text]
    if not told:
        return numbers
    dark, height = (median(np.array(each)) for each in zip(*((crop.dark, crop.height) for crop in told), strict=True))

    def remains(crop: Crop, text: str) -> bool:
        pale = crop.dark < dark * (PALER if crop.width < THIN else PALE)
        rest = crop.width < STROKE and (crop.continued or crop.height < LOW * height)
        return len(text) == 1 and (pale or rest)

    return [
        nothing(NO_NUMBER) if remains(crop, number.text) else number
        for crop, number in zip(crops, numbers, strict=True)
    ]


def _read_whole(
    crops: Sequence[Crop], classifier: Classifier, network: RowNetwork, separators: bool, min_confidence: float
) -> list[Number]:
    """Read crops as rows; where in doubt, cut them up too, and weigh what all that shows."""
    numbers = []
    seen = look_at_crops(crops, network, separators=separators, min_confidence=min_confidence)
    for crop, each in zip(crops, seen, strict=True):
        if not isinstance(each, Number):
            lattice = cut_number(find_number(crop.image), classifier)
            each = fuse(each, lattice, ON_PAGE, min_confidence=min_confidence)
        numbers.append(each if each.confidence >= LEAST_NUMBER else nothing(NO_NUMBER))
    return numbers


def look_at_crops(
    crops: Sequence[Crop], network: RowNetwork, *, separators: bool = False, min_confidence: float = 0.5
) -> list[Number | list[View]]:
    """Look at crops as rows; arguments as of `read_crops`.

    Returns:
        For each crop what it shows, an empty text for a word or nothing, or several views where that is in doubt.
    """
    rows = [_row(crop) for crop in crops]
    first = look_at(rows, network, separators=separators)
    numbers = [_at_first_sight(crop, look, min_confidence) for crop, look in zip(crops, first, strict=True)]
    doubtful = [index for index, number in enumerate(numbers) if LEAST_SEEN <= number.confidence < SURE]
    others = [other for index in doubtful for other in other_looks(rows[index])]
    further = iter(look_at(others, network, separators=separators))
    seen: list[Number | list[View]] = [*numbers]
    for index in doubtful:
        seen[index] = [view(look, None) for look in (first[index], *(next(further) for _ in OTHER_HEIGHTS))]
    return seen


def glance_at_crops(crops: Sequence[Crop], network: RowNetwork) -> list[Number]:
    """Read crops by one look each, which is quick, and good enough to compare ways in which a page may lie."""
    looks = look_at([_row(crop) for crop in crops], network)
    return [_at_first_sight(crop, look, 0.0) for crop, look in zip(crops, looks, strict=True)]


def _row(crop: Crop) -> Row:
    """Return a crop as the number network gets it."""
    return Row(np.asarray(cv2.bitwise_not(crop.image), np.uint8), crop.middle, crop.height)


def _at_first_sight(crop: Crop, look: Look, min_confidence: float) -> Number:
    """Return what a look reads; nothing where most of the ink is in no digit: a word in which one was seen."""
    number = look.read(None, min_confidence)
    widest = WIDEST_DIGIT if number.confidence < SURE else WIDEST_SURE
    return nothing(NO_NUMBER) if crop.inked > widest * len(number.text) else number


def _number_or_none(number: Number) -> Number:
    """Take for no number what is made of no digits."""
    confidences = [digit.confidence for digit in number.digits]
    if confidences and sum(confidences) / len(confidences) >= LEAST_DIGIT:
        return number
    return replace(number, text="", digits=(), box=None, reason=NO_NUMBER)


def cut_out(
    page: UInt8Array,
    rules: Rules,
    parts: Parts,
    candidates: Sequence[Candidate],
    height: float,
    *,
    as_it_is: bool,
    squared: bool,
) -> list[Crop]:
    """Cut candidates out of an upright page; other candidates in their context turn into paper.

    What else turns into paper is up to who reads the crops: the network for rows has learnt to overlook ruling, and
    wiping that out takes away the bars of digits that lie on it. Upright lines go, as the edge of a cell may pass for
    a 1; but not those of squares, which run through the digits.

    Args:
        page: uint8 of shape (H, W), ink from 0 bare to 255 black.
        rules: its lines.
        parts: connected parts of the strokes.
        candidates: what to cut out.
        height: of a digit in pixels, as usual on this page.
        as_it_is: whether level lines and the grain of the paper stay.
        squared: whether the paper is.

    Returns:
        A crop for each candidate.
    """
    owned = np.zeros(len(parts.stats), np.bool_)
    owned[[part for candidate in candidates for part in candidate.parts]] = True
    lines = rules.upright if as_it_is else np.asarray(cv2.bitwise_or(rules.level, rules.upright), np.uint8)
    if as_it_is and squared:
        lines = np.zeros_like(lines)
    crops = []
    for candidate in candidates:
        place = _place(candidate.box, height, page.shape)
        window = (slice(place.y0, place.y1), slice(place.x0, place.x1))
        labels = parts.labels[window]
        own = np.isin(labels, candidate.parts)
        wiped = cv2.dilate(lines[window], np.ones((3, 3), np.uint8)) > 0
        wiped |= owned[labels] if as_it_is else (labels > 0) | ~_near(own, height)
        middle, tall, inked = _digits_of(parts, candidate)
        image = np.where(wiped & ~own, np.uint8(255), 255 - page[window])
        dark = float(page[window][own].mean())
        continued = not squared and _continued(rules.upright, candidate.box, height)
        crops.append(Crop(image, place, middle - place.y0, tall, inked, dark, candidate.box.width / height, continued))
    return crops


def _place(box: Box, height: float, shape: tuple[int, ...]) -> Box:
    """Return a candidate's box with its context, within the page."""
    margin = round(CONTEXT * min(height, box.height)) + 2
    rows, columns = shape
    return Box(
        max(0, box.x0 - margin), max(0, box.y0 - margin), min(columns, box.x1 + margin), min(rows, box.y1 + margin)
    )


def _continued(upright: UInt8Array, box: Box, height: float) -> bool:
    """Say whether there are upright lines in the columns of a box, shortly above it and shortly below."""
    reach = round(CONTINUED * height)
    columns = slice(box.x0, box.x1)
    above, below = upright[max(0, box.y0 - reach) : box.y0, columns], upright[box.y1 : box.y1 + reach, columns]
    return bool(above.any() and below.any())


def _near(own: Chosen, height: float) -> Chosen:
    """Tell ink and its soft edge from the rest."""
    reach = 2 * max(1, round(SOFT * height)) + 1
    return np.asarray(cv2.dilate(own.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0, np.bool_)


def _digits_of(parts: Parts, candidate: Candidate) -> tuple[float, float, float]:
    """Return the row in the middle of a candidate's digits, how tall they are, and `Crop.inked`."""
    stats = parts.stats[list(candidate.parts)]
    heights = stats[:, cv2.CC_STAT_HEIGHT]
    digits = heights >= TALL * heights.max()
    middles = stats[digits, cv2.CC_STAT_TOP] + heights[digits] / 2
    tall = median(heights[digits])
    columns = np.zeros(candidate.box.width, np.bool_)
    for x, width in stats[digits][:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH]].tolist():
        columns[x - candidate.box.x0 : x - candidate.box.x0 + width] = True
    return median(middles), tall, float(np.count_nonzero(columns)) / tall
