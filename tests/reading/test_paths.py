from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.reading import make_constraint
from inkread.reading.paths import Arc, best_paths, paths_of, posterior

LAST = 4
arc_lists = st.lists(
    st.builds(
        lambda start, step, options: Arc(start, min(LAST, start + step), tuple(options.items())),
        st.integers(0, LAST - 1),
        st.integers(1, 3),
        st.dictionaries(st.sampled_from(["", "0", "1", "2"]), st.floats(-9, 0), min_size=1, max_size=3),
    ),
    max_size=9,
)


def every_text(arcs: list[Arc]) -> dict[str, float]:
    """The best score of every text, by brute force."""
    reached: dict[tuple[int, str], float] = {(0, ""): 0.0}
    waiting = [(0, "", 0.0)]
    while waiting:
        node, text, score = waiting.pop()
        for arc in arcs:
            if arc.start != node:
                continue
            for character, weight in arc.options:
                key = (arc.end, text + character)
                if score + weight > reached.get(key, -math.inf):
                    reached[key] = score + weight
                    waiting.append((*key, score + weight))
    return {text: score for (node, text), score in reached.items() if node == LAST and text}


@settings(max_examples=150, deadline=None)
@given(arc_lists)
def test_the_best_path_is_the_best_of_all(arcs: list[Arc]) -> None:
    found, everything = best_paths(arcs, LAST), every_text(arcs)
    assert bool(found) == bool(everything)
    if found:
        assert abs(found[0].score - max(everything.values())) < 1e-9
        assert all(abs(path.score - everything[path.text]) < 1e-9 for path in found[:3])
        assert [path.score for path in found] == sorted((path.score for path in found), reverse=True)
        shares = [posterior(path, found) for path in found]
        assert abs(sum(shares) - 1) < 1e-6
        assert shares[0] == max(shares)


@settings(max_examples=100, deadline=None)
@given(arc_lists)
def test_under_a_constraint_the_best_of_what_it_allows_is_found(arcs: list[Arc]) -> None:
    allowed = {text: score for text, score in every_text(arcs).items() if len(text) == 2 and text >= "1"}
    found = best_paths(arcs, LAST, make_constraint(pattern="[1-2][0-2]"))
    assert {path.text for path in found} == set(allowed)
    assert not found or abs(found[0].score - max(allowed.values())) < 1e-9


def test_each_character_knows_the_arc_that_gave_it() -> None:
    arcs = [Arc(0, 1, (("", 0.0),), 7), Arc(1, 3, (("4", -1.0),), 8), Arc(3, LAST, (("2", -1.0),), 9)]
    assert [(path.text, path.tags) for path in best_paths(arcs, LAST)] == [("42", (8, 9))]


@settings(max_examples=150, deadline=None)
@given(arc_lists, st.text("012", min_size=1, max_size=4))
def test_the_path_of_a_text_is_the_best_that_reads_so(arcs: list[Arc], text: str) -> None:
    path, score = paths_of(arcs, LAST, [text]).get(text), every_text(arcs).get(text)
    assert (path is None) == (score is None)
    if path is not None and score is not None:
        assert (path.text, len(path.tags)) == (text, len(text))
        assert abs(path.score - score) < 1e-9
