"""The grammar of patterns: text to a tree, with errors that name the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from inkread.errors import ConfigError

DEEPEST = 20  # groups within groups
SPECIAL = frozenset("\\.[](){}|?*+^$")


@dataclass(frozen=True, slots=True)
class Symbol:
    """One character out of some ranges, or, `negated`, out of all others."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def matches(self, character: str) -> bool:
        """Say whether it is one of them."""
        return any(low <= character <= high for low, high in self.ranges) != self.negated


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other; none is the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part from `low` to `high` times; None means any number."""

    part: Node
    low: int
    high: int | None

    @property
    def copies(self) -> int:
        """How often the part must be written out."""
        return max(1, self.low) if self.high is None else self.high


Node: TypeAlias = Symbol | Sequence | Alternatives | Repeat

ANY = Symbol((), negated=True)
DIGIT = ("0", "9")
QUANTIFIERS: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}


def parse_pattern(pattern: str) -> Node:
    """Parse a pattern.

    Args:
        pattern: see `Pattern` for what is known.

    Returns:
        Its tree.

    Raises:
        ConfigError: naming the part that is wrong or not known, and its place, counted from 1.
    """
    if not isinstance(pattern, str) or not pattern:
        raise ConfigError(f"pattern {pattern!r} is no pattern: write for instance '\\d{{4}}'.")
    return _Parser(pattern).whole()


class _Parser:
    """Recursive descent over the characters of a pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0
        self._depth = 0

    def whole(self) -> Node:
        tree = self._alternatives()
        if self._next():
            raise self._error("')' closes no group")
        return tree

    def _next(self) -> str:
        """Return the character at the present place, the empty string at the end."""
        return self._pattern[self._place : self._place + 1]

    def _take(self, text: str) -> bool:
        """Go past a text if it stands at the present place."""
        found = self._pattern.startswith(text, self._place)
        self._place += len(text) * found
        return found

    def _error(self, problem: str, place: int | None = None) -> ConfigError:
        where = (self._place if place is None else place) + 1
        return ConfigError(f"pattern {self._pattern!r} cannot be used, at character {where}: {problem}.")

    def _alternatives(self) -> Node:
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Alternatives(tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._next() and self._next() not in "|)":
            parts.append(self._quantified(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _quantified(self, atom: Node) -> Node:
        place = self._place
        if self._next() and self._next() in QUANTIFIERS:
            low, high = QUANTIFIERS[self._next()]
            self._place += 1
        elif self._take("{"):
            low, high = self._bounds(place)
        else:
            return atom
        if self._next() and self._next() in "?*+{":
            raise self._error(f"{self._next()!r} after a quantifier is not known")
        return Repeat(atom, low, high)

    def _bounds(self, place: int) -> tuple[int, int | None]:
        """Read n}, n,} or n,m} behind the brace."""
        inside, closed, _ = self._pattern[self._place :].partition("}")
        low, comma, high = inside.partition(",")
        numbers = [number for number in (low, high) if number]
        well_formed = all(n.isascii() and n.isdigit() and len(n) <= 6 for n in numbers)
        if not (closed and low and well_formed):
            raise self._error("a repetition is written {3}, {3,} or {3,5}", place)
        self._place += len(inside) + 1
        if not comma:
            return int(low), int(low)
        if high and int(high) < int(low):
            raise self._error(f"the repetition {{{inside}}} ends before it begins", place)
        return int(low), int(high) if high else None

    def _atom(self) -> Node:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        if character == "\\":
            return Symbol((self._escape(),))
        if character in "^$":
            raise self._error(f"leave {character!r} out, the whole text is matched anyway")
        if character in SPECIAL - {"."}:
            raise self._error(
                f"{character!r} has nothing before it to belong to; for the sign itself write '\\{character}'"
            )
        self._place += 1
        return ANY if character == "." else Symbol(((character, character),))

    def _group(self) -> Node:
        opening = self._place
        if not self._take("(?:"):
            self._take("(")
            if self._next() == "?":
                raise self._error(f"{self._pattern[opening : opening + 3]!r} is not known, only '(' and '(?:'", opening)
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"groups are nested deeper than {DEEPEST}", opening)
        tree = self._alternatives()
        if not self._take(")"):
            raise self._error("'(' is never closed", opening)
        self._depth -= 1
        return tree

    def _escape(self) -> tuple[str, str]:
        r"""Read \d or an escaped sign; return the range of characters it stands for."""
        character = self._pattern[self._place + 1 : self._place + 2]
        if character != "d" and (not character or character.isalnum() or not character.isascii()):
            raise self._error(f"'\\{character}' is not known, only '\\d' and signs are")
        self._place += 2
        return DIGIT if character == "d" else (character, character)

    def _class(self) -> Node:
        opening = self._place
        self._take("[")
        negated = self._take("^")
        ranges: list[tuple[str, str]] = []
        while not ranges or self._next() != "]":
            if not self._next():
                raise self._error("'[' is never closed", opening)
            ranges.append(self._range())
        self._take("]")
        return Symbol(tuple(ranges), negated)

    def _range(self) -> tuple[str, str]:
        """Read one character of a class, or a range of them."""
        place = self._place
        low = self._member()
        rest = self._pattern[self._place : self._place + 2]
        if not rest.startswith("-") or rest in ("-", "-]"):
            return low
        self._place += 1
        high = self._member()
        if DIGIT in (low, high) or high[0] < low[0]:
            raise self._error(f"the range {self._pattern[place : self._place]!r} is none", place)
        return low[0], high[0]

    def _member(self) -> tuple[str, str]:
        character = self._next()
        if character == "\\":
            return self._escape()
        if character == "[":
            raise self._error("'[' in a class is written '\\['")
        self._place += 1
        return character, character
