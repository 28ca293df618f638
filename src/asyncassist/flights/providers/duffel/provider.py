"""Duffel provider: searches as batch offer requests or paginated offer requests, price checks by offer id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist._cache import json_digest
from asyncassist._clock import SYSTEM_CLOCK, utc_now
from asyncassist._types import Check, Clock, Place
from asyncassist._validation import check_flag
from asyncassist.errors import FlightError, InvalidQueryError, OfferExpiredError
from asyncassist.flights.airports import load_airports
from asyncassist.flights.http_provider import DEFAULT_RETRY, DEFAULT_TIMEOUT, HTTPProvider
from asyncassist.flights.models import FlightOffer, PricedOffer
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.provider_client import RetryRules, check_secret, decode_items, decode_response
from asyncassist.flights.providers.duffel import wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Mapping
    from typing import Any

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._retry import Retry
    from asyncassist.flights.provider import Capability, SearchContext
    from asyncassist.flights.query import FlightQuery

# Duffel asks clients not to retry 500 and 502; 429 and 503 were not processed, 504 may have been.
_RETRY_RULES = RetryRules(retryable_statuses=frozenset({503, 504}), unprocessed_statuses=frozenset({429, 503}))
_MAX_OFFERS = 1000  # offers read of one paginated search; they are sorted by price, cheapest first
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)
_EXPIRED_OFFER_CODES = frozenset(
    {
        "offer_no_longer_available",
        "offer_expired",
        "offer_request_already_booked",
        "already_booked",
        "not_found",
        "gone",
    }
)


class DuffelProvider(HTTPProvider):
    """Provider for the Duffel API.

    Searches are batch offer requests, whose offers arrive as airlines answer. On a host without them, searches are
    offer requests read page by page, cheapest first. Prices are in the currency of your Duffel organisation.

    Args:
        token: Your Duffel access token; it never appears in errors, logs or `repr`.
        base_url: Absolute URL of the host.
        batches: False sends paginated offer requests instead of batch offer requests.
        min_interval: Seconds between the starts of two calls; 0 for none beyond the limit that Duffel announces.
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
        token: str,
        base_url: str = "https://api.duffel.com",
        batches: bool = True,
        min_interval: float = 0.0,
        retry: Retry | None = DEFAULT_RETRY,
        http: AsyncHandler | None = None,
        proxy: str | None = None,
        trust_env: bool = False,
        ssl: ssl.SSLContext | None = None,
        name: str = "duffel",
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        self._token = check_secret("token", token)
        super().__init__(
            name=name,
            base_url=base_url,
            retry_rules=_RETRY_RULES,
            secrets=(self._token,),
            retry=retry,
            min_interval=min_interval,
            http=http,
            proxy=proxy,
            trust_env=trust_env,
            ssl=ssl,
            now=now,
        )
        self._use_batches = check_flag("batches", batches)
        self._cache_identity = json_digest(self._base_url, self._token, batches)

    @property
    def cache_identity(self) -> str | None:
        """Digest of host and account; None for a subclass."""
        return self._cache_identity if type(self) is DuffelProvider else None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All capabilities except "dates": Duffel has no price calendar."""
        return frozenset({"search", "price", "places", "multi_city"})

    async def search(self, query: FlightQuery, context: SearchContext) -> AsyncIterator[list[FlightOffer]]:
        """Yield offers in batches as airlines answer, or page by page.

        Raises:
            FlightError: Duffel returned an error, did not answer, or sent an invalid response.
        """
        await load_airports()
        body = wire.request_body(query)
        request_id: str | None = None
        if self._use_batches:
            request_id = await self._create_batch_request(body, context)
        if request_id is not None:
            async for offers in self._iter_batches(request_id, context):
                yield offers
        else:
            async for offers in self._iter_pages(query, body, context):
                yield offers

    async def price(self, offer: FlightOffer, context: SearchContext) -> PricedOffer:
        """Return the offer with its current price, requested by its id.

        Raises:
            OfferExpiredError: The offer is no longer sold.
            InvalidQueryError: The offer's id is not a Duffel id.
            FlightError: Duffel returned an error, did not answer, or sent an invalid response.
        """
        await load_airports()
        if not _ID.fullmatch(offer.id):
            raise InvalidQueryError("offer", "has no Duffel id", provider=self.name)
        try:
            response = await self._call(context.http, "GET", f"/air/offers/{offer.id}", context.left)
            answer = decode_response(self._provider_client, response, wire.OFFER_RESPONSE_DECODER)
        except FlightError as error:
            if error.code in _EXPIRED_OFFER_CODES or getattr(error.__cause__, "status", None) in {404, 410}:
                raise OfferExpiredError("the offer is no longer sold", provider=self.name, code=error.code) from error
            raise
        try:
            priced = wire.parse_offer(bytes(answer.data), self.name)
        except UnreadableError as error:
            raise self._provider_client.malformed_error(response, str(error)) from error
        ends = priced.last_ticketing
        if ends is not None and ends <= utc_now(context.clock):
            raise OfferExpiredError("the offer is no longer sold", provider=self.name, code="offer_expired")
        return PricedOffer(offer=priced, total=priced.total, changed=priced.total != offer.total, old_total=offer.total)

    async def places(self, text: str) -> list[Place]:
        """Return cities and airports that match the text.

        Raises:
            FlightError: Duffel returned an error, did not answer, or sent an invalid response.
        """
        params = {"name": text.strip()}
        response = await self._call(self._handler(), "GET", "/places/suggestions", DEFAULT_TIMEOUT, params=params)
        answer = decode_response(self._provider_client, response, wire.PLACES_DECODER)
        return wire.parse_places(decode_items(answer.data, wire.PLACE_DECODER))

    async def check(self) -> Check:
        """Check whether the host is reachable; no offers are requested."""
        host_check = await self._handler().check(self._base_url, name=self.name)
        # The root path is not part of the API: any response other than 5xx shows that the host is reachable.
        down = host_check.status == "fail"
        return Check(
            name=self.name,
            status=host_check.status if down else "pass",
            note=host_check.note if down else "",
            observed_at=utc_now(self._clock),
        )

    async def _create_batch_request(self, body: bytes, context: SearchContext) -> str | None:
        """Create a batch offer request and return its id.

        Returns:
            The id; None if the host has no such endpoint. Later searches then skip it.
        """
        try:
            params = {"supplier_timeout": _supplier_timeout(context.left)}
            response = await self._call(
                context.http,
                "POST",
                "/air/batch_offer_requests",
                context.left,
                params=params,
                body=body,
                idempotent=False,
            )
        except FlightError as error:
            if error.code not in {"status_404", "status_405", "not_found"}:
                raise
            self._use_batches = False
            return None
        answer = decode_response(self._provider_client, response, wire.OFFER_REQUEST_DECODER)
        return self._request_id(response, answer)

    async def _iter_batches(self, request_id: str, context: SearchContext) -> AsyncIterator[list[FlightOffer]]:
        """Yield the batches of a batch offer request by long polling: the host holds a call until there are offers."""
        empty_polls = 0
        while True:
            response = await self._call(context.http, "GET", f"/air/batch_offer_requests/{request_id}", context.left)
            answer = decode_response(self._provider_client, response, wire.OFFER_REQUEST_DECODER)
            listed, remaining = answer.data.offers, answer.data.remaining_batches
            if listed is None or remaining is None:
                raise self._provider_client.malformed_error(response, "the response contains no batch")
            offers = await self._parse_offers(response, listed, wire.parse_offer)
            if offers:
                yield offers
            if remaining <= 0:
                return
            # The host should hold the call until there are offers; with one that does not, this must not busy-loop.
            empty_polls = 0 if offers else empty_polls + 1
            if empty_polls > 1:
                await context.clock.sleep(min(0.1 * empty_polls, 1.0))

    async def _iter_pages(
        self, query: FlightQuery, body: bytes, context: SearchContext
    ) -> AsyncIterator[list[FlightOffer]]:
        """Create an offer request and yield its offers page by page, cheapest first."""
        params = {"return_offers": "false", "supplier_timeout": _supplier_timeout(context.left)}
        response = await self._call(
            context.http, "POST", "/air/offer_requests", context.left, params=params, body=body, idempotent=False
        )
        answer = decode_response(self._provider_client, response, wire.OFFER_REQUEST_DECODER)
        page = {
            "offer_request_id": self._request_id(response, answer),
            "limit": str(wire.PAGE_SIZE),
            "sort": "total_amount",
            "max_connections": str(wire.max_connections(query)),
        }
        read_so_far = 0
        while True:
            response = await self._call(context.http, "GET", "/air/offers", context.left, params=page)
            listed = decode_response(self._provider_client, response, wire.OFFERS_DECODER)
            offers = await self._parse_offers(response, listed.data, wire.parse_offer)
            if offers:
                yield offers
            read_so_far += len(listed.data)
            after = listed.meta.after if listed.meta is not None else None
            if not after or after == page.get("after") or read_so_far >= _MAX_OFFERS:
                return
            page["after"] = after

    def _request_id(self, response: Response, answer: Any) -> str:
        # The id becomes part of a URL path: nothing that could lead to another resource.
        request_id: str | None = answer.data.id
        if request_id is None or not _ID.fullmatch(request_id):
            raise self._provider_client.malformed_error(response, "the response contains no offer request")
        return request_id

    async def _call(
        self,
        http: AsyncHandler,
        method: str,
        path: str,
        time_limit: float,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        idempotent: bool = True,
    ) -> Response:
        """Send a request with the access token and return the response.

        Raises:
            FlightError: There was no response, or its status is an error.
        """
        headers = {
            "Accept": "application/json",
            "Duffel-Version": wire.API_VERSION,
            "Authorization": f"Bearer {self._token}",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        response = await self._provider_client.call(
            self._handler(http),
            method,
            self._base_url + path,
            time_limit=time_limit,
            headers=headers,
            params=params,
            body=body,
            idempotent=idempotent,
        )
        if response.status >= 300:
            raise self._status_error(response, wire.ERROR_DECODER)
        return response


def _supplier_timeout(time_limit: float) -> str:
    """Return the `supplier_timeout` parameter in milliseconds: a second less than ours, within Duffel's 2 to 60 s.

    Args:
        time_limit: Seconds until our deadline.
    """
    return str(int(1000 * min(60.0, max(2.0, time_limit - 1.0))))
