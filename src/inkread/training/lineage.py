"""The runs that led to a run's first weights, as its folder and its card tell them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inkread.errors import ConfigError
from inkread.training.config import TrainConfig
from inkread.training.folder import RunFolder, stored_config
from inkread.training.modelweights import model_card
from inkread.training.start import first_weights

BEGAN = "Began with"  # how each of these sentences begins
TOLD = ("epochs", "learning_rate", "focus", "seed")  # of a model file's card, which may be of another version


def lineage(config: TrainConfig) -> list[str]:
    """Tell where a run's first weights come from.

    Args:
        config: the run's; its `start_from` has been read already.

    Returns:
        A sentence a run, the oldest first; none for a run that begins with random weights.
    """
    weights = first_weights(config)
    if weights is None:
        return []
    digest = f"SHA-256 {hashlib.sha256(weights.read_bytes()).hexdigest()}"
    if weights.suffix == ".onnx":
        return _of_model(weights, digest)
    folder = RunFolder(weights.parent)
    try:
        before, earlier = stored_config(folder.path), folder.lineage()
    except ConfigError:  # weights that were copied without their run's folder
        return [f"{BEGAN} weights of unknown origin, {digest}."]
    return [*earlier, f"{BEGAN} the weights of {_learned(before)}, {digest}."]


def _of_model(path: Path, digest: str) -> list[str]:
    """Tell what the card of a model file knows, and whom it thanks."""
    card = model_card(path)
    earlier = [note for note in card.notes if note.startswith(BEGAN)]
    thanks = f" It learned from pictures by: {'; '.join(card.credits)}." if card.credits else ""
    known = [f"{name.replace('_', ' ')} {card.config[name]}" for name in TOLD if name in card.config]
    told = f" ({', '.join(known)})" if known else ""
    return [
        *earlier,
        f"{BEGAN} the weights of a model file of {card.recipe or 'no known recipe'}{told}, {digest}.{thanks}",
    ]


def _learned(config: TrainConfig) -> str:
    """Tell what a run did."""
    settings = f"learning rate {config.learning_rate:g}, focus {config.focus:g}, seed {config.seed}"
    return f"{config.epochs} {'epoch' if config.epochs == 1 else 'epochs'} of {config.recipe} ({settings})"


def check_lineage(config: TrainConfig, folder: RunFolder) -> None:
    """Refuse to go on, before the first checkpoint, with a run whose first weights are no longer those it began with.

    Raises:
        ConfigError: naming them.
    """
    if lineage(config) != folder.lineage():
        raise ConfigError(
            f"cannot resume {folder.path}: the weights in {config.start_from} have changed since it was begun; train "
            "anew in another folder."
        )
