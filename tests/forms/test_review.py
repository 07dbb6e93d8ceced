"""The review sheet in a real browser: fields corrected by keyboard, saved, merged."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inkread.forms import FieldReading, ReviewSheet, Row, merge, parse_corrections
from inkread.forms.rows import header

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EVIL = '</script><script>document.title="broken into"</script><img src=x onerror=document.title="too">.png'
NAMES = ["amount", "total"]


def reading(name: str, text: str, reason: str | None, *alternatives: str) -> FieldReading:
    crop = np.full((60, 200), 230, np.uint8)
    crop[20:40, 30:170] = 40
    return FieldReading(name, text, 0.42 if text else None, reason, alternatives, crop)


def rows() -> list[Row]:
    return [
        Row("fine.png", None, "ok", (), (reading("amount", "5", None), reading("total", "5", None))),
        Row(
            EVIL,
            None,
            "uncertain",
            ("amount: unsure (0.42 < 0.60)", "total: blank"),
            (reading("amount", "12", "unsure (0.42 < 0.60)", "17", "72"), reading("total", "", "blank")),
            frozenset(NAMES),
        ),
        Row("scan.pdf", 2, "uncertain", ("amount: unsure (0.42 < 0.60)",), (reading("amount", "3", "unsure"),),
            frozenset({"amount"})),
        Row("other.png", None, "does-not-fit", ("nothing of the template's print was found",)),
    ]  # fmt: skip


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    made = ReviewSheet("delivery <b>note</b>")
    for row in rows():
        made.add(row)
    assert made.count == 3
    path = tmp_path / "review.html"
    path.write_text(made.html())
    return path


def test_the_sheet_holds_all_that_it_needs(sheet: Path) -> None:
    text = sheet.read_text()
    assert EVIL not in text
    assert "fine.png" not in text
    assert "{{DATA}}" not in text
    assert text.count("<script") == 2
    assert "http:" not in text
    assert "https:" not in text


@pytest.fixture
def page(sheet: Path, chromium: Browser) -> Iterator[Page]:
    """The sheet, open in Chromium without a network; the test fails at any error or request of the page."""
    opened = chromium.new_page(offline=True)
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: complaints.append(request.url) if request.url.startswith("http") else None)
    opened.goto(sheet.as_uri())
    yield opened
    assert complaints == []
    opened.close()


@pytest.mark.slow
def test_fields_are_corrected_by_keyboard_saved_and_merged(page: Page, tmp_path: Path) -> None:
    assert page.title() == "Fields to look at: delivery <b>note</b>"
    assert page.locator("h2").all_inner_texts() == [EVIL, "scan.pdf, page 2", "other.png"]
    assert page.locator(".field img").count() == 3
    assert page.locator("#progress").inner_text() == "0 of 3 fields looked at"
    page.keyboard.press("Alt+Digit2")  # the second alternative of the field that has the focus
    page.keyboard.type("9")
    page.keyboard.press("Escape")
    page.keyboard.type("84")
    page.keyboard.press("Enter")
    assert page.locator("#progress").inner_text() == "2 of 3 fields looked at, not saved yet"
    with page.expect_download() as download:
        page.get_by_role("button", name="Save corrections").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert page.locator("#progress").inner_text() == "2 of 3 fields looked at"

    corrections = parse_corrections(saved.read_text(), saved.name)
    assert [(c.file, c.page, c.field, c.read, c.value) for c in corrections] == [
        (EVIL, "", "amount", "12", "72"),
        (EVIL, "", "total", "", "84"),
    ]
    table = io.StringIO()
    csv.writer(table).writerows([header(NAMES), *(row.cells(NAMES) for row in rows())])
    merged = merge(table.getvalue(), "results.csv", corrections)
    assert merged.problems == ()
    found = list(csv.DictReader(io.StringIO(merged.text)))
    assert [row["status"] for row in found] == ["ok", "ok", "uncertain", "does-not-fit"]
    assert (found[1]["amount"], found[1]["total"]) == ("72", "84")


@pytest.mark.slow
def test_a_field_is_confirmed_as_it_is_or_as_blank(page: Page, tmp_path: Path) -> None:
    fields = page.get_by_role("textbox")
    fields.nth(2).focus()
    page.keyboard.press("Enter")
    assert page.locator(".state").all_inner_texts() == ["", "", "✓ confirmed"]
    assert fields.nth(0).evaluate("element => element === document.activeElement")
    fields.nth(0).fill("")
    page.get_by_role("button", name="Take it").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save corrections").click()
    content = json.loads(Path(download.value.path()).read_text())
    assert [(c["page"], c["field"], c["value"]) for c in content["corrections"]] == [
        ("", "amount", ""),
        ("2", "amount", "3"),
    ]


@pytest.mark.slow
def test_the_sheet_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
