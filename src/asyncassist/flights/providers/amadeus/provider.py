"""Amadeus provider: flight offers, price checks, places and a price calendar, authorized by OAuth2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._cache import json_digest
from asyncassist._clock import SYSTEM_CLOCK, utc_now
from asyncassist._types import Check, Clock, Place
from asyncassist.errors import AsyncAssistError, FlightError, OfferExpiredError
from asyncassist.flights.airports import load_airports
from asyncassist.flights.error_mapping import translate_error
from asyncassist.flights.http_provider import DEFAULT_RETRY, DEFAULT_TIMEOUT, HTTPProvider
from asyncassist.flights.models import DatePrice, FlightOffer, PricedOffer
from asyncassist.flights.oauth import OAuth2ClientCredentials
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.provider_client import RetryRules, decode_items, decode_response, first_error
from asyncassist.flights.providers.amadeus import wire

if TYPE_CHECKING:
    import datetime as dt
    import ssl
    from collections.abc import AsyncIterator, Callable, Mapping

    from redis.asyncio import Redis

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._retry import Retry
    from asyncassist._types import CacheBackend
    from asyncassist.flights.provider import Capability, SearchContext
    from asyncassist.flights.query import FlightQuery

_RETRY_RULES = RetryRules(retryable_statuses=frozenset({500, 502, 503, 504}))
# Error codes of an expired offer: no fare found, a segment that cannot be sold, a price that has changed.
_EXPIRED_OFFER_CODES = frozenset({"4926", "34651", "37200", "34733"})


class AmadeusProvider(HTTPProvider):
    """Provider for hosts of the Amadeus flight APIs.

    Searches use GET where its parameters suffice, else POST. Every call is idempotent and may be retried.

    Args:
        base_url: Absolute URL of the host, such as `https://travel.api.example`; there is no default.
        token_url: URL of its token endpoint.
        client_id: Client id of your application.
        client_secret: Client secret of your application; it never appears in errors, logs or `repr`.
        min_interval: Seconds between the starts of two calls; 0 for none until the host rejects a call.
        store: Store in which workers share the access token: URL or client of a Redis, or any object with `get`,
            `set` and `delete` of bytes; None keeps the token in this process.
        retry: Attempts and backoff; None disables retries.
        http: A handler of yours, never closed here; None for the client's, or an own one without a client.
        proxy: URL of a forward proxy for this provider, as in `AsyncHandler`; it then has a handler of its own. None
            for none.
        trust_env: Whether this provider takes proxies and certificates from the environment, with a handler of its own.
        ssl: TLS context for this provider, with a handler of its own; None for the default.
        name: Name of the provider, unique within a client.
        now: The clock. With the default, the provider takes over the clock of its client.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token_url: str,
        client_id: str,
        client_secret: str,
        min_interval: float = 0.0,
        store: Redis | CacheBackend | str | None = None,
        retry: Retry | None = DEFAULT_RETRY,
        http: AsyncHandler | None = None,
        proxy: str | None = None,
        trust_env: bool = False,
        ssl: ssl.SSLContext | None = None,
        name: str = "amadeus",
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        super().__init__(
            name=name,
            base_url=base_url,
            retry_rules=_RETRY_RULES,
            secrets=(client_secret, client_id),
            retry=retry,
            min_interval=min_interval,
            http=http,
            proxy=proxy,
            trust_env=trust_env,
            ssl=ssl,
            now=now,
        )
        self._auth = OAuth2ClientCredentials(
            token_url, client_id, client_secret, store=store, name=name, now=self._clock
        )
        self._auth.set_rate_limiter(self._provider_client.rate_limiter)
        self._cache_identity = json_digest(self._base_url, token_url.rstrip("/"), client_id)

    @property
    def cache_identity(self) -> str | None:
        """Digest of host and account; None for a subclass."""
        return self._cache_identity if type(self) is AmadeusProvider else None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All capabilities."""
        return frozenset({"search", "price", "places", "dates", "multi_city"})

    def counters(self) -> dict[str, int]:
        """Return the counters of `HTTPProvider` and `token_requests`."""
        return {**super().counters(), "token_requests": self._auth.requests}

    def _set_clock(self, clock: Clock) -> None:
        super()._set_clock(clock)
        self._auth.set_clock(clock)

    async def _stop_background(self) -> None:
        await self._auth.aclose()

    async def search(self, query: FlightQuery, context: SearchContext) -> AsyncIterator[list[FlightOffer]]:
        """Yield all offers in one batch, nothing if there are none.

        Raises:
            FlightError: Amadeus returned an error, did not answer, or sent an invalid response.
        """
        await load_airports()
        path = "/v2/shopping/flight-offers"
        if wire.supports_get(query):
            response = await self._call(context.http, "GET", path, context.left, params=wire.search_params(query))
        else:
            body = msgspec.json.encode(wire.search_body(query))
            response = await self._call(context.http, "POST", path, context.left, body=body)
        answer = decode_response(self._provider_client, response, wire.SEARCH_DECODER)
        warnings = wire.parse_warnings(bytes(answer.warnings))
        if warnings and not answer.data:
            raise self._provider_client.with_provider_message(
                self._provider_client.malformed_error(response, "the response is a warning without offers"),
                *first_error(warnings),
            )
        offers = await self._parse_offers(response, answer.data, wire.parse_offer)
        if offers:
            yield offers

    async def price(self, offer: FlightOffer, context: SearchContext) -> PricedOffer:
        """Return the current price of an offer, which is sent back exactly as it was received.

        Raises:
            OfferExpiredError: The offer is no longer sold.
            FlightError: Amadeus returned an error, did not answer, or sent an invalid response.
        """
        await load_airports()
        body = wire.pricing_body(offer.raw)
        path = "/v1/shopping/flight-offers/pricing"
        try:
            response = await self._call(context.http, "POST", path, context.left, body=body)
            answer = decode_response(self._provider_client, response, wire.PRICING_DECODER)
        except FlightError as error:
            if error.code in _EXPIRED_OFFER_CODES:
                raise OfferExpiredError("the offer is no longer sold", provider=self.name, code=error.code) from error
            raise
        found = answer.data.flight_offers
        if not found:
            raise self._provider_client.malformed_error(response, "the response contains no offer")
        try:
            priced = wire.parse_offer(bytes(found[0]), self.name, offer.id)
        except UnreadableError as error:
            raise self._provider_client.malformed_error(response, str(error)) from error
        return PricedOffer(offer=priced, total=priced.total, changed=priced.total != offer.total, old_total=offer.total)

    async def cheapest_dates(
        self, query: FlightQuery, first: dt.date, last: dt.date, context: SearchContext
    ) -> list[DatePrice]:
        """Return the lowest prices for one adult by departure date, as Amadeus has cached them.

        Args:
            query: The query; its own dates only give the length of a return trip.
            first: First departure date.
            last: Last departure date, included.
            context: HTTP handler, clock and remaining time of the call.

        Raises:
            FlightError: Amadeus returned an error, did not answer, or sent an invalid response.
        """
        params = wire.dates_params(query, first, last)
        response = await self._call(context.http, "GET", "/v1/shopping/flight-dates", context.left, params=params)
        answer = decode_response(self._provider_client, response, wire.DATES_DECODER)
        currency = answer.meta.currency if answer.meta is not None else None
        pairs = (wire.parse_date(one, currency) for one in decode_items(answer.data, wire.DATE_DECODER))
        return [DatePrice(*pair) for pair in pairs if pair is not None]

    async def places(self, text: str) -> list[Place]:
        """Return cities and airports whose name or code begins with the first word of the text.

        Raises:
            FlightError: Amadeus returned an error, did not answer, or sent an invalid response.
        """
        word = wire.keyword(text)
        if not word:
            return []
        await load_airports()
        params = {"subType": "AIRPORT,CITY", "keyword": word, "page[limit]": "20"}
        response = await self._call(
            self._handler(), "GET", "/v1/reference-data/locations", DEFAULT_TIMEOUT, params=params
        )
        answer = decode_response(self._provider_client, response, wire.LOCATIONS_DECODER)
        found = map(wire.parse_place, decode_items(answer.data, wire.LOCATION_DECODER))
        return [place for place in found if place is not None]

    async def check(self) -> Check:
        """Check that a token can be obtained, without spending search quota."""
        try:
            await self._auth.token(self._handler())
        except AsyncAssistError as error:
            note = str(translate_error(error, self.name))
            return Check(name=self.name, status="fail", note=note, observed_at=utc_now(self._clock))
        return Check(name=self.name, status="pass", observed_at=utc_now(self._clock))

    async def _call(
        self,
        http: AsyncHandler,
        method: str,
        path: str,
        time_limit: float,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Send a request with an access token; on 401, renew the token and retry once.

        Raises:
            FlightError: There was no response, or its status is an error.
        """
        http = self._handler(http)
        headers = {"Accept": wire.ACCEPT}
        if body is not None:
            # The published API description requires the override on every POST that only reads.
            headers |= {"Content-Type": wire.MEDIA_TYPE, "X-HTTP-Method-Override": "GET"}
        token = await self._auth.token(http)
        response = await self._send(http, method, path, time_limit, params, body, headers, token)
        if response.status == 401:
            token = await self._auth.renewed(http, token)
            response = await self._send(http, method, path, time_limit, params, body, headers, token)
        if response.status >= 300:
            raise self._status_error(response, wire.ERROR_DECODER)
        return response

    async def _send(self, http: AsyncHandler, method: str, path: str, *args: Any) -> Response:
        time_limit, params, body, headers, token = args
        headers = {**headers, "Authorization": f"Bearer {token}"}
        return await self._provider_client.call(
            http, method, self._base_url + path, time_limit=time_limit, headers=headers, params=params, body=body
        )
