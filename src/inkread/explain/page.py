"""An explanation as one HTML file that holds everything: pictures, style and script."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np

from inkread.evaluation.wording import percent
from inkread.explain.drawing import Sprite, data_url, grey_tiles, picture_url
from inkread.explain.explanation import Explanation, input_picture, layer_sprite, reduced, saliency_sprite
from inkread.explain.page_layers import show_layers
from inkread.explain.page_tiles import Sprites, tile, where
from inkread.explain.voting import Contribution, Vote
from inkread.version import __version__

ASSETS = Path(__file__).parent / "assets"
BARS = 12
SMALL = 56  # pixels a side, up to which a picture is shown pixel by pixel
CAPTIONS = {
    "picture": "the picture",
    "grey": "in grey",
    "ink": "its ink",
    "digit": "the digit alone",
    "20 px": "scaled to 20 pixels",
    "28x28": "centred on 28 × 28",
}


def page(explanation: Explanation) -> str:
    """Write the page; nothing in it is loaded from elsewhere."""
    sprites = Sprites()
    sections = [
        _hero(explanation),
        _steps(explanation),
        show_layers(explanation, sprites),
        _votes(explanation, sprites),
        _saliency(explanation),
        _neighbours(explanation, sprites),
    ]
    title = f"{_answer(explanation)} · what the network sees"
    style, script = ((ASSETS / name).read_text("utf-8") for name in ("page.css", "page.js"))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<style>\n{style}{sprites.css()}</style>\n</head>\n<body>\n<main>\n{''.join(sections)}{_footer(explanation)}"
        f"</main>\n<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _answer(explanation: Explanation) -> str:
    """Say what was read."""
    digit = explanation.digit
    if digit.accepted:
        return f"Read as {digit.label}"
    return f"Not accepted: {digit.reason}"


def _hero(explanation: Explanation) -> str:
    """Show the input, the answer and the probabilities."""
    digit = explanation.digit
    order = range(len(explanation.labels))
    shown = list(order) if len(order) <= BARS else [int(i) for i in np.argsort(-digit.probabilities)[:BARS]]
    best = int(digit.probabilities.argmax())
    bars = "".join(
        f'<b>{escape(explanation.labels[i])}</b><div class="track{" best" * (i == best)}">'
        f'<i style="width:{100 * digit.probabilities[i]:.1f}%"></i></div>'
        f'<span class="value">{escape(percent(float(digit.probabilities[i]), 1))}</span>'
        for i in shown
    )
    sure = (
        f"{percent(digit.confidence, 1)} sure that it is {digit.label}" if digit.label else "There is nothing to read"
    )
    picture = picture_url(input_picture(explanation.image))
    return (
        f'<div class="hero"><img src="{picture}" alt="The input of the network"><div>'
        f"<h1>{escape(_answer(explanation))}</h1>"
        f'<p class="muted">{escape(sure)}. Model: {escape(explanation.model)}.</p><div class="bars">{bars}</div>'
        "</div></div>\n"
    )


def _steps(explanation: Explanation) -> str:
    """Show how the picture became the input."""
    figures = "".join(
        f'<figure><img {"class=smooth " * (max(step.picture.shape[:2]) > SMALL)}alt="" '
        f'src="{picture_url(reduced(step.picture))}">'
        f"<figcaption>{place}. {escape(CAPTIONS.get(step.name, step.name))}</figcaption></figure>"
        for place, step in enumerate(explanation.steps, 1)
    )
    return (
        "<section><h2>From the picture to the input</h2><p>The network learned from digits that all have the same "
        "size, place and colours. So the ink is found first, and set in that form.</p>"
        f'<div class="steps">{figures}</div></section>\n'
    )


def _votes(explanation: Explanation, sprites: Sprites) -> str:
    """Show the last layer as weighted votes."""
    if not explanation.votes:
        return ""
    greatest = max(abs(c.vote) for vote in explanation.votes for c in vote.contributions) or 1.0
    origin = _pictured(explanation, explanation.votes[0].contributions[0])
    sprite = layer_sprite(explanation.layers[origin]) if origin is not None else None
    name = sprites.add(sprite, 32) if sprite is not None else ""
    cards = "".join(_vote(vote, greatest, name, sprite) for vote in explanation.votes)
    voters = explanation.votes[0].contributions[0].layer
    whose = f' of "{escape(explanation.layers[voters].name)}"' if voters is not None else ""
    return (
        f"<section><h2>The last layer votes</h2><p>Each neuron{whose} multiplies its value with a weight for "
        "each class. The products are votes: orange for the class, blue against it. Their sum is the logit. These "
        f'are the strongest votes for the likeliest classes.</p><div class="votes">{cards}</div></section>\n'
    )


def _pictured(explanation: Explanation, contribution: Contribution) -> int | None:
    """Find the layer whose maps show what a voter has seen."""
    place = contribution.layer
    if place is not None and explanation.layers[place].kind == "pool" and explanation.layers[place].maps.ndim == 1:
        place = explanation.layers[place].takes
    return place if place and explanation.layers[place].maps.ndim == 3 else None


def _vote(vote: Vote, greatest: float, name: str, sprite: Sprite | None) -> str:
    """Show how one logit comes about."""
    rows = []
    for c in vote.contributions:
        share = 50 * abs(c.vote) / greatest
        side = "plus" if c.vote >= 0 else "minus"
        picture = tile(name, c.place[0], sprite.columns) if sprite is not None else ""
        rows.append(
            f'<div class="vote{"" if picture else " plain"}">{picture}<span>{where(c.place, ())}</span>'
            f'<div class="balance"><i class="{side}" style="width:{share:.1f}%"></i></div>'
            f'<span class="value">{_signed(c.vote)}</span></div>'
        )
    return (
        f'<div class="card"><h3><span>{escape(vote.label)}</span><span>{_signed(vote.logit)}</span></h3>{"".join(rows)}'
        f'<p class="meta">All weaker votes {_signed(vote.rest)}, bias {_signed(vote.bias)}.</p></div>'
    )


def _signed(value: float) -> str:
    """Write a number with its sign."""
    return f"{value:+.2f}".replace("-", "−")


def _saliency(explanation: Explanation) -> str:
    """Show which ink spoke for which class."""
    found = explanation.saliency
    first, second = escape(found.for_label), escape(found.against)
    told = (
        f"{first} is ahead of {second} by {found.margin:.2f}."
        if found.margin >= 0
        else f"{second} is ahead of {first} by {-found.margin:.2f}."
    )
    return (
        f"<section><h2>Which ink spoke for {first}, which for {second}</h2><p>Patch after patch of the ink was covered "
        f"and the rest read again. Where that hurt {first}, the ink is orange; where it helped, blue.</p>"
        f'<div class="sides"><img src="{data_url(saliency_sprite(found).png())}" alt="Ink, coloured by its effect">'
        f'<div><ul class="key"><li style="--c:var(--for)">spoke for {first}</li>'
        f'<li style="--c:var(--against)">spoke for {second}</li></ul>'
        f'<p class="meta">{told} The brightest pixel is worth {found.scale:.2f}.</p></div></div></section>\n'
    )


def _neighbours(explanation: Explanation, sprites: Sprites) -> str:
    """Show the nearest training digits."""
    if not explanation.neighbours:
        return ""
    sprite = grey_tiles(np.stack([near.image for near in explanation.neighbours]))
    name = sprites.add(sprite, 84)
    figures = "".join(
        f"<figure>{tile(name, i, sprite.columns)}<figcaption>{escape(near.label)}, {near.similarity:.3f}</figcaption>"
        "</figure>"
        for i, near in enumerate(explanation.neighbours)
    )
    return (
        "<section><h2>The nearest training digits</h2><p>To the last layer, these digits look most like this one, out "
        "of 1,000 that it could have learned from. The number is 1 for two that look the same to it.</p>"
        f'<div class="near">{figures}</div></section>\n'
    )


def _footer(explanation: Explanation) -> str:
    """Say how it was made."""
    credit = " Training digits: MNIST, CC BY-SA 3.0." if explanation.neighbours else ""
    return (
        f"<footer>Made by inkread {escape(__version__)}. Ink: occlusion after Zeiler and Fergus (2014), for the "
        f"difference of two logits.{credit}</footer>\n"
    )
