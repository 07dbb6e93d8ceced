"""Where the upright page comes from: there and back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inkread.reading.upright import Pose, make_placement
from inkread.types import Box

small = st.floats(-0.15, 0.15)
sides = st.integers(40, 3000)


@st.composite
def lying(draw: st.DrawFn) -> tuple[Pose, int, int]:
    """A pose, and the sides of a picture of that page."""
    width, height, quarters = draw(sides), draw(sides), draw(st.integers(0, 3))
    ratio = width / height if quarters % 2 else height / width
    converging, fanning = draw(small) * min(1, ratio), draw(small) * min(1, 1 / ratio)
    return Pose(quarters, draw(small), converging, draw(small), fanning), width, height


@given(lying(), st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(1, 6))
def test_what_is_moved_upright_comes_back_to_its_place(
    case: tuple[Pose, int, int], across: float, down: float, factor: float
) -> None:
    pose, width, height = case
    placement = make_placement(pose, width, height)
    x, y, w = placement.matrix @ (across * (width - 1), down * (height - 1), 1)
    point = (round(x / w), round(y / w))
    assert -1 <= point[0] <= placement.width
    assert -1 <= point[1] <= placement.height
    box = placement.in_picture([Box(point[0], point[1], point[0] + 1, point[1] + 1)], factor)[0]
    assert 0 <= box.x0 < box.x1 <= round(width * factor)
    assert 0 <= box.y0 < box.y1 <= round(height * factor)
    middle = np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2
    wanted = np.array([across * (width - 1), down * (height - 1)]) * factor
    assert np.abs(middle - wanted).max() < 3 * factor + 2


@given(lying())
def test_the_rotation_is_an_angle_above_minus_180_up_to_180(case: tuple[Pose, int, int]) -> None:
    pose, *_ = case
    assert -180 < pose.rotation <= 180


@given(lying())
def test_no_corner_of_the_picture_is_cut_off(case: tuple[Pose, int, int]) -> None:
    pose, width, height = case
    placement = make_placement(pose, width, height)
    corners = np.array([(0, 0, 1), (width, 0, 1), (width, height, 1), (0, height, 1)]) @ placement.matrix.T
    points = corners[:, :2] / corners[:, 2:]
    assert points.min() > -1
    assert points[:, 0].max() < placement.width + 1
    assert points[:, 1].max() < placement.height + 1


def test_a_page_that_lies_right_is_handed_back_as_it_is() -> None:
    picture = np.arange(200, dtype=np.uint8).reshape(10, 20)
    assert make_placement(Pose(), 20, 10).apply(picture) is picture
    upside_down = make_placement(Pose(quarters=2), 20, 10).apply(picture)
    assert upside_down.shape == (10, 20)
    assert np.abs(upside_down[1:, 1:].astype(int) - picture[::-1, ::-1][:-1, :-1]).max() <= 21
