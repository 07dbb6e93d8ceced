from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkread.errors import ModelFileError
from inkread.modelfile import Card, DataSource, Metric, parse_card
from tests.modelfile.graphs import card

FRACTIONS = st.floats(0, 1)
WORDS = st.text(max_size=12)
SOURCES = st.builds(DataSource, name=WORDS, sha256=WORDS, count=st.integers(0), licence=WORDS, credit=WORDS)
METRICS = st.builds(
    Metric, name=WORDS, data=WORDS, split=WORDS, value=FRACTIONS, low=FRACTIONS, high=FRACTIONS, count=st.integers(0)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SIDES = st.integers(1, 512)


@given(
    built=st.builds(
        Card,
        name=WORDS,
        task=st.just("digit"),
        labels=st.lists(WORDS, min_size=2, max_size=12, unique=True).map(tuple),
        reject_class=st.booleans(),
        input_shape=st.tuples(st.integers(1, 3), SIDES, SIDES),
        normalization=st.sampled_from(["mnist", "resize"]),
        network=WORDS,
        network_options=st.dictionaries(WORDS, st.integers() | WORDS, max_size=2),
        temperature=st.floats(0.01, 100),
        threshold=FRACTIONS,
        seed=st.none() | st.integers(),
        data=st.lists(SOURCES, max_size=2).map(tuple),
        metrics=st.lists(METRICS, max_size=2).map(tuple),
        credits=st.lists(WORDS, max_size=2).map(tuple),
        versions=st.dictionaries(WORDS, WORDS, max_size=2),
    )
)
def test_a_card_survives_its_json(built: Card) -> None:
    assert parse_card(built.to_json()) == built


@given(field=st.sampled_from(sorted(json.loads(card().to_json()))), value=JSON)
def test_any_value_in_any_field_is_taken_or_refused_in_a_sentence(field: str, value: Any) -> None:
    text = json.dumps({**json.loads(card().to_json()), field: value})
    try:
        parsed = parse_card(text)
    except ModelFileError:
        return
    assert json.loads(parsed.to_json())[field] == value


@given(st.text(max_size=50))
def test_text_that_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ModelFileError):
        parse_card(text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"card_version": 3}, "version 3"),
        ({"card_version": None}, "version None"),
        ({"task": "poem"}, "'poem'"),
        ({"labels": ["1"]}, "two labels"),
        ({"labels": ["1", "1"]}, "the same"),
        ({"labels": [1, 2]}, "card.labels[0]"),
        ({"reject_class": 1}, "card.reject_class"),
        ({"input_shape": [28, 28]}, "card.input_shape"),
        ({"input_shape": [1, 0, 28]}, "positive"),
        ({"normalization": "guess"}, "'guess'"),
        ({"temperature": 0}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"threshold": 1.5}, "threshold"),
        ({"seed": True}, "card.seed"),
        ({"metrics": [{"name": "accuracy"}]}, "card.metrics[0] lacks the field 'data'"),
        ({"data": [{"name": "mnist", "sha256": "", "count": "60000"}]}, "card.data[0].count"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_a_bad_field_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        parse_card(json.dumps({**json.loads(card().to_json()), **changes}))
    assert words in str(caught.value)


@pytest.mark.parametrize("field", ["name", "labels", "network", "normalization"])
def test_a_missing_field_is_named(field: str) -> None:
    values = json.loads(card().to_json())
    del values[field]
    with pytest.raises(ModelFileError, match=f"lacks the field '{field}'"):
        parse_card(json.dumps(values))


def test_a_card_of_version_1_is_read_and_has_no_reject_class() -> None:
    values = json.loads(card().to_json())
    del values["reject_class"]
    found = parse_card(json.dumps({**values, "card_version": 1}))
    assert found == card(card_version=1, reject_class=False)


def test_json_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(ModelFileError):
        parse_card("[" * 200_000)
