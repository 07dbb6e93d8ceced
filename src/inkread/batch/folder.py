"""The folder of a run: results.csv, the journal, the copies and the contact sheet."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Self

from inkread.batch.copies import CopyNames
from inkread.batch.journal import Journal
from inkread.batch.outcome import Outcome, csv_header, csv_rows, restore
from inkread.batch.resultfile import ResultFile
from inkread.batch.settings import Settings
from inkread.documents import Found, load_page
from inkread.errors import ImageError
from inkread.evaluation.annotate import SHEET_LIMIT, ContactSheet

RESULTS = "results.csv"


class ResultFolder:
    """Writes results.csv as outcomes come, and at the end the contact sheet of digits and numbers.

    Args:
        settings: of the run; with a folder.
        heading: in results.csv, of what was read.
        found: every file that will come.
        journal: of the same folder.

    Attributes:
        names: for the copies; None where there are none.
    """

    def __init__(self, settings: Settings, heading: str, found: Iterable[Found], journal: Journal) -> None:
        assert settings.out is not None
        self._out, self._annotate, self._journal = settings.out, settings.annotate, journal
        self.names: CopyNames | None = None
        if settings.suffixes:
            sources = [entry.path for entry in found]
            self.names = CopyNames(settings.out, settings.suffixes, sources, journal.stems)
        self._on_sheet: list[Outcome] = []
        self._count = 0
        self._results = ResultFile(settings.out / RESULTS)
        self._results.write(csv_header(heading))

    def __enter__(self) -> Self:
        """Return the folder."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the files."""
        self._results.close()

    def add(self, outcome: Outcome) -> None:
        """Write the rows of a page.

        Raises:
            OutputError: if there is no room.
        """
        self._results.write(csv_rows(outcome))
        if outcome.task in ("digit", "number"):
            self._count += 1
            if self._annotate and len(self._on_sheet) < SHEET_LIMIT:
                self._on_sheet.append(outcome)

    def finish(self) -> None:
        """Draw the contact sheet, and note that all is done.

        Raises:
            OutputError: if there is no room.
        """
        self._results.finish()
        if self.names is not None and self._on_sheet:
            sheet = ContactSheet()
            for outcome in self._on_sheet:
                with suppress(ImageError):  # Somebody took it away since it was read.
                    sheet.add(load_page(outcome.path, outcome.page), restore(outcome))
            sheet.save(self._out / f"{self.names.sheet}.png", self._count)
        self._journal.finish()
