"""One run from data to model file: `train` puts the loop, the run's folder and the listeners together."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from inkread.data import Dataset, hold_out, loaders, pick, take
from inkread.data.collections import COLLECTION_OF
from inkread.data.fetch import Progress
from inkread.errors import ConfigError, DataError
from inkread.evaluation import wilson_interval
from inkread.files import write_bytes
from inkread.modelfile import Metric
from inkread.networks import preprocessing, reads_texts
from inkread.training.answers import right
from inkread.training.batches import check_batches
from inkread.training.calibrate_texts import calibrate_texts
from inkread.training.calibration import Confidence, calibrate
from inkread.training.card import make_card
from inkread.training.checkpoint import load_checkpoint, save_checkpoint, to_safetensors
from inkread.training.config import TrainConfig
from inkread.training.device import deterministic, settle
from inkread.training.events import CheckpointSaved, Event, Listener, RunDone
from inkread.training.export import export_model
from inkread.training.folder import RunFolder, stored_config
from inkread.training.lineage import check_lineage, lineage
from inkread.training.listeners.curves import draw_curves
from inkread.training.listeners.log import JsonLog, read_log
from inkread.training.loop import Controls, fit, predict
from inkread.training.losses import measure_of
from inkread.training.pictures import Pictures
from inkread.training.state import State, new_state
from inkread.types import NO_DIGIT

SAVE_EVERY = 5.0
LARGEST_VALIDATION = 5  # validation takes one picture in so many at most


@dataclass(frozen=True, slots=True, kw_only=True)
class RunData:
    """The three parts of the data; `test` is None where the data set has no such split."""

    train: Dataset
    validation: Dataset
    test: Dataset | None

    def describe(self) -> list[dict[str, Any]]:
        """Name the splits that were loaded, with their hashes."""
        loaded = [self.train] if self.test is None else [self.train, self.test]
        return [{"name": part.name, "split": part.split, "sha256": part.sha256} for part in loaded]


def train(
    config: TrainConfig,
    *,
    run_dir: Path,
    listeners: Sequence[Listener] = (),
    resume: bool = False,
    save_every: float = SAVE_EVERY,
    data: RunData | None = None,
) -> Path:
    """Train, measure once on the test split, and leave everything in the run's folder.

    The folder then holds config.json, log.jsonl, checkpoint.safetensors, weights.safetensors, curves.png and, written
    last, model.onnx. Ctrl-C (where this runs in the main thread) saves a checkpoint and stops.

    Args:
        config: what to train, how, on what.
        run_dir: the run's folder; made if it is not there.
        listeners: called with every event.
        resume: go on with the run in `run_dir`, on its device and with its number of threads; the result is the same
            to the last bit as without the interruption.
        save_every: seconds between two checkpoints within an epoch.
        data: what `load_data(config)` returned, where the caller has it already.

    Returns:
        The path of the model file.

    Raises:
        ConfigError: if an option makes no sense here, or the run to resume is finished or another.
        DataError: if the data cannot be had.
        OutputError: if something cannot be written; what was there before stays.
        TrainingInterrupted: after Ctrl-C.
    """
    config = _settle_as_begun(config, run_dir) if resume else settle(config)
    data = data or load_data(config)
    _check_classes(config, data.train)
    config = config.with_options({"validation": len(data.validation)})
    folder, device = RunFolder(run_dir), torch.device(config.device)
    pictures, held_out = _on(device, data.train), _on(device, data.validation)
    with deterministic(device, config), JsonLog(folder.log) as log:
        everyone: tuple[Listener, ...] = (log, *listeners)
        goes_on = resume and folder.checkpoint.exists()
        state = new_state(
            config.with_options({"start_from": None}) if goes_on else config,
            num_classes=data.train.outputs,
            image_shape=data.train.images.shape[1:],
            device=device,
            train=pictures,
        )
        check_batches(state.network, config, len(data.train))
        if resume:
            folder.check_resumable(config, data.describe())
            folder.remove_leftovers()
            if not goes_on:
                check_lineage(config, folder)
        else:
            folder.begin(config, data.describe(), lineage(config))
        if goes_on:
            load_checkpoint(state, folder.checkpoint)
        with _interruptions() as stop:
            controls = Controls(save=_saver(folder), save_every=save_every, stop=stop)
            for event in fit(state, config, pictures, held_out, controls):
                _tell(everyone, event)
        _finish(state, config, data, folder, everyone)
    return folder.model


def _check_classes(config: TrainConfig, dataset: Dataset) -> None:
    """Refuse classes that the loss, or a model file, can do nothing with.

    Raises:
        ConfigError: naming them.
    """
    if (config.loss == "ctc") != dataset.of_texts:
        kind, needed = ("texts", "'ctc'") if dataset.of_texts else ("classes", "another than 'ctc'")
        raise ConfigError(f"the labels of {dataset.name} are {kind}, for which the loss must be {needed}.")
    if reads_texts(config.network) != dataset.of_texts:
        kind, needed = ("texts", "'numbers'") if dataset.of_texts else ("classes", "another than 'numbers'")
        raise ConfigError(f"the labels of {dataset.name} are {kind}, for which the network must be {needed}.")
    if len(dataset.classes) < 2:
        raise ConfigError(
            f"all pictures of {dataset.name} are of one class, {dataset.classes[0]!r}: there is nothing to tell apart; "
            "add pictures of another class."
        )
    *labels, last = dataset.classes
    if config.loss == "open-set" and last != NO_DIGIT:
        raise ConfigError(
            f"the loss 'open-set' needs data whose last class is {NO_DIGIT!r}, that of {dataset.name} is {last!r}: "
            "take other data, or the loss 'cross-entropy'."
        )
    if last == NO_DIGIT and len(labels) < 2:
        raise ConfigError(f"{dataset.name} has but one class besides {NO_DIGIT!r}, {labels[0]!r}: two are needed.")


def _settle_as_begun(config: TrainConfig, run_dir: Path) -> TrainConfig:
    """Name device, threads and precision in the configuration of a run to resume: those that it was begun with.

    Raises:
        ConfigError: if there is no run, or no such device here.
    """
    begun = stored_config(run_dir)
    device = begun.device if config.device == "auto" else config.device
    precision = begun.precision if config.precision == "auto" else config.precision
    options = {"device": device, "threads": config.threads or begun.threads, "precision": precision}
    try:
        return settle(config.with_options(options))
    except ConfigError as error:
        raise ConfigError(
            f"cannot resume {run_dir}: it was begun on {begun.device}, and torch cannot use {device} here; go on where "
            "it can, or train anew in another folder."
        ) from error


def load_data(config: TrainConfig, *, progress: Progress | None = None) -> RunData:
    """Load the splits that a configuration names, and set validation pictures aside; `progress` hears of downloads.

    Raises:
        DataError: if there are none, or they are kept for validation.
        ConfigError: if the test pictures are of another size.
    """
    collection = COLLECTION_OF.get(config.data)
    if collection is not None and not collection.trainable:
        raise DataError(f"{config.data} is kept for validation: train with other data.")
    found = loaders(config.data, progress=progress)
    whole = pick(found, config.data, "train")
    rest, validation = hold_out(whole, min(config.validation, len(whole) // LARGEST_VALIDATION))
    if config.limit is not None:
        rest = take(rest, config.limit)
    test = found["test"]() if "test" in found else None
    if test is not None and test.images.shape[1:] != whole.images.shape[1:]:
        raise ConfigError(
            f"the test pictures of {config.data} have shape {test.images.shape[1:]}, those to train with "
            f"{whole.images.shape[1:]}: make them alike."
        )
    return RunData(train=rest, validation=validation, test=test if test is not None and len(test) else None)


def _finish(state: State, config: TrainConfig, data: RunData, folder: RunFolder, listeners: Sequence[Listener]) -> None:
    """Measure the best weights on the test split and write the run's results; the model file comes last."""
    scaling, device = preprocessing(config.network), next(state.network.parameters()).device
    metrics: list[Metric] = []
    test_loss = test_correct = None
    if len(data.validation):
        metrics.append(_metric(data.validation, "validation", state.best_correct))
    if data.test is not None:
        pictures = _on(device, data.test)
        logits_nk = predict(state.network, state.best, pictures, scaling)
        test_loss = measure_of(config)(logits_nk, pictures.labels_n).item()
        test_correct = int(right(logits_nk, pictures.labels_n).sum().item())
        metrics.append(_metric(data.test, "test", test_correct))
    done = RunDone(
        best_epoch=state.best_epoch,
        validation_accuracy=state.best_correct / len(data.validation) if len(data.validation) else None,
        test_loss=test_loss,
        test_correct=test_correct,
        test_count=None if data.test is None else len(data.test),
        seconds=state.seconds,
    )
    _tell(listeners, done)
    header = {"inkread.weights": json.dumps({"network": config.network, "recipe": config.recipe})}
    write_bytes(folder.weights, to_safetensors(state.best, header))
    draw_curves(read_log(folder.log), folder.curves)
    confidence = _confidence(state, config, data.validation)
    card = make_card(config, data.train, metrics, confidence, folder.lineage())
    state.network.load_state_dict(state.best)
    export_model(state.network, card, folder.model, scaling, gate=confidence.gate)


def _metric(measured: Dataset, split: str, correct: int) -> Metric:
    """State an accuracy with its interval."""
    low, high = wilson_interval(correct, len(measured))
    value = correct / len(measured)
    return Metric(
        name="accuracy", data=measured.name, split=split, value=value, low=low, high=high, count=len(measured)
    )


def _confidence(state: State, config: TrainConfig, validation: Dataset) -> Confidence:
    """Calibrate the best weights on the validation pictures, in the precision of the model file."""
    if not len(validation):
        return Confidence()
    pictures = _on(next(state.network.parameters()).device, validation)
    logits_nk = predict(state.network, state.best, pictures, preprocessing(config.network))
    if validation.of_texts:
        return calibrate_texts(logits_nk, pictures.labels_n)
    reject_class = validation.classes[-1] == NO_DIGIT
    return calibrate(logits_nk.cpu().numpy(), validation.labels, reject_class=reject_class)


def _on(device: torch.device, dataset: Dataset) -> Pictures:
    """Put a split on a device, whole."""
    return Pictures(torch.tensor(dataset.images, device=device), torch.tensor(dataset.labels, device=device))


def _tell(listeners: Sequence[Listener], event: Event) -> None:
    """Pass an event on."""
    for listener in listeners:
        listener(event)


def _saver(folder: RunFolder) -> Callable[[State], CheckpointSaved]:
    """Return what writes a run's checkpoint."""

    def save(state: State) -> CheckpointSaved:
        save_checkpoint(state, folder.checkpoint)
        return CheckpointSaved(path=str(folder.checkpoint), epoch=state.epoch, step=state.step)

    return save


@contextmanager
def _interruptions() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a wish that the loop asks for between two steps; the second one acts at once."""
    wanted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield wanted.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def note(_number: int, _frame: Any) -> None:
        wanted.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield wanted.is_set
    finally:
        signal.signal(signal.SIGINT, before)
