"""The card of a trained model: whose data it learnt from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inkread.data import Dataset
from inkread.data.dataset import Origin
from inkread.modelfile import Card, Metric, parse_card
from inkread.training.calibration import Confidence
from inkread.training.card import make_card
from inkread.training.recipes import get_recipe

MNIST = Origin(name="mnist", sha256="a" * 64, count=60_000, licence="CC-BY-SA-3.0", credit="LeCun and others")
INK = Origin(name="unipen/digits.jsonl.gz", sha256="b" * 64, count=0, licence="CC-BY-4.0", credit="The donors")
MORE_INK = replace(INK, name="unipen/lower.jsonl.gz", sha256="c" * 64)
COMPOSED = Dataset(
    name="handwriting",
    split="train",
    images=np.zeros((3, 1, 28, 28), np.uint8),
    labels=np.array([0, 1, 2]),
    classes=("0", "1", "no digit"),
    sha256="d" * 64,
    licence="that of its origins",
    origins=(MNIST, INK, MORE_INK),
)


def card_of(dataset: Dataset) -> Card:
    metric = Metric(data=dataset.name, split="validation", name="accuracy", value=0.9, low=0.8, high=0.95, count=9)
    card = make_card(get_recipe("quick"), dataset, [metric], Confidence(temperature=1.1, threshold=0.6))
    assert parse_card(card.to_json()) == card
    return card


def test_origins_are_named_after_the_data_and_each_is_thanked_once() -> None:
    card = card_of(COMPOSED)
    whole, *origins = card.data
    assert (whole.name, whole.sha256, whole.count, whole.licence) == ("handwriting", "d" * 64, 3, "that of its origins")
    assert [origin.name for origin in origins] == ["mnist", "unipen/digits.jsonl.gz", "unipen/lower.jsonl.gz"]
    assert [(origin.sha256, origin.count) for origin in origins[:2]] == [("a" * 64, 60_000), ("b" * 64, 0)]
    assert card.credits == ("LeCun and others", "The donors")
    assert (card.labels, card.reject_class) == (("0", "1"), True)


def test_data_of_one_piece_are_named_alone() -> None:
    card = card_of(replace(COMPOSED, origins=(), credit="Its maker", classes=("0", "1", "2")))
    assert [source.name for source in card.data] == ["handwriting"]
    assert card.credits == ("Its maker",)
    assert (card.labels, card.reject_class) == (("0", "1", "2"), False)
