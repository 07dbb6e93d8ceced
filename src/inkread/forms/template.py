"""A form's template: a YAML file that says where its fields are and what may stand in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inkread.errors import ConfigError
from inkread.forms.totals import Total, parse_total
from inkread.forms.yamlnodes import Node, parse_yaml
from inkread.imaging import load_image, to_grey
from inkread.reading import Constraint, make_constraint
from inkread.types import Box, NumberOptions, UInt8Array

VERSION = 1
LEAST_SIDE = 8  # pixels of a field's box
RESERVED = ("file", "page", "status", "reason", "sum")
CONFIDENCE = "_confidence"  # what the name of a field's second column ends with
_KEYS = ("version", "page", "fields", "totals", "ignore")
_PAGE_KEYS = ("picture", "width", "height", "upright")
# A total as it is meant, which YAML would take for a key and a list with something after it.
_BARE_TOTAL = re.compile(r"^(\s*-\s+)(sum\s*:\s*\[[^]'\n]*\]\s*==[^'#\n]*?)(\s*(?:#.*)?)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Field:
    """A place on the form where a number is written.

    Attributes:
        name: of the column.
        box: in pixels of the template's picture.
        cells: into how many cells of equal width it is divided by lines, one digit in each; 1 for a plain box.
        optional: whether it may be left blank.
        options: what is known of its number.
    """

    name: str
    box: Box
    cells: int
    optional: bool
    options: NumberOptions

    def constraint(self) -> Constraint | None:
        """Return which texts are allowed."""
        return make_constraint(**{key: value for key, value in self.options.items() if key != "separators"})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Template:
    """What a template says.

    Attributes:
        picture: path of the picture of the form, upright.
        size: width and height in pixels that it must have.
        upright: whether no page is ever upside down.
        fields: at least one.
        totals: what must add up.
        ignore: boxes where the print is not compared, as they hold stamps or signatures.
    """

    picture: Path
    size: tuple[int, int]
    upright: bool
    fields: tuple[Field, ...]
    totals: tuple[Total, ...]
    ignore: tuple[Box, ...]

    def load_picture(self) -> UInt8Array:
        """Load the form's picture: uint8 of shape (H, W).

        Raises:
            ImageError: if it is missing or no picture.
            ConfigError: if it has another size than the template says.
        """
        grey = to_grey(load_image(self.picture))
        if grey.shape[::-1] != self.size:
            raise ConfigError(
                f"{self.picture} measures {grey.shape[1]}x{grey.shape[0]} pixels, but its template says"
                f" {self.size[0]}x{self.size[1]}: the boxes are meant for another picture."
            )
        return grey


def load_template(path: Path) -> Template:
    """Read a template's file.

    Raises:
        ConfigError: if it cannot be read, or for the first mistake in it, with its line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist; `inkread form new PAGE` writes a template.") from error
    except IsADirectoryError as error:
        raise ConfigError(f"{path} is a folder, not a template; name the YAML file.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be opened: {error.strerror or error}.") from error
    except ValueError as error:
        raise ConfigError(f"{path} is no template: a template is a text in UTF-8.") from error
    return parse_template(text, path)


def parse_template(text: str, path: Path) -> Template:
    """Parse a template's text; `path` names it in messages and says where its picture is.

    Raises:
        ConfigError: for the first mistake in it, with its line.
    """
    root = parse_yaml(_BARE_TOTAL.sub(r"\1'\2'\3", text), str(path))
    parts = root.mapping(_KEYS, required=("version", "page", "fields"))
    if parts["version"].text() != str(VERSION):
        parts["version"].refuse(f"this inkread understands version {VERSION} of templates only.")
    page = parts["page"].mapping(_PAGE_KEYS, required=_PAGE_KEYS[:3])
    size = (page["width"].whole(least=LEAST_SIDE), page["height"].whole(least=LEAST_SIDE))
    fields = tuple(_field(node, place + 1, size) for place, node in enumerate(parts["fields"].sequence()))
    if not fields:
        parts["fields"].refuse("there is no field, write at least one.")
    _check_names(fields, parts["fields"])
    names = [field.name for field in fields]
    return Template(
        picture=path.parent / page["picture"].text(),
        size=size,
        upright=page["upright"].truth() if "upright" in page else False,
        fields=fields,
        totals=tuple(_total(node, names) for node in (parts["totals"].sequence() if "totals" in parts else ())),
        ignore=tuple(_box(node, size) for node in (parts["ignore"].sequence() if "ignore" in parts else ())),
    )


def _check_names(fields: tuple[Field, ...], node: Node) -> None:
    """Refuse names that stand twice."""
    seen: set[str] = set()
    for field, item in zip(fields, node.sequence(), strict=True):
        if field.name in seen:
            item.refuse(f"the name {field.name!r} stands twice, give each field its own.")
        seen.add(field.name)


def _field(node: Node, place: int, size: tuple[int, int]) -> Field:
    """Read one field."""
    node = node.named(f"field {place}")
    parts = node.mapping(("name", "box", "cells", "optional", *_OPTIONS), required=("name", "box"))
    name = parts["name"].text()
    if not name.isidentifier() or name in RESERVED or name.endswith(CONFIDENCE):
        parts["name"].refuse(
            f"{name!r} cannot be a name: write letters, digits and _, no digit first, not {', '.join(RESERVED)},"
            f" and no {CONFIDENCE} at the end."
        )
    named = {key: value.named(f"field {name!r}, {key}") for key, value in parts.items()}
    options: NumberOptions = {}
    for key, convert in _OPTIONS.items():
        if key in named:
            options[key] = convert(named[key])  # type: ignore[literal-required]
    field = Field(
        name=name,
        box=_box(named["box"], size),
        cells=named["cells"].whole(least=1) if "cells" in named else 1,
        optional=named["optional"].truth() if "optional" in named else False,
        options=options,
    )
    if field.cells > field.box.width // LEAST_SIDE:
        named["cells"].refuse(f"{field.cells} cells are too many for a box of {field.box.width} pixels.")
    try:
        field.constraint()
    except ConfigError as error:
        node.named(f"field {name!r}").refuse(str(error))
    return field


def _box(node: Node, size: tuple[int, int]) -> Box:
    """Read a box within a page."""
    items = node.sequence() if node.is_list else []
    if len(items) != 4:
        node.refuse("write [left, top, right, bottom] in pixels.")
    box = Box(*(item.whole() for item in items))
    if min(box.width, box.height) < LEAST_SIDE:
        node.refuse(f"{list(box)} is smaller than {LEAST_SIDE} pixels, or its ends are swapped.")
    if box.x1 > size[0] or box.y1 > size[1]:
        node.refuse(f"{list(box)} reaches outside the page of {size[0]}x{size[1]} pixels.")
    return box


def _total(node: Node, names: list[str]) -> Total:
    """Read one total."""
    node = node.named("totals")
    try:
        return parse_total(node.text(), names)
    except ConfigError as error:
        node.refuse(str(error))


def _length(node: Node) -> int | tuple[int, int]:
    """Read 5, 4-6 or [4, 6]."""
    parts = node.sequence() if node.is_list else []
    if len(parts) == 2:
        return parts[0].whole(), parts[1].whole(least=1)
    text = "" if node.is_list else node.text()
    match = re.fullmatch(r"([0-9]{1,4})(?:\s*-\s*([0-9]{1,4}))?", text)
    if match is None:
        node.refuse("write one whole number, as 5, or least and most, as [4, 6].")
    low, high = match.groups()
    return int(low) if high is None else (int(low), int(high))


def _range(node: Node) -> tuple[float, float]:
    """Read [0, 100]."""
    parts = node.sequence() if node.is_list else []
    if len(parts) != 2:
        node.refuse("write least and greatest value, as [0, 100].")
    return parts[0].number(), parts[1].number()


def _choices(node: Node) -> list[str]:
    """Read a list of texts."""
    return [item.text() for item in node.sequence()]


_OPTIONS: dict[str, Callable[[Node], Any]] = {
    "length": _length,
    "pattern": Node.text,
    "range": _range,
    "checksum": Node.text,
    "choices": _choices,
    "separators": Node.truth,
}
