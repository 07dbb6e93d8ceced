"""The recipe `sprint` keeps what its name promises, and its model file reads as the network did."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from inkread.data import Dataset
from inkread.networks.sprint import PixelBlocks
from inkread.runtime import OnnxClassifier
from inkread.training.config import TrainConfig
from inkread.training.device import settle
from inkread.training.events import Event, RunDone
from inkread.training.loop import TrainingInterrupted
from inkread.training.recipes import get_recipe
from inkread.training.run import train


@pytest.mark.slow
def test_one_look_at_part_of_the_pictures_is_enough(mnist_test: Dataset, tmp_path: Path) -> None:
    events: list[Event] = []
    model = train(get_recipe("sprint"), run_dir=tmp_path / "run", listeners=[events.append])
    done = events[-1]
    assert isinstance(done, RunDone)
    assert done.test_correct is not None
    assert done.test_correct > 9870
    classifier = OnnxClassifier.open(model)
    correct = int((classifier.logits(mnist_test.images).argmax(axis=1) == mnist_test.labels).sum())
    assert abs(correct - done.test_correct) <= 1


@pytest.mark.parametrize(("height", "width"), [(28, 28), (17, 24), (21, 19)])
def test_a_3x3_convolution_of_pixel_blocks_is_a_6x6_convolution_in_steps_of_two(height: int, width: int) -> None:
    torch.manual_seed(0)
    x_nchw, blocks_oikk = torch.rand(2, 3, height, width), torch.rand(5, 12, 3, 3)
    found = torch.nn.functional.conv2d(PixelBlocks()(x_nchw), blocks_oikk)
    whole_oikk = torch.nn.functional.pixel_shuffle(blocks_oikk, 2)
    expected = torch.nn.functional.conv2d(x_nchw[:, :, 2:-2, 2:-2], whole_oikk, stride=2)
    torch.testing.assert_close(found, expected)


def test_a_run_names_the_precision_that_auto_took_and_is_resumed_with_it(tmp_path: Path) -> None:
    config = TrainConfig(recipe="mlp-64x3", network="mlp-64x3", limit=200, validation=50, epochs=2, precision="auto")
    assert settle(config).precision in ("float32", "bfloat16")

    def stop(event: Event) -> None:
        raise TrainingInterrupted

    with pytest.raises(TrainingInterrupted):
        train(config.with_options({"precision": "float32"}), run_dir=tmp_path, listeners=[stop])
    model = train(config, run_dir=tmp_path, resume=True)
    assert OnnxClassifier.open(model).card.config["precision"] == "float32"
