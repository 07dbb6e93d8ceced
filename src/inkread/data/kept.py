"""Arrays that take long to make are made once and kept in the cache."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inkread.files import check_folder, write_bytes

Arrays = dict[str, npt.NDArray[Any]]


def kept_arrays(path: Path, make: Callable[[], Arrays]) -> Arrays:
    """Return what `make` makes, from a file where it was kept before.

    Args:
        path: of the npz file; whatever decides about the arrays belongs into its name.
        make: called where the file is missing or damaged.

    Returns:
        The arrays by name.

    Raises:
        OutputError: if the file cannot be written.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except Exception:  # a damaged archive may raise nearly anything
        check_folder(path.parent)
        made = make()
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **made)  # type: ignore[arg-type]
        write_bytes(path, buffer.getvalue())
        return made
