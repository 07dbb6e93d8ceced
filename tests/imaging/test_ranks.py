from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkread.imaging.ranks import median, percentile

NUMBERS = arrays(np.uint8, st.integers(1, 60)) | arrays(np.int64, st.integers(1, 60), elements=st.integers(-999, 999))


@given(NUMBERS, st.floats(0, 100))
def test_ranks_are_as_numpy_has_them(values: np.ndarray, per_cent: float) -> None:
    assert median(values) == np.median(values)
    assert percentile(values, per_cent) == pytest.approx(np.percentile(values, per_cent), abs=1e-9)
