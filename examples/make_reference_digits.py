"""Write the sheet of training digits that `inkread explain` looks for neighbours in: the first 100 of each class.

Run it again with `python examples/make_reference_digits.py`; it needs the MNIST data set, which it fetches if it is
not there. The sheet has a row a class and a column a digit, 28x28 pixels each.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from inkread.data import load
from inkread.explain.nearest import COLUMNS, SHEET
from inkread.files import write_bytes


def sheet() -> bytes:
    """Lay the digits out and pack them as PNG."""
    digits = load("mnist", "train")
    rows = [digits.images[digits.labels == label][:COLUMNS, 0] for label in range(10)]
    buffer = io.BytesIO()
    Image.fromarray(np.vstack([np.hstack(list(row)) for row in rows])).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    write_bytes(Path(SHEET), sheet())
