"""What a network says of each column, reduced to what decoding can use."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from inkread.errors import ConfigError
from inkread.types import Float32Array


@dataclass(frozen=True, slots=True)
class Column:
    """One column in which characters are possible, or a run of neighbours in which none is.

    Attributes:
        place: index of the (first) column in the network's output.
        blank: probability of the blank; of a run, that of blanks throughout.
        characters: probability of each character that is possible.
    """

    place: int
    blank: float
    characters: dict[str, float]


def sparse_columns(log_probabilities: Float32Array, alphabet: str, least: float) -> list[Column]:
    """Leave out improbable characters, and draw columns together in which only the blank is left.

    Args:
        log_probabilities: float32 of shape (T, K), natural logarithms, the blank last.
        alphabet: the K - 1 characters, in the order of the columns.
        least: characters with a smaller probability are left out, 0 to 1.

    Returns:
        The columns, from left to right.

    Raises:
        ConfigError: if the shape does not fit the alphabet, or a value is above 0 or NaN.
    """
    if log_probabilities.ndim != 2 or log_probabilities.shape[1] != len(alphabet) + 1:
        raise ConfigError(
            f"log-probabilities of shape {log_probabilities.shape} do not fit {len(alphabet)} characters and a blank."
        )
    if not (log_probabilities <= 1e-3).all():
        raise ConfigError("log-probabilities must be at most 0 and no NaN: apply the logarithm of softmax first.")
    probabilities = np.exp(log_probabilities.astype(np.float64))
    possible = probabilities[:, :-1] >= least
    columns: list[Column] = []
    place = 0
    for end in [*np.flatnonzero(possible.any(axis=1)).tolist(), len(probabilities)]:
        if end > place:
            blanks = float(log_probabilities[place:end, -1].sum(dtype=np.float64))
            columns.append(Column(place, math.exp(blanks), {}))
        if end < len(probabilities):
            characters = {alphabet[k]: float(probabilities[end, k]) for k in np.flatnonzero(possible[end]).tolist()}
            columns.append(Column(end, float(probabilities[end, -1]), characters))
        place = end + 1
    return columns
