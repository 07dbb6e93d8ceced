"""Figures: what is better, and what a file must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from inkread.errors import DataError
from inkread.speed.figures import Figure, Results, read_csv, summarise, to_csv
from inkread.speed.hardware import hardware, slug


def figure(value: float | None, unit: str) -> Figure:
    return Figure("a", value, None, None, unit)


def test_more_a_second_is_better_and_so_is_less_time() -> None:
    assert figure(200.0, "pages/s").times_better(figure(100.0, "pages/s")) == 2.0
    assert figure(200.0, "s").times_better(figure(100.0, "s")) == 0.5
    assert figure(50.0, "MB").times_better(figure(100.0, "MB")) == 2.0
    assert figure(None, "s").times_better(figure(100.0, "s")) is None
    assert figure(1.0, "s").times_better(figure(100.0, "MB")) is None


def test_the_median_of_an_even_number_lies_between_the_two_middle_ones() -> None:
    assert summarise("a", [4, 1, 3, 2], "s")[1:4] == (2.5, 1, 4)
    assert summarise("a", [5, 1, 3], "s").value == 3


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    figures = (figure(1.25, "s"), Figure("b, c", None, None, None, "", 'no "torch"'))
    results = Results("a processor, 2 cores", "2026-01-31", "1.0", figures)
    path = tmp_path / "results.csv"
    path.write_text(to_csv(results))
    assert read_csv(path) == results


@pytest.mark.parametrize("content", ["", "name,value\na,1\n", "name,value,low,high,unit,note\na,many,,,s,\n"])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "results.csv"
    path.write_text(content)
    with pytest.raises(DataError, match="inkread benchmark"):
        read_csv(path)


def test_a_machine_has_a_name_that_can_be_a_files() -> None:
    assert slug("Intel(R) Xeon(R) Processor, 2 cores") == "intel-xeon-processor-2-cores"
    assert slug(hardware())
    assert "core" in hardware()
