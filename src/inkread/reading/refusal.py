"""Why a reading is not accepted, in words."""

from __future__ import annotations

from typing import Final

from inkread.types import NO_DIGIT, Float32Array, Number

NOTHING_FITS: Final = "nothing satisfies the constraint"
NO_NUMBER: Final = "no number"


def unsure(confidence: float, threshold: float) -> str:
    """Write a confidence and the threshold above it, with as many decimals as tell them apart."""
    decimals = next((count for count in range(2, 8) if f"{confidence:.{count}f}" != f"{threshold:.{count}f}"), 8)
    return f"unsure ({confidence:.{decimals}f} < {threshold:.{decimals}f})"


def no_digit_or_unsure(probabilities: Float32Array, threshold: float) -> str:
    """Say why a digit is refused, given the probabilities of the labels and the least one that is accepted."""
    return NO_DIGIT if probabilities.sum() < 0.5 else unsure(float(probabilities.max()), threshold)


def nothing(reason: str) -> Number:
    """Make the result where there is no number."""
    return Number(text="", confidence=0.0, accepted=False, digits=(), box=None, reason=reason)
