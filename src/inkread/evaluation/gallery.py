"""A sheet of the worst mistakes: each picture enlarged, with the truth, what was read, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from inkread.evaluation.calibration import confidence_and_correct
from inkread.evaluation.palette import FAINT, GREY, INK, PAPER, RIGHT, WRONG
from inkread.evaluation.wording import percent
from inkread.files import atomic_path
from inkread.types import Float32Array, Int64Array, UInt8Array

SIDE = 128  # pixels; pictures are enlarged by a whole number to at most this: 28x28 four times
COLUMNS, ROWS = 8, 5
MARGIN, GAP, HEAD = 40, 24, 110
CAPTION, BAR, FONT_SIZE = 36, 5, 17
LEAST_WIDTH, WIDEST = 720, 1600  # of the sheet, in pixels


class _Run(NamedTuple):
    """A piece of text in one colour."""

    text: str
    colour: str


class Mistake(NamedTuple):
    """One wrong answer; `read` is empty where there was none."""

    place: int
    truth: str
    read: str
    confidence: float


def worst_mistakes(
    probabilities: Float32Array, labels: Int64Array, classes: Sequence[str], limit: int = COLUMNS * ROWS
) -> list[Mistake]:
    """List the wrong answers that were given most surely.

    Args:
        probabilities: float32 of shape (n, classes), each row summing to at most 1; all 0 is no answer.
        labels: int64 of shape (n,).
        classes: names of the classes.
        limit: the most to list.

    Returns:
        The surest first; equally sure ones in the order of the pictures.

    Raises:
        DataError: see `evaluate`.
    """
    confidence, correct = confidence_and_correct(probabilities, labels)
    wrong = np.flatnonzero(~correct)
    order = wrong[np.argsort(-confidence[wrong], kind="stable")][:limit]
    read = probabilities.argmax(axis=1)
    return [
        Mistake(int(i), classes[labels[i]], classes[read[i]] if confidence[i] > 0 else "", float(confidence[i]))
        for i in order
    ]


def draw_gallery(
    images_nchw: UInt8Array,
    labels: Int64Array,
    probabilities: Float32Array,
    classes: Sequence[str],
    path: Path,
    *,
    source: str = "",
) -> None:
    """Draw the worst mistakes as a PNG sheet, the surest first; where there are none, the sheet says so.

    Args:
        images_nchw: uint8 of shape (n, channels, height, width); 3 channels are RGB, of others the first is drawn.
        labels: int64 of shape (n,), indices into `classes`.
        probabilities: float32 of shape (n, classes), each row summing to at most 1; all 0 is no answer.
        classes: names of the classes.
        path: the PNG file to write.
        source: which model on which data, for the headline.

    Raises:
        DataError: see `evaluate`.
        OutputError: if the file cannot be written.
    """
    mistakes = worst_mistakes(probabilities, labels, classes)
    _, correct = confidence_and_correct(probabilities, labels)
    pictures = [_enlarge(images_nchw[mistake.place]) for mistake in mistakes]
    captions = [_caption(mistake) for mistake in mistakes]
    layout = _lay_out(pictures, captions)
    sheet = PIL.Image.new("RGB", layout.size, PAPER)
    draw = PIL.ImageDraw.Draw(sheet)
    _head(draw, int((~correct).sum()), len(labels), len(mistakes), source)
    for place, (mistake, picture, caption) in enumerate(zip(mistakes, pictures, captions, strict=True)):
        row, column = divmod(place, layout.columns)
        x, y = MARGIN + column * layout.step_x, HEAD + row * layout.step_y
        sheet.paste(picture, (x, y))
        _bar(draw, x, y + picture.height + 4, picture.width, mistake.confidence)
        _write(draw, (x, y + picture.height + 15), caption, FONT_SIZE)
    with atomic_path(path) as temporary:
        sheet.save(temporary, format="PNG")


class _Layout(NamedTuple):
    """Where the tiles lie, in pixels."""

    size: tuple[int, int]
    columns: int
    step_x: int
    step_y: int


def _lay_out(pictures: Sequence[PIL.Image.Image], captions: Sequence[Sequence[_Run]]) -> _Layout:
    """Make the tiles wide enough for the longest caption, and the sheet wide enough for its headline."""
    if not pictures:
        return _Layout((LEAST_WIDTH, HEAD + MARGIN), 1, 0, 0)
    font = PIL.ImageFont.load_default(FONT_SIZE)
    longest = max(sum(font.getlength(run.text) for run in caption) for caption in captions)
    step_x = max(pictures[0].width, int(longest) + 1) + GAP
    step_y = pictures[0].height + CAPTION + GAP
    columns = max(1, min(COLUMNS, len(pictures), (WIDEST - 2 * MARGIN + GAP) // step_x))
    rows = -(-len(pictures) // columns)
    width = max(LEAST_WIDTH, 2 * MARGIN + columns * step_x - GAP)
    return _Layout((width, HEAD + rows * step_y - GAP + MARGIN), columns, step_x, step_y)


def _enlarge(picture_chw: UInt8Array) -> PIL.Image.Image:
    """Enlarge a small picture pixel by pixel, by a whole number; make a large one fit."""
    pixels = np.moveaxis(picture_chw, 0, 2) if len(picture_chw) == 3 else picture_chw[0]
    image = PIL.Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB")
    factor = SIDE // max(image.size)
    if factor:
        return image.resize((image.width * factor, image.height * factor), PIL.Image.Resampling.NEAREST)
    image.thumbnail((SIDE, SIDE), PIL.Image.Resampling.BOX)
    return image


def _caption(mistake: Mistake) -> list[_Run]:
    """Write what it is, what it was read as, and how surely."""
    if not mistake.read:
        return [_Run(mistake.truth, RIGHT), _Run(" not read · no ink", GREY)]
    return [
        _Run(mistake.truth, RIGHT),
        _Run(" read as ", GREY),
        _Run(mistake.read, WRONG),
        _Run(f" · {percent(mistake.confidence, 0)}", INK),
    ]


def _head(draw: PIL.ImageDraw.ImageDraw, wrong: int, count: int, shown: int, source: str) -> None:
    """Write the two head lines."""
    title = f"{wrong:,} of {count:,} read wrong" if wrong else f"No mistakes: all {count:,} pictures read right"
    accuracy = f"accuracy {percent(1 - wrong / count)}"
    which = f"the {shown} surest mistakes" if shown < wrong else "the surest mistake first"
    second = " · ".join(part for part in (accuracy, which if wrong else "", source) if part)
    _write(draw, (MARGIN, 28), [_Run(title, INK)], 26)
    _write(draw, (MARGIN, 64), [_Run(second, GREY)], 16)


def _bar(draw: PIL.ImageDraw.ImageDraw, x: int, y: int, width: int, share: float) -> None:
    """Draw the confidence as a bar under the picture."""
    draw.rectangle((x, y, x + width - 1, y + BAR - 1), fill=FAINT)
    if share > 0:
        draw.rectangle((x, y, x + max(1, round(width * share)) - 1, y + BAR - 1), fill=WRONG)


def _write(draw: PIL.ImageDraw.ImageDraw, place: tuple[float, float], runs: Sequence[_Run], size: int) -> None:
    """Write text in several colours on one line."""
    font = PIL.ImageFont.load_default(size)
    x, y = place
    for run in runs:
        draw.text((x, y), run.text, fill=run.colour, font=font)
        x += font.getlength(run.text)
