"""How long does it take to learn MNIST to 99.0, 99.5 and 99.7 %? All contenders in one run, in turn, seed by seed.

python benchmarks/train_speed.py --seeds 20 --recipes sprint
python benchmarks/train_speed.py --seeds 10 --recipes sprint,sprint-995 --example 1 --save
python benchmarks/train_speed.py --device cuda --seeds 30
python benchmarks/train_speed.py --linear
python benchmarks/train_speed.py --memory

The budget of each (epochs, schedule) is fixed before the run; times go from pictures in memory as uint8 to the final
weights, with everything between. PyTorch's example alone is stopped by the test pictures, which flatters it.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple

# As `inkread train` sets it: threads that wait by spinning steal from each other on busy cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from inkread.data import load
from inkread.training.device import settle
from inkread.training.pictures import Pictures
from inkread.training.recipes import get_recipe
from inkread.training.run import load_data
from machine import describe, result_path
from train_contenders import Contender, Outcome, example, on_device, ours, record, train_once

GOAL = 99.0
RECORD, EXAMPLE = "record recipe", "PyTorch's example"
SIZES = (6_000, 60_000, 600_000)


class Row(NamedTuple):
    """A line of the table: a contender over its seeds. `low` and `high` are the 95 % interval of the mean accuracy."""

    name: str
    seeds: int
    threads: int
    epochs: int
    accuracy: float
    low: float
    high: float
    seconds: float
    fastest: float
    slowest: float
    processor_seconds: float
    times_faster: float | None


def student(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t, by its expansion in 1 / freedom (Abramowitz and Stegun 26.7.5)."""
    z, v = statistics.NormalDist().inv_cdf(0.975), freedom
    terms = (
        z,
        (z**3 + z) / (4 * v),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3),
    )
    return sum(terms)


def summarise(name: str, outcomes: list[Outcome], records: list[Outcome]) -> Row:
    """Put a contender's trainings into one line; it is compared with the record recipe round by round."""
    accuracies, seconds = [one.accuracy for one in outcomes], [one.seconds for one in outcomes]
    mean, count = statistics.mean(accuracies), len(outcomes)
    half = student(count - 1) * statistics.stdev(accuracies) / count**0.5 if count > 1 else float("nan")
    ratios = [theirs.seconds / one.seconds for one, theirs in zip(outcomes, records, strict=False)]
    return Row(
        name=name,
        seeds=count,
        threads=torch.get_num_threads(),
        epochs=outcomes[0].epochs,
        accuracy=mean,
        low=mean - half,
        high=mean + half,
        seconds=statistics.median(seconds),
        fastest=min(seconds),
        slowest=max(seconds),
        processor_seconds=statistics.median(one.processor_seconds for one in outcomes),
        times_faster=statistics.median(ratios) if ratios else None,
    )


def say(line: str) -> None:
    """Report progress."""
    print(line, file=sys.stderr, flush=True)


def race(
    contenders: dict[str, Contender], rounds: dict[str, int], parts: tuple[Pictures, Pictures], device: torch.device
) -> dict[str, list[Outcome]]:
    """Let the contenders train in turn, each as many seeds as it has rounds."""
    train, test = parts
    outcomes: dict[str, list[Outcome]] = {name: [] for name in contenders}
    for seed in range(max(rounds.values())):
        for name, contender in contenders.items():
            if seed < rounds[name]:
                one = contender(train, test, seed, device)
                outcomes[name].append(one)
                say(f"{name:20} seed {seed:2} {one.accuracy:6.2f} % {one.seconds:8.2f} s")
    return outcomes


def print_table(rows: list[Row]) -> None:
    """Print the table."""
    print(f"{'':20} {'seeds':>5} {'epochs':>6} {'accuracy':>9} {'95 % of mean':>15} {'median s':>9} {'low':>8}", end="")
    print(f" {'high':>8} {'cpu s':>8} {'record / this':>14}")
    for row in rows:
        interval = f"{row.low:.3f}..{row.high:.3f}" if row.seeds > 1 else ""
        faster = "" if row.times_faster is None else f"{row.times_faster:.2f}"
        times = f"{row.seconds:9.2f} {row.fastest:8.2f} {row.slowest:8.2f} {row.processor_seconds:8.2f}"
        print(f"{row.name:20} {row.seeds:5} {row.epochs:6} {row.accuracy:9.3f} {interval:>15} {times} {faster:>14}")


def compare(options: argparse.Namespace) -> None:
    """Race, print, and keep the table where asked."""
    device = torch.device(options.device)
    parts = on_device(load("mnist", "train"), device), on_device(load("mnist", "test"), device)
    recipes = {name: get_recipe(name) for name in options.recipes.split(",") if name}
    contenders: dict[str, Contender] = {EXAMPLE: example(GOAL), RECORD: record}
    contenders |= {name: ours(config, load_data(config)) for name, config in recipes.items()}
    rounds = dict.fromkeys(contenders, options.seeds)
    rounds |= {EXAMPLE: options.example, RECORD: options.seeds if options.record is None else options.record}
    contenders = {name: contender for name, contender in contenders.items() if rounds[name]}
    if device.type == "cuda":
        for name, contender in contenders.items():
            if name != EXAMPLE:
                say(f"{name:20} warm-up  {contender(*parts, 0, device).seconds:.2f} s")
    outcomes = race(contenders, rounds, parts, device)
    records = outcomes.get(RECORD, [])
    rows = [summarise(name, found, records) for name, found in outcomes.items()]
    print_table(rows)
    if options.save:
        with result_path("train-speed").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Row._fields)
            writer.writerows(rows)


def grow(options: argparse.Namespace) -> None:
    """Show how an epoch's time grows with the number of pictures; MNIST's, repeated."""
    device = torch.device(options.device)
    train, test = on_device(load("mnist", "train"), device), on_device(load("mnist", "test"), device)
    none = Pictures(train.images_nchw[:0], train.labels_n[:0])
    for name in options.recipes.split(","):
        config = settle(get_recipe(name).with_options({"epochs": 1, "limit": None, "device": device.type}))
        for size in SIZES:
            times = -(-size // len(train))
            pictures = Pictures(train.images_nchw.repeat(times, 1, 1, 1)[:size], train.labels_n.repeat(times)[:size])
            runs = range(1 if times > 1 else 3)
            found = [train_once(config, pictures, none, test) for _ in runs]
            wall = statistics.median(one.seconds for one in found)
            processor = statistics.median(one.processor_seconds for one in found)
            each = f"a picture {1e6 * wall / size:6.1f} us, of processors {1e6 * processor / size:6.1f} us"
            print(f"{name:14} {size:8,} pictures {wall:8.2f} s an epoch; {each}", flush=True)


def weigh(options: argparse.Namespace) -> None:
    """Show the peak resident memory of whole runs of `inkread train`."""
    for name in options.recipes.split(","):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "inkread", "train", name, "--progress", "none", "--out", f"{folder}/run"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            if status:
                raise SystemExit(f"`inkread train {name}` failed.")
        seconds = usage.ru_utime + usage.ru_stime
        print(f"{name:14} {usage.ru_maxrss / 1024:6.0f} MB at most, {seconds:.1f} s of processor", flush=True)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", default="sprint,quick", help="ours, with commas between them")
    parser.add_argument("--seeds", type=int, default=5, help="of each, but for the example")
    parser.add_argument("--record", type=int, help="seeds of the record recipe, where not the same")
    parser.add_argument("--example", type=int, default=0, help="trainings of PyTorch's example; each takes minutes")
    parser.add_argument("--threads", type=int, help="of torch on the CPU")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--linear", action="store_true", help="instead: the time of an epoch by number of pictures")
    parser.add_argument("--memory", action="store_true", help="instead: the peak memory of whole runs")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/ as CSV")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    print(describe(), "\n", flush=True)
    work = grow if options.linear else weigh if options.memory else compare
    work(options)


if __name__ == "__main__":
    main()
