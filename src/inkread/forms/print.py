"""The printed parts of a form, looked for in a page that has been laid over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inkread.forms.bending import Bend, find_bend
from inkread.forms.geometry import Homography, Points, cut_out, magnification, transform
from inkread.types import Box, UInt8Array

SIDE = 1400  # pixels of the longer side at which print is compared
MOST_PARTS, MOST_IN_TILE, TILE = 700, 8, 64
HALF = 10  # a part measures 2 * HALF + 1 pixels
SEARCH = 8  # pixels by which a part may lie beside its place
NEAR = 6.0  # pixels by which a part that agrees may lie beside it; paper is not flat
INSET = 3  # pixels of a field's edge that belong to the print
LIKE = 0.6  # correlation from which on a part is found
LEAST_PARTS = 12
AROUND = 6  # a part and those nearest to it; print differs where none or one of so many agrees
CLOSE = 2.0  # pixels by which a part may miss the refined homography


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of the printed parts that lie within the page's picture.

    Attributes:
        places: float64 of shape (n, 2), where the parts stand in the template, in its pixels.
        moves: float64 of shape (n, 2), how far from there each is found, in pixels of the template.
        agreeing: bool of shape (n,), which of them are found where they should be.
        seen: share of all printed parts that lie within the page's picture, 0 to 1.
    """

    places: Points
    moves: Points
    agreeing: npt.NDArray[np.bool_]
    seen: float

    @property
    def agreement(self) -> float:
        """Share of the parts that agree, 0 to 1; 0 where there are too few to tell."""
        return float(self.agreeing.mean()) if len(self.places) >= LEAST_PARTS else 0.0

    def differing(self) -> Points:
        """Return the places, of shape (k, 2), of parts round which nothing of the print agrees."""
        if len(self.places) < LEAST_PARTS:
            return self.places
        nearest = _distances(self.places, self.places).argsort(axis=1)[:, :AROUND]
        lost = ~self.agreeing & (self.agreeing[nearest].sum(axis=1) <= 1)
        return np.asarray(self.places[lost])

    def bend(self, size: tuple[int, int]) -> Bend | None:
        """Return how the paper lies beside the homography; None where too little was found to tell."""
        if self.agreeing.sum() < LEAST_PARTS:
            return None
        return find_bend(self.places[self.agreeing], self.moves[self.agreeing], size)

    def move_at(self, box: Box) -> Points:
        """Return how far a field lies beside its place, in pixels of the template: the median of the print round it."""
        places, moves = self.places[self.agreeing], self.moves[self.agreeing]
        if len(places) < AROUND:
            return np.zeros(2)
        return np.asarray(np.median(moves[_nearest(places, box)], axis=0))

    def agrees_at(self, box: Box) -> bool:
        """Tell whether at least half of the print nearest to a box agrees."""
        return bool(self.agreeing[_nearest(self.places, box)].mean() >= 0.5)

    def refine(self, homography: Homography) -> Homography | None:
        """Fit the homography anew to the parts that agree; None where they are too few."""
        if self.agreeing.sum() < LEAST_PARTS:
            return None
        ours = self.places[self.agreeing]
        theirs = transform(homography, ours + self.moves[self.agreeing])
        size = float(np.abs(np.linalg.det(homography[:2, :2])) ** 0.5)
        refined, _ = cv2.findHomography(ours, theirs, cv2.USAC_MAGSAC, CLOSE * size, maxIters=2000)
        return None if refined is None else np.asarray(refined, np.float64)


class Print:
    """The parts of a form's print that stand out: corners of letters and lines.

    Args:
        picture: uint8 of shape (H, W), the form with even light.
        hidden: boxes in which people write; what is in them is not compared.
    """

    def __init__(self, picture: UInt8Array, hidden: Sequence[Box]) -> None:
        self._picture, self._hidden = picture, tuple(hidden)
        self._factor = min(1.0, SIDE / max(picture.shape))
        self.places = _outstanding(self._at(self._factor), self._factor)

    def look_for(self, page: UInt8Array, homography: Homography, bend: Bend | None = None) -> Found:
        """Look for each part near its place.

        Args:
            page: uint8 of shape (H, W) with even light.
            homography: pixels of the template to pixels of the page.
            bend: how the paper lies beside it; None where it is flat.
        """
        whole = Box(0, 0, self._picture.shape[1], self._picture.shape[0])
        factor = min(self._factor, magnification(homography, whole))
        ours = self._at(factor)
        laid = cut_out(page, homography, whole, factor)
        theirs = _soft(self._hide(laid if bend is None else bend.flatten(laid), factor))
        height, width = page.shape
        on_page = transform(homography, self.places)
        inside = ((on_page >= 0) & (on_page < (width, height))).sum(axis=1) == 2
        places = self.places[inside]
        found = [_look(ours, theirs, place) for place in np.rint((places + 0.5) * factor - 0.5).astype(int)]
        table = np.array(found, np.float64).reshape(-1, 3)
        agreeing = (table[:, 2] >= LIKE) & (np.linalg.norm(table[:, :2], axis=1) <= NEAR)
        moves = table[:, :2] / factor + (0 if bend is None else bend.at(places))
        return Found(places, moves, agreeing, float(inside.mean()) if len(inside) else 0.0)

    def _at(self, factor: float) -> UInt8Array:
        """Return the form `factor` times as large, nothing in its fields."""
        height, width = self._picture.shape
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        small = cv2.resize(self._picture, size, interpolation=cv2.INTER_AREA)
        return _soft(self._hide(np.asarray(small, np.uint8), factor))

    def _hide(self, picture: UInt8Array, factor: float) -> UInt8Array:
        """Whiten what is within the fields, in place."""
        for box in self._hidden:
            x0, y0, x1, y1 = (round(value * factor) for value in box)
            picture[max(0, y0 + INSET) : max(0, y1 - INSET), max(0, x0 + INSET) : max(0, x1 - INSET)] = 255
        return picture


def _soft(picture: UInt8Array) -> UInt8Array:
    """Blur a little, so that a sharp picture may be compared with one that is not."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.2), np.uint8)


def _outstanding(picture: UInt8Array, factor: float) -> Points:
    """Choose the corners that stand out, not too many in one place; float64 of shape (n, 2), in template pixels."""
    corners = cv2.goodFeaturesToTrack(picture, 8 * MOST_PARTS, 0.02, 7)
    places = np.zeros((0, 2)) if corners is None else corners.reshape(-1, 2)
    tiles: dict[tuple[int, int], int] = {}
    chosen = []
    for x, y in places:
        tile = (int(x) // TILE, int(y) // TILE)
        tiles[tile] = tiles.get(tile, 0) + 1
        if tiles[tile] <= MOST_IN_TILE:
            chosen.append((x, y))
    return (np.array(chosen[:MOST_PARTS], np.float64).reshape(-1, 2) + 0.5) / factor - 0.5


def _look(ours: UInt8Array, theirs: UInt8Array, place: npt.NDArray[np.int_]) -> tuple[float, float, float]:
    """Find one part by correlation: how far right and down of its place, and how alike."""
    x, y = int(place[0]), int(place[1])
    height, width = ours.shape
    left, right = min(HALF, x), min(HALF, width - 1 - x)
    up, down = min(HALF, y), min(HALF, height - 1 - y)
    part = ours[y - up : y + down + 1, x - left : x + right + 1]
    x0, y0 = max(0, x - left - SEARCH), max(0, y - up - SEARCH)
    zone = theirs[y0 : y + down + SEARCH + 1, x0 : x + right + SEARCH + 1]
    scores = cv2.matchTemplate(zone, part, cv2.TM_CCOEFF_NORMED).astype(np.float64)
    _, best, _, (column, row) = cv2.minMaxLoc(scores)
    across = column + _peak(scores[row], column) - (x - left - x0)
    down_by = row + _peak(scores[:, column], row) - (y - up - y0)
    return across, down_by, best if np.isfinite(best) else 0.0


def _peak(scores: npt.NDArray[np.float64], place: int) -> float:
    """Return where between the pixels a parabola through three scores is highest, as an offset from `place`."""
    if not 0 < place < len(scores) - 1:
        return 0.0
    before, here, after = (float(score) for score in scores[place - 1 : place + 2])
    curve = before - 2 * here + after
    return 0.5 * (before - after) / curve if curve < -1e-6 else 0.0


def _nearest(places: Points, box: Box) -> npt.NDArray[np.intp]:
    """Return which places lie nearest to a box."""
    middle = np.array([[(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]])
    half = np.array([box.width / 2, box.height / 2])
    beside = np.linalg.norm(np.maximum(np.abs(places - middle) - half, 0), axis=1)
    return np.asarray(beside.argsort()[:AROUND])


def _distances(points: Points, others: Points) -> npt.NDArray[np.float64]:
    """Return all distances, of shape (n, m)."""
    return np.asarray(np.linalg.norm(points[:, np.newaxis] - others[np.newaxis], axis=2))
