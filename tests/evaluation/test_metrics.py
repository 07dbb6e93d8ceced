import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkread.errors import DataError
from inkread.evaluation import evaluate, wilson_interval
from inkread.evaluation.metrics import most_confused


def rows(*values: list[float]) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_a_case_counted_by_hand() -> None:
    probabilities = rows([0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.5, 0.25, 0.25])
    found = evaluate(probabilities, np.array([0, 0, 1, 2]), ["a", "b", "c"])
    assert (found.correct, found.count, found.accuracy) == (3, 4, 0.75)
    assert found.average_loss == pytest.approx(-np.log([0.7, 0.6, 0.8, 0.25]).mean(), rel=1e-6)
    assert found.confusion.tolist() == [[2, 0, 0], [0, 1, 0], [1, 0, 0]]
    a, b, c = found.per_class
    assert (a.count, a.read, a.recall) == (2, 3, 1.0)
    assert a.precision == pytest.approx(2 / 3)
    assert a.f1 == pytest.approx(0.8)
    assert (b.precision, b.recall, b.f1) == (1.0, 1.0, 1.0)
    assert (c.count, c.read, c.precision, c.recall, c.f1) == (1, 0, None, 0.0, 0.0)


def test_a_class_that_is_nowhere_has_no_score() -> None:
    found = evaluate(rows([1, 0, 0]), np.array([0]), ["a", "b", "c"])
    assert (found.per_class[1].precision, found.per_class[1].recall, found.per_class[1].f1) == (None, None, None)


def test_no_answer_is_wrong_even_where_the_first_class_is_true() -> None:
    found = evaluate(rows([0, 0], [1, 0]), np.array([0, 0]), ["a", "b"])
    assert (found.correct, found.unanswered, found.confusion.tolist()) == (1, 1, [[1, 0], [0, 0]])
    assert found.per_class[0].recall == 0.5
    assert found.average_loss == pytest.approx(math.log(2) / 2)


def test_a_row_may_sum_to_less_than_1() -> None:
    found = evaluate(rows([0.3, 0.1], [0.2, 0.1]), np.array([0, 1]), ["a", "b"])
    assert (found.correct, found.unanswered) == (1, 0)
    assert found.average_loss == pytest.approx(-np.log([0.3, 0.1]).mean(), rel=1e-6)


def test_certain_and_wrong_costs_much_but_not_infinity() -> None:
    assert 80 < evaluate(rows([1, 0]), np.array([1]), ["a", "b"]).average_loss < 90


@pytest.mark.parametrize(
    ("probabilities", "labels"),
    [
        (np.zeros((0, 2), np.float32), []),
        (rows([1, 0]), [0, 1]),
        (rows([1, 0, 0]), [0]),
        (rows([1, 0]), [2]),
        (rows([1, 0]), [-1]),
        (rows([math.nan, 1]), [1]),
        (rows([-0.5, 1.5]), [1]),
    ],
)
def test_what_does_not_belong_together_is_refused(probabilities: np.ndarray, labels: list[int]) -> None:
    with pytest.raises(DataError):
        evaluate(probabilities, np.array(labels, dtype=np.int64), ["a", "b"])


@pytest.mark.parametrize(
    ("correct", "count", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_figures(correct: int, count: int, low: float, high: float) -> None:
    assert wilson_interval(correct, count) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_rate_and_mirrors(case: tuple[int, int]) -> None:
    correct, count = case
    low, high = wilson_interval(correct, count)
    assert 0 <= low <= correct / count <= high <= 1
    assert high - low < wilson_interval(correct, count, z=3)[1] - wilson_interval(correct, count, z=3)[0]
    mirrored = wilson_interval(count - correct, count)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(("correct", "count"), [(0, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(correct: int, count: int) -> None:
    with pytest.raises(DataError):
        wilson_interval(correct, count)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(2, 6))
def test_the_sums_fit_together_and_the_order_does_not_matter(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(k), n).astype(np.float32)
    labels = rng.integers(0, k, n)
    found = evaluate(probabilities, labels, list("abcdef")[:k])
    assert found.confusion.sum() == n
    assert [score.count for score in found.per_class] == np.bincount(labels, minlength=k).tolist()
    order = rng.permutation(n)
    again = evaluate(probabilities[order], labels[order], list("abcdef")[:k])
    assert np.array_equal(found.confusion, again.confusion)
    assert found.average_loss == pytest.approx(again.average_loss)


def test_most_confused_lists_pairs_by_their_number() -> None:
    read = np.array([1, 1, 2, 0, 0])
    found = evaluate(np.eye(3, dtype=np.float32)[read], np.array([0, 0, 0, 0, 2]), ["4", "9", "7"])
    assert most_confused(found) == [("4", "9", 2), ("4", "7", 1), ("7", "4", 1)]
    assert most_confused(found, limit=1) == [("4", "9", 2)]
