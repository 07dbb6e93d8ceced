"""What a person draws with a mouse or a finger is read, however it is drawn; one golden test for each complaint."""

from __future__ import annotations

from dataclasses import replace

import pytest

import inkread
from inkread.types import Digit
from tests.contract.strokes import STYLES, Canvas, draw

PLACES = ["middle", "top left", "top right", "bottom left", "bottom right"]
TURNS = [-20, -10, 0, 10, 20]
THIN = Canvas(stroke=1.5, height=150)
THICK = Canvas(stroke=40, height=200)
every_style = pytest.mark.parametrize("style", STYLES)


@pytest.fixture(scope="module")
def reader() -> inkread.Reader:
    return inkread.load()


def turns(style: str, canvas: Canvas) -> list[int]:
    """Leave out what a person cannot read: a long flag turned until it is the bar of a 7, and slits that close up."""
    unclear = style == "1 with long flag" or (style == "0 slashed through" and canvas is THICK)
    return TURNS[1:] if unclear else TURNS


def read(reader: inkread.Reader, style: str, *canvases: Canvas) -> list[Digit]:
    """Read the drawings, each of which has to get its label."""
    digits = list(reader.digits([draw(style, canvas) for canvas in canvases]))
    wrong = {canvas: digit.label for canvas, digit in zip(canvases, digits, strict=True) if digit.label != style[0]}
    assert not wrong
    return digits


def read_surely(reader: inkread.Reader, style: str, *canvases: Canvas) -> None:
    """Read the drawings, each of which has to be accepted as well."""
    digits = read(reader, style, *canvases)
    refused = {c: digit.reason for c, digit in zip(canvases, digits, strict=True) if not digit.accepted}
    assert not refused


@every_style
def test_each_way_of_writing(reader: inkread.Reader, style: str) -> None:
    read_surely(reader, style, *(Canvas(stroke=stroke) for stroke in (8, 14, 20)))


@every_style
def test_thin_strokes(reader: inkread.Reader, style: str) -> None:
    read(reader, style, *(replace(THIN, height=height) for height in (60, 90, 150, 240)))


@every_style
def test_thin_dark_strokes_on_noisy_paper(reader: inkread.Reader, style: str) -> None:
    read(reader, style, *(replace(THIN, height=height, ink=20, paper=220, noise=4) for height in (60, 240)))


@every_style
def test_thick_strokes(reader: inkread.Reader, style: str) -> None:
    read(reader, style, *(replace(THICK, height=height) for height in (200, 270)))


@every_style
def test_thick_dark_strokes_on_noisy_paper(reader: inkread.Reader, style: str) -> None:
    read(reader, style, *(replace(THICK, height=height, ink=20, paper=220, noise=4) for height in (200, 240)))


@every_style
def test_off_centre(reader: inkread.Reader, style: str) -> None:
    read_surely(reader, style, *(Canvas(place=place, stroke=10, height=110) for place in PLACES[1:]))


@every_style
def test_turned(reader: inkread.Reader, style: str) -> None:
    read(reader, style, *(Canvas(turn=turn) for turn in turns(style, Canvas()) if turn))


@pytest.mark.parametrize("canvas", [THIN, THICK], ids=["thin", "thick"])
@every_style
def test_turned_in_a_corner(reader: inkread.Reader, style: str, canvas: Canvas) -> None:
    first = list(STYLES).index(style)
    places = [PLACES[(first + i) % 5] for i in range(5)]
    turned = zip(places, turns(style, canvas), strict=False)
    read(reader, style, *(replace(canvas, place=place, turn=turn) for place, turn in turned))


@every_style
def test_light_on_dark_and_dark_on_light(reader: inkread.Reader, style: str) -> None:
    read_surely(reader, style, *(Canvas(ink=ink, paper=paper) for ink, paper in ((0, 255), (230, 40))))


@every_style
def test_grey_background(reader: inkread.Reader, style: str) -> None:
    dark = [Canvas(ink=10, paper=paper, noise=paper % 4) for paper in (90, 125, 175, 200)]
    read_surely(reader, style, *dark, Canvas(ink=255, paper=130))


@every_style
def test_low_contrast(reader: inkread.Reader, style: str) -> None:
    faint = [Canvas(ink=ink, paper=paper) for ink, paper in ((180, 200), (90, 60))]
    read_surely(reader, style, *faint, Canvas(ink=150, paper=200, noise=4))


@every_style
def test_uneven_lighting(reader: inkread.Reader, style: str) -> None:
    dark = [Canvas(ink=20, paper=240, shade=shade, noise=4) for shade in (0.4, 0.8)]
    read_surely(reader, style, *dark, Canvas(ink=250, paper=40, shade=0.6))
