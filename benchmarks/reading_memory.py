"""How much memory `inkread read` takes on a folder of very many pages, and whether that grows.

    python benchmarks/reading_memory.py --pages 1000 --save

Pages are made of MNIST's test digits, with ruling, words and shadow; few of them are made, and each is written many
times, cut a little differently so that no two files are alike. The command runs in a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from inkread.data.synthesis import load_glyphs, make_page
from inkread.types import UInt8Array
from machine import describe, result_path
from reading_pages import DENSE, SIZE
from service_load import resident_megabytes

MADE = 10
SEED = 40
PARTS = 5
BESIDE_SECONDS = 0.5


class Sample(NamedTuple):
    """What was seen of the process at one moment: pages done, and its resident memory in MB."""

    done: int
    megabytes: float


def write_pages(folder: Path, count: int) -> None:
    """Write so many JPEG files, no two alike."""
    glyphs = load_glyphs("test")
    made = [make_page(np.random.default_rng(SEED + n), glyphs, size=SIZE, style=DENSE).image for n in range(MADE)]
    for place in range(count):
        turn, page = divmod(place, MADE)
        cut: UInt8Array = made[page][turn % 25 :, turn // 25 :]
        cv2.imwrite(str(folder / f"{place:05}.jpg"), cut, [cv2.IMWRITE_JPEG_QUALITY, 85])


def watch(folder: Path, out: Path) -> tuple[list[Sample], float]:
    """Read a folder; return what was seen meanwhile, and the seconds that it took."""
    command = [sys.executable, "-m", "inkread", "read", folder, "--as", "page", "--format", "csv", "--out", out]
    samples, start = [], time.perf_counter()
    rows = out.parent / "rows.csv"
    with rows.open("w") as file:
        process = subprocess.Popen(list(map(str, command)), stdout=file, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            time.sleep(BESIDE_SECONDS)
            seen = rows.read_text().rstrip().rpartition("\n")[2]
            name = Path(seen.partition(",")[0].strip('"')).stem
            try:
                samples.append(Sample(int(name) + 1 if name.isdigit() else 0, resident_megabytes(process.pid)))
            except (OSError, IndexError):
                break  # it has just ended
    if process.wait():
        raise SystemExit(f"`inkread read` ended with status {process.returncode}.")
    return samples, time.perf_counter() - start


def main() -> None:
    """Measure, print the table, and keep it as CSV where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000, help="so many files (default: 1000)")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/ as CSV")
    options = parser.parse_args()
    print(describe(), "\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "pages"
        folder.mkdir()
        write_pages(folder, options.pages)
        samples, seconds = watch(folder, Path(name) / "out")
    heading, lines = ["pages", "median (MB)", "highest (MB)"], []
    for part in range(PARTS):
        first, last = (options.pages * (part + more) // PARTS for more in (0, 1))
        held = [sample.megabytes for sample in samples if first <= sample.done <= last]
        if held:
            lines.append([f"{first:,} to {last:,}", f"{float(np.median(held)):.0f}", f"{max(held):.0f}"])
    for line in [heading, ["---"] * len(heading), *lines]:
        print(f"| {' | '.join(line)} |")
    print(f"\n{options.pages:,} pages in {seconds:.0f} s, {seconds / options.pages:.2f} s a page")
    if options.save:
        with result_path("reading-memory").open("w", newline="") as file:
            csv.writer(file).writerows([heading, *lines])


if __name__ == "__main__":
    main()
