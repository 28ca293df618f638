"""What the fake flight server notes, and what it was told to do wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request that the server got.

    Attributes:
        method: HTTP method.
        path: Path of the URL.
        query: Parameters.
        headers: Header fields by lower-case names.
        body: The body.
        at: When, by the server's clock.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: float


@dataclass(slots=True)
class InjectedFault:
    """Calls that go wrong; `FakeFlightServer.fail` says what the fields mean."""

    path: str
    times: int
    status: int
    body: bytes | None
    headers: Mapping[str, str]
    delay: float
    disconnect: bool
