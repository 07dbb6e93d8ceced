"""A number read by cutting it up: the classical way, with nothing but a reader of single digits."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from inkread.imaging.normalization import place, scale
from inkread.reading.constraints import Constraint
from inkread.reading.numberink import FLAT, LOW, NumberInk, find_number
from inkread.reading.paths import Arc, Path, best_paths, paths_of, posterior
from inkread.reading.refusal import NO_NUMBER, NOTHING_FITS, nothing, unsure
from inkread.reading.segments import FREE, Segmentation, cut_up
from inkread.types import NO_INK, Box, Classifier, Digit, Number, UInt8Array

LEAST = 1e-4  # a digit's probability is never taken for less
FEW = 8  # paths to a node, where this is but a second opinion
LIKELIEST = 3  # texts that it proposes of itself
LIKELY = 5e-3  # less probable digits count only where a constraint asks for them
# What a path gains or loses, in natural logarithms; chosen on made numbers of MNIST's training digits.
DIGIT = 1.0  # gain for each digit, as cutting on must pay
CROSSED = 0.5  # for the ink that a cut crosses, a stroke's width of it
JOINED = 0.5  # for a gap within a digit
WRONG_HEIGHT = 2.0  # for a digit of another height than its neighbours', times the logarithm of their ratio
TOO_WIDE = 8.0  # for a digit wider than high, times the excess over the height
SHARED = 2.0  # for a stroke that belongs to both neighbours
SHARED_WIDTH = 0.35
SURE, LESS_SURE = math.log(0.8), math.log(0.2)  # of what a mark is
IGNORED = math.log(0.05)


def read_number(
    pixels: UInt8Array,
    classifier: Classifier,
    *,
    constraint: Constraint | None = None,
    separators: bool = False,
    min_confidence: float = 0.5,
) -> Number:
    """Read the one number in a crop.

    The ink is cut into more pieces than there are digits; whatever neighbouring pieces may be one digit is classified,
    all of it in one batch, and a beam search finds the best way through. Its confidence is the product of the
    digits' probabilities and of the share that the text has among all texts that the search found, with the constraint
    or without: a constraint does not make a reading surer.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.
        classifier: a network for single digits in MNIST's form, whose labels are "0" to "9".
        constraint: which texts are allowed; None allows all.
        separators: whether small low marks are read as "." or ",", and a flat one at the left as "-"; else they are
            ignored.
        min_confidence: the least confidence that is accepted, 0 to 1.

    Returns:
        The number; `digits` holds the separators too. Where there is none, the text is empty and the reason "no ink",
        "no number" or "nothing satisfies the constraint".
    """
    found = find_number(pixels)
    if found.blank:
        return nothing(NO_INK)
    lattice = cut_number(found, classifier, separators=separators)
    if lattice is None:
        return nothing(NO_NUMBER)
    free = best_paths(lattice.arcs(LIKELY), lattice.last)
    if constraint is None:
        return lattice.number(free[0], free, min_confidence) if free else nothing(NO_NUMBER)
    allowed = best_paths(lattice.arcs(0.0), lattice.last, constraint)
    return lattice.number(allowed[0], free + allowed, min_confidence) if allowed else nothing(NOTHING_FITS)


def cut_number(found: NumberInk, classifier: Classifier, *, separators: bool = False) -> Lattice | None:
    """Cut a number's ink up and classify the pieces; arguments as of `read_number`, None where there are none."""
    pieces = cut_up(found.ink, found.height) if found.ink.any() else None
    if pieces is None or not pieces.segments:
        return None
    return Lattice(found, pieces, classifier, separators=separators)


class Lattice:
    """The pieces as a graph. Cut i has two nodes, 2i before and 2i + 1 behind any mark that stands there."""

    def __init__(self, found: NumberInk, pieces: Segmentation, classifier: Classifier, *, separators: bool) -> None:
        self._found, self._pieces = found, pieces
        self._labels = tuple(classifier.labels)
        inputs = np.stack([place(scale(segment.ink)) for segment in pieces.segments])
        self._probabilities = classifier.probabilities(inputs[:, np.newaxis])
        shares = np.maximum(self._probabilities.astype(np.float64), LEAST)
        logarithms = np.log(shares) + self._geometry()[:, np.newaxis]
        self._weights: list[list[float]] = logarithms.tolist()
        self._marks = _place_marks(found, pieces) if separators else {}
        self.last = 2 * len(pieces.crossed) - 1

    def arcs(self, least: float) -> list[Arc]:
        """Return all steps; digits with a probability below `least` are left out, but never the best one."""
        arcs = [self._at_cut(cut) for cut in range(len(self._pieces.crossed))]
        for index, segment in enumerate(self._pieces.segments):
            options = self._options(index, least)
            arcs.append(Arc(2 * segment.first + 1, 2 * segment.last, options, index))
            if self._may_share(segment.first, segment.last):
                shared = tuple((character, weight - SHARED) for character, weight in options)
                arcs.append(Arc(2 * segment.first + 2, 2 * segment.last, shared, index))
        return arcs

    def weigh(self, texts: Iterable[str], constraint: Constraint | None = None) -> dict[str, float]:
        """Say how likely some texts are, and those that the search finds likeliest.

        Args:
            texts: what may stand there.
            constraint: which texts are allowed.

        Returns:
            For each of these texts that fits the pieces, for the three likeliest of all, and the three likeliest that
            are allowed, its confidence as of `read_number`.
        """
        free = best_paths(self.arcs(LIKELY), self.last, beam=FEW)
        arcs = self.arcs(0.0)
        allowed = [] if constraint is None else best_paths(arcs, self.last, constraint)[:LIKELIEST]
        known = {path.text: path for path in (*free, *allowed)}
        wanted = dict.fromkeys([*texts, *(path.text for path in (*free[:LIKELIEST], *allowed))])
        known |= paths_of(arcs, self.last, (text for text in wanted if text not in known))
        return {text: self._confidence(known[text], free) for text in wanted if text in known}

    def show(self, text: str, min_confidence: float) -> Number:
        """Make the result of a text that fits the pieces."""
        path = paths_of(self.arcs(0.0), self.last, [text]).get(text)
        return nothing(NO_NUMBER) if path is None else self.number(path, [path], min_confidence)

    def _confidence(self, path: Path, others: list[Path]) -> float:
        """Multiply the digits' probabilities and the text's share of all."""
        digits = (self._probabilities[tag][self._labels.index(c)] for c, tag in zip(path.text, path.tags, strict=True))
        return math.prod(map(float, digits)) * posterior(path, others)

    def number(self, best: Path, others: list[Path], min_confidence: float) -> Number:
        """Make the result of a path."""
        digits = tuple(self._digit(c, tag, min_confidence) for c, tag in zip(best.text, best.tags, strict=True))
        confidence = math.prod(digit.confidence for digit in digits) * posterior(best, others)
        boxes = [digit.box for digit in digits if digit.box is not None]
        accepted = confidence >= min_confidence
        return Number(
            text=best.text,
            confidence=confidence,
            accepted=accepted,
            digits=digits,
            box=_around(boxes),
            reason=None if accepted else unsure(confidence, min_confidence),
        )

    def _options(self, index: int, least: float) -> tuple[tuple[str, float], ...]:
        """Weigh what a segment may be."""
        row, weights = self._probabilities[index], self._weights[index]
        if least <= 0.0:
            return tuple(zip(self._labels, weights, strict=True))
        likely = np.flatnonzero(row >= min(least, row.max())).tolist()
        return tuple((self._labels[label], weights[label]) for label in likely)

    def _geometry(self) -> npt.NDArray[np.float64]:
        """Weigh where each segment is cut, and its size."""
        height, crossed, changes = self._pieces.height, self._pieces.crossed, []
        for first, last, box, _ in self._pieces.segments:
            joined = sum(crossed[cut] < FREE for cut in range(first + 1, last))
            excess = max(0.0, box.width / height - 1)
            size = WRONG_HEIGHT * abs(math.log(box.height / height)) + TOO_WIDE * excess
            changes.append(DIGIT - CROSSED * crossed[last] - JOINED * joined - size)
        return np.array(changes)

    def _may_share(self, first: int, last: int) -> bool:
        """Say whether the first piece of a segment may belong to the digit before it too."""
        columns, crossed = self._pieces.columns, self._pieces.crossed
        narrow = columns[first + 1] - columns[first] < SHARED_WIDTH * self._pieces.height
        joined = min(crossed[first], crossed[first + 1]) >= FREE
        return first > 0 and last - first > 1 and narrow and joined

    def _at_cut(self, cut: int) -> Arc:
        """Return the step over a cut."""
        if cut not in self._marks:
            return Arc(2 * cut, 2 * cut + 1, (("", 0.0),))
        return Arc(2 * cut, 2 * cut + 1, (*self._marks[cut][1], ("", IGNORED)), len(self._pieces.segments) + cut)

    def _digit(self, character: str, tag: int, min_confidence: float) -> Digit:
        """Make the result of one character."""
        if tag >= len(self._pieces.segments):
            box, options = self._marks[tag - len(self._pieces.segments)]
            row, confidence = np.zeros(len(self._labels), np.float32), math.exp(dict(options)[character])
        else:
            box, row = self._pieces.segments[tag].box, self._probabilities[tag]
            confidence = float(row[self._labels.index(character)])
        accepted = confidence >= min_confidence
        reason = None if accepted else unsure(confidence, min_confidence)
        return Digit(character, confidence, accepted, row, self._in_picture(box), reason)

    def _in_picture(self, box: Box) -> Box:
        """Return a box in pixels of the whole crop."""
        factor = self._found.factor
        return Box(int(box.x0 * factor), int(box.y0 * factor), round(box.x1 * factor), round(box.y1 * factor))


Mark = tuple[Box, tuple[tuple[str, float], ...]]


def _place_marks(found: NumberInk, pieces: Segmentation) -> dict[int, Mark]:
    """Tell which mark stands at which cut, and what it may be."""
    marks: dict[int, Mark] = {}
    for box in found.marks:
        middle = (box.x0 + box.x1) / 2
        cut = int(np.abs(np.array(pieces.columns) - middle).argmin())
        options = _separator(box, found, is_first=cut == 0)
        if options and cut < len(pieces.columns) - 1:
            marks[cut] = (box, options)
    return marks


def _separator(box: Box, found: NumberInk, *, is_first: bool) -> tuple[tuple[str, float], ...]:
    """Say what a mark may be, by its form and place."""
    flat = box.width > FLAT * box.height
    if is_first:
        middle = ((box.y0 + box.y1) / 2 - found.top) / (found.bottom - found.top)
        return (("-", SURE),) if flat and 0.2 < middle < 0.8 else ()
    if flat or box.y0 < found.top + LOW * (found.bottom - found.top):
        return ()
    is_comma = box.height > 1.3 * box.width or box.y1 > found.bottom + 0.1 * found.height
    return ((",", SURE), (".", LESS_SURE)) if is_comma else ((".", SURE), (",", LESS_SURE))


def _around(boxes: list[Box]) -> Box | None:
    """Return the box around all."""
    if not boxes:
        return None
    corners = np.array(boxes)
    x0, y0 = corners[:, :2].min(axis=0).tolist()
    x1, y1 = corners[:, 2:].max(axis=0).tolist()
    return Box(x0, y0, x1, y1)
