"""What else a number may be, by the probabilities of its digits."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest

from inkread.reading.constraints import Constraint, allows
from inkread.types import Digit, Number

MOST = 4
KEPT = 64  # texts that are followed at once
LEAST = 1e-3  # digits less probable than this are no alternative


def alternatives(number: Number, labels: Sequence[str], constraint: Constraint | None) -> tuple[str, ...]:
    """Find the likeliest other texts of the same length.

    Args:
        number: what was read.
        labels: the digits, in the order of their probabilities.
        constraint: which texts are allowed.

    Returns:
        At most 4 texts, the likeliest first.
    """
    texts = [(1.0, "")]
    for digit in number.digits:
        options = _options(digit, labels)
        texts = nlargest(KEPT, ((p * q, text + label) for p, text in texts for q, label in options))
    others = (text for _, text in texts if text != number.text and allows(constraint, text))
    return tuple(text for text, _ in zip(others, range(MOST), strict=False))


def _options(digit: Digit, labels: Sequence[str]) -> list[tuple[float, str]]:
    """Return what one character may be."""
    if digit.label not in labels or len(digit.probabilities) != len(labels):
        return [(1.0, digit.label)]
    rows = zip(digit.probabilities.tolist(), labels, strict=True)
    return [(p, label) for p, label in rows if p >= LEAST or label == digit.label]
