"""Runs inside a peer's own Python: reads the PNG files of a folder, one JSON object a line. Knows nothing of inkread.

python peer_worker.py list
python peer_worker.py rapidocr page FOLDER
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

Words = list[tuple[str, float, float]]


def rapidocr(*, page: bool) -> Callable[[Path], Words]:
    """Return PP-OCR as rapidocr sets it up: with its own search for texts, or on the whole picture as one line."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(path: Path) -> Words:
        result = engine(str(path)) if page else engine(str(path), use_det=False, use_cls=False, use_rec=True)
        boxes = getattr(result, "boxes", None)
        texts = list(result.txts or ())
        if boxes is None:
            return [(text, 0.0, 0.0) for text in texts]
        middles = [box.mean(axis=0) for box in boxes]
        return [(text, float(x), float(y)) for text, (x, y) in zip(texts, middles, strict=True)]

    return read


def tesseract(*, page: bool) -> Callable[[Path], Words]:
    """Return Tesseract as a process for each picture, digits alone where a picture is one line."""
    options = ["--psm", "11"] if page else ["--psm", "7", "-c", "tessedit_char_whitelist=0123456789"]

    def read(path: Path) -> Words:
        command = ["tesseract", str(path), "stdout", *options, "tsv"]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        words: Words = []
        for row in csv.DictReader(io.StringIO(result.stdout), delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["text"] and row["text"].strip():
                left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
                words.append((row["text"], left + width / 2, top + height / 2))
        return words

    return read


def main() -> None:
    """Say what there is, or read a folder; the first picture is read twice and counts once, warm."""
    if sys.argv[1] == "list":
        found = [name for name in ("rapidocr",) if importlib.util.find_spec(name)]
        print(*found, *(name for name in ("tesseract",) if shutil.which(name)))
        return
    read = {"rapidocr": rapidocr, "tesseract": tesseract}[sys.argv[1]](page=sys.argv[2] == "page")
    paths = sorted(Path(sys.argv[3]).glob("*.png"))
    read(paths[0])
    for path in paths:
        start = time.perf_counter()
        words = read(path)
        print(json.dumps({"seconds": time.perf_counter() - start, "words": words}), flush=True)


if __name__ == "__main__":
    main()
