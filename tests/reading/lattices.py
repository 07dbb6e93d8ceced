"""Lattices that say what they prefer, and CTC by brute force."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np

from inkread.types import Float32Array

DIGITS = "0123456789"


def lattice(*columns: dict[str, float], alphabet: str = DIGITS) -> Float32Array:
    """Columns with these probabilities of characters; the blank has the rest."""
    probabilities = np.zeros((len(columns), len(alphabet) + 1))
    for row, column in zip(probabilities, columns, strict=True):
        for character, probability in column.items():
            row[alphabet.index(character)] = probability
        row[-1] = 1.0 - row.sum()
    with np.errstate(divide="ignore"):
        return np.log(probabilities).astype(np.float32)


def spelled(*characters: dict[str, float]) -> Float32Array:
    """Two quiet columns before each character and after the last; character i stands in column 3 i + 2."""
    quiet: list[dict[str, float]] = [{}, {}]
    return lattice(*itertools.chain.from_iterable([*quiet, character] for character in characters), *quiet)


def brute_force(log_probabilities: Float32Array, alphabet: str) -> dict[str, float]:
    """The probability of every text, summed over all alignments one by one."""
    probabilities = np.exp(log_probabilities.astype(np.float64))
    texts: dict[str, float] = defaultdict(float)
    blank = len(alphabet)
    for path in itertools.product(range(blank + 1), repeat=len(probabilities)):
        text = "".join(alphabet[k] for k, _ in itertools.groupby(path) if k != blank)
        texts[text] += float(np.prod([row[k] for row, k in zip(probabilities, path, strict=True)]))
    return texts
