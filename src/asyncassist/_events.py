"""Count and time: one event, one hub, windows of fixed memory."""

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
    """Something that happened, for metrics and traces; never with a text of a user or a secret.

    Attributes:
        name: What, by OpenTelemetry's name where there is one ("http.client.request").
        elapsed: Seconds it took.
        attributes: Facts of low cardinality, by OpenTelemetry's names where there are.
        error: Type of the error, None when it went well.
    """

    name: str
    elapsed: float = 0.0
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    error: str | None = None


Listener = Callable[[Event], None]

_listeners: list[Listener] = []


@contextlib.contextmanager
def listen(listener: Listener) -> Generator[None]:
    """Hear every event of this process while the block runs; `asyncassist.otel` does so."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def has_listeners() -> bool:
    """Whether anybody listens: ask before making an event on a hot path."""
    return bool(_listeners)


def emit(event: Event) -> None:
    """Tell everybody who listens. A listener that fails is logged and does not hurt the work."""
    for listener in tuple(_listeners):
        try:
            listener(event)
        except Exception:  # a listener is foreign code: the work must go on
            logger.exception("a listener of events failed")


class RollingWindow:
    """The last values of something, in fixed memory, and their percentiles.

    Args:
        size: Values kept; the oldest goes first.
    """

    __slots__ = ("_next", "_size", "_values", "total_count")

    def __init__(self, size: int = 512) -> None:
        self._values = array("d")
        self._size = size
        self._next = 0
        self.total_count = 0
        """Values ever added."""

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
        """The value that this share (0 to 1) of the kept ones does not pass; None without any."""
        if not self._values:
            return None
        ordered = sorted(self._values)
        # nearest rank, so that the answer is always a value that was seen
        return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]

    def mean(self) -> float | None:
        """The mean of the kept values; None without any."""
        return sum(self._values) / len(self._values) if self._values else None

    def summary(self) -> dict[str, float | None]:
        """p50, p95 and p99."""
        return {name: self.percentile(fraction) for name, fraction in (("p50", 0.50), ("p95", 0.95), ("p99", 0.99))}


class Degradation:
    """Degraded or not: said once in the log when it starts and once when it ends, and counted in seconds.

    Args:
        name: The part, for the log line.
        now: Steady seconds.
    """

    __slots__ = ("_now", "_seconds", "_since", "name", "reason")

    def __init__(self, name: str, now: Callable[[], float]) -> None:
        self.name = name
        self.reason = ""
        self._now = now
        self._since: float | None = None
        self._seconds = 0.0

    def __bool__(self) -> bool:
        return self._since is not None

    @property
    def seconds(self) -> float:
        """Seconds spent degraded, the present time included."""
        return self._seconds + (self._now() - self._since if self._since is not None else 0.0)

    def begin(self, reason: str, error: BaseException | None = None) -> None:
        """It is degraded from now on; a second call changes nothing."""
        if self._since is None:
            self._since = self._now()
            self.reason = reason
            kind = f" ({type(error).__name__})" if error is not None else ""
            logger.warning("%s is degraded: %s%s", self.name, reason, kind)

    def end(self) -> None:
        """It works again; a second call changes nothing."""
        if self._since is not None:
            self._seconds += self._now() - self._since
            self._since = None
            self.reason = ""
            logger.warning("%s works again", self.name)


def ratio(part: float, whole: float) -> float | None:
    """A share, None when there is nothing to share."""
    return part / whole if whole else None


def attributes(**facts: Any) -> dict[str, str | int | float | bool]:
    """Attributes of an event by OpenTelemetry's dotted names: `server__address` becomes `server.address`."""
    return {name.replace("__", "."): value for name, value in facts.items() if value is not None}
