"""How much should the two opinions on a number count? Fits the weights of `inkread.reading.fusion`.

Numbers and pages are made of validation digits: of people that neither network learned from, nor any benchmark
measures. What either opinion says of them is collected where the first look is in doubt; the weights make the right
texts, or "none of these", as likely as possible. UNIPEN should have been brought in (`inkread data add unipen FOLDER`).

    python benchmarks/number_fusion.py
    python benchmarks/number_fusion.py --count 200 --pages 5
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch

from inkread.data import load as load_data
from inkread.data.numbers import CROPS, OLD
from inkread.data.synthesis import NumberStyle, compose_digits, load_glyphs, make_number, make_page
from inkread.errors import DataError
from inkread.imaging import to_grey
from inkread.opening import open_model, open_number_model
from inkread.reading.crops import Crop, look_at_crops
from inkread.reading.fusion import IN_CROP, ON_PAGE, UNCUT, UNSEEN, View, Weights, digits_of, opinions, weigh
from inkread.reading.numberink import find_number
from inkread.reading.numbers import cut_number
from inkread.reading.pages import Layout, find_layout
from inkread.reading.wholes import Doubt, look_closely
from inkread.types import Box, Classifier, RowNetwork, UInt8Array
from machine import describe
from reading_numbers import APART, LENGTH, TOUCHING
from reading_pages import DENSE, SIZE

SEED = 9
VALIDATION = 5000


class Case(NamedTuple):
    """A number in doubt.

    Attributes:
        truth: its digits; empty where there is none.
        seen: texts with their mean probability over the looks.
        cut: texts with their confidence as pieces.
    """

    truth: str
    seen: dict[str, float]
    cut: dict[str, float]


def composed(gaps: tuple[int, ...], count: int, rng: np.random.Generator) -> Iterator[tuple[UInt8Array, str]]:
    """Compose numbers of MNIST's validation digits; what cannot overlap so far is drawn again."""
    data = load_data("mnist", "train")
    while count:
        chosen = rng.integers(len(data) - VALIDATION, len(data), LENGTH)
        try:
            image = compose_digits(data.images[chosen, 0], int(rng.choice(gaps)), rng)
        except DataError:
            continue
        yield image, "".join(data.classes[label] for label in data.labels[chosen])
        count -= 1


def written(style: NumberStyle, count: int, rng: np.random.Generator) -> Iterator[tuple[UInt8Array, str]]:
    """Make crops of numbers, words and nothing, in handwriting."""
    glyphs, style = load_glyphs("validation"), replace(style, printed=0.0)
    for _ in range(count):
        sample = make_number(rng, glyphs, style)
        yield sample.image, digits_of(sample.text)


def cases_of_crops(count: int, classifier: Classifier, network: RowNetwork) -> Iterator[Case]:
    """Collect what is in doubt of crops of four kinds, so many of each."""
    rng = np.random.default_rng(SEED)
    kinds = [composed(gaps, count, rng) for gaps in (APART, TOUCHING)]
    kinds += [written(style, count, rng) for style in (CROPS, OLD)]
    for image, truth in (crop for kind in kinds for crop in kind):
        doubt = look_closely(image, network)
        if isinstance(doubt, Doubt):
            yield Case(truth, *opinions(doubt.views, cut_number(doubt.found, classifier)))


def cases_of_pages(count: int, classifier: Classifier, network: RowNetwork) -> Iterator[Case]:
    """Collect what is in doubt of pages."""
    glyphs, rng = load_glyphs("validation"), np.random.default_rng(SEED)
    for _ in range(count):
        sample = make_page(rng, glyphs, size=SIZE, style=DENSE)
        layout = find_layout(to_grey(sample.image), classifier, network)
        if layout is None:
            continue
        crops = layout.cut_out(layout.candidates, as_it_is=True)
        for crop, views in zip(crops, look_at_crops(crops, network), strict=True):
            if isinstance(views, list):
                truth = truth_at(middle_of(seen_at(views[0], crop), layout), sample.numbers + sample.printed)
                yield Case(truth, *opinions(views, cut_number(find_number(crop.image), classifier)))


def seen_at(view: View, crop: Crop) -> Box:
    """Return where on the upright page a view shows its number."""
    box = view.look.show(view.best, view.texts[view.best], None, 0.5).box if view.best else None
    x, y = crop.place.x0, crop.place.y0
    return crop.place if box is None else Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)


def middle_of(place: Box, layout: Layout) -> tuple[float, float]:
    """Return the middle of a place on the upright page, in the picture."""
    (box,) = layout.placement.in_picture([place], layout.factor)
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def truth_at(point: tuple[float, float], numbers: Sequence[tuple[str, Box]]) -> str:
    """Return the digits of the number at a point; nothing where there is none."""
    x, y = point
    inside = (text for text, box in numbers if box.x0 <= x < box.x1 and box.y0 <= y < box.y1)
    return digits_of(next(inside, ""))


def fit(cases: Sequence[Case]) -> Weights:
    """Maximise the likelihood of what is true, "none of these" where no text is."""
    texts = [[*case.seen, *(text for text in case.cut if text not in case.seen)] for case in cases]
    most = max(map(len, texts)) + 1
    features = torch.zeros(len(cases), most, 4)
    hidden = torch.full((len(cases), most), -torch.inf)
    right = torch.tensor([t.index(c.truth) if c.truth in t else len(t) for c, t in zip(cases, texts, strict=True)])
    for row, (case, each) in enumerate(zip(cases, texts, strict=True)):
        for column, text in enumerate(each):
            opinion = (case.seen.get(text, 0.0) + UNSEEN, case.cut.get(text, 0.0) + UNCUT)
            features[row, column] = torch.tensor([*np.log(opinion), len(text), 0.0])
        features[row, len(each), 3] = 1.0
        hidden[row, : len(each) + 1] = 0.0
    weights = torch.zeros(4, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=300)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        found = torch.nn.functional.cross_entropy(features @ weights + hidden, right)
        found.backward()  # type: ignore[no-untyped-call]
        return found

    optimizer.step(loss)  # type: ignore[arg-type]
    return Weights(*weights.tolist())


def describe_weights(cases: Sequence[Case], weights: Weights) -> str:
    """Say how many cases some weights read right, and whether their confidence is what it says."""
    confidences = [weigh(case.seen, case.cut, weights) for case in cases]
    best = [max(each, key=each.__getitem__, default="") for each in confidences]
    right = np.mean([text == case.truth for text, case in zip(best, cases, strict=True)])
    sure = np.mean([each.get(text, 0.0) for text, each in zip(best, confidences, strict=True)])
    values = ", ".join(f"{name} {value:.2f}" for name, value in weights._asdict().items())
    return f"{values}: {100 * right:.1f} % right, mean confidence {100 * sure:.1f} %"


def main() -> None:
    """Collect, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000, help="so many crops of each of four kinds (default: 2000)")
    parser.add_argument("--pages", type=int, default=40, help="so many pages (default: 40)")
    options = parser.parse_args()
    print(describe(), "\n")
    networks = open_model(), open_number_model()
    for name, used, cases in (
        ("crops", IN_CROP, list(cases_of_crops(options.count, *networks))),
        ("pages", ON_PAGE, list(cases_of_pages(options.pages, *networks))),
    ):
        print(f"{name}, {len(cases)} in doubt")
        print(f"  fitted  {describe_weights(cases, fit(cases))}")
        print(f"  in use  {describe_weights(cases, used)}", flush=True)


if __name__ == "__main__":
    main()
