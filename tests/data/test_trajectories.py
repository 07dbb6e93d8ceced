"""Pen trajectories, read and drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.data.trajectories import Pen, Trajectory, draw, flourished, parse_trajectories, random_pen
from inkread.types import Float32Array, UInt8Array
from tests.data.small_collections import jsonl, record

POINTS = st.tuples(st.integers(-500, 500), st.integers(-500, 500))
STROKES = st.lists(st.lists(POINTS, min_size=1, max_size=12), min_size=1, max_size=4).map(
    lambda strokes: tuple(np.array(stroke, np.float32) for stroke in strokes)
)
SEEDS = st.integers(0, 2**32 - 1)
UPRIGHT = (np.array([[0, 0], [0, 100]], np.float32),)
LEVEL = (np.array([[0, 0], [100, 0]], np.float32),)
SQUARE = (np.array([[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]], np.float32),)


def drawn(strokes: tuple[Float32Array, ...], pen: Pen, seed: int = 0) -> UInt8Array:
    return draw(strokes, pen, np.random.default_rng(seed))


def extent(picture: UInt8Array) -> tuple[int, int]:
    """Return width and height of the ink."""
    rows, columns = np.nonzero(picture > 127)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def test_y_points_down_and_what_is_empty_is_left_out():
    lines = [record("4", "abc", [[[1, 2], [3, 5]], [], [[7, 0]]]), record("5", "abc", [[]]), record("6", "def", [])]
    (four,) = parse_trajectories(jsonl(lines))
    assert (four.label, four.donor) == ("4", "abc")
    assert [stroke.tolist() for stroke in four.strokes] == [[[1, -2], [3, -5]], [[7, 0]]]
    assert {stroke.dtype for stroke in four.strokes} == {np.dtype(np.float32)}


@settings(max_examples=30, deadline=None)
@given(STROKES, st.floats(0.04, 0.24), st.integers(24, 110), st.floats(-30, 30), st.floats(-0.5, 0.5), SEEDS)
def test_a_plain_drawing_never_touches_the_border(strokes, width, side, turn, slant, seed):
    picture = drawn(strokes, Pen(width=width, side=side, turn=turn, slant=slant), seed)
    assert picture.dtype == np.uint8
    assert picture.max() > 127
    inside = picture[1:-1, 1:-1].astype(np.int64).sum()
    assert inside == picture.astype(np.int64).sum()


@settings(max_examples=30, deadline=None)
@given(STROKES, st.integers(24, 110), SEEDS)
def test_every_point_of_the_path_is_inked(strokes, side, seed):
    picture = drawn(strokes, Pen(width=0.12, side=side), seed)
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    factor = side / size.max() if size.any() else 0
    margin = round(0.12 * side) + 2
    columns, rows = np.round((points - low) * factor + margin).astype(int).T
    assert picture[rows, columns].min() > 127
    assert picture.shape == tuple(np.ceil(size[::-1] * factor).astype(int) + 2 * margin + 1)


@settings(max_examples=20, deadline=None)
@given(STROKES, SEEDS)
def test_any_pen_draws_the_same_from_the_same_seed(strokes, seed):
    pen = random_pen(np.random.default_rng(seed))
    assert pen == random_pen(np.random.default_rng(seed))
    first, second = drawn(strokes, pen, seed), drawn(strokes, pen, seed)
    assert np.array_equal(first, second)
    assert first.any()


def test_wobble_and_thickness_vary_with_the_seed():
    pen = Pen(wobble=0.02)
    path = (np.stack([np.arange(40.0), np.zeros(40)], axis=1).astype(np.float32),)
    assert not np.array_equal(drawn(path, pen, 1), drawn(path, pen, 2))


@settings(max_examples=20, deadline=None)
@given(st.floats(8, 80))
def test_a_turn_is_anticlockwise(degrees):
    picture = drawn(LEVEL, Pen(turn=degrees, width=0.05))
    rows, columns = np.nonzero(picture > 127)
    assert rows[columns >= np.quantile(columns, 0.9)].mean() < rows[columns <= np.quantile(columns, 0.1)].mean()
    width, height = extent(picture)
    assert abs(np.rad2deg(np.arctan2(height - 5, width - 5)) - degrees) < 4


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 1))
def test_a_slant_leans_to_the_right(slant):
    picture = drawn(UPRIGHT, Pen(slant=slant, width=0.05))
    rows, columns = np.nonzero(picture > 127)
    assert columns[rows <= np.quantile(rows, 0.1)].mean() > columns[rows >= np.quantile(rows, 0.9)].mean()
    width, height = extent(picture)
    assert (width - 5) / (height - 5) == pytest.approx(slant, abs=0.06)


def test_aspect_side_and_width_are_what_they_say():
    wide = extent(drawn(SQUARE, Pen(aspect=2.0, side=100, width=0.02)))
    assert wide[0] == pytest.approx(102, abs=2)
    assert wide[1] == pytest.approx(52, abs=2)
    strokes = [extent(drawn(UPRIGHT, Pen(side=100, width=0.2), seed))[0] for seed in range(30)]
    assert 16 <= min(strokes) < max(strokes) <= 25


@pytest.mark.parametrize("strokes", [(np.array([[5, 5]], np.float32),), (np.array([[5, 5], [5, 5]], np.float32),)])
def test_a_point_is_a_round_dot(strokes):
    picture = drawn(strokes, Pen(width=0.2, side=50))
    width, height = extent(picture)
    assert width == height
    assert (picture > 127).sum() == pytest.approx(np.pi / 4 * width**2, rel=0.15)


def test_blur_softens_the_edges():
    sharp, soft = drawn(UPRIGHT, Pen()), drawn(UPRIGHT, Pen(blur=0.3))
    assert ((soft > 20) & (soft < 230)).sum() > 2 * ((sharp > 20) & (sharp < 230)).sum()


@settings(max_examples=30, deadline=None)
@given(st.sampled_from("0123456789a"), STROKES, SEEDS)
def test_flourished_characters_keep_their_strokes(label, strokes, seed):
    before = Trajectory(label=label, donor="abc", strokes=strokes)
    after = flourished(before, np.random.default_rng(seed))
    assert (after.label, after.donor) == (label, "abc")
    assert all(np.array_equal(a, b) for a, b in zip(after.strokes, strokes, strict=False))
    assert (len(after.strokes) > len(strokes)) == (label in "0179")
    for stroke in after.strokes[len(strokes) :]:
        assert stroke.dtype == np.float32
        assert np.isfinite(stroke).all()


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_flourishes_go_where_they_are_taught(seed):
    def added(label: str, strokes: tuple[Float32Array, ...]) -> tuple[Float32Array, ...]:
        plain = Trajectory(label=label, donor="abc", strokes=strokes)
        return flourished(plain, np.random.default_rng(seed)).strokes[len(strokes) :]

    (slash,) = added("0", SQUARE)
    assert (slash[0] + slash[-1]) / 2 == pytest.approx([50, 50], abs=1e-3)
    flag, *foot = added("1", UPRIGHT)
    assert flag[-1].tolist() == [0, 0]
    assert flag[0, 0] < 0 < flag[0, 1]
    assert all(stroke[:, 1].mean() == pytest.approx(100, abs=1e-3) for stroke in foot)
    (hook,) = added("9", UPRIGHT)
    assert hook[0].tolist() == [0, 100]
    assert hook[-1, 0] < -9
    seven = (np.array([[0, 0], [60, 0], [40, 50], [20, 100]], np.float32),)
    strokes = added("7", seven)
    serif = next((stroke for stroke in strokes if stroke[-1].tolist() == [0, 0]), None)
    bar = next((stroke for stroke in strokes if stroke is not serif), None)
    assert serif is not None or bar is not None
    assert serif is None or 10 <= serif[0, 1] <= 28
    assert bar is None or bar.mean(axis=0) == pytest.approx([40, 50], abs=1e-3)


def test_a_seven_without_height_gets_its_serif():
    flat = Trajectory(label="7", donor="abc", strokes=(np.array([[300, 300], [340, 300]], np.float32),))
    after = [flourished(flat, np.random.default_rng(seed)) for seed in range(20)]
    assert {len(seven.strokes) for seven in after} == {2, 3}


def test_random_pens_are_in_their_ranges():
    rng = np.random.default_rng(0)
    pens = [random_pen(rng) for _ in range(2000)]
    assert all(0.04 <= pen.width <= 0.24 and 24 <= pen.side < 110 for pen in pens)
    assert np.mean([abs(pen.turn) < 10 for pen in pens]) > 0.85
    assert len({replace(pen, side=0) for pen in pens}) == 2000


def test_a_pressed_nib_writes_thin_up_and_thick_down():
    vee = (
        np.concatenate([np.linspace((0, 0), (50, 100), 20), np.linspace((50, 100), (100, 0), 20)]).astype(np.float32),
    )
    ink = drawn(vee, Pen(width=0.12, pressure=0.7)) > 127
    high = ink[len(ink) // 3]
    middle = ink.shape[1] // 2
    assert 0 < 2 * high[middle:].sum() < high[:middle].sum()
    plain = drawn(vee, Pen(width=0.12)) > 127
    assert high[:middle].sum() == pytest.approx(plain[len(ink) // 3][:middle].sum(), abs=2)
