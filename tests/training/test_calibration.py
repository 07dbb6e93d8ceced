from __future__ import annotations

import numpy as np
import pytest

from inkread.training.calibration import ENOUGH, Confidence, Gate, calibrate, gated, margin


def answers(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits of three classes and "none of these", right most of the time."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 4, n)
    logits = random.normal(0, 1.5, (n, 4)).astype(np.float32)
    logits[np.arange(n), labels] += 5
    return logits, labels


def confidences(logits: np.ndarray, temperature: float) -> np.ndarray:
    shares = np.exp(logits / temperature)
    return np.asarray((shares / shares.sum(axis=1, keepdims=True))[:, :-1].max(axis=1))


def after(logits: np.ndarray, found: Confidence) -> np.ndarray:
    """Confidences with the gate in its place."""
    assert found.gate is not None
    return np.asarray(gated(logits, found.gate)[:, :-1].max(axis=1))


def test_the_gate_says_how_sure_and_leaves_the_order_of_the_classes_alone() -> None:
    logits, _ = answers(200)
    shares = gated(logits, Gate(temperature=0.7, scale=1.3, offset=-0.4))
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    assert (shares >= 0).all()
    wanted = 1 / (1 + np.exp(-(1.3 * margin(logits) - 0.4)))
    np.testing.assert_allclose(shares[np.arange(200), logits[:, :3].argmax(axis=1)], wanted, rtol=1e-6)
    second, third = np.argsort(-logits[:, :3], axis=1)[:, 1:].T
    rows = np.arange(200)
    assert (shares[rows, second] >= shares[rows, third]).all()


def test_ninety_nine_in_a_hundred_of_the_known_reach_the_threshold() -> None:
    logits, labels = answers(8000)
    found = calibrate(logits, labels, reject_class=True)
    known = after(logits[labels < 3], found)
    assert 0.99 <= (known >= found.threshold).mean() < 0.992
    assert found.threshold == round(found.threshold, 4)
    assert 0.02 < found.threshold < 0.99


def test_a_digit_is_taken_for_one_as_surely_as_it_is_right() -> None:
    logits, labels = answers(8000)
    logits[:, 3] += 2  # trained on many other things, the network fears them everywhere
    found = calibrate(logits, labels, reject_class=True)
    digits = labels < 3
    before = confidences(logits[digits], calibrate(logits, labels, reject_class=False).temperature)
    corrected = after(logits[digits], found)
    right = (logits[digits, :3].argmax(axis=1) == labels[digits]).mean()
    assert abs(corrected.mean() - right) < 0.02 < abs(before.mean() - right)


def test_the_threshold_never_asks_for_more_than_almost_certain() -> None:
    labels = np.arange(4000) % 4
    logits = np.full((4000, 4), -20, np.float32)
    logits[np.arange(4000), labels] = 20
    found = calibrate(logits, labels, reject_class=True)
    assert found.threshold == 0.99
    assert (after(logits[labels < 3], found) > 0.99).all()


def test_without_a_reject_class_only_the_temperature_is_fitted() -> None:
    logits, labels = answers(4000)
    found = calibrate(logits * 3, labels, reject_class=False)
    assert found.threshold == 0.5
    assert found.temperature == pytest.approx(3 * calibrate(logits, labels, reject_class=False).temperature, rel=1e-3)


def test_too_few_pictures_say_nothing() -> None:
    logits, labels = answers(ENOUGH - 1)
    assert calibrate(logits, labels, reject_class=True) == Confidence()
    logits, _ = answers(2 * ENOUGH)
    only_outsiders = np.full(2 * ENOUGH, 3)
    assert calibrate(logits, only_outsiders, reject_class=True).threshold == 0.5
