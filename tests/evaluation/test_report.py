import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from inkread.evaluation.rejection import Outsiders, compare_outsiders
from inkread.evaluation.report import FILES, OUTSIDERS_FILE, Report, measure, save
from inkread.evaluation.tables import render

PROBABILITIES = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.0, 0.0]], dtype=np.float32)
LABELS = np.array([0, 1, 0, 1])


def report(classes: tuple[str, ...] = ("4", "9"), **changes: object) -> Report:
    names = {"model": "net", "data": "set", "split": "test", "threshold": 0.7}
    return measure(PROBABILITIES, LABELS, classes, **{**names, **changes})  # type: ignore[arg-type]


def outsiders(name: str) -> Outsiders:
    others = np.array([[0.75, 0.25], [0.5, 0.5]], dtype=np.float32)
    return compare_outsiders(PROBABILITIES, others, name, 0.7)


def printed(found: Report, width: int = 100) -> str:
    console = Console(width=width, highlight=False)
    with console.capture() as capture:
        console.print(render(found))
    return capture.get()


def test_the_figures_of_a_small_case() -> None:
    found = report().to_dict()
    assert (found["correct"], found["count"], found["unanswered"]) == (2, 4, 1)
    assert found["acceptance"]["accepted"] == 2
    assert found["acceptance"]["accuracy"] == 0.5
    assert found["aurc"] == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert found["ece"] == pytest.approx((0.1 + 0.8 + 0.4 + 0) / 4)
    assert found["outsiders"] == []


def test_json_holds_everything_and_no_nan() -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    text = report(threshold=1.0).to_json()
    assert json.loads(text, parse_constant=refuse)["acceptance"]["accuracy"] is None


def test_outsiders_are_told_from_digits_by_confidence() -> None:
    digits = np.array([[0.9, 0.1], [0.8, 0.2]], dtype=np.float32)
    others = np.array([[0.85, 0.15], [0.5, 0.5], [0.0, 0.0]], dtype=np.float32)
    found = compare_outsiders(digits, others, "letters", 0.84)
    assert (found.count, found.accepted) == (3, 1)
    assert found.auroc == pytest.approx(5 / 6)
    assert found.confidence == pytest.approx([0.85, 0.5, 0])
    text = " ".join(printed(report(outsiders=(found,)), width=160).split())
    assert "AUROC; 33.33 % of 3 accepted wrongly, 33.33 % where 99 % of the digits are accepted" in text


def test_outsiders_are_counted_where_99_of_100_digits_are_accepted() -> None:
    confidence = np.linspace(0.505, 1, 100, dtype=np.float32)
    digits = np.stack([confidence, 1 - confidence], axis=1)
    others = np.array([[0.5, 0.5], [0.508, 0.4], [0.511, 0.1], [0.9, 0.0], [0.0, 0.0]], dtype=np.float32)
    found = compare_outsiders(digits, others, "letters", 0.95)
    assert (found.accepted, found.accepted_at_99) == (0, 2)  # the 99th digit has 0.51


def test_each_set_of_outsiders_gets_a_line_and_an_entry() -> None:
    both = (outsiders("letters"), outsiders("scribbles"))
    found = report(outsiders=both)
    text = printed(found, width=160)
    assert "against letters" in text
    assert "against scribbles" in text
    entries = json.loads(found.to_json())["outsiders"]
    assert [entry["data"] for entry in entries] == ["letters", "scribbles"]
    assert set(entries[0]) == {"data", "count", "auroc", "accepted", "accepted_at_99"}


def test_the_terminal_shows_each_class_and_each_mistake() -> None:
    text = printed(report())
    assert "50.00 %" in text
    assert "2 of 4" in text
    assert "not read, counted as wrong" in text
    rows = [line.split() for line in text.splitlines() if line.strip()[:2] in ("4 ", "9 ")]
    assert ["4", "66.67", "%", "100.00", "%", "80.00", "%", "2"] in rows
    assert ["4", "2", "·"] in rows
    assert ["9", "1", "·"] in rows


def test_pictures_that_were_trained_on_are_said_to_be_so() -> None:
    assert "trained on" not in printed(report())
    assert "these are the pictures that the model was trained on" in printed(report(trained_on=True))
    assert report(trained_on=True).to_dict()["trained_on"] is True


def test_class_names_cannot_act_on_the_terminal() -> None:
    assert "\x1b]0;" not in printed(report(classes=("\x1b]0;owned\x07", "b")))


def test_class_names_are_no_markup() -> None:
    assert "[red]" in printed(report(classes=("[red]", "[/]"), data="[bold]"))


def test_many_classes_are_shown_as_a_list_of_mistakes() -> None:
    classes = tuple(f"c{i}" for i in range(40))
    probabilities = np.eye(40, dtype=np.float32)[[0, 0, 0, 3]]
    found = measure(
        probabilities, np.array([0, 1, 1, 2]), classes, model="net", data="set", split="test", threshold=0.5
    )
    rows = [line.split() for line in printed(found, width=80).splitlines()]
    assert ["c1", "c0", "2"] in rows
    assert ["c2", "c3", "1"] in rows
    assert max(map(len, printed(found, width=80).splitlines())) <= 80


def test_no_mistakes_are_said() -> None:
    found = measure(PROBABILITIES[:1], LABELS[:1], ("4", "9"), model="n", data="s", split="test", threshold=0.5)
    assert "No mistakes." in printed(found)


def test_all_files_are_written(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 1, 28, 28), dtype=np.uint8)
    folder = tmp_path / "new" / "folder"
    paths = save(report(), images, LABELS, PROBABILITIES, folder)
    assert sorted(p.name for p in folder.iterdir()) == sorted(FILES)
    assert all(p.stat().st_size > 500 for p in paths)
    assert json.loads((folder / "report.json").read_text()) == report().to_dict()
    save(report(outsiders=(outsiders("letters"),)), images, LABELS, PROBABILITIES, folder)
    assert sorted(p.name for p in folder.iterdir()) == sorted([*FILES, OUTSIDERS_FILE])
