"""Figures and names in words: percentages that never round a mistake away, and nothing that a terminal acts on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.types import NO_DIGIT, Digit, Number

if TYPE_CHECKING:
    from inkread.evaluation.metrics import Evaluation


def percent(value: float | None, decimals: int = 2) -> str:
    """Write a fraction as a percentage.

    Args:
        value: 0 to 1, or None where there is nothing to tell.
        decimals: digits after the point.

    Returns:
        Such as "99.26 %"; what is not quite all is ">99.99 %", not "100.00 %", and what is not quite nothing
        "<0.01 %"; a dash for None.
    """
    if value is None:
        return "–"
    text = f"{100 * value:.{decimals}f}"
    step = 10.0**-decimals
    if value < 1 and float(text) >= 100:
        return f">{100 - step:.{decimals}f} %"
    if value > 0 and float(text) == 0:
        return f"<{step:.{decimals}f} %"
    return f"{text} %"


def shown_label(result: Digit | Number) -> str:
    """Return what a person should see as read: label or text, or the empty string for no ink and for no digit."""
    return "" if result.reason == NO_DIGIT else printable(result.read)


def printable(text: str) -> str:
    """Replace what a terminal would act on or could not encode: names come from strangers' files."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def interval(evaluation: Evaluation) -> str:
    """Write the accuracy's 95 % interval, such as "99.08 to 99.41 %"."""
    return f"{percent(evaluation.low).removesuffix(' %')} to {percent(evaluation.high)}"


def headline(evaluation: Evaluation) -> str:
    """Write accuracy and count, such as "99.26 % of 10,000 pictures read right"."""
    return f"{percent(evaluation.accuracy)} of {evaluation.count:,} pictures read right"
