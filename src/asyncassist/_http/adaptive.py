"""Adaptive concurrency of one origin: additive increase, multiplicative decrease, one decision a round trip; no I/O."""

from __future__ import annotations

# Statuses with which an origin says that it is overloaded.
OVERLOAD_STATUSES = frozenset({429, 503})
# A decrease follows the share of refused requests within these bounds: one error of a hundred is no reason to halve,
# and a capacity that broke down is found within a few round trips.
_GENTLEST_CUT, _SHARPEST_CUT = 0.95, 0.5
# Largest increase of a round trip as a share of the maximum.
_MAX_STEP = 0.05


class AdaptiveLimit:
    """Number of concurrent requests that an origin bears, found by raising it until the origin refuses some.

    A round trip is as many completed requests as the limit allows at a time, and as many served ones as there are slots
    that serve. One without refusals raises the limit by 1, the next by 2 and so on up to a twentieth of the maximum;
    one with refusals lowers it once.

    Args:
        maximum: Largest limit, and the limit at the start.

    Attributes:
        limit: Current limit, from 1 to `maximum`.
    """

    __slots__ = (
        "_clean_rounds",
        "_completed",
        "_exact_limit",
        "_maximum",
        "_most_in_flight",
        "_refused",
        "_refused_time",
        "_time",
        "limit",
    )

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._exact_limit = float(maximum)
        self.limit = maximum
        self._completed = self._refused = self._most_in_flight = self._clean_rounds = 0
        self._time = self._refused_time = 0.0

    def record(self, *, refused: bool, in_flight: int, elapsed: float = 1.0) -> None:
        """Record a completed request, and adapt the limit at the end of a round trip.

        Args:
            refused: Whether the origin refused it (429, 503) or did not respond in time.
            in_flight: Requests that were in flight together with it, itself included.
            elapsed: Seconds it took.
        """
        self._time += elapsed
        self._refused_time += elapsed * refused
        self._completed += 1
        self._refused += refused
        self._most_in_flight = max(self._most_in_flight, in_flight)
        if self._completed < self.limit:
            return
        if self._refused:
            # An origin refuses faster than it serves, so that one slot is refused many times in a round trip: what
            # counts is how much of the concurrency was refused. A timeout takes longer, and counts as one request.
            share = min(self._refused / self._completed, self._refused_time / (self._time or 1.0))
            if self._completed - self._refused < (1.0 - share) * self._exact_limit - 1.0:
                return  # the slots that serve have not come round yet
            self._exact_limit *= min(_GENTLEST_CUT, max(_SHARPEST_CUT, 1.0 - share))
            self._exact_limit = max(1.0, self._exact_limit)
            self._clean_rounds = 0
        elif 2 * self._most_in_flight >= self.limit:  # a limit that is not reached is no evidence for a higher one
            self._clean_rounds += 1
            self._exact_limit += max(1.0, min(self._clean_rounds, _MAX_STEP * self._maximum))
            self._exact_limit = min(self._exact_limit, float(self._maximum))
        self.limit = int(self._exact_limit)
        self._completed = self._refused = self._most_in_flight = 0
        self._time = self._refused_time = 0.0
