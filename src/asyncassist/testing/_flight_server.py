"""FakeFlightServer: a local server for the flight APIs of Amadeus and Duffel, with faults on demand."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import secrets
from collections import deque
from dataclasses import replace
from decimal import Decimal
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from asyncassist._cache import json_digest
from asyncassist._clock import SYSTEM_CLOCK, as_clock, utc_now
from asyncassist._lifecycle import AsyncOnly
from asyncassist._places import find_places
from asyncassist.flights import AmadeusProvider, DuffelProvider, FlightQuery, Money, SandboxProvider, SearchContext
from asyncassist.flights.airports import load_airports
from asyncassist.flights.providers.amadeus.wire import MEDIA_TYPE
from asyncassist.testing import _flight_payloads as flight_payloads
from asyncassist.testing._flight_payloads import InvalidRequestError
from asyncassist.testing._recorded_requests import InjectedFault, SeenRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asyncassist._types import Clock
    from asyncassist.flights import FlightOffer

_MAX_RECORDED_REQUESTS = 10_000
_MAX_CACHED_SEARCHES = 200


class FakeFlightServer(AsyncOnly):
    """Fake of the Amadeus and Duffel APIs on 127.0.0.1, with expiring tokens, rate limit, faults and latency.

    Requests are validated by the published API descriptions: unknown or malformed parameters, wrong media types and
    missing headers get status 400, as from the real servers. The offers are those of `SandboxProvider`.

    Use it as `async with FakeFlightServer() as server:` with `server.amadeus()` and `server.duffel()`.

    Args:
        client_id: Client id of the OAuth2 application.
        client_secret: Client secret of the OAuth2 application.
        duffel_token: Access token accepted by Duffel's paths.
        token_life: Lifetime of an OAuth2 token in seconds.
        rate_limit: Maximum number of calls in `rate_window`, token requests included; None for no limit.
        rate_window: Length of the sliding window of the rate limit in seconds.
        latency: Duration of a search in seconds.
        batches: Number of batches of a Duffel batch offer request; 0: the server does not support them.
        page: Maximum number of offers on a page of Duffel's.
        currency: Currency of Duffel's prices.
        seed: Seed of the sandbox.
        now: The clock of tokens, rate limit and latency.
    """

    def __init__(
        self,
        *,
        client_id: str = "test-client",
        client_secret: str = "test-secret",  # noqa: S107 - a double's
        duffel_token: str = "duffel_test_token",  # noqa: S107 - a double's
        token_life: float = 1799.0,
        rate_limit: int | None = None,
        rate_window: float = 1.0,
        latency: float = 0.0,
        batches: int = 2,
        page: int = 200,
        currency: str = "EUR",
        seed: str = "asyncassist",
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.duffel_token = duffel_token
        self.token_life = token_life
        self.rate_limit = rate_limit
        self.rate_window = rate_window
        self.latency = latency
        self.requests: deque[SeenRequest] = deque(maxlen=_MAX_RECORDED_REQUESTS)
        """The last 10,000 requests, newest last."""
        self.token_requests: int = 0
        """Number of token requests that passed faults and rate limit, granted or not."""
        self.refused: int = 0
        """Number of calls answered with status 429."""
        self._batches = batches
        self._page_size = page
        self._currency = currency
        self._clock = as_clock(now)
        self._sandbox = SandboxProvider(seed=seed, price_change_rate=0.0, now=self._clock)
        self._tokens: dict[str, float] = {}
        self._recent_calls: deque[float] = deque()
        self._faults: list[InjectedFault] = []
        self._offers: dict[str, tuple[FlightOffer, FlightQuery, dt.datetime]] = {}
        self._offer_batches: dict[str, list[list[str]]] = {}
        self._batch_requests: dict[str, dict[str, Any]] = {}
        self._search_cache: dict[str, list[FlightOffer]] = {}
        self._price_factor: Decimal | None = None
        self._offers_expired = False
        self._runner: web.AppRunner | None = None
        self.url: str = ""
        """Base URL of the server; "" before it is started."""

    async def __aenter__(self) -> Self:
        """Start listening on a free port."""
        await load_airports()
        app = web.Application(middlewares=[self._middleware], client_max_size=8 << 20)
        app.router.add_post("/v1/security/oauth2/token", self._issue_token)
        app.router.add_get("/v2/shopping/flight-offers", self._amadeus_search_get)
        app.router.add_post("/v2/shopping/flight-offers", self._amadeus_search_post)
        app.router.add_post("/v1/shopping/flight-offers/pricing", self._amadeus_price)
        app.router.add_get("/v1/shopping/flight-dates", self._amadeus_dates)
        app.router.add_get("/v1/reference-data/locations", self._amadeus_locations)
        app.router.add_post("/air/offer_requests", self._duffel_request)
        app.router.add_get("/air/offers", self._duffel_offers)
        app.router.add_get("/air/offers/{id}", self._duffel_offer)
        if self._batches:
            app.router.add_post("/air/batch_offer_requests", self._duffel_start_batches)
            app.router.add_get("/air/batch_offer_requests/{id}", self._duffel_next_batch)
        app.router.add_get("/places/suggestions", self._duffel_places)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=2048)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *error: object) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def token_url(self) -> str:
        """URL of the OAuth2 token endpoint."""
        return f"{self.url}/v1/security/oauth2/token"

    def amadeus(self, **options: Any) -> AmadeusProvider:
        """Create a provider for this server.

        Args:
            **options: Further arguments of `AmadeusProvider`; they override those of this server.
        """
        facts: dict[str, Any] = {
            "base_url": self.url,
            "token_url": self.token_url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        return AmadeusProvider(**{**facts, **options})

    def duffel(self, **options: Any) -> DuffelProvider:
        """Create a provider for this server.

        Args:
            **options: Further arguments of `DuffelProvider`; they override those of this server.
        """
        facts: dict[str, Any] = {"token": self.duffel_token, "base_url": self.url}
        return DuffelProvider(**{**facts, **options})

    def revoke_tokens(self) -> None:
        """Revoke all OAuth2 tokens issued so far."""
        self._tokens.clear()

    def change_prices(self, factor: Decimal) -> None:
        """Multiply the prices of all further price checks.

        Args:
            factor: Factor on the price of the offer.
        """
        self._price_factor = factor

    def expire_offers(self) -> None:
        """Let all further price checks fail: the offers are no longer available."""
        self._offers_expired = True

    def fail(
        self,
        times: int = 1,
        *,
        path: str = "",
        status: int = 503,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        disconnect: bool = False,
    ) -> None:
        """Inject a fault into the next requests.

        Args:
            times: Number of requests.
            path: Prefix of the paths concerned; "" for all.
            status: HTTP status of the response.
            body: Body of the response; None for an error body in the format of the path's API.
            headers: Further header fields, such as Retry-After or Content-Type.
            delay: Seconds of real time before the response.
            disconnect: Whether to close the connection instead of responding.
        """
        text = body.encode() if isinstance(body, str) else body
        self._faults.append(InjectedFault(path, times, status, text, headers or {}, delay, disconnect))

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Record the request, apply faults and rate limit, call the handler and translate its errors."""
        now = self._clock()
        record = SeenRequest(
            request.method,
            request.path,
            dict(request.query),
            {name.lower(): value for name, value in request.headers.items()},
            await request.read(),
            now,
        )
        self.requests.append(record)
        fault = self._next_fault(request.path)
        if fault is not None:
            return await self._apply_fault(request, fault)
        wait = self._rate_limit_wait(now)
        if wait is not None:
            self.refused += 1
            return self._error(request, 429, "rate_limit_exceeded", {"Retry-After": f"{wait:.3f}"})
        try:
            response = await handler(request)
        except InvalidRequestError as error:
            return self._error(request, 400, error.field)
        except web.HTTPException as error:
            return self._error(request, error.status, "not_found")
        if self.rate_limit is not None and not request.path.startswith("/v"):
            reset = dt.datetime.fromtimestamp(now + self.rate_window, dt.UTC)
            response.headers["ratelimit-limit"] = str(self.rate_limit)
            response.headers["ratelimit-remaining"] = str(self.rate_limit - len(self._recent_calls))
            response.headers["ratelimit-reset"] = format_datetime(reset, usegmt=True)
        return response

    def _next_fault(self, path: str) -> InjectedFault | None:
        for fault in self._faults:
            if fault.times > 0 and path.startswith(fault.path):
                fault.times -= 1
                return fault
        return None

    async def _apply_fault(self, request: web.Request, fault: InjectedFault) -> web.StreamResponse:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.disconnect and request.transport is not None:
            request.transport.close()
        if fault.status == 429:
            self.refused += 1
        if fault.body is None:
            return self._error(request, fault.status, "fault", fault.headers)
        kind = {"Content-Type": "application/json", **fault.headers}
        return web.Response(status=fault.status, body=fault.body, headers=kind)

    def _rate_limit_wait(self, now: float) -> float | None:
        """Count a call; return None if the rate limit allows it, else the seconds until it would."""
        if self.rate_limit is None:
            return None
        while self._recent_calls and self._recent_calls[0] <= now - self.rate_window:
            self._recent_calls.popleft()
        if len(self._recent_calls) < self.rate_limit:
            self._recent_calls.append(now)
            return None
        return self._recent_calls[0] + self.rate_window - now

    def _error(
        self, request: web.Request, status: int, detail: str, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        """Build an error response in the format of the path's API."""
        body, kind = flight_payloads.error_body(request.path, status, detail)
        return web.Response(status=status, body=body, headers={"Content-Type": kind, **(headers or {})})

    # -- OAuth2 --------------------------------------------------------------------------------------------------

    async def _issue_token(self, request: web.Request) -> web.Response:
        self.token_requests += 1
        if request.content_type != "application/x-www-form-urlencoded":
            raise InvalidRequestError("Content-Type")
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            raise InvalidRequestError("grant_type")
        if form.get("client_id") != self.client_id or form.get("client_secret") != self.client_secret:
            return self._error(request, 401, "Client credentials are invalid")
        token = secrets.token_urlsafe(16)
        self._tokens[token] = self._clock() + self.token_life
        body = {
            "type": "amadeusOAuth2Token",
            "token_type": "Bearer",
            "access_token": token,
            "expires_in": int(self.token_life),
            "state": "approved",
            "scope": "",
        }
        return web.json_response(body)

    def _check_amadeus_headers(self, request: web.Request) -> web.Response | None:
        """Check token, media type and method override of an Amadeus call.

        Returns:
            The response for an invalid token; None for a valid call.

        Raises:
            InvalidRequestError: A header is wrong.
        """
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0.0) <= self._clock():
            return self._error(request, 401, "Invalid access token")
        if request.method == "POST":
            if request.content_type != MEDIA_TYPE:
                raise InvalidRequestError("Content-Type")
            if request.headers.get("X-HTTP-Method-Override") != "GET":
                raise InvalidRequestError("X-HTTP-Method-Override")
        return None

    # -- Amadeus -------------------------------------------------------------------------------------------------

    async def _amadeus_search_get(self, request: web.Request) -> web.Response:
        refused = self._check_amadeus_headers(request)
        if refused is not None:
            return refused
        flight_payloads.check_params(
            request.query.items(), flight_payloads.AMADEUS_SEARCH, flight_payloads.REQUIRED["AMADEUS_SEARCH"]
        )
        return await self._amadeus_search_response(flight_payloads.parse_amadeus_query(request.query))

    async def _amadeus_search_post(self, request: web.Request) -> web.Response:
        refused = self._check_amadeus_headers(request)
        if refused is not None:
            return refused
        return await self._amadeus_search_response(
            flight_payloads.parse_amadeus_body(flight_payloads.parse_json_object(await request.read()))
        )

    async def _amadeus_search_response(self, query: FlightQuery) -> web.Response:
        if self.latency:
            await self._clock.sleep(self.latency)
        offers = (await self._search(query))[: query.max_offers]
        data = [flight_payloads.amadeus_offer(offer, number, query) for number, offer in enumerate(offers, 1)]
        return _amadeus_response({"meta": {"count": len(data)}, "data": data, "dictionaries": {}})

    async def _amadeus_price(self, request: web.Request) -> web.Response:
        refused = self._check_amadeus_headers(request)
        if refused is not None:
            return refused
        data = flight_payloads.parse_json_object(await request.read()).get("data", {})
        offers = data.get("flightOffers") or []
        if data.get("type") != "flight-offers-pricing" or not 1 <= len(offers) <= 6:
            raise InvalidRequestError("data")
        if self._offers_expired:
            error = {"status": 400, "code": 4926, "title": "INVALID DATA RECEIVED", "detail": "No fare applicable"}
            return _amadeus_response({"errors": [error]}, status=400)
        for offer in offers:
            if self._price_factor is not None:
                price = offer["price"]
                price["total"] = price["grandTotal"] = f"{Decimal(price['total']) * self._price_factor:.2f}"
        return _amadeus_response({"data": {"type": "flight-offers-pricing", "flightOffers": offers}})

    async def _amadeus_dates(self, request: web.Request) -> web.Response:
        refused = self._check_amadeus_headers(request)
        if refused is not None:
            return refused
        params = request.query
        flight_payloads.check_params(
            params.items(), flight_payloads.AMADEUS_DATES, flight_payloads.REQUIRED["AMADEUS_DATES"]
        )
        first, _, last = params.get("departureDate", "").partition(",")
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
        days = [start + dt.timedelta(days=step) for step in range((end - start).days + 1)]
        data = []
        for day in days:
            offers = await self._search(FlightQuery(params["origin"], params["destination"], day))
            if offers:
                price = f"{min(offer.total.amount for offer in offers):.2f}"
                data.append({"type": "flight-date", "departureDate": day.isoformat(), "price": {"total": price}})
        return _amadeus_response({"data": data, "meta": {"currency": "EUR"}})

    async def _amadeus_locations(self, request: web.Request) -> web.Response:
        refused = self._check_amadeus_headers(request)
        if refused is not None:
            return refused
        flight_payloads.check_params(
            request.query.items(), flight_payloads.AMADEUS_LOCATIONS, flight_payloads.REQUIRED["AMADEUS_LOCATIONS"]
        )
        found = find_places(request.query["keyword"], int(request.query.get("page[limit]", 10)))
        return _amadeus_response({"data": [flight_payloads.amadeus_location(place) for place in found]})

    # -- Duffel --------------------------------------------------------------------------------------------------

    def _check_duffel_headers(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Duffel-Version") != "v2":
            return self._error(request, 400, "unsupported_version")
        if request.headers.get("Authorization") != f"Bearer {self.duffel_token}":
            return self._error(request, 401, "access_token_not_found")
        if request.method == "POST" and request.content_type != "application/json":
            return self._error(request, 415, "unsupported_format")
        return None

    async def _duffel_search(self, request: web.Request) -> tuple[dict[str, Any], list[str]]:
        """Search offers for a Duffel offer request; return the request's payload and the ids of its offers."""
        flight_payloads.check_params(request.query.items(), flight_payloads.DUFFEL_REQUEST)
        query = flight_payloads.parse_duffel_query(
            flight_payloads.parse_json_object(await request.read()), self._currency
        )
        offers = await self._search(query)
        now = utc_now(self._clock)
        ids = [f"off_{secrets.token_hex(8)}" for _ in offers]
        self._offers.update(zip(ids, ((offer, query, now) for offer in offers), strict=True))
        return flight_payloads.duffel_request(f"orq_{secrets.token_hex(8)}", query, now), ids

    async def _duffel_request(self, request: web.Request) -> web.Response:
        refused = self._check_duffel_headers(request)
        if refused is not None:
            return refused
        if self.latency:
            await self._clock.sleep(self.latency)
        data, ids = await self._duffel_search(request)
        self._offer_batches[data["id"]] = [ids]
        if request.query.get("return_offers", "true") == "true":
            data["offers"] = [self._duffel_payload(one) for one in ids]
        return web.json_response({"data": data}, status=201)

    async def _duffel_offers(self, request: web.Request) -> web.Response:
        refused = self._check_duffel_headers(request)
        if refused is not None:
            return refused
        flight_payloads.check_params(
            request.query.items(), flight_payloads.DUFFEL_OFFERS, flight_payloads.REQUIRED["DUFFEL_OFFERS"]
        )
        ids = self._offer_batches.get(request.query["offer_request_id"], [[]])[0]
        ids = sorted(ids, key=lambda one: self._offers[one][0].total.amount)
        start = int(request.query.get("after", "c0")[1:])
        end = start + min(int(request.query.get("limit", 50)), self._page_size)
        meta = {"limit": end - start, "before": None, "after": f"c{end}" if end < len(ids) else None}
        return web.json_response({"data": [self._duffel_payload(one) for one in ids[start:end]], "meta": meta})

    async def _duffel_start_batches(self, request: web.Request) -> web.Response:
        refused = self._check_duffel_headers(request)
        if refused is not None:
            return refused
        offer_request, ids = await self._duffel_search(request)
        size = max(1, -(-len(ids) // self._batches))
        self._offer_batches[offer_request["id"]] = [
            ids[number * size : (number + 1) * size] for number in range(self._batches)
        ]
        self._batch_requests[offer_request["id"]] = {
            name: offer_request[name] for name in ("id", "live_mode", "created_at", "client_key")
        }
        counts = {"total_batches": self._batches, "remaining_batches": self._batches}
        return web.json_response({"data": {**self._batch_requests[offer_request["id"]], **counts}}, status=201)

    async def _duffel_next_batch(self, request: web.Request) -> web.Response:
        refused = self._check_duffel_headers(request)
        if refused is not None:
            return refused
        ident = request.match_info["id"]
        remaining = self._offer_batches.get(ident)
        if remaining is None or ident not in self._batch_requests:
            return self._error(request, 404, "not_found")
        if self.latency:
            await self._clock.sleep(self.latency / self._batches)
        ids = remaining.pop(0) if remaining else []
        data = {
            **self._batch_requests[ident],
            "total_batches": self._batches,
            "remaining_batches": len(remaining),
            "offers": [self._duffel_payload(one) for one in ids],
        }
        return web.json_response({"data": data})

    async def _duffel_offer(self, request: web.Request) -> web.Response:
        refused = self._check_duffel_headers(request)
        if refused is not None:
            return refused
        ident = request.match_info["id"]
        if ident not in self._offers:
            return self._error(request, 404, "not_found")
        if self._offers_expired:
            return self._error(request, 422, "offer_no_longer_available")
        services: dict[str, Any] = {"available_services": []}
        return web.json_response({"data": {**self._duffel_payload(ident, factor=self._price_factor), **services}})

    async def _duffel_places(self, request: web.Request) -> web.Response:
        refused = self._check_duffel_headers(request)
        if refused is not None:
            return refused
        found = find_places(request.query.get("query") or request.query.get("name", ""), 20)
        return web.json_response(
            {"data": [flight_payloads.duffel_place(place.code, kind=place.kind) for place in found]}
        )

    def _duffel_payload(self, ident: str, *, factor: Decimal | None = None) -> dict[str, Any]:
        offer, query, created_at = self._offers[ident]
        if factor is not None:
            amount = (offer.total.amount * factor).quantize(offer.total.amount)
            offer = replace(offer, total=Money(amount, offer.total.currency))
        return flight_payloads.duffel_offer(offer, ident, query, created_at, created_at + dt.timedelta(minutes=30))

    async def _search(self, query: FlightQuery) -> list[FlightOffer]:
        """Return the sandbox's offers; the last searches are cached, so that load tests measure the client."""
        key = json_digest({**query.facts(), "max_offers": 0})
        if key not in self._search_cache:
            context = SearchContext(handler=_no_handler, clock=self._clock, left=lambda: 60.0)
            found = [offer async for batch in self._sandbox.search(query, context) for offer in batch]
            if len(self._search_cache) >= _MAX_CACHED_SEARCHES:
                self._search_cache.clear()
            self._search_cache[key] = found
        return self._search_cache[key]


def _no_handler() -> Any:
    raise RuntimeError("the sandbox makes no HTTP requests")


def _amadeus_response(body: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), headers={"Content-Type": MEDIA_TYPE})
