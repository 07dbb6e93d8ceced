"""Numbers by their value: from a least one to a greatest one."""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Real
from typing import NamedTuple

from inkread.errors import ConfigError


class Numeral(NamedTuple):
    """A numeral as far as it was read.

    Attributes:
        negative: whether it began with a minus.
        mantissa: its digits as one whole number.
        decimals: how many of them stand behind the separator; None before there is one.
        open: whether a digit must follow (nothing, a minus or a separator was last).
    """

    negative: bool
    mantissa: int
    decimals: int | None
    open: bool


class Range:
    """Numerals with a value from `low` to `high`, both allowed.

    A numeral is an optional minus, digits (leading zeros allowed), and, where it has decimals, one point or comma and
    more digits. There are no thousands separators: 1,234 is a little more than one. A prefix is dead as soon as no
    further digits can bring it between the ends.
    """

    start = Numeral(negative=False, mantissa=0, decimals=None, open=True)

    def __init__(self, low: float, high: float) -> None:
        """Take both ends as they are written in decimals: 0.1 means a tenth, not the nearest binary fraction.

        Raises:
            ConfigError: if they are no finite numbers, or `low` is above `high`.
        """
        self._low, self._high = _exact(low), _exact(high)
        if self._low > self._high:
            raise ConfigError(f"range ({low}, {high}) holds no number: write the least value first.")

    def step(self, state: Numeral, character: str) -> Numeral | None:
        """Take a digit, a separator or the minus."""
        following = _append(state, character)
        return following if following is not None and self._reachable(following) else None

    def accepts(self, state: Numeral) -> bool:
        """Say whether the numeral is whole and its value lies between the ends."""
        value = Fraction(state.mantissa, 10 ** (state.decimals or 0))
        return not state.open and self._low <= (-value if state.negative else value) <= self._high

    def _reachable(self, state: Numeral) -> bool:
        """Say whether some continuation lies between the ends; a fixed number of decimals is not asked for."""
        low, high = (-self._high, -self._low) if state.negative else (self._low, self._high)
        unit = Fraction(1, 10 ** (state.decimals or 0))
        least = state.mantissa * unit
        if state.decimals is not None or high < 0:
            return least <= high and low < least + unit
        if state.mantissa == 0:
            return True
        while least <= high:  # each further whole digit takes the interval [least, least + unit) ten times as far
            if low < least + unit:
                return True
            least, unit = least * 10, unit * 10
        return False


def _append(state: Numeral, character: str) -> Numeral | None:
    """Continue a numeral by one character; None where that gives none."""
    negative, mantissa, decimals, is_open = state
    if character in "0123456789":
        more = None if decimals is None else decimals + 1
        return Numeral(negative, mantissa * 10 + int(character), more, open=False)
    if character in ".," and decimals is None and not is_open:
        return Numeral(negative, mantissa, 0, open=True)
    if character == "-" and state == Range.start:
        return Numeral(negative=True, mantissa=0, decimals=None, open=True)
    return None


def _exact(bound: object) -> Fraction:
    """Return the number that a bound shows when it is printed."""
    try:
        if not isinstance(bound, bool) and isinstance(bound, Real) and math.isfinite(bound):
            return Fraction(str(bound))
    except OverflowError:
        pass
    raise ConfigError(f"{bound!r} is no end of a range: write two finite numbers, as (0, 100).")
