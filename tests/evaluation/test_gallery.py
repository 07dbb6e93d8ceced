from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkread.evaluation.gallery import draw_gallery, worst_mistakes

CLASSES = tuple("0123456789")


def answers(*sure: tuple[int, float]) -> np.ndarray:
    """One row for each (class read, confidence)."""
    rows = np.array([[(1 - c) / 9] * 10 for _, c in sure], dtype=np.float32)
    for row, (read, confidence) in zip(rows, sure, strict=True):
        row[read] = confidence
    return rows


def holds(sheet: np.ndarray, picture: np.ndarray) -> tuple[int, int] | None:
    """Find a picture on a sheet; return its upper left corner."""
    height, width = picture.shape[:2]
    ys, xs = np.nonzero((sheet[: -height + 1, : -width + 1] == picture[0, 0]).all(axis=2))
    for y, x in zip(ys, xs, strict=True):
        if np.array_equal(sheet[y : y + height, x : x + width], picture):
            return int(y), int(x)
    return None


def test_the_surest_mistakes_come_first_and_right_answers_never() -> None:
    probabilities = answers((9, 0.7), (1, 0.99), (9, 0.95), (3, 0.7))
    found = worst_mistakes(probabilities, np.array([4, 1, 4, 8]), CLASSES)
    assert [(m.place, m.truth, m.read) for m in found] == [(2, "4", "9"), (0, "4", "9"), (3, "8", "3")]
    assert found[0].confidence == pytest.approx(0.95)
    assert len(worst_mistakes(probabilities, np.array([4, 1, 4, 8]), CLASSES, limit=1)) == 1


def test_no_answer_is_listed_last_and_without_a_class() -> None:
    probabilities = np.vstack([np.zeros((1, 10), np.float32), answers((9, 0.3))])
    assert [m.read for m in worst_mistakes(probabilities, np.array([0, 4]), CLASSES)] == ["9", ""]


def test_wrong_pictures_are_on_the_sheet_four_times_as_large_worst_first(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 1, 28, 28), dtype=np.uint8)
    path = tmp_path / "gallery.png"
    draw_gallery(images, np.array([4, 1, 7]), answers((9, 0.7), (1, 0.9), (2, 0.8)), CLASSES, path)
    sheet = np.asarray(Image.open(path))
    large = [np.repeat(np.repeat(image[0], 4, axis=0), 4, axis=1)[..., None].repeat(3, axis=2) for image in images]
    right, worst, second = holds(sheet, large[1]), holds(sheet, large[2]), holds(sheet, large[0])
    assert right is None
    assert worst is not None
    assert second is not None
    assert worst[0] == second[0]
    assert worst[1] < second[1]


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 8, 8), (1, 300, 40), (2, 5, 5), (1, 1, 1)])
def test_pictures_of_any_shape_fit(shape: tuple[int, int, int], tmp_path: Path) -> None:
    images = np.full((50, *shape), 200, dtype=np.uint8)
    path = tmp_path / "gallery.png"
    draw_gallery(images, np.zeros(50, np.int64), answers(*[(1, 0.6)] * 50), CLASSES, path)
    sheet = np.asarray(Image.open(path))
    assert (sheet == 200).all(axis=2).any()
    assert (sheet[:8] == 255).all()
    assert (sheet[:, -8:] == 255).all()
    assert sheet.shape[1] <= 1600


def test_no_mistake_is_said_on_the_sheet(tmp_path: Path) -> None:
    images = np.full((1, 1, 28, 28), 200, dtype=np.uint8)
    path = tmp_path / "gallery.png"
    draw_gallery(images, np.array([4]), answers((4, 0.9)), CLASSES, path)
    sheet = np.asarray(Image.open(path).convert("L"))
    assert (sheet < 80).sum() > 300
    assert sheet.shape[0] < 200
