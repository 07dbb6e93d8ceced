"""The view "Read" in a real browser: what people draw, open, paste and correct."""

from __future__ import annotations

import base64
import csv
import io
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, program, watched
from tests.browser.drawing import MIDDLE, PLACES, Place, draw, page_of_numbers, verdict
from tests.contract.strokes import STYLES
from tests.service.conftest import Service, running

EXAMPLES = Path(__file__).parents[2] / "examples" / "digits"
FAST = 100  # milliseconds from pen-up to answer, where nothing else is going on
# How long the machine takes at this moment to fetch next to nothing: a median of five, 2 ms where it is idle.
TRIP = """async () => {
  const times = [];
  for (let i = 0; i < 5; i += 1) {
    const start = performance.now();
    await fetch("healthz");
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[2];
}"""
INKED = """() => {
  const { data } = document.querySelector("#view-read canvas").getContext("2d").getImageData(0, 0, 4096, 4096);
  return data.filter((value, place) => place % 4 === 3 && value > 0).length;
}"""
DROP = """(target, [name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  const event = KIND;
  target.dispatchEvent(event);
}"""


@pytest.fixture
def read(page: Page, service: Service) -> Page:
    """The page at its first view."""
    page.goto(service.url)
    expect(verdict(page)).to_have_text("Draw a digit")
    return page


def clear(page: Page) -> None:
    page.get_by_role("button", name="Clear").click()
    expect(verdict(page)).to_have_text("Draw a digit")


@pytest.mark.slow
def test_each_digit_is_read_wherever_it_is_drawn(read: Page) -> None:
    styles = {style[0]: style for style in reversed(STYLES)}
    for digit, style in sorted(styles.items()):
        for place in PLACES[int(digit) % 2 :: 2]:
            draw(read, style, place)
            expect(verdict(read)).to_have_text(re.compile(f"^This is {digit}, "))
            clear(read)


@pytest.mark.slow
def test_the_answer_comes_while_one_draws_and_fast(read: Page) -> None:
    times = []
    for style in ("7 plain", "2 plain", "0 oval", "3 round", "6 curved"):
        draw(read, style)
        expect(verdict(read)).to_have_text(re.compile(f"^This is {style[0]}, "))
        found = re.search(r"answered in (\d+) ms", read.locator("#view-read .answer").inner_text())
        assert found
        times.append(int(found.group(1)))
        clear(read)
    assert min(times) < FAST + 5 * read.evaluate(TRIP), times
    draw(read, "1 bar")
    box = read.locator("#view-read .pad canvas").bounding_box()
    assert box is not None
    read.mouse.move(box["x"] + 40, box["y"] + 40)
    read.mouse.down()
    read.mouse.move(box["x"] + 300, box["y"] + 300, steps=9)
    with read.expect_response("**/v1/digit"):
        read.mouse.move(box["x"] + 310, box["y"] + 300)
    read.mouse.up()


def test_bars_show_all_ten_probabilities_and_the_rest(read: Page) -> None:
    draw(read, "8 of two rings")
    expect(verdict(read)).to_have_text(re.compile("^This is 8, "))
    rows = read.locator(".bars tbody tr")
    expect(rows).to_have_count(11)
    expect(read.locator(".bars .best th")).to_have_text("8")
    shares = [float(text.removesuffix(" %")) for text in rows.locator(".share").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=1.5)


def test_what_is_no_digit_is_shown_as_such(read: Page) -> None:
    draw(read, "4 open", Place(0.1, 0.1, 0.5))
    draw(read, "6 curved", Place(0.55, 0.1, 0.5))
    draw(read, "7 plain", Place(0.3, 0.5, 0.45))
    expect(verdict(read)).to_have_text(re.compile("^(This is not a digit|Unsure: )"))
    assert read.locator("#view-read .answer").get_attribute("data-state") in ("none", "unsure")


def test_undo_takes_back_one_stroke_by_button_and_by_keys(read: Page) -> None:
    draw(read, "1 bar")
    expect(verdict(read)).to_have_text(re.compile("1"))
    draw(read, "7 crossed", Place(0.55, 0.14, 0.7))
    read.get_by_role("button", name="Undo").click()
    read.keyboard.press("Control+z")
    expect(verdict(read)).to_have_text(re.compile("1"))
    read.keyboard.press("Control+z")
    expect(verdict(read)).to_have_text("Draw a digit")


def test_the_pen_width_is_that_of_the_picture(read: Page) -> None:
    pen = read.get_by_role("slider", name="Pen")
    pen.fill("3")
    draw(read, "7 plain")
    thin = read.evaluate(INKED)
    clear(read)
    pen.fill("10")
    draw(read, "7 plain")
    assert read.evaluate(INKED) > 2.5 * thin
    expect(verdict(read)).to_have_text(re.compile("^This is 7, "))


def test_a_number_is_read(read: Page) -> None:
    read.get_by_label("A number").check()
    for place, style in enumerate(("4 open", "0 oval", "7 plain")):
        draw(read, style, Place(0.2 + 0.7 * place, 0.15, 0.65))
    expect(verdict(read)).to_have_text(re.compile(r"\b407\b"))
    expect(read.locator(".digits li b")).to_have_text(["4", "0", "7"])


def test_a_page_is_read_corrected_and_saved(read: Page) -> None:
    sample, png = page_of_numbers()
    read.locator("#picture-file").set_input_files([{"name": "page.png", "mimeType": "image/png", "buffer": png}])
    inputs = read.locator(".numbers input")
    expect(inputs.first).to_be_visible()
    texts = [field.input_value() for field in inputs.all()]
    truth = {text for text, _ in sample.numbers}
    assert len(truth & set(texts)) >= len(truth) / 2
    expect(read.locator(".overlay rect")).to_have_count(len(texts))

    read.locator(".overlay rect").nth(1).click()
    expect(inputs.nth(1)).to_be_focused()
    expect(read.locator(".overlay rect").nth(1)).to_have_class(re.compile("selected"))
    inputs.nth(1).fill("4711")
    expect(read.locator(".numbers li").nth(1)).to_contain_text(f"was {texts[1]}")
    read.keyboard.press("Enter")
    expect(inputs.nth(2)).to_be_focused()
    read.keyboard.press("ArrowUp")
    expect(inputs.nth(1)).to_be_focused()

    with read.expect_download() as download:
        read.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert [row["text"] for row in rows] == [texts[0], "4711", *texts[2:]]
    assert [row["read"] for row in rows] == texts
    assert [row["corrected"] for row in rows].count("true") == 1
    assert rows[1]["file"] == "page.png"
    assert int(rows[1]["x0"]) < int(rows[1]["x1"]) <= 900

    read.context.grant_permissions(["clipboard-read", "clipboard-write"])
    read.get_by_role("button", name="Copy CSV").click()
    expect(read.locator(".page-list").get_by_text("Copied.")).to_be_visible()
    assert list(csv.DictReader(io.StringIO(read.evaluate("navigator.clipboard.readText()")))) == rows


def test_a_page_without_numbers_says_so(read: Page) -> None:
    read.get_by_label("A page").check()
    expect(read.locator(".drop")).to_contain_text("Drop a photo")
    content = cv2.imencode(".png", np.full((400, 400), 255, np.uint8))[1].tobytes()
    read.locator("#picture-file").set_input_files([{"name": "blank.png", "mimeType": "image/png", "buffer": content}])
    expect(read.get_by_text("No numbers were found on this page.")).to_be_visible()


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_small_picture_that_is_dropped_or_pasted_is_read_as_a_digit(read: Page, way: str) -> None:
    kinds = {
        "drop": 'new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })',
        "paste": 'new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true })',
    }
    content = base64.b64encode((EXAMPLES / "0-as-in-mnist.png").read_bytes()).decode()
    read.locator("#view-read").evaluate(DROP.replace("KIND", kinds[way]), ["0.png", "image/png", content])
    expect(verdict(read)).to_have_text(re.compile("^This is 0, "))
    expect(read.locator(".overlay rect")).to_have_count(1)
    read.get_by_role("button", name="Back to drawing").click()
    expect(verdict(read)).to_have_text("Draw a digit")


def test_a_script_in_a_file_name_is_only_text(read: Page) -> None:
    name = '=1+"<img src=x onerror=alert(1)><script>alert(2)</script>.png'
    read.on("dialog", lambda dialog: pytest.fail(f"the file name ran as a script: {dialog.message}"))
    _, png = page_of_numbers()
    read.locator("#picture-file").set_input_files([{"name": name, "mimeType": "image/png", "buffer": png}])
    expect(read.locator(".numbers li").first).to_be_visible()
    expect(read.get_by_text(name, exact=True)).to_be_visible()
    assert read.locator("main script, main [onerror]").count() == 0
    with read.expect_download() as download:
        read.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert rows[0]["file"] == "'" + name


def test_what_is_no_picture_is_refused_in_plain_words(chromium: Browser, service: Service) -> None:
    with watched(chromium, refusals=True) as page:
        page.goto(service.url)
        broken = {"name": "notes.png", "mimeType": "image/png", "buffer": b"these are only words"}
        page.locator("#picture-file").set_input_files([broken])
        expect(page.locator("#view-read .note.bad")).to_have_text(re.compile(r"^[A-Z].*picture.*\.$"))
        page.get_by_role("button", name="Back to drawing").click()
        draw(page, "3 round")
        expect(verdict(page)).to_have_text(re.compile("^This is 3, "))


def test_a_service_that_is_gone_is_named(chromium: Browser, service: Service) -> None:
    with watched(chromium, refusals=True) as page:
        page.goto(service.url)
        expect(verdict(page)).to_be_visible()
        page.context.set_offline(True)
        draw(page, "3 round")
        expect(page.locator("#view-read .note.bad")).to_contain_text("does not answer")
        page.context.set_offline(False)
        draw(page, "1 bar", MIDDLE)
        expect(page.locator("#view-read .note.bad")).to_have_count(0)


@pytest.mark.slow
def test_the_token_is_asked_for(chromium: Browser, tmp_path: Path) -> None:
    with running(tmp_path / "home", INKREAD_TOKEN="open sesame") as guarded, watched(chromium, refusals=True) as page:
        page.goto(guarded.url)
        token = page.get_by_role("textbox", name="Token")
        token.fill("close sesame")
        page.keyboard.press("Enter")
        expect(page.get_by_text("That token was not accepted.")).to_be_visible()
        token.fill("open sesame")
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("#token")).to_be_hidden()
        draw(page, "7 crossed")
        expect(verdict(page)).to_have_text(re.compile("^This is 7, "))
        page.reload()
        draw(page, "7 crossed")
        expect(verdict(page)).to_have_text(re.compile("^This is 7, "))
        expect(page.locator("#token")).to_be_hidden()


def test_the_camera_button_is_only_there_with_a_camera(read: Page, chromium: Browser, service: Service) -> None:
    expect(read.get_by_role("button", name="Camera")).to_be_hidden()
    arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with_camera = chromium.browser_type.launch(executable_path=program(), args=arguments)
    with watched(with_camera, viewport=PHONE, has_touch=True) as page:
        page.goto(service.url)
        page.get_by_role("button", name="Camera").click()
        page.get_by_role("button", name="Take the picture").click()
        expect(page.locator("#view-read .boxed img")).to_be_visible()
        expect(page.get_by_text("camera.jpg", exact=True)).to_be_visible()
    with_camera.close()
