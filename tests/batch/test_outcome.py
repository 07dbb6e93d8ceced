from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from inkread.batch import Outcome, csv_header, csv_rows
from inkread.batch.outcome import fields_of, restore
from inkread.types import Page
from tests.batch.outcomes import digit, failure, number, outcome, page


def rows(*outcomes: Outcome) -> list[dict[str, str]]:
    text = csv_header("text") + "".join(csv_rows(entry) for entry in outcomes)
    return list(csv.DictReader(io.StringIO(text)))


def test_every_number_of_a_page_has_a_row_with_its_place() -> None:
    found = rows(outcome("scan.pdf", page(), number_of=3), outcome("d.png"))
    assert [(row["text"], row["line"], row["index"]) for row in found[:3]] == [
        ("12", "0", "0"), ("345", "0", "1"), ("6", "1", "2"),
    ]  # fmt: skip
    assert {(row["path"], row["page"], row["as"], row["kind"]) for row in found[:3]} == {
        ("scan.pdf", "3", "page", "handwritten")
    }
    assert [found[1][name] for name in ("x0", "y0", "x1", "y1")] == ["60", "5", "90", "20"]
    assert (found[3]["as"], found[3]["page"], found[3]["line"], found[3]["index"]) == ("digit", "", "", "0")


def test_nothing_is_silent() -> None:
    found = rows(outcome("empty.png", Page((), 10, 10)), failure("bad.png"))
    assert [(row["path"], row["text"], row["reason"], row["error"]) for row in found] == [
        ("empty.png", "", "no numbers", ""),
        ("bad.png", "", "", "bad.png is damaged."),
    ]
    assert found[0]["accepted"] == "false"


def test_a_strangers_name_stays_one_row(tmp_path: Path) -> None:
    name = 'a,"b"\n\udcff\x1b[0m.png'
    found = rows(outcome(name), failure(name))
    assert len(found) == 2
    assert found[0]["path"].startswith('a,"b"')
    assert not set(found[0]["path"] + found[1]["error"]) & {"\n", "\x1b", "\udcff"}
    assert json.loads(json.dumps(outcome(name).to_dict()))["path"] == name


def test_what_was_kept_can_be_drawn_again() -> None:
    for result in (digit(), number("72")):
        again = restore(Outcome(Path("a"), None, outcome("a", result).task, fields_of(result, detail=False)))
        assert fields_of(again, detail=False) == fields_of(result, detail=False)
