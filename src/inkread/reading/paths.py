"""The best ways through the pieces of a number: beam search over a lattice, under a constraint."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from inkread.reading.constraints import Anything, Constraint, State

BEAM = 24
WIDER = (4, 16)  # for constraints that accept few


@dataclass(frozen=True, slots=True)
class Arc:
    """One step through the lattice.

    Attributes:
        start: node where it begins.
        end: node where it ends, greater than `start`.
        options: each character that it may stand for ("" for none) with the logarithm of its weight.
        tag: whatever the caller wants to know of it; -1 for nothing.
    """

    start: int
    end: int
    options: tuple[tuple[str, float], ...]
    tag: int = -1


@dataclass(frozen=True, slots=True)
class Path:
    """A way from the first node.

    Attributes:
        score: sum of its arcs' logarithms.
        text: what it reads.
        state: of the constraint.
        tags: of the arcs that gave a character, one a character.
    """

    score: float
    text: str
    state: State = field(compare=False)
    tags: tuple[int, ...] = ()


def best_paths(arcs: Iterable[Arc], last: int, constraint: Constraint | None = None, *, beam: int = BEAM) -> list[Path]:
    """Search the lattice from node 0 to the last one.

    Args:
        arcs: the lattice.
        last: the node where a path ends.
        constraint: which texts are allowed; None allows all. Where it accepts none of the paths found, the search is
            repeated with a wider beam.
        beam: how many paths to a node are kept.

    Returns:
        The best path of each text that was found, the best one first; texts that are empty are left out.
    """
    ordered = sorted(arcs, key=lambda arc: (arc.start, arc.end))
    for width in (beam,) if constraint is None else (beam, *(beam * times for times in WIDER)):
        found = _search(ordered, last, constraint or Anything(), width)
        if found:
            return found
    return []


def _search(arcs: Sequence[Arc], last: int, constraint: Constraint, width: int) -> list[Path]:
    """Search once; arcs are sorted by their starts, so that all ways to a node are known when it is left."""
    reached: dict[int, dict[str, Path]] = defaultdict(dict)
    reached[0][""] = Path(0.0, "", constraint.start)
    node, beam = -1, list[Path]()
    for arc in arcs:
        if arc.start != node:
            node = arc.start
            beam = sorted(reached.pop(node, {}).values(), key=attrgetter("score"), reverse=True)[:width]
        for path in beam:
            _extend(path, arc, constraint, reached[arc.end])
    ends = (path for path in reached[last].values() if path.text and constraint.accepts(path.state))
    return sorted(ends, key=lambda path: (-path.score, path.text))


def _extend(path: Path, arc: Arc, constraint: Constraint, target: dict[str, Path]) -> None:
    """Take one arc."""
    for character, weight in arc.options:
        score, text = path.score + weight, path.text + character
        known = target.get(text)
        if known is not None and known.score >= score:
            continue
        state = constraint.step(path.state, character) if character else path.state
        if state is not None:
            target[text] = Path(score, text, state, (*path.tags, arc.tag) if character else path.tags)


def path_of(arcs: Iterable[Arc], last: int, text: str) -> Path | None:
    """Return the best path that reads as a given text; None where none does. Arguments as of `best_paths`."""
    reached: dict[int, dict[int, Path]] = defaultdict(dict, {0: {0: Path(0.0, "", None)}})
    for arc in sorted(arcs, key=lambda arc: (arc.start, arc.end)):
        weights = dict(arc.options)
        for place, path in reached[arc.start].items():
            for character in {text[place : place + 1], ""} & weights.keys():
                score, target = path.score + weights[character], reached[arc.end]
                known = target.get(place + len(character))
                if known is None or known.score < score:
                    tags = (*path.tags, arc.tag) if character else path.tags
                    target[place + len(character)] = Path(score, text[: place + len(character)], None, tags)
    return reached[last].get(len(text))


def posterior(best: Path, others: Iterable[Path]) -> float:
    """Return the share of the weight that one text has among all those found, 0 to 1."""
    weights = {path.text: path.score for path in (*others, best)}
    return 1 / sum(math.exp(min(score - best.score, 700.0)) for score in weights.values())
