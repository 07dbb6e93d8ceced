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


Step = tuple[int, int, dict[str, float], int]  # an arc's start, end, options and tag
Tags = tuple[int, "Tags"] | None  # of the characters so far, the last one first


def paths_of(arcs: Iterable[Arc], last: int, texts: Iterable[str]) -> dict[str, Path]:
    """Return the best path of each of these texts that can be read at all; arguments as of `best_paths`."""
    ordered = sorted(arcs, key=lambda arc: (arc.start, arc.end))
    steps: list[Step] = [(arc.start, arc.end, dict(arc.options), arc.tag) for arc in ordered]
    paths = ((text, _path_of(steps, last, text)) for text in texts)
    return {text: path for text, path in paths if path}


def _path_of(steps: Sequence[Step], last: int, text: str) -> Path | None:
    """Find the best path that reads as a text; of each node and number of characters read, only the best is kept."""
    reached: dict[int, dict[int, tuple[float, Tags]]] = defaultdict(dict, {0: {0: (0.0, None)}})
    for start, end, weights, tag in steps:
        if start not in reached:
            continue
        target, silent = reached[end], weights.get("")
        for place, (score, tags) in reached[start].items():
            weight = weights.get(text[place]) if place < len(text) else None
            if weight is not None and (place + 1 not in target or target[place + 1][0] < score + weight):
                target[place + 1] = score + weight, (tag, tags)
            if silent is not None and (place not in target or target[place][0] < score + silent):
                target[place] = score + silent, tags
    found = reached[last].get(len(text))
    if found is None:
        return None
    score, rest = found
    read: list[int] = []
    while rest is not None:
        tag, rest = rest
        read.append(tag)
    return Path(score, text, None, tuple(reversed(read)))


def posterior(best: Path, others: Iterable[Path]) -> float:
    """Return the share of the weight that one text has among all those found, 0 to 1."""
    weights = {path.text: path.score for path in (*others, best)}
    return 1 / sum(math.exp(min(score - best.score, 700.0)) for score in weights.values())
