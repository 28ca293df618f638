"""Telemetry events and their listeners, rolling windows with percentiles, and degradation tracking."""

from __future__ import annotations

import contextlib
import logging
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._types import JSONSerializable

if TYPE_CHECKING:
    from collections.abc import Generator

logger = logging.getLogger("asyncassist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(JSONSerializable):
    """Completed operation, for metrics and traces; never holds a secret, and a user's text only in `content`.

    Attributes:
        name: OpenTelemetry's name of the operation where there is one ("http.client.request").
        elapsed: Duration in seconds.
        attributes: Attributes of low cardinality, under OpenTelemetry's names where there are any.
        error: Type of the error, None if the operation succeeded.
        content: Texts of messages as JSON, under OpenTelemetry's names; empty unless a listener asked for them.
    """

    name: str
    elapsed: float = 0.0
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    error: str | None = None
    content: Mapping[str, str] = field(default_factory=dict, repr=False)


Listener = Callable[[Event], None]

_listeners: list[Listener] = []
_content_listeners: list[Listener] = []


@contextlib.contextmanager
def listen(listener: Listener, *, wants_content: bool = False) -> Generator[None]:
    """Call the listener with every event of this process while the block runs; `asyncassist.otel` uses it.

    Args:
        listener: The listener.
        wants_content: Whether events have the texts of messages, for all listeners.
    """
    kinds = [_listeners, _content_listeners] if wants_content else [_listeners]
    for listeners in kinds:
        listeners.append(listener)
    try:
        yield
    finally:
        for listeners in kinds:
            listeners.remove(listener)


def is_content_wanted() -> bool:
    """Return whether a listener asked for the texts of messages."""
    return bool(_content_listeners)


def has_listeners() -> bool:
    """Return whether there are listeners; check it before building an event on a hot path."""
    return bool(_listeners)


def emit(event: Event) -> None:
    """Pass an event to every listener. An error in a listener is logged and does not reach the caller."""
    for listener in tuple(_listeners):
        try:
            listener(event)
        except Exception:  # a listener is foreign code: the operation it observes must not fail with it
            logger.exception("an event listener failed")


class RollingWindow:
    """The last values of a series in fixed memory, with mean and percentiles.

    Args:
        size: Number of values in the window; a new value replaces the oldest.

    Attributes:
        total_count: Number of values ever added.
    """

    __slots__ = ("_next", "_size", "_values", "total_count")

    def __init__(self, size: int = 512) -> None:
        self._values = array("d")
        self._size = size
        self._next = 0
        self.total_count = 0

    def add(self, value: float) -> None:
        """Add a value."""
        self.total_count += 1
        if len(self._values) < self._size:
            self._values.append(value)
        else:
            self._values[self._next] = value
            self._next = (self._next + 1) % self._size

    def __len__(self) -> int:
        return len(self._values)

    def percentile(self, fraction: float) -> float | None:
        """Return the percentile of the values in the window for a fraction from 0 to 1; None if there are none."""
        if not self._values:
            return None
        ordered = sorted(self._values)
        # nearest rank: the result is always one of the values, never an interpolation
        return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]

    def mean(self) -> float | None:
        """Return the mean of the values in the window; None if there are none."""
        return sum(self._values) / len(self._values) if self._values else None

    def summary(self) -> dict[str, float | None]:
        """Return the percentiles "p50", "p95" and "p99"; each None if there are no values."""
        return {name: self.percentile(fraction) for name, fraction in (("p50", 0.50), ("p95", 0.95), ("p99", 0.99))}


class Degradation:
    """Degraded state of a component: true while degraded, logged once at its start and end, timed in seconds.

    Args:
        name: Name of the component for the log.
        now: Monotonic clock in seconds.

    Attributes:
        reason: Why the component is degraded, "" while it is not.
    """

    __slots__ = ("_now", "_seconds", "_since", "name", "reason")

    def __init__(self, name: str, now: Callable[[], float]) -> None:
        self.name: str = name
        self.reason: str = ""
        self._now = now
        self._since: float | None = None
        self._seconds = 0.0

    def __bool__(self) -> bool:
        return self._since is not None

    @property
    def seconds(self) -> float:
        """Return the total seconds spent degraded, including the current degradation."""
        return self._seconds + (self._now() - self._since if self._since is not None else 0.0)

    def begin(self, reason: str, error: BaseException | None = None) -> None:
        """Mark the component as degraded; does nothing if it is already."""
        if self._since is None:
            self._since = self._now()
            self.reason = reason
            kind = f" ({type(error).__name__})" if error is not None else ""
            logger.warning("%s is degraded: %s%s", self.name, reason, kind)

    def end(self) -> None:
        """Mark the component as working again; does nothing if it is not degraded."""
        if self._since is not None:
            self._seconds += self._now() - self._since
            self._since = None
            self.reason = ""
            logger.warning("%s works again", self.name)


def ratio(part: float, whole: float) -> float | None:
    """Return part divided by whole; None if the whole is 0."""
    return part / whole if whole else None


def attributes(**facts: Any) -> dict[str, str | int | float | bool]:
    """Return event attributes under dotted names (`server__address` becomes `server.address`), without None values."""
    return {name.replace("__", "."): value for name, value in facts.items() if value is not None}
