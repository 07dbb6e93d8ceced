"""What the documents promise is there: the files they link to and the commands they show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"^\$ (inkread .+?)(?:\s+[#>].*)?$|`(inkread [a-z][^`]*)`", re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []


def shown_commands() -> list[str]:
    """Collect the `inkread ...` commands of all documents."""
    found = {a or b for document in DOCUMENTS for a, b in COMMAND.findall(document.read_text())}
    return sorted(found)


@pytest.mark.parametrize("command", shown_commands())
def test_every_command_shown_has_the_options_it_is_shown_with(command: str) -> None:
    from typer.main import get_command

    from inkread.cli import make_app

    words = [word for word in shlex.split(command)[1:] if word != "…"]
    group = get_command(make_app())
    options = {option for parameter in group.params for option in parameter.opts}
    while words and hasattr(group, "commands") and not words[0].startswith("-"):
        assert words[0] in group.commands, f"no such verb: {words[0]}"
        group = group.commands[words.pop(0)]
        options |= {option for parameter in group.params for option in parameter.opts}
    unknown = [word for word in words if word.startswith("--") and word not in options | {"--help"}]
    assert unknown == []
