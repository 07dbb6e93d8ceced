"""`load`: a named source or own data, by path, as one Dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from inkread.data.arrays import Part, sort_classes
from inkread.data.collections import COLLECTION_OF, HANDWRITING, NUMBERS
from inkread.data.dataset import Dataset, digest
from inkread.data.fetch import Progress, read_files
from inkread.data.idx import parse_idx
from inkread.data.sources import SOURCES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, Source
from inkread.errors import DataError
from inkread.naming import nearest

SPLITS = ("train", "test")
NAMES = (*SOURCES, *COLLECTION_OF, HANDWRITING, NUMBERS)


def load(name_or_path: str | Path, split: str = "train", *, progress: Progress | None = None) -> Dataset:
    """Load a split of a data set, fetching a named source where it is not yet in the cache.

    Own data are one of
    - a folder of pictures for each class, alone or within `train/` and `test/`. Pictures of one size up to 64×64 are
      taken pixel for pixel, unless they are dark ink on paper; all others are brought to MNIST's form (`imaging`);
    - IDX files, also gzipped: their folder, or the images file, the labels file lying beside it;
    - a CSV file of a label and side * side pixels a row;
    - an npz file with x_train, y_train, x_test, y_test, or X and y.
    The class "no digit" comes last, wherever its name would stand: the loss "open-set" learns to refuse it.

    Args:
        name_or_path: a name in `NAMES`, or a path. A name wins: write ./mnist for a folder of that name.
        split: "train" or "test"; own data without a split are all "train".
        progress: told how downloads and drawing go.

    Returns:
        The pictures and their labels.

    Raises:
        DataError: if there is no such data set or split, it cannot be fetched, it is damaged, or its collection was not
            brought in.
        ImageError: if a picture in a class folder cannot be read; it is named.
        OutputError: if the cache cannot be written.
    """
    if split not in SPLITS:
        raise DataError(f"there is no split {split!r}{nearest(split, SPLITS)}")
    return pick(loaders(name_or_path, progress=progress), name_or_path, split)


def loaders(name_or_path: str | Path, *, progress: Progress | None = None) -> dict[str, Callable[[], Dataset]]:
    """Return what loads each split that a data set has; own files are parsed once for all of them.

    Args:
        name_or_path: see `load`.
        progress: told how downloads and drawing go.

    Returns:
        By split, "train" and "test" or one of them, a function that loads it and raises as `load` does.

    Raises:
        DataError: if there is no such data set, or it is damaged.
        ImageError: if a picture in a class folder cannot be read; it is named.
    """
    if str(name_or_path) in SOURCES:
        source = SOURCES[str(name_or_path)]
        return {split: partial(load_source, source, split, progress=progress) for split in SPLITS}
    if str(name_or_path) in COLLECTION_OF:
        return _collected_loaders(str(name_or_path))
    if str(name_or_path) == HANDWRITING:
        return _handwriting_loaders(progress)
    if str(name_or_path) == NUMBERS:
        return {split: partial(_load_numbers, split, progress=progress) for split in SPLITS}
    parts = _own_parts(name_or_path)
    return {split: partial(_own_dataset, str(name_or_path), split, parts) for split in parts}


def _collected_loaders(name: str) -> dict[str, Callable[[], Dataset]]:
    """Return what loads the splits of a data set made of a collection."""
    from inkread.data.collected import load_collected

    return {split: partial(load_collected, name, split) for split in COLLECTION_OF[name].splits}


def _handwriting_loaders(progress: Progress | None) -> dict[str, Callable[[], Dataset]]:
    """Return what loads the splits of the composed data set."""
    from inkread.data.handwriting import load_handwriting

    mnist = partial(load_source, SOURCES["mnist"], progress=progress)
    return {split: partial(load_handwriting, split, mnist, progress=progress) for split in SPLITS}


def _load_numbers(split: str, *, progress: Progress | None) -> Dataset:
    """Load a split of the made rows."""
    from inkread.data.numbers import load_numbers

    return load_numbers(split, load_source(SOURCES["mnist"], split, progress=progress), progress=progress)


def pick(found: Mapping[str, Callable[[], Dataset]], name_or_path: str | Path, split: str) -> Dataset:
    """Load one of the splits that `loaders(name_or_path)` found; arguments and errors as of `load`."""
    if split not in found:
        raise DataError(f"{name_or_path} has no {split} split: take its {' or '.join(found)} split.")
    return found[split]()


def load_source(source: Source, split: str, *, progress: Progress | None = None) -> Dataset:
    """Load a split of a named source; see `load`."""
    names = (TRAIN_IMAGES, TRAIN_LABELS) if split == "train" else (TEST_IMAGES, TEST_LABELS)
    raw_images, raw_labels = read_files(source, names, progress)
    images_nhw = parse_idx(raw_images, f"{source.name}: {names[0]}")
    labels = parse_idx(raw_labels, f"{source.name}: {names[1]}").astype(np.int64)
    if images_nhw.ndim != 3:
        raise DataError(f"{source.name}: {names[0]} holds no pictures.")
    if source.transposed:
        images_nhw = np.ascontiguousarray(images_nhw.transpose(0, 2, 1))
    images = images_nhw[:, None]
    return Dataset(
        name=source.name,
        split=split,
        images=images,
        labels=labels,
        classes=source.classes,
        normalization=source.normalization,
        sha256=digest(images, labels),
        licence=source.licence,
        credit=source.credit,
        validation_last=source.validation_at_end,
    )


def _own_parts(name_or_path: str | Path) -> dict[str, Part]:
    """Read somebody's own data in whatever format they are."""
    from inkread.data.folders import is_idx_name, read_folder, read_idx_beside
    from inkread.data.tables import read_csv, read_npz

    path = Path(name_or_path)
    if path.is_dir():
        return read_folder(path)
    if not path.exists():
        raise DataError(f"there is no data set and no path called {name_or_path}{nearest(str(name_or_path), NAMES)}")
    if path.suffix.lower() == ".csv":
        return read_csv(path)
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    if is_idx_name(path.name):
        return read_idx_beside(path)
    raise DataError(
        f"{path} is in no format that can be read: a folder of pictures for each class, IDX files called "
        "…images-idx3-ubyte and …labels-idx1-ubyte, .csv and .npz can be."
    )


def _own_dataset(name: str, split: str, parts: dict[str, Part]) -> Dataset:
    """Make a Dataset of one part; its classes are those of all parts."""
    classes = sort_classes(label for part in parts.values() for label in part.labels)
    index = {label: number for number, label in enumerate(classes)}
    labels = np.array([index[label] for label in parts[split].labels], np.int64)
    images, normalization = parts[split].read()
    return Dataset(
        name=name,
        split=split,
        images=images,
        labels=labels,
        classes=classes,
        normalization=normalization,
        sha256=digest(images, labels),
    )
