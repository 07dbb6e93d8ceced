"""How well does a model read people that it does not know? Measures that, and whether it refuses what is no digit.

Measures models on handwriting that they were not trained on, a tutorial's network beside them, with and without
normalisation. The collections must have been brought in (`inkread data add`); those that are not are left out.

    python benchmarks/generalisation.py
    python benchmarks/generalisation.py --model runs/reader/model.onnx --count 2000
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkread.api import open_model
from inkread.data import Dataset, load, take
from inkread.data.collected import donor_split, trajectories
from inkread.data.corruptions import CORRUPTIONS, corrupt
from inkread.data.trajectories import Trajectory
from inkread.errors import DataError
from inkread.evaluation.answers import answer, match_labels
from inkread.evaluation.calibration import expected_calibration_error
from inkread.evaluation.rejection import auroc
from inkread.runtime import OnnxClassifier
from inkread.training.recipes import get_recipe
from inkread.training.run import train
from inkread.types import Float32Array, Int64Array, UInt8Array
from machine import describe, result_path

TUTORIAL = "cnn-8-16"
DIGITS = {
    "mnist": "MNIST test",
    "optdigits32": "optdigits32, all",
    "unipen-digits": "pen trajectories, donors ibm, uqb, aga",
    "bhmsds-digits": "photographed symbols 0-9",
}
WHOLE = ("optdigits32",)  # train and test together: nothing is trained on it
LIGHT = ("bhmsds-digits",)  # dark ink on light paper
NO_DIGITS = {
    "omniglot": "Omniglot without Latin, unknown people",
    "bhmsds-symbols": "photographed + w x y z",
    "unipen-symbols": "symbols of unknown donors",
    "unipen-letters": "letters of unknown donors",
}
STRAIGHT = 0.06  # a path's extent across its direction, as a share of that along it
CALIBRATED = ("mnist", "optdigits32")
Answers = Callable[[Dataset], Float32Array]


class Figure(NamedTuple):
    """A line of the table: what was measured, and the figure of each model (None: not measured)."""

    name: str
    values: tuple[float | None, ...]
    decimals: int = 2


class Subject(NamedTuple):
    """A model, and how pictures are given to it."""

    name: str
    answers: Answers


def tutorial(folder: Path) -> OnnxClassifier:
    """Train the tutorial's network, or take the one that is there."""
    model = folder / "model.onnx"
    if not model.exists():
        print(f"training the tutorial's network {TUTORIAL} …", flush=True)
        train(get_recipe(TUTORIAL), run_dir=folder, resume=(folder / "config.json").exists())
    return OnnxClassifier.open(model)


def as_is(classifier: OnnxClassifier) -> Answers:
    """Give pictures as tutorials do: polarity put right by hand, scaled to 28x28, nothing else."""

    def answers(dataset: Dataset) -> Float32Array:
        images = dataset.images[:, 0]
        if dataset.name in LIGHT:
            images = 255 - images
        if images.shape[1:] != (28, 28):
            images = np.stack([cv2.resize(image, (28, 28), interpolation=cv2.INTER_AREA) for image in images])
        return classifier.probabilities(images[:, np.newaxis])

    return answers


def normalised(classifier: OnnxClassifier) -> Answers:
    """Give pictures as `inkread read` does."""
    return lambda dataset: answer(classifier, dataset, lambda _done: None)


def digit_sets(count: int | None) -> Iterator[tuple[str, Dataset]]:
    """Load the digits that are on this machine."""
    for name in DIGITS:
        try:
            dataset = joined(load(name, "train"), load(name, "test")) if name in WHOLE else load(name, "test")
        except DataError as error:
            print(f"left out: {error}")
            continue
        yield name, dataset if count is None else take(dataset, count)


def whole_trajectories() -> NDArray[np.bool_]:
    """Tell which test trajectories are whole digits, in the order of the data set `unipen-digits`.

    Recordings were cut into characters by machine, and some lost strokes: what is nearly one straight line and is
    neither an upright 1 nor 7 is a fragment, whatever its label says.
    """
    return np.array([not fragment(t) for t in trajectories("digits.jsonl.gz") if donor_split(t.donor) == "test"])


def fragment(trajectory: Trajectory) -> bool:
    """Tell a straight 0 or 4, or a 1 or 7 that lies flat."""
    points = np.concatenate(trajectory.strokes).astype(np.float64)
    along, across = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    width, height = np.ptp(points, axis=0)
    return bool(across <= STRAIGHT * along and (trajectory.label not in "17" or height < width / 2))


def joined(first: Dataset, second: Dataset) -> Dataset:
    """Put two splits together."""
    return Dataset(
        name=first.name,
        split="all",
        images=np.concatenate([first.images, second.images]),
        labels=np.concatenate([first.labels, second.labels]),
        classes=first.classes,
        normalization=first.normalization,
    )


def accuracy(answers: Float32Array, labels: Int64Array) -> float:
    """Per cent right; no answer is wrong."""
    return 100 * float(((answers.argmax(axis=1) == labels) & (answers.max(axis=1) > 0)).mean())


def measure_digits(subjects: list[Subject], count: int | None) -> tuple[list[Figure], list[Float32Array]]:
    """Measure accuracy and calibration on each set of digits; also return the answers on MNIST."""
    accuracies, calibrations, on_mnist = [], [], []
    for name, dataset in digit_sets(count):
        labels = match_labels(dataset, [str(digit) for digit in range(10)])
        rows = [subject.answers(dataset) for subject in subjects]
        accuracies.append(Figure(f"accuracy, {DIGITS[name]} (%)", tuple(accuracy(row, labels) for row in rows)))
        if name == "unipen-digits" and count is None:
            kept = whole_trajectories()
            figures = tuple(accuracy(row[kept], labels[kept]) for row in rows)
            accuracies.append(Figure(f"- without {np.sum(~kept)} fragments that lost strokes (%)", figures))
        if name in CALIBRATED:
            errors = tuple(100 * expected_calibration_error(row, labels) for row in rows)
            calibrations.append(Figure(f"calibration error, {DIGITS[name]} (points)", errors))
        if name == "mnist":
            on_mnist = rows
    return accuracies + calibrations, on_mnist


def measure_corruptions(subjects: list[Subject], count: int | None) -> list[Figure]:
    """Measure the accuracy on MNIST's test pictures, spoilt in each way."""
    clean = load("mnist", "test")
    clean = clean if count is None else take(clean, count)
    found: dict[str, tuple[float, ...]] = {}
    for name in CORRUPTIONS:
        spoilt = corrupt(clean.images[:, 0], name)
        dataset = with_images(clean, spoilt)
        found[name] = tuple(accuracy(subject.answers(dataset), clean.labels) for subject in subjects)
        print(f"  {name:16} " + "  ".join(f"{value:6.2f}" for value in found[name]), flush=True)
    lines = []
    for title, names in (
        ("all", list(CORRUPTIONS)),
        ("families that training uses", [n for n, c in CORRUPTIONS.items() if c.trained]),
        ("families that training never used", [n for n, c in CORRUPTIONS.items() if not c.trained]),
    ):
        means = np.mean([found[name] for name in names], axis=0)
        lines.append(Figure(f"corruptions, mean of {len(names)}: {title} (%)", tuple(means.tolist())))
    return [*lines, *(Figure(f"- {name}", values) for name, values in found.items())]


def with_images(dataset: Dataset, images: UInt8Array) -> Dataset:
    """Replace the pictures; they are no longer in MNIST's form, and so are read as any picture is."""
    return Dataset(
        name=dataset.name,
        split=dataset.split,
        images=np.ascontiguousarray(images[:, np.newaxis]),
        labels=dataset.labels,
        classes=dataset.classes,
        normalization="resize",
    )


def measure_refusal(subjects: list[Subject], on_mnist: list[Float32Array], count: int | None) -> list[Figure]:
    """Measure how well confidence on MNIST's digits stands apart from that on other things."""
    separations, accepted = [], []
    digits = [answers.max(axis=1).astype(np.float64) for answers in on_mnist]
    thresholds = [np.quantile(confidence, 0.01) for confidence in digits]
    for name, title in NO_DIGITS.items():
        try:
            dataset = load(name, "test")
        except DataError as error:
            print(f"left out: {error}")
            continue
        dataset = dataset if count is None else take(dataset, count)
        others = [subject.answers(dataset).max(axis=1).astype(np.float64) for subject in subjects]
        pairs = zip(digits, others, strict=True)
        separations.append(Figure(f"AUROC, {title}", tuple(auroc(inside, outside) for inside, outside in pairs), 4))
        shares = (100 * float((o >= t).mean()) for o, t in zip(others, thresholds, strict=True))
        accepted.append(Figure(f"accepted where 99 % of MNIST is, {title} (%)", tuple(shares)))
    return separations + accepted


def main() -> None:
    """Measure, print the table, and keep it as CSV where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, action="append", help="model files (default: the one that is shipped)")
    parser.add_argument("--count", type=int, help="so many pictures of each set (default: all)")
    parser.add_argument("--tutorial", type=Path, default=Path("runs/tutorial"), help="folder of the tutorial's run")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/ as CSV")
    options = parser.parse_args()
    print(describe(), "\n")
    plain = tutorial(options.tutorial)
    subjects = [Subject("tutorial CNN as is", as_is(plain)), Subject("tutorial CNN normalised", normalised(plain))]
    for path in options.model or [None]:
        classifier = open_model(path)
        subjects.append(Subject(classifier.card.name, normalised(classifier)))
    lines, on_mnist = measure_digits(subjects, options.count)
    lines += measure_refusal(subjects, on_mnist, options.count)
    lines += measure_corruptions(subjects, options.count)
    names = [subject.name for subject in subjects]
    print(f"\n| | {' | '.join(names)} |\n|---|{'---:|' * len(names)}")
    for line in lines:
        print(f"| {line.name} | " + " | ".join(f"{value:.{line.decimals}f}" for value in line.values) + " |")
    if options.save:
        with result_path("generalisation").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["figure", *names])
            writer.writerows([line.name, *(f"{v:.{line.decimals}f}" for v in line.values)] for line in lines)


if __name__ == "__main__":
    main()
