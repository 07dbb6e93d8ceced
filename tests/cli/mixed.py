"""A folder of many small files of all kinds, some of them broken, and what is to be read in each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from inkread.data import Dataset
from tests.documents.papers import blank_pdf, document, encrypted_pdf, grey, pdf_without_pages
from tests.reading.made import strip

KINDS = (".png", ".jpg", ".bmp", ".tif", ".webp")
BROKEN_EVERY = 20


def make_mixed(folder: Path, mnist: Dataset, count: int) -> dict[str, str | None]:
    """Write files, every twentieth broken; return what stands in each by its name, None for a broken one."""
    rng = np.random.default_rng(0)
    truth: dict[str, str | None] = {}
    for index in range(count):
        place = folder / f"batch {index // 100}"
        place.mkdir(parents=True, exist_ok=True)
        name, text = f"{index}{KINDS[index % len(KINDS)]}", "".join(map(str, rng.integers(0, 10, 3)))
        if index % BROKEN_EVERY == 0:
            name, content = _broken(index // BROKEN_EVERY)
            (place / f"{index} {name}").write_bytes(content)
            truth[f"{place.name}/{index} {name}"] = None
            continue
        if index % 50 == 1:
            name, text = f"{index}.pdf", ""
            (place / name).write_bytes(blank_pdf())
        elif index % 4 == 2:
            Image.fromarray(strip(mnist, text, gap=6, seed=index)).save(place / name, quality=95)
        else:
            text = text[0]
            Image.fromarray(strip(mnist, text, seed=index)).save(place / name, quality=95)
        truth[f"{place.name}/{name}"] = text
    return truth


def _broken(index: int) -> tuple[str, bytes]:
    """Choose a way to be broken."""
    whole = document([grey(90)], "JPEG"), document([grey(90)], "PDF")
    ways = (
        ("empty.png", b""),
        ("text.jpg", b"Dear teacher,\n"),
        ("cut.jpg", whole[0][: len(whole[0]) // 2]),
        ("locked.pdf", encrypted_pdf()),
        ("cut.pdf", whole[1][: len(whole[1]) // 2]),
        ("none.pdf", pdf_without_pages()),
        ("phone.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40),
    )
    return ways[index % len(ways)]
