from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from inkread.training.events import CheckpointSaved, EpochDone, Event, RunDone, RunStarted, StepDone
from inkread.training.listeners.curves import draw_curves
from inkread.training.listeners.log import JsonLog, read_log
from inkread.training.listeners.progress import make_progress

STEPS = 40


def started(epoch: int = 1, step: int = 0) -> RunStarted:
    return RunStarted(
        recipe="cnn-10-20",
        epochs=3,
        steps_per_epoch=STEPS,
        train_count=4000,
        validation_count=500,
        parameters=21840,
        device="cpu",
        first_epoch=epoch,
        first_step=step,
    )


def step_done(epoch: int, step: int) -> StepDone:
    return StepDone(
        epoch=epoch,
        step=step,
        samples=step * 100,
        samples_per_epoch=4000,
        loss=1.2345678 / epoch / step,
        accuracy=1 - 0.5 / epoch / step,
        learning_rate=0.001,
        images_per_second=12345.6,
        seconds_left=83.2,
    )


def epoch_done(epoch: int) -> EpochDone:
    return EpochDone(
        epoch=epoch,
        train_loss=0.51234 / epoch,
        train_correct=3600,
        train_count=4000,
        validation_loss=0.4 / epoch,
        validation_correct=450 + epoch,
        validation_count=500,
        best=True,
        seconds=2.5,
    )


DONE = RunDone(best_epoch=3, validation_accuracy=0.906, test_loss=0.1, test_correct=9100, test_count=10000, seconds=7.5)


def whole_run() -> list[Event]:
    events: list[Event] = [started()]
    for epoch in (1, 2, 3):
        events += [step_done(epoch, 20), step_done(epoch, 40), epoch_done(epoch)]
        events += [CheckpointSaved(path="c", epoch=epoch + 1, step=0)]
    return [*events, DONE]


def show(style: str, *, terminal: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=110, color_system=None)
    with make_progress(style, console) as listener:
        for event in whole_run():
            listener(event)
    return stream.getvalue()


def test_lines_are_the_tutorials_reports() -> None:
    lines = show("auto", terminal=False).splitlines()
    assert "Epoch 1  [2000/4000 ( 50 %)]  loss 0.061728" in lines
    assert "Epoch 1  [4000/4000 (100 %)]  loss 0.030864" in lines
    assert "Epoch 2  training    average loss 0.2562  accuracy 3600/4000 (90.00 %)" in lines
    assert "Epoch 2  validation  average loss 0.2000  accuracy 452/500 (90.40 %)  best so far" in lines


def test_bars_show_loss_accuracy_speed_and_time_left_and_end_clean() -> None:
    text = show("auto", terminal=True)
    for part in ("epoch 2/3", "loss 0.0154", "accuracy 98.75 %", "12,346 images/s", "1:23 left"):
        assert part in text
    assert text.count("best so far") == 3


def test_none_shows_nothing() -> None:
    assert show("none", terminal=True) == ""


def test_the_log_holds_every_event_as_a_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with JsonLog(path) as log:
        for event in whole_run():
            log(event)
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    assert lines == read_log(path)
    assert [line["event"] for line in lines[:5]] == [
        "run-started",
        "step-done",
        "step-done",
        "epoch-done",
        "checkpoint-saved",
    ]
    assert lines[1]["loss"] == step_done(1, 20).loss
    assert lines[-1]["test_correct"] == 9100


def test_a_resumed_log_forgets_the_steps_that_were_lost(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with JsonLog(path) as log:
        for event in whole_run()[:7]:
            log(event)
    with path.open("a") as file:
        file.write('{"event": "epoch-do')  # Died while writing.
    with JsonLog(path) as log:
        for event in (started(2, 20), step_done(2, 40), epoch_done(2)):
            log(event)
    story = [(line["event"], line.get("epoch"), line.get("step")) for line in read_log(path)]
    assert story == [
        ("run-started", None, None),
        ("step-done", 1, 20),
        ("step-done", 1, 40),
        ("epoch-done", 1, None),
        ("checkpoint-saved", 2, 0),
        ("step-done", 2, 20),
        ("run-started", None, None),
        ("step-done", 2, 40),
        ("epoch-done", 2, None),
    ]


def test_the_curves_are_a_large_picture_in_two_colours(tmp_path: Path) -> None:
    with JsonLog(tmp_path / "log.jsonl") as log:
        for event in whole_run():
            log(event)
    draw_curves(read_log(tmp_path / "log.jsonl"), tmp_path / "curves.png")
    pixels = np.asarray(Image.open(tmp_path / "curves.png").convert("RGB")).reshape(-1, 3)
    assert len(pixels) >= 1600 * 600
    for colour in ((0, 114, 178), (196, 79, 0)):
        assert (pixels == colour).all(axis=1).sum() > 500


def test_tensorboard_gets_the_same_figures(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    from inkread.training.listeners.tensorboard import TensorBoardLog

    with TensorBoardLog(tmp_path / "tb") as log:
        for event in whole_run():
            log(event)
    found = EventAccumulator(str(tmp_path / "tb"))
    found.Reload()
    assert [scalar.step for scalar in found.Scalars("loss/train")] == [20, 40, 60, 80, 100, 120]
    assert [scalar.value for scalar in found.Scalars("accuracy/validation")] == pytest.approx([0.902, 0.904, 0.906])


def test_a_run_whose_epochs_are_all_done_says_so() -> None:
    stream = io.StringIO()
    with make_progress("lines", Console(file=stream, width=110, color_system=None)) as listener:
        listener(started(epoch=4))
    assert "all of them done" in stream.getvalue()
    assert "epoch 4" not in stream.getvalue()
