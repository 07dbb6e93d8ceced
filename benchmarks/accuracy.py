"""How accurate is each recipe? Trains recipes with several seeds and prints mean and deviation on the test set.

    python benchmarks/accuracy.py --seeds 3 --out runs/accuracy
    python benchmarks/accuracy.py --recipes best --seeds 5     # hours on a CPU, minutes on a GPU

Each run leaves its log and its model file with its card in the folder; runs that are there already are not repeated, so
that the script can be stopped and started again. The table goes to benchmarks/results/ as CSV.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from inkread.runtime import OnnxClassifier
from inkread.training.recipes import RECIPES, get_recipe
from inkread.training.run import train
from machine import describe, result_path

TARGETS = {"quick": 99.2, "mlp-128-64": 97.5, "mlp-64x3": 97.0, "cnn-10-20": 98.7, "cnn-8-16": 98.7, "best": 99.8}
LONG = ("best", "reader", "numbers")  # left out unless asked for


@dataclass(frozen=True)
class Result:
    """One finished run."""

    recipe: str
    seed: int
    accuracy: float
    seconds: float


def run(recipe: str, seed: int, folder: Path) -> Result:
    """Train one recipe with one seed, or take the result of the run that is there."""
    run_dir = folder / f"{recipe}-seed{seed}"
    model = run_dir / "model.onnx"
    if not model.exists():
        config = get_recipe(recipe).with_options({"seed": seed})
        train(config, run_dir=run_dir, listeners=(), resume=(run_dir / "config.json").exists())
    metric = next(m for m in OnnxClassifier.open(model).card.metrics if m.split == "test")
    last = json.loads((run_dir / "log.jsonl").read_text().splitlines()[-1])
    return Result(recipe, seed, 100 * metric.value, last["seconds"])


def main() -> None:
    """Train, print the table, write the CSV."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", nargs="*", default=[r for r in RECIPES if r not in LONG], choices=list(RECIPES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/accuracy"))
    arguments = parser.parse_args()

    results = []
    print(f"{describe()}\n")
    print("| recipe | seeds | test accuracy, mean ± deviation | each | to reach | training, median |")
    print("|---|---|---|---|---|---|")
    for recipe in arguments.recipes:
        runs = [run(recipe, seed, arguments.out) for seed in range(arguments.seeds)]
        results += runs
        accuracies = [r.accuracy for r in runs]
        deviation = statistics.stdev(accuracies) if len(runs) > 1 else 0.0
        each = ", ".join(f"{a:.2f}" for a in accuracies)
        seconds = statistics.median(r.seconds for r in runs)
        target = f"{TARGETS[recipe]:.1f}" if recipe in TARGETS else "–"
        print(
            f"| `{recipe}` | {len(runs)} | {statistics.mean(accuracies):.2f} ± {deviation:.2f} | {each} | {target} "
            f"| {seconds:.1f} s |",
            flush=True,
        )

    path = result_path("accuracy")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["recipe", "seed", "test_accuracy_percent", "training_seconds"])
        writer.writerows([r.recipe, r.seed, f"{r.accuracy:.2f}", f"{r.seconds:.1f}"] for r in results)
    print(f"\n{path}")


if __name__ == "__main__":
    main()
