"""Where a form lies in a picture: features matched to the empty form, a homography, and a look at the print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from inkread.forms.geometry import Homography, is_sane, points_down, scaling, transform
from inkread.forms.paper import even_light, reduce_to
from inkread.forms.print import Found, Print
from inkread.types import Box, Float32Array, UInt8Array

PAGE_SIDE = 2200  # pixels of the longer side at which a page is laid over the form
FEATURE_SIDE = 800  # and at which features are sought
MOST_FEATURES = 2000
RATIO = 0.8  # of the distances to the nearest and the next descriptor (Lowe 2004, section 7.1)
LEAST_MATCHES = 12
REACH = 5.0  # pixels at that size by which a match may miss the homography
ROUNDS = 2
SHIFT_SIDE = 512  # pixels of the longer side at which a form is laid on itself upside down
SAME = 0.6  # share of the print that agrees with itself upside down, from which on a form looks the same both ways
LEAST_BEND = 1.0  # pixels of the template; flatter paper is flat


@dataclass(frozen=True, slots=True)
class Registration:
    """How a page lies.

    Attributes:
        homography: pixels of the template to pixels of the page's picture.
        found: what was found of the form's print with it.
    """

    homography: Homography
    found: Found

    def at(self, box: Box) -> Homography:
        """Return the homography for the surroundings of a box: where paper bends, it lies a little beside."""
        x, y = self.found.move_at(box)
        return self.homography @ np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)

    def shows(self, box: Box, page: tuple[int, ...]) -> bool:
        """Tell whether a box lies within a page of this shape."""
        places = transform(self.homography, np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x0, box.y1], box[2:]]))
        return bool(((places > -1) & (places < (page[1] + 1, page[0] + 1))).all())


class Reference:
    """The empty form, ready for pages to be laid over it. Holds nothing that changes.

    Args:
        picture: uint8 of shape (H, W), the form upright, dark on light.
        hidden: the boxes in which people write; what stands there is not compared.
        upright: whether no page is upside down, so that a form that looks the same both ways can be read.

    Attributes:
        ambiguous: whether the form looks the same upside down, and pages may be.
    """

    def __init__(self, picture: UInt8Array, hidden: Sequence[Box], *, upright: bool = False) -> None:
        self._size = (picture.shape[1], picture.shape[0])
        even = even_light(picture)
        self._places, self._descriptors = find_features(even)
        self._print = Print(even, hidden)
        half_turn = _half_turn(even)
        is_same = self._print.look_for(even, half_turn).agreement >= SAME
        self._righting = half_turn if is_same and upright else None
        self.ambiguous = is_same and not upright

    def register(self, page: UInt8Array) -> Registration | None:
        """Lay a page over the form.

        A homography by RANSAC over matched features, then refined by correlating the print; where paper
        bends, the print is followed. Whether the page is of
        this form at all, the caller must judge by what was found of the print.

        Args:
            page: uint8 of shape (H, W), any size, turn and tilt.

        Returns:
            How it lies; None where nothing of the form is found.
        """
        small, factor = reduce_to(page, PAGE_SIDE)
        even = even_light(small)
        homography = self._first_guess(even)
        if homography is None:
            return None
        if self._righting is not None and points_down(homography, self._size):
            homography = homography @ self._righting
        found = self._print.look_for(even, homography)
        for _ in range(ROUNDS):
            refined = found.refine(homography)
            if refined is None or not is_sane(refined, self._size):
                break
            homography = refined
            found = self._print.look_for(even, homography)
        for _ in range(ROUNDS):
            bend = found.bend(self._size)
            if bend is None or bend.largest < LEAST_BEND:
                break
            found = self._print.look_for(even, homography, bend)
        return Registration(scaling(1 / factor) @ homography, found)

    def _first_guess(self, page: UInt8Array) -> Homography | None:
        """Match features and fit a homography to them."""
        places, descriptors = find_features(page)
        if min(len(places), len(self._places)) < LEAST_MATCHES:
            return None
        pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(self._descriptors, descriptors, k=2)
        good = [(near.queryIdx, near.trainIdx) for near, far in pairs if near.distance < RATIO * far.distance]
        if len(good) < LEAST_MATCHES:
            return None
        ours, theirs = np.array(good).T
        reach = REACH * max(1.0, max(page.shape) / FEATURE_SIDE)
        homography, inliers = cv2.findHomography(
            self._places[ours], places[theirs], cv2.USAC_MAGSAC, reach, maxIters=5000
        )
        if homography is None or int(inliers.sum()) < LEAST_MATCHES or not is_sane(homography, self._size):
            return None
        return np.asarray(homography, np.float64)


def _half_turn(form: UInt8Array) -> Homography:
    """Return how a form is turned by 180 degrees and moved so that it falls on itself as well as may be."""
    small, factor = reduce_to(form, SHIFT_SIDE)
    ink = cv2.GaussianBlur(255 - small, (0, 0), 1.5).astype(np.float32)
    turned = np.ascontiguousarray(ink[::-1, ::-1])
    (across, down), _ = cv2.phaseCorrelate(turned, ink)
    height, width = form.shape
    return np.array([[-1, 0, width - 1 + across / factor], [0, -1, height - 1 + down / factor], [0, 0, 1]], np.float64)


def find_features(grey: UInt8Array) -> tuple[Float32Array, Float32Array]:
    """Find SIFT features (D. G. Lowe, "Distinctive image features from scale-invariant keypoints", 2004).

    Args:
        grey: uint8 of shape (H, W) with even light.

    Returns:
        float32 of shape (n, 2): places in pixels, x before y; and float32 of shape (n, 128).
    """
    small, factor = reduce_to(grey, FEATURE_SIDE)
    points, descriptors = cv2.SIFT.create(MOST_FEATURES).detectAndCompute(small, None)
    if not len(points):  # then there are no descriptors either
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    places = (np.array([point.pt for point in points], np.float32) + 0.5) / factor - 0.5
    return np.asarray(places, np.float32), np.asarray(descriptors, np.float32)
