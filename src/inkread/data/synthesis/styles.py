"""The table of how often things happen to made numbers. Shares are 0 to 1, ranges from and to."""

from __future__ import annotations

from dataclasses import dataclass, field

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """Shares and ranges for number crops.

    Attributes:
        pictures: share of numbers written with MNIST's pictures; of the rest, those with trajectories where there are
            some.
        printed: share of printed numbers.
        old: share of numbers in an old hand, where there are trajectories; the other shares are of the rest.
        mixed: of the numbers of pictures, those whose pictures come from anywhere.
        empty: share of crops that hold no number.
        words: share of crops that hold a word in its place, where there are letters.
        lengths: weights of 1, 2, 3 ... digits.
        height: of the digits, in pixels, log-uniform.
        decimal: share with a decimal point or comma, where there are two digits or more.
        minus: share with a leading minus.
        touching: share whose digits overlap or touch.
        wide: share with wide gaps.
        kerned: share with gaps that count where the inks are closest.
        comb: share in fields of one box a digit.
        climb: standard deviation of the baseline's slope.
        margin: least and greatest margins, as shares of the height, for tight and generous crops.
        generous: share of crops with generous margins.
        baseline: share with a line under the digits.
        through: share with a line anywhere, through the digits too.
        squared: share on squared paper.
        edges: share with the edges of a box or table cell at one border or more.
        tick: share with a tick beside the number.
        underline: share underlined by hand.
        neighbour: share, for each border, of ink that was cut off there.
        unit: share with a letter or two behind it.
        specks: share with dirt.
        faint: share written with a pencil or a pen that gives little ink.
        shadow: share with uneven light.
        blur: share out of focus.
        motion: share of moved cameras.
        coarse: share of pictures that once were smaller.
        noise: share with a camera's noise.
        jpeg: share with JPEG's blocks.
        bilevel: share of black and white scans.
        negative: share of light ink on dark.
    """

    pictures: float = 0.5
    printed: float = 0.06
    old: float = 0.0
    mixed: float = 0.3
    empty: float = 0.04
    words: float = 0.0
    lengths: tuple[float, ...] = (0.09, 0.13, 0.2, 0.19, 0.18, 0.1, 0.06, 0.05)
    height: Range = (12, 80)
    decimal: float = 0.2
    minus: float = 0.08
    touching: float = 0.25
    wide: float = 0.15
    kerned: float = 0.3
    comb: float = 0.08
    climb: float = 0.03
    margin: tuple[Range, Range] = ((0.0, 0.35), (0.2, 1.6))
    generous: float = 0.3
    baseline: float = 0.22
    through: float = 0.1
    squared: float = 0.07
    edges: float = 0.22
    tick: float = 0.06
    underline: float = 0.04
    neighbour: float = 0.14
    unit: float = 0.05
    specks: float = 0.15
    faint: float = 0.25
    shadow: float = 0.3
    blur: float = 0.45
    motion: float = 0.05
    coarse: float = 0.2
    noise: float = 0.5
    jpeg: float = 0.35
    bilevel: float = 0.2
    negative: float = 0.05


PAGE_NUMBERS = NumberStyle(printed=0, wide=0, touching=0.2, comb=0, climb=0.015)
"""Numbers on a page: gaps within stay well below the gaps between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStyle:
    """Shares and ranges for pages.

    Attributes:
        layouts: weights of the ways to fill a page, by name (see `layouts.LAYOUTS`).
        digits: height of the digits as a share of the square root of the page's area, log-uniform.
        numbers: how numbers are written.
        lined: share of lined, squared: share of squared paper, where the layout draws no lines of its own.
        two_hands: share of pages by two people.
        printed: share of numbers in print.
        words: share of words among what stands in lines.
        pencil: share written in pencil or with little ink.
        photo: share of photographs; the others are scans.
        perspective: greatest displacement of a corner, as a share of the side.
        skew: greatest turn in degrees.
        quarter: share turned by 90, 180 or 270 degrees.
        shadow: share of photographs with uneven light.
        vignette: share of photographs with dark corners.
        blur: share out of focus.
        coarse: share of pictures that once were smaller.
        noise: share with a camera's noise.
        jpeg: share with JPEG's blocks.
        bilevel: share of scans in black and white.
    """

    layouts: dict[str, float] = field(
        default_factory=lambda: {"lines": 3, "columns": 2, "table": 3, "scattered": 1, "form": 2, "squares": 1}
    )
    digits: Range = (0.016, 0.042)
    numbers: NumberStyle = PAGE_NUMBERS
    lined: float = 0.35
    squared: float = 0.2
    two_hands: float = 0.2
    printed: float = 0.08
    words: float = 0.35
    pencil: float = 0.2
    photo: float = 0.5
    perspective: float = 0.08
    skew: float = 4.0
    quarter: float = 0.1
    shadow: float = 0.7
    vignette: float = 0.4
    blur: float = 0.4
    coarse: float = 0.2
    noise: float = 0.6
    jpeg: float = 0.6
    bilevel: float = 0.2


EVERYDAY = NumberStyle()
PAGES = PageStyle()
CLEAN = NumberStyle(
    printed=0,
    empty=0,
    baseline=0,
    through=0,
    squared=0,
    edges=0,
    comb=0,
    tick=0,
    underline=0,
    neighbour=0,
    unit=0,
    specks=0,
    faint=0,
    shadow=0,
    blur=0,
    motion=0,
    coarse=0,
    noise=0,
    jpeg=0,
    bilevel=0,
    negative=0,
)
"""Dark ink on even paper, and nothing else."""
