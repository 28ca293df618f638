"""The breaker of one origin: closed, open, half open; a function of what happened and of the time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

from asyncassist.errors import CircuitOpenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._retry import Breaker


class Circuit:
    """The breaker of one origin.

    Closed: calls go through and are counted. Open: none goes through. Half open: exactly `probes` at a time go
    through; when as many went well in a row it closes, one failure opens it again.

    Args:
        breaker: The policy.
        now: Steady seconds.
    """

    __slots__ = ("_breaker", "_calls", "_now", "_opened_at", "_probing", "_proven", "_run", "opened", "state")

    _BUCKETS = 10

    def __init__(self, breaker: Breaker, now: Callable[[], float]) -> None:
        self._breaker = breaker
        self._now = now
        self._opened_at = 0.0
        self._probing = 0
        self._proven = 0
        self._run = 0
        """Counts changes of state, so that a call of an earlier state is not counted in this one."""
        # (slice of time, calls, failures), oldest first: fixed memory however many calls
        self._calls: deque[list[int]] = deque(maxlen=self._BUCKETS)
        self.state: Literal["closed", "open", "half-open"] = "closed"
        self.opened = 0
        """How often it opened."""

    @property
    def retry_after(self) -> float:
        """Seconds until it is tried again, 0.0 unless it is open."""
        if self.state != "open":
            return 0.0
        return max(0.0, self._opened_at + self._breaker.open_for - self._now())

    def admit(self) -> Permit:
        """Let one call through.

        Raises:
            CircuitOpenError: None is let through now.
        """
        return Permit(self, self.enter())

    def enter(self) -> int:
        """The same for who ends it by `leave`, exactly once.

        Returns:
            What `leave` wants to be told.

        Raises:
            CircuitOpenError: None is let through now.
        """
        if self.state == "closed":
            return self._run
        if self.state == "open" and self._now() >= self._opened_at + self._breaker.open_for:
            self._become("half-open")
        if self.state == "open":
            raise CircuitOpenError(retry_after=self.retry_after)
        if self._probing >= self._breaker.probes:
            raise CircuitOpenError("the circuit is being probed")
        self._probing += 1
        return self._run

    def leave(self, run: int, *, ok: bool | None) -> None:
        """A call ended.

        Args:
            run: What `enter` returned.
            ok: Whether it went well; None when it says nothing about the origin, because the caller left.
        """
        if run != self._run:
            return
        if self.state == "half-open":
            self._probing -= 1
            if ok is False:
                self._trip()
            elif ok:
                self._proven += 1
                if self._proven >= self._breaker.probes:
                    self._become("closed")
        elif ok is not None:
            piece = int(self._now() * self._BUCKETS / self._breaker.window)
            if not self._calls or self._calls[-1][0] != piece:
                self._calls.append([piece, 0, 0])
            bucket = self._calls[-1]
            bucket[1] += 1
            if not ok:
                bucket[2] += 1
                self._decide(piece)

    def _decide(self, piece: int) -> None:
        """Whether that was one failure too many."""
        recent = [entry for entry in self._calls if entry[0] > piece - self._BUCKETS]
        calls = sum(entry[1] for entry in recent)
        failures = sum(entry[2] for entry in recent)
        if calls >= self._breaker.min_calls and failures >= self._breaker.failure_ratio * calls:
            self._trip()

    def _trip(self) -> None:
        self._opened_at = self._now()
        self.opened += 1
        self._become("open")

    def _become(self, state: Literal["closed", "open", "half-open"]) -> None:
        self.state = state
        self._run += 1
        self._probing = self._proven = 0
        self._calls.clear()


class Permit:
    """One call that a circuit let through. Exactly one ending counts; a cancelled probe gives its place back."""

    __slots__ = ("_circuit", "_ended", "_run")

    def __init__(self, circuit: Circuit, run: int) -> None:
        self._circuit = circuit
        self._run = run
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
            self._circuit.leave(self._run, ok=ok)
