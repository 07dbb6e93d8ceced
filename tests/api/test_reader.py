from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import inkread
from inkread.data import Dataset
from inkread.errors import ConfigError, ImageError, ModelFileError
from inkread.modelfile import write_model
from tests.modelfile.graphs import card, edge_weights, linear_graph, random_weights


@pytest.fixture(scope="module")
def reader() -> inkread.Reader:
    return inkread.load()


@pytest.fixture(scope="module")
def pictures(mnist_test: Dataset) -> list[np.ndarray]:
    return list(mnist_test.images[:600, 0])


def test_a_digit_is_read_the_same_from_every_kind_of_source(
    reader: inkread.Reader, pictures: list[np.ndarray], tmp_path: Path
) -> None:
    pixels = pictures[0]
    image = Image.fromarray(pixels)
    path, buffer = tmp_path / "seven.png", BytesIO()
    image.save(path)
    image.save(buffer, "PNG")
    sources = [path, str(path), buffer.getvalue(), image, pixels, np.stack([pixels] * 3, axis=2)]
    digits = [reader.digit(source) for source in sources]
    assert {digit.label for digit in digits} == {"7"}
    for digit in digits:
        assert digit.accepted
        assert digit.reason is None
        assert digit.box is not None
        assert digit.probabilities.dtype == np.float32
        assert digit.confidence == pytest.approx(digit.probabilities.max())
        np.testing.assert_allclose(digit.probabilities, digits[0].probabilities, atol=1e-5)


def test_the_labels_are_right_nearly_always(reader: inkread.Reader, mnist_test: Dataset) -> None:
    read = [digit.label for digit in reader.digits(mnist_test.images[:1000, 0])]
    correct = sum(label == str(truth) for label, truth in zip(read, mnist_test.labels[:1000], strict=True))
    assert correct >= 970


def test_many_pictures_keep_their_order_and_agree_with_single_ones(
    reader: inkread.Reader, pictures: list[np.ndarray]
) -> None:
    digits = reader.digits(pictures)
    assert len(digits) == len(pictures)
    for index in range(0, len(pictures), 29):
        alone = reader.digit(pictures[index])
        assert alone.label == digits[index].label
        assert alone.box == digits[index].box
        np.testing.assert_allclose(alone.probabilities, digits[index].probabilities, atol=1e-5)


def test_a_generator_is_drawn_little_by_little(reader: inkread.Reader, pictures: list[np.ndarray]) -> None:
    drawn = 0

    def source() -> Iterator[np.ndarray]:
        nonlocal drawn
        while True:
            drawn += 1
            yield pictures[drawn % len(pictures)]

    stream = reader.stream(source())
    for _ in range(300):
        next(stream)
    assert drawn < 700


def test_nothing_gives_nothing(reader: inkread.Reader) -> None:
    assert reader.digits([]) == []


@pytest.mark.parametrize("shade", [0, 90, 255])
def test_a_blank_picture_is_not_accepted(reader: inkread.Reader, shade: int) -> None:
    digit = reader.digit(np.full((40, 60), shade, np.uint8))
    assert (digit.label, digit.confidence, digit.accepted, digit.reason, digit.box) == ("", 0.0, False, "no ink", None)
    assert not digit.probabilities.any()
    assert digit.probabilities.shape == (10,)


def test_the_threshold_decides_what_is_accepted(pictures: list[np.ndarray]) -> None:
    strict, mild = inkread.load(min_confidence=1.0), inkread.load(min_confidence=0.0)
    for picture in pictures[:50]:
        refused, taken = strict.digit(picture), mild.digit(picture)
        assert taken.accepted
        assert refused.label == taken.label
        if refused.confidence < 1:
            assert not refused.accepted
            assert refused.reason is not None
            assert refused.reason.startswith("unsure (")
            low, high = refused.reason[len("unsure (") : -1].split(" < ")
            assert float(low) < float(high)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        inkread.load(min_confidence=value)


def test_the_cards_threshold_and_labels_are_used(tmp_path: Path, pictures: list[np.ndarray]) -> None:
    path = tmp_path / "model.onnx"
    labels = tuple("abcdefghij")
    write_model(linear_graph(random_weights()), card(labels=labels, threshold=1.0), path)
    reader = inkread.load(path)
    assert reader.labels == labels
    assert reader.card.name == "test"
    digit = reader.digit(pictures[3])
    assert digit.label in labels
    assert not digit.accepted


def test_one_bad_picture_is_named_and_in_a_stream_the_others_are_read(
    reader: inkread.Reader, pictures: list[np.ndarray], tmp_path: Path
) -> None:
    sources = [pictures[0], tmp_path / "missing.png", pictures[1], np.zeros((3, 3, 9), np.uint8)]
    with pytest.raises(ImageError, match=r"picture 2: .*missing\.png"):
        reader.digits(sources)
    results = list(reader.stream(sources))
    assert [isinstance(result, ImageError) for result in results] == [False, True, False, True]
    assert [result.label for result in results if not isinstance(result, ImageError)] == ["7", "2"]


def test_a_single_picture_given_as_many_is_refused(reader: inkread.Reader, tmp_path: Path) -> None:
    for source in ("photo.png", b"bytes", tmp_path / "photo.png"):
        with pytest.raises(ImageError, match=r"digit\(\)"):
            reader.digits(source)


@pytest.mark.parametrize(
    "source", [Image.new("L", (9, 9)), None, 5, np.zeros((28, 28), np.uint8), np.zeros((28, 28, 3), np.uint8)]
)
def test_what_holds_no_pictures_is_refused_in_the_same_words(reader: inkread.Reader, source: Any) -> None:
    with pytest.raises(ImageError, match=r"^several pictures are expected here.*digit\(\)"):
        reader.digits(source)


def test_arguments_of_another_kind_are_named() -> None:
    model: Any = 5
    with pytest.raises(ModelFileError, match="not int"):
        inkread.load(model)
    least: Any = "0.9"
    with pytest.raises(ConfigError, match=r"'0\.9'"):
        inkread.load(min_confidence=least)
    assert inkread.load(min_confidence=np.float32(0.5)).min_confidence == 0.5


def test_what_is_none_of_the_labels_is_refused_as_no_digit(tmp_path: Path) -> None:
    write_model(linear_graph(edge_weights()), card(reject_class=True, normalization="resize"), tmp_path / "m.onnx")
    reader = inkread.load(tmp_path / "m.onnx", min_confidence=0.9)
    middle, edge = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.uint8)
    middle[8:20, 8:20] = edge[:, :3] = 255
    digit = reader.digit(middle)
    assert (digit.label, digit.accepted, digit.reason) == ("3", True, None)
    digit = reader.digit(edge)
    assert (digit.accepted, digit.reason) == (False, "no digit")
    assert digit.label in reader.labels
    assert digit.probabilities.shape == (10,)
    assert digit.probabilities.sum() < 0.5
    assert digit.box is not None
    assert inkread.load(tmp_path / "m.onnx", min_confidence=0).digit(edge).accepted
    faint = reader.digit(middle // 100)
    assert faint.probabilities.sum() > 0.5
    assert faint.reason is not None
    assert faint.reason.startswith("unsure (")


@pytest.mark.parametrize("shape", [(1, 20, 24), (3, 20, 24), (1, 28, 28)])
def test_a_model_of_whole_pictures_gets_them_scaled(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    channels, height, width = shape
    path = tmp_path / "model.onnx"
    # Logits are the mean brightness of each channel and of the upper half, so that the reading tells what came in.
    masks = np.zeros((4, *shape))
    for channel in range(channels):
        masks[channel, channel] = 1 / (height * width)
    masks[3, :, : height // 2] = 1 / (channels * height * width)
    write_model(
        linear_graph(masks.reshape(4, -1).T * 20, shape),
        card(labels=("r", "g", "b", "up"), input_shape=shape, normalization="resize"),
        path,
    )
    reader = inkread.load(path)
    picture = np.zeros((60, 90, 3), np.uint8)
    picture[:30] = (250, 10, 20)
    digit = reader.digit(picture)
    seen = np.log(digit.probabilities / digit.probabilities[3])
    if channels == 3:
        halves = np.array([250, 10, 20]) / 2 / 255
        expected = 20 * (halves - halves.mean())
        np.testing.assert_allclose(seen[:3], expected, atol=0.3)
    assert digit.box == (0, 0, 90, 60)
    assert reader.digit(np.full((60, 90), 7, np.uint8)).reason == "no ink"
    grey = reader.digit(np.repeat(np.arange(60, dtype=np.uint8)[:, None], 90, axis=1))
    assert grey.label in reader.labels


@pytest.mark.parametrize(
    ("shape", "normalization", "words"),
    [((1, 20, 20), "mnist", "'resize'"), ((2, 28, 28), "resize", "2 channels")],
)
def test_a_model_that_pictures_cannot_feed_is_refused(
    tmp_path: Path, shape: tuple[int, int, int], normalization: str, words: str
) -> None:
    path = tmp_path / "model.onnx"
    graph = linear_graph(random_weights(inputs=int(np.prod(shape))), shape)
    write_model(graph, card(input_shape=shape, normalization=normalization), path)
    with pytest.raises(ModelFileError, match=words):
        inkread.load(path)


def test_threads_may_share_a_reader(reader: inkread.Reader, pictures: list[np.ndarray]) -> None:
    expected = [digit.label for digit in reader.digits(pictures[:200])]
    found: list[list[str]] = []

    def work() -> None:
        found.append([reader.digit(picture).label for picture in pictures[:200]])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4
