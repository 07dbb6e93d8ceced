"""Several looks at the same row of writing, and the text that most of them see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inkread.reading.refusal import unsure
from inkread.reading.rows import Row
from inkread.types import Number

SURE = 0.9  # from this confidence on one look is enough
OTHER_HEIGHTS = (0.85, 1.18)


def other_looks(row: Row) -> list[Row]:
    """Return the row as it would be if the digits were a little smaller or larger than estimated."""
    return [replace(row, height=row.height * factor) for factor in OTHER_HEIGHTS]


def settle(looks: Sequence[Number], *, min_confidence: float) -> Number:
    """Take the text that has the highest sum of confidences.

    Args:
        looks: what was read of the same row each time, at least one; an empty text stands for no number.
        min_confidence: the least confidence that is accepted, 0 to 1.

    Returns:
        The surest look with that text. Its confidence is that text's share of all looks' confidence, one that sees no
        number counting whole; that is about how often it is right. It is never above that of the surest look.
    """
    sums: dict[str, float] = {}
    for look in looks:
        sums[look.text] = sums.get(look.text, 0.0) + look.confidence
    text = max(sums, key=sums.__getitem__)
    best = max((look for look in looks if look.text == text), key=lambda look: look.confidence)
    if not text:
        return best
    empty = sum(not look.text for look in looks)
    confidence = min(best.confidence, sums[text] / (sum(sums.values()) + empty))
    accepted = confidence >= min_confidence
    reason = None if accepted else unsure(confidence, min_confidence)
    return replace(best, confidence=confidence, accepted=accepted, reason=reason)
