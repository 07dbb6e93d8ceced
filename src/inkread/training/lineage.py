"""The runs that led to a run's first weights, as its folder and its card tell them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inkread.errors import ConfigError
from inkread.training.config import TrainConfig
from inkread.training.folder import RunFolder, stored_config, weights_path


def lineage(config: TrainConfig) -> list[str]:
    """Tell where a run's first weights come from.

    Args:
        config: the run's; its `start_from` has been read already.

    Returns:
        A sentence a run, the oldest first; none for a run that begins with random weights.
    """
    if config.start_from is None:
        return []
    weights = weights_path(Path(config.start_from))
    digest = f"SHA-256 {hashlib.sha256(weights.read_bytes()).hexdigest()}"
    folder = RunFolder(weights.parent)
    try:
        before, earlier = stored_config(folder.path), folder.lineage()
    except ConfigError:  # weights that were copied without their run's folder
        return [f"Began with weights of unknown origin, {digest}."]
    settings = f"learning rate {before.learning_rate:g}, focus {before.focus:g}, seed {before.seed}"
    learned = f"{before.epochs} {'epoch' if before.epochs == 1 else 'epochs'} of {before.recipe}"
    return [*earlier, f"Began with the weights of {learned} ({settings}), {digest}."]


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
