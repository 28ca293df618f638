"""The breaker of one origin: closed, open, half open; a function of what happened and of the time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

from asyncassist.errors import CircuitOpenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._retry import Breaker


class CircuitBreaker:
    """The breaker of one origin.

    Closed: calls go through and are counted. Open: none goes through. Half open: exactly `probes` at a time go
    through; when as many went well in a row it closes, one failure opens it again.

    Args:
        breaker: The policy.
        now: Steady seconds.
    """

    __slots__ = (
        "_active_probes",
        "_breaker",
        "_buckets",
        "_generation",
        "_now",
        "_opened_at",
        "_successful_probes",
        "state",
        "times_opened",
    )

    _BUCKET_COUNT = 10

    def __init__(self, breaker: Breaker, now: Callable[[], float]) -> None:
        self._breaker = breaker
        self._now = now
        self._opened_at = 0.0
        self._active_probes = 0
        self._successful_probes = 0
        self._generation = 0
        """Counts changes of state, so that a call of an earlier state is not counted in this one."""
        # (slice of time, calls, failures), oldest first: fixed memory however many calls
        self._buckets: deque[list[int]] = deque(maxlen=self._BUCKET_COUNT)
        self.state: Literal["closed", "open", "half-open"] = "closed"
        self.times_opened = 0
        """How often it opened."""

    @property
    def retry_after(self) -> float:
        """Seconds until it is tried again, 0.0 unless it is open."""
        if self.state != "open":
            return 0.0
        return max(0.0, self._opened_at + self._breaker.open_for - self._now())

    def acquire_permit(self) -> Permit:
        """Let one call through.

        Raises:
            CircuitOpenError: None is let through now.
        """
        return Permit(self, self.acquire())

    def acquire(self) -> int:
        """The same for who ends it by `leave`, exactly once.

        Returns:
            What `leave` wants to be told.

        Raises:
            CircuitOpenError: None is let through now.
        """
        if self.state == "closed":
            return self._generation
        if self.state == "open" and self._now() >= self._opened_at + self._breaker.open_for:
            self._transition("half-open")
        if self.state == "open":
            raise CircuitOpenError(retry_after=self.retry_after)
        if self._active_probes >= self._breaker.probes:
            raise CircuitOpenError("the circuit is being probed")
        self._active_probes += 1
        return self._generation

    def release(self, generation: int, *, ok: bool | None) -> None:
        """A call ended.

        Args:
            generation: What `enter` returned.
            ok: Whether it went well; None when it says nothing about the origin, because the caller left.
        """
        if generation != self._generation:
            return
        if self.state == "half-open":
            self._active_probes -= 1
            if ok is False:
                self._trip()
            elif ok:
                self._successful_probes += 1
                if self._successful_probes >= self._breaker.probes:
                    self._transition("closed")
        elif ok is not None:
            time_slot = int(self._now() * self._BUCKET_COUNT / self._breaker.window)
            if not self._buckets or self._buckets[-1][0] != time_slot:
                self._buckets.append([time_slot, 0, 0])
            bucket = self._buckets[-1]
            bucket[1] += 1
            if not ok:
                bucket[2] += 1
                self._trip_if_failing(time_slot)

    def _trip_if_failing(self, time_slot: int) -> None:
        """Whether that was one failure too many."""
        recent = [entry for entry in self._buckets if entry[0] > time_slot - self._BUCKET_COUNT]
        calls = sum(entry[1] for entry in recent)
        failures = sum(entry[2] for entry in recent)
        if calls >= self._breaker.min_calls and failures >= self._breaker.failure_ratio * calls:
            self._trip()

    def _trip(self) -> None:
        self._opened_at = self._now()
        self.times_opened += 1
        self._transition("open")

    def _transition(self, state: Literal["closed", "open", "half-open"]) -> None:
        self.state = state
        self._generation += 1
        self._active_probes = self._successful_probes = 0
        self._buckets.clear()


class Permit:
    """One call that a circuit let through. Exactly one ending counts; a cancelled probe gives its place back."""

    __slots__ = ("_circuit", "_ended", "_generation")

    def __init__(self, circuit: CircuitBreaker, generation: int) -> None:
        self._circuit = circuit
        self._generation = generation
        self._ended = False

    def succeed(self) -> None:
        """It went well."""
        self._finish(ok=True)

    def fail(self) -> None:
        """It failed."""
        self._finish(ok=False)

    def cancel(self) -> None:
        """It says nothing about the origin: the caller left."""
        self._finish(ok=None)

    def _finish(self, *, ok: bool | None) -> None:
        if not self._ended:
            self._ended = True
            self._circuit.release(self._generation, ok=ok)
