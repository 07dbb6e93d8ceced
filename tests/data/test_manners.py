"""Digits as other places teach them."""

import numpy as np

from inkread.data.manners import MANNERS, mannered
from inkread.data.trajectories import Pen, draw
from inkread.imaging import normalize


def test_every_manner_is_written_as_often_as_asked_and_never_twice_the_same():
    written = list(mannered(3, np.random.default_rng(0)))
    assert len(written) == 3 * sum(len(manners) for manners in MANNERS.values())
    pictures = {draw(t.strokes, Pen(), np.random.default_rng(0)).tobytes() for t in written}
    assert len(pictures) == len(written)


def test_the_same_seed_writes_the_same():
    first, second = (list(mannered(1, np.random.default_rng(5))) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert a.label == b.label
        assert all(np.array_equal(p, q) for p, q in zip(a.strokes, b.strokes, strict=True))


def test_strokes_go_through_their_points_and_stay_about_as_high_as_a_digit():
    for trajectory in mannered(5, np.random.default_rng(1)):
        points = np.concatenate(trajectory.strokes)
        assert points.dtype == np.float32
        assert 0.75 < np.ptp(points[:, 1]) < 1.4
        assert np.ptp(points[:, 0]) < 1.1


def test_a_flagged_1_has_its_flag_on_the_left():
    flagged = next(digit for digit in mannered(1, np.random.default_rng(2)) if digit.label == "1")
    picture = normalize(draw(flagged.strokes, Pen(), np.random.default_rng(2))).image
    upper = picture[4:14]
    assert upper[:, :13].sum() > 2 * upper[:, 17:].sum()
