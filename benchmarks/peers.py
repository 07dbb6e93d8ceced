"""Other programs that read numbers, on the same pictures in the same run; each in a Python of its own.

`read_with` starts `peer_worker.py` with the Python given, hands it pictures as PNG files, and gets back what was read
and how long each took, so that its start does not count.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from inkread.types import UInt8Array

WORKER = Path(__file__).with_name("peer_worker.py")
PEERS = ("rapidocr", "tesseract")


@dataclass(frozen=True)
class PeerReading:
    """What a peer made of one picture.

    Attributes:
        words: each text that it found, with the middle of its box in pixels (0, 0 where it gives none).
        seconds: for the picture.
    """

    words: tuple[tuple[str, float, float], ...]
    seconds: float

    def digits(self) -> str:
        """Join the digits of all that was read, from left to right."""
        texts = [text for text, _, _ in sorted(self.words, key=lambda word: word[1])]
        return "".join(character for text in texts for character in text if character in "0123456789")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let a benchmark be asked for peers."""
    parser.add_argument("--peers", action="store_true", help=f"read with {' and '.join(PEERS)} too, where installed")
    parser.add_argument("--peer-python", type=Path, default=Path(sys.executable), help="the Python that has them")


def chosen(options: argparse.Namespace) -> list[str]:
    """List the peers to compare with; say so where there are none."""
    found = installed(options.peer_python) if options.peers else []
    if options.peers and not found:
        print(f"no peers: {options.peer_python} has no rapidocr, and there is no tesseract\n")
    return found


def installed(python: Path) -> list[str]:
    """List the peers that a Python offers; tesseract is a program that it calls."""
    result = subprocess.run([python, WORKER, "list"], capture_output=True, text=True, check=False)
    return [name for name in result.stdout.split() if name in PEERS]


def read_with(peer: str, python: Path, pictures: Sequence[UInt8Array], *, page: bool) -> list[PeerReading]:
    """Let a peer read pictures, one after the other, warm.

    Args:
        peer: its name.
        python: where it is installed.
        pictures: uint8 of shape (H, W) or (H, W, 3) RGB.
        page: whether the texts are to be found first; else each picture holds one line.
    """
    with tempfile.TemporaryDirectory() as folder:
        for place, picture in enumerate(pictures):
            shown = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
            cv2.imwrite(str(Path(folder) / f"{place:06}.png"), shown)
        command = [python, WORKER, peer, "page" if page else "line", folder]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return [PeerReading(tuple((t, x, y) for t, x, y in line["words"]), line["seconds"]) for line in lines]
