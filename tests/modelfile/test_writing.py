from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from inkread.errors import ModelFileError, OutputError
from inkread.modelfile import CARD_KEY, parse_card, write_model
from tests.modelfile.graphs import card, linear_graph, random_weights

WRITE_WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from inkread.errors import OutputError
from inkread.modelfile import write_model
from tests.modelfile.graphs import card, linear_graph, random_weights
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_model(linear_graph(random_weights()), card(), Path(sys.argv[1]))
except OutputError as error:
    print(error)
"""


def test_the_card_travels_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "model.onnx"
    write_model(linear_graph(random_weights()), card(name="première"), path)
    model = onnx.load(path)
    onnx.checker.check_model(model)
    assert [parse_card(entry.value).name for entry in model.metadata_props] == ["première"]


def test_a_card_is_replaced_and_other_metadata_stay(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    model = onnx.load_model_from_string(linear_graph(random_weights()))
    model.metadata_props.add(key="maker", value="me")
    write_model(model.SerializeToString(), card(name="first"), path)
    write_model(path.read_bytes(), card(name="second"), path)
    metadata = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert set(metadata) == {"maker", CARD_KEY}
    assert parse_card(metadata[CARD_KEY]).name == "second"


def test_what_is_no_graph_leaves_the_old_model(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"the old one")
    with pytest.raises(ModelFileError):
        write_model(b"no graph at all", card(), path)
    assert path.read_bytes() == b"the old one"


def test_a_full_disk_leaves_the_old_model(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"the old one")
    result = subprocess.run(
        [sys.executable, "-c", WRITE_WITHOUT_ROOM, path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(path) in result.stdout
    assert "cannot write" in result.stdout
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=f"{tmp_path / 'file'} is a file, give a folder"):
        write_model(linear_graph(random_weights()), card(), tmp_path / "file" / "model.onnx")
