"""Pages through the public interface."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkread
from inkread.data import Dataset
from inkread.errors import ImageError, ModelFileError
from inkread.modelfile import write_model
from tests.modelfile.graphs import card, linear_graph, random_weights
from tests.reading.sheets import ROWS, sheet


@pytest.fixture(scope="module")
def reader() -> inkread.Reader:
    return inkread.load()


def texts(page: inkread.Page) -> list[str]:
    return [number.text for number in page.numbers]


def test_a_page_is_read_from_a_file_as_from_its_pixels(
    reader: inkread.Reader, mnist_test: Dataset, tmp_path: Path
) -> None:
    picture = sheet(mnist_test)
    path = tmp_path / "page.png"
    Image.fromarray(picture).save(path)
    assert reader.page(path).to_dict() == reader.page(picture).to_dict()


def test_separators_on_a_page_are_read_where_they_are_asked_for(reader: inkread.Reader) -> None:
    photo = Path(__file__).parents[2] / "examples" / "pages" / "tally.jpg"
    assert {"5653", "7433"} <= set(texts(reader.page(photo)))
    [page] = reader.pages([photo], separators=True)
    assert {"565.3", "743.3"} <= set(texts(page))
    assert min(number.box.x0 for number in page.numbers) > 300  # nothing at the sheet's own edge, a dark line


def test_a_photo_is_decoded_with_its_turn(reader: inkread.Reader, mnist_test: Dataset, tmp_path: Path) -> None:
    picture = sheet(mnist_test)
    image = Image.fromarray(np.repeat(np.rot90(picture)[..., None], 3, axis=2))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held so that the picture must be turned clockwise
    image.save(tmp_path / "photo.jpg", quality=95, exif=exif)
    page = reader.page(tmp_path / "photo.jpg")
    assert (page.width, page.height) == picture.shape[::-1]
    assert texts(page) == [text for row in ROWS for text in row]
    assert page.rotation == pytest.approx(0, abs=0.5)


def test_many_pages_keep_their_order_and_a_broken_one_its_place(
    reader: inkread.Reader, mnist_test: Dataset, tmp_path: Path
) -> None:
    first, second = sheet(mnist_test, (("7210", "41"),)), sheet(mnist_test, (("495",),))
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff nothing")
    results = list(reader.stream_pages(iter([first, broken, second])))
    assert isinstance(results[1], ImageError)
    assert [texts(page) for page in results if isinstance(page, inkread.Page)] == [["7210", "41"], ["495"]]
    assert [texts(page) for page in reader.pages([second, first])] == [["495"], ["7210", "41"]]
    assert reader.pages([]) == []
    with pytest.raises(ImageError, match="picture 2: "):
        reader.pages([first, broken])
    with pytest.raises(ImageError, match=r"use page\(\)"):
        reader.pages(first)


def test_thirty_thousand_pixels_a_side_are_refused_in_one_sentence(reader: inkread.Reader) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(ImageError, match="30000x30000 is more than 100 megapixels; reduce it first") as caught:
        reader.page(png)
    assert "\n" not in str(caught.value)


def test_a_model_of_other_labels_reads_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "letters.onnx"
    write_model(linear_graph(random_weights()), card(labels=tuple("abcdefghij")), path)
    with pytest.raises(ModelFileError, match="does not read single digits"):
        inkread.load(path).page(np.zeros((50, 50), np.uint8))
