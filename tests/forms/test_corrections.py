from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkread.errors import DataError
from inkread.forms.corrections import Correction, merge, parse_corrections
from inkread.forms.rows import FieldReading, Row, header
from inkread.forms.template import Template, parse_template

NAMES = ["a", "b", "c"]
TEMPLATE = """\
version: 1
page: {picture: form.png, width: 400, height: 300}
fields:
  - {name: a, box: [10, 20, 130, 60], length: 2}
  - {name: b, box: [10, 80, 130, 120], optional: true}
  - {name: c, box: [10, 140, 130, 180]}
totals:
  - sum: [a, b] == c
"""


def template() -> Template:
    return parse_template(TEMPLATE, Path("form.yaml"))


def row(file: str, values: tuple[str, str, str], *reasons: str, page: int | None = None) -> Row:
    readings = tuple(FieldReading(n, v, 0.4 if v else None) for n, v in zip(NAMES, values, strict=True))
    return Row(file, page, "uncertain" if reasons else "ok", reasons, readings)


def table(*rows: Row) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header(NAMES), *(each.cells(NAMES) for each in rows)])
    return text.getvalue()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


ROWS = (
    row("1.jpg", ("12", "30", "43"), "a: unsure (0.40 < 0.60)", "sum: [a, b] == c does not hold: 12 + 30 = 42, not 43"),
    row("2, the second.pdf", ("10", "", "10"), "b: blank", page=7),
    row("2, the second.pdf", ("11", "1", "12"), page=8),
    Row("3.jpg", None, "does-not-fit", ("nothing of the template's print was found",)),
)


def test_corrections_go_in_and_count_as_certain() -> None:
    merged = merge(table(*ROWS), "r.csv", [Correction("1.jpg", "", "a", "12", "13")], template())
    assert (merged.applied, merged.problems) == (1, ())
    first, *others = rows_of(merged.text)
    assert (first["a"], first["a_confidence"], first["b_confidence"]) == ("13", "1.000000", "0.400000")
    assert (first["status"], first["reason"]) == ("ok", "")
    assert others == rows_of(table(*ROWS))[1:]


def test_a_total_is_checked_again_only_with_the_template() -> None:
    confirmed = [Correction("1.jpg", "", "a", "12", "12")]
    with_template = rows_of(merge(table(*ROWS), "r.csv", confirmed, template()).text)[0]
    without = rows_of(merge(table(*ROWS), "r.csv", confirmed).text)[0]
    assert with_template["status"] == without["status"] == "uncertain"
    assert with_template["reason"] == without["reason"] == ROWS[0].reasons[1]
    broken = merge(table(*ROWS), "r.csv", [Correction("2, the second.pdf", "8", "c", "12", "13")], template())
    assert rows_of(broken.text)[2]["reason"] == "sum: [a, b] == c does not hold: 11 + 1 = 12, not 13"


def test_what_the_template_does_not_allow_stays_flagged() -> None:
    merged = merge(table(*ROWS), "r.csv", [Correction("1.jpg", "", "a", "12", "013")], template())
    assert rows_of(merged.text)[0]["a"] == "013"
    assert rows_of(merged.text)[0]["reason"] == "a: '013' is not what the template allows"
    blank = merge(table(*ROWS), "r.csv", [Correction("2, the second.pdf", "7", "b", "", "")], template())
    assert rows_of(blank.text)[1]["status"] == "ok"


@pytest.mark.parametrize(
    ("correction", "part"),
    [
        (Correction("4.jpg", "", "a", "12", "13"), "no such row"),
        (Correction("1.jpg", "1", "a", "12", "13"), "no such row"),
        (Correction("1.jpg", "", "d", "12", "13"), "no such field"),
        (Correction("1.jpg", "", "a", "99", "13"), "holds '12' and not '99'"),
        (Correction("3.jpg", "", "a", "", "13"), "does-not-fit"),
    ],
)
def test_a_correction_that_does_not_go_with_the_table_is_named_and_nothing_is_lost(
    correction: Correction, part: str
) -> None:
    good = Correction("1.jpg", "", "b", "30", "31")
    merged = merge(table(*ROWS), "r.csv", [correction, good], template())
    assert merged.applied == 1
    assert len(merged.problems) == 1
    assert part in merged.problems[0]
    assert correction.file in merged.problems[0]
    assert merged.text == merge(table(*ROWS), "r.csv", [good], template()).text


def test_two_people_who_disagree_are_named_and_the_first_counts() -> None:
    both = [Correction("1.jpg", "", "a", "12", value) for value in ("13", "13", "14")]
    merged = merge(table(*ROWS), "r.csv", both, template())
    assert rows_of(merged.text)[0]["a"] == "13"
    assert merged.problems == ("1.jpg, a: it is corrected to '13' and to '14'",)


def test_a_row_that_stands_twice_is_not_touched() -> None:
    merged = merge(table(ROWS[0], ROWS[0]), "r.csv", [Correction("1.jpg", "", "a", "12", "13")])
    assert "several times" in merged.problems[0]
    assert merged.text == table(ROWS[0], ROWS[0])


def test_merging_twice_changes_nothing_more() -> None:
    corrections = [Correction("1.jpg", "", "a", "12", "13"), Correction("2, the second.pdf", "7", "b", "", "0")]
    once = merge(table(*ROWS), "r.csv", corrections, template())
    twice = merge(once.text, "r.csv", corrections, template())
    assert (twice.text, twice.problems) == (once.text, ())


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
            st.none() | st.integers(1, 9),
            st.tuples(*[st.text("0123456789", max_size=3)] * 3),
        ),
        max_size=5,
        unique_by=lambda entry: entry[:2],
    ),
    st.data(),
)
def test_any_table_comes_back_with_nothing_but_the_corrections_changed(
    entries: list[tuple[str, int | None, tuple[str, str, str]]], data: st.DataObject
) -> None:
    rows = [row(file, values, page=page) for file, page, values in entries]
    before = table(*rows)
    assert merge(before, "r.csv", []).text == before
    if not rows:
        return
    index, field = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(NAMES))
    cells = dict(zip(header(NAMES), rows[index].cells(NAMES), strict=True))
    value = data.draw(st.text("0123456789.-", max_size=5))
    merged = merge(before, "r.csv", [Correction(cells["file"], cells["page"], field, cells[field], value)])
    assert merged.problems == ()
    after = rows_of(merged.text)
    assert after[index] == cells | {field: value, f"{field}_confidence": "1.000000" if value else ""}
    assert [r for i, r in enumerate(after) if i != index] == [r for i, r in enumerate(rows_of(before)) if i != index]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no CSV file"),
        ("file,page,status,reason\n", "other columns"),
        ("path,label\n1.png,3\n", "other columns"),
        ("file,page,a,a_confidence,b,c_confidence,status,reason\n", "other columns"),
        (table() + "1.jpg,,3\n", "row 1 has 3 columns and not 10"),
        (table() + '"1.jpg,,3\n', "no CSV file"),
        (table() + "1.jpg\0,,3\n", "r.csv"),
    ],
)
def test_a_file_that_is_no_table_is_refused(text: str, part: str) -> None:
    with pytest.raises(DataError) as refused:
        merge(text, "r.csv", [])
    assert part in str(refused.value)
    assert "r.csv" in str(refused.value)


def test_a_table_of_another_form_is_refused() -> None:
    with pytest.raises(DataError, match="another form"):
        merge(table(*ROWS).replace("a,a_confidence", "x,x_confidence"), "r.csv", [], template())


GOOD = {"file": "1.jpg", "page": "", "field": "a", "read": "12", "value": "13"}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no corrections"),
        ('{"corrections": []}', "no corrections"),
        (json.dumps({"format": "inkread form corrections", "version": 2, "corrections": []}), "version"),
        (
            json.dumps({"format": "inkread form corrections", "version": 1, "corrections": [1]}),
            "correction 1 is damaged",
        ),
        *(
            (
                json.dumps({"format": "inkread form corrections", "version": 1, "corrections": [GOOD, GOOD | change]}),
                "correction 2 is damaged",
            )
            for change in ({"value": 13}, {"value": "1\n3"}, {"value": "1" * 101}, {"file": None})
        ),
    ],
)
def test_what_is_no_file_of_corrections_is_refused(content: str, part: str) -> None:
    with pytest.raises(DataError) as refused:
        parse_corrections(content, "c.json")
    assert part in str(refused.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["format", "version", "corrections", *GOOD]), inner)
        ),
        max_leaves=8,
    )
)
def test_any_json_is_understood_or_refused(content: object) -> None:
    with pytest.raises(DataError):
        parse_corrections(json.dumps(content), "c.json")
