"""Where the characters of a text stand, and how surely each is read there."""

from __future__ import annotations

import math
from collections.abc import Sequence

from inkread.reading.lattice import Column

Span = tuple[int, int]  # first and last index, both inside


def align(columns: Sequence[Column], text: str) -> list[Span]:
    """Find the most probable alignment of a text (the Viterbi algorithm on the states of CTC).

    The states are blank, first character, blank, second character, ..., blank; from a column to the next the state
    stays, moves on by one, or by two where that leaves out a blank between unlike characters.

    Args:
        columns: of `sparse_columns`; some alignment of the text must be possible on them.
        text: the text.

    Returns:
        For each of its characters the indices into `columns` where it begins and ends.
    """
    count, total = 2 * len(text) + 1, len(columns)
    scores = [0.0] + [-math.inf] * (count - 1)
    origins: list[list[int]] = []
    for index, column in enumerate(columns):
        following, origin = [-math.inf] * count, [0] * count
        for state in range(max(0, count - 2 * (total - index)), min(count, 2 * index + 2)):
            probability = column.characters.get(text[state // 2], 0.0) if state % 2 else column.blank
            if probability:
                best = _best_origin(scores, state, text)
                following[state], origin[state] = scores[best] + math.log(probability), best
        scores = following
        origins.append(origin)
    return _spans(origins, max(range(max(0, count - 2), count), key=scores.__getitem__), len(text))


def _best_origin(scores: list[float], state: int, text: str) -> int:
    """Return the state before this one on the best path."""
    best = state
    if state and scores[state - 1] > scores[best]:
        best = state - 1
    if state % 2 and state > 2 and scores[state - 2] > scores[best] and text[state // 2] != text[state // 2 - 1]:
        best = state - 2
    return best


def _spans(origins: list[list[int]], state: int, length: int) -> list[Span]:
    """Follow the best path back; gather where it was in each character."""
    first, last = [0] * length, [-1] * length
    for index in reversed(range(len(origins))):
        if state % 2:
            first[state // 2] = index
            last[state // 2] = max(last[state // 2], index)
        state = origins[index][state]
    return list(zip(first, last, strict=True))


def posteriors(columns: Sequence[Column], text: str, spans: Sequence[Span]) -> list[float]:
    """Say how surely each character is the one at its place, given its neighbours.

    The neighbours are held where the alignment has them. The columns between them read as exactly this one character,
    as another, as none or as several; the first probability is returned. It sums over all alignments within those
    columns, in which the neighbours may also end later or begin earlier. For a text of one character it is the
    probability of the text.

    Args:
        columns: of `sparse_columns`.
        text: the text.
        spans: of `align`.

    Returns:
        A probability for each character.
    """
    before = [0, *(last + 1 for _, last in spans)][: len(text)]
    after = [*(first for first, _ in spans), len(columns)][1:]
    around = ["", *text, ""]
    return [
        _read_exactly(columns[begin:end], *around[i : i + 3])
        for i, (begin, end) in enumerate(zip(before, after, strict=True))
    ]


def _read_exactly(columns: Sequence[Column], previous: str, character: str, following: str) -> float:
    """Sum over all alignments with previous* blank* character+ blank* following*; "" stands for no neighbour."""
    in_previous, blank_before = (1.0, 0.0) if previous else (0.0, 1.0)
    inside = blank_after = in_following = 0.0
    for column in columns:
        probability, blank = column.characters.get, column.blank
        direct = inside if following != character else 0.0
        in_following = (in_following + blank_after + direct) * probability(following, 0.0)
        blank_after = (blank_after + inside) * blank
        entering = blank_before + (in_previous if previous != character else 0.0)
        inside = (inside + entering) * probability(character, 0.0)
        blank_before = (blank_before + in_previous) * blank
        in_previous *= probability(previous, 0.0)
    return in_following + blank_after + (inside if following != character else 0.0)
