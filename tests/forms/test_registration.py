"""Pages are laid over their form however they lie, to within a pixel or so; others are not taken for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.data import Dataset
from inkread.forms.geometry import corners, cut_out, is_sane, scaling, transform
from inkread.forms.registration import Reference, Registration
from inkread.types import Box, UInt8Array
from tests.forms.made import HEIGHT, VALUES, WIDTH, Form, camera, draw_form, draw_other_form, fill, photograph

SIZE = (900, 1200)


@pytest.fixture(scope="module")
def reference(form: Form) -> Reference:
    return Reference(form.picture, list(form.boxes.values()))


def farthest(lies: Registration, truth: np.ndarray, form: Form) -> float:  # type: ignore[type-arg]
    """The most pixels of the photo by which a field's corner is put beside its place."""
    return max(
        float(np.abs(transform(lies.at(box), corners(box)) - transform(truth, corners(box))).max())
        for box in form.boxes.values()
    )


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_photo_is_put_right_whatever_its_turn(
    reference: Reference, form: Form, mnist_test: Dataset, turn: int
) -> None:
    size = SIZE if turn % 180 == 0 else SIZE[::-1]
    truth = camera(turn, turn=turn, size=size, tilt=0.12)
    lies = reference.register(photograph(fill(form, VALUES, mnist_test), truth, size, seed=turn))
    assert lies is not None
    assert lies.found.agreement > 0.97
    assert len(lies.found.differing()) == 0
    assert farthest(lies, truth, form) < 1.0


def test_a_large_photo_is_put_right_in_its_own_pixels(reference: Reference, form: Form) -> None:
    truth = camera(5, size=(2400, 3200))
    lies = reference.register(photograph(form.picture, truth, (2400, 3200)))
    assert lies is not None
    assert farthest(lies, truth, form) < 2.0


def test_bent_paper_is_followed(reference: Reference, form: Form) -> None:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    lift = 14 * np.sin(np.pi * x / WIDTH)
    bent = np.asarray(cv2.remap(form.picture, x, y + lift, cv2.INTER_LINEAR, borderValue=(255,)), np.uint8)
    lies = reference.register(bent)
    assert lies is not None
    assert lies.found.agreement > 0.95
    for box in form.boxes.values():
        middle = (box.x0 + box.x1) / 2
        expected = corners(box).mean(axis=0) - (0, 14 * np.sin(np.pi * middle / WIDTH))
        assert np.abs(transform(lies.at(box), corners(box)).mean(axis=0) - expected).max() < 3


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Credit note"},
        {"rows": ("Nails", "Screws", "Bolts", "Hooks")},
        {"rows": ("Apples", "Pears", "Cherries", "Plums")},
        {"rows": ("Apples", "Pears", "Quinces", "Plums", "Figs")},
        {"left": 470},
    ],
)
def test_a_form_that_is_nearly_the_same_differs(reference: Reference, changed: dict[str, object]) -> None:
    lies = reference.register(draw_form(**changed).picture)  # type: ignore[arg-type]
    assert lies is None or len(lies.found.differing()) >= 4


@pytest.mark.parametrize(
    "page",
    [
        draw_other_form(),
        np.full((1200, 900), 255, np.uint8),
        np.zeros((1200, 900), np.uint8),
        np.random.default_rng(0).integers(0, 256, (1200, 900)).astype(np.uint8),
        np.full((1, 1), 7, np.uint8),
        np.full((2, 3000), 7, np.uint8),
    ],
    ids=["other form", "white", "black", "noise", "one pixel", "a line"],
)
def test_what_is_no_such_form_is_not_found(reference: Reference, page: UInt8Array) -> None:
    lies = reference.register(page)
    assert lies is None or lies.found.agreement < 0.5


def grid() -> tuple[UInt8Array, list[Box]]:
    """A form without a word, which looks the same upside down."""
    picture = np.full((900, 700), 255, np.uint8)
    boxes = [Box(60 + 150 * (i % 4), 80 + 90 * (i // 4), 180 + 150 * (i % 4), 150 + 90 * (i // 4)) for i in range(32)]
    for box in boxes:
        cv2.rectangle(picture, box[:2], (box.x1 - 1, box.y1 - 1), (30,), 2)
    return picture, boxes


def test_a_form_that_looks_the_same_upside_down_is_noticed(reference: Reference) -> None:
    assert not reference.ambiguous
    assert Reference(*grid()).ambiguous
    assert not Reference(*grid(), upright=True).ambiguous


def test_a_form_said_to_be_upright_is_laid_upright() -> None:
    picture, boxes = grid()
    lies = Reference(picture, boxes, upright=True).register(np.ascontiguousarray(picture[::-1, ::-1]))
    assert lies is not None
    top, bottom = transform(lies.homography, np.array([[350.0, 0.0], [350.0, 900.0]]))
    assert top[1] < bottom[1]


@given(
    st.tuples(*[st.floats(-60, 60)] * 8),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(30, 200),
    st.floats(0.3, 2.0),
)
@settings(max_examples=30, deadline=None)
def test_what_is_cut_out_shows_what_was_there(
    shifts: tuple[float, ...], x0: int, y0: int, side: int, factor: float
) -> None:
    """A page whose brightness is its place: what is cut out must show the places that the homography says."""
    plain = np.array([[0, 0], [599, 0], [599, 599], [0, 599]], np.float32)
    homography = cv2.getPerspectiveTransform(plain, plain + 100 + np.array(shifts, np.float32).reshape(4, 2))
    assert is_sane(np.asarray(homography, np.float64), (600, 600))
    page = np.tile(np.linspace(0, 255, 900).astype(np.uint8), (900, 1))
    box = Box(x0, y0, x0 + side, y0 + side)
    cut = cut_out(page, np.asarray(homography, np.float64), box, factor)
    assert cut.shape == (round(side * factor), round(side * factor))
    place = np.array([[cut.shape[1] // 2, cut.shape[0] // 2]], np.float64)
    in_form = np.add(transform(np.linalg.inv(scaling(factor)), place), (x0, y0))
    x, _ = transform(np.asarray(homography, np.float64), in_form)[0]
    assert abs(float(cut[cut.shape[0] // 2, cut.shape[1] // 2]) - x * 255 / 899) < 3


def test_a_mirrored_or_folded_sheet_is_not_sane() -> None:
    assert is_sane(np.eye(3), (600, 800))
    assert not is_sane(np.diag([-1.0, 1.0, 1.0]), (600, 800))
    assert not is_sane(np.array([[1.0, 0, 0], [0, 1, 0], [0.01, 0, -1]]), (600, 800))
    assert not is_sane(np.diag([1.0, 0.1, 1.0]), (600, 800))
