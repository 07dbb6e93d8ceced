from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkread.errors import ConfigError
from inkread.forms.totals import parse_total, value_of

NAMES = ["a", "b", "c", "net_1", "größe"]


def test_a_total_is_checked() -> None:
    total = parse_total("sum: [a, b] == c", NAMES)
    assert total.fields == ("a", "b", "c")
    assert total.complaint({"a": "12", "b": "30", "c": "42"}) is None
    assert total.complaint({"a": "12", "b": "30", "c": "43"}) == "does not hold: 12 + 30 = 42, not 43"


def test_decimals_are_added_exactly_and_a_blank_counts_as_nothing() -> None:
    total = parse_total("sum:[a,b]==c", NAMES)
    assert total.complaint({"a": "0,10", "b": "0.20", "c": "0.3"}) is None
    assert total.complaint({"a": "", "b": "-2.5", "c": "-2.5"}) is None
    assert total.complaint({"a": "1.05", "b": "", "c": "-1"}) == "does not hold: 1.05 + 0 = 1.05, not -1"
    assert total.complaint({"a": "twelve", "b": "1", "c": "1"}) == "cannot be checked, as a is no number"


def test_the_right_side_may_be_a_number() -> None:
    total = parse_total("sum: [a, b] == 100", NAMES)
    assert total.fields == ("a", "b")
    assert total.complaint({"a": "60", "b": "40"}) is None
    assert total.complaint({"a": "60", "b": "41"}) is not None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("sum: [a, b] = c", "write it as"),
        ("sum: a, b == c", "write it as"),
        ("sum: [] == c", "unknown field ''"),
        ("sum: [a, d] == c", "unknown field 'd'"),
        ("sum: [a, b] == nett_1", "did you mean 'net_1'"),
        ("sum: [a, a] == c", "twice"),
        ("sum: [a, c] == c", "twice"),
        ("product: [a, b] == c", "write it as"),
    ],
)
def test_a_mistake_is_named(text: str, part: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_total(text, NAMES)
    assert part in str(refused.value)
    assert repr(text) in str(refused.value)


@given(st.text(st.sampled_from("sum:[]ab, =c1.-+größe_\n"), max_size=40) | st.text(max_size=40))
def test_any_text_is_a_total_or_refused(text: str) -> None:
    try:
        total = parse_total(text, NAMES)
    except ConfigError:
        return
    assert parse_total(str(total), NAMES) == total


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=4))
def test_a_sum_of_any_decimals_holds(values: list[object]) -> None:
    names = list("abcd")[: len(values)]
    total = parse_total(f"sum: [{', '.join(names)}] == net_1", [*names, "net_1"])
    texts = dict(zip(names, map(str, values), strict=True))
    right = sum(values)  # type: ignore[call-overload]
    assert total.complaint({**texts, "net_1": str(right)}) is None
    assert total.complaint({**texts, "net_1": str(right + 1)}) is not None


@pytest.mark.parametrize("text", ["", "-", "1e5", "1.", ".5", "1,2,3", "١", "inf", " 1"])
def test_only_plain_numerals_have_a_value(text: str) -> None:
    assert value_of(text) is None
