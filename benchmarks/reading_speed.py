"""How fast is a digit read? One at a time, in batches, from files, as a whole process; others beside it.

python benchmarks/reading_speed.py
python benchmarks/reading_speed.py --peers --peer-python ../peers/bin/python
python benchmarks/reading_speed.py --model runs/quick/model.onnx --rounds 9
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch

import inkread
from inkread.api import open_model
from inkread.data import load
from inkread.networks import build
from inkread.runtime import OnnxClassifier
from inkread.speed.processes import run_process
from inkread.types import UInt8Array
from machine import describe, result_path
from peers import add_options, chosen

TUTORIAL = "cnn-8-16"
SINGLES = 1000
ENLARGED = 100


class Row(NamedTuple):
    """A line of the table."""

    name: str
    median: float
    lowest: float
    highest: float
    unit: str


def one_at_a_time(name: str, read: Callable[[UInt8Array], object], pictures: UInt8Array) -> Row:
    """Time single pictures, warm: median, 1st and 99th percentile in milliseconds."""
    for picture in pictures[:50]:
        read(picture)
    times = []
    for picture in pictures[:SINGLES]:
        start = time.perf_counter()
        read(picture)
        times.append(1000 * (time.perf_counter() - start))
    return Row(name, float(np.median(times)), float(np.quantile(times, 0.01)), float(np.quantile(times, 0.99)), "ms")


def in_one_call(name: str, read: Callable[[UInt8Array], object], pictures: UInt8Array, rounds: int) -> Row:
    """Time all pictures in one call, several times: pictures a second."""
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        read(pictures)
        rates.append(len(pictures) / (time.perf_counter() - start))
    return Row(name, statistics.median(rates), min(rates), max(rates), "pictures/s")


def from_files(reader: inkread.Reader, pictures: UInt8Array, folder: Path, rounds: int) -> Row:
    """Time PNG files on disk, decoded, normalised and read."""
    paths = [folder / f"{place}.png" for place in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        cv2.imwrite(str(path), picture)
    name = f"{len(paths):,} PNG files of {ENLARGED}x{ENLARGED} (Reader.digits)"
    return in_one_call(name, lambda _: reader.digits(paths), pictures, rounds)


def whole_processes(picture: Path, others: list[str], peer_python: Path, rounds: int) -> list[Row]:
    """Time one picture through each command line, in turns; ours with its peak memory."""
    commands: dict[str, list[str | Path]] = {"inkread": [sys.executable, "-m", "inkread", "read", picture]}
    if "rapidocr" in others:
        commands["rapidocr"] = [peer_python.with_name("rapidocr"), "-img", picture]
    if "tesseract" in others:
        commands["tesseract"] = ["tesseract", picture, "stdout", "--psm", "10"]
    ran = {name: [run_process(command)] for name, command in commands.items()}  # the first is not counted
    for _ in range(rounds):
        for name, command in commands.items():
            ran[name].append(run_process(command))
    rows = []
    for name, processes in ran.items():
        seconds = [process.seconds for process in processes[1:]]
        memory = [process.memory or 0.0 for process in processes[1:]]
        rows.append(
            Row(f"{name}, one picture, whole process", statistics.median(seconds), min(seconds), max(seconds), "s")
        )
        rows.append(Row("  its peak memory", statistics.median(memory), min(memory), max(memory), "MB"))
    return rows


def eager(batch: int) -> Callable[[UInt8Array], object]:
    """Return the tutorial's way: scale to 0..1, run the module, take the largest logit."""
    network = build(TUTORIAL).eval()

    @torch.inference_mode()
    def read(pictures: UInt8Array) -> object:
        images = torch.from_numpy(pictures.reshape(-1, 1, 28, 28))
        return [network(part.float() / 255).argmax(1) for part in torch.split(images, batch)]

    return read


def main() -> None:
    """Measure, print, and keep the table as CSV where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a model file (default: the one that comes with inkread)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/ as CSV")
    add_options(parser)
    options = parser.parse_args()
    print(describe(), "\n")
    digits = load("mnist", "test").images[:, 0]
    large = np.stack(
        [cv2.resize(digit, (ENLARGED, ENLARGED), interpolation=cv2.INTER_CUBIC) for digit in digits[:1500]]
    )
    reader, classifier = inkread.load(options.model), open_model(options.model)
    rows = [
        one_at_a_time("one digit of 28x28, normalised and read", reader.digit, digits),
        one_at_a_time("one digit of 100x100, normalised and read", reader.digit, np.asarray(large, np.uint8)),
        one_at_a_time(f"{TUTORIAL} in eager torch, one digit of 28x28", eager(1), digits),
        in_one_call("10,000 arrays of 28x28 in MNIST's form", classify(classifier), digits, options.rounds),
        in_one_call("the same, each normalised (Reader.digits)", reader.digits, digits, options.rounds),
        in_one_call(f"{TUTORIAL} in eager torch, batches of 500", eager(500), digits, options.rounds),
    ]
    with tempfile.TemporaryDirectory() as folder:
        rows.append(from_files(reader, np.asarray(large, np.uint8), Path(folder), options.rounds))
        rows += whole_processes(Path(folder) / "0.png", chosen(options), options.peer_python, options.rounds)
    print(f"{'':55} {'median':>8} {'low':>8} {'high':>8}")
    for row in rows:
        decimals = 2 if row.unit in ("ms", "s") else 0
        numbers = " ".join(f"{value:8,.{decimals}f}" for value in (row.median, row.lowest, row.highest))
        print(f"{row.name:55} {numbers} {row.unit}")
    if options.save:
        with result_path("reading-speed").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Row._fields)
            writer.writerows(rows)


def classify(classifier: OnnxClassifier) -> Callable[[UInt8Array], object]:
    """Return what classifies arrays that are in MNIST's form already."""
    return lambda pictures: classifier.probabilities(pictures[:, np.newaxis])


if __name__ == "__main__":
    main()
