import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkread.evaluation.wording import percent


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.9926, 2, "99.26 %"),
        (1.0, 2, "100.00 %"),
        (0.999999, 2, ">99.99 %"),
        (0.996, 0, ">99 %"),
        (0.0, 1, "0.0 %"),
        (0.00001, 2, "<0.01 %"),
        (None, 2, "–"),
    ],
)
def test_percentages(value: float | None, decimals: int, text: str) -> None:
    assert percent(value, decimals) == text


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.integers(0, 4))
def test_neither_all_nor_nothing_is_claimed(value: float, decimals: int) -> None:
    number = float(percent(value, decimals).strip("<> %"))
    assert 0 < number < 100
