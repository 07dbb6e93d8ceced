import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.errors import ConfigError
from inkread.reading import make_constraint
from inkread.reading.constraints import All, Choices, Constraint, Length, allows
from inkread.reading.pattern import Pattern
from inkread.reading.values import Range

texts = st.text("0123.,-a", max_size=7)


def patterns() -> st.SearchStrategy[str]:
    """Random patterns of the subset."""
    atoms = st.sampled_from(
        ["0", "1", "a", r"\d", ".", r"\.", "[0-2]", "[^1]", "[-,.]", r"[^\da]", r"[\]0]", "[]1]", "-"]
    )
    quantifiers = st.sampled_from(["", "?", "*", "+", "{2}", "{1,}", "{0,2}", "{0}", "{2,3}"])

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        groups = st.builds(
            lambda opening, part, q: f"{opening}{part}){q}", st.sampled_from(["(", "(?:"]), inner, quantifiers
        )
        return groups | st.builds(lambda a, b: a + b, inner, inner) | st.builds(lambda a, b: f"{a}|{b}", inner, inner)

    return st.recursive(st.builds(lambda atom, q: atom + q, atoms, quantifiers), larger, max_leaves=8)


def dead_early(constraint: Constraint, text: str) -> bool:
    state = constraint.start
    for character in text:
        state = constraint.step(state, character)
        if state is None:
            return True
    return False


@settings(max_examples=300, deadline=None)
@given(patterns(), st.lists(texts, min_size=1, max_size=20))
def test_pattern_means_what_python_means_by_it(pattern: str, candidates: list[str]) -> None:
    constraint = Pattern(pattern)
    for text in candidates:
        assert allows(constraint, text) == bool(re.fullmatch(pattern, text)), (pattern, text)


@pytest.mark.parametrize(
    ("pattern", "place", "names"),
    [
        (r"^\d+", 1, "'^'"),
        (r"\d+$", 4, "'$'"),
        (r"a\w", 2, r"'\w'"),
        ("ab\\", 3, "signs"),
        ("(?=a)b", 1, "'(?='"),
        ("(?P<year>a)", 1, "'(?P'"),
        ("a+?", 3, "'?'"),
        ("1**", 3, "'*'"),
        ("*1", 1, "'*'"),
        ("a{,3}", 2, "{3,5}"),
        ("a{2", 2, "{3,5}"),
        ("a{3,2}", 2, "ends before"),
        ("12]", 3, "']'"),
        ("(12", 1, "never closed"),
        ("12)", 3, "no group"),
        ("1[23", 2, "never closed"),
        ("[5-2]", 2, "'5-2'"),
        ("[[]", 2, "'['"),
        ("(" * 30 + ")" * 30, 21, "deeper"),
    ],
)
def test_pattern_names_what_is_wrong_and_where(pattern: str, place: int, names: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Pattern(pattern)
    assert f"at character {place}:" in str(caught.value)
    assert names in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pattern", [r"\d{501}", "((((1{99}){99}){99}){99}){99}", "(){999999}", "(1?){0,900}"])
def test_pattern_that_would_explode_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError, match="500 are the most"):
        Pattern(pattern)


@given(st.text(r"01\d.[](){}?*+|^-,:", max_size=12))
def test_any_pattern_compiles_as_in_python_or_is_refused(pattern: str) -> None:
    try:
        constraint = Pattern(pattern)
    except ConfigError:
        return
    assert allows(constraint, "01") == bool(re.fullmatch(pattern, "01"))


def value_of(text: str) -> float | None:
    return float(text.replace(",", ".")) if re.fullmatch(r"-?\d+([.,]\d+)?", text) else None


@settings(max_examples=300)
@given(st.text("0123456789.,-", max_size=6), st.integers(-300, 300), st.integers(0, 300))
def test_range_goes_by_the_value(text: str, low: int, width: int) -> None:
    value = value_of(text)
    expected = value is not None and low / 10 <= value <= (low + width) / 10
    assert allows(Range(low / 10, (low + width) / 10), text) == expected


@pytest.mark.parametrize(
    ("low", "high", "text", "dead"),
    [
        (100, 250, "3", True),
        (100, 250, "26", True),
        (100, 250, "25", False),
        (100, 250, "0", False),
        (100, 250, "-", True),
        (100, 250, "99.", True),
        (-5, 5, "-6", True),
        (-5, 5, "-4.", False),
        (-20, -10, "1", True),
        (0.25, 0.26, "0.3", True),
        (0.25, 0.26, "0.2", False),
    ],
)
def test_range_gives_up_as_soon_as_nothing_can_follow(low: float, high: float, text: str, dead: bool) -> None:
    assert dead_early(Range(low, high), text) == dead


def test_range_takes_its_ends_as_they_are_written() -> None:
    assert allows(Range(0.1, 0.3), "0.1")
    assert allows(Range(0.1, 0.3), "0,300")
    assert allows(Range(np.int64(3), np.float64(4)), "003")


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("luhn", "79927398713"),
        ("luhn", "4111111111111111"),
        ("mod11", "0306406152"),
        ("mod11", "0198534531"),
        ("mod97", "79444"),
        ("mod97", "3214282912345698765432161182"),
    ],
)
def test_published_numbers_have_right_check_digits(name: str, right: str) -> None:
    constraint = make_constraint(checksum=name)
    assert constraint is not None
    assert allows(constraint, right)
    assert not any(allows(constraint, right[:i] + str((int(c) + 1) % 10) + right[i + 1 :]) for i, c in enumerate(right))
    assert not allows(constraint, right[:-1] + "." + right[-1])


@pytest.mark.parametrize("name", ["luhn", "mod11", "mod97"])
def test_check_digits_alone_are_no_number(name: str) -> None:
    constraint = make_constraint(checksum=name)
    assert constraint is not None
    assert not any(allows(constraint, text) for text in ["", "0", "1", "01" if name == "mod97" else ""])


@given(st.sets(st.text("012", min_size=1, max_size=4), min_size=1, max_size=8), st.text("012", max_size=5))
def test_choices_accept_just_themselves_and_die_off_their_paths(choices: set[str], text: str) -> None:
    constraint = Choices(choices)
    assert allows(constraint, text) == (text in choices)
    assert dead_early(constraint, text) == (not any(choice.startswith(text) for choice in choices))


@given(st.text("0123", max_size=6))
def test_all_asks_each_of_them(text: str) -> None:
    parts = [Length(2, 4), Pattern("[12]+3?"), Range(10, 300)]
    assert allows(All(parts), text) == all(allows(part, text) for part in parts)


def test_options_become_one_constraint() -> None:
    assert make_constraint() is None
    both = make_constraint(length=(2, 4), checksum=lambda text: text.endswith("7"))
    assert both is not None
    assert [text for text in ("7", "17", "1237", "12347", "18") if allows(both, text)] == ["17", "1237"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"length": 0}, "length"),
        ({"length": True}, "length"),
        ({"length": (4, 2)}, "length (4, 2)"),
        ({"length": "five"}, "length 'five'"),
        ({"pattern": ""}, "pattern"),
        ({"pattern": 4}, "pattern"),
        ({"range": 5}, "range 5"),
        ({"range": (5, 1)}, "least value first"),
        ({"range": (0, float("nan"))}, "nan"),
        ({"range": (0, float("inf"))}, "inf"),
        ({"range": (0, 10**400)}, "finite"),
        ({"range": ("0", 5)}, "'0'"),
        ({"checksum": "lune"}, "did you mean 'luhn'"),
        ({"checksum": 11}, "'mod11'"),
        ({"choices": []}, "choices"),
        ({"choices": "1287"}, "choices"),
        ({"choices": ["12", ""]}, "''"),
        ({"choices": [12]}, "12"),
    ],
)
def test_wrong_options_are_refused_in_one_sentence(options: dict[str, object], names: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_constraint(**options)  # type: ignore[arg-type]
    assert names in str(caught.value)
    assert "\n" not in str(caught.value)
