"""A subset of regular expressions, matched character by character as a position automaton."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inkread.errors import ConfigError
from inkread.reading.patternsyntax import Alternatives, Node, Repeat, Sequence, Symbol, parse_pattern

MOST_POSITIONS = 500


class Pattern:
    r"""Texts that match a regular expression as a whole.

    Known are literals, `\\d` (0 to 9), `.`, classes as `[0-4.,]` and `[^9]`, groups `(...)` and `(?:...)`,
    alternatives `|`, the quantifiers `?`, `*`, `+`, `{3}`, `{3,}`, `{3,5}`, and a backslash before a sign that would
    mean something else. They mean what they mean to Python's `re.fullmatch` on one line of ASCII.

    The automaton is Glushkov's: one position for each symbol once repetitions are written out, and no empty moves.
    A state is the set of positions that the last character may have matched, as bits of an integer. A pattern has at
    most 500 positions, so that it takes at most 500 × 500 bits, and a step at most 500 operations on integers. Source:
    V. M. Glushkov, "The abstract theory of automata", Russian Mathematical Surveys 16 (1961).
    """

    start = 1  # position 0 stands before the first character

    def __init__(self, pattern: str) -> None:
        """Compile.

        Raises:
            ConfigError: if the pattern is no regular expression, or of another kind, or too large; the text names the
                part and its place, counted from 1.
        """
        tree = parse_pattern(pattern)
        if _size(tree) > MOST_POSITIONS:
            raise ConfigError(
                f"pattern {pattern!r} has {_size(tree):,} characters once its repetitions are written out:"
                f" {MOST_POSITIONS} are the most."
            )
        table = _Table()
        whole = table.add(tree)
        table.link(1, whole.first)
        self._symbols, self._follow = table.symbols, table.follow
        self._accepting = whole.last | (self.start if whole.nullable else 0)
        self._matching: dict[str, int] = {}

    def step(self, state: int, character: str) -> int | None:
        """Move to all positions that may follow and match; none is dead."""
        following = 0
        for position in _bits(state):
            following |= self._follow[position]
        return following & self._positions_of(character) or None

    def accepts(self, state: int) -> bool:
        """Say whether the text may end at one of the positions."""
        return bool(state & self._accepting)

    def _positions_of(self, character: str) -> int:
        """Return the positions whose symbol matches a character; worked out once for each character that is met."""
        if character not in self._matching:
            matches = (
                1 << i for i, symbol in enumerate(self._symbols) if symbol is not None and symbol.matches(character)
            )
            self._matching[character] = sum(matches)
        return self._matching[character]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the automaton: whether it matches the empty text, where it may begin, and where it may end."""

    nullable: bool
    first: int
    last: int

    def then(self, other: _Part) -> _Part:
        first = self.first | (other.first if self.nullable else 0)
        last = other.last | (self.last if other.nullable else 0)
        return _Part(self.nullable and other.nullable, first, last)


_EMPTY = _Part(nullable=True, first=0, last=0)


@dataclass(slots=True)
class _Table:
    """The positions as they are numbered, and for each the set of those that may follow."""

    symbols: list[Symbol | None] = field(default_factory=lambda: [None])
    follow: list[int] = field(default_factory=lambda: [0])

    def link(self, last: int, first: int) -> None:
        for position in _bits(last):
            self.follow[position] |= first

    def add(self, node: Node) -> _Part:
        match node:
            case Symbol():
                return self._add_symbol(node)
            case Sequence(parts):
                return self._add_sequence(parts)
            case Alternatives(parts):
                return self._add_alternatives(parts)
            case Repeat():
                return self._add_repeat(node)

    def _add_symbol(self, symbol: Symbol) -> _Part:
        bit = 1 << len(self.symbols)
        self.symbols.append(symbol)
        self.follow.append(0)
        return _Part(nullable=False, first=bit, last=bit)

    def _add_sequence(self, nodes: tuple[Node, ...]) -> _Part:
        whole = _EMPTY
        for node in nodes:
            whole = self._join(whole, self.add(node))
        return whole

    def _add_alternatives(self, nodes: tuple[Node, ...]) -> _Part:
        parts = [self.add(node) for node in nodes]
        first = last = 0
        for part in parts:
            first, last = first | part.first, last | part.last
        return _Part(any(part.nullable for part in parts), first, last)

    def _add_repeat(self, node: Repeat) -> _Part:
        whole = _EMPTY
        for copy in range(node.copies):
            part = self.add(node.part)
            if node.high is None and copy == node.copies - 1:
                self.link(part.last, part.first)
            whole = self._join(whole, _Part(part.nullable or copy >= node.low, part.first, part.last))
        return whole

    def _join(self, left: _Part, right: _Part) -> _Part:
        self.link(left.last, right.first)
        return left.then(right)


def _bits(positions: int) -> Iterator[int]:
    """Yield the positions of a set."""
    while positions:
        lowest = positions & -positions
        yield lowest.bit_length() - 1
        positions ^= lowest


def _size(node: Node) -> int:
    """Count the symbols once repetitions are written out; what is empty counts too, for it takes work as well."""
    match node:
        case Symbol():
            return 1
        case Sequence(parts) | Alternatives(parts):
            return max(1, sum(_size(part) for part in parts))
        case Repeat():
            return max(1, node.copies * _size(node.part))
