"""Circuit breaker of one origin.

The states are closed, open and half-open; they follow from the recorded results and the clock alone.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

from asyncassist.errors import CircuitOpenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._retry import Breaker


class CircuitBreaker:
    """Circuit breaker of one origin.

    Closed: calls are admitted and counted. Open: calls are refused. Half-open: at most `probes` calls run at a time;
    that many successes in a row close the breaker, one failure opens it again.

    Args:
        policy: The policy.
        now: Monotonic clock in seconds.

    Attributes:
        state: "closed", "open" or "half-open". An open breaker becomes half-open at the first `acquire` after
            `open_for` seconds, not by itself.
        times_opened: How often the breaker has opened.
    """

    __slots__ = (
        "_active_probes",
        "_buckets",
        "_generation",
        "_now",
        "_opened_at",
        "_policy",
        "_successful_probes",
        "state",
        "times_opened",
    )

    _BUCKET_COUNT = 10

    def __init__(self, policy: Breaker, now: Callable[[], float]) -> None:
        self._policy = policy
        self._now = now
        self._opened_at = 0.0
        self._active_probes = 0
        self._successful_probes = 0
        # Counts transitions: the result of a call that was admitted in an earlier state must not count in this one.
        self._generation = 0
        # [time slot, calls, failures], oldest first: fixed memory whatever the number of calls
        self._buckets: deque[list[int]] = deque(maxlen=self._BUCKET_COUNT)
        self.state: Literal["closed", "open", "half-open"] = "closed"
        self.times_opened = 0

    @property
    def retry_after(self) -> float:
        """Return the seconds until the next probe is admitted, 0.0 unless the breaker is open."""
        if self.state != "open":
            return 0.0
        return max(0.0, self._opened_at + self._policy.open_for - self._now())

    def acquire_permit(self) -> Permit:
        """Admit one call and return its permit.

        Raises:
            CircuitOpenError: The breaker is open, or half-open with all probes running.
        """
        return Permit(self, self.acquire())

    def acquire(self) -> int:
        """Admit one call without a permit; the caller must call `release` exactly once.

        Returns:
            The generation to pass to `release`.

        Raises:
            CircuitOpenError: The breaker is open, or half-open with all probes running.
        """
        if self.state == "closed":
            return self._generation
        if self.state == "open" and self._now() >= self._opened_at + self._policy.open_for:
            self._transition("half-open")
        if self.state == "open":
            raise CircuitOpenError(retry_after=self.retry_after)
        if self._active_probes >= self._policy.probes:
            raise CircuitOpenError("the circuit is being probed")
        self._active_probes += 1
        return self._generation

    def release(self, generation: int, *, ok: bool | None) -> None:
        """Record the result of a call.

        Args:
            generation: What `acquire` returned.
            ok: Whether the call succeeded; None if it was cancelled by the caller, which counts neither way.
        """
        if generation != self._generation:
            return
        if self.state == "half-open":
            self._active_probes -= 1
            if ok is False:
                self._trip()
            elif ok:
                self._successful_probes += 1
                if self._successful_probes >= self._policy.probes:
                    self._transition("closed")
        elif ok is not None:
            time_slot = int(self._now() * self._BUCKET_COUNT / self._policy.window)
            if not self._buckets or self._buckets[-1][0] != time_slot:
                self._buckets.append([time_slot, 0, 0])
            bucket = self._buckets[-1]
            bucket[1] += 1
            if not ok:
                bucket[2] += 1
                self._trip_if_failing(time_slot)

    def _trip_if_failing(self, time_slot: int) -> None:
        """Open the breaker if the failures in the window reach the ratio, given enough calls."""
        recent = [entry for entry in self._buckets if entry[0] > time_slot - self._BUCKET_COUNT]
        calls = sum(entry[1] for entry in recent)
        failures = sum(entry[2] for entry in recent)
        if calls >= self._policy.min_calls and failures >= self._policy.failure_ratio * calls:
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
    """Permit for one call through a circuit breaker.

    Only the first of `succeed`, `fail` and `cancel` counts. Cancelling a probe lets another one run.
    """

    __slots__ = ("_circuit", "_ended", "_generation")

    def __init__(self, circuit: CircuitBreaker, generation: int) -> None:
        self._circuit = circuit
        self._generation = generation
        self._ended = False

    def succeed(self) -> None:
        """Record that the call succeeded."""
        self._finish(ok=True)

    def fail(self) -> None:
        """Record that the call failed."""
        self._finish(ok=False)

    def cancel(self) -> None:
        """Record that the caller cancelled the call, which says nothing about the origin."""
        self._finish(ok=None)

    def _finish(self, *, ok: bool | None) -> None:
        if not self._ended:
            self._ended = True
            self._circuit.release(self._generation, ok=ok)
