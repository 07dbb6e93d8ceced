from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.errors import ConfigError, ImageError
from inkread.forms.finding import Place
from inkread.forms.template import Template, load_template, parse_template
from inkread.forms.writing import template_text
from inkread.types import Box

GOOD = """\
version: 1
page:
  picture: form.png
  width: 400
  height: 300
fields:
  - name: number
    box: [10, 20, 130, 60]
    cells: 6
    checksum: luhn
  - name: amount  # in cents
    box: [10, 80, 130, 120]
    range: [0, 500.5]
    length: 1-6
    optional: yes_or_no
  - name: code
    box: [10, 140, 130, 180]
    choices: [007, 0x12, 'a']
    pattern: '\\d{3}|0x12'
    separators: true
totals:
  - sum: [number, amount] == code  # as it is written in the paper
ignore:
  - [200, 200, 300, 280]
""".replace("optional: yes_or_no", "optional: true")


def parse(text: str) -> Template:
    return parse_template(text, Path("folder/form.yaml"))


def test_a_template_says_what_it_says() -> None:
    template = parse(GOOD)
    assert template.picture == Path("folder/form.png")
    assert template.size == (400, 300)
    number, amount, code = template.fields
    assert (number.name, number.box, number.cells, number.optional) == ("number", Box(10, 20, 130, 60), 6, False)
    assert number.options == {"checksum": "luhn"}
    assert amount.options == {"range": (0, 500.5), "length": (1, 6)}
    assert amount.optional
    assert code.options == {"choices": ["007", "0x12", "a"], "pattern": r"\d{3}|0x12", "separators": True}
    assert [str(total) for total in template.totals] == ["sum: [number, amount] == code"]
    assert template.ignore == (Box(200, 200, 300, 280),)


def test_a_total_may_be_quoted() -> None:
    bare = "sum: [number, amount] == code"
    assert parse(GOOD.replace(bare, f'"{bare}"')).totals == parse(GOOD).totals


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ("version: 1", "version: 2", 1, "version 1 of templates only"),
        ("version: 1\n", "", 1, "'version' is missing"),
        ("version: 1", "version: 1\nversion: 1", 2, "stands twice"),
        ("  width: 400", "  with: 400", 4, "did you mean 'width'"),
        ("width: 400", "width: 4e2", 4, "whole number"),
        ("width: 400", "width: -400", 4, "whole number"),
        ("width: 400", "width: [400]", 4, "whole number"),
        ("    cells: 6", "    lenght: 6", 9, "unknown key 'lenght'; did you mean 'length'"),
        ("name: number", "name: 2nd", 7, "cannot be a name"),
        ("name: number", "name: status", 7, "cannot be a name"),
        ("name: number", "name: amount_confidence", 7, "cannot be a name"),
        ("name: number", "name: amount", 11, "'amount' stands twice"),
        ("name: number", "name:", 7, "write a text"),
        ("[10, 20, 130, 60]", "[10, 20, 130]", 8, "[left, top, right, bottom]"),
        ("[10, 20, 130, 60]", "10, 20, 130, 60", 8, "[left, top, right, bottom]"),
        ("[10, 20, 130, 60]", "[10, 20, 430, 60]", 8, "outside the page of 400x300"),
        ("[10, 20, 130, 60]", "[130, 20, 10, 60]", 8, "swapped"),
        ("[10, 20, 130, 60]", "[10, 20, 13, 60]", 8, "smaller than 8"),
        ("[10, 20, 130, 60]", "[-5, 20, 130, 60]", 8, "whole number"),
        ("cells: 6", "cells: 60", 9, "too many"),
        ("cells: 6", "cells: 0", 9, "whole number from 1"),
        ("checksum: luhn", "checksum: lunh", 7, "'luhn'"),
        ("range: [0, 500.5]", "range: [500.5, 0]", 11, "holds no number"),
        ("range: [0, 500.5]", "range: 500", 13, "as [0, 100]"),
        ("length: 1-6", "length: long", 14, "as [4, 6]"),
        ("length: 1-6", "length: 6-1", 11, "length (6, 1)"),
        ("optional: true", "optional: maybe", 15, "true or false"),
        ("choices: [007, 0x12, 'a']", "choices: []", 16, "choices"),
        ("pattern: '\\d{3}|0x12'", "pattern: '('", 16, "pattern"),
        ("== code", "== cod", 22, "did you mean 'code'"),
        ("sum: [number, amount] == code", "product: 1", 22, "write a text"),
        ("- [200, 200, 300, 280]", "- [200, 200, 300, 380]", 24, "outside the page"),
        ("    cells: 6", "   cells: 6", 9, "no valid YAML"),
        ("  picture: form.png", "  picture: &x form.png", 3, "picture"),
        ("  - name: number", "  - *x", 7, "aliases"),
        ("cells: 6", "cells: 6\n    cells: 6", 10, "stands twice"),
        ("fields:", "fields: none\nold:", 7, "unknown key 'old'"),
    ],
)
def test_every_mistake_is_one_sentence_with_its_line(old: str, new: str, line: int, part: str) -> None:
    assert old in GOOD
    if new == "  picture: &x form.png":
        assert parse(GOOD.replace(old, new)) == parse(GOOD)  # an anchor that nobody uses does no harm
        return
    with pytest.raises(ConfigError) as refused:
        parse(GOOD.replace(old, new, 1))
    message = str(refused.value)
    assert part in message
    assert f"folder/form.yaml, line {line}" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b"# nothing\n", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"version: \x00 1", "characters that no text has"),
        (b"[" * 1000, "nested"),
        (b"- a\n- b\n", "with the keys"),
        (b"x" * 200_001, "too long"),
        (b"version: 1\npage: {picture: p.png, width: 100, height: 100}\nfields: []\n", "no field"),
    ],
)
def test_a_file_that_is_no_template_is_refused_in_one_sentence(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "form.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        load_template(path)
    assert part in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load_template(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="is a folder"):
        load_template(tmp_path)


def test_the_picture_must_be_the_one_that_the_boxes_are_meant_for(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(GOOD)
    with pytest.raises(ImageError, match="does not exist"):
        load_template(path).load_picture()
    cv2.imwrite(str(tmp_path / "form.png"), np.full((300, 401), 255, np.uint8))
    with pytest.raises(ConfigError, match="401x300 pixels, but its template says 400x300"):
        load_template(path).load_picture()


LINES = GOOD.splitlines(keepends=True)


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(LINES) - 1),
            st.sampled_from(["cut", "drop", "double", "indent"]) | st.text(max_size=12),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_spoilt_template_is_understood_or_refused_in_one_sentence(changes: list[tuple[int, str]]) -> None:
    lines = list(LINES)
    for place, change in changes:
        line = lines[place]
        lines[place] = {"cut": line[: len(line) // 2], "drop": "", "double": 2 * line, "indent": " " + line}.get(
            change, line.rstrip("\n") + change + "\n"
        )
    understood, message = False, ""
    try:
        understood = bool(parse("".join(lines)).fields)
    except ConfigError as error:
        message = str(error)
    assert understood or "folder/form.yaml" in message
    assert "\n" not in message


@given(st.text(max_size=200))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(8, 99), st.integers(8, 99)), min_size=1),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20),
)
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read_again(boxes: list[tuple[int, int, int, int]], picture: str) -> None:
    places = [Place(Box(x, y, x + w, y + h), 1 + w // 40) for x, y, w, h in boxes]
    samples = {places[0]: "1287"}
    text = template_text("form.yaml", picture, (400, 300), places, samples)
    template = parse(text)
    assert [(field.box, field.cells) for field in template.fields] == places
    assert template.picture == Path("folder") / picture
    assert [field.name for field in template.fields] == [f"field_{n + 1}" for n in range(len(places))]
    assert "# the sample reads 1287" in text
    assert yaml.safe_load(text)["totals"] == []
