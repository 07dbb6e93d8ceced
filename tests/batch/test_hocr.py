from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from inkread.batch.hocr import make_hocr
from inkread.types import Digit, Number
from tests.batch.outcomes import digit, number, page

SPACE = "{http://www.w3.org/1999/xhtml}"


def parse(words: tuple[Digit | Number, ...], name: str = "scan.pdf", number_of: int | None = 2) -> ElementTree.Element:
    return ElementTree.fromstring(make_hocr(words, (200, 100), name, number_of))


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("class") == name]


def test_each_number_has_its_place_and_confidence_in_its_line() -> None:
    root = parse(page().numbers)
    assert root.tag == f"{SPACE}html"
    (sheet,) = of_class(root, "ocr_page")
    assert sheet.get("title") == 'image "scan.pdf"; bbox 0 0 200 100; ppageno 1'
    lines = of_class(sheet, "ocr_line")
    assert [[word.text for word in of_class(line, "ocrx_word")] for line in lines] == [["12", "345"], ["6"]]
    assert lines[0].get("title") == "bbox 10 5 90 20"
    assert of_class(lines[0], "ocrx_word")[1].get("title") == "bbox 60 5 90 20; x_wconf 90"
    identifiers = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(identifiers) == len(set(identifiers))
    declared = {meta.get("name"): meta.get("content") for meta in root.iter(f"{SPACE}meta")}
    assert declared["ocr-capabilities"] == "ocr_page ocr_line ocrx_word"
    assert str(declared["ocr-system"]).startswith("inkread ")


def test_a_picture_of_one_digit_or_of_nothing_is_a_page_too() -> None:
    assert [word.text for word in of_class(parse((digit(),), number_of=None), "ocrx_word")] == ["7"]
    assert of_class(parse((digit("", None),)), "ocr_line") == []
    assert of_class(parse(()), "ocr_page")


@given(name=st.text(min_size=1), label=st.text(min_size=1))
def test_any_name_and_any_label_are_written_as_valid_xml(name: str, label: str) -> None:
    root = parse((digit(label), number()), name)
    title = str(of_class(root, "ocr_page")[0].get("title"))
    assert re.fullmatch(r'image "[^"]*"; bbox 0 0 200 100; ppageno 1', title)
