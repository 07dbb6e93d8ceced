"""The same digit, however it comes, gives the same 28x28; a blank picture gives none."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkread.data import Dataset
from inkread.imaging import Normalized, normalize
from inkread.types import Box, UInt8Array
from tests.imaging.drawing import STROKES, draw

CORNERS = ["middle", "top left", "top right", "bottom left", "bottom right"]


def difference(one: UInt8Array, other: UInt8Array) -> float:
    """Mean absolute difference, 0 to 255, at the best of the shifts by at most one pixel."""
    shifted = (np.roll(other, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
    return min(float(np.abs(one.astype(int) - candidate).mean()) for candidate in shifted)


def is_normal(result: Normalized) -> bool:
    """Whether the longer side is about 20 px and the centre of mass in the middle."""
    moments = cv2.moments(result.image)
    centre = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    _, _, width, height = cv2.boundingRect(result.image)
    return 19 <= max(width, height) <= 21 and all(abs(value - 14) <= 0.51 for value in centre)


def jpeg(picture: UInt8Array, quality: int) -> UInt8Array:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, [1, quality])[1], cv2.IMREAD_UNCHANGED), np.uint8)


def to_uint8(values: np.ndarray) -> UInt8Array:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def in_corner(digit: UInt8Array, index: int) -> UInt8Array:
    canvas = np.zeros((280, 280), dtype=np.uint8)
    side = digit.shape[0]
    y, x = (0 if index & 1 else 280 - side), (0 if index & 2 else 280 - side)
    canvas[y : y + side, x : x + side] = digit
    return canvas


# -- MNIST as the yardstick ------------------------------------------------------------------------------------------


def sample(mnist_test: Dataset, count: int = 300) -> list[UInt8Array]:
    return list(mnist_test.images[:count, 0])


def test_mnist_stays_as_it_is(mnist_test: Dataset) -> None:
    digits = sample(mnist_test, 1000)
    for guise in (lambda digit: digit, lambda digit: 255 - digit):
        same = [np.array_equal(normalize(guise(digit)).image, digit) for digit in digits]
        assert np.mean(same) >= 0.995


@pytest.mark.parametrize(
    ("guise", "most"),
    [
        (lambda digit, _: cv2.resize(digit, (196, 196), interpolation=cv2.INTER_NEAREST), 1.0),
        (lambda digit, _: 255 - cv2.resize(digit, (196, 196), interpolation=cv2.INTER_CUBIC), 10.0),
        (lambda digit, index: in_corner(digit, index), 0.5),
        (lambda digit, index: 255 - in_corner(digit, index), 0.5),
        (lambda digit, index: 255 - in_corner(cv2.resize(digit, (140, 140)), index), 10.0),
        (lambda digit, _: jpeg(digit, 50), 5.0),
        (lambda digit, _: jpeg(255 - digit, 50), 5.0),
        (lambda digit, _: to_uint8(100 + digit * 0.25), 3.0),
        (lambda digit, _: to_uint8((255.0 - digit) * np.linspace(0.4, 1, 28)), 5.0),
        (lambda digit, index: to_uint8(digit + np.random.default_rng(index).normal(0, 15, (28, 28))), 8.0),
    ],
    ids=[
        "x7",
        "x7 cubic inverted",
        "corner",
        "corner inverted",
        "corner x5",
        "jpeg",
        "jpeg inverted",
        "fog",
        "shadow",
        "noise",
    ],
)
def test_mnist_comes_back(mnist_test: Dataset, guise: Callable[[UInt8Array, int], UInt8Array], most: float) -> None:
    digits = sample(mnist_test)
    results = [normalize(guise(digit, index)) for index, digit in enumerate(digits)]
    assert np.mean([result.has_ink for result in results]) >= 0.997
    distances = [difference(result.image, digit) for result, digit in zip(results, digits, strict=True)]
    assert np.mean(distances) < most
    assert np.quantile(distances, 0.99) < 4 * most + 6


def test_normalising_twice_changes_nothing(mnist_test: Dataset) -> None:
    for digit in sample(mnist_test, 100):
        once = normalize(cv2.resize(digit, (100, 100))).image
        assert difference(normalize(once).image, once) < 1


# -- drawn digits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("name", STROKES)
def test_pen_width_and_place_hardly_matter(name: str, corner: str) -> None:
    usual = normalize(draw(name, stroke=20))
    assert is_normal(usual)
    for stroke in (1.5, 4, 40):
        picture = draw(name, stroke=stroke, corner=corner)
        for guise in (picture, 255 - picture):
            result = normalize(guise)
            assert is_normal(result), (stroke, corner)
            assert difference(result.image, usual.image) < 30


@pytest.mark.parametrize("name", STROKES)
def test_thin_strokes_get_a_width_that_mnist_knows(name: str) -> None:
    image = normalize(draw(name, stroke=1.5, height=240)).image
    assert image.max() > 200
    assert (image > 127).sum() > 20


@pytest.mark.parametrize("noise", [4, 16])
@pytest.mark.parametrize(("stroke", "height"), [(14, 180), (40, 240)])
@pytest.mark.parametrize("name", STROKES)
def test_noise_does_not_widen_strokes(name: str, stroke: int, height: int, noise: float) -> None:
    picture = draw(name, stroke=stroke, height=height)
    noisy = 220 - 0.75 * picture + np.random.default_rng(0).normal(0, noise, picture.shape)
    mass = float(normalize(to_uint8(noisy)).image.sum())
    assert mass == pytest.approx(float(normalize(picture).image.sum()), rel=0.12)


@pytest.mark.parametrize("height", [6, 8, 12, 24])
def test_small_digits(height: int) -> None:
    picture = draw("7 crossed", height=height * 10, stroke=12 * height / 8, side=height * 11)
    small = cv2.resize(picture, (height, height), interpolation=cv2.INTER_AREA)
    for guise in (small, 255 - small):
        assert difference(normalize(guise).image, normalize(picture).image) < 30


def test_box_is_tight_in_pixels_of_the_picture() -> None:
    canvas = np.full((300, 500), 255, dtype=np.uint8)
    canvas[100:160, 400:420] = 0
    assert normalize(canvas).box == Box(400, 100, 420, 160)


def test_box_in_a_large_photo() -> None:
    photo = np.full((3000, 4000), 200, dtype=np.uint8)
    photo[2000:2090, 700:740] = 30
    photo = to_uint8(photo + np.random.default_rng(0).normal(0, 4, photo.shape))
    box = normalize(photo).box
    assert box is not None
    assert np.abs(np.subtract(box, (700, 2000, 740, 2090))).max() <= 3


def test_small_digit_in_a_large_picture_is_read_at_full_resolution(mnist_test: Dataset) -> None:
    sheet = np.full((1600, 2400), 255, dtype=np.uint8)
    sheet[900:928, 1500:1528] -= mnist_test.images[7, 0]
    assert difference(normalize(sheet).image, mnist_test.images[7, 0]) < 1


# -- what is no part of the digit ------------------------------------------------------------------------------------


@pytest.fixture
def page() -> UInt8Array:
    """Dark on light, 200x200, strokes 10 px wide, not touching the border."""
    return 255 - draw("4 open", height=110, stroke=10, side=200)


def close_to(picture: UInt8Array, plain: UInt8Array, most: float = 8) -> None:
    result = normalize(picture)
    assert result.has_ink
    assert difference(result.image, normalize(plain).image) < most


@pytest.mark.parametrize("slope", [0, 5, -4])
@pytest.mark.parametrize("grey", [0, 120, 200])
def test_ruling(page: UInt8Array, slope: int, grey: int) -> None:
    ruled = page.copy()
    for y in (20, 75, 130, 185):
        cv2.line(ruled, (0, y), (199, y + slope), grey, 2, cv2.LINE_AA)
    close_to(ruled, page)
    close_to(np.ascontiguousarray(ruled.T), np.ascontiguousarray(page.T))


def test_frame(page: UInt8Array) -> None:
    framed = page.copy()
    cv2.rectangle(framed, (10, 8), (188, 190), 40, 2)
    close_to(framed, page)


def test_neighbours_at_the_border(page: UInt8Array) -> None:
    crowded = page.copy()
    cv2.ellipse(crowded, (0, 100), (14, 50), 0, 0, 360, 0, 8)
    cv2.line(crowded, (150, 0), (170, 12), 0, 8)
    close_to(crowded, page)


def test_specks(page: UInt8Array) -> None:
    rng = np.random.default_rng(1)
    for x, y in rng.integers(0, 200, (15, 2)):
        cv2.circle(page, (int(x), int(y)), int(rng.integers(1, 3)), 0, -1)
    plain = 255 - draw("4 open", height=110, stroke=10, side=200)
    close_to(page, plain, 14)


def test_impulse_noise(page: UInt8Array) -> None:
    rng = np.random.default_rng(2).random(page.shape)
    close_to(np.where(rng < 0.03, 0, np.where(rng > 0.97, 255, page)).astype(np.uint8), page, 18)


def test_detached_bar_of_a_five_stays() -> None:
    picture = draw("5 with detached bar", stroke=8)
    ys, xs = np.nonzero(picture > 127)
    tight = picture[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    for guise in (picture, 255 - tight):
        box = normalize(guise).box
        assert box is not None
        assert (abs(box.width - tight.shape[1]), abs(box.height - tight.shape[0])) <= (4, 4)


@pytest.mark.parametrize("name", [name for name in STROKES if name != "1"])
@pytest.mark.parametrize("stroke", [6, 16, 36])
def test_tight_crops_keep_their_polarity(name: str, stroke: int) -> None:
    picture = draw(name, stroke=stroke)
    ys, xs = np.nonzero(picture > 127)
    tight = picture[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    for guise in (tight, 255 - tight):
        assert difference(normalize(guise).image, normalize(picture).image) < 12


# -- light, paper and colour -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("steepness", [2, 8, 40])
def test_shadows(page: UInt8Array, steepness: int) -> None:
    y, x = np.mgrid[0:1:200j, 0:1:200j]
    shadow = 1 - 0.55 / (1 + np.exp(-steepness * (x + 0.4 * y - 0.7)))
    noise = np.random.default_rng(0).normal(0, 3, page.shape)
    close_to(jpeg(to_uint8((60 + page * 0.65) * shadow + noise), 75), page, 10)


@pytest.mark.parametrize(("paper", "pen"), [(255, 225), (235, 190), (40, 80), (128, 160)])
def test_faint_strokes_become_full_ink(page: UInt8Array, paper: int, pen: int) -> None:
    faint = to_uint8(pen + (paper - pen) * (page / 255.0) + np.random.default_rng(0).normal(0, 1.5, page.shape))
    assert normalize(faint).image.max() > 230
    close_to(faint, page, 10)


@pytest.mark.parametrize(
    ("pen", "paper"),
    [((38, 60, 150), (250, 236, 140)), ((200, 40, 40), (60, 112, 60)), ((225, 230, 225), (38, 66, 52))],
    ids=["blue on yellow", "red on green of the same luminance", "chalk"],
)
def test_colours(page: UInt8Array, pen: tuple[int, int, int], paper: tuple[int, int, int]) -> None:
    share = (page / 255.0)[..., None]
    close_to(to_uint8(np.array(pen) * (1 - share) + np.array(paper) * share), page, 10)


def test_stripes_that_swap_ink_and_ground(mnist_test: Dataset) -> None:
    distances = []
    for digit in sample(mnist_test, 100):
        for swapped in (np.s_[:, 11:17], np.s_[8:15, :]):
            picture = digit.copy()
            picture[swapped] = 255 - picture[swapped]
            distances.append(difference(normalize(picture).image, digit))
    assert np.mean(np.less(distances, 5)) >= 0.95


# -- nothing to read -------------------------------------------------------------------------------------------------


def blanks() -> dict[str, UInt8Array]:
    rng = np.random.default_rng(5)
    slope = np.add.outer(np.linspace(0, 60, 200), np.linspace(60, 200, 240))
    return {
        "black": np.zeros((28, 28), dtype=np.uint8),
        "white": np.full((300, 200), 255, dtype=np.uint8),
        "one pixel": np.full((1, 1), 90, dtype=np.uint8),
        "grey colour": np.full((50, 60, 3), 77, dtype=np.uint8),
        "sensor noise": to_uint8(180 + rng.normal(0, 4, (200, 240))),
        "strong noise": to_uint8(128 + rng.normal(0, 50, (200, 240))),
        "compressed": jpeg(to_uint8(200 + rng.normal(0, 2, (200, 240))), 30),
        "slope": to_uint8(slope),
        "noisy slope": jpeg(to_uint8(slope + rng.normal(0, 3, slope.shape)), 60),
        "a few specks": np.where(rng.random((200, 240)) < 0.002, 0, 255).astype(np.uint8),
    }


@pytest.mark.parametrize("name", blanks())
def test_blank(name: str) -> None:
    result = normalize(blanks()[name], steps=True)
    assert (result.has_ink, result.box, int(result.image.max())) == (False, None, 0)
    assert result.image.shape == (28, 28)


# -- any picture -----------------------------------------------------------------------------------------------------


SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=70)


@settings(max_examples=300)
@given(picture=hnp.arrays(np.uint8, st.one_of(SHAPES, SHAPES.map(lambda shape: (*shape, 3)))))
def test_any_picture_gives_a_well_formed_result(picture: UInt8Array) -> None:
    before = picture.copy()
    result = normalize(picture, steps=True)
    again = normalize(np.asfortranarray(picture))
    assert np.array_equal(picture, before)
    assert result.image.shape == (28, 28)
    assert result.image.dtype == np.uint8
    assert np.array_equal(result.image, again.image)
    assert result.box == again.box
    assert result.has_ink == (result.box is not None) == bool(result.image.any())
    assert all(step.picture.dtype == np.uint8 for step in result.steps)
    if result.box is not None:
        height, width = picture.shape[:2]
        assert 0 <= result.box.x0 < result.box.x1 <= width
        assert 0 <= result.box.y0 < result.box.y1 <= height


@pytest.mark.parametrize("shape", [(1, 5000), (3000, 2), (7000, 9), (13, 900)])
def test_extreme_shapes(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    result = normalize(picture)
    assert result.has_ink == (result.box is not None)


def test_steps_tell_the_story(page: UInt8Array) -> None:
    result = normalize(page, steps=True)
    assert [step.name for step in result.steps] == ["picture", "grey", "ink", "digit", "20 px", "28x28"]
    assert np.array_equal(result.steps[-1].picture, result.image)
    assert max(result.steps[-2].picture.shape) == 20
    assert normalize(page).steps == ()
