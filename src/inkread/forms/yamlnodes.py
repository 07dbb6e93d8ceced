"""YAML whose every value knows its line, so that a mistake in a file is named with its place."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from inkread.errors import ConfigError
from inkread.naming import nearest

MOST_CHARACTERS = 200_000
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?")


class _Loader(yaml.SafeLoader):
    """Composes nodes; aliases, with which a small file may mean a huge one, are refused."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not understood", mark)
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file.

    Attributes:
        file: the file's name, for messages.
        what: what the value is, in words, as "field 'amount'"; empty for the whole.
        raw: the value.
    """

    file: str
    what: str
    raw: yaml.Node

    def refuse(self, problem: str) -> NoReturn:
        """Raise ConfigError with file, line and what it is about."""
        about = f"{self.what}: " if self.what else ""
        raise ConfigError(f"{self.file}, line {self.raw.start_mark.line + 1}: {about}{problem}")

    def named(self, what: str) -> Node:
        """Return the same value under another name."""
        return Node(self.file, what, self.raw)

    def mapping(self, known: Collection[str], required: Collection[str] = ()) -> dict[str, Node]:
        """Return the values by key.

        Args:
            known: keys that may stand there.
            required: those that must.
        """
        if not isinstance(self.raw, yaml.MappingNode):
            self.refuse(f"write it as `key: value` lines with the keys {', '.join(known)}.")
        found: dict[str, Node] = {}
        for key, value in self.raw.value:
            place = Node(self.file, self.what, key)
            name = key.value if isinstance(key, yaml.ScalarNode) else "[...]"
            if name not in known:
                place.refuse(f"unknown key {name!r}{nearest(name, known)}")
            if name in found:
                place.refuse(f"the key {name!r} stands twice, write it once.")
            found[name] = Node(self.file, f"{self.what}, {name}" if self.what else name, value)
        for name in required:
            if name not in found:
                self.refuse(f"the key {name!r} is missing, write it.")
        return found

    def sequence(self) -> list[Node]:
        """Return the items of a list; none for an empty value."""
        if self.is_empty:
            return []
        if not isinstance(self.raw, yaml.SequenceNode):
            self.refuse("write a list, each item after `- ` or all of them in [ ].")
        return [Node(self.file, self.what, item) for item in self.raw.value]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there."""
        return isinstance(self.raw, yaml.ScalarNode) and self.raw.tag == "tag:yaml.org,2002:null"

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.raw, yaml.SequenceNode)

    def text(self) -> str:
        """Return a text just as it is written: 0123 stays 0123."""
        if not isinstance(self.raw, yaml.ScalarNode) or self.is_empty:
            self.refuse("write a text.")
        return str(self.raw.value)

    def number(self) -> float:
        """Return a number, an int where it has no decimals."""
        text = self.raw.value if isinstance(self.raw, yaml.ScalarNode) else ""
        if not _NUMBER.fullmatch(text):
            self.refuse("write a number.")
        return float(text) if "." in text else int(text)

    def whole(self, least: int = 0) -> int:
        """Return a whole number of at least `least`."""
        value = self.number() if isinstance(self.raw, yaml.ScalarNode) and _NUMBER.fullmatch(self.raw.value) else -1
        if value != int(value) or value < least:
            self.refuse(f"write a whole number from {least} on.")
        return int(value)

    def truth(self) -> bool:
        """Return what `true` and `false` say."""
        value = self.raw.value.lower() if isinstance(self.raw, yaml.ScalarNode) else ""
        if value not in ("true", "false"):
            self.refuse("write true or false.")
        return bool(value == "true")


def parse_yaml(text: str, file: str) -> Node:
    """Parse a file's text.

    Raises:
        ConfigError: if it is no YAML, empty or too long; it names the line.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConfigError(f"{file} is too long: {MOST_CHARACTERS:,} characters are the most.")
    try:
        raw: Any = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(f"{file}{line} is no valid YAML: {_plain(error.problem or error.context)}.") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is no valid YAML: it holds characters that no text has.") from error
    except RecursionError as error:
        raise ConfigError(f"{file} is no valid YAML for a form: it is nested too deeply.") from error
    if raw is None:
        raise ConfigError(f"{file} is empty: `inkread form new PAGE` writes a template.")
    return Node(file, "", raw)


def _plain(problem: str | None) -> str:
    """Put a parser's complaint on one line."""
    return " ".join((problem or "it cannot be understood").split())
