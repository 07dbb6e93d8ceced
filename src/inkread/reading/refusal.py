"""Why a reading is not accepted, in words."""

from __future__ import annotations

from inkread.types import NO_DIGIT, Float32Array


def unsure(confidence: float, threshold: float) -> str:
    """Write a confidence and the threshold above it, with as many decimals as tell them apart."""
    decimals = next((count for count in range(2, 8) if f"{confidence:.{count}f}" != f"{threshold:.{count}f}"), 8)
    return f"unsure ({confidence:.{decimals}f} < {threshold:.{decimals}f})"


def no_digit_or_unsure(probabilities: Float32Array, threshold: float) -> str:
    """Say why a digit is refused, given the probabilities of the labels and the least one that is accepted."""
    return NO_DIGIT if probabilities.sum() < 0.5 else unsure(float(probabilities.max()), threshold)
