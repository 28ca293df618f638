"""What providers behind HTTP share: a host, a line to it, a handler that is lent or their own, answers in pieces."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._clock import SYSTEM_CLOCK, as_clock
from asyncassist._retry import Retry
from asyncassist._validation import check_seconds
from asyncassist.errors import ConfigurationError
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.provider_http import Line, Rules, checked_url, first_error, utf8

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._types import Clock
    from asyncassist.errors import FlightError
    from asyncassist.flights.models import FlightOffer

logger = logging.getLogger("asyncassist.flights")

RETRY = Retry(attempts=4, base=0.2, cap=5.0, max_retry_after=30.0)
TIMEOUT = 20.0
_PIECE = 25  # offers that are read before others on the loop have their turn: about a millisecond


class RemoteProvider:
    """A provider behind HTTP.

    Args:
        name: Its name among the providers of a client.
        base_url: The host.
        rules: What may be repeated.
        secrets: Texts that must not appear in errors.
        retry: How often and when a call is repeated, None for never.
        min_interval: Seconds between two calls.
        http: A handler that is always used, None for the client's or one of its own.
        now: The clock; under a client, the client's.

    Raises:
        ConfigurationError: A value cannot work.
    """

    def __init__(
        self,
        *,
        name: str,
        base_url: str,
        rules: Rules,
        secrets: tuple[str, ...],
        retry: Retry | None,
        min_interval: float,
        http: AsyncHandler | None,
        now: Clock | Callable[[], float],
    ) -> None:
        self.name = name
        self._base = checked_url("base_url", base_url)
        if retry is not None and not isinstance(retry, Retry):
            raise ConfigurationError("retry", "must be a Retry or None")
        self._clock = as_clock(now)
        self._line = Line(
            name,
            rules=rules,
            retry=retry,
            min_interval=check_seconds("min_interval", min_interval, allow_zero=True),
            secrets=secrets,
            clock=self._clock,
        )
        self._given = http
        self._lent: list[Callable[[], AsyncHandler]] = []
        self._own: AsyncHandler | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, base_url={self._base!r})"

    def adopt(self, handler: Callable[[], AsyncHandler], clock: Clock) -> None:
        """A client lends its handler and its clock."""
        self._lent.append(handler)
        if self._clock is SYSTEM_CLOCK and clock is not SYSTEM_CLOCK:
            self._use(clock)

    async def release(self, handler: Callable[[], AsyncHandler]) -> None:
        """The client takes its handler back; background work ends."""
        if handler in self._lent:
            self._lent.remove(handler)
        if not self._lent:
            await self._rest()

    async def aclose(self) -> None:
        """Close its own handler if it had to open one, and end background work. It may be used again."""
        await self._rest()
        if self._own is not None:
            own, self._own = self._own, None
            await own.aclose()

    def counters(self) -> dict[str, int]:
        """What it did so far: requests, retries, rate_limited, dropped offers."""
        line = self._line
        return {
            "requests": line.requests,
            "retries": line.retries,
            "rate_limited": line.rate_limited,
            "dropped": line.dropped,
        }

    def _handler(self) -> AsyncHandler:
        """The handler for calls that no client asked for."""
        if self._given is not None:
            return self._given
        if self._lent:
            return self._lent[-1]()
        if self._own is None:
            self._own = make_handler()
        return self._own

    def _use(self, clock: Clock) -> None:
        """Count and sleep by another clock from now on."""
        self._clock = clock
        self._line.use(clock)

    async def _rest(self) -> None:
        """End background work."""

    def _failure(self, response: Response, decoder: msgspec.json.Decoder[Any]) -> FlightError:
        """The error of an answer whose status is one, in the provider's words where it has some."""
        try:
            code, title = first_error(decoder.decode(utf8(response)).errors)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            code, title = None, None
        return self._line.failure(response, code, title)

    async def _offers(
        self, response: Response, raws: list[msgspec.Raw] | None, read: Callable[[bytes, str], FlightOffer]
    ) -> list[FlightOffer]:
        """The offers of an answer; one that cannot be read is left out and counted.

        Raises:
            FlightError: None of them can be read.
        """
        offers: list[FlightOffer] = []
        reason = ""
        for place, raw in enumerate(raws or ()):
            if place and place % _PIECE == 0:
                await asyncio.sleep(0)
            try:
                offers.append(read(bytes(raw), self.name))
            except UnreadableError as error:
                self._line.dropped += 1
                reason = str(error)
        if raws and not offers:
            raise self._line.malformed(response, f"no offer can be read: {reason}")
        if raws and len(offers) < len(raws):
            logger.warning("%s: %d offers left out: %s", self.name, len(raws) - len(offers), reason)
        return offers


def make_handler(connections: int = 100, hosts: int = 1, **options: object) -> AsyncHandler:
    """A handler as providers need it: it repeats nothing, remembers nothing and follows nobody.

    Args:
        connections: To each host at once; as many may wait.
        hosts: How many hosts.
        **options: More arguments of the handler.
    """
    from asyncassist._http import AsyncHandler, Limits  # noqa: PLC0415 - the sandbox opens none

    # A redirect could carry a token to another host; a search may bring thousands of offers.
    limits = Limits(
        total=connections * hosts, per_host=connections, queue=connections, max_body=64 << 20, max_redirects=0
    )
    return AsyncHandler(retry=None, breaker=None, limits=limits, ttl=None, max_entries=1, **options)  # type: ignore[arg-type]
