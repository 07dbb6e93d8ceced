import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkread.errors import DataError
from inkread.evaluation.rejection import acceptance, auroc, risk_coverage

scores = st.lists(st.integers(0, 8).map(lambda i: i / 8), min_size=1, max_size=25).map(np.array)


def test_a_curve_counted_by_hand() -> None:
    curve = risk_coverage(np.array([0.2, 0.9, 0.5, 0.7]), np.array([False, True, True, False]))
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert curve.aurc == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_equally_sure_answers_share_their_mistakes() -> None:
    curve = risk_coverage(np.array([0.5, 0.5, 0.5, 0.5]), np.array([True, True, False, True]))
    assert curve.risk.tolist() == pytest.approx([0.25] * 4)


@given(scores, st.integers(0, 2**32 - 1))
def test_the_curve_ends_at_the_error_rate_and_no_order_matters(confidence: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    correct = rng.random(len(confidence)) < 0.6
    curve = risk_coverage(confidence, correct)
    assert curve.risk[-1] == pytest.approx(1 - correct.mean())
    assert curve.risk.min() >= 0
    assert curve.risk.max() <= 1
    order = rng.permutation(len(confidence))
    assert risk_coverage(confidence[order], correct[order]).aurc == pytest.approx(curve.aurc)
    perfect = risk_coverage(correct.astype(np.float64), correct)
    assert perfect.aurc <= curve.aurc + 1e-12


@pytest.mark.parametrize(
    ("confidence", "correct"), [([], []), ([0.5], [True, False]), ([float("nan"), 0.5], [True, False])]
)
def test_no_curve_of_nothing(confidence: list[float], correct: list[bool]) -> None:
    with pytest.raises(DataError):
        risk_coverage(np.array(confidence, dtype=np.float64), np.array(correct, dtype=np.bool_))


def test_the_threshold_itself_is_accepted_and_no_answer_never_is() -> None:
    confidence, correct = np.array([0.9, 0.5, 0.4, 0.0]), np.array([True, False, True, False])
    taken = acceptance(confidence, correct, 0.5)
    assert (taken.accepted, taken.share, taken.correct, taken.accuracy) == (2, 0.5, 1, 0.5)
    assert taken.low is not None
    assert taken.high is not None
    assert taken.low < 0.5 < taken.high
    assert acceptance(confidence, correct, 0.0).accepted == 3
    nothing = acceptance(confidence, correct, 0.95)
    assert (nothing.accepted, nothing.accuracy, nothing.low) == (0, None, None)


@given(scores, scores)
def test_auroc_is_the_share_of_pairs_in_the_right_order(positive: np.ndarray, negative: np.ndarray) -> None:
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    area = auroc(positive, negative)
    assert area == pytest.approx(sum(pairs) / len(pairs))
    assert auroc(negative, positive) == pytest.approx(1 - area)
    assert auroc(positive[::-1] ** 3, negative**3) == pytest.approx(area)


@pytest.mark.parametrize(("positive", "negative"), [([], [1.0]), ([1.0], []), ([float("nan")], [1.0])])
def test_auroc_needs_both_kinds(positive: list[float], negative: list[float]) -> None:
    with pytest.raises(DataError):
        auroc(np.array(positive, dtype=np.float64), np.array(negative, dtype=np.float64))
