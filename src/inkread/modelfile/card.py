"""The card: what a model file says of itself, validated field by field when it is read.

It travels as JSON in the ONNX metadata under the key ``inkread.card``; see docs/architecture.md for the format.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, get_args, get_type_hints

from inkread.errors import ModelFileError

CARD_KEY = "inkread.card"
CARD_VERSION = 2  # 2 added `reject_class`
READABLE_VERSIONS = (1, CARD_VERSION)
TASKS = ("digit", "number")
NORMALIZATIONS = ("mnist", "resize", "strip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A measured figure with its 95 % interval; fractions, not per cent."""

    name: str
    data: str
    split: str
    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A data set that the weights were trained on, and the SHA-256 of the bytes used."""

    name: str
    sha256: str
    count: int
    licence: str = "unknown"
    credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that a reader must know of a model file, and everything needed to train it again.

    Attributes:
        card_version: version of the format; a card of version 1 has no reject class, and is the same otherwise.
        name: the model's name, shown to people.
        task: what it does; "digit" is one class for one picture, "number" a text for a row of writing: the graph gives,
            for every second column, a logit a label and one more, the last, for the blank between characters.
        labels: names of the classes, in the order of the logits.
        reject_class: whether the graph gives one logit more than there are labels, the last: "none of these".
        input_shape: channels, height, width of one input; the graph takes uint8 of shape (n, *input_shape), range
            0 to 255, and scales it itself.
        normalization: how a picture becomes an input: "mnist" (`imaging.normalize`), "resize" (scaled as a whole) or
            "strip" (`imaging.strip`, of any width that is a multiple of 4).
        network: name of the architecture, and `network_options` its arguments.
        temperature: the logits are divided by it before the softmax (Guo et al. 2017).
        threshold: the least confidence that is accepted, 0 to 1.
        recipe: name of the recipe; `config` is the run's complete configuration.
        seed: seed of the run.
        data: what it was trained on.
        metrics: what was measured.
        licence: SPDX expression of the weights' licence.
        credits: whom to thank, a line each.
        versions: library versions of the run, the writer's among them.
        git_revision: revision of the code, empty where unknown.
        created: date and time, ISO 8601, UTC.
        notes: remarks for people, such as known weaknesses.
    """

    card_version: int = CARD_VERSION
    name: str
    task: str
    labels: tuple[str, ...]
    reject_class: bool = False
    input_shape: tuple[int, int, int]
    normalization: str
    network: str
    network_options: Mapping[str, Any] = field(default_factory=dict)
    temperature: float = 1.0
    threshold: float = 0.5
    recipe: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    data: tuple[DataSource, ...] = ()
    metrics: tuple[Metric, ...] = ()
    licence: str = "MIT"
    credits: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    git_revision: str = ""
    created: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values that no reader could use.

        Raises:
            ModelFileError: if a field's value is out of its range.
        """
        for problem in _problems(self):
            raise ModelFileError(f"the model card is not valid: {problem}.")

    def to_json(self) -> str:
        """Return the card as JSON text, keys in the order of the fields."""
        return json.dumps(asdict(self), ensure_ascii=False)


def _problems(card: Card) -> list[str]:
    """List what is wrong with a card's values, in words."""
    checks = [
        (card.task in TASKS, f"task is {card.task!r}, known are {', '.join(TASKS)}"),
        (len(card.labels) >= 2, "it needs at least two labels"),
        (len(set(card.labels)) == len(card.labels), "two labels are the same"),
        (
            len(card.input_shape) == 3 and min(card.input_shape) >= 1,
            "input_shape is not three positive numbers",
        ),
        (
            card.normalization in NORMALIZATIONS,
            f"normalization is {card.normalization!r}, known are {', '.join(NORMALIZATIONS)}",
        ),
        (0 < card.temperature < math.inf, "temperature is not a number above 0"),
        (0 <= card.threshold <= 1, "threshold is not between 0 and 1"),
    ]
    return [text for good, text in checks if not good]


def parse_card(text: str) -> Card:
    """Read a card from its JSON text.

    Args:
        text: the JSON of `Card.to_json`.

    Returns:
        The validated card.

    Raises:
        ModelFileError: if it is no JSON object, of another version, or has a missing, unknown or ill-typed field.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError("the model card is no valid JSON; the file is damaged, take a fresh copy.") from error
    if not isinstance(raw, dict):
        raise ModelFileError("the model card is no JSON object; the file is damaged, take a fresh copy.")
    version = raw.get("card_version")
    if version not in READABLE_VERSIONS:
        raise ModelFileError(
            f"the model card has version {version!r}, this inkread understands versions up to {CARD_VERSION}: "
            "use the inkread that wrote the file, or update this one."
        )
    card: Card = _build(Card, raw, "card")
    return card


def _build(kind: type, raw: Any, where: str) -> Any:
    """Make a dataclass of a JSON object; name the field that does not fit."""
    if not isinstance(raw, dict):
        raise ModelFileError(f"the model card is not valid: {where} is no object.")
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind)}
    unknown = sorted(set(raw) - set(known))
    if unknown:
        raise ModelFileError(f"the model card is not valid: {where} has the unknown field {unknown[0]!r}.")
    values = {}
    for name, spec in known.items():
        if name in raw:
            values[name] = _convert(hints[name], raw[name], f"{where}.{name}")
        elif spec.default is MISSING and spec.default_factory is MISSING:
            raise ModelFileError(f"the model card is not valid: {where} lacks the field {name!r}.")
    return kind(**values)


def _convert(hint: Any, value: Any, where: str) -> Any:
    """Check a JSON value against a field's type; lists become tuples."""
    if hint in (Card, Metric, DataSource):
        return _build(hint, value, where)
    args = get_args(hint)
    if getattr(hint, "__origin__", None) is tuple:
        if not isinstance(value, list) or (args[-1] is not Ellipsis and len(value) != len(args)):
            raise ModelFileError(f"the model card is not valid: {where} is no list of the right length.")
        return tuple(_convert(args[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if type(None) in args:
        return None if value is None else _convert(args[0], value, where)
    if args:
        fits = isinstance(value, dict)
    elif hint is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        fits = isinstance(value, hint) and not (hint is int and isinstance(value, bool))
    if not fits:
        raise ModelFileError(f"the model card is not valid: {where} has a value of the wrong type.")
    return float(value) if hint is float else value


def check_readable(card: Card) -> None:
    """Refuse a model whose inputs pictures cannot become.

    Raises:
        ModelFileError: saying what it takes.
    """
    if card.task != "digit":
        raise ModelFileError(
            f"the model {card.name!r} reads a {card.task} a picture, not digits: take another with --model."
        )
    if card.normalization == "mnist" and card.input_shape != (1, 28, 28):
        raise ModelFileError(
            f"the model {card.name!r} wants normalised digits of shape {card.input_shape}, they are (1, 28, 28): "
            "train it with the normalization 'resize'."
        )
    if card.input_shape[0] not in (1, 3):
        raise ModelFileError(
            f"the model {card.name!r} takes {card.input_shape[0]} channels; pictures have 1 (grey) or 3 (RGB)."
        )
