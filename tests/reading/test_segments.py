from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkread.data import Dataset
from inkread.reading.numberink import find_number
from inkread.reading.segments import cut_up
from tests.reading.made import strip, strips


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(digits=st.text("0123456789", min_size=1, max_size=5), seed=st.integers(0, 99), gap=st.integers(-2, 6))
def test_segments_are_ink_of_the_number_and_pieces_never_share_any(
    mnist_test: Dataset, digits: str, seed: int, gap: int
) -> None:
    found = find_number(strip(mnist_test, digits, gap, seed))
    pieces = cut_up(found.ink, found.height)
    assert len(pieces.crossed) == len(pieces.columns)
    assert list(pieces.columns) == sorted(pieces.columns)
    for first, last, box, ink in pieces.segments:
        assert 0 <= first < last < len(pieces.crossed)
        assert ink.shape == (box.height, box.width)
        assert (ink <= found.ink[box.y0 : box.y1, box.x0 : box.x1]).all()
    alone = [segment for segment in pieces.segments if segment.last == segment.first + 1]
    counted = np.zeros(found.ink.shape, int)
    for segment in alone:
        counted[segment.box.y0 : segment.box.y1, segment.box.x0 : segment.box.x1] += segment.ink > 0
    assert counted.max() <= 1


def test_digits_that_stand_apart_are_among_the_segments_as_they_were(mnist_test: Dataset) -> None:
    for image, text in strips(mnist_test, 20, (3,)):
        found = find_number(image)
        pieces = cut_up(found.ink, found.height)
        columns = (255 - image > 40).any(axis=0)
        starts = np.flatnonzero(np.diff(columns.astype(int), prepend=0) == 1)
        boxes = {segment.box.x0 for segment in pieces.segments}
        assert sum(any(abs(x - start) <= 1 for x in boxes) for start in starts) >= len(starts) - 1, text


def test_the_cut_of_two_that_touch_runs_where_they_do() -> None:
    image = np.full((40, 60), 0, np.uint8)
    image[8:32, 10:14] = image[8:32, 46:50] = 255
    image[8:12, 10:50] = image[28:32, 10:50] = 255  # two boxes side by side ...
    image[8:32, 28:32] = 0
    image[19:21, 27:33] = 255  # ... and a bridge between their open ends
    pieces = cut_up(image, 24.0)
    bridge = [crossed for crossed, column in zip(pieces.crossed, pieces.columns, strict=True) if 27 <= column <= 32]
    assert bridge
    assert min(bridge) < 1
