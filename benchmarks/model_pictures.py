"""What are the shipped model's weaknesses? Draws the pictures of docs/models.md.

The collections omniglot, bhmsds and unipen must have been brought in (`inkread data add`).

    python benchmarks/model_pictures.py
    python benchmarks/model_pictures.py --model runs/reader/model.onnx --out runs/pictures
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from inkread.api import open_model
from inkread.data import Dataset, load
from inkread.data.corruptions import CORRUPTIONS, corrupt
from inkread.evaluation.answers import answer
from inkread.evaluation.figures import draw_outsiders, draw_reliability
from inkread.evaluation.gallery import draw_gallery
from inkread.evaluation.rejection import compare_outsiders
from inkread.evaluation.report import measure
from inkread.runtime import OnnxClassifier
from inkread.types import Float32Array
from machine import describe

OUTSIDERS = ("omniglot", "bhmsds-symbols", "unipen-letters")
OF_EACH = 100  # pictures of each corruption


def read(classifier: OnnxClassifier, dataset: Dataset) -> Float32Array:
    """Read a data set as `inkread read` does."""
    return answer(classifier, dataset, lambda _done: None)


def spoilt(clean: Dataset) -> Dataset:
    """Spoil the first pictures in every way."""
    few = clean.images[:OF_EACH, 0]
    pictures = np.concatenate([corrupt(few, name) for name in CORRUPTIONS])[:, np.newaxis]
    return replace(
        clean,
        name="MNIST, spoilt in 19 ways",
        images=pictures,
        labels=np.tile(clean.labels[:OF_EACH], len(CORRUPTIONS)),
        normalization="resize",
    )


def main() -> None:
    """Draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a model file (default: the one that comes with inkread)")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    options = parser.parse_args()
    print(describe())
    classifier = open_model(options.model)
    card, digits = classifier.card, load("mnist", "test")
    answers = read(classifier, digits)
    others = [
        compare_outsiders(answers, read(classifier, load(name, "test")), name, card.threshold) for name in OUTSIDERS
    ]
    report = measure(
        answers,
        digits.labels,
        card.labels,
        model=card.name,
        data="MNIST",
        split="test",
        threshold=card.threshold,
        outsiders=tuple(others),
    )
    sure = answers.max(axis=1).astype(np.float64)
    out = options.out
    draw_gallery(digits.images, digits.labels, answers, card.labels, out / "reader-mistakes.png", source=report.source)
    draw_reliability(report.evaluation, report.bins, report.ece, out / "reader-reliability.png", source=report.source)
    draw_outsiders(sure, report.acceptance, others, out / "reader-outsiders.png", source=report.source)
    bad = spoilt(digits)
    source = f"{card.name} on {bad.name}"
    draw_gallery(
        bad.images, bad.labels, read(classifier, bad), card.labels, out / "reader-corruptions.png", source=source
    )
    print(*sorted(str(path) for path in out.glob("reader-*.png")), sep="\n")


if __name__ == "__main__":
    main()
