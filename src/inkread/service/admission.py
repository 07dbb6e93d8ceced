"""How much a worker takes on at once: requests in all, requests of one client, and bytes of bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from inkread.service.problems import Problem, busy
from inkread.service.settings import Settings


class Admission:
    """Counts what is under way; used from the event loop alone.

    Attributes:
        waiting: requests that are held.
        held_bytes: bytes of their bodies.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._of_client: Counter[str] = Counter()
        self.waiting = 0
        self.held_bytes = 0

    def check(self, client: str) -> None:
        """Refuse a request that could not be held.

        Raises:
            Problem: 429 if the client has too many under way, 503 if all together have.
        """
        most = self._settings.max_waiting_per_client
        if most and self._of_client[client] >= most:
            detail = f"You have {most} requests under way, which is the most: wait for their answers."
            raise Problem(429, detail, headers={"Retry-After": "1"})
        if self.waiting >= self._settings.max_waiting:
            raise busy("The service has as many requests as it can hold: ask again in a second.")

    @contextmanager
    def hold(self, client: str) -> Iterator[None]:
        """Count a request while it is worked on.

        Raises:
            Problem: as `check`.
        """
        self.check(client)
        self.waiting += 1
        self._of_client[client] += 1
        try:
            yield
        finally:
            self.waiting -= 1
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]

    @contextmanager
    def room(self) -> Iterator[Room]:
        """Lend room for a body; what it took is given back at the end."""
        room = Room(self)
        try:
            yield room
        finally:
            self.held_bytes -= room.taken

    def take(self, count: int) -> None:
        """Take room for bytes.

        Raises:
            Problem: 503 if there is none.
        """
        if self.held_bytes + count > self._settings.bodies_bytes:
            raise busy("The service holds as many bytes as it can: ask again in a second.")
        self.held_bytes += count


class Room:
    """The room of one body.

    Attributes:
        taken: bytes.
    """

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self.taken = 0

    def grow(self, count: int) -> None:
        """Take more; errors as of `Admission.take`."""
        self._admission.take(count)
        self.taken += count
