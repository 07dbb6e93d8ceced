"""A picture of the network's own size may be read as it is, where its normalisation goes astray."""

import numpy as np

import inkread
from inkread.data.corruptions import corrupt
from inkread.imaging import normalize
from inkread.imaging.looks import other_looks


def test_stripes_across_a_small_picture_do_not_hide_the_digit(mnist_test):
    pictures, labels = corrupt(mnist_test.images[:100, 0], "stripe"), mnist_test.labels[:100]
    right = [d.label == str(label) for d, label in zip(inkread.load().digits(pictures), labels, strict=True)]
    assert np.mean(right) > 0.85


def test_what_stays_in_doubt_is_looked_at_turned_slanted_and_stretched(mnist_test):
    picture = np.kron(corrupt(mnist_test.images[:1, 0], "stripe")[0], np.ones((2, 2), np.uint8))
    reader = inkread.load()
    digit = normalize(picture).image
    looks = np.concatenate([digit[np.newaxis], other_looks(digit)])[:, np.newaxis]
    answers = reader.classifier.probabilities(looks)
    assert answers[0].max() < 0.97
    assert np.allclose(reader.digit(picture).probabilities, answers.mean(axis=0), atol=1e-6)


def test_a_blank_stays_blank():
    assert inkread.load().digit(np.full((60, 60), 255, np.uint8)).reason == "no ink"


def test_a_clear_digit_is_read_as_its_normalised_picture(mnist_test):
    reader = inkread.load()
    for picture in mnist_test.images[:20, 0]:
        enlarged = np.pad(picture, 40)
        assert np.allclose(reader.digit(picture).probabilities, reader.digit(enlarged).probabilities, atol=1e-6)


def test_looks_turn_slant_and_stretch_about_the_middle():
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 12:16] = 255
    looks = other_looks(bar)
    assert looks.shape == (6, 28, 28)
    turned, back, slanted, leaning, _narrow, _wide = looks.astype(int)
    assert np.abs(turned[:, ::-1] - back).max() <= 1
    assert np.abs(slanted[:, ::-1] - leaning).max() <= 1
    masses = looks.reshape(6, -1).sum(axis=1) / bar.sum()
    assert np.allclose(masses[:4], 1, atol=0.03)
    assert np.allclose(masses[4:], (0.85, 1.15), atol=0.03)
