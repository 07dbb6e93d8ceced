"""Hands: each writes digits as one person with one pen would, or as one typeface prints them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np

from inkread.data.handwriting import FLOURISHED
from inkread.data.synthesis.fonts import print_text, typefaces
from inkread.data.synthesis.glyphs import Glyphs
from inkread.data.synthesis.ink import tight
from inkread.data.trajectories import Pen, Trajectory, draw, flourished
from inkread.types import UInt8Array

Random = np.random.Generator
MNIST_HEIGHT = 20  # pixels of most digits in their 28 rows
WINDOW = 10  # pictures of one digit, that is about 100 of all
ALIKE = 4  # of these, those whose strokes are most like the hand's
NEAR_PENS = 4
LEAST_DRAWN = 48  # pixels that a trajectory is drawn at, to be made smaller where need be


class Hand(Protocol):
    """Writes digits."""

    def draw(self, digit: str, height: float, rng: Random) -> UInt8Array:
        """Write a digit about `height` pixels tall: uint8 (h, w), white ink on black, without margin."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHand:
    """Writes with pictures that stand near each other in their data set, so mostly by one writer.

    Attributes:
        glyphs: where the pictures are.
        place: about which the pictures are taken; None takes them from anywhere, as benchmarks of composed digits do.
        stroke: width that the strokes are brought towards, in pixels of MNIST; None leaves them.
        slant: horizontal shift for a unit of height, added to the writer's own.
    """

    glyphs: Glyphs = field(repr=False)
    place: int | None
    stroke: float | None
    slant: float

    def draw(self, digit: str, height: float, rng: Random) -> UInt8Array:
        """Write a digit; see `Hand`."""
        index = self._choose(digit, rng)
        factor = height / MNIST_HEIGHT
        ink = _enlarge(self.glyphs.pictures[index], factor, self.slant, float(rng.normal(0, 2)))
        width = float(self.glyphs.strokes[index])
        grow = 0.0 if self.stroke is None else (self.stroke - width) / 2 * factor
        return tight(_firm(ink, height, grow))[0]

    def _choose(self, digit: str, rng: Random) -> int:
        """Choose a picture."""
        if self.place is None:
            return int(rng.choice(self.glyphs.picture_index.near(digit, "", 0, len(self.glyphs.labels))))
        near = self.glyphs.picture_index.near(digit, "", self.place, WINDOW)
        if self.stroke is not None:
            near = near[np.abs(self.glyphs.strokes[near] - self.stroke).argsort(kind="stable")[:ALIKE]]
        return int(rng.choice(near))


@dataclass(frozen=True, slots=True, kw_only=True)
class PenHand:
    """Writes with trajectories of one donor that stand near each other, all with one pen.

    Attributes:
        glyphs: where the trajectories are.
        place: about which they are taken.
        pen: its width is the share of a digit's height.
        flourishes: digits that this writer writes as is taught elsewhere.
    """

    glyphs: Glyphs = field(repr=False)
    place: int
    pen: Pen
    flourishes: frozenset[str]

    def draw(self, digit: str, height: float, rng: Random) -> UInt8Array:
        """Write a digit; see `Hand`."""
        donor = self.glyphs.pens[self.place].donor
        trajectory = self.glyphs.pens[int(rng.choice(self.glyphs.pen_index.near(digit, donor, self.place, NEAR_PENS)))]
        if digit in self.flourishes:
            trajectory = flourished(trajectory, rng)
        return draw_to_height(trajectory, replace(self.pen, turn=self.pen.turn + rng.normal(0, 2)), height, rng)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeHand:
    """Prints.

    Attributes:
        typeface: one of `fonts.typefaces()`.
    """

    typeface: str

    def draw(self, digit: str, height: float, rng: Random) -> UInt8Array:  # noqa: ARG002  (print does not vary)
        """Print a digit; see `Hand`."""
        return print_text(digit, self.typeface, height)


def draw_to_height(trajectory: Trajectory, pen: Pen, height: float, rng: Random) -> UInt8Array:
    """Draw a trajectory with a pen whose width is a share of the height, not of the longer side.

    Args:
        trajectory: a character.
        pen: how; its side counts for nothing.
        height: of the character in pixels, strokes included; one much wider than tall becomes smaller.
        rng: see `trajectories.draw`.

    Returns:
        uint8 of shape (h, w), white ink on black, without margin.
    """
    points = np.concatenate(trajectory.strokes)
    wide, tall = (float(side) for side in np.ptp(points, axis=0))
    longer = min(max(wide, tall) / max(tall, 1e-6), 1.3)
    drawn = max(height, LEAST_DRAWN)
    path = drawn * (1 - min(pen.width, 0.4))
    wider = replace(pen, side=round(path * longer), width=pen.width * drawn / path / longer)
    ink = draw(trajectory.strokes, wider, rng)
    if drawn > height:
        factor = height / drawn
        size = (max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor)))
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
        ink = np.asarray(cv2.convertScaleAbs(ink, alpha=1.25), np.uint8)
    return tight(ink)[0]


def picture_hand(glyphs: Glyphs, rng: Random, mixed: float = 0.0) -> PictureHand:
    """Draw a hand of pictures.

    Args:
        glyphs: where the pictures are.
        rng: decides.
        mixed: share of hands that take their pictures from anywhere, strokes as they are.

    Returns:
        The hand.
    """
    slant = float(rng.normal(0, 0.12))
    if rng.random() < mixed:
        return PictureHand(glyphs=glyphs, place=None, stroke=None, slant=slant * (rng.random() < 0.3))
    place = int(rng.integers(len(glyphs.labels)))
    stroke = float(glyphs.strokes[place] * np.exp(rng.normal(-0.1, 0.25)))
    return PictureHand(glyphs=glyphs, place=place, stroke=min(max(stroke, 1.4), 4.2), slant=slant)


def pen_hand(glyphs: Glyphs, rng: Random) -> PenHand:
    """Draw a hand of trajectories: strokes of 4 to 17 % of the height, log-uniform."""
    pen = random_hand_pen(rng)
    flourishes = frozenset(digit for digit, share in FLOURISHED.items() if rng.random() < share)
    return PenHand(glyphs=glyphs, place=int(rng.integers(len(glyphs.pens))), pen=pen, flourishes=flourishes)


def old_hand(glyphs: Glyphs, rng: Random) -> PenHand:
    """Draw a hand that writes with curls and flags, leaning to the right, with a broad pen or nib, as in old books."""
    pens = glyphs.old_hands
    pen = Pen(
        width=float(np.exp(rng.uniform(np.log(0.06), np.log(0.2)))),
        turn=float(rng.normal(0, 3)),
        slant=float(rng.normal(0.28, 0.15)),
        aspect=float(np.exp(rng.normal(-0.15, 0.2))),
        wobble=float(rng.choice([0.0, 0.01, 0.018])),
        blur=float(rng.choice([0.0, 0.12, 0.25])),
        pressure=max(0.0, float(rng.uniform(-0.4, 0.7))),
    )
    return PenHand(glyphs=pens, place=int(rng.integers(len(pens.pens))), pen=pen, flourishes=frozenset())


def random_hand_pen(rng: Random) -> Pen:
    """Draw the pen and the slant of a writer."""
    return Pen(
        width=float(np.exp(rng.uniform(np.log(0.04), np.log(0.17)))),
        turn=float(rng.normal(0, 3)),
        slant=float(rng.normal(0.05, 0.2)),
        aspect=float(np.exp(rng.normal(-0.08, 0.17))),
        wobble=float(rng.choice([0.0, 0.0, 0.01, 0.018])),
        blur=float(rng.choice([0.0, 0.12, 0.25])),
    )


def type_hand(rng: Random) -> TypeHand:
    """Draw a typeface."""
    return TypeHand(typeface=str(rng.choice(typefaces())))


def _enlarge(picture: UInt8Array, factor: float, slant: float, turn: float) -> UInt8Array:
    """Scale, slant and turn a picture about its middle, with room for all of it."""
    cos, sin = math.cos(math.radians(turn)) * factor, math.sin(math.radians(turn)) * factor
    height, width = picture.shape
    room = math.ceil(height * factor * 1.15) + 4
    wide = math.ceil(width * factor * (1.15 + abs(slant))) + 4
    linear = np.array([[cos, -slant * cos + sin], [-sin, slant * sin + cos]])
    shift = np.array([wide / 2, room / 2]) - linear @ np.array([width / 2, height / 2])
    matrix = np.column_stack([linear, shift])
    return np.asarray(cv2.warpAffine(picture, matrix, (wide, room), flags=cv2.INTER_LINEAR), np.uint8)


def _firm(ink: UInt8Array, height: float, grow: float) -> UInt8Array:
    """Smooth the steps of an enlarged picture, make its edges firm again and move them out by `grow` pixels or so.

    Blurred by a deviation d, an edge rises like a Gaussian's integral, so another threshold moves it, by about d to
    either side; the logistic function stands in for the integral.
    """
    sigma = max(0.35, 0.035 * height)
    shift = min(max(grow, -0.7 * sigma), 1.1 * sigma)
    threshold = 255 / (1 + math.exp(1.7 * shift / sigma))
    smooth = cv2.GaussianBlur(ink, (0, 0), sigma)
    steepness = max(1.0, 1.8 * sigma)
    level = min(0.0, 127 - steepness * threshold)
    return np.asarray(cv2.addWeighted(smooth, steepness, smooth, 0, level, dtype=cv2.CV_8U), np.uint8)
