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
from asyncassist.flights.provider_client import ProviderClient, RetryRules, check_url, first_error, utf8_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._types import Clock
    from asyncassist.errors import FlightError
    from asyncassist.flights.models import FlightOffer

logger = logging.getLogger("asyncassist.flights")

DEFAULT_RETRY = Retry(attempts=4, base=0.2, cap=5.0, max_retry_after=30.0)
DEFAULT_TIMEOUT = 20.0
_YIELD_EVERY = 25  # offers that are read before others on the loop have their turn: about a millisecond


class HTTPProvider:
    """A provider behind HTTP.

    Args:
        name: Its name among the providers of a client.
        base_url: The host.
        retry_rules: What may be repeated.
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
        retry_rules: RetryRules,
        secrets: tuple[str, ...],
        retry: Retry | None,
        min_interval: float,
        http: AsyncHandler | None,
        now: Clock | Callable[[], float],
    ) -> None:
        self.name = name
        self._base_url = check_url("base_url", base_url)
        if retry is not None and not isinstance(retry, Retry):
            raise ConfigurationError("retry", "must be a Retry or None")
        self._clock = as_clock(now)
        self._provider_client = ProviderClient(
            name,
            retry_rules=retry_rules,
            retry=retry,
            min_interval=check_seconds("min_interval", min_interval, allow_zero=True),
            secrets=secrets,
            clock=self._clock,
        )
        self._external_handler = http
        self._handlers: list[Callable[[], AsyncHandler]] = []
        self._owned_handler: AsyncHandler | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, base_url={self._base_url!r})"

    def attach(self, handler: Callable[[], AsyncHandler], clock: Clock) -> None:
        """A client lends its handler and its clock."""
        self._handlers.append(handler)
        if self._clock is SYSTEM_CLOCK and clock is not SYSTEM_CLOCK:
            self._set_clock(clock)

    async def detach(self, handler: Callable[[], AsyncHandler]) -> None:
        """The client takes its handler back; background work ends."""
        if handler in self._handlers:
            self._handlers.remove(handler)
        if not self._handlers:
            await self._stop_background()

    async def aclose(self) -> None:
        """Close its own handler if it had to open one, and end background work. It may be used again."""
        await self._stop_background()
        if self._owned_handler is not None:
            owned, self._owned_handler = self._owned_handler, None
            await owned.aclose()

    def counters(self) -> dict[str, int]:
        """What it did so far: requests, retries, rate_limited, dropped offers."""
        provider_client = self._provider_client
        return {
            "requests": provider_client.requests,
            "retries": provider_client.retries,
            "rate_limited": provider_client.rate_limited,
            "dropped": provider_client.dropped,
        }

    def _handler(self) -> AsyncHandler:
        """The handler for calls that no client asked for."""
        if self._external_handler is not None:
            return self._external_handler
        if self._handlers:
            return self._handlers[-1]()
        if self._owned_handler is None:
            self._owned_handler = make_handler()
        return self._owned_handler

    def _set_clock(self, clock: Clock) -> None:
        """Count and sleep by another clock from now on."""
        self._clock = clock
        self._provider_client.set_clock(clock)

    async def _stop_background(self) -> None:
        """End background work."""

    def _status_error(self, response: Response, decoder: msgspec.json.Decoder[Any]) -> FlightError:
        """The error of an answer whose status is one, in the provider's words where it has some."""
        try:
            code, title = first_error(decoder.decode(utf8_body(response)).errors)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            code, title = None, None
        return self._provider_client.status_error(response, code, title)

    async def _parse_offers(
        self, response: Response, raw_offers: list[msgspec.Raw] | None, parse: Callable[[bytes, str], FlightOffer]
    ) -> list[FlightOffer]:
        """The offers of an answer; one that cannot be read is left out and counted.

        Raises:
            FlightError: None of them can be read.
        """
        offers: list[FlightOffer] = []
        reason = ""
        for index, raw in enumerate(raw_offers or ()):
            if index and index % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
            try:
                offers.append(parse(bytes(raw), self.name))
            except UnreadableError as error:
                self._provider_client.dropped += 1
                reason = str(error)
        if raw_offers and not offers:
            raise self._provider_client.malformed_error(response, f"no offer can be read: {reason}")
        if raw_offers and len(offers) < len(raw_offers):
            logger.warning("%s: %d offers left out: %s", self.name, len(raw_offers) - len(offers), reason)
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
