"""Checks of the configured external services, shared by all callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._http import AsyncHandler
from asyncassist._lifecycle import Resource
from asyncassist._single_flight import SingleFlight

if TYPE_CHECKING:
    from asyncassist._types import Check, Clock


class ExternalChecks(Resource):
    """Checks of external services by name, with an HTTP client of their own, so that other work keeps its connections.

    Args:
        services: URLs by name.
        fresh_for: Seconds for which a result is reused; with 0 only concurrent callers share one.
        now: The clock.
    """

    def __init__(self, services: dict[str, str], *, fresh_for: float, now: Clock = SYSTEM_CLOCK) -> None:
        super().__init__()
        self._services = services
        self._fresh_for = fresh_for
        self._now = monotonic(as_clock(now))
        self._http = AsyncHandler(now=now)
        self._single_flight: SingleFlight[Check] = SingleFlight()
        self._latest: dict[str, tuple[float, Check]] = {}

    async def _open(self) -> None:
        await self._own(self._http)
        self._own_closable(self._single_flight)

    async def check(self, name: str) -> Check:
        """Return the latest result for a service while it is fresh, else check it; concurrent callers share one check.

        Args:
            name: Name of a configured service.
        """
        await self._ensure_open()
        latest = self._latest.get(name)
        if latest is not None and self._now() - latest[0] < self._fresh_for:
            return latest[1]
        check, _ = await self._single_flight.run(name, lambda: self._run_check(name))
        return check

    async def _run_check(self, name: str) -> Check:
        check = await self._http.check(self._services[name], name=name)
        self._latest[name] = (self._now(), check)
        return check
