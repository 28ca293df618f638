"""Contract of the stores that keep the events of turns for all workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

LEASE = 1.4
"""Seconds after which a running turn counts as interrupted, unless its worker has renewed the lease."""
RETENTION = 600.0
"""Seconds for which a turn is kept after its end."""
MAX_DURATION = 600.0
"""Seconds that a turn may run."""

PAGE_SIZE = 512
"""Entries that one read returns, at most."""


class TurnEndedError(Exception):
    """The turn has an end in the store already: another worker has declared it interrupted."""


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Part of a turn.

    Attributes:
        entries: Entries after the position of the reader, oldest first.
        end: How the turn ended, None while it runs. Set when `entries` reach to the end.
        alive: Whether the lease of the worker is valid.
    """

    entries: list[bytes]
    end: str | None
    alive: bool


class TurnStore(Protocol):
    """Store of turns. An entry is the name of an event, a line break, and its data as JSON; entries count from 1."""

    async def begin(self, turn_id: str, owner: str, entry: bytes) -> None:
        """Create a turn with its first entry and a lease; it becomes the last turn of its owner."""
        ...

    async def append(self, turn_id: str, number: int, entry: bytes, end: str | None) -> None:
        """Append an entry; with `end`, the turn has ended and is kept for `RETENTION` seconds.

        Raises:
            TurnEndedError: The turn has ended already.
        """
        ...

    async def renew(self, turn_ids: Iterable[str]) -> set[str]:
        """Renew the leases of running turns, and return those that are to be stopped."""
        ...

    async def read(self, turn_id: str, after: int) -> TurnPage | None:
        """Return the entries after a number; None if there is no such turn."""
        ...

    async def owner(self, turn_id: str) -> str | None:
        """Return the owner of a turn; None if there is no such turn."""
        ...

    async def last_turn(self, owner: str) -> str | None:
        """Return the id of the last turn of an owner; None if there is none."""
        ...

    async def interrupt(self, turn_id: str, entry: bytes) -> None:
        """End a turn whose lease has expired with this entry; do nothing if it has ended or its lease is valid."""
        ...

    async def stop(self, turn_id: str) -> None:
        """Ask the worker of a turn to stop it."""
        ...

    async def claim(self, scope: str, value: str, replaces: str | None) -> str:
        """Claim an idempotency key unless it is claimed, and return the value that it has now.

        Args:
            scope: Digest of the key and of whom it belongs to.
            value: Value to claim it with.
            replaces: Value that may be replaced; None for none.
        """
        ...

    async def forget(self, owner: str) -> None:
        """Delete the turns of an owner; those that run can append no more."""
        ...

    async def forget_user(self, user: str) -> None:
        """Delete the turns of all owners whose keys begin so, and overwrite them where the store itself can."""
        ...

    async def aclose(self) -> None:
        """Close what the store has opened."""
        ...
