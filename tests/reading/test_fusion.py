"""Two opinions on a number: weighed by hand, and on pictures where one alone errs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkread.data import Dataset
from inkread.reading import make_constraint, read_whole_number
from inkread.reading.fusion import IN_CROP, ON_PAGE, Weights, weigh
from inkread.runtime import OnnxClassifier, OnnxRows
from inkread.types import Number
from tests.reading.made import strips

texts = st.dictionaries(st.text("0123456789", min_size=1, max_size=6), st.floats(0, 1), max_size=4)


@pytest.mark.parametrize("weights", [IN_CROP, ON_PAGE])
def test_the_pieces_decide_between_what_the_looks_cannot_tell(weights: Weights) -> None:
    seen = {"174": 0.45, "114": 0.5}
    assert weigh(seen, {}, weights)["114"] > weigh(seen, {}, weights)["174"]
    confidences = weigh(seen, {"174": 0.9, "114": 0.01}, weights)
    assert confidences["174"] > 0.7 > 0.3 > confidences["114"]


def test_pieces_do_not_outweigh_looks_that_are_sure() -> None:
    confidences = weigh({"174": 0.95}, {"14": 0.9}, IN_CROP)
    assert confidences["174"] > 0.9
    assert confidences["14"] < 0.05


def test_what_neither_believes_in_is_unsure() -> None:
    assert weigh({"3": 0.02}, {"3": 1e-4}, IN_CROP)["3"] < 0.3
    assert weigh({}, {}, IN_CROP) == {}


def test_pieces_know_nothing_of_separators() -> None:
    seen = {"12.5": 0.3, "125": 0.4}
    without, confidences = weigh(seen, {}, IN_CROP), weigh(seen, {"125": 0.9}, IN_CROP)
    assert set(confidences) == set(seen)
    assert confidences["12.5"] / confidences["125"] == pytest.approx(without["12.5"] / without["125"])
    assert sum(confidences.values()) > sum(without.values())


def test_a_text_gains_by_its_digits_not_by_its_separators() -> None:
    confidences = weigh({"1.25": 0.3, "125": 0.3, "12": 0.3}, {}, IN_CROP)
    assert confidences["1.25"] == pytest.approx(confidences["125"])
    assert confidences["125"] > confidences["12"]


@given(texts, texts)
def test_confidences_share_what_is_left_by_none_of_these(seen: dict[str, float], cut: dict[str, float]) -> None:
    confidences = weigh(seen, cut, IN_CROP)
    assert set(confidences) == set(seen) | set(cut)
    assert all(0 <= confidence <= 1 for confidence in confidences.values())
    assert sum(confidences.values()) <= 1 + 1e-9


def read_all(
    pictures: list[tuple[np.ndarray, str]], rows: OnnxRows, classifier: OnnxClassifier | None
) -> list[tuple[Number, str]]:
    return [(read_whole_number(picture, rows, classifier), text) for picture, text in pictures]


@pytest.mark.slow
def test_two_opinions_read_as_many_numbers_as_one(
    mnist_test: Dataset, rows: OnnxRows, classifier: OnnxClassifier
) -> None:
    pictures = strips(mnist_test, 400, (1, 2, 3, 4, 5), seed=4)
    alone, both = (
        sum(number.text == text for number, text in read_all(pictures, rows, second)) for second in (None, classifier)
    )
    assert both >= alone
    assert both >= 0.98 * len(pictures)


@pytest.mark.slow
def test_numbers_are_as_often_right_as_their_confidence_says(
    mnist_test: Dataset, rows: OnnxRows, classifier: OnnxClassifier
) -> None:
    read = read_all(strips(mnist_test, 250, (-3, -2, -1, 1), seed=5), rows, classifier)
    right = np.mean([number.text == text for number, text in read])
    assert np.mean([number.confidence for number, _ in read]) == pytest.approx(right, abs=0.04)
    doubtful = [number for number, _ in read if number.text]
    assert all(len(number.digits) == len(number.text) and number.box for number in doubtful)


def test_a_constraint_makes_a_doubtful_number_no_surer(
    mnist_test: Dataset, rows: OnnxRows, classifier: OnnxClassifier
) -> None:
    for picture, text in strips(mnist_test, 12, (-2, 2), seed=8):
        free = read_whole_number(picture, rows, classifier)
        forced = read_whole_number(picture, rows, classifier, constraint=make_constraint(choices=["00001", "99998"]))
        assert forced.text in ("", "00001", "99998")
        assert forced.confidence < 0.3 < free.confidence
        kept = read_whole_number(picture, rows, classifier, constraint=make_constraint(choices=[text, "00001"]))
        assert kept.text == text
