from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkread.documents import count_pages, load_page
from inkread.errors import ImageError
from tests.documents.papers import blank_pdf, document, encrypted_pdf, grey, pdf_without_pages

SHADES = (250, 130, 20)
BROKEN = {
    "encrypted.pdf": (encrypted_pdf(), "is encrypted; save a copy without a password"),
    "empty.pdf": (pdf_without_pages(), "holds no pages"),
    "half.pdf": (document([grey(100)], "PDF")[:400], "is a broken PDF"),
    "head.pdf": (b"%PDF-1.7\n", "is a broken PDF"),
}


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_every_page_of_a_document_is_loaded_as_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "scan"  # what it is, its content tells
    path.write_bytes(document([grey(shade) for shade in SHADES], kind))
    assert count_pages(path) == 3
    for page, shade in enumerate(SHADES, start=1):
        pixels = load_page(path, page)
        assert pixels.dtype == np.uint8
        assert abs(pixels.shape[1] - 300) <= 1
        assert abs(pixels.shape[0] - 200) <= 1
        assert abs(int(np.median(pixels)) - shade) <= 2


def test_a_picture_is_no_document(tmp_path: Path) -> None:
    for kind in ("PNG", "TIFF"):
        (tmp_path / kind).write_bytes(document([grey(9)], kind))
        assert count_pages(tmp_path / kind) is None
        assert load_page(tmp_path / kind, None).shape == (200, 300)
    assert count_pages(tmp_path / "nowhere.pdf") is None
    with pytest.raises(ImageError, match="does not exist"):
        load_page(tmp_path / "nowhere.pdf", None)


@pytest.mark.parametrize("name", BROKEN)
def test_a_pdf_that_cannot_be_opened_is_one_sentence(tmp_path: Path, name: str) -> None:
    content, words = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(content)
    for _ in range(2):  # PDFium's errors must not stick
        with pytest.raises(ImageError, match=words) as caught:
            count_pages(path)
        assert str(path) in str(caught.value)
    (tmp_path / "good.pdf").write_bytes(blank_pdf())
    assert count_pages(tmp_path / "good.pdf") == 1


@pytest.mark.parametrize(
    ("points", "shape"), [((72, 144), (400, 200)), ((14_400, 14_400), (3464, 3464)), ((4, 3000), (8333, 11))]
)
def test_resolution_suits_reading_and_a_huge_page_stays_bounded(
    tmp_path: Path, points: tuple[int, int], shape: tuple[int, int]
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(blank_pdf(*points))
    found = load_page(path, 1).shape
    assert abs(found[0] - shape[0]) <= 1
    assert abs(found[1] - shape[1]) <= 1


def test_a_tiff_that_breaks_off_gives_the_pages_before(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (3, 200, 300), dtype=np.uint8)
    whole = document(list(noise), "TIFF")
    path = tmp_path / "a.tif"
    path.write_bytes(whole[: len(whole) // 2])
    assert count_pages(path) == 3
    np.testing.assert_array_equal(load_page(path, 1), noise[0])
    for page in (2, 3):
        with pytest.raises(ImageError, match=rf"page {page} of .*a\.tif is damaged"):
            load_page(path, page)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["PDF", "TIFF"]), place=st.floats(0, 1), junk=st.binary(max_size=40), cut=st.booleans())
def test_damage_is_an_image_error_or_nothing(tmp_path: Path, kind: str, place: float, junk: bytes, cut: bool) -> None:
    whole = document([grey(shade, 30, 20) for shade in SHADES], kind)
    start = int(place * len(whole))
    path = tmp_path / "a"
    path.write_bytes(whole[:start] + junk + (b"" if cut else whole[start + len(junk) :]))
    with suppress(ImageError):
        count = count_pages(path)
        for page in [None] if count is None else range(1, min(count, 5) + 1):
            assert load_page(path, page).size


def test_threads_may_render_at_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(document([grey(shade) for shade in SHADES], "PDF"))
    jobs = [(tmp_path / name, page) for name in ("a", "b") for page in (1, 2, 3)] * 5
    with ThreadPoolExecutor(4) as pool:
        medians = list(pool.map(lambda job: int(np.median(load_page(*job))), jobs))
    assert all(abs(found - SHADES[page - 1]) <= 2 for found, (_, page) in zip(medians, jobs, strict=True))
