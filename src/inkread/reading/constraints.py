"""What is known of a number before it is read, as deterministic automata over its characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

from inkread.errors import ConfigError
from inkread.reading.checksums import Checksum, Predicate
from inkread.reading.pattern import Pattern
from inkread.reading.values import Range

State: TypeAlias = Any  # hashable; each constraint has states of its own kind


class Constraint(Protocol):
    """A deterministic automaton: it takes a text character by character and says at the end whether it will do."""

    @property
    def start(self) -> State:
        """The state before the first character."""
        ...

    def step(self, state: State, character: str) -> State | None:
        """Take one character.

        Args:
            state: `start` or what an earlier step returned.
            character: one character.

        Returns:
            The state after it, hashable; None where no continuation can be accepted any more, as far as that can be
            told cheaply.
        """
        ...

    def accepts(self, state: State) -> bool:
        """Say whether the text may end in this state."""
        ...


class Anything:
    """Every text."""

    start = 0

    def step(self, state: int, character: str) -> int:  # noqa: ARG002 - any character will do
        """Stay."""
        return state

    def accepts(self, state: int) -> bool:  # noqa: ARG002 - there is but one
        """Accept."""
        return True


class Length:
    """Texts of `low` to `high` characters. The state is how many there were."""

    start = 0

    def __init__(self, low: int, high: int) -> None:
        """Take both ends, which are allowed themselves.

        Raises:
            ConfigError: if they are no whole numbers with 0 <= low <= high and 1 <= high.
        """
        if not (_is_whole(low) and _is_whole(high) and 0 <= low <= high and high >= 1):
            raise ConfigError(
                f"length ({low!r}, {high!r}) cannot be: write one whole number, as 5, or least and most, as (4, 6)."
            )
        self._low, self._high = low, high

    def step(self, state: int, character: str) -> int | None:  # noqa: ARG002 - any character counts
        """Count; longer than `high` is dead."""
        return state + 1 if state < self._high else None

    def accepts(self, state: int) -> bool:
        """Say whether there were enough."""
        return state >= self._low


class Choices:
    """One of some given texts, held as a trie. The state is a node of it."""

    start = 0

    def __init__(self, texts: Iterable[str]) -> None:
        """Build the trie.

        Raises:
            ConfigError: if there is no text, or one is empty or no text at all.
        """
        self._children: list[dict[str, int]] = [{}]
        self._ends: set[int] = set()
        for text in () if isinstance(texts, str) else texts:
            if not isinstance(text, str) or not text:
                raise ConfigError(f"choices hold {text!r}: write each as a text that is not empty, as '1287'.")
            self._add(text)
        if not self._ends:
            raise ConfigError(f"choices {texts!r} are no list of texts: write at least one, as ['1287', '1301'].")

    def _add(self, text: str) -> None:
        node = 0
        for character in text:
            if character not in self._children[node]:
                self._children[node][character] = len(self._children)
                self._children.append({})
            node = self._children[node][character]
        self._ends.add(node)

    def step(self, state: int, character: str) -> int | None:
        """Go down the trie; every node of it leads to a text."""
        return self._children[state].get(character)

    def accepts(self, state: int) -> bool:
        """Say whether a whole text ends here."""
        return state in self._ends


class All:
    """Several constraints at once: the product of their automata, dead as soon as one of them is."""

    def __init__(self, constraints: Sequence[Constraint]) -> None:
        """Take them together."""
        self._constraints = tuple(constraints)
        self.start: tuple[State, ...] = tuple(constraint.start for constraint in self._constraints)

    def step(self, state: tuple[State, ...], character: str) -> tuple[State, ...] | None:
        """Step each of them."""
        states = []
        for constraint, each in zip(self._constraints, state, strict=True):
            following = constraint.step(each, character)
            if following is None:
                return None
            states.append(following)
        return tuple(states)

    def accepts(self, state: tuple[State, ...]) -> bool:
        """Say whether each of them accepts."""
        return all(c.accepts(each) for c, each in zip(self._constraints, state, strict=True))


def allows(constraint: Constraint | None, text: str) -> bool:
    """Tell whether a constraint, if there is one, accepts a whole text."""
    if constraint is None:
        return True
    state = constraint.start
    for character in text:
        state = constraint.step(state, character)
        if state is None:
            return False
    return constraint.accepts(state)


def make_constraint(
    *,
    length: int | tuple[int, int] | None = None,
    pattern: str | None = None,
    range: tuple[float, float] | None = None,
    checksum: str | Callable[[str], bool] | None = None,
    choices: Iterable[str] | None = None,
) -> Constraint | None:
    r"""Build the constraint that options of a user ask for; all that are given must hold.

    Args:
        length: how many characters, exactly (5) or from least to most ((4, 6)).
        pattern: a regular expression of the kind that `Pattern` knows, as `\d{4}`; the whole text must match.
        range: least and greatest value of the number, both allowed, as (0, 100).
        checksum: "luhn", "mod11", "mod97", or a function that takes the whole text and says whether it will do.
        choices: the texts that may stand there.

    Returns:
        The constraint, or None where no option is given.

    Raises:
        ConfigError: if one of them makes no sense.
    """
    constraints: list[Constraint] = []
    if length is not None:
        both = (length, length) if isinstance(length, int) else _pair("length", length, "5 or (4, 6)")
        constraints.append(Length(*both))
    if pattern is not None:
        constraints.append(Pattern(pattern))
    if range is not None:
        constraints.append(Range(*_pair("range", range, "(0, 100)")))
    if checksum is not None:
        constraints.append(Predicate(checksum) if callable(checksum) else Checksum(checksum))
    if choices is not None:
        constraints.append(Choices(choices))
    if len(constraints) < 2:
        return constraints[0] if constraints else None
    return All(constraints)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _pair(name: str, value: object, example: str) -> tuple[Any, Any]:
    """Take apart what must be two values."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise ConfigError(f"{name} {value!r} is not understood: write for instance {example}.")
    return value[0], value[1]
