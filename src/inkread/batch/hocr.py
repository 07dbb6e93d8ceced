"""What was read as hOCR, so that other programs know where each number stands.

Source: T. Breuel and others, "hOCR - OCR Workflow and Output embedded in HTML", version 1.2,
http://kba.github.io/hocr-spec/1.2/.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from inkread.evaluation.wording import printable, shown_label
from inkread.types import Box, Digit, Number
from inkread.version import __version__

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
<title>{name}</title>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
<meta name="ocr-system" content="inkread {version}" />
<meta name="ocr-capabilities" content="ocr_page ocr_line ocrx_word" />
<meta name="ocr-number-of-pages" content="1" />
</head>
<body>
"""
TAIL = "</body>\n</html>\n"


def make_hocr(words: Sequence[Digit | Number], size: tuple[int, int], name: str, page: int | None) -> str:
    """Write a page as hOCR 1.2, which is XHTML.

    Args:
        words: what was read, line by line; what has no text or no place is left out.
        size: width and height of the picture in pixels.
        name: of the file.
        page: from 1 in a document of several; None for a picture.

    Returns:
        The whole document: one ``ocr_page``, an ``ocr_line`` for each line, and an ``ocrx_word`` with its confidence
        (``x_wconf``, per cent) for each number, also where it was not accepted.
    """
    shown = printable(name)
    image = shown.replace("\\", "/").replace('"', "'")  # hOCR knows no way to write a quotation mark in a text
    place = f'image "{image}"; bbox 0 0 {size[0]} {size[1]}; ppageno {(page or 1) - 1}'
    parts = [HEAD.format(name=escape(shown), version=__version__)]
    parts.append(f'<div class="ocr_page" id="page_1" title="{escape(place)}">\n')
    placed = [(word, word.box) for word in words if word.box is not None and shown_label(word)]
    for line, (_, group) in enumerate(groupby(placed, key=lambda pair: getattr(pair[0], "line", None)), start=1):
        parts.append(_line(line, list(group)))
    return "".join([*parts, "</div>\n", TAIL])


def _line(line: int, words: list[tuple[Digit | Number, Box]]) -> str:
    """Write one line."""
    corners = [box for _, box in words]
    around = (
        min(box.x0 for box in corners),
        min(box.y0 for box in corners),
        max(box.x1 for box in corners),
        max(box.y1 for box in corners),
    )
    spans = [
        f'<span class="ocrx_word" id="word_1_{line}_{index}" title="{_bbox(box)}; '
        f'x_wconf {int(100 * word.confidence)}">{escape(shown_label(word))}</span>'
        for index, (word, box) in enumerate(words, start=1)
    ]
    return f'<span class="ocr_line" id="line_1_{line}" title="{_bbox(around)}">{" ".join(spans)}</span><br />\n'


def _bbox(box: tuple[int, int, int, int]) -> str:
    """Write a place."""
    return f"bbox {box[0]} {box[1]} {box[2]} {box[3]}"
