"""Data sets in a folder: a folder of pictures for each class, or files in IDX format."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from inkread.data.arrays import Part, array_part, normalization_of
from inkread.data.idx import read_idx
from inkread.errors import DataError
from inkread.types import UInt8Array

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm", ".pnm"}
)
Form = Literal["ink", "grey", "colour"]

_LARGEST_PREPARED = 64
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as image libraries turn RGB into grey
_SAMPLE = 64


def read_folder(folder: Path) -> dict[str, Part]:
    """Read a folder: IDX files, `train/CLASS/*.png` beside `test/CLASS/*.png`, or `CLASS/*.png`.

    Raises:
        DataError: if there is none of these, a class folder is empty, or the files do not belong together.
    """
    idx_files = [path for path in _visible(folder) if path.is_file() and is_idx_name(path.name)]
    if idx_files:
        return read_idx_files(folder, idx_files)
    halves = {split: folder / split for split in ("train", "test") if (folder / split).is_dir()}
    if "train" not in halves:
        halves = {"train": folder}
    pictures = {split: _list_pictures(half) for split, half in halves.items()}
    form = _form_of([path for path, _ in pictures["train"]])
    return {
        split: Part([label for _, label in listed], partial(_read_pictures, [path for path, _ in listed], form))
        for split, listed in pictures.items()
    }


def _visible(folder: Path) -> list[Path]:
    """List a folder by name, hidden entries left out."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise DataError(f"cannot read the folder {folder}: {error.strerror or error}.") from error


def _list_pictures(folder: Path) -> list[tuple[Path, str]]:
    """List the pictures of each class folder, with the class's name."""
    classes = [path for path in _visible(folder) if path.is_dir()]
    if not classes:
        raise DataError(f"{folder} holds no data set: no IDX files, and no folder of pictures for each class.")
    found = []
    for folder_of_class in classes:
        pictures = [path for path in _visible(folder_of_class) if path.suffix.lower() in PICTURE_SUFFIXES]
        if not pictures:
            raise DataError(f"the class folder {folder_of_class} holds no picture: add some, or remove the folder.")
        found += [(path, folder_of_class.name) for path in pictures]
    return found


def _form_of(paths: list[Path]) -> Form:
    """Tell how a folder's pictures are to be taken; a sample of them decides.

    They are a finished data set, to be taken pixel for pixel in grey or colour, if all have one size of at most 64×64
    pixels and are not dark ink on light paper. All others are ink, brought to MNIST's form.
    """
    from inkread.imaging import load_image

    sample = [load_image(path) for path in paths[:: max(1, len(paths) // _SAMPLE)]]
    if len({image.shape[:2] for image in sample}) > 1 or max(sample[0].shape[:2]) > _LARGEST_PREPARED:
        return "ink"
    if any(_in_colour(image) for image in sample):
        return "colour"
    edges = [np.concatenate((image[0], image[-1], image[:, 0], image[:, -1]), axis=None) for image in sample]
    return "ink" if np.median(np.concatenate(edges)) >= 128 else "grey"


def _in_colour(image: UInt8Array) -> bool:
    """Tell whether a picture (height, width) or (height, width, 3) is more than shades of grey."""
    return image.ndim == 3 and int(np.ptp(image.astype(np.int16), axis=2).max()) > 16


def _read_pictures(paths: list[Path], form: Form) -> tuple[UInt8Array, str]:
    """Read pictures in one form, with the normalization that makes a new picture like them."""
    if form == "ink":
        return np.stack([_ink(path) for path in paths])[:, None], "mnist"
    pictures = [_as_it_is(path, form) for path in paths]
    for path, picture in zip(paths, pictures, strict=True):
        if picture.shape != pictures[0].shape:
            height, width = picture.shape[1:]
            raise DataError(f"{path} has {width}×{height} pixels, other pictures of its set have another size.")
    images = np.stack(pictures)
    return images, normalization_of(images)


def _ink(path: Path) -> UInt8Array:
    """Bring a picture of ink to MNIST's form, uint8 (28, 28)."""
    from inkread.imaging import load_image, normalize

    normalized = normalize(load_image(path))
    if not normalized.has_ink:
        raise DataError(f"{path} holds no ink: remove it from its class folder.")
    return normalized.image


def _as_it_is(path: Path, form: Form) -> UInt8Array:
    """Read a picture's pixels, uint8 (1 or 3, height, width)."""
    from inkread.imaging import load_image

    image = load_image(path)
    if form == "colour":
        return image.transpose(2, 0, 1) if image.ndim == 3 else np.repeat(image[None], 3, axis=0)
    return (image if image.ndim == 2 else np.rint(image @ _LUMA).astype(np.uint8))[None]


def read_idx_files(where: Path, files: list[Path]) -> dict[str, Part]:
    """Read files in IDX format that lie in one folder: images and labels, of one split or two.

    They are told by their names, as in train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…; .gz may follow.

    Raises:
        DataError: if images lack their labels, or labels their images, or it is unclear what belongs together.
    """
    parts = {}
    for split in ("train", "test"):
        images = _the_one(
            where, split, [path for path in files if _split_of(path.name) == split and "images" in path.name]
        )
        labels = _the_one(
            where, split, [path for path in files if _split_of(path.name) == split and "labels" in path.name]
        )
        if images and labels:
            parts[split] = array_part(read_idx(images), read_idx(labels), str(images))
        elif images:
            raise DataError(
                f"{images} has no labels file beside it ({images.name.replace('images-idx3', 'labels-idx1')})."
            )
        elif labels:
            raise DataError(
                f"{labels} has no images file beside it ({labels.name.replace('labels-idx1', 'images-idx3')})."
            )
    return parts


def is_idx_name(name: str) -> bool:
    """Tell IDX files by name."""
    stem = name.removesuffix(".gz")
    return stem.endswith((".idx", "-ubyte", ".idx1", ".idx3")) and ("images" in name or "labels" in name)


def _split_of(name: str) -> str:
    """Tell the split by a file's name; files that name none are for training."""
    return "test" if "t10k" in name or "test" in name else "train"


def _the_one(where: Path, split: str, files: list[Path]) -> Path | None:
    """Return the only file, or None; of a file and its gzipped copy the unpacked one."""
    by_stem = {path.name.removesuffix(".gz"): path for path in sorted(files, reverse=True)}
    if len(by_stem) > 1:
        raise DataError(
            f"{where} holds several {split} sets ({', '.join(sorted(by_stem))}): put each into its own folder."
        )
    return next(iter(by_stem.values()), None)


def read_idx_beside(path: Path) -> dict[str, Part]:
    """Read the IDX file of images (or labels) at `path` with its partner; files of other sets beside it are left alone.

    Raises:
        DataError: see `read_idx_files`.
    """
    mine = _set_name(path.name)
    return read_idx_files(path, [other for other in _visible(path.parent) if _set_name(other.name) == mine])


def _set_name(name: str) -> str:
    """Return what the images and labels of all splits of one set have in common in their names; empty if no IDX."""
    if not is_idx_name(name):
        return ""
    stem = name.removesuffix(".gz")
    for word, common in (("t10k", "train"), ("test", "train"), ("labels", "images"), ("idx1", "idx3")):
        stem = stem.replace(word, common)
    return stem
