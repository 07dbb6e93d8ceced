"""An explanation as files: pictures for use elsewhere, and one page to look at."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from inkread.explain.drawing import Sprite, grey_tiles, picture_png
from inkread.explain.explanation import Explanation, filter_sprite, input_picture, layer_sprite, saliency_sprite
from inkread.explain.page import page
from inkread.files import check_folder, write_bytes, write_text

ENLARGED = 140  # pixels of a tile in the files, about
MOST_ENLARGED = 10


def write_explanation(explanation: Explanation, folder: Path) -> Path:
    """Write pictures and page into a folder, which is made if need be; files of the same names are replaced.

    Args:
        explanation: what to write.
        folder: gets ``index.html``, which holds everything; and as PNG the input, the steps of normalisation, each
            layer with its filters, the ink's votes and the nearest training digits.

    Returns:
        Path of the page.

    Raises:
        OutputError: if a file cannot be written.
    """
    check_folder(folder)
    files = {"input": picture_png(input_picture(explanation.image))}
    for place, step in enumerate(explanation.steps, 1):
        files[f"step-{place}-{_slug(step.name)}"] = picture_png(step.picture)
    for place, layer in enumerate(explanation.layers[1:], 1):
        name = f"layer-{place:02}-{_slug(layer.name)}"
        files[name] = _enlarged(layer_sprite(layer))
        filters = filter_sprite(layer)
        if filters is not None:
            files[f"{name}-filters"] = _enlarged(filters[0])
    files["saliency"] = _enlarged(saliency_sprite(explanation.saliency))
    if explanation.neighbours:
        files["neighbours"] = _enlarged(grey_tiles(np.stack([near.image for near in explanation.neighbours])))
    for name, content in files.items():
        write_bytes(folder / f"{name}.png", content)
    index = folder / "index.html"
    write_text(index, page(explanation))
    return index


def _enlarged(sprite: Sprite) -> bytes:
    """Pack a sprite with tiles large enough to look at, a narrow gap between them."""
    return sprite.png(enlarged=max(1, min(MOST_ENLARGED, ENLARGED // max(sprite.tile))), gap=2)


def _slug(name: str) -> str:
    """Make a file name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
