import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkread.errors import DataError
from inkread.evaluation.calibration import expected_calibration_error, fit_temperature, reliability_bins


def softmax(logits: np.ndarray) -> np.ndarray:
    weight = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)


def test_a_case_counted_by_hand() -> None:
    probabilities = np.array([[0.9, 0.1], [0.95, 0.05], [0.4, 0.6], [0.3, 0.7]], dtype=np.float32)
    labels = np.array([0, 1, 1, 1])
    # (0.5, 0.75]: confidence 0.65, accuracy 1; (0.75, 1]: confidence 0.925, accuracy 0.5
    assert expected_calibration_error(probabilities, labels, bins=4) == pytest.approx((0.35 + 0.425) / 2, abs=1e-6)
    bins = reliability_bins(probabilities, labels, bins=4)
    assert [b.count for b in bins] == [0, 0, 2, 2]
    assert (bins[0].confidence, bins[0].accuracy) == (None, None)
    assert (bins[2].low, bins[2].high, bins[2].accuracy) == (0.5, 0.75, 1.0)


def test_sure_and_right_is_perfect_and_sure_and_wrong_is_the_worst() -> None:
    sure = np.array([[1, 0], [1, 0]], dtype=np.float32)
    assert expected_calibration_error(sure, np.array([0, 0])) == 0
    assert expected_calibration_error(sure, np.array([1, 1])) == 1


def test_no_answer_is_no_confidence_and_falls_into_the_first_bin() -> None:
    bins = reliability_bins(np.zeros((1, 2), np.float32), np.array([0]))
    assert (bins[0].count, bins[0].confidence, bins[0].accuracy) == (1, 0.0, 0.0)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 20))
def test_ece_is_the_sum_over_the_bins_whatever_the_order(seed: int, n: int, bins: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities = softmax(rng.normal(0, 3, (n, 4)))
    labels = rng.integers(0, 4, n)
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    edges = np.arange(1, bins) / bins
    place = np.searchsorted(edges, confidence, side="left")
    expected = sum(abs(confidence[place == b].sum() - correct[place == b].sum()) for b in range(bins)) / n
    measured = expected_calibration_error(probabilities, labels, bins)
    assert measured == pytest.approx(expected, abs=1e-9)
    assert 0 <= measured <= 1
    order = rng.permutation(n)
    assert expected_calibration_error(probabilities[order], labels[order], bins) == pytest.approx(measured)
    assert sum(b.count for b in reliability_bins(probabilities, labels, bins)) == n


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_that_was_put_in_is_found(temperature: float) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (20_000, 10))
    cumulative = softmax(logits).cumsum(axis=1)
    labels = (rng.random((20_000, 1)) > cumulative).sum(axis=1).clip(0, 9)
    assert fit_temperature((logits * temperature).astype(np.float32), labels) == pytest.approx(temperature, rel=0.03)


@given(st.integers(0, 2**32 - 1))
def test_no_other_temperature_has_a_lower_loss(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (50, 5)).astype(np.float32)
    labels = rng.integers(0, 5, 50)

    def loss(temperature: float) -> float:
        z = logits.astype(np.float64) / temperature
        return float((np.logaddexp.reduce(z, axis=1) - z[np.arange(50), labels]).mean())

    best = loss(fit_temperature(logits, labels))
    assert all(best <= loss(t) + 1e-9 for t in np.geomspace(0.01, 100, 40))


def test_the_temperature_has_an_end_where_the_loss_has_none() -> None:
    logits = np.array([[3, 0], [0, 3]], dtype=np.float32)
    assert fit_temperature(logits, np.array([0, 1])) == pytest.approx(0.01)
    assert fit_temperature(logits, np.array([1, 0])) == pytest.approx(100)


@pytest.mark.parametrize("logits", [np.zeros((0, 2)), np.zeros((3, 2)), np.full((2, 2), np.nan), np.zeros(2)])
def test_impossible_logits_are_refused(logits: np.ndarray) -> None:
    with pytest.raises(DataError):
        fit_temperature(logits.astype(np.float32), np.array([0, 1]))
