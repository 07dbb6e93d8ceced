"""The part of an explanation's page that shows the network layer by layer."""

from __future__ import annotations

from html import escape

from inkread.explain.drawing import picture_url
from inkread.explain.explanation import Explanation, filter_sprite, input_picture, layer_sprite, strongest_neurons
from inkread.explain.network import LayerMap
from inkread.explain.page_tiles import Sprites, tile, where

WIDEST_TILE = 56
LARGE_FILTER = 16
CHIPS = 4
FILTER_WIDTHS = (20, 40)  # in pixels: where a filter looks at several channels, and where at one
SAID = {
    "input": "What the network is given: one number a pixel, 0 for black, 255 for white.",
    "conv": "A small filter slides over what comes in. Where its pattern is found, the map is bright orange; blue is "
    "where the opposite was found.",
    "pool": "Of neighbouring neurons one value stays, the greatest or the mean: the maps become smaller and do not "
    "mind small shifts.",
    "sum": "What came in is added to what was found, so that nothing gets lost on the way.",
    "dense": "Each neuron weighs everything that comes in, wherever it is.",
    "output": "One number a class, the logit. The highest wins.",
}


def show_layers(explanation: Explanation, sprites: Sprites) -> str:
    """Show what each layer gives."""
    known: set[str] = set()
    cards = []
    for layer in explanation.layers[1:]:
        cards.append(_layer(layer, explanation, sprites, first=layer.kind not in known))
        known.add(layer.kind)
    height, width = explanation.image.shape[1:]
    picture = picture_url(input_picture(explanation.image))
    return (
        "<section><h2>Layer by layer</h2><p>All pictures are computed for this very input. The brighter a neuron, the "
        "stronger it answers. Point at one, tap it, or choose one of the strongest: the part of the input that it can "
        "see lights up.</p>"
        f'<div class="layers"><div>{"".join(cards)}</div><aside class="lens" data-shape="{height},{width}">'
        f'<div class="view"><img src="{picture}" alt="The input"><div class="field" hidden></div></div>'
        '<p class="muted" aria-live="polite">Choose a neuron.</p></aside></div></section>\n'
    )


def _layer(layer: LayerMap, explanation: Explanation, sprites: Sprites, *, first: bool) -> str:
    """Show one layer."""
    sprite = layer_sprite(layer)
    height, width = sprite.tile
    flat = layer.maps.ndim == 1
    name = sprites.add(sprite, 20 if flat else _tile_width(width))
    names = explanation.classes if layer.kind == "output" else ()
    tiles = [
        tile(name, i, sprite.columns, f' title="{escape(_unit(layer, i, names))}"' if flat else "")
        for i in range(sprite.count)
    ]
    if names:
        captions = (f"<figcaption>{escape(label)}</figcaption>" for label in names)
        tiles = [f"<figure>{tile}{caption}</figure>" for tile, caption in zip(tiles, captions, strict=True)]
    if flat:
        size = f"{sprite.count} neurons, each sees the whole input"
    else:
        shape = explanation.image.shape[1:]
        sees = " × ".join(str(min(pair)) for pair in zip(layer.field.size, shape, strict=True))
        size = f"{sprite.count} maps of {height} × {width}, each neuron sees up to {sees} pixels"
    chips = "".join(
        f'<button type="button" data-place="{",".join(map(str, place))}">{escape(where(place, names))}: {value:.2f}'
        "</button>"
        for place, value in strongest_neurons(layer, CHIPS)
    )
    numbers = (*layer.field.start, *layer.field.stride, *layer.field.size)
    return (
        f'<article class="layer" data-field="{",".join(map(str, numbers))}" data-tile="{height},{width}"'
        f'{" data-flat=1" if flat else ""}><header><h3>{escape(layer.name)}</h3><span class="meta">{size}</span>'
        f"</header>{f'<p class=meta>{SAID[layer.kind]}</p>' if first else ''}{_filters(layer, sprites)}"
        f'<h4>What it gives</h4><div class="grid maps">{"".join(tiles)}</div>'
        f"{f'<h4>Strongest neurons</h4><div class=chips>{chips}</div>' if chips else ''}</article>\n"
    )


def _filters(layer: LayerMap, sprites: Sprites) -> str:
    """Show what a layer looks for, where that can be looked at."""
    found = filter_sprite(layer)
    if found is None:
        return ""
    sprite, units = found
    title = "What it looks for" if layer.kind != "dense" else "What its strongest neurons look for"
    channels = len(units) // len(set(units))
    width = WIDEST_TILE if sprite.tile[1] >= LARGE_FILTER else FILTER_WIDTHS[channels == 1]
    name = sprites.add(sprite, width)
    shown = [tile(name, i, sprite.columns, f' title="unit {unit + 1}"') for i, unit in enumerate(units)]
    groups = ("".join(shown[i : i + channels]) for i in range(0, len(shown), channels))
    return f'<h4>{title}</h4><div class="grid filters">{"".join(f"<span>{group}</span>" for group in groups)}</div>'


def _tile_width(pixels: int) -> int:
    """Choose how wide a map is shown: a whole multiple of its neurons where it is small."""
    return max(pixels, pixels * max(1, WIDEST_TILE // pixels) if pixels > 4 else 8 * pixels)


def _unit(layer: LayerMap, i: int, names: tuple[str, ...]) -> str:
    """Say which neuron it is, and its value."""
    return f"{names[i] if names else f'unit {i + 1}'}: {layer.maps[i]:.2f}"
