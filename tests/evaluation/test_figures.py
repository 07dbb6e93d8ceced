from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from inkread.errors import OutputError
from inkread.evaluation import palette
from inkread.evaluation.figures import draw_confusion, draw_outsiders, draw_reliability, draw_risk_coverage
from inkread.evaluation.rejection import compare_outsiders
from inkread.evaluation.report import Report, measure


def report(n: int = 400, accuracy: float = 0.9, classes: tuple[str, ...] = tuple("0123456789")) -> Report:
    rng = np.random.default_rng(0)
    k = len(classes)
    labels = rng.integers(0, k, n)
    read = np.where(rng.random(n) < accuracy, labels, (labels + 1) % k)
    probabilities = np.full((n, k), 1e-3, np.float32)
    probabilities[np.arange(n), read] = rng.uniform(0.3, 1, n)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return measure(probabilities, labels, classes, model="net", data="set", split="test", threshold=0.5)


def draw(which: str, found: Report, path: Path) -> np.ndarray:
    if which == "confusion":
        draw_confusion(found.evaluation, path, source=found.source)
    elif which == "reliability":
        draw_reliability(found.evaluation, found.bins, found.ece, path, source=found.source)
    elif which == "outsiders":
        k = len(found.evaluation.classes)
        digits, others = (np.full((n, k), 1 / k, np.float32) for n in (found.evaluation.count, 3))
        pair = [compare_outsiders(digits, others, name, 0.5) for name in ("letters", "$ あ" * 20)]
        draw_outsiders(np.linspace(0, 1, len(digits)), found.acceptance, pair, path, source=found.source)
    else:
        draw_risk_coverage(found.evaluation, found.risk_coverage, found.acceptance, path, source=found.source)
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def share(pixels: np.ndarray, colour: str) -> float:
    return float((pixels == ImageColor.getrgb(colour)).all(axis=2).mean())


FIGURES = ["confusion", "reliability", "risk", "outsiders"]


@pytest.mark.parametrize("which", FIGURES)
def test_a_figure_is_large_and_shows_something_in_the_middle(which: str, tmp_path: Path) -> None:
    pixels = draw(which, report(), tmp_path / "figure.png")
    height, width = pixels.shape[:2]
    assert min(height, width) > 900
    assert share(pixels, palette.PAPER) < 0.97
    middle = pixels[height // 4 : -height // 4, width // 4 : -width // 4]
    assert len(np.unique(middle.reshape(-1, 3), axis=0)) > 5
    edge = np.concatenate([pixels[:8].reshape(-1, 3), pixels[:, :8].reshape(-1, 3), pixels[-8:].reshape(-1, 3)])
    assert (edge == 255).all(), "something is cut off at the edge"


def test_mistakes_are_orange_and_where_there_are_none_nothing_is(tmp_path: Path) -> None:
    def orange(pixels: np.ndarray) -> float:
        red, _, blue = (pixels[..., i].astype(int) for i in range(3))
        return float((red - blue > 60).mean())

    assert orange(draw("confusion", report(), tmp_path / "some.png")) > 0.03
    assert orange(draw("confusion", report(accuracy=1), tmp_path / "none.png")) == 0


@pytest.mark.parametrize(
    ("which", "n", "accuracy", "classes"),
    [
        *((which, 1, 1.0, ("no", "yes")) for which in FIGURES),
        *((which, 1, 0.0, ("no", "yes")) for which in FIGURES),
        ("confusion", 60, 0.8, ("$\\frac$ $x", "あ", "[red]", "a name that is longer than any class should have")),
        pytest.param("confusion", 300, 0.9, tuple(f"class {i}" for i in range(61)), marks=pytest.mark.slow),
    ],
)
def test_odd_sets_are_drawn_without_a_word_on_the_screen(
    which: str,
    n: int,
    accuracy: float,
    classes: tuple[str, ...],
    tmp_path: Path,
    recwarn: pytest.WarningsRecorder,
    capfd: pytest.CaptureFixture[str],
) -> None:
    pixels = draw(which, report(n, accuracy, classes), tmp_path / "figure.png")
    assert share(pixels, palette.PAPER) < 0.99
    assert [str(w.message) for w in recwarn] == []
    assert capfd.readouterr() == ("", "")


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    draw("confusion", report(), tmp_path / "a.png")
    draw("confusion", report(), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="file"):
        draw_confusion(report().evaluation, tmp_path / "file" / "confusion.png")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
