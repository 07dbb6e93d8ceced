from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import inkread
from inkread.data import Dataset
from inkread.errors import ImageError, ModelFileError
from inkread.explain import Explanation, explain, open_network, write_explanation
from inkread.explain.drawing import tiles
from inkread.modelfile import shipped_model, write_model
from tests.modelfile.graphs import card, linear_graph, random_weights

PHOTO = Path(__file__).parents[2] / "examples" / "digits" / "3-phone-photo.jpg"


@pytest.fixture(scope="module")
def three() -> Explanation:
    return explain(None, PHOTO)


def picture(url: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def test_a_photo_is_explained_from_its_pixels_to_its_neighbours(three: Explanation) -> None:
    assert three.digit.label == "3"
    assert three.classes[-1] == "no digit"
    assert [step.name for step in three.steps] == ["picture", "grey", "ink", "digit", "20 px", "28x28"]
    np.testing.assert_array_equal(three.steps[-1].picture, three.image[0])
    assert three.votes[0].label == three.saliency.for_label == "3"
    assert {near.label for near in three.neighbours} == {"3"}


def test_the_json_holds_small_pictures(three: Explanation) -> None:
    text = json.dumps(three.to_dict())
    assert len(text) < 120_000
    found = json.loads(text)
    assert found["digit"] == json.loads(json.dumps(three.digit.to_dict()))
    assert picture(found["input"]["image"]).size == (28, 28)
    assert picture(found["saliency"]["image"]).size == (28, 28)
    assert max(picture(found["steps"][0]["image"]).size) <= 320
    for layer in found["layers"]:
        check_tiles(layer["sprite"], layer["shape"][0])
        if layer["filters"]:
            assert layer["filters"]["count"] == len(layer["filters"]["units"])
            check_tiles(layer["filters"], layer["filters"]["count"])
    assert found["layers"][-1]["values"][3] == max(found["layers"][-1]["values"])


def check_tiles(sprite: dict[str, Any], count: int) -> None:
    height, width = sprite["tile"]
    rows = -(-sprite["count"] // sprite["columns"])
    assert sprite["count"] == count
    assert picture(sprite["image"]).size == (width * sprite["columns"], height * rows)


def test_tiles_are_dark_at_nothing_warm_above_and_cold_below() -> None:
    values = np.array([[[0.0, 2.0], [-2.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]], np.float32)
    sprite = tiles(values, columns=2)
    colours = np.asarray(Image.open(io.BytesIO(sprite.png())).convert("RGB")).astype(int)
    assert colours.shape == (2, 4, 3)
    assert colours[0, 0].tolist() == colours[1, 3].tolist() == [17, 22, 29]
    assert colours[0, 1].sum() > colours[1, 1].sum()
    assert colours[1, 1, 0] > colours[1, 1, 2]
    assert colours[1, 0, 2] > colours[1, 0, 0]
    gapped = np.asarray(Image.open(io.BytesIO(sprite.png(enlarged=3, gap=2))).convert("RGB"))
    assert gapped.shape == (6, 14, 3)
    assert gapped[0, 7].tolist() == [17, 22, 29]


def test_what_is_explained_is_the_look_that_was_read(mnist_test: Dataset) -> None:
    striped = mnist_test.images[0, 0].copy()
    striped[:, 3] = 255  # normalisation makes the digit small and moves it; read as it is, it is a 7
    found = explain(inkread.load(), striped)
    probabilities = inkread.load().classifier.probabilities(found.image[np.newaxis])[0]
    np.testing.assert_allclose(probabilities, found.digit.probabilities, atol=1e-6)


def test_a_blank_picture_is_no_error() -> None:
    found = explain(None, np.full((40, 40), 200, np.uint8))
    assert found.digit.reason == "no ink"
    assert not found.image.any()
    assert not found.saliency.map.any()
    json.dumps(found.to_dict())


def test_a_model_of_coloured_pictures_is_explained_without_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "colours.onnx"
    labels = ("<script>alert(1)</script>", "b", "c")
    weights = random_weights(inputs=3 * 12 * 10, classes=3)
    colours = card(name="colours", labels=labels, input_shape=(3, 12, 10), normalization="resize")
    write_model(linear_graph(weights, (3, 12, 10)), colours, path)
    found = explain(path, np.random.default_rng(0).integers(0, 255, (30, 40, 3), dtype=np.uint8))
    assert found.image.shape == (3, 12, 10)
    assert found.saliency.map.shape == (12, 10)
    assert found.neighbours == ()
    assert found.to_dict()["neighbours"]["sprite"] is None
    text = write_explanation(found, tmp_path / "out").read_text()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_a_reader_is_opened_once() -> None:
    reader = inkread.load()
    assert open_network(reader) is open_network(reader)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="missing"):
        explain(None, tmp_path / "missing.png")
    with pytest.raises(ModelFileError, match="no model file"):
        explain(tmp_path / "missing.onnx", PHOTO)
    with pytest.raises(ModelFileError, match="reads numbers as a whole"):
        explain(shipped_model("numbers.onnx"), PHOTO)


def test_the_folder_holds_a_page_and_pictures(three: Explanation, tmp_path: Path) -> None:
    page = write_explanation(three, tmp_path / "new" / "out")
    assert page == tmp_path / "new" / "out" / "index.html"
    text = page.read_text()
    assert len(text) < 250_000
    assert "http://" not in text
    assert "https://" not in text
    names = {path.name for path in page.parent.iterdir()}
    assert {"input.png", "saliency.png", "neighbours.png", "step-6-28x28.png"} <= names
    assert {"layer-01-convolution-1.png", "layer-01-convolution-1-filters.png", "layer-14-output.png"} <= names
    for path in page.parent.glob("*.png"):
        with Image.open(path) as image:
            image.load()
    with Image.open(page.parent / "input.png") as image:
        np.testing.assert_array_equal(np.asarray(image), three.image[0])
