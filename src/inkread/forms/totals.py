"""Totals that a form must satisfy, as ``sum: [a, b] == c``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from inkread.errors import ConfigError
from inkread.naming import nearest

_SHAPE = re.compile(r"\s*sum\s*:\s*\[([^][]*)\]\s*==\s*([^][]*?)\s*")
_NUMERAL = re.compile(r"-?[0-9]+([.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of fields that equals a field or a number.

    Attributes:
        terms: names of the fields that are added up.
        right: the name of a field, or a numeral.
    """

    terms: tuple[str, ...]
    right: str

    def __str__(self) -> str:
        """Write it as it stands in a template."""
        return f"sum: [{', '.join(self.terms)}] == {self.right}"

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of all the fields in it."""
        return self.terms if value_of(self.right) is not None else (*self.terms, self.right)

    def complaint(self, texts: Mapping[str, str]) -> str | None:
        """Say what is wrong with the total on a page.

        Args:
            texts: what each field reads; a blank one counts as nothing.

        Returns:
            A few words without the total itself; None where it holds.
        """
        read = {name: value_of(texts[name]) for name in self.fields if texts[name]}
        for name, value in read.items():
            if value is None:
                return f"cannot be checked, as {name} is no number"
        added = [read.get(name) or Fraction(0) for name in self.terms]
        right = value_of(self.right)
        goal = read.get(self.right) or Fraction(0) if right is None else right
        if sum(added) == goal:
            return None
        left = f"{' + '.join(map(_written, added))} = {_written(sum(added, Fraction(0)))}"
        return f"does not hold: {left}, not {_written(goal)}"


def parse_total(text: str, known: Collection[str]) -> Total:
    """Parse ``sum: [a, b] == c``.

    Args:
        text: the expression; on the right a field or a number.
        known: names of the fields.

    Raises:
        ConfigError: if it is written otherwise or names a field that there is not.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ConfigError(f"the total {text!r} is not understood: write it as `sum: [a, b] == c`.")
    terms = tuple(term.strip() for term in match.group(1).split(","))
    right = match.group(2)
    for name in (*terms, *(() if value_of(right) is not None else (right,))):
        if name not in known:
            raise ConfigError(f"the total {text!r} names an unknown field {name!r}{nearest(name, known)}")
    if len(set(terms)) < len(terms) or right in terms:
        raise ConfigError(f"the total {text!r} names a field twice.")
    return Total(terms, right)


def value_of(text: str) -> Fraction | None:
    """Return the value of a numeral with a point or comma before its decimals; None for another text."""
    return Fraction(text.replace(",", ".")) if _NUMERAL.fullmatch(text) else None


def _written(value: Fraction) -> str:
    """Write a number with as many decimals as it needs."""
    if value.denominator == 1:
        return str(value.numerator)
    places = next(n for n in range(1, 64) if (value * 10**n).denominator == 1)
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
