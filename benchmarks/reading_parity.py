"""Are pictures that come as files read as well as arrays are evaluated? Writes them in several forms and reads them.

The test images go through `inkread read`; the accuracy is set beside that of the same network on the arrays.

    python benchmarks/reading_parity.py
    python benchmarks/reading_parity.py --model runs/quick/model.onnx --count 1000
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from inkread.api import open_model
from inkread.data import Dataset, load, take
from machine import describe, result_path

FILES_PER_CALL = 2500


class Form(NamedTuple):
    """A way to write a picture, and by how many points its reading may fall behind."""

    name: str
    suffix: str
    change: Callable[[Image.Image], Image.Image]
    limit: float


def inverted(image: Image.Image) -> Image.Image:
    """Dark on light."""
    return Image.fromarray(255 - np.asarray(image))


def enlarged(image: Image.Image) -> Image.Image:
    """Seven times as large."""
    return image.resize((image.width * 7, image.height * 7), Image.Resampling.BICUBIC)


def in_a_corner(image: Image.Image) -> Image.Image:
    """On a canvas a hundred times as large."""
    canvas = Image.new("L", (280, 280))
    canvas.paste(image, (280 - image.width, 0))
    return canvas


FORMS = (
    Form("as they are, PNG", ".png", lambda image: image, 0.1),
    Form("inverted", ".png", inverted, 0.1),
    Form("enlarged seven times", ".png", enlarged, 0.1),
    Form("in a corner of 280x280", ".png", in_a_corner, 0.1),
    Form("JPEG of quality 50", ".jpg", lambda image: image, 0.3),
)


def read_files(names: list[str], folder: Path, model: Path | None) -> list[str]:
    """Read files with the command line, a few thousand a call, and return the labels."""
    labels = []
    options = [] if model is None else ["--model", str(model.resolve())]
    for start in range(0, len(names), FILES_PER_CALL):
        command = [sys.executable, "-m", "inkread", "read", "--as", "digit", "--format", "csv", *options]
        result = subprocess.run(
            [*command, *names[start : start + FILES_PER_CALL]], cwd=folder, capture_output=True, text=True, check=True
        )
        labels += [row["label"] for row in csv.DictReader(result.stdout.splitlines())]
    return labels


def accuracy_of_files(dataset: Dataset, form: Form, model: Path | None) -> tuple[float, float]:
    """Write every picture in one form and read it back.

    Returns:
        Per cent read right, and pictures read a second.
    """
    truth = [dataset.classes[label] for label in dataset.labels]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = [f"{index:05}{form.suffix}" for index in range(len(dataset))]
        for path, pixels in zip(names, dataset.images[:, 0], strict=True):
            form.change(Image.fromarray(pixels)).save(folder / path, quality=50)
        begin = time.perf_counter()
        labels = read_files(names, folder, model)
        speed = len(names) / (time.perf_counter() - begin)
    return 100 * float(np.mean([a == b for a, b in zip(labels, truth, strict=True)])), speed


def accuracy_of_arrays(dataset: Dataset, model: Path | None) -> float:
    """Per cent that the network gets right on the arrays, as `inkread evaluate` measures it."""
    classifier = open_model(model)
    answers = np.array(classifier.labels)[classifier.probabilities(dataset.images).argmax(axis=1)]
    return 100 * float((answers == np.array(dataset.classes)[dataset.labels]).mean())


def compare(model: Path | None, count: int | None) -> list[tuple[Form, float, float]]:
    """Print the table; return for each form the points by which reading falls behind, and its speed."""
    dataset = load("mnist", "test")
    if count is not None:
        dataset = take(dataset, count)
    arrays = accuracy_of_arrays(dataset, model)
    print(f"{'form':24} {'accuracy':>9} {'behind':>7} {'limit':>6} {'files/s':>8}")
    print(f"{'the arrays':24} {arrays:8.2f}%")
    results = []
    for form in FORMS:
        accuracy, speed = accuracy_of_files(dataset, form, model)
        results.append((form, arrays - accuracy, speed))
        print(f"{form.name:24} {accuracy:8.2f}% {arrays - accuracy:7.2f} {form.limit:6.2f} {speed:8.0f}", flush=True)
    return results


def main() -> None:
    """Compare, and end with status 1 where reading falls behind too far."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a model file (default: the one that comes with inkread)")
    parser.add_argument("--count", type=int, help="so many of the test images (default: all)")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/ as CSV")
    options = parser.parse_args()
    print(describe(), "\n")
    results = compare(options.model, options.count)
    if options.save:
        with result_path("reading-parity").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["form", "points_behind", "limit", "files_per_second"])
            writer.writerows([form.name, f"{behind:.2f}", form.limit, round(speed)] for form, behind, speed in results)
    sys.exit(any(round(behind, 6) > form.limit for form, behind, _ in results))


if __name__ == "__main__":
    main()
