"""How many numbers are read without a mistake? Measures that, and the time for each, one at a time.

Numbers are made of MNIST's test digits side by side; from a folder of handwriting that others collected come numbers
written with a pen (`unipen/strings.jsonl.gz`) and cells of old ledgers (`ledger/labels.csv`), where it holds them.
With --peers the same pictures go to other programs too, each as one line of text (see `peers.py`).

    python benchmarks/reading_numbers.py
    python benchmarks/reading_numbers.py --peers --peer-python ../peers/bin/python
    python benchmarks/reading_numbers.py --handwriting ../shared/data --number-model runs/numbers/model.onnx --count 200
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from inkread.api import Reader, load
from inkread.data import load as load_data
from inkread.data.synthesis import compose_digits
from inkread.data.trajectories import Pen, Trajectory, draw, parse_trajectories
from inkread.errors import DataError
from inkread.imaging import load_image
from inkread.reading import read_number
from inkread.types import UInt8Array
from machine import describe, result_path
from peers import add_options, chosen, read_with

COUNT = 1000
LENGTH = 5
APART = (1, 2, 3, 4, 5)
TOUCHING = (-1, -2, -3, -4)
STRINGS = Path("unipen/strings.jsonl.gz")
LEDGER = Path("ledger")
HEIGHT, PEN, MARGIN = 40, 4, 10  # of a number drawn from a trajectory, in pixels


class Crop(NamedTuple):
    """A picture of a number and its digits."""

    image: UInt8Array
    text: str


class Work(NamedTuple):
    """A line of the table."""

    name: str
    crops: Callable[[int], list[Crop]]


class Figure(NamedTuple):
    """What was measured."""

    exact: float
    milliseconds: float


class Way(NamedTuple):
    """A way to read a number."""

    name: str
    read: Callable[[UInt8Array], str]


def composed(gaps: tuple[int, ...], count: int) -> list[Crop]:
    """Compose five-digit numbers of MNIST's test digits; what cannot overlap so far is drawn again."""
    data = load_data("mnist", "test")
    rng = np.random.default_rng(4)
    crops: list[Crop] = []
    while len(crops) < count:
        chosen = rng.integers(0, len(data.images), LENGTH)
        try:
            image = compose_digits(data.images[chosen, 0], int(rng.choice(gaps)), rng)
        except DataError:
            continue
        crops.append(Crop(image, "".join(data.classes[label] for label in data.labels[chosen])))
    return crops


def pen_written(file: Path, count: int) -> list[Crop]:
    """Draw the numbers of a file of trajectories, all with the same pen, in black on white."""
    written = list(parse_trajectories(file.read_bytes()))
    chosen = np.linspace(0, len(written) - 1, min(count, len(written))).astype(int)
    return [Crop(_drawn(written[place]), written[place].label) for place in chosen.tolist()]


def _drawn(number: Trajectory) -> UInt8Array:
    """Draw one number."""
    width, height = np.maximum(np.ptp(np.concatenate(number.strokes), axis=0), 1e-6)
    side = HEIGHT * max(float(width / height), 1.0)
    ink = draw(number.strokes, Pen(width=PEN / side, side=round(side)), np.random.default_rng(0))
    return np.pad(255 - ink, MARGIN, constant_values=255)


def ledger_cells(folder: Path, count: int) -> list[Crop]:
    """Load the cells, whose decimal commas do not count."""
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)
    return [Crop(load_image(folder / rows[place]["file"]), rows[place]["digits"]) for place in chosen.tolist()]


def works(handwriting: Path | None) -> list[Work]:
    """List what can be measured on this machine."""
    found = [
        Work("five digits of MNIST test, gaps 1 to 5 px", lambda count: composed(APART, count)),
        Work("the same, touching or overlapping by 1 to 4 px", lambda count: composed(TOUCHING, count)),
    ]
    if handwriting is not None and (handwriting / STRINGS).exists():
        found.append(Work("pen-written numbers", lambda count: pen_written(handwriting / STRINGS, count)))
    if handwriting is not None and (handwriting / LEDGER / "labels.csv").exists():
        found.append(Work("ledger cells", lambda count: ledger_cells(handwriting / LEDGER, count)))
    return found


def ways(reader: Reader) -> list[Way]:
    """List the ways to read a number: as a whole by a network, which ships, and cut up in the classical way."""
    return [
        Way("as a whole", lambda picture: reader.number(picture).text),
        Way("cut up", lambda picture: read_number(picture, reader.classifier).text),
    ]


def measure(way: Way, crops: list[Crop]) -> Figure:
    """Read all crops, one after the other."""
    way.read(crops[0].image)
    start = time.perf_counter()
    read = [way.read(crop.image) for crop in crops]
    seconds = time.perf_counter() - start
    right = sum(text == crop.text for text, crop in zip(read, crops, strict=True))
    return Figure(100 * right / len(crops), 1000 * seconds / len(crops))


def measure_peer(peer: str, python: Path, crops: list[Crop]) -> Figure:
    """Let another program read all crops; what is no digit does not count."""
    read = read_with(peer, python, [crop.image for crop in crops], page=False)
    right = sum(reading.digits() == crop.text for reading, crop in zip(read, crops, strict=True))
    return Figure(100 * right / len(crops), 1000 * sum(reading.seconds for reading in read) / len(crops))


def main() -> None:
    """Measure, print the table, and keep it as CSV where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a model file for digits (default: the one that is shipped)")
    parser.add_argument("--number-model", type=Path, help="a model file for numbers (default: the one that is shipped)")
    parser.add_argument("--count", type=int, default=COUNT, help="so many numbers of each work (default: 1000)")
    parser.add_argument("--handwriting", type=Path, help="a folder with unipen/ and ledger/, each if you have it")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/ as CSV")
    add_options(parser)
    options = parser.parse_args()
    print(describe(), "\n")
    others = chosen(options)
    both = ways(load(options.model, number_model=options.number_model))
    heading = [
        "work",
        "numbers",
        *(f"{name}: {unit}" for name in [*(w.name for w in both), *others] for unit in ("exact (%)", "ms a crop")),
    ]
    print(f"| {' | '.join(heading)} |\n|---|{'---:|' * (len(heading) - 1)}")
    lines: list[list[str]] = []
    for work in works(options.handwriting):
        crops = work.crops(options.count)
        figures = [measure(way, crops) for way in both]
        figures += [measure_peer(peer, options.peer_python, crops) for peer in others]
        cells = [text for figure in figures for text in (f"{figure.exact:.1f}", f"{figure.milliseconds:.1f}")]
        lines.append([work.name, str(len(crops)), *cells])
        print(f"| {' | '.join(lines[-1])} |", flush=True)
    if options.save:
        with result_path("numbers").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(heading)
            writer.writerows(lines)


if __name__ == "__main__":
    main()
