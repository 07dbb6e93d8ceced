"""Outcomes as files would give them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inkread.batch import Outcome
from inkread.batch.outcome import fields_of
from inkread.types import Box, Digit, Number, Page

PLACE = Box(1, 2, 3, 4)


def digit(label: str = "7", box: Box | None = PLACE) -> Digit:
    return Digit(label, 0.95, True, np.full(10, 0.1, np.float32), box)


def number(text: str = "72", line: int | None = None, x0: int = 10) -> Number:
    digits = tuple(digit(label, Box(x0 + 10 * place, 5, x0 + 10 * place + 8, 20)) for place, label in enumerate(text))
    return Number(text, 0.9, True, digits, Box(x0, 5, x0 + 10 * len(text), 20), None, "handwritten", line)


def page() -> Page:
    return Page((number("12", 0), number("345", 0, 60), number("6", 1)), 200, 100)


def outcome(name: str = "a.png", result: Digit | Number | Page | None = None, number_of: int | None = None) -> Outcome:
    result = result or digit()
    task = {Digit: "digit", Number: "number", Page: "page"}[type(result)]
    return Outcome(Path(name), number_of, task, fields_of(result, detail=False), digest="d" + name)


def failure(name: str = "b.png") -> Outcome:
    return Outcome(Path(name), None, None, {"error": f"{name} is damaged."}, digest="d" + name)
