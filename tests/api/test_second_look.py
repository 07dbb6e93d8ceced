"""A picture of the network's own size may be read as it is, where its normalisation goes astray."""

import numpy as np

import inkread
from inkread.data.corruptions import corrupt
from inkread.imaging import normalize


def test_stripes_across_a_small_picture_do_not_hide_the_digit(mnist_test):
    pictures, labels = corrupt(mnist_test.images[:100, 0], "stripe"), mnist_test.labels[:100]
    right = [d.label == str(label) for d, label in zip(inkread.load().digits(pictures), labels, strict=True)]
    assert np.mean(right) > 0.85


def test_the_same_stripes_on_a_large_picture_are_normalised_like_any_other(mnist_test):
    picture = np.kron(corrupt(mnist_test.images[:1, 0], "stripe")[0], np.ones((2, 2), np.uint8))
    reader = inkread.load()
    expected = reader.classifier.probabilities(normalize(picture).image[np.newaxis, np.newaxis])[0]
    assert np.array_equal(reader.digit(picture).probabilities, expected)


def test_a_clear_digit_is_read_as_its_normalised_picture(mnist_test):
    reader = inkread.load()
    for picture in mnist_test.images[:20, 0]:
        enlarged = np.pad(picture, 40)
        assert np.allclose(reader.digit(picture).probabilities, reader.digit(enlarged).probabilities, atol=1e-6)
