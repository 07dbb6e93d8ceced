"""Make what the lessons' figures compute with: a few hundred MNIST digits, and a tutorial's network in 8 bits.

    inkread train cnn-8-16 --out runs/cnn-8-16
    python docs/make_lesson_data.py runs/cnn-8-16

It writes digits.png (ten columns, one a digit; 30 rows of training digits, below them 30 rows of test digits, the first
of each class in MNIST's order) and tutorial.json (the weights as 8-bit numbers with one scale a layer, and the accuracy
that they reach) into src/inkread/service/static/lessons.
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from inkread.data import load
from inkread.networks import build, preprocessing

OUT = Path(__file__).parent.parent / "src/inkread/service/static/lessons"
OF_EACH = 30  # digits of each class and split
NETWORK = "cnn-8-16"


def draw_digits(path: Path) -> None:
    """Put the digits side by side into one picture."""
    rows = []
    for split in ("train", "test"):
        dataset = load("mnist", split)
        columns = [dataset.images[dataset.labels == digit, 0][:OF_EACH].reshape(-1, 28) for digit in range(10)]
        rows.append(np.concatenate(columns, axis=1))
    Image.fromarray(np.concatenate(rows)).save(path, optimize=True)


def rounded(weights: torch.Tensor) -> tuple[np.ndarray, float]:
    """Round weights to whole numbers from -127 to 127 and return them with what one of these stands for."""
    scale = float(weights.abs().max()) / 127
    return np.rint(weights.numpy() / scale).astype(np.int8), scale


def write_network(run: Path, path: Path) -> float:
    """Write the network of a run with its weights rounded; return its accuracy on MNIST's test pictures, 0 to 1."""
    weights = load_file(run / "weights.safetensors")
    names = [name.removesuffix(".weight") for name in weights if name.endswith(".weight")]
    layers = []
    for name in sorted(names, key=lambda name: int(name.split(".")[-1])):
        whole, scale = rounded(weights[f"{name}.weight"])
        bias = [round(float(value), 5) for value in weights[f"{name}.bias"]]
        text = base64.b64encode(whole.tobytes()).decode()
        layers.append({"shape": list(whole.shape), "scale": scale, "weights": text, "bias": bias})
        weights[f"{name}.weight"] = torch.from_numpy(whole.astype(np.float32)) * scale
        weights[f"{name}.bias"] = torch.tensor(bias)
    form = preprocessing(NETWORK)
    network = build(NETWORK).eval()
    network.load_state_dict(weights)
    test = load("mnist", "test")
    with torch.inference_mode():
        logits = network((torch.from_numpy(test.images).float() / 255 - form.mean) / form.std)
    accuracy = float((logits.argmax(dim=1).numpy() == test.labels).mean())
    said = {"recipe": NETWORK, "accuracy": round(accuracy, 4), "mean": form.mean, "std": form.std, "layers": layers}
    path.write_text(json.dumps(said, separators=(",", ":")) + "\n")
    return accuracy


def main() -> None:
    """Make both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help=f"folder of a run of {NETWORK}")
    options = parser.parse_args()
    draw_digits(OUT / "digits.png")
    accuracy = write_network(options.run, OUT / "tutorial.json")
    print(f"{NETWORK} in 8 bits: {100 * accuracy:.2f} % of MNIST's test pictures")


if __name__ == "__main__":
    main()
