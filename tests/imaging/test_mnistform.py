"""Whether pictures have MNIST's form is told of one and of many alike."""

from __future__ import annotations

import numpy as np

from inkread.data import Dataset
from inkread.imaging import normalize
from inkread.imaging.mnistform import find_normal_forms, normal_form
from inkread.imaging.normalization import ink_box


def test_many_at_once_are_told_as_one_by_one(mnist_test: Dataset) -> None:
    digits = mnist_test.images[:1500, 0]
    shifted, pale = np.roll(digits[:200], 1, axis=1), digits[:200] // 2
    flat = np.stack([np.full((28, 28), shade, np.uint8) for shade in (0, 90, 255)])
    pictures = np.concatenate([digits, 255 - digits[:200], shifted, pale, flat])
    forms = find_normal_forms(pictures)
    singly = [normal_form(picture) for picture in pictures]
    assert forms.found.tolist() == [one is not None for one in singly]
    assert forms.found[:1500].mean() > 0.98
    assert not forms.found[1700:].any()
    for place, one in enumerate(singly):
        if one is not None:
            np.testing.assert_array_equal(forms.images[place], one)
            assert forms.box(place) == ink_box(one)


def test_what_has_the_form_is_left_alone(mnist_test: Dataset) -> None:
    digits = mnist_test.images[:50, 0]
    forms = find_normal_forms(digits)
    for place in np.flatnonzero(forms.found):
        normal = normalize(255 - digits[place])
        np.testing.assert_array_equal(normal.image, digits[place])
        assert normal.box == forms.box(int(place))


def test_no_pictures_give_no_answers() -> None:
    assert find_normal_forms(np.zeros((0, 28, 28), np.uint8)).found.shape == (0,)
