"""Two opinions on a number, as a whole and cut up, weighed into one.

A network that slides along the row and a reader of single digits err in different ways. Their logarithms are added up
with weights, and a weight for each digit, as speech recognition and translation join their models: F. J. Och,
H. Ney, "Discriminative training and maximum entropy models for statistical machine translation", ACL 2002. Among the
texts that either proposes, and "none of these", a softmax of the sums gives the confidence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from inkread.reading.constraints import Constraint, allows
from inkread.reading.numbers import Lattice
from inkread.reading.refusal import NO_NUMBER, NOTHING_FITS, nothing, unsure
from inkread.reading.rows import Look
from inkread.types import Number

UNSEEN, UNCUT = 1e-5, 0.03  # what a text gets at least: of the looks, and of the pieces
ALTERNATIVES = 3  # texts of each look that are considered
BEAM, FORCED = 8, 32  # prefixes that the search for them keeps; with a constraint more


class Weights(NamedTuple):
    """How much each opinion counts, for logarithms of probabilities.

    Attributes:
        looks: of the mean over the looks.
        cut: of the pieces.
        digit: a gain for each digit, as long texts have small probabilities.
        none: that none of the texts is right.
    """

    looks: float
    cut: float
    digit: float
    none: float


# Fitted by benchmarks/number_fusion.py, to made numbers of people that neither network learned from. Of pages the
# likelihood is flat about 1.0, 0.6, 0.4 and -1.6; these read as many right, and their confidence is nearer to that.
IN_CROP = Weights(looks=1.55, cut=0.45, digit=0.45, none=-3.65)
ON_PAGE = Weights(looks=1.2, cut=0.7, digit=0.7, none=-1.0)


class View(NamedTuple):
    """What one look shows.

    Attributes:
        look: the look.
        best: its likeliest text, of those that are allowed; empty where it shows none.
        texts: its likeliest texts, also those that are not allowed, with the logarithms of their probabilities.
    """

    look: Look
    best: str
    texts: dict[str, float]


def view(look: Look, constraint: Constraint | None) -> View:
    """See what a look shows; a constraint does not hide the other texts, which say how sure it may be."""
    free = look.texts(None, BEAM, ALTERNATIVES)
    allowed = free if constraint is None else look.texts(constraint, FORCED, ALTERNATIVES)
    best = allowed[0][1] if allowed else ""
    return View(look, best, {text: score for score, text in (*allowed, *free) if text})


def mean_probabilities(views: Sequence[View]) -> dict[str, float]:
    """Return how probable each text is on average over some looks, at least one."""
    sums: dict[str, float] = {}
    for text, score in (item for each in views for item in each.texts.items()):
        sums[text] = sums.get(text, 0.0) + math.exp(min(score, 0.0))
    return {text: total / len(views) for text, total in sums.items()}


def digits_of(text: str) -> str:
    """Leave out a text's separators, of which the pieces tell nothing."""
    return "".join(character for character in text if character.isdigit())


def weigh(seen: Mapping[str, float], cut: Mapping[str, float], weights: Weights) -> dict[str, float]:
    """Return the confidence in each text.

    Args:
        seen: the texts' mean probabilities over the looks, 0 to 1.
        cut: confidences in digits, by `numbers.Lattice.weigh`, 0 to 1.
        weights: how much each counts.

    Returns:
        For each text of either a confidence, 0 to 1. They sum to the probability that one of them is right.
    """
    known = {digits_of(text) for text in seen}
    texts = [*seen, *(text for text in cut if text not in known)]
    scores = {
        text: weights.looks * math.log(seen.get(text, 0.0) + UNSEEN)
        + weights.cut * math.log(cut.get(digits_of(text), 0.0) + UNCUT)
        + weights.digit * len(digits_of(text))
        for text in texts
    }
    highest = max(weights.none, *scores.values()) if scores else weights.none
    shares = {text: math.exp(score - highest) for text, score in scores.items()}
    total = math.exp(weights.none - highest) + sum(shares.values())
    return {text: share / total for text, share in shares.items()}


def opinions(
    views: Sequence[View], lattice: Lattice | None, constraint: Constraint | None = None
) -> tuple[dict[str, float], dict[str, float]]:
    """Return what `weigh` weighs; arguments as of `fuse`. Pieces alone make no number: words have them too."""
    seen = mean_probabilities(views)
    cut = lattice.weigh({digits_of(text) for text in seen}, constraint) if lattice and seen else {}
    return seen, cut


def fuse(
    views: Sequence[View],
    lattice: Lattice | None,
    weights: Weights,
    *,
    constraint: Constraint | None = None,
    min_confidence: float,
) -> Number:
    """Read a number from several looks at it and from its pieces.

    Args:
        views: at least one.
        lattice: the number cut up; None where there is nothing to cut, or nobody to read the pieces.
        weights: how much either counts.
        constraint: which texts are allowed; it does not make a reading surer.
        min_confidence: the least confidence that is accepted, 0 to 1.

    Returns:
        The number; with an empty text, and the reason "no number" or "nothing satisfies the constraint", where there is
        none.
    """
    seen, cut = opinions(views, lattice, constraint)
    confidences = weigh(seen, cut, weights)
    allowed = (text for text in confidences if allows(constraint, text))
    best = max(allowed, key=confidences.__getitem__, default=None)
    if best is None:
        return nothing(NO_NUMBER if constraint is None else NOTHING_FITS)
    if best in seen or lattice is None:
        clearest = max(views, key=lambda each: each.texts.get(best, -math.inf))
        number = clearest.look.show(best, clearest.texts[best], constraint, min_confidence)
    else:
        number = lattice.show(best, min_confidence)
    confidence = confidences[best]
    accepted = confidence >= min_confidence
    reason = None if accepted else unsure(confidence, min_confidence)
    return replace(number, confidence=confidence, accepted=accepted, reason=reason)
