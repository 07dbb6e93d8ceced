"""From log-probabilities of columns to texts: prefix beam search for connectionist temporal classification (CTC).

CTC: A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, "Connectionist temporal classification: labelling unsegmented
sequence data with recurrent neural networks", ICML 2006. The search: A. Y. Hannun, A. L. Maas, D. Jurafsky, A. Y. Ng,
"First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs", arXiv:1408.2873 (2014).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import itemgetter

from inkread.reading.alignment import align, posteriors
from inkread.reading.constraints import Anything, Constraint, State
from inkread.reading.lattice import Column, sparse_columns
from inkread.types import Float32Array

# Of 90 made lattices, most of them unsure, 32 finds the same three best texts as 400 on 89, 8 on 84.
BEAM = 32
WIDER = (4, 16)  # for constraints that accept few: of all numbers, mod 97 takes one in 97
LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a reading.

    Attributes:
        character: the character.
        confidence: probability that the columns between its neighbours read as exactly this character, 0 to 1.
        first: the first column that shows it in the most probable alignment.
        last: the last such column, itself included.
    """

    character: str
    confidence: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that the columns may show.

    Attributes:
        text: the text, which may be empty.
        log_probability: natural logarithm of its posterior probability, summed over the alignments.
        characters: its characters from left to right.
    """

    text: str
    log_probability: float
    characters: tuple[Character, ...]

    @property
    def confidence(self) -> float:
        """Posterior probability of the text, 0 to 1. A constraint does not raise it: what it forces stays unsure."""
        return min(1.0, math.exp(self.log_probability))


def decode(
    log_probabilities: Float32Array,
    alphabet: str,
    *,
    constraint: Constraint | None = None,
    beam: int = BEAM,
    alternatives: int = 5,
    least: float = LEAST,
) -> list[Reading]:
    """Read columns as text.

    Args:
        log_probabilities: float32 of shape (T, K), natural logarithms of the probabilities of each column, each row
            summing to one as probabilities; the blank is last.
        alphabet: the K - 1 characters, in the order of the columns.
        constraint: which texts are allowed; None allows all.
        beam: how many prefixes are kept from column to column. Where the constraint accepts none of the last ones, the
            search is repeated with 4 and 16 times as many.
        alternatives: how many readings to return at most.
        least: characters with a smaller probability in a column are left out there.

    Returns:
        The allowed texts that the search found, the most probable first; empty where it found none.

    Raises:
        ConfigError: if the shape does not fit the alphabet, or a value is above 0 or NaN.
    """
    columns = sparse_columns(log_probabilities, alphabet, least)
    found = find_texts(columns, constraint=constraint, beam=beam, alternatives=alternatives, least=least)
    return [make_reading(columns, text, score) for score, text in found]


def find_texts(
    columns: list[Column], *, constraint: Constraint | None, beam: int, alternatives: int, least: float
) -> list[tuple[float, str]]:
    """Search as `decode` does, and return the logarithm of each text's posterior probability, and the text."""
    for width in (beam,) if constraint is None else (beam, *(times * beam for times in WIDER)):
        found = _search(columns, constraint or Anything(), width, least**1.5)
        if found:
            return found[:alternatives]
    return []


class _Prefix:
    """A node in the tree of prefixes, with the probability that the columns so far read as it.

    Attributes:
        ending: with its last character in the last column.
        blank: with the blank in the last column.
        next_ending: `ending` after the column being worked on; so is `next_blank`.
        state: of the constraint.
        kept: whether it is in the beam or has been reached from it.
        children: longer by one character; None for what the constraint forbids.
    """

    __slots__ = ("blank", "character", "children", "ending", "kept", "next_blank", "next_ending", "parent", "state")

    def __init__(self, parent: _Prefix | None, character: str, state: State) -> None:
        self.parent, self.character, self.state = parent, character, state
        self.children: dict[str, _Prefix | None] = {}
        self.ending = self.blank = self.next_ending = self.next_blank = 0.0
        self.kept = False

    def text(self) -> str:
        characters: list[str] = []
        prefix = self
        while prefix.parent is not None:
            characters.append(prefix.character)
            prefix = prefix.parent
        return "".join(reversed(characters))

    def grow(self, character: str, constraint: Constraint) -> _Prefix | None:
        state = constraint.step(self.state, character)
        child = None if state is None else _Prefix(self, character, state)
        self.children[character] = child
        return child


def _search(columns: list[Column], constraint: Constraint, width: int, floor: float) -> list[tuple[float, str]]:
    """Return log-probability and text of what the constraint accepts in the last beam, best first."""
    root = _Prefix(None, "", constraint.start)
    root.blank, root.kept = 1.0, True
    beam, scale = [root], 0.0
    for column in columns:
        beam, best = _select(_advance(beam, column, constraint, floor), width, floor)
        if best == 0.0:
            return []
        scale += math.log(best)
    accepted = (prefix for prefix in beam if constraint.accepts(prefix.state))
    scored = [(prefix.ending + prefix.blank, prefix.text()) for prefix in accepted]
    return sorted(((math.log(p) + scale, text) for p, text in scored if p > 0.0), key=lambda each: (-each[0], each[1]))


def _advance(beam: list[_Prefix], column: Column, constraint: Constraint, floor: float) -> list[_Prefix]:
    """Work in one column; return all prefixes that were reached, their `next` probabilities filled in."""
    reached = list(beam)
    blank, characters = column.blank, column.characters
    items, highest = characters.items(), max(characters.values(), default=0.0)
    for prefix in beam:
        total, own = prefix.blank + prefix.ending, prefix.character
        prefix.next_blank += total * blank
        if own in characters:
            prefix.next_ending += prefix.ending * characters[own]
        if total * highest <= floor:
            continue
        children = prefix.children
        for character, probability in items:
            mass = (prefix.blank if character == own else total) * probability
            if mass <= floor:
                continue
            child = children[character] if character in children else prefix.grow(character, constraint)
            if child is not None:
                child.next_ending += mass
                if not child.kept:
                    child.kept = True
                    reached.append(child)
    return reached


def _select(reached: list[_Prefix], width: int, floor: float) -> tuple[list[_Prefix], float]:
    """Keep the most probable prefixes, scaled so that the best has probability 1; return what that was before."""
    masses = [(prefix.next_ending + prefix.next_blank, prefix) for prefix in reached]
    if len(masses) > width:
        masses.sort(key=itemgetter(0), reverse=True)
    best = max(masses, key=itemgetter(0))[0]
    beam: list[_Prefix] = []
    for mass, prefix in masses:
        if mass > floor * best and len(beam) < width:
            prefix.ending, prefix.blank = prefix.next_ending / best, prefix.next_blank / best
            beam.append(prefix)
        else:
            prefix.ending = prefix.blank = 0.0
            prefix.kept = False
        prefix.next_ending = prefix.next_blank = 0.0
    return beam, best


def make_reading(columns: list[Column], text: str, log_probability: float) -> Reading:
    """Add to a text where its characters are and how sure each is."""
    spans = align(columns, text)
    characters = (
        Character(character, confidence, columns[first].place, columns[last].place)
        for character, confidence, (first, last) in zip(text, posteriors(columns, text, spans), spans, strict=True)
    )
    return Reading(text, log_probability, tuple(characters))
