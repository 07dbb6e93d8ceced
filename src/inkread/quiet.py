"""Keeping other libraries from talking."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_logging() -> Iterator[None]:
    """Let no log line of a warning or less through; afterwards all is as before."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
