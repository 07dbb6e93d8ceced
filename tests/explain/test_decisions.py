"""What decided: votes of the last layer, ink, neighbours; and several models side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inkread
from inkread.data import Dataset
from inkread.errors import ConfigError
from inkread.explain import Network, compare, neighbours, saliency, votes
from inkread.explain.nearest import reference_digits
from inkread.modelfile import write_model
from tests.explain.conftest import Maker
from tests.explain.models import ALL
from tests.modelfile.graphs import card, edge_weights, linear_graph


def seven() -> np.ndarray:
    """A stem with a bar; without the bar it is a 1."""
    image = np.zeros((28, 28), np.uint8)
    image[4:7, 7:18] = 255  # the bar
    image[4:24, 16:19] = 255  # the stem
    return image


def test_the_made_seven_is_a_one_without_its_bar(shipped: Network) -> None:
    image = seven()
    stem = image.copy()
    stem[:, :16] = 0
    both = shipped.classifier.probabilities(np.stack([image, stem])[:, np.newaxis])
    assert [shipped.classes[k] for k in both.argmax(axis=1)] == ["7", "1"]


def test_the_bar_of_a_seven_is_what_makes_it_no_one(shipped: Network) -> None:
    found = saliency(shipped, seven(), "7", "1")
    assert (found.for_label, found.against) == ("7", "1")
    assert found.map.dtype == np.float32
    assert found.map.shape == (28, 28)
    assert np.abs(found.map).max() == pytest.approx(1)
    bar, stem = found.map[4:7, 7:15], found.map[10:24, 16:19]
    assert bar.min() > 0
    assert bar.mean() > 3 * abs(stem.mean())
    assert not found.map[seven() == 0].any()
    assert found.margin > 0


def test_the_two_classes_may_change_places(shipped: Network) -> None:
    one_way, other_way = saliency(shipped, seven(), "7", "1"), saliency(shipped, seven(), "1", "7")
    np.testing.assert_allclose(one_way.map, -other_way.map, atol=1e-6)
    assert one_way.margin == pytest.approx(-other_way.margin, abs=1e-4)


def test_the_classes_are_the_likeliest_unless_given(shipped: Network) -> None:
    found = saliency(shipped, seven())
    assert found.for_label == "7"
    assert found.against not in ("7", "no digit")
    assert saliency(shipped, seven(), against="7").for_label == found.against
    assert saliency(shipped, seven(), "no digit").for_label == "no digit"


def test_a_blank_picture_has_no_ink_to_speak(shipped: Network) -> None:
    found = saliency(shipped, np.zeros((28, 28), np.uint8))
    assert not found.map.any()
    assert found.scale == 0


@pytest.mark.parametrize(("pair", "complaint"), [(("7", "7"), "itself"), (("x", None), "no class 'x'")])
def test_classes_that_make_no_sense_are_refused(shipped: Network, pair: tuple[str, str | None], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        saliency(shipped, seven(), *pair)


@pytest.mark.parametrize("name", ALL)
def test_votes_add_up_to_the_logits(name: str, network: Maker) -> None:
    check_votes(network(name)[0])


def test_votes_of_the_shipped_model_add_up_to_its_logits(shipped: Network) -> None:
    check_votes(shipped)


def check_votes(network: Network) -> None:
    logits = network.logits(seven()[np.newaxis, np.newaxis])[0]
    maps = network.layer_maps(seven())
    found = votes(network, seven())
    assert [vote.label for vote in found] == [network.classes[k] for k in np.argsort(-logits)[:3]]
    for vote in found:
        assert vote.logit == pytest.approx(logits[network.classes.index(vote.label)], abs=1e-3)
        strengths = [abs(c.vote) for c in vote.contributions]
        assert vote.logit == pytest.approx(vote.bias + vote.rest + sum(c.vote for c in vote.contributions), abs=1e-3)
        assert strengths == sorted(strengths, reverse=True)
        for c in vote.contributions:
            assert c.vote == pytest.approx(c.value * c.weight)
            assert c.layer is not None
            assert maps[c.layer].maps[c.place] == pytest.approx(c.value, abs=1e-3)


def test_neighbours_of_clean_digits_are_of_their_class(shipped: Network, mnist_test: Dataset) -> None:
    right = total = 0
    for image, label in zip(mnist_test.images[:100], mnist_test.labels[:100], strict=True):
        found = neighbours(shipped, image)
        similarities = [near.similarity for near in found]
        assert similarities == sorted(similarities, reverse=True)
        assert similarities[0] <= 1.0001
        right += sum(near.label == str(label) for near in found)
        total += len(found)
    assert total == 800
    assert right >= 0.95 * total


def test_a_training_digit_is_its_own_neighbour(shipped: Network, mnist_train: Dataset) -> None:
    images, labels = reference_digits()
    assert [labels.count(str(digit)) for digit in range(10)] == [100] * 10
    found = neighbours(shipped, images[314], count=1)[0]
    assert found.label == labels[314]
    assert found.similarity == pytest.approx(1, abs=1e-4)
    np.testing.assert_array_equal(found.image, images[314, 0])
    first = mnist_train.images[mnist_train.labels == 3][14]
    np.testing.assert_array_equal(images[314], first)


def test_models_side_by_side_each_say_what_they_read(tmp_path: Path, mnist_test: Dataset) -> None:
    edge = tmp_path / "edge.onnx"
    write_model(linear_graph(edge_weights()), card(name="edge", reject_class=True), edge)
    readers = [inkread.load(), inkread.load(edge)]
    first, second = compare(readers, mnist_test.images[0, 0])
    assert (first.digit.label, second.digit.label) == ("7", "3")
    np.testing.assert_array_equal(second.digit.probabilities, readers[1].digit(mnist_test.images[0, 0]).probabilities)
    assert second.to_dict()["model"] == "edge"
    assert second.to_dict()["labels"] == list("0123456789")
