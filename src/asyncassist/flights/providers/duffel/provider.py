"""Duffel: offers in batches as airlines answer, or in pages; offers by id for their price."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist._clock import SYSTEM_CLOCK, utc_now
from asyncassist._types import Check, Clock, Place
from asyncassist.errors import FlightError, InvalidQueryError, OfferExpiredError
from asyncassist.flights.airports import load_airports
from asyncassist.flights.http_provider import DEFAULT_RETRY, DEFAULT_TIMEOUT, HTTPProvider
from asyncassist.flights.models import FlightOffer, PricedOffer
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.provider_client import RetryRules, check_secret, decode_response
from asyncassist.flights.providers.duffel import wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from typing import Any

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._retry import Retry
    from asyncassist.flights.provider import Capability, SearchContext
    from asyncassist.flights.query import FlightQuery

# Duffel asks not to repeat after 500 and 502; 429 and 503 were not worked on, and 504 may have been.
_RETRY_RULES = RetryRules(retryable_statuses=frozenset({503, 504}), unprocessed_statuses=frozenset({429, 503}))
_MAX_OFFERS = 1000  # offers of one search that are read; they come cheapest first
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
    """Offers of Duffel.

    Searches are batch offer requests: offers come as airlines answer. Where a host has none, they are offer requests
    read in pages, cheapest first. Prices are in the currency of your organisation.

    Args:
        token: Your access token; it never shows.
        base_url: The host.
        batches: Whether searches are batch offer requests; False for pages.
        min_interval: Seconds between two calls; 0: as fast as they come, within the limit that Duffel announces.
        retry: How often and when a call is repeated, None for never.
        http: A handler of yours; without one, the client's, or one of its own where it is used without a client.
        name: Its name among the providers of a client.
        now: The clock; under a client, the client's.

    Raises:
        ConfigurationError: A value cannot work.
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
            now=now,
        )
        self._use_batches = batches

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything but a calendar of prices."""
        return frozenset({"search", "price", "places", "multi_city"})

    async def search(self, query: FlightQuery, context: SearchContext) -> AsyncIterator[list[FlightOffer]]:
        """Offers in batches.

        Raises:
            FlightError: Duffel refused, did not answer, or answered what cannot be read.
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
        """The offer as it is now, by its id.

        Raises:
            OfferExpiredError: It is no longer sold.
            FlightError: Duffel refused, did not answer, or answered what cannot be read.
        """
        await load_airports()
        if not _ID.fullmatch(offer.id):
            raise InvalidQueryError("offer", "has no id of Duffel", provider=self.name)
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
        """Cities and airports that match the text.

        Raises:
            FlightError: Duffel refused, did not answer, or answered what cannot be read.
        """
        params = {"name": text.strip()}
        response = await self._call(self._handler(), "GET", "/places/suggestions", DEFAULT_TIMEOUT, params=params)
        answer = decode_response(self._provider_client, response, wire.PLACES_DECODER)
        return wire.parse_places(answer.data or [])

    async def check(self) -> Check:
        """Whether the host answers. No offer is asked for."""
        host_check = await self._handler().check(self._base_url, name=self.name)
        # The root is no page of the API: any answer but a 5xx says that the host is there.
        down = host_check.status == "fail"
        return Check(
            name=self.name,
            status=host_check.status if down else "pass",
            note=host_check.note if down else "",
            observed_at=utc_now(self._clock),
        )

    async def _create_batch_request(self, body: bytes, context: SearchContext) -> str | None:
        """The id of a batch offer request; None when the host has none, from now on."""
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
        """The offers of a batch offer request: each call waits until there are more."""
        empty_polls = 0
        while True:
            response = await self._call(context.http, "GET", f"/air/batch_offer_requests/{request_id}", context.left)
            answer = decode_response(self._provider_client, response, wire.OFFER_REQUEST_DECODER)
            if answer.data is None:
                raise self._provider_client.malformed_error(response, "the answer holds no batch")
            offers = await self._parse_offers(response, answer.data.offers, wire.parse_offer)
            if offers:
                yield offers
            if not answer.data.remaining_batches:
                return
            # the host is to hold the call until there is something; one that does not is not asked in a loop
            empty_polls = 0 if offers else empty_polls + 1
            if empty_polls > 1:
                await context.clock.sleep(min(0.1 * empty_polls, 1.0))

    async def _iter_pages(
        self, query: FlightQuery, body: bytes, context: SearchContext
    ) -> AsyncIterator[list[FlightOffer]]:
        """The offers of an offer request in pages, cheapest first."""
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
            read_so_far += len(listed.data or [])
            after = listed.meta.after if listed.meta is not None else None
            if not after or after == page.get("after") or read_so_far >= _MAX_OFFERS:
                return
            page["after"] = after

    def _request_id(self, response: Response, answer: Any) -> str:
        request_id: str | None = answer.data.id if answer.data is not None else None
        if request_id is None or not _ID.fullmatch(request_id):
            raise self._provider_client.malformed_error(response, "the answer holds no offer request")
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
        """A call with the token.

        Raises:
            FlightError: There was no answer, or its status is an error.
        """
        headers = {
            "Accept": "application/json",
            "Duffel-Version": wire.API_VERSION,
            "Authorization": f"Bearer {self._token}",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        response = await self._provider_client.call(
            self._external_handler or http,
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


def _supplier_timeout(timeout: float) -> str:
    """Milliseconds that airlines have: a second less than we wait, within the bounds that Duffel takes."""
    return str(int(1000 * min(60.0, max(2.0, timeout - 1.0))))
