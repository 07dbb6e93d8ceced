"""Reading order of boxes, and the lines of a page."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inkread.reading.lines import find_lines
from inkread.reading.pageink import opened
from inkread.reading.pagerules import find_rules
from inkread.types import Box

boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(1, 80),
    st.integers(1, 60),
)


@given(st.lists(boxes, max_size=30))
def test_every_box_stands_once_in_the_order_and_lines_run_from_0_on(found: list[Box]) -> None:
    order = find_lines(found)
    assert sorted(index for index, _ in order) == list(range(len(found)))
    lines = [line for _, line in order]
    assert lines == sorted(lines)
    assert set(lines) == set(range(len(set(lines))))
    for (first, line), (second, other) in pairwise(order):
        assert line != other or found[first].x0 <= found[second].x0


def test_a_line_that_falls_slowly_stays_one_line() -> None:
    falling = [Box(100 * n, 12 * n, 100 * n + 60, 12 * n + 30) for n in range(8)]
    below = [Box(100 * n, 12 * n + 50, 100 * n + 60, 12 * n + 80) for n in range(8)]
    assert [line for _, line in find_lines(falling + below)] == [0] * 8 + [1] * 8


def test_columns_are_read_line_by_line() -> None:
    grid = [Box(x, y, x + 40, y + 20) for x in (300, 20, 160) for y in (90, 10, 50)]
    order = [grid[index][:2] for index, _ in find_lines(grid)]
    assert order == [(x, y) for y in (10, 50, 90) for x in (20, 160, 300)]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_opening_keeps_what_fits_in_its_place(rows: int, columns: int, high: int, wide: int) -> None:
    mask = np.zeros((24, 24), np.uint8)
    mask[7 : 7 + high, 6 : 6 + wide] = 1
    fits = rows <= high and columns <= wide
    assert np.array_equal(opened(mask, rows, columns), mask if fits else np.zeros_like(mask))


def test_lines_go_and_the_strokes_that_cross_them_stay() -> None:
    mask = np.zeros((200, 400), np.uint8)
    stroke = mask.copy()
    cv2.ellipse(stroke, (120, 100), (14, 20), 0, 0, 360, (1,), 4)
    cv2.line(stroke, (300, 80), (290, 120), (1,), 4)
    cv2.line(mask, (5, 112), (395, 116), (1,), 2)
    cv2.line(mask, (250, 5), (254, 195), (1,), 2)
    both = np.maximum(mask, stroke)
    rules = find_rules(both, both, 40)
    kept = (rules.strokes & stroke).sum() / stroke.sum()
    left = (rules.strokes & (1 - stroke)).sum() / mask.sum()
    assert kept > 0.97
    assert left < 0.05
    assert rules.level[112:117].any(axis=0).mean() > 0.8
    assert rules.upright[:, 250:255].any(axis=1).mean() > 0.8


def test_short_strokes_are_no_lines() -> None:
    mask = np.zeros((120, 300), np.uint8)
    for x in range(20, 280, 60):
        cv2.line(mask, (x, 20), (x, 62), (1,), 4)  # ones
        cv2.line(mask, (x + 10, 40), (x + 30, 40), (1,), 4)  # minuses
    rules = find_rules(mask, mask, 40)
    assert np.array_equal(rules.strokes, mask)
