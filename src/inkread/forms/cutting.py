"""A field cut out of a page: upright, without the lines of its box and the print round it."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from inkread.forms.geometry import Homography, cut_out, magnification
from inkread.forms.paper import even_light
from inkread.types import Box, UInt8Array

TALLEST = 112  # pixels; digits in a taller crop gain nothing
MARGIN = 0.12  # of the height, by which writing may leave its box
INSET = 3  # pixels of the template's picture that a box's line may reach inwards
DARK = 190  # of even light; what is darker is print
SPREAD = 3  # pixels of the template's picture by which a line may lie beside its place, or be blurred
OURS = 0.5  # share of a stroke that lies within the box, from which on it belongs to the field


class Cutter:
    """Cuts fields out of pages.

    Args:
        picture: uint8 of shape (H, W), the form upright.
    """

    def __init__(self, picture: UInt8Array) -> None:
        self._even = even_light(picture)

    def cut(self, page: UInt8Array, homography: Homography, box: Box, cells: int = 1) -> UInt8Array:
        """Cut one field.

        Args:
            page: uint8 of shape (H, W).
            homography: pixels of the template to pixels of the page.
            box: the field, in pixels of the template.
            cells: into how many cells of equal width it is divided by lines.

        Returns:
            uint8 of shape (h, w), the field and a little round it, ruling and print painted over with paper.
        """
        wide = self._with_margin(box)
        factor = min(magnification(homography, box), TALLEST / wide.height)
        crop = cut_out(page, homography, wide, factor)
        inside = Box(*(round((value - low) * factor) for value, low in zip(box, 2 * wide[:2], strict=True)))
        clean = cv2.inpaint(crop, self._print_mask(wide, box, cells, crop.shape), 3, cv2.INPAINT_TELEA)
        return _without_neighbours(np.asarray(clean, np.uint8), inside)

    def _with_margin(self, box: Box) -> Box:
        height, width = self._even.shape
        margin = round(MARGIN * box.height)
        return Box(
            max(0, box.x0 - margin), max(0, box.y0 - margin), min(width, box.x1 + margin), min(height, box.y1 + margin)
        )

    def _print_mask(self, wide: Box, box: Box, cells: int, shape: tuple[int, ...]) -> UInt8Array:
        """Return 1 where the form has print, 0 elsewhere; within the cells there is none."""
        dark = (self._even[wide.y0 : wide.y1, wide.x0 : wide.x1] < DARK).astype(np.uint8)
        rows = slice(box.y0 + INSET - wide.y0, max(0, box.y1 - INSET - wide.y0))
        edges = np.rint(np.linspace(box.x0, box.x1, cells + 1)).astype(int) - wide.x0
        for left, right in pairwise(edges.tolist()):
            dark[rows, left + INSET : max(0, right - INSET)] = 0
        spread = 2 * SPREAD + 1
        dark = np.asarray(cv2.dilate(dark, np.ones((spread, spread), np.uint8)), np.uint8)
        return np.asarray(cv2.resize(dark, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST), np.uint8)


def _without_neighbours(crop: UInt8Array, inside: Box) -> UInt8Array:
    """Paint over strokes that lie for the most part outside the box."""
    _, ink = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    count, labels = cv2.connectedComponents(np.asarray(ink, np.uint8))
    if count < 2:
        return crop
    within = labels[inside.y0 : inside.y1, inside.x0 : inside.x1]
    all_of_them = np.bincount(labels.ravel(), minlength=count)
    ours = np.bincount(within.ravel(), minlength=count)
    foreign = ours < OURS * all_of_them
    foreign[0] = False
    if not foreign.any():
        return crop
    mask = cv2.dilate(foreign[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    paper = np.uint8(np.median(crop[ink == 0])) if (ink == 0).any() else np.uint8(255)
    return np.where(mask > 0, paper, crop)
