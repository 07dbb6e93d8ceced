"""The page that `inkread explain` writes, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from inkread.explain import explain, write_explanation
from tests.browser.conftest import PHONE

PHOTO = Path(__file__).parents[2] / "examples" / "digits" / "3-phone-photo.jpg"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_explanation(explain(None, PHOTO), tmp_path_factory.mktemp("explained")).as_uri()


def test_a_neuron_shows_what_it_sees(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Read as 3")
    field, told = page.locator(".lens .field"), page.locator(".lens p")
    expect(field).to_be_hidden()
    first = page.locator(".layer").first
    first.locator(".maps .tile").nth(2).hover(position={"x": 30, "y": 30})  # 4 pixels of the page to a neuron
    expect(told).to_have_text("Convolution 1, map 3, row 8, column 8: sees 5 × 5 pixels of the input.")
    view = page.locator(".lens .view").bounding_box()
    box = field.bounding_box()
    assert view is not None
    assert box is not None
    pixel = view["width"] / 28
    assert (box["x"] - view["x"]) / pixel == pytest.approx(12, abs=0.05)  # -2 + 7 * 2
    assert box["width"] / pixel == pytest.approx(5, abs=0.05)
    chip = first.get_by_role("button").first
    chip.focus()
    row, column = chip.inner_text().split(" at ")[1].split(":")[0].split(", ")
    expect(told).to_contain_text(f"row {row}, column {column}")
    page.locator(".layer").last.locator(".maps .tile").nth(3).hover()
    expect(told).to_contain_text("Output, 3: ")
    expect(told).to_contain_text("28 × 28")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_offends_no_rule_of_accessibility(page: Page, address: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size(PHONE)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    serious = [
        rule["id"] for rule in Axe().run(page).response["violations"] if rule["impact"] in ("serious", "critical")
    ]
    assert serious == []
