"""docs/concepts says what the lessons of the page say, and has a figure for each."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """The script that writes docs/concepts."""
    spec = importlib.util.spec_from_file_location("make_concepts", DOCS / "make_concepts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documents_are_up_to_date_with_the_lessons(maker: ModuleType) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "concepts").glob("*.md")}
    assert written == maker.pages(), "run: python docs/make_concepts.py"


def test_every_lesson_has_its_figure_and_no_figure_is_left_over(maker: ModuleType) -> None:
    pictures = {path.stem: path for path in (DOCS / "images/concepts").iterdir()}
    assert pictures.keys() == maker.lessons().keys()
    for path in pictures.values():
        assert path.stat().st_size < 60_000
        with Image.open(path) as picture:
            assert 700 <= picture.width <= 1100


def test_a_figure_can_be_drawn_again(maker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    monkeypatch.setattr(maker, "PICTURES", tmp_path)
    maker.draw("backpropagation")
    with Image.open(tmp_path / "backpropagation.png") as drawn:
        assert drawn.width > 700
