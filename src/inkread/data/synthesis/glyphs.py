"""What numbers are written with: pictures of digits, and pen trajectories of digits and of letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from inkread.data.collected import LOOKALIKES, donor_split, trajectories
from inkread.data.collections import UNIPEN, is_added
from inkread.data.handwriting import MNIST_VALIDATION
from inkread.data.loading import load
from inkread.data.manners import mannered_writer
from inkread.data.trajectories import Trajectory
from inkread.errors import DataError
from inkread.imaging.stroke import stroke_width
from inkread.types import Float32Array, Int64Array, UInt8Array

PARTS = ("train", "validation", "test")
LONGEST_WORD = 8


OLD_HANDS, TIMES = 600, 3  # writers, and how often each writes a digit


class Neighbours:
    """Finds things of one label near a place in a list in which a writer's things follow each other.

    Args:
        labels: of each thing.
        groups: of each thing; what is near is of the same group, unless the group has nothing of the label.
    """

    def __init__(self, labels: Sequence[str], groups: Sequence[str]) -> None:
        places: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, (label, group) in enumerate(zip(labels, groups, strict=True)):
            places[label, group].append(index)
            places[label, ""].append(index)
        self._places = {key: np.array(found, np.int64) for key, found in places.items()}

    def near(self, label: str, group: str, index: int, count: int) -> Int64Array:
        """Return up to `count` places of a label round a place, int64 of shape (k,), in order."""
        places = self._places.get((label, group), self._places[label, ""])
        first = int(np.searchsorted(places, index)) - count // 2
        first = max(0, min(first, len(places) - count))
        return places[first : first + count]


class Glyphs:
    """Digits and letters of one part of the data.

    Attributes:
        pictures: uint8 of shape (n, 28, 28), white ink on black, neighbours mostly by the same writer.
        labels: int64 of shape (n,), 0 to 9, each at least once.
        pens: trajectories of digits in the order of the file, where a writer's follow each other; may be empty.
        letters: the same for letters.
    """

    def __init__(
        self,
        pictures: UInt8Array,
        labels: Int64Array,
        pens: Sequence[Trajectory] = (),
        letters: Sequence[Trajectory] = (),
    ) -> None:
        self.pictures = pictures
        self.labels = labels
        self.pens = tuple(pens)
        self.letters = tuple(letters)
        if len(set(labels.tolist())) < 10 or (pens and len({pen.label for pen in pens}) < 10):
            raise DataError("numbers can be made only of pictures and trajectories that hold every digit.")

    @cached_property
    def picture_index(self) -> Neighbours:
        """Finds pictures."""
        return Neighbours([str(label) for label in self.labels], [""] * len(self.labels))

    @cached_property
    def pen_index(self) -> Neighbours:
        """Finds trajectories of digits by donor."""
        return Neighbours([pen.label for pen in self.pens], [pen.donor for pen in self.pens])

    @cached_property
    def old_hands(self) -> Glyphs:
        """The same, but with pens that write as is taught elsewhere."""
        rng = np.random.default_rng(OLD_HANDS)
        pens = [pen for number in range(OLD_HANDS) for pen in mannered_writer(f"old hand {number}", TIMES, rng)]
        return Glyphs(self.pictures, self.labels, pens, self.letters)

    @cached_property
    def strokes(self) -> Float32Array:
        """Widths of the strokes of the pictures in pixels: float32 of shape (n,)."""
        return np.array([stroke_width(picture) for picture in self.pictures], np.float32)

    def word(self, rng: np.random.Generator) -> tuple[Trajectory, ...]:
        """Take 3 to 8 letters that one donor wrote one after the other, at most half of which look like digits.

        Args:
            rng: decides which.

        Returns:
            The letters; empty where there are none, or, by bad luck, none that may be taken.
        """
        if not self.letters:
            return ()
        first, length = int(rng.integers(len(self.letters))), int(rng.integers(3, LONGEST_WORD + 1))
        letters = self.letters[first : first + length]
        same = tuple(letter for letter in letters if letter.donor == letters[0].donor)
        plain = sum(letter.label not in LOOKALIKES for letter in same)
        return same if len(same) >= 3 and 2 * plain >= len(same) else ()

    def plain_letters(self, count: int, rng: np.random.Generator) -> tuple[Trajectory, ...]:
        """Take up to `count` letters from one place; those that look like digits are left out."""
        first = int(rng.integers(len(self.letters)))
        return tuple(letter for letter in self.letters[first : first + count] if letter.label not in LOOKALIKES)


def load_glyphs(part: str) -> Glyphs:
    """Load MNIST's digits and, where UNIPEN lies in the cache, the trajectories of the donors of a part.

    Args:
        part: "train" (MNIST's training digits but for the last 5,000), "validation" (these), or "test" (MNIST's test
            digits); nobody who wrote for one part wrote for another.

    Returns:
        The digits and letters; without trajectories where UNIPEN is missing.

    Raises:
        DataError: if there is no such part, or MNIST cannot be had.
    """
    if part not in PARTS:
        raise DataError(f"there is no part {part!r} of the handwriting; there are {', '.join(PARTS)}.")
    mnist = load("mnist", "test" if part == "test" else "train")
    cut = {"train": slice(None, -MNIST_VALIDATION), "validation": slice(-MNIST_VALIDATION, None), "test": slice(None)}
    pictures, labels = mnist.images[cut[part], 0], mnist.labels[cut[part]]
    if not is_added(UNIPEN):
        return Glyphs(pictures, labels)
    letters = [*_of_part("lower.jsonl.gz", part), *_of_part("upper.jsonl.gz", part)]
    return Glyphs(pictures, labels, _of_part("digits.jsonl.gz", part), letters)


def _of_part(file: str, part: str) -> list[Trajectory]:
    """Read the trajectories of a part's donors."""
    return [trajectory for trajectory in trajectories(file) if donor_split(trajectory.donor) == part]
