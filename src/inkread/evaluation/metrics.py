"""How often a classifier is right, and how surely we know that: accuracy with its interval, loss, confusion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from inkread.errors import DataError
from inkread.types import Float32Array, Int64Array

Z_95 = 1.959963984540054  # the 97.5 % quantile of the standard normal distribution
_LEAST_PROBABILITY = float(np.finfo(np.float32).tiny)  # a true class given 0 costs 87 nats, not infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """How one class fared; fractions from 0 to 1, None where nothing was there to divide by.

    Attributes:
        label: the class's name.
        count: pictures that truly are of this class.
        read: pictures that were read as this class.
        precision: share of `read` that was right; None if nothing was read as this class.
        recall: share of `count` that was found; None if there was no such picture.
        f1: harmonic mean of precision and recall; None if neither picture nor answer is of this class.
    """

    label: str
    count: int
    read: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """What was measured on one labelled set; fractions from 0 to 1.

    Attributes:
        average_loss: mean of -ln(probability of the true class), in nats.
        accuracy: share that was read right.
        low: lower end of the accuracy's 95 % Wilson interval.
        high: upper end of it.
        correct: how many were read right.
        count: how many there were.
        unanswered: how many got no answer (no ink); they count as wrong and are in no column of `confusion`.
        classes: names of the classes.
        per_class: a score for each class, in the order of `classes`.
        confusion: int64 of shape (classes, classes); row: the truth, column: what was read.
    """

    average_loss: float
    accuracy: float
    low: float
    high: float
    correct: int
    count: int
    unanswered: int
    classes: tuple[str, ...]
    per_class: tuple[ClassScore, ...]
    confusion: Int64Array = field(repr=False)


class Confused(NamedTuple):
    """Two classes that were taken for each other: pictures of `truth` were read as `read`, `times` times."""

    truth: str
    read: str
    times: int


def evaluate(probabilities: Float32Array, labels: Int64Array, classes: Sequence[str]) -> Evaluation:
    """Compare what was read with the truth.

    The answer is the most probable class (the first of equals). A row of zeros, which is what a reader gives for a
    picture without ink, is no answer: it counts as wrong, and its loss is ln(classes), that of knowing nothing.

    Args:
        probabilities: float32 of shape (n, classes), 0 to 1, each row summing to 1, or to less where the model holds
            it possible that the picture is of no class; all 0 is no answer.
        labels: int64 of shape (n,), the true classes as indices into `classes`.
        classes: names of the classes.

    Returns:
        The measured figures.

    Raises:
        DataError: if there is no picture, or the arrays do not belong together or hold NaN.
    """
    check_answers(probabilities, labels, len(classes))
    answered = probabilities.any(axis=1)
    truth, read = labels[answered], probabilities[answered].argmax(axis=1)
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusion, (truth, read), 1)
    count, correct = len(labels), int(np.trace(confusion))
    low, high = wilson_interval(correct, count)
    return Evaluation(
        average_loss=float(losses(probabilities, labels).mean()),
        accuracy=correct / count,
        low=low,
        high=high,
        correct=correct,
        count=count,
        unanswered=int(count - answered.sum()),
        classes=tuple(classes),
        per_class=_per_class(confusion, np.bincount(labels, minlength=len(classes)), classes),
        confusion=confusion,
    )


def losses(probabilities: Float32Array, labels: Int64Array) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return each picture's negative log-likelihood.

    Args:
        probabilities: float32 of shape (n, classes), each row summing to at most 1; all 0 is no answer.
        labels: int64 of shape (n,).

    Returns:
        float64 of shape (n,), 0 (certain and right) to 87.3 nats; ln(classes) for a row of zeros.
    """
    likelihood = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    likelihood[~probabilities.any(axis=1)] = 1 / probabilities.shape[1]
    return np.asarray(-np.log(np.clip(likelihood, _LEAST_PROBABILITY, 1.0)))


def wilson_interval(correct: int, count: int, z: float = Z_95) -> tuple[float, float]:
    """Return the interval in which the true rate lies, given that `correct` of `count` trials succeeded.

    Unlike the textbook's normal interval it stays within 0 and 1 and is right near both ends, where good classifiers
    live. Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Args:
        correct: successes, 0 to `count`.
        count: trials, at least 1.
        z: half-width in standard deviations of the normal distribution; 1.96 gives 95 %.

    Returns:
        Lower and upper end, 0 to 1, with correct / count between them.

    Raises:
        DataError: if `count` is 0 or `correct` is not within 0 and `count`.
    """
    if not 0 <= correct <= count or count == 0:
        raise DataError(f"{correct} right of {count} is no share that an interval can be given for.")
    rate = correct / count
    scale = 1 + z * z / count
    centre = (rate + z * z / (2 * count)) / scale
    reach = z / scale * math.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count))
    return max(0.0, min(rate, centre - reach)), min(1.0, max(rate, centre + reach))


def most_confused(evaluation: Evaluation, limit: int = 10) -> list[Confused]:
    """List the mistakes that were made most often.

    Args:
        evaluation: what was measured.
        limit: the most to list.

    Returns:
        The pairs of classes, most frequent first; empty where nothing was read wrong.
    """
    wrong = evaluation.confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:limit]
    pairs = zip(*np.unravel_index(order, wrong.shape), strict=True)
    names = evaluation.classes
    return [Confused(names[t], names[r], int(wrong[t, r])) for t, r in pairs if wrong[t, r]]


def check_answers(probabilities: Float32Array, labels: Int64Array, classes: int) -> None:
    """Refuse answers that cannot be compared with labels.

    Raises:
        DataError: if there is no picture, the shapes do not fit, a label is no class, or a probability is not 0 to 1.
    """
    if len(labels) == 0:
        raise DataError("the data set holds no pictures, there is nothing to measure.")
    if probabilities.shape != (len(labels), classes):
        raise DataError(
            f"probabilities of shape {probabilities.shape} do not fit {len(labels)} labels of {classes} classes."
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise DataError(f"a label lies outside the {classes} classes.")
    # Written so that NaN, for which every comparison is false, is refused as well.
    if not (probabilities.min() >= 0 and probabilities.max() <= 1.001):
        raise DataError("a probability is no number from 0 to 1.")


def _per_class(confusion: Int64Array, counts: Int64Array, classes: Sequence[str]) -> tuple[ClassScore, ...]:
    """Score each class; `counts` holds the true pictures a class, the unanswered ones among them."""
    read = confusion.sum(axis=0)
    return tuple(
        ClassScore(
            label=label,
            count=int(counts[i]),
            read=int(read[i]),
            precision=_share(confusion[i, i], read[i]),
            recall=_share(confusion[i, i], counts[i]),
            f1=_share(2 * confusion[i, i], read[i] + counts[i]),
        )
        for i, label in enumerate(classes)
    )


def _share(part: np.int64, whole: np.int64) -> float | None:
    """Divide, or return None where there is nothing to divide by."""
    return float(part / whole) if whole else None
