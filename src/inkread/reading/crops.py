"""Crops of a page: cut out, and read all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from inkread.reading.candidates import Candidate
from inkread.reading.numbers import read_number
from inkread.reading.pageink import Parts
from inkread.reading.refusal import NO_NUMBER, nothing
from inkread.reading.rows import Row, read_rows
from inkread.types import Box, Classifier, Number, RowNetwork, UInt8Array

CONTEXT = 0.3  # of a digit's height, on all sides
SOFT = 0.1  # of a digit's height, round a stroke: its soft edge
LEAST_NUMBER = 0.3  # what is less sure is a word or a scribble
TALL = 0.6  # of the tallest part, a part that is a digit
LEAST_DIGIT = 0.55  # what the digits of a number reach on average; those of a word do not


class Crop(NamedTuple):
    """A candidate, cut out of its page.

    Attributes:
        image: uint8 of shape (h, w), upright, dark ink on white.
        place: where it lies on the page.
        middle: row of the crop in the middle of the digits.
        height: of a digit in pixels.
    """

    image: UInt8Array
    place: Box
    middle: float
    height: float


def read_crops(
    crops: Sequence[Crop], classifier: Classifier, rows: RowNetwork | None, *, min_confidence: float
) -> list[Number]:
    """Read crops that may hold one number each.

    Args:
        crops: of one page.
        classifier: a network for single digits in MNIST's form.
        rows: a network that reads numbers as a whole; without it they are cut up and read digit by digit.
        min_confidence: the least confidence that is accepted, 0 to 1.

    Returns:
        For each crop the number; its text is empty where the crop holds a word or something else.
    """
    if rows is None:
        cut_up = (read_number(crop.image, classifier, min_confidence=min_confidence) for crop in crops)
        return [_number_or_none(number) for number in cut_up]
    found = [Row(np.asarray(cv2.bitwise_not(crop.image), np.uint8), crop.middle, crop.height) for crop in crops]
    numbers = read_rows(found, rows, min_confidence=min_confidence)
    return [number if number.confidence >= LEAST_NUMBER else nothing(NO_NUMBER) for number in numbers]


def _number_or_none(number: Number) -> Number:
    """Take for no number what is made of no digits."""
    confidences = [digit.confidence for digit in number.digits]
    if confidences and sum(confidences) / len(confidences) >= LEAST_DIGIT:
        return number
    return replace(number, text="", digits=(), box=None, reason=NO_NUMBER)


def cut_out(page: UInt8Array, lines: UInt8Array, parts: Parts, candidate: Candidate, height: float) -> Crop:
    """Cut a candidate out of an upright page; neighbours and lines in its context turn into paper.

    Args:
        page: uint8 of shape (H, W), ink from 0 bare to 255 black.
        lines: uint8 of shape (H, W), 1 on ruling.
        parts: connected parts of the strokes.
        candidate: what to cut out.
        height: of a digit in pixels, as usual on this page.

    Returns:
        The crop.
    """
    box = candidate.box
    margin = round(CONTEXT * min(height, box.height)) + 2
    rows, columns = page.shape
    place = Box(
        max(0, box.x0 - margin), max(0, box.y0 - margin), min(columns, box.x1 + margin), min(rows, box.y1 + margin)
    )
    window = (slice(place.y0, place.y1), slice(place.x0, place.x1))
    own = np.isin(parts.labels[window], candidate.parts).astype(np.uint8)
    reach = 2 * max(1, round(SOFT * height)) + 1
    near = cv2.dilate(own, np.ones((reach, reach), np.uint8))
    ruled = cv2.dilate(lines[window], np.ones((3, 3), np.uint8))
    wanted = (near > 0) & ((ruled == 0) | (own > 0)) & ((parts.labels[window] == 0) | (own > 0))
    image = np.where(wanted, 255 - page[window], np.uint8(255))
    middle, tall = _digits_of(parts, candidate)
    return Crop(image, place, middle - place.y0, tall)


def _digits_of(parts: Parts, candidate: Candidate) -> tuple[float, float]:
    """Return the row in the middle of a candidate's digits, and how tall they are."""
    stats = parts.stats[list(candidate.parts)]
    heights = stats[:, cv2.CC_STAT_HEIGHT]
    digits = heights >= TALL * heights.max()
    middles = stats[digits, cv2.CC_STAT_TOP] + heights[digits] / 2
    return float(np.median(middles)), float(np.median(heights[digits]))
