"""Made pages, filled with MNIST's test digits, photographed and read with the shipped model."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import inkread
from inkread.data import Dataset
from inkread.forms import FormReader, load_template
from inkread.forms.cutting import Cutter
from inkread.forms.rows import header
from inkread.types import NumberOptions, UInt8Array
from tests.forms.made import (
    HEIGHT,
    VALUES,
    WIDTH,
    Form,
    camera,
    draw_form,
    draw_other_form,
    fill,
    photograph,
    template_of,
)

SIZE = (1050, 1400)


def texts(row: inkread.forms.Row) -> dict[str, str]:  # type: ignore[name-defined]
    return {reading.name: reading.text for reading in row.readings}


@pytest.mark.parametrize("turn", [0, 180])
def test_a_photographed_page_is_read(reader: FormReader, form: Form, mnist_test: Dataset, turn: int) -> None:
    photo = photograph(fill(form, VALUES, mnist_test), camera(turn, turn=turn, size=SIZE), SIZE, seed=turn)
    row = reader.read(np.repeat(photo[..., np.newaxis], 3, axis=2), "photo.jpg")
    assert texts(row) == VALUES
    assert row.status in ("ok", "uncertain")
    assert not any(reason.startswith(("sum", "the print")) for reason in row.reasons)
    assert row.cells(list(form.boxes))[:3] == ["photo.jpg", "", "104732"]
    assert len(row.cells(list(form.boxes))) == len(header(form.boxes))


def test_a_total_that_does_not_hold_flags_the_row_and_all_its_fields(
    reader: FormReader, form: Form, mnist_test: Dataset
) -> None:
    row = reader.read(fill(form, VALUES | {"total": "155"}, mnist_test), "page.png", 3)
    assert row.status == "uncertain"
    broken = "sum: [a0, a1, a2, a3] == total does not hold: 12 + 7 + 105 + 30 = 154, not 155"
    assert broken in row.reasons
    assert row.suspects >= {"a0", "a1", "a2", "a3", "total"}
    assert row.name == "page.png, page 3"


def test_a_blank_field_is_uncertain_unless_it_may_be_blank(form: Form, mnist_test: Dataset, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "form.png"), form.picture)
    path = tmp_path / "form.yaml"
    path.write_text(template_of(form, extra={"b1": "optional: true"}))
    row = FormReader(load_template(path), inkread.load().number).read(
        fill(form, VALUES | {"b0": "", "b1": ""}, mnist_test), "x"
    )
    readings = {reading.name: reading for reading in row.readings}
    assert (readings["b0"].text, readings["b0"].confidence, readings["b0"].reason) == ("", None, "blank")
    assert (readings["b1"].text, readings["b1"].confidence, readings["b1"].reason) == ("", None, None)
    assert "b0: blank" in row.reasons


def test_constraints_hold_and_what_breaks_them_is_offered(form: Form, mnist_test: Dataset, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "form.png"), form.picture)
    path = tmp_path / "form.yaml"
    path.write_text(
        template_of(form, extra={"a0": "choices: ['999999']", "a2": "length: 3", "b3": "choices: [12, 72]"})
    )
    reader = FormReader(load_template(path), inkread.load().number, keep_crops=True)
    row = reader.read(fill(form, VALUES, mnist_test), "x")
    readings = {reading.name: reading for reading in row.readings}
    assert readings["a0"].text == ""
    assert readings["a0"].reason == "nothing satisfies the constraint"
    assert readings["a0"].alternatives == ("12",)
    assert readings["a0"].crop is not None
    assert (readings["a2"].text, readings["b3"].text) == ("105", "12")


@pytest.mark.parametrize(
    "page",
    [
        draw_other_form(),
        draw_form(left=470).picture,
        np.full((900, 700), 255, np.uint8),
        np.zeros((900, 700), np.uint8),
        np.random.default_rng(1).integers(0, 256, (900, 700, 3)).astype(np.uint8),
        np.full((1, 1), 0, np.uint8),
    ],
    ids=["other form", "moved boxes", "white", "black", "noise", "one pixel"],
)
def test_a_page_of_another_form_does_not_fit_and_nothing_of_it_is_read(reader: FormReader, page: UInt8Array) -> None:
    row = reader.read(page, "x")
    assert row.status == "does-not-fit"
    assert row.readings == ()
    assert len(row.reasons) == 1


def test_a_form_with_other_headings_is_flagged(reader: FormReader, mnist_test: Dataset) -> None:
    other = draw_form("Stock list", ("Nails", "Screws", "Bolts", "Hooks"))
    row = reader.read(fill(other, VALUES, mnist_test), "x")
    assert row.status == "uncertain"
    assert any("the print differs" in reason for reason in row.reasons)


def test_what_lies_outside_the_picture_is_not_read(reader: FormReader, form: Form, mnist_test: Dataset) -> None:
    row = reader.read(fill(form, VALUES, mnist_test)[:1000], "x")
    total = {reading.name: reading for reading in row.readings}["total"]
    assert (row.status, total.text, total.reason) == ("uncertain", "", "outside the picture")


def test_ink_that_leaves_its_box_stays_and_a_neighbour_s_goes(form: Form) -> None:
    page = form.picture.copy()
    box = form.boxes["a1"]
    cv2.line(page, (box.x0 + 60, box.y0 + 20), (box.x0 + 60, box.y1 + 6), (0,), 6)  # a 1 that crosses the lower line
    cv2.line(page, (box.x0 + 120, box.y1 + 4), (box.x0 + 120, box.y1 + 60), (0,), 6)  # of the number below
    crop = Cutter(form.picture).cut(page, np.eye(3), box)
    margin = round(0.12 * box.height)
    dark = crop < 128
    assert dark[:, margin + 55 : margin + 66].any(axis=1).sum() >= box.height - 20
    assert dark[margin + box.height :, margin + 55 : margin + 66].any()
    assert not dark[:, margin + 100 : margin + 140].any()
    assert not dark[:, : margin + 50].any()


def test_the_lines_of_a_comb_are_painted_over(form: Form) -> None:
    crop = Cutter(form.picture).cut(form.picture, np.eye(3), form.boxes["customer"], 6)
    assert crop.min() > 200
    assert Cutter(form.picture).cut(form.picture, np.eye(3), form.boxes["customer"], 1).min() < 100


def test_alternatives_are_likely_and_allowed(form: Form, mnist_test: Dataset, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "form.png"), form.picture)
    path = tmp_path / "form.yaml"
    path.write_text(template_of(form, extra={"a2": "range: [100, 199]"}))
    numbers = inkread.load(min_confidence=1.0)

    def unsure(image: UInt8Array, /, **options: NumberOptions) -> inkread.Number:
        return numbers.number(image, **options)  # type: ignore[arg-type]

    row = FormReader(load_template(path), unsure).read(fill(form, VALUES, mnist_test, easy=False), "x")
    for reading in row.readings:
        assert reading.reason is not None
        assert reading.text not in reading.alternatives
        assert len(set(reading.alternatives)) == len(reading.alternatives) <= 4
        assert all(len(text) == len(reading.text) for text in reading.alternatives)
        if reading.name == "a2":
            assert all(100 <= int(text) <= 199 for text in reading.alternatives)


WORDS = ("Apples", "Pears", "Quinces", "Plums", "Figs", "Nuts", "Nails", "Screws", "Bolts", "Hooks", "Rope", "Wire")
TITLES = ("Delivery note", "Stock list", "Reading of counters", "Timesheet")


@pytest.mark.slow
def test_pages_find_their_own_form_and_no_other(tmp_path: Path, mnist_test: Dataset) -> None:
    """Forms of one family, which differ in words, rows and columns: 24 photos, each read with two templates."""
    rng = np.random.default_rng(0)
    readers, forms = [], []
    for index in range(4):
        rows = tuple(rng.choice(WORDS, 3 + index, replace=False))
        forms.append(draw_form(TITLES[index], rows, columns=1 + index % 3, left=380 + 20 * index))
        folder = tmp_path / str(index)
        folder.mkdir()
        cv2.imwrite(str(folder / "form.png"), forms[-1].picture)
        (folder / "form.yaml").write_text(template_of(forms[-1]))
        readers.append(FormReader(load_template(folder / "form.yaml"), inkread.load().number))
    fitting = right = fields = 0
    for seed in range(24):
        own, other = seed % 4, (seed + 1 + seed // 4 % 3) % 4
        form = forms[own]
        values = {n: "".join(map(str, rng.integers(0, 10, form.cells.get(n, rng.integers(1, 5))))) for n in form.boxes}
        turn = int(rng.choice([0, 90, 180, 270]))
        size = SIZE if turn % 180 == 0 else SIZE[::-1]
        filled = fill(form, values, mnist_test, seed, easy=False)
        photo = photograph(filled, camera(seed, turn=turn, size=size, tilt=0.1), size, seed)
        row = readers[own].read(photo, "own")
        fitting += row.status != "does-not-fit" and not any("print" in reason for reason in row.reasons)
        right += sum(values[reading.name] == reading.text for reading in row.readings)
        fields += len(values)
        assert readers[other].read(photo, "other").status == "does-not-fit"
    assert fitting >= 23
    assert right / fields >= 0.9
    assert forms[0].picture.shape == (HEIGHT, WIDTH)
