"""Numbers read as a whole: a network slides along the row, a beam search makes a text of what it says."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np

from inkread.imaging.strip import STRIP_HEIGHT, make_strip, strip_scale
from inkread.reading.constraints import Constraint
from inkread.reading.decoding import BEAM, Character, Reading, find_texts, make_reading
from inkread.reading.lattice import sparse_columns
from inkread.reading.refusal import NO_NUMBER, NOTHING_FITS, nothing, unsure
from inkread.types import Box, Digit, Float32Array, Kind, Number, RowNetwork, UInt8Array

ALPHABET = "0123456789.,-"
DIGITS = 10
PLACE = 2  # columns of a strip to one place that the network speaks of
MARGIN = 8  # bare columns on either side of a strip
INK = 70  # of 255: what counts as ink where boxes are drawn
HALF = math.log(0.5)
UNLIKELY, LEAST = 1e-4, 1e-9  # probabilities below these are as good as none: while all texts are allowed, and else


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row of writing in its picture.

    Attributes:
        raised: uint8 of shape (H, W), ink lighter than its ground.
        middle: row of the picture in the middle of the digits.
        height: of a digit in pixels.
    """

    raised: UInt8Array = field(repr=False)
    middle: float
    height: float


def look_at(rows: Sequence[Row], network: RowNetwork, *, separators: bool = False) -> list[Look]:
    """Let the network slide along rows, all in one batch.

    Args:
        rows: where digits stand, and how tall they are, about.
        network: see `RowNetwork`.
        separators: whether point, comma and minus are read; else they are ignored.

    Returns:
        What it says of each row.
    """
    scales = [strip_scale(row.height, row.raised.shape[1]) for row in rows]
    strips = [_strip(row, scale) for row, scale in zip(rows, scales, strict=True)]
    alphabet = ALPHABET if separators else ALPHABET[:DIGITS]
    looks = []
    for row, scale, strip, scores in zip(rows, scales, strips, network.log_probabilities(strips), strict=True):
        merged, printed = _merge(scores, tuple(network.labels), separators=separators)
        looks.append(Look(merged, printed, alphabet, _Place(strip, scale, row.middle, row.raised.shape)))
    return looks


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the network says of a row.

    Attributes:
        merged: float32 of shape (places, characters + 1), logarithms of what each place shows, the blank last.
        printed: float32 of shape (places,), the share of print.
        alphabet: the characters.
        place: where its strip lies in the picture.
    """

    merged: Float32Array
    printed: Float32Array
    alphabet: str
    place: _Place

    def texts(self, constraint: Constraint | None, beam: int, alternatives: int) -> list[tuple[float, str]]:
        """Return the most probable texts with the logarithms of their probabilities; see `decode`."""
        least = UNLIKELY if constraint is None else LEAST
        columns = sparse_columns(self.merged, self.alphabet, least)
        return find_texts(columns, constraint=constraint, beam=beam, alternatives=alternatives, least=least)

    def read(self, constraint: Constraint | None, min_confidence: float) -> Number:
        """Read the number.

        Args:
            constraint: which texts are allowed; None allows all.
            min_confidence: the least confidence that is accepted, 0 to 1.

        Returns:
            The number, its boxes in pixels of the row's picture; with an empty text, and the reason "no number" or
            "nothing satisfies the constraint", where there is none.
        """
        if constraint is None and float(self.merged[:, -1].sum()) > HALF:
            return nothing(NO_NUMBER)  # bare throughout is likelier than all else: no need to search
        texts = self.texts(constraint, BEAM, 1)
        if not texts or not texts[0][1]:
            return nothing(NO_NUMBER if texts or constraint is None else NOTHING_FITS)
        score, text = texts[0]
        return self.show(text, score, constraint, min_confidence)

    def show(self, text: str, score: float, constraint: Constraint | None, min_confidence: float) -> Number:
        """Make the result of one of `texts`, found under the same constraint."""
        columns = sparse_columns(self.merged, self.alphabet, UNLIKELY if constraint is None else LEAST)
        return _number(make_reading(columns, text, score), self.merged, self.printed, self.place, min_confidence)


def _strip(row: Row, scale: float) -> UInt8Array:
    """Cut out a row, with bare margins."""
    strip = make_strip(row.raised, row.middle, scale)
    return np.pad(strip, ((0, 0), (MARGIN, MARGIN)))


@lru_cache(maxsize=4)
def _columns(labels: tuple[str, ...], *, separators: bool) -> tuple[list[list[int]], list[int]]:
    """Return the network's columns that make up each character and the blank, and those of printed digits."""
    known = {label: index for index, label in enumerate(labels)}
    groups = [[known[c], *([known[f"printed {c}"]] if f"printed {c}" in known else [])] for c in ALPHABET[:DIGITS]]
    marks = [known[c] for c in ALPHABET[DIGITS:] if c in known]
    blank = len(labels)
    tail = [*([mark] for mark in marks), [blank]] if separators else [[blank, *marks]]
    return [*groups, *tail], [known[f"printed {c}"] for c in ALPHABET[:DIGITS] if f"printed {c}" in known]


def _merge(scores: Float32Array, labels: tuple[str, ...], *, separators: bool) -> tuple[Float32Array, Float32Array]:
    """Add up what is read alike: written and printed digits; separators and the blank where they are ignored.

    Returns:
        float32 of shape (places, characters + 1), logarithms; and of shape (places,), the share of print.
    """
    groups, printed = _columns(labels, separators=separators)
    shares = np.exp(scores)
    merged = np.stack([shares[:, group].sum(axis=1) for group in groups], axis=1)
    logarithms = np.log(np.maximum(merged, LEAST)).astype(np.float32)
    return np.minimum(logarithms, 0.0), shares[:, printed].sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a strip lies in its picture."""

    strip: UInt8Array
    scale: float
    middle: float
    shape: tuple[int, ...]

    def box(self, first: float, last: float) -> Box:
        """Return the box of the ink between two columns of the strip, in pixels of the picture."""
        left, right = max(0, round(first)), min(self.strip.shape[1], max(round(last), round(first) + 1))
        inked = self.strip[:, left:right] > INK
        rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
        if len(rows):
            left, right = left + int(columns[0]), left + int(columns[-1]) + 1
        top, bottom = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (6, STRIP_HEIGHT - 6)
        x0, x1 = ((x - MARGIN) / self.scale for x in (left, right))
        y0, y1 = ((y - STRIP_HEIGHT / 2) / self.scale + self.middle for y in (top, bottom))
        high, wide = self.shape
        x0, y0 = min(max(0, int(x0)), wide - 1), min(max(0, int(y0)), high - 1)
        return Box(x0, y0, max(x0 + 1, min(wide, round(x1))), max(y0 + 1, min(high, round(y1))))


def _number(
    reading: Reading, merged: Float32Array, printed: Float32Array, place: _Place, min_confidence: float
) -> Number:
    """Make the result of a reading."""
    middles = [PLACE * (c.first + c.last + 1) / 2 for c in reading.characters]
    digits = tuple(
        _digit(character, merged, place.box(first, last), min_confidence)
        for character, (first, last) in zip(reading.characters, _spans(middles, place), strict=True)
    )
    boxes = np.array([digit.box for digit in digits])
    x0, y0 = boxes[:, :2].min(axis=0).tolist()
    x1, y1 = boxes[:, 2:].max(axis=0).tolist()
    accepted = reading.confidence >= min_confidence
    return Number(
        text=reading.text,
        confidence=reading.confidence,
        accepted=accepted,
        digits=digits,
        box=Box(x0, y0, x1, y1),
        reason=None if accepted else unsure(reading.confidence, min_confidence),
        kind=_kind(reading, merged, printed),
    )


def _spans(middles: list[float], place: _Place) -> list[tuple[float, float]]:
    """Divide the row between its characters, at the column with the least ink near the middle between two."""
    ink = cv2.blur(place.strip.astype(np.float32).sum(axis=0)[np.newaxis], (3, 1))[0]
    cuts = []
    for left, right in itertools.pairwise(middles):
        low, high = left + 0.3 * (right - left), right - 0.3 * (right - left)
        inner = ink[round(low) : max(round(high), round(low) + 1)]
        cuts.append(round(low) + float(np.flatnonzero(inner == inner.min()).mean()) + 0.5)
    reach = max([right - left for left, right in itertools.pairwise(middles)], default=24.0)
    reach = min(max(reach, 12.0), 24.0)
    edges = [max(0.0, middles[0] - reach), *cuts, min(float(place.strip.shape[1]), middles[-1] + reach)]
    return list(itertools.pairwise(edges))


def _digit(character: Character, merged: Float32Array, box: Box, min_confidence: float) -> Digit:
    """Make the result of one character."""
    shares = np.exp(merged[character.first : character.last + 1, :DIGITS]).max(axis=0)
    shares = shares / max(float(shares.sum()), 1e-9) * character.confidence
    is_digit = character.character in ALPHABET[:DIGITS]
    accepted = character.confidence >= min_confidence
    return Digit(
        label=character.character,
        confidence=character.confidence,
        accepted=accepted,
        probabilities=(shares if is_digit else np.zeros(DIGITS)).astype(np.float32),
        box=box,
        reason=None if accepted else unsure(character.confidence, min_confidence),
    )


def _kind(reading: Reading, merged: Float32Array, printed: Float32Array) -> Kind:
    """Say whether most of what was read is print."""
    places = [place for c in reading.characters for place in range(c.first, c.last + 1)]
    written = np.exp(merged[places, :DIGITS]).sum() - printed[places].sum()
    return "printed" if printed[places].sum() > written else "handwritten"
