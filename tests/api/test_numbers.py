from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkread
from inkread.data import Dataset
from inkread.errors import ConfigError, ImageError, ModelFileError
from inkread.modelfile import write_model
from tests.modelfile.graphs import card, linear_graph, random_weights
from tests.reading.made import strip


@pytest.fixture(scope="module")
def reader() -> inkread.Reader:
    return inkread.load()


@pytest.fixture(scope="module")
def pictures(mnist_test: Dataset) -> dict[str, np.ndarray]:
    return {text: strip(mnist_test, text, gap=5) for text in ("72104", "410", "27")}


def test_a_number_is_read_from_a_file_as_from_its_pixels(
    reader: inkread.Reader, pictures: dict[str, np.ndarray], tmp_path: Path
) -> None:
    path = tmp_path / "number.png"
    Image.fromarray(pictures["72104"]).save(path)
    from_file, from_pixels = reader.number(path), reader.number(pictures["72104"])
    assert from_file.to_dict() == from_pixels.to_dict()
    assert from_file.text == "72104"
    assert len(from_file.to_dict()["digits"]) == 5


def test_many_numbers_keep_their_order_and_a_generator_will_do(
    reader: inkread.Reader, pictures: dict[str, np.ndarray]
) -> None:
    texts = [*pictures] * 8
    assert [number.text for number in reader.numbers(pictures[text] for text in texts)] == texts
    assert reader.numbers([]) == []


@pytest.mark.slow
def test_every_constraint_is_in_force(reader: inkread.Reader, pictures: dict[str, np.ndarray]) -> None:
    image = pictures["410"]
    assert reader.number(image, length=3, pattern=r"4\d0", range=(400, 420), choices=["410", "999"]).text == "410"
    assert reader.number(image, pattern=r"9\d\d").text[:1] == "9"
    assert reader.number(image, range=(800, 899)).text[:1] == "8"
    assert reader.number(image, choices=["418"]).text == "418"
    assert int(reader.number(image, checksum="mod97").text) % 97 == 1
    assert int(reader.number(image, checksum=lambda text: int(text) % 7 == 0).text) % 7 == 0
    nothing = reader.number(image, length=(20, 30))
    assert (nothing.text, nothing.reason) == ("", "nothing satisfies the constraint")


def test_the_least_confidence_decides_what_is_accepted(pictures: dict[str, np.ndarray]) -> None:
    sure, strict = inkread.load(min_confidence=0.0), inkread.load(min_confidence=1.0)
    assert sure.number(pictures["27"]).accepted
    number = strict.number(pictures["27"])
    assert not number.accepted
    assert number.reason is not None
    assert number.reason.startswith("unsure (")


@pytest.mark.parametrize(
    "options", [{"length": 0}, {"pattern": "("}, {"range": (5, 1)}, {"checksum": "sum"}, {"choices": []}]
)
def test_what_makes_no_sense_is_refused(
    reader: inkread.Reader, pictures: dict[str, np.ndarray], options: dict[str, object]
) -> None:
    with pytest.raises(ConfigError):
        reader.number(pictures["27"], **options)  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        reader.stream_numbers([], **options)  # type: ignore[typeddict-item]


def test_one_broken_picture_is_named(reader: inkread.Reader, pictures: dict[str, np.ndarray], tmp_path: Path) -> None:
    images = [pictures["27"], tmp_path / "missing.png", pictures["410"]]
    results = list(reader.stream_numbers(images))
    assert [type(result) for result in results] == [inkread.Number, ImageError, inkread.Number]
    with pytest.raises(ImageError, match=r"^picture 2: .*missing\.png"):
        reader.numbers(images)
    with pytest.raises(ImageError, match=r"use number\(\)"):
        reader.numbers(pictures["27"])


def test_a_model_that_reads_no_single_digits_is_refused(tmp_path: Path) -> None:
    weights = random_weights()
    write_model(linear_graph(weights), card(labels=tuple("abcdefghij")), tmp_path / "letters.onnx")
    with pytest.raises(ModelFileError, match="single digits"):
        inkread.load(tmp_path / "letters.onnx").page(np.zeros((28, 28), np.uint8))
