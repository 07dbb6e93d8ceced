"""A first look at a page: how large its writing is, and which way up it lies."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from inkread.reading.pageink import (
    HEIGHT,
    MOST_PIXELS,
    OVERVIEW,
    Parts,
    find_page_ink,
    find_parts,
    find_strokes,
    is_noise,
    writing_height,
)
from inkread.reading.pagerules import Rules, sketch_rules
from inkread.reading.upright import Turn, find_quarters
from inkread.types import Classifier, UInt8Array

LEAST_SIDE = 8  # pixels of a page that may hold anything
ALIKE = 0.75  # of two estimates of it
# Of the shorter side, a digit's height before anything is known: by it lines are told from strokes.
GUESSED, OTHERWISE_GUESSED = 1 / 25, (1 / 60, 1 / 17, 1 / 12)
# Mean log-odds of what is taken for digits. Of 32 made pages, the 30 whose height was found at once have 3.3 or more,
# two on squared paper, whose squares were taken for digits, 2.0 and 2.6. From the first on a look is enough; from the
# second on, or where no other is surer by the third, the usual look is still the likeliest.
CLEAR, LIKELY, CLEARER = 3.3, 2.8, 0.25
MOST_SIGHTS, SAME_HEIGHT = 3, 0.94  # that are weighed by reading; from this ratio on, two see the same writing
SMOOTHED = (3, 5, 7)  # pixels of squares whose median takes specks and thin lines off


class Survey(NamedTuple):
    """What a small copy shows; its `height` of a digit is in pixels of the whole picture."""

    rules: Rules
    parts: Parts
    height: float
    reduction: float


class Sight(NamedTuple):
    """What a survey leads to: the ink at the resolution at which the page is looked at, and how the page is turned.

    One pixel of `ink` is `factor` pixels of the picture.
    """

    survey: Survey
    ink: UInt8Array
    factor: float
    turn: Turn


def find_sights(grey: UInt8Array, classifier: Classifier) -> list[Sight]:
    """Look at a page, again where that shows few digits: perhaps squares, rules or specks were taken for writing.

    A small copy shows how large the writing is, and with that at which resolution the page need be looked at.

    Args:
        grey: uint8 of shape (H, W).
        classifier: a network for single digits, which tells the page's turn.

    Returns:
        What was seen, the likeliest first; several where it is in doubt, none where nothing is like writing.
    """
    first = _look(grey, GUESSED, classifier)
    if first is not None and (first.turn.sureness is None or first.turn.sureness >= CLEAR):
        return [first]
    others = [_look(grey, guess, classifier) for guess in OTHERWISE_GUESSED]
    others += [_look(grey, GUESSED, classifier, smoothed) for smoothed in SMOOTHED]
    found: list[Sight] = []
    seen = sorted((sight for sight in (first, *others) if sight), key=_sureness, reverse=True)
    if first is not None and _sureness(first) >= min(LIKELY, _sureness(seen[0]) - CLEARER):
        seen.insert(0, first)
    for sight in seen:
        if not any(_is_like(sight, other) for other in found):
            found.append(sight)
    return found[:MOST_SIGHTS]


def _is_like(sight: Sight, other: Sight) -> bool:
    """Say whether two sights are nearly the same."""
    ratio = sight.survey.height / other.survey.height
    return sight.turn.quarters == other.turn.quarters and SAME_HEIGHT < ratio < 1 / SAME_HEIGHT


def _sureness(sight: Sight) -> float:
    """Return how sure it is that what was taken for digits is that."""
    return sight.turn.sureness or 0.0


def _look(grey: UInt8Array, guess: float, classifier: Classifier, smoothed: int = 1) -> Sight | None:
    """Look at a page; None where nothing is like writing.

    Args:
        grey: uint8 of shape (H, W).
        guess: what share of its shorter side a digit may measure.
        classifier: tells the page's turn.
        smoothed: side of the square whose median each pixel of the small copy becomes.
    """
    survey = _survey(grey, guess, smoothed)
    if survey is None:
        return None
    work, factor = _reduced(grey, max(1.0, survey.height / HEIGHT, math.sqrt(grey.size / MOST_PIXELS)))
    ink, closer = find_page_ink(work), survey.reduction / factor
    turn = find_quarters(ink, survey.parts, survey.height / survey.reduction, closer, classifier)
    return Sight(survey, ink, factor, turn)


def _survey(grey: UInt8Array, guessed: float, smoothed: int) -> Survey | None:
    """Look at a small copy; return None where it holds nothing like writing."""
    if min(grey.shape) < LEAST_SIDE:
        return None
    small, reduction = _reduced(grey, math.sqrt(grey.size / OVERVIEW))
    ink = find_page_ink(np.asarray(cv2.medianBlur(small, smoothed), np.uint8) if smoothed > 1 else small)
    if is_noise(ink):
        return None
    guess, found = min(small.shape) * guessed, None
    for _ in range(2):
        rules = sketch_rules(find_strokes(ink, guess), guess)
        parts = find_parts(rules.strokes)
        height = writing_height(parts.stats, small.shape)
        if height:
            found = Survey(rules, parts, height * reduction, reduction)
        if not height or ALIKE < height / guess < 1 / ALIKE:
            break
        guess = height  # the guess was bad, and so are the lines
    return found


def _reduced(picture: UInt8Array, factor: float) -> tuple[UInt8Array, float]:
    """Make a picture smaller by a factor, if that is above 1; return also by what factor it is smaller."""
    if factor <= 1:
        return picture, 1.0
    height, width = picture.shape
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    while min(width // size[0], height // size[1]) >= 2:  # whole pixels are averaged ten times as fast as shares
        height, width = height // 2, width // 2
        picture = np.asarray(
            cv2.resize(picture[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8), factor
