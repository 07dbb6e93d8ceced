"""Sprites and tiles in an explanation's page."""

from __future__ import annotations

from inkread.explain.drawing import Sprite, data_url


class Sprites:
    """The sprites of a page: each is stored once, as the background of its class."""

    def __init__(self) -> None:
        self._rules: list[str] = []

    def add(self, sprite: Sprite, width: int) -> str:
        """Store a sprite whose tiles are shown in this width; return its class."""
        name = f"s{len(self._rules)}"
        height = max(1, round(width * sprite.tile[0] / sprite.tile[1]))
        self._rules.append(
            f".{name}{{background-image:url({data_url(sprite.png())});--cols:{sprite.columns};--w:{width}px;"
            f"--h:{height}px}}\n"
        )
        return name

    def css(self) -> str:
        """Return the style rules of all sprites."""
        return "".join(self._rules)


def tile(name: str, i: int, columns: int, extra: str = "") -> str:
    """Show one tile."""
    return f'<i class="tile {name}" style="--x:{i % columns};--y:{i // columns}"{extra}></i>'


def where(place: tuple[int, ...], names: tuple[str, ...]) -> str:
    """Say in short where a neuron is."""
    if len(place) == 1:
        return names[place[0]] if names else f"unit {place[0] + 1}"
    return f"map {place[0] + 1} at {place[1] + 1}, {place[2] + 1}"
