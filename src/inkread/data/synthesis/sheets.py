"""A sheet of paper that is being written on, and who writes on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from inkread.data.synthesis.fonts import print_text
from inkread.data.synthesis.glyphs import Glyphs
from inkread.data.synthesis.hands import Hand, TypeHand
from inkread.data.synthesis.ink import cut, paste
from inkread.data.synthesis.layout import Spacing, Writing, write
from inkread.data.synthesis.numbers import random_spacing, random_text
from inkread.data.synthesis.styles import PageStyle
from inkread.data.synthesis.words import WORDS, write_word
from inkread.data.trajectories import Pen
from inkread.types import Box, UInt8Array

Random = np.random.Generator
GRID = 4  # pixels a side of the cells in which a sheet keeps account of what is taken


@dataclass(slots=True, kw_only=True, eq=False)
class Sheet:
    """What is on a sheet.

    Attributes:
        ink: what was written: uint8 of shape (h, w), white on black; `print` and `lines` are alike.
        print: what was printed.
        lines: ruling.
        numbers: written numbers, each with a box a character.
        printed: printed numbers.
        words: boxes of words, written or printed.
    """

    ink: UInt8Array = field(repr=False)
    print: UInt8Array = field(repr=False)
    lines: UInt8Array = field(repr=False)
    numbers: list[tuple[str, tuple[Box, ...]]] = field(default_factory=list)
    printed: list[tuple[str, tuple[Box, ...]]] = field(default_factory=list)
    words: list[Box] = field(default_factory=list)
    taken: UInt8Array = field(repr=False)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.ink.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.ink.shape[0])

    def claim(self, box: Box, aside: float, above: float) -> bool:
        """Take a place with some pixels round it, if all of it lies on the sheet and nothing stands there yet."""
        if box.x0 < 0 or box.y0 < 0 or box.x1 > self.width or box.y1 > self.height:
            return False
        left, right = int(box.x0 - aside) // GRID, int(box.x1 + aside) // GRID + 1
        top, bottom = int(box.y0 - above) // GRID, int(box.y1 + above) // GRID + 1
        if cut(self.taken, left, top, right, bottom).any():
            return False
        cut(self.taken, box.x0 // GRID, box.y0 // GRID, box.x1 // GRID + 1, box.y1 // GRID + 1)[:] = 1
        return True


def blank_sheet(width: int, height: int) -> Sheet:
    """Take an empty sheet of some pixels."""
    ink, printing, lines = (np.zeros((height, width), np.uint8) for _ in range(3))
    return Sheet(
        ink=ink, print=printing, lines=lines, taken=np.zeros((height // GRID + 1, width // GRID + 1), np.uint8)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribe:
    """Writes and prints on a sheet.

    Attributes:
        sheet: where.
        rng: decides everything.
        glyphs: what is written with.
        hands: who write; one is chosen for each number.
        spacing: how evenly.
        pen: for words.
        typeface: of what is printed.
        size: height of written digits in pixels.
        style: how often what happens.
    """

    sheet: Sheet
    rng: Random
    glyphs: Glyphs = field(repr=False)
    hands: tuple[Hand, ...]
    spacing: Spacing
    pen: Pen
    typeface: str
    size: float
    style: PageStyle

    def sized(self, size: float, printed: float) -> Scribe:
        """Return the same scribe at another height of the digits, with another share of print."""
        return replace(self, size=size, style=replace(self.style, printed=printed))

    def number(
        self,
        x: float,
        y: float,
        align: float = 0.0,
        aside: float = 0.9,
        *,
        text: str | None = None,
        most: float = math.inf,
    ) -> Box | None:
        """Write a number, or print it, where there is room.

        Args:
            x: where it is in pixels from the left: its left edge, its middle or its right edge, as `align` says.
            y: of the baseline.
            align: 0 for left, 0.5 for middle, 1 for right.
            aside: free space on either side, as a share of the digits' height.
            text: what to write; drawn if None.
            most: width in pixels; a longer number is given up.

        Returns:
            Its box; None where there was no room.
        """
        text = text or random_text(self.rng, self.style.numbers)
        printed = bool(self.rng.random() < self.style.printed)
        writing = self._print(text) if printed else self._write(text)
        if writing.width > most:
            return None
        return self._set(writing, x, y, align, aside, printed=printed)

    def fields(self, x: float, y: float, pitch: float, count: int) -> Box | None:
        """Write one digit into each of `count` fields, `pitch` heights wide, from `x` on the baseline `y` on."""
        text = "".join(str(digit) for digit in self.rng.integers(0, 10, count))
        writing = write(text, self.hands[0], self.size, replace(self.spacing, pitch=pitch), self.rng)
        first = (writing.boxes[0].x0 + writing.boxes[0].x1) / 2
        return self._set(writing, x + pitch * self.size / 2 - first, y, 0.0, 0.1, printed=False)

    def word(self, x: float, y: float) -> Box | None:
        """Write a word from `x` on; print one where there are no letters to write with."""
        writing = write_word(self.glyphs, self.pen, self.size, replace(self.spacing, gap=0.1, climb=0.0), self.rng)
        if writing is None:
            return self.text(x, y)
        return self._claim_word(self.sheet.ink, writing.ink, x, y - writing.baseline)

    def text(self, x: float, y: float, size: float | None = None, words: int = 1) -> Box | None:
        """Print some words from `x` on, capitals among them, with digits of `size` pixels."""
        chosen = " ".join(str(word) for word in self.rng.choice(WORDS, words))
        draw = self.rng.random()
        chosen = chosen.upper() if draw < 0.15 else chosen.capitalize() if draw < 0.5 else chosen
        ink = print_text(chosen, self.typeface, size or 0.75 * self.size)
        return self._claim_word(self.sheet.print, ink, x, y - ink.shape[0])

    def _print(self, text: str) -> Writing:
        """Print a number."""
        hand = TypeHand(typeface=self.typeface)
        return write(text, hand, 0.8 * self.size, Spacing(unevenness=0, wobble=0), self.rng)

    def _write(self, text: str) -> Writing:
        """Write a number, as evenly as the page's others, about."""
        hand = self.hands[int(self.rng.integers(len(self.hands)))]
        own = random_spacing(self.rng, self.style.numbers)
        spacing = replace(self.spacing, gap=(self.spacing.gap + own.gap) / 2, kerned=own.kerned)
        return write(text, hand, self.size, spacing, self.rng)

    def _claim_word(self, layer: UInt8Array, ink: UInt8Array, x: float, top: float) -> Box | None:
        """Put a word onto a layer where there is room."""
        box = Box(round(x), round(top), round(x) + ink.shape[1], round(top) + ink.shape[0])
        if not self.sheet.claim(box, 0.3 * self.size, 0.0):
            return None
        paste(layer, ink, box.x0, box.y0)
        self.sheet.words.append(box)
        return box

    def _set(self, writing: Writing, x: float, y: float, align: float, aside: float, *, printed: bool) -> Box | None:
        """Put a number onto the sheet where there is room."""
        left, top = round(x - align * writing.width), round(y) - writing.baseline
        box = Box(left, top, left + writing.width, top + writing.ink.shape[0])
        if not self.sheet.claim(box, aside * self.size, 0.0):
            return None
        paste(self.sheet.print if printed else self.sheet.ink, writing.ink, left, top)
        boxes = tuple(Box(b.x0 + left, b.y0 + top, b.x1 + left, b.y1 + top) for b in writing.boxes)
        (self.sheet.printed if printed else self.sheet.numbers).append((writing.text, boxes))
        return box


def rule_sheet(sheet: Sheet, pitch: float, first: float, *, squared: bool) -> None:
    """Rule a sheet: level lines `pitch` pixels apart from `first` on, or squares."""
    thickness = max(1, round(pitch / 50))
    for y in np.arange(first % pitch, sheet.height, pitch):
        cv2.line(sheet.lines, (0, round(y)), (sheet.width, round(y)), (255,), thickness)
    for x in np.arange(pitch / 2, sheet.width, pitch) if squared else ():
        cv2.line(sheet.lines, (round(x), 0), (round(x), sheet.height), (255,), thickness)
