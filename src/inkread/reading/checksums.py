"""Check digits as automata that read from the left, and any function of a user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from inkread.errors import ConfigError
from inkread.naming import nearest

DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # twice a digit, its digits added up

CheckState = tuple[int, int, int]  # two sums, and how many digits there were (counted up to the least number only)


def _luhn(first: int, second: int, digit: int) -> tuple[int, int]:
    """Carry the sum whose last digit counts once and the one whose last digit counts twice, modulo 10."""
    return (second + digit) % 10, (first + DOUBLED[digit]) % 10


def _mod11(weighted: int, plain: int, digit: int) -> tuple[int, int]:
    """Carry the weighted sum, in which each further digit adds one to all weights, and the plain sum, modulo 11."""
    return (weighted + plain + digit) % 11, (plain + digit) % 11


def _mod97(remainder: int, _: int, digit: int) -> tuple[int, int]:
    """Carry the remainder of the number so far."""
    return (10 * remainder + digit) % 97, 0


class _Method(NamedTuple):
    advance: Callable[[int, int, int], tuple[int, int]]
    right: int
    least: int


_METHODS = {
    "luhn": _Method(_luhn, right=0, least=2),
    "mod11": _Method(_mod11, right=0, least=2),
    "mod97": _Method(_mod97, right=1, least=3),
}


class Checksum:
    """Numbers whose check digits are right. Digits only: a separator is dead.

    - "luhn": one check digit, modulo 10, every second digit from the right doubled. Source: ISO/IEC 7812-1, annex B
      (H. P. Luhn, US patent 2,950,048).
    - "mod11": one check digit, the weights 1, 2, 3, ... from the right add up to 0 modulo 11, as in ISBN-10. Source:
      ISO 2108:1992. Numbers that would need an X are never accepted. The 11th digit from the right weighs nothing.
    - "mod97": two check digits, the whole number is 1 modulo 97. Source: ISO/IEC 7064, MOD 97-10. An IBAN must have
      been rearranged and its letters replaced first.

    At least one digit must stand before the check digits.
    """

    start: CheckState = (0, 0, 0)

    def __init__(self, name: str) -> None:
        """Choose the method.

        Raises:
            ConfigError: if there is none of this name.
        """
        if name not in _METHODS:
            hint = (
                nearest(name, _METHODS) if isinstance(name, str) else "; write 'luhn', 'mod11', 'mod97' or a function."
            )
            raise ConfigError(f"unknown checksum {name!r}{hint}")
        self._advance, self._right, self._least = _METHODS[name]

    def step(self, state: CheckState, character: str) -> CheckState | None:
        """Add a digit."""
        if character not in "0123456789":
            return None
        first, second, count = state
        first, second = self._advance(first, second, int(character))
        return first, second, min(count + 1, self._least)

    def accepts(self, state: CheckState) -> bool:
        """Say whether the check digits are right."""
        return state[2] == self._least and state[0] == self._right


class Predicate:
    """Texts, none empty, for which a function of the user's says yes; it is asked at the end only.

    The state is the text so far.
    """

    start = ""

    def __init__(self, function: Callable[[str], bool]) -> None:
        """Take the function; what it raises goes through to the caller."""
        self._function = function

    def step(self, state: str, character: str) -> str:
        """Append."""
        return state + character

    def accepts(self, state: str) -> bool:
        """Ask the function; not about the empty text, which is no number."""
        return bool(state) and bool(self._function(state))
