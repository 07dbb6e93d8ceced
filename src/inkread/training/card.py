"""The card of a trained model: what it was made of, how, and how sure it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from inkread.data import Dataset
from inkread.modelfile import Card, DataSource, Metric
from inkread.training.calibration import Confidence
from inkread.training.config import TrainConfig
from inkread.training.folder import git_revision, now, versions
from inkread.types import NO_DIGIT


def make_card(
    config: TrainConfig,
    source: Dataset,
    metrics: Sequence[Metric],
    confidence: Confidence,
    lineage: Sequence[str] = (),
) -> Card:
    """Fill in the card of a trained model; what is no digit is not one of its labels.

    Args:
        config: the run's.
        source: what it was trained on; a composed data set's origins are named and thanked too.
        metrics: what was measured.
        confidence: temperature and threshold.
        lineage: the runs that led to its first weights, a sentence each.

    Returns:
        The card.
    """
    reject_class = source.classes[-1] == NO_DIGIT
    _, *shape = source.images.shape
    data = _data_sources(source)
    return Card(
        name=f"{config.recipe} ({source.name})",
        task="number" if source.of_texts else "digit",
        labels=source.classes[:-1] if reject_class else source.classes,
        reject_class=reject_class,
        input_shape=(shape[0], shape[1], shape[2]),
        normalization=source.normalization,
        network=config.network,
        network_options={} if config.dropout is None else {"dropout": config.dropout},
        temperature=confidence.temperature,
        threshold=confidence.threshold,
        recipe=config.recipe,
        config=config.to_dict(),
        seed=config.seed,
        data=data,
        metrics=tuple(metrics),
        credits=tuple(dict.fromkeys(one.credit for one in data if one.credit)),
        versions=versions(),
        git_revision=git_revision(),
        created=now(),
        notes=tuple(lineage),
    )


def _data_sources(source: Dataset) -> tuple[DataSource, ...]:
    """Name a data set, and after it what it is composed of."""
    whole = DataSource(
        name=source.name,
        sha256=source.sha256,
        count=len(source),
        licence=source.licence,
        credit=source.credit,
    )
    return whole, *(DataSource(**asdict(origin)) for origin in source.origins)
