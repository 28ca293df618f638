"""Base class of HTTP providers: host, client, choice of the HTTP handler, and parsing of offers in chunks."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._clock import SYSTEM_CLOCK, as_clock
from asyncassist._proxy import NetworkOptions
from asyncassist._retry import Retry
from asyncassist._validation import check_methods, check_seconds
from asyncassist.errors import ConfigurationError
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.provider import check_name
from asyncassist.flights.provider_client import ProviderClient, RetryRules, check_url, first_error, utf8_body

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._types import Clock
    from asyncassist.errors import FlightError
    from asyncassist.flights.models import FlightOffer

logger = logging.getLogger("asyncassist.flights")

DEFAULT_RETRY = Retry(attempts=4, base=0.2, cap=5.0, max_retry_after=30.0)
DEFAULT_TIMEOUT = 20.0
_YIELD_EVERY = 25  # offers parsed before yielding to the event loop: about a millisecond


class HTTPProvider:
    """Base class of providers with an HTTP API.

    The HTTP handler is, in this order: the one passed as `http`; one of its own, if it has a proxy or certificates of
    its own; that of the search or of the client attached last; one of its own. Its own is closed with the provider, or
    when the last client is detached.

    Args:
        name: Name of the provider, unique within a client.
        base_url: Absolute URL that the paths are appended to.
        retry_rules: Statuses after which calls may be retried.
        secrets: Texts that are removed from error messages.
        retry: Attempts and backoff; None disables retries.
        min_interval: Seconds between the starts of two calls; 0 for none until the host rejects a call.
        http: Handler for all calls, never closed here; None for the client's or an own one.
        proxy: URL of the forward proxy of the provider's own handler, as in `AsyncHandler`; None for none.
        trust_env: Whether its own handler takes proxies and certificates from the environment.
        ssl: TLS context of its own handler, None for the default.
        now: The clock. With the default, the provider takes over the clock of the client it is attached to.

    Raises:
        ConfigurationError: An argument is invalid.
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
        proxy: str | None,
        trust_env: bool,
        ssl: ssl.SSLContext | None,
        now: Clock | Callable[[], float],
    ) -> None:
        self.name: str = check_name(name)
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
        if http is not None:
            check_methods("http", http, "an AsyncHandler", "request")
        self._external_handler = http
        self._network = check_network(http, proxy, trust_env, ssl)
        self._handlers: list[Callable[[], AsyncHandler]] = []
        self._owned_handler: AsyncHandler | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, base_url={self._base_url!r})"

    def attach(self, handler: Callable[[], AsyncHandler], clock: Clock) -> None:
        """Use a client's HTTP handler, and its clock unless this provider was given one of its own."""
        self._handlers.append(handler)
        if self._clock is SYSTEM_CLOCK and clock is not SYSTEM_CLOCK:
            self._set_clock(clock)

    async def detach(self, handler: Callable[[], AsyncHandler]) -> None:
        """Stop using a client's HTTP handler; once no client is attached, close what the provider opened itself."""
        if handler in self._handlers:
            self._handlers.remove(handler)
        if not self._handlers:
            await self.aclose()

    async def aclose(self) -> None:
        """Stop background tasks and close the handler if the provider opened one; it may be used again afterwards."""
        await self._stop_background()
        if self._owned_handler is not None:
            owned, self._owned_handler = self._owned_handler, None
            await owned.aclose()

    @property
    def cache_identity(self) -> str | None:
        """None: results are not shared; subclasses override it."""
        return None

    def counters(self) -> dict[str, int]:
        """Return the counters so far: `requests`, `retries`, `rate_limited` (429) and `dropped` (unparsable offers)."""
        provider_client = self._provider_client
        return {
            "requests": provider_client.requests,
            "retries": provider_client.retries,
            "rate_limited": provider_client.rate_limited,
            "dropped": provider_client.dropped,
        }

    def _handler(self, http: AsyncHandler | None = None) -> AsyncHandler:
        """Return the handler for a call.

        Args:
            http: Handler of the search context, None for calls without one: places and checks.
        """
        if self._external_handler is not None:
            return self._external_handler
        if not self._network and http is not None:
            return http
        if not self._network and self._handlers:
            return self._handlers[-1]()
        if self._owned_handler is None:
            self._owned_handler = make_handler(**self._network)
        return self._owned_handler

    def _set_clock(self, clock: Clock) -> None:
        """Measure and sleep by another clock from now on."""
        self._clock = clock
        self._provider_client.set_clock(clock)

    async def _stop_background(self) -> None:
        """Stop background tasks; there are none here, subclasses override it."""

    def _status_error(self, response: Response, decoder: msgspec.json.Decoder[Any]) -> FlightError:
        """Build the error for a response with an error status, with the provider's code and title if it has them."""
        try:
            code, title = first_error(decoder.decode(utf8_body(response)).errors)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            code, title = None, None
        return self._provider_client.status_error(response, code, title)

    async def _parse_offers(
        self, response: Response, raw_offers: list[msgspec.Raw], parse: Callable[[bytes, str], FlightOffer]
    ) -> list[FlightOffer]:
        """Parse the offers of a response; unparsable ones are dropped, counted and logged.

        Args:
            response: The response, for the error.
            raw_offers: The offers as received.
            parse: Parses one offer of the provider with the given name.

        Raises:
            FlightError: There are offers, and none of them can be parsed.
        """
        offers: list[FlightOffer] = []
        reason = ""
        unexpected: Exception | None = None
        for index, raw in enumerate(raw_offers):
            if index and index % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
            try:
                offers.append(parse(bytes(raw), self.name))
            except UnreadableError as error:
                reason = str(error)
            except Exception as error:  # noqa: BLE001 - whatever is odd about one offer, it must not cost the others
                reason, unexpected = type(error).__name__, error
        dropped = len(raw_offers) - len(offers)
        self._provider_client.dropped += dropped
        if raw_offers and not offers:
            raise self._provider_client.malformed_error(response, f"no offer can be read: {reason}") from unexpected
        if dropped:
            logger.warning("%s: %d offers left out: %s", self.name, dropped, reason, exc_info=unexpected)
        return offers


def check_network(
    http: AsyncHandler | None,
    proxy: str | None,
    trust_env: bool,
    ssl: ssl.SSLContext | None,
) -> dict[str, Any]:
    """Return the arguments `proxy`, `trust_env` and `ssl` for `make_handler`; empty if all are their defaults.

    Raises:
        ConfigurationError: An argument is invalid, or one is given together with `http`.
    """
    given = NetworkOptions.checked(proxy, trust_env, ssl).given
    if http is not None and given:
        raise ConfigurationError(next(iter(given)), "must not be given together with http, which has its own")
    return {"proxy": proxy, "trust_env": trust_env, "ssl": ssl} if given else {}


def make_handler(connections: int = 100, hosts: int = 1, **options: object) -> AsyncHandler:
    """Build an HTTP handler for providers, with retries, circuit breaker, caching and redirects off.

    Args:
        connections: Concurrent connections to each host; as many further requests may wait.
        hosts: Number of hosts.
        **options: Further arguments of the handler.
    """
    from asyncassist._http import AsyncHandler, Limits  # noqa: PLC0415 - not loaded for the sandbox alone

    # No redirects: they could carry a token to another host. 64 MiB: a search may return thousands of offers.
    limits = Limits(
        total=connections * hosts, per_host=connections, queue=connections, max_body=64 << 20, max_redirects=0
    )
    return AsyncHandler(retry=None, breaker=None, limits=limits, ttl=None, max_entries=1, **options)  # type: ignore[arg-type]
