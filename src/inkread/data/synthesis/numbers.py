"""Crops that hold one number, made with their truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from inkread.data.synthesis import camera, clutter
from inkread.data.synthesis.fonts import print_text, typefaces
from inkread.data.synthesis.glyphs import Glyphs
from inkread.data.synthesis.hands import (
    Hand,
    TypeHand,
    old_hand,
    pen_hand,
    picture_hand,
    random_hand_pen,
    type_hand,
)
from inkread.data.synthesis.ink import paste
from inkread.data.synthesis.layout import Spacing, Writing, write
from inkread.data.synthesis.styles import EVERYDAY, NumberStyle
from inkread.data.synthesis.words import WORDS, write_word
from inkread.types import Box, UInt8Array

Random = np.random.Generator
PRINTED_WORDS = 0.4
COARSEST = 12.0  # pixels of height that digits keep when a picture is made smaller
LEAST_BILEVEL = 18  # pixels of height that digits need to be still readable in black and white


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberSample:
    """A crop and its truth.

    Attributes:
        image: uint8 of shape (h, w), grey, mostly dark ink on light paper.
        text: the number: digits, at most one "." or ",", and at most one leading "-"; empty where there is none.
        boxes: where the ink of each character of `text` is.
        at: where the number is, or would be.
        height: of its digits in pixels, nominal.
        printed: whether it is in print.
    """

    image: UInt8Array = field(repr=False)
    text: str
    boxes: tuple[Box, ...]
    at: Box
    height: float
    printed: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A number in its crop, before anything else is there."""

    ink: UInt8Array
    lines: UInt8Array
    at: Box
    writing: Writing | None
    height: float


def make_number(rng: Random, glyphs: Glyphs, style: NumberStyle = EVERYDAY) -> NumberSample:
    """Make a crop of one number.

    Args:
        rng: decides everything; the same state gives the same crop (printed ones where the fonts are the same).
        glyphs: what to write with.
        style: how often what happens.

    Returns:
        The crop with its text and a box a character.
    """
    hand = choose_hand(rng, glyphs, style)
    height = float(np.exp(rng.uniform(*np.log(style.height))))
    text = "" if rng.random() < style.empty else random_text(rng, style)
    spacing = random_spacing(rng, style)
    writing = write(text, hand, height, spacing, rng) if text else None
    if style.words and rng.random() < style.words:
        text, writing = "", random_word(glyphs, height, rng)
    frame = _frame(writing, height, rng, style)
    _draw_lines(frame, spacing, rng, style)
    _draw_ink(frame, hand, glyphs, rng, style)
    image = _photograph(frame, rng, style)
    left, top = frame.at.x0, frame.at.y0
    boxes = writing.boxes if writing and text else ()
    moved = tuple(Box(box.x0 + left, box.y0 + top, box.x1 + left, box.y1 + top) for box in boxes)
    printed = isinstance(hand, TypeHand) and bool(text)
    return NumberSample(image=image, text=text, boxes=moved, at=frame.at, height=height, printed=printed)


def choose_hand(rng: Random, glyphs: Glyphs, style: NumberStyle = EVERYDAY) -> Hand:
    """Choose who writes: pictures, trajectories where there are some, or print."""
    if style.old and glyphs.pens and rng.random() < style.old:
        return old_hand(glyphs, rng)
    if rng.random() < style.printed:
        return type_hand(rng)
    if rng.random() < style.pictures or not glyphs.pens:
        return picture_hand(glyphs, rng, style.mixed)
    return pen_hand(glyphs, rng)


def random_text(rng: Random, style: NumberStyle = EVERYDAY) -> str:
    """Draw a number: digits, now and then a decimal point or comma among them, and a leading minus."""
    weights = np.array(style.lengths)
    length = 1 + int(rng.choice(len(weights), p=weights / weights.sum()))
    text = "".join(str(digit) for digit in rng.integers(0, 10, length))
    if length > 1 and rng.random() < style.decimal:
        place = length - min(int(rng.geometric(0.6)), length - 1)
        text = text[:place] + str(rng.choice([".", ","])) + text[place:]
    return "-" + text if rng.random() < style.minus else text


def random_word(glyphs: Glyphs, height: float, rng: Random) -> Writing | None:
    """Write a word with one person's letters, or print one; None where there are no letters to write with."""
    if rng.random() < PRINTED_WORDS:
        ink = print_text(str(rng.choice(WORDS)), str(rng.choice(typefaces())), 0.85 * height)
        return Writing(text="", ink=ink, boxes=(), baseline=ink.shape[0], height=height)
    spacing = Spacing(gap=float(rng.uniform(0.02, 0.25)))
    return write_word(glyphs, random_hand_pen(rng), height, spacing, rng)


def random_spacing(rng: Random, style: NumberStyle = EVERYDAY) -> Spacing:
    """Draw how evenly a number is written."""
    draw = rng.random()
    if draw < style.touching:
        gap, spread = rng.uniform(-0.2, 0.02), 0.05
    elif draw < style.touching + style.wide:
        gap, spread = rng.uniform(0.4, 1.1), 0.15
    else:
        gap, spread = rng.uniform(0.03, 0.4), 0.06
    return Spacing(
        gap=float(gap),
        spread=spread,
        kerned=bool(rng.random() < style.kerned),
        wobble=float(rng.uniform(0, 0.1)),
        unevenness=float(rng.uniform(0.01, 0.12)),
        climb=float(rng.normal(0, style.climb)),
        pitch=float(rng.uniform(1.0, 1.7)) if rng.random() < style.comb else None,
    )


def _frame(writing: Writing | None, height: float, rng: Random, style: NumberStyle) -> Frame:
    """Give a number its margins, each of its own; an empty crop is as large as one with a number."""
    low, high = style.margin[int(rng.random() < style.generous)]
    left, top, right, bottom = (int(height * rng.uniform(low, high)) for _ in range(4))
    wide = writing.width if writing else round(height * rng.uniform(0.5, 4))
    tall = writing.ink.shape[0] if writing else round(height)
    shape = (top + tall + bottom, left + wide + right)
    ink = np.zeros(shape, np.uint8)
    if writing:
        paste(ink, writing.ink, left, top)
    at = Box(left, top, left + wide, top + tall)
    return Frame(ink=ink, lines=np.zeros(shape, np.uint8), at=at, writing=writing, height=height)


def _draw_lines(frame: Frame, spacing: Spacing, rng: Random, style: NumberStyle) -> None:
    """Draw what is printed on the paper."""
    table: tuple[tuple[float, Callable[[UInt8Array, Box, float, Random], None]], ...] = (
        (style.baseline, clutter.under),
        (style.through, clutter.through),
        (style.squared, clutter.squares),
        (style.edges, clutter.edges),
    )
    for share, draw in table:
        if rng.random() < share:
            draw(frame.lines, frame.at, frame.height, rng)
    if spacing.pitch is not None and frame.writing:
        pitch = spacing.pitch * frame.height
        middles = [(box.x0 + box.x1) / 2 - pitch * n for n, box in enumerate(frame.writing.boxes)]
        left = frame.at.x0 + float(np.mean(middles or [0.0])) - pitch / 2  # words have no boxes, and get none
        clutter.comb(frame.lines, frame.at, pitch, left, len(middles), frame.height, rng)


def _draw_ink(frame: Frame, hand: Hand, glyphs: Glyphs, rng: Random, style: NumberStyle) -> None:
    """Draw what else was written."""
    at, height = frame.at, frame.height
    own = ((style.tick, clutter.tick), (style.underline, clutter.underline), (style.specks, clutter.specks))
    for share, draw in own:
        if rng.random() < share:
            draw(frame.ink, at, height, rng)
    for add in (clutter.above, clutter.below, clutter.beside):
        if rng.random() < style.neighbour:
            add(frame.ink, at, height, hand, rng)
    if glyphs.letters and rng.random() < style.unit:
        clutter.unit(frame.ink, at, height, glyphs, rng)


def _photograph(frame: Frame, rng: Random, style: NumberStyle) -> UInt8Array:
    """Bring ink and lines to paper, and the paper through a camera or a scanner."""
    rows, columns = frame.ink.shape
    ink, depth = frame.ink, float(rng.uniform(0.7, 1.0))
    if rng.random() < style.faint:
        ink, depth = camera.pencil(ink, rng), float(rng.uniform(0.4, 0.75))
    paper = camera.make_paper((rows, columns), rng)
    image = camera.apply_ink(paper, [(frame.lines, float(rng.uniform(0.15, 0.95))), (ink, depth)])
    bilevel = frame.height >= LEAST_BILEVEL and rng.random() < style.bilevel
    if not bilevel and rng.random() < style.shadow:
        image = camera.shade(image, rng)
    image = _take(image, frame.height, rng, style)
    if bilevel:
        image = camera.binarise(image, frame.height, rng)
    elif rng.random() < style.jpeg:
        image = camera.compress(image, rng)
    return 255 - image if rng.random() < style.negative else image


def _take(image: UInt8Array, height: float, rng: Random, style: NumberStyle) -> UInt8Array:
    """Take the picture: focus or movement, resolution, noise; what is soft already stays at a fair resolution."""
    least = COARSEST
    if rng.random() < style.blur:
        least *= 1.6
        image = camera.defocus(image, float(rng.uniform(0.3, 0.3 + 0.025 * height)))
    elif rng.random() < style.motion:
        least *= 1.6
        image = camera.move(image, float(rng.uniform(1.5, 2 + 0.06 * height)), rng)
    if height > least and rng.random() < style.coarse:
        image = camera.coarsen(image, float(rng.uniform(least / height, 1)), rng)
    if rng.random() < style.noise:
        image = camera.add_noise(image, rng)
    return image
