"""Data sets in one file: CSV as Kaggle's digit recogniser has it, and NumPy's npz."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkread.data.arrays import Part, array_part
from inkread.errors import DataError

_VALUES = {str(value): value for value in range(256)}  # a look-up takes half the time of int()
_NPZ_PAIRS = {
    "train": (("x_train", "y_train"), ("train_images", "train_labels"), ("X", "y"), ("images", "labels"), ("x", "y")),
    "test": (("x_test", "y_test"), ("test_images", "test_labels")),
}


def read_csv(path: Path) -> dict[str, Part]:
    """Read a table of one picture a row: its label, then its pixels row by row, integers from 0 to 255.

    A header is recognised; the column called "label" holds the labels, or else the first. The pictures are square.

    Returns:
        The split "train": a CSV file has no other.

    Raises:
        DataError: naming the line that is ragged or holds something else.
    """
    labels: list[str] = []
    rows: list[bytes] = []
    line, width, column = 0, 0, 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, skipinitialspace=True)
            for row in reader:
                line = reader.line_num
                if not row:
                    continue
                if not width:
                    width = len(row)
                    if not all(cell.strip().isdecimal() for cell in row[1:]):
                        column = _label_column(row, path)
                        continue
                if len(row) != width:
                    raise DataError(f"{path}, line {line}: {len(row)} fields where the first line has {width}.")
                labels.append(row.pop(column).strip())
                rows.append(bytes(map(_VALUES.__getitem__, row)))
    except (KeyError, ValueError, csv.Error) as error:  # UnicodeDecodeError is a ValueError
        raise DataError(
            f"{path}, line {line or 1}: not a label and pixels from 0 to 255, separated by commas."
        ) from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}.") from error
    return {"train": array_part(_square(rows, width - 1, path), np.array(labels, np.str_), str(path))}


def _label_column(header: list[str], path: Path) -> int:
    """Find the labels by the header."""
    names = [cell.strip().casefold() for cell in header]
    if "label" in names:
        return names.index("label")
    if names[0].startswith("pixel"):
        raise DataError(f"{path} has pixels but no column 'label': it cannot be learnt from or measured with.")
    return 0


def _square(rows: list[bytes], pixels: int, path: Path) -> npt.NDArray[np.uint8]:
    """Shape rows of pixels into pictures (n, side, side)."""
    side = math.isqrt(max(pixels, 0))
    if not rows or side * side != pixels or not side:
        state = f"rows of {pixels} pixels, which make no square" if rows else "no picture"
        raise DataError(f"{path} holds {state}; a label and side * side pixels a row are needed.")
    return np.frombuffer(b"".join(rows), np.uint8).reshape(-1, side, side)


def read_npz(path: Path) -> dict[str, Part]:
    """Read arrays of pictures and labels, named as Keras does (x_train, y_train, x_test, y_test), X and y, or alike.

    Raises:
        DataError: if it is no npz file, holds Python objects, or no such pair of arrays.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = {
                split: (archive[images], archive[labels])
                for split, pairs in _NPZ_PAIRS.items()
                for images, labels in reversed(pairs)
                if images in archive.files and labels in archive.files
            }
            names = ", ".join(archive.files)
    except Exception as error:  # a damaged archive may raise nearly anything
        raise DataError(f"{path} is no npz file of plain arrays, or it is damaged.") from error
    if not found:
        raise DataError(
            f"{path} holds {names or 'nothing'}; arrays called x_train and y_train, or X and y, are needed."
        )
    return {split: array_part(*pair, f"{path} ({split})") for split, pair in found.items()}
