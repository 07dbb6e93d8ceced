"""Pairs from ranges, many at once: the same as one after the other."""

from __future__ import annotations

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inkread.reading import windows
from inkread.reading.windows import in_windows, nearest

RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=20)
PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(-4, 4), st.booleans()), max_size=40)


@given(RANGES, st.integers(1, 50))
def test_all_places_of_each_range_are_paired_in_order_however_they_are_divided(ranges, most):
    first, end = np.array(ranges, np.intp).reshape(-1, 2).T
    usual, windows.PAIRS = windows.PAIRS, most
    try:
        blocks = [list(zip(one.tolist(), other.tolist(), strict=True)) for one, other in in_windows(first, end)]
    finally:
        windows.PAIRS = usual
    assert list(chain.from_iterable(blocks)) == [
        (index, place) for index, (a, b) in enumerate(ranges) for place in range(a, b)
    ]
    longest = max((b - a for a, b in ranges if b > a), default=0)
    assert all(len(block) <= most + longest for block in blocks)


@given(PAIRS)
def test_of_each_owner_the_first_pair_that_is_nearest_is_found(pairs):
    owners, distances = (np.array([pair[k] for pair in pairs], np.intp) for k in (0, 1))
    fits = np.array([pair[2] for pair in pairs], np.bool_)
    expected = {}
    for index, (owner, distance, fit) in enumerate(pairs):
        if fit and (owner not in expected or distance < pairs[expected[owner]][1]):
            expected[owner] = index
    assert sorted(nearest(owners, distances, fits).tolist()) == sorted(expected.values())
