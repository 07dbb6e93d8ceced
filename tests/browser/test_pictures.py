"""Pictures of every view, light, dark and on a phone; with INKREAD_PICTURES=1 they go into the documentation."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import PIL.Image
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, watched
from tests.browser.drawing import draw, page_of_numbers, verdict
from tests.service.conftest import Service

FOLDER = Path(__file__).parents[2] / "docs" / "images" / "page"
MOST_BYTES = 150_000
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": PHONE, "has_touch": True, "is_mobile": True},
}
KEPT = os.environ.get("INKREAD_PICTURES") == "1"
pytestmark = pytest.mark.slow


def keep(page: Page, folder: Path, name: str) -> None:
    """Save what is to be seen in 256 colours, or in fewer where it is large; nothing may be wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    shot = PIL.Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    for colours in (256, 128, 64, 32):
        shot.quantize(colours).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return
    pytest.fail(f"{path} is too large")


def train(page: Page, service: Service) -> None:
    """Train two small networks, unless they are there."""
    page.goto(f"{service.url}/#train")
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
    with service.client() as client:
        there = {run["recipe"] for run in client.get("/v1/runs").json()["runs"]}
    for recipe, epochs in (("mlp-64x3", "6"), ("quick", "3")):
        if recipe in there:
            continue
        page.get_by_label("Recipe").select_option(recipe)
        page.locator("[name=epochs]").fill(epochs)
        page.locator("[name=limit]").fill("10000")
        page.get_by_role("button", name="Start training").click()
    for recipe in ("mlp-64x3", "quick"):
        expect(page.locator(".runs li").filter(has_text=recipe)).to_contain_text("Done", timeout=600_000)


@pytest.mark.parametrize("look", LOOKS)
def test_take_pictures(chromium: Browser, service: Service, look: str, tmp_path: Path) -> None:
    folder = FOLDER if KEPT else tmp_path
    with watched(chromium, **LOOKS[look]) as page:
        page.goto(service.url)
        expect(verdict(page)).to_be_visible()
        keep(page, folder, f"empty-{look}")
        draw(page, "7 crossed")
        expect(verdict(page)).to_have_text(re.compile("^This is 7, "))
        keep(page, folder, f"read-{look}")

        page.get_by_role("link", name="What it sees").click()
        expect(page.locator(".neighbours li")).to_have_count(8)
        page.mouse.move(0, 0)
        keep(page, folder, f"see-{look}")
        page.get_by_role("button", name="Layers").click()
        page.locator(".layer .tiles.live").first.hover(position={"x": 30, "y": 30})
        keep(page, folder, f"layers-{look}")
        page.evaluate("scrollTo(0, 0)")
        page.get_by_role("button", name="Ink").click()
        keep(page, folder, f"ink-{look}")

        page.goto(f"{service.url}/#read")
        page.reload()
        _, png = page_of_numbers()
        page.locator("#picture-file").set_input_files([{"name": "page.png", "mimeType": "image/png", "buffer": png}])
        page.locator(".numbers input").nth(2).click()
        keep(page, folder, f"page-{look}")

        train(page, service)
        expect(page.locator(".chart canvas")).to_have_count(2)
        expect(page.locator(".confusion td.right")).to_have_count(10)
        page.evaluate("scrollTo(0, 0)")
        keep(page, folder, f"train-{look}")
        page.locator(".detail").first.scroll_into_view_if_needed()
        keep(page, folder, f"closely-{look}")

        page.goto(f"{service.url}/#lessons/descent")
        expect(page.locator(".lesson-figure .le")).to_be_visible()
        keep(page, folder, f"lessons-{look}")
