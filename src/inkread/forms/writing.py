"""A new template's text, with comments that say what may be changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from inkread.forms.finding import Place
from inkread.forms.template import VERSION

_HEAD = """\
# A form: where its fields are, and what may stand in them.
# Change whatever you like, then: inkread form read {template} PAGES
version: {version}

# The form upright. All boxes below are in pixels of this picture: open it in any picture viewer to see them.
page:
  picture: {picture}
  width: {width}
  height: {height}
  # upright: true       no page is upside down; only a form that looks the same both ways needs this

# A field has a name (a column of the table) and a box [left, top, right, bottom]. It may also have:
#   cells: 6              the box is divided into so many cells, one digit in each
#   optional: true        it may be left blank
#   length: 4             so many characters, or [1, 4]
#   range: [0, 500]       least and greatest value
#   pattern: '\\d\\d-\\d+'   a regular expression that matches all of it
#   choices: [10, 25]     the only numbers that may stand there
#   checksum: luhn        a right check digit: luhn, mod11 or mod97
#   separators: true      it may have a point, a comma or a minus
fields:
"""
_FIELD = "  - name: {name}{comment}\n    box: [{box}]\n"
_TAIL = """
# Sums that must be right on every page: fields added up on the left, a field or a number on the right. For instance:
#   - sum: [{first}, {second}] == {third}
totals: []

# Places where the print is not compared, as they hold stamps or signatures: [left, top, right, bottom].
ignore: []
"""


def template_text(
    template: str, picture: str, size: tuple[int, int], places: Sequence[Place], samples: Mapping[Place, str]
) -> str:
    """Write a template.

    Args:
        template: the template's own name, for its comment.
        picture: name of the form's picture, beside the template.
        size: width and height of that picture.
        places: the fields; they are named field_1, field_2, ...
        samples: what the sample page has in some of them.

    Returns:
        The text of the file, YAML.
    """
    head = _HEAD.format(
        version=VERSION, template=" ".join(template.split()), picture=_quoted(picture), width=size[0], height=size[1]
    )
    names = [f"field_{place + 1}" for place in range(len(places))]
    fields = ""
    for name, place in zip(names, places, strict=True):
        comment = f"  # the sample reads {samples[place]}" if samples.get(place) else ""
        fields += _FIELD.format(name=name, comment=comment, box=", ".join(map(str, place.box)))
        fields += f"    cells: {place.cells}\n" if place.cells > 1 else ""
    first, second, third = (names * 3)[:3]
    return head + fields + _TAIL.format(first=first, second=second, third=third)


def _quoted(text: str) -> str:
    """Write a text so that YAML reads just that; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)
