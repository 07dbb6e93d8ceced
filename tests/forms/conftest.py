"""A made form, its template as a file, and readers of it."""

from __future__ import annotations

import cv2
import pytest

import inkread
from inkread.forms import FormReader, Template, load_template
from tests.forms.made import Form, draw_form, template_of


@pytest.fixture(scope="session")
def form() -> Form:
    """The empty form."""
    return draw_form()


@pytest.fixture(scope="session")
def template(form: Form, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Its template, with a total."""
    folder = tmp_path_factory.mktemp("form")
    cv2.imwrite(str(folder / "form.png"), form.picture)
    path = folder / "form.yaml"
    path.write_text(template_of(form, totals=["sum: [a0, a1, a2, a3] == total"]))
    return load_template(path)


@pytest.fixture(scope="session")
def reader(template: Template) -> FormReader:
    """What reads its pages with the shipped model."""
    numbers = inkread.load()
    return FormReader(template, numbers.number, labels=numbers.labels, keep_crops=True)
