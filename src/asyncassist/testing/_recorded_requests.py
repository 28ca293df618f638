"""Recorded requests and injected faults of the fake flight server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """Request received by the fake flight server.

    Attributes:
        method: HTTP method.
        path: Path of the URL.
        query: Query parameters; of a repeated one, the first value.
        headers: Header fields by lower-case names.
        body: Body, undecoded.
        at: Time of receipt in seconds, by the server's clock.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: float


@dataclass(slots=True)
class InjectedFault:
    """Fault for the next `times` requests; the fields are the arguments of `FakeFlightServer.fail`."""

    path: str
    times: int
    status: int
    body: bytes | None
    headers: Mapping[str, str]
    delay: float
    disconnect: bool
