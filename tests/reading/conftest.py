"""The networks that read, opened once for all tests of this folder."""

from __future__ import annotations

import pytest

from inkread.opening import open_model, open_number_model
from inkread.runtime import OnnxClassifier, OnnxRows


@pytest.fixture(scope="package")
def classifier() -> OnnxClassifier:
    """The network for single digits that ships."""
    return open_model()


@pytest.fixture(scope="package")
def rows() -> OnnxRows:
    """The network for numbers that ships."""
    return open_number_model()
