from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import inkread
from inkread.errors import ConfigError, OutputError
from inkread.training.folder import RunFolder, new_folder, stored_config
from inkread.training.recipes import get_recipe

CONFIG = get_recipe("quick")
DATA = [{"name": "mnist", "split": "train", "sha256": "abc"}]


def test_the_default_folder_is_the_next_free_one(tmp_path: Path) -> None:
    names = [new_folder(tmp_path / "runs", "quick").name for _ in range(3)]
    assert names == ["quick", "quick-2", "quick-3"]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(OutputError, match="cannot write"):
        new_folder(tmp_path / "runs", "quick")


def test_a_run_goes_on_with_its_own_settings_and_data_only(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.begin(CONFIG, DATA)
    assert stored_config(tmp_path) == CONFIG
    folder.check_resumable(CONFIG, DATA)
    with pytest.raises(ConfigError, match=r"with epochs 99: it was begun with \d+;"):
        folder.check_resumable(CONFIG.with_options({"epochs": 99}), DATA)
    with pytest.raises(ConfigError, match="train split of mnist has changed"):
        folder.check_resumable(CONFIG, [{**DATA[0], "sha256": "abd"}])


def test_a_run_goes_on_with_its_own_torch_only(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.begin(CONFIG, DATA)
    begun = json.loads(folder.config.read_text())
    begun["versions"]["torch"] = "1.0.0"
    folder.config.write_text(json.dumps(begun))
    with pytest.raises(ConfigError, match=r"begun with torch 1\.0\.0, this is \d.* train anew"):
        folder.check_resumable(CONFIG, DATA)


def test_the_revision_is_that_of_the_repository_that_tracks_the_code(tmp_path: Path) -> None:
    home = Path(inkread.__file__).parent
    shutil.copytree(home, tmp_path / ".venv" / "inkread", ignore=shutil.ignore_patterns("__pycache__", "*.onnx"))

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false")
        command = ["git", *who, *arguments]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    def revision() -> str:
        code = "from inkread.training.folder import git_revision; print(git_revision())"
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, cwd=tmp_path / ".venv", check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init")
    git("commit", "--allow-empty", "-m", "another project")
    assert revision() == ""
    git("add", ".venv")
    git("commit", "-m", "with a copy of the code")
    assert revision() == git("rev-parse", "HEAD")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"config": 3}', '{"config": {"recipe": "x"}}'])
def test_a_damaged_description_is_one_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ConfigError):
        stored_config(tmp_path)
