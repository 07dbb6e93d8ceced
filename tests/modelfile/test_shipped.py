from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inkread.errors import ModelFileError
from inkread.modelfile import shipped, shipped_model


def test_the_default_model_is_the_one_that_was_released() -> None:
    assert shipped_model().name == "digits.onnx"


def test_a_changed_byte_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "digits.onnx"
    shutil.copyfile(shipped_model(), copy)
    monkeypatch.setattr(shipped, "SHIPPED_FOLDER", tmp_path)
    assert shipped_model() == copy
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    with pytest.raises(ModelFileError, match="damaged"):
        shipped_model()
    copy.unlink()
    with pytest.raises(ModelFileError, match="missing"):
        shipped_model()
