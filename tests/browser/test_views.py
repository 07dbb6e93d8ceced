"""The other views in a real browser, and what holds of all: phone, keyboard, light and dark, size."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import inkread
from tests.browser.conftest import PHONE, watched
from tests.browser.drawing import draw, verdict
from tests.service.conftest import Service

STATIC = Path(inkread.__file__).parent / "service" / "static"
LESSONS = STATIC.parent / "lessons"
VIEWS = ("read", "see", "train", "lessons")
MOST_BYTES = 500_000
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
TRAINING = 600_000  # milliseconds; a busy machine may take its time
SHEET = "#view-see .pad canvas"
NARROW = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def look(page: Page, service: Service, view: str) -> None:
    """Open a view and wait until it shows what it has to show."""
    page.goto(f"{service.url}/#{view}")
    expect(page.locator(f"#view-{view} h1")).to_have_count(1)
    if view == "read":
        draw(page, "7 crossed")
        expect(verdict(page)).to_have_text(re.compile("^This is 7, "))
    elif view == "see":
        page.get_by_role("button", name="Show me with a 7").click()
        expect(page.locator(".versus .bars")).to_have_count(2)
        expect(page.locator(".tiles").first).to_be_visible()
    elif view == "train":
        expect(page.get_by_role("button", name="Start training")).to_be_enabled()
    else:
        expect(page.locator(".lesson-figure .le")).to_be_visible()


def test_the_way_to_28_by_28_and_every_layer_are_shown(page: Page, service: Service) -> None:
    look(page, service, "see")
    expect(page.locator(".steps li")).to_have_count(6)
    names = page.locator(".layer h3").all_inner_texts()
    assert names[0] == "Convolution 1"
    assert names[-1] == "Output"
    expect(page.locator(".outputs .best")).to_have_text("7")
    expect(page.locator(".votes caption b").first).to_have_text("7")
    expect(page.locator(".neighbours li b").first).to_have_text("7")


def test_pointing_at_a_neuron_lights_up_what_it_sees(page: Page, service: Service) -> None:
    look(page, service, "see")
    maps = page.locator(".layer").first.locator(".tiles.live")
    maps.hover(position={"x": 30, "y": 30})
    expect(page.locator(".lens")).to_contain_text("Convolution 1, map 1, row 8, column 8: sees 5 × 5 pixels")
    frame, lens = page.locator(".lens-frame").bounding_box(), page.locator(".lens-picture").bounding_box()
    assert frame is not None
    assert lens is not None
    assert frame["width"] / lens["width"] == pytest.approx(5 / 28, abs=0.02)
    assert (frame["x"] - lens["x"]) / lens["width"] == pytest.approx(12 / 28, abs=0.02)


def test_the_strongest_neurons_can_be_reached_by_keyboard(page: Page, service: Service) -> None:
    look(page, service, "see")
    details = page.locator(".layer").first.locator("details")
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(details.locator("button").first).to_be_focused()
    expect(page.locator(".lens")).to_contain_text("Convolution 1, map")
    expect(page.locator(".lens-frame")).to_be_visible()


def test_saliency_is_for_any_pair_of_classes(page: Page, service: Service) -> None:
    look(page, service, "see")
    with page.expect_response(lambda answer: "against=1" in answer.url):
        page.get_by_label("rather than").select_option("1")
    expect(page.get_by_label("rather than")).to_have_value("1")
    expect(page.locator(".legend")).to_contain_text("for 1")
    with page.expect_response(lambda answer: "for=1" in answer.url):
        page.get_by_label("Spoke for").select_option("1")
    expect(page.get_by_label("Spoke for")).to_have_value("1")
    expect(page.get_by_label("rather than")).not_to_have_value("1")


def test_two_networks_stand_side_by_side(page: Page, service: Service) -> None:
    look(page, service, "see")
    expect(page.get_by_label("Beside it")).to_have_value("tutorial")
    expect(page.locator(".versus").nth(1)).to_contain_text("Dense 1")
    page.get_by_label("Look into").select_option("tutorial")
    expect(page.locator(".layer h3").first).to_have_text("Dense 1")


def test_the_drawing_goes_along_from_view_to_view(page: Page, service: Service) -> None:
    page.goto(service.url)
    draw(page, "3 round")
    expect(verdict(page)).to_have_text(re.compile("^This is 3, "))
    page.get_by_role("link", name="What it sees").click()
    expect(page.locator(".outputs .best")).to_have_text("3")
    page.locator(".bench").get_by_role("button", name="Clear").click()
    expect(page.get_by_role("button", name="Show me with a 7")).to_be_visible()
    draw(page, "1 bar", sheet=SHEET)
    expect(page.locator(".outputs .best")).to_have_text("1")
    page.go_back()
    expect(verdict(page)).to_have_text(re.compile("^This is 1, "))


def test_absurd_numbers_are_refused_in_plain_words(chromium: Browser, workshop: Service) -> None:
    with watched(chromium, refusals=True) as page:
        look(page, workshop, "train")
        for field, value in (("learning_rate", "-3"), ("epochs", "1000000"), ("batch_size", "many")):
            before = page.locator(f"[name={field}]").input_value()
            page.locator(f"[name={field}]").fill(value)
            page.get_by_role("button", name="Start training").click()
            expect(page.locator(".run-form .note.bad")).to_contain_text(re.compile(r"\w+.*\.$"))
            page.locator(f"[name={field}]").fill(before)
        expect(page.locator(".runs li")).to_have_count(0)


@pytest.mark.slow
def test_quick_is_trained_watched_and_used(workshop: Service, page: Page, tmp_path: Path) -> None:
    look(page, workshop, "train")
    page.get_by_role("button", name="Start training").click()
    run = page.locator(".runs li").filter(has_text="quick")
    expect(page.locator(".chart canvas")).to_have_count(2, timeout=TRAINING)
    expect(run).to_contain_text("Done", timeout=TRAINING)
    curve = page.locator(".chart p").first
    expect(curve).to_contain_text("% after 2 epochs")
    reached = re.search(r"quick: (\d+\.\d+) % after 2 epochs", curve.inner_text())
    assert reached
    assert float(reached.group(1)) >= 99
    assert float(re.search(r"reads (\S+) %", run.inner_text()).group(1)) >= 99  # type: ignore[union-attr]
    expect(page.locator(".confusion td.right")).to_have_count(10)
    expect(page.locator(".mistakes li").first).to_be_visible()

    with page.expect_download() as download:
        run.get_by_role("button", name="Save").click()
    download.value.save_as(tmp_path / "mine.onnx")
    assert inkread.load(tmp_path / "mine.onnx").labels == tuple("0123456789")

    run.get_by_role("button", name="Use it in Read").click()
    expect(page.get_by_label("Read by").locator("option:checked")).to_have_text("quick, trained here")
    with page.expect_request(lambda request: "/v1/digit?model=quick-" in request.url):
        draw(page, "7 plain")
    expect(verdict(page)).to_have_text(re.compile("7"))


@pytest.mark.slow
def test_runs_queue_stop_resume_and_go(workshop: Service, page: Page) -> None:
    look(page, workshop, "train")
    page.get_by_label("Recipe").select_option("mlp-64x3")
    page.locator("[name=epochs]").fill("40")
    page.get_by_role("button", name="Start training").click()
    page.locator("[name=epochs]").fill("1")
    page.locator("[name=limit]").fill("2000")
    page.get_by_role("button", name="Start training").click()
    long, short = (
        page.locator(".runs li").filter(has_text="40 epochs"),
        page.locator(".runs li").filter(has_text="2,000 pictures"),
    )
    expect(short).to_contain_text(re.compile(r"Waits; (one run is|\d+ runs are) before it"))
    expect(long).to_contain_text("Epoch 1 of 40", timeout=TRAINING)
    long.get_by_role("button", name="Stop").click()
    expect(long.get_by_role("button", name="Resume")).to_be_visible(timeout=TRAINING)
    expect(short).to_contain_text("Done", timeout=TRAINING)
    long.get_by_role("button", name="Resume").click()
    expect(long).to_contain_text(re.compile(r"Epoch \d+ of 40"), timeout=TRAINING)
    long.get_by_role("button", name="Stop").click()
    page.once("dialog", lambda dialog: dialog.accept())
    long.get_by_role("button", name="Delete").click(timeout=TRAINING)
    expect(long).to_have_count(0)


def test_every_lesson_opens_by_its_link(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/#lessons")
    links = page.locator(".contents a")
    expect(links).to_have_count(len(list(LESSONS.glob("[0-9]*.md"))))
    for place in range(links.count()):
        links.nth(place).click()
        expect(links.nth(place)).to_have_attribute("aria-current", "true")
        expect(page.locator(".lesson-text h2")).to_have_text(f"{place + 1}. {links.nth(place).inner_text()}")
        expect(page.locator(".lesson-figure .le")).to_have_count(1)


def test_a_lesson_has_an_address_of_its_own(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/#lessons/softmax")
    expect(page.locator(".lesson-text h2")).to_contain_text("Softmax")
    page.get_by_role("link", name=re.compile("^Next: ")).click()
    expect(page.locator(".lesson-text h2")).to_contain_text("Loss")
    page.goto(f"{service.url}/#lessons/nonsense")
    expect(page.locator("#view-lessons .note.bad")).to_contain_text("There is no such lesson")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_issue(chromium: Browser, service: Service, view: str, scheme: str) -> None:
    with watched(chromium, color_scheme=scheme) as page:
        look(page, service, view)
        found = Axe().run(page).response["violations"]
    serious = [issue for issue in found if issue["impact"] in ("serious", "critical")]
    assert not serious, json.dumps([(i["id"], [n["html"] for n in i["nodes"]][:5]) for i in serious], indent=1)


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_wider_than_a_phone(chromium: Browser, service: Service, view: str) -> None:
    with watched(chromium, **NARROW) as page:
        look(page, service, view)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for summary in page.locator("main details:not([open]) > summary").all()[:3]:
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_one_can_draw_with_a_finger(chromium: Browser, service: Service) -> None:
    with watched(chromium, **NARROW) as page:
        page.goto(service.url)
        box = page.locator("#view-read .pad canvas").bounding_box()
        assert box is not None
        touch = page.context.new_cdp_session(page)
        points = [(0.5, 0.15 + 0.07 * step) for step in range(10)]
        for kind, (x, y) in [("touchStart", points[0]), *(("touchMove", point) for point in points[1:])]:
            place = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(verdict(page)).to_have_text(re.compile("1"))
        assert page.evaluate("scrollY") == 0


def test_the_theme_is_the_systems_until_it_is_switched_and_then_kept(chromium: Browser, service: Service) -> None:
    with watched(chromium, color_scheme="dark") as page:
        page.goto(service.url)
        theme = page.locator("html")
        expect(theme).to_have_attribute("data-theme", "dark")
        page.get_by_role("button", name="Dark colours").click()
        expect(theme).to_have_attribute("data-theme", "light")
        page.reload()
        expect(theme).to_have_attribute("data-theme", "light")


def test_views_are_links_that_say_where_one_is(page: Page, service: Service) -> None:
    page.goto(service.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for view, name in zip(VIEWS, ("Read", "What it sees", "Train", "Lessons"), strict=True):
        page.get_by_role("navigation", name="Views").get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        expect(page.locator("[aria-current=page]")).to_have_text(name)
        expect(page.locator("main > section:visible")).to_have_attribute("id", f"view-{view}")
        expect(page).to_have_title(f"{name} · inkread")


def test_the_page_is_light_and_quickly_there(page: Page, service: Service) -> None:
    assert sum(path.stat().st_size for path in STATIC.rglob("*") if path.is_file()) <= MOST_BYTES
    times = []
    for path in ("/healthz", "/"):
        page.goto(service.url + path)
        page.wait_for_function(PAINTED)
        times.append(page.evaluate(PAINTED))
    nothing, first_paint = times
    assert first_paint < 1000 + 3 * nothing


def test_each_vendored_library_comes_with_its_licence() -> None:
    for library in (STATIC / "vendor").glob("*.js"):
        licence = library.with_name(library.name.partition(".")[0] + ".LICENSE.txt")
        assert "Permission is hereby granted" in licence.read_text(encoding="utf-8")
