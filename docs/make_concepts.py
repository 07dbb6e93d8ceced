"""Write docs/concepts from the texts of the lessons, with a figure each. Needs the extra `train`.

    python docs/make_concepts.py

The page shows the same texts beside figures that move; here each has a still one instead of the things to try.
"""

from __future__ import annotations

import io
import re
from itertools import pairwise
from pathlib import Path

DOCS = Path(__file__).parent
TEXTS = DOCS.parent / "src/inkread/service/lessons"
PICTURES = DOCS / "images/concepts"
COLOURS = 128  # of a figure's palette: enough for flat colours and their edges
DPI = 110

CAPTIONS = {
    "picture": "A 3 of MNIST: as it is, a part of it as numbers, and with a quarter and a sixteenth of the pixels.",
    "neuron": "A neuron that looks for an upright stroke, and what it says to three shapes of ink.",
    "activation": "Left, three activations. Middle, their slopes. Right, three ReLU neurons added up make a tent; "
    "without activation the same three make a straight line.",
    "layers": "A 7 that the network has never seen, on its way to the ten scores. Blue weights welcome ink, orange "
    "ones do not; the numbers say how loudly each neuron answers.",
    "softmax": "Three scores, their softmax, and the loss as the score of the right class, the 7, grows: from the "
    "scores, and with a softmax too many.",
    "loss": "What an answer costs, and how strongly the loss pulls the right digit's score up.",
    "descent": "Forty steps down the same valley, always from the same place.",
    "backpropagation": "Forward in black, weights in blue, and how fast the loss grows with each number in orange. "
    "The second class is the right one.",
    "batch": "The same network trained on 300 digits at a rate of 0.1, with three sizes of batch.",
    "overfitting": "The same network trained on 50 and on 300 digits.",
    "convolution": "A 4, a window that looks for upright lines, the feature map, what pooling leaves, and what dropout "
    "leaves of that. Blue is above 0, orange below.",
    "handwriting": "One 4 in five states. Above, as it is, shrunk to 28×28; below, normalised. Blue answers are right.",
    "confidence": "A network that learned from 100 digits, asked about 300 others: as it is, with the best "
    "temperature, and what refusing the unsure ones buys. Bars show the share right, diamonds the mean confidence.",
}

INDEX = """# How a network learns to read digits

Thirteen short lessons, from a picture that is nothing but numbers to a reader that knows when it does not know. The web
page of `inkread serve` has the same lessons beside figures that move.

"""


def lessons() -> dict[str, Path]:
    """Return the texts by name, in their order."""
    return {path.stem.partition("-")[2]: path for path in sorted(TEXTS.glob("*.md"))}


def title_of(text: str) -> str:
    """Return a text's title."""
    return text.partition("\n")[0].removeprefix("# ")


def page_of(name: str, text: str) -> str:
    """Return a lesson as a page of its own: the figure after the first paragraph, nothing to try."""
    title, first, rest = text.split("\n\n", 2)
    rest = re.split(r"^## Try it$", rest, flags=re.MULTILINE)[0].rstrip()
    caption = CAPTIONS[name]
    return f"{title}\n\n{first}\n\n![{caption}](../images/concepts/{name}.png)\n\n*{caption}*\n\n{rest}\n"


def pages() -> dict[str, str]:
    """Return every file of docs/concepts by name."""
    texts = {path.name: (name, path.read_text(encoding="utf-8")) for name, path in lessons().items()}
    made = {file: page_of(name, text) for file, (name, text) in texts.items()}
    order = list(texts)
    for here, there in pairwise(order):
        made[here] += f"\nNext: [{title_of(texts[there][1])}]({there})\n"
    links = [f"{number}. [{title_of(text)}]({file})" for number, (file, (_, text)) in enumerate(texts.items(), 1)]
    return {"README.md": INDEX + "\n".join(links) + "\n", **made}


def draw(name: str) -> None:
    """Draw a lesson's figure, in few colours so that the file stays small."""
    import concept_figures
    import concept_learning
    from PIL import Image

    function = getattr(concept_figures, name, None) or getattr(concept_learning, name)
    drawn = io.BytesIO()
    function().savefig(drawn, format="png", dpi=DPI, bbox_inches="tight", pad_inches=0.08)
    few = Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(PICTURES / f"{name}.png", optimize=True)


def main() -> None:
    """Write the texts, then the figures."""
    import sys

    (DOCS / "concepts").mkdir(exist_ok=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for file, text in pages().items():
        (DOCS / "concepts" / file).write_text(text, encoding="utf-8")
    for name in sys.argv[1:] or lessons():
        draw(name)


if __name__ == "__main__":
    main()
