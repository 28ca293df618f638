"""AsyncFlightClient: search several providers concurrently, stream offers as they arrive, cache complete results."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from asyncassist._cache import Cache, json_digest
from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic, utc_now
from asyncassist._events import Event, attributes, emit, has_listeners
from asyncassist._lifecycle import Resource, _LifecycleState, import_in_thread
from asyncassist._places import find_places, place_by_code
from asyncassist._shared_cache import check_redis, create_shared_cache
from asyncassist._types import Check, Clock, Health, Money, Place
from asyncassist._validation import (
    check_aware_time,
    check_int,
    check_items,
    check_methods,
    check_seconds,
    env_variable,
    naming_variables,
)
from asyncassist.errors import (
    AllProvidersFailedError,
    ClosedError,
    FlightError,
    InvalidInputError,
    InvalidQueryError,
)
from asyncassist.flights.airports import load_airports, zone_by_name
from asyncassist.flights.config import providers_from_env
from asyncassist.flights.error_mapping import translate_error
from asyncassist.flights.http_provider import check_network, make_handler
from asyncassist.flights.models import DatePrice, FlightOffer, FlightStats, PricedOffer, SearchResult
from asyncassist.flights.provider import (
    AttachableProvider,
    CacheableProvider,
    CheckableProvider,
    FlightProvider,
    PlacesProvider,
    PriceCalendar,
    PricingProvider,
    SearchContext,
    providers_by_name,
)
from asyncassist.flights.providers.sandbox.provider import SandboxProvider
from asyncassist.flights.query import FlightQuery, field_path, reject_past_departure
from asyncassist.flights.search import CachedSearch, OfferStream, SearchLimiter, SearchReader, SearchTask
from asyncassist.flights.serialization import decode_result, encode_result
from asyncassist.flights.stats import StatsRecorder

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Sequence

    from redis.asyncio import Redis

    from asyncassist._http import AsyncHandler

_CHECK_TIMEOUT = 3.0
_PLACES_TIMEOUT = 5.0


class AsyncFlightClient(Resource):
    """A flight-search client that queries several providers concurrently.

    One client may be shared between tasks. Equal concurrent searches are coalesced; complete results are cached,
    prices never.

    Args:
        providers: The providers to query; their names must be unique. The client never closes them: close them
            yourself. None means the offline sandbox.
        http: A handler of yours for the providers' requests. The client uses it and never closes it; None means that
            the client opens its own when a provider first needs it.
        ttl: Seconds a complete result stays cached; with 0 results are not cached.
        max_entries: Cached results; the least recently used is evicted first.
        redis: URL or client of a Redis in which workers share results of equal providers (host, account, seed); None
            for a cache in this process only.
        deadline: Seconds for a search, a price check or a price-calendar call. A search returns what has arrived by
            then.
        max_concurrency: Concurrent searches; further ones wait in order of arrival.
        proxy: URL of the forward proxy of the client's own handler, as in `AsyncHandler`; None for none. Not possible
            together with `http`.
        trust_env: Whether its own handler takes proxies and certificates from the environment when the client opens; a
            variable that cannot be used is a ConfigurationError then. Not possible together with `http`.
        ssl: TLS context of its own handler; None for the default. Not possible together with `http`.
        now: The clock.

    Raises:
        ConfigurationError: An argument is invalid, or two providers have the same name.
    """

    def __init__(
        self,
        *,
        providers: Sequence[FlightProvider] | None = None,
        http: AsyncHandler | None = None,
        ttl: float = 300.0,
        max_entries: int = 100,
        redis: Redis | str | None = None,
        deadline: float = 20.0,
        max_concurrency: int = 1000,
        proxy: str | None = None,
        trust_env: bool = False,
        ssl: ssl.SSLContext | None = None,
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        self._clock = as_clock(now)
        self._now = monotonic(self._clock)
        self._ttl = check_seconds("ttl", ttl, allow_zero=True)
        self._deadline = check_seconds("deadline", deadline)
        self._max_concurrency = check_int("max_concurrency", max_concurrency)
        self._cache: Cache[SearchResult] = Cache(max_entries=max_entries, now=self._now)
        check_redis("redis", redis)
        self._shared_backend, self._shared_cache = create_shared_cache(
            redis, prefix="asyncassist:flights:", name="the flight cache", now=self._now
        )
        if providers is None:
            providers = (SandboxProvider(now=self._clock),)
            self._take_over(*providers)
        self._providers = providers_by_name(providers)
        # Of providers without an identity: a random value, so that their results are not shared beyond this client.
        self._own_identity = secrets.token_hex(16)
        if http is not None:
            check_methods("http", http, "an AsyncHandler", "request")
        self._http = http
        self._network = check_network(http, proxy, trust_env, ssl)
        self._share_tasks: set[asyncio.Task[None]] = set()
        self._limiter = SearchLimiter(self._max_concurrency)
        self._running_searches: dict[str, SearchTask] = {}
        self._recorder = StatsRecorder(tuple(self._providers))

    @classmethod
    def from_env(cls) -> Self:
        """Build a client from environment variables; with none set, it uses the offline sandbox.

        `AMADEUS_BASE_URL`, `AMADEUS_TOKEN_URL`, `AMADEUS_CLIENT_ID` and `AMADEUS_CLIENT_SECRET` together configure an
        Amadeus provider, `DUFFEL_TOKEN` a Duffel provider. `ASYNCASSIST_REDIS_URL` is the Redis in which workers
        share results and access tokens. Proxies and certificates come from the environment too, as `trust_env` says.
        The client owns these providers and closes them.

        Raises:
            ConfigurationError: Some of the Amadeus variables are set and others are not, or a value is invalid.
        """
        redis = env_variable("ASYNCASSIST_REDIS_URL")
        with naming_variables({"redis": "ASYNCASSIST_REDIS_URL"}):
            check_redis("redis", redis)  # before the providers, which share their tokens there
            providers = providers_from_env(os.environ, store=redis)
            client = cls(providers=providers or None, redis=redis, trust_env=bool(providers))
        client._take_over(*providers)
        return client

    async def _open(self) -> None:
        await load_airports()
        if not all(isinstance(provider, SandboxProvider) for provider in self._providers.values()):
            await import_in_thread("asyncassist._http")
        if self._shared_backend is not None:
            self._own_closable(self._shared_backend)
        for provider in self._taken_over:
            self._own_closable(provider)
        for provider in self._providers.values():
            if isinstance(provider, AttachableProvider):
                provider.attach(self._handler, self._clock)
        if self._network:
            await self._handler().__aenter__()  # at once, so that a variable that cannot be used is known

    async def _before_close(self) -> None:
        for running in list(self._running_searches.values()):
            await running.stop()
        if self._share_tasks:
            await asyncio.wait(self._share_tasks)
        for provider in self._providers.values():
            if isinstance(provider, AttachableProvider):
                await provider.detach(self._handler)

    async def search(self, query: FlightQuery, *, now: dt.datetime | None = None) -> SearchResult:
        """Query every provider and wait for all of them, at most until the deadline.

        Args:
            query: The flight query.
            now: Aware reference time that decides which departures are past; None means the client's clock.

        Returns:
            The result with its offers, best first; empty if there are none. `errors` holds the providers that failed.

        Raises:
            InvalidQueryError: The query is invalid; no provider was called.
            InvalidInputError: `now` is not an aware datetime.
            AllProvidersFailedError: No provider answered.
            ClosedError: The client is closed.
        """
        await self._ensure_open()
        started = self._now()
        self._validate_query(query, now)
        self._recorder.searches += 1
        key = self._cache_key(query)
        stored = await self._lookup(key)
        if stored is not None:
            return replace(stored, cached=True, elapsed=self._now() - started)
        running = self._join_search(key, query)
        try:
            result = await running.wait()
        finally:
            await running.release()
        return replace(result, elapsed=self._now() - started)

    def stream(self, query: FlightQuery, *, now: dt.datetime | None = None) -> OfferStream:
        """Return a stream of offers that yields them as they arrive.

        Use it as `async with client.stream(query) as offers: async for batch in offers: ...`; `offers.result` is
        available after the last batch. The same flights are yielded once; if a cheaper offer for them arrives, it is
        yielded as well and named in the batch's `replaces`.

        Args:
            query: The flight query.
            now: Aware reference time that decides which departures are past; None means the client's clock.

        Returns:
            The stream; the search starts when the block is entered or the first batch is awaited.

        Raises:
            InvalidQueryError: On the first step: the query is invalid; no provider was called.
            AllProvidersFailedError: At the end: no provider answered.
        """

        async def start() -> SearchReader:
            await self._ensure_open()
            self._validate_query(query, now)
            self._recorder.searches += 1
            key = self._cache_key(query)
            stored = await self._lookup(key)
            return self._join_search(key, query) if stored is None else CachedSearch(stored)

        return OfferStream(start)

    async def search_many(
        self, queries: Iterable[FlightQuery], *, now: dt.datetime | None = None
    ) -> list[SearchResult]:
        """Run several searches concurrently.

        Args:
            queries: The flight queries.
            now: Aware reference time that decides which departures are past; None means the client's clock.

        Returns:
            Results in the order of the queries. A search that no provider answered gives an empty result with
            `errors` instead of raising.

        Raises:
            InvalidQueryError: One of the queries is invalid; no provider was called for any of them.
        """
        listed = check_items("queries", queries, "queries")
        await self._ensure_open()
        for query in listed:
            self._validate_query(query, now)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._search_or_empty(query, now)) for query in listed]
        return [task.result() for task in tasks]

    async def search_dates(
        self, query: FlightQuery, *, window: int = 3, max_searches: int = 15, now: dt.datetime | None = None
    ) -> list[DatePrice]:
        """Return the lowest price of each departure date around the query's; a return date shifts by as many days.

        Args:
            query: The flight query.
            window: Days before and after the departure, 0 to 60.
            max_searches: Maximum number of searches, 1 to 100; the dates nearest to the departure are searched first.
                The remaining dates are looked up in the price calendars of the providers that have one.
            now: Aware reference time that decides which departures are past; None means the client's clock.

        Returns:
            Prices by ascending date; a date without offers is absent.

        Raises:
            InvalidQueryError: The query is invalid; no provider was called.
            InvalidInputError: `window` or `max_searches` is out of range.
            AllProvidersFailedError: No provider answered for any date.
        """
        if isinstance(window, bool) or not isinstance(window, int) or not 0 <= window <= 60:
            raise InvalidInputError("window", "must be a whole number from 0 to 60")
        if isinstance(max_searches, bool) or not isinstance(max_searches, int) or not 1 <= max_searches <= 100:
            raise InvalidInputError("max_searches", "must be a whole number from 1 to 100")
        await self._ensure_open()
        self._validate_query(query, now)
        today = self._today(query, now)
        steps = sorted(range(-window, window + 1), key=lambda step: (abs(step), step))
        shifted = [query.moved(step) for step in steps if query.ways[0].departure + dt.timedelta(days=step) >= today]
        shifted = [replace(one, sort="price") for one in shifted]
        searched, remaining = shifted[:max_searches], shifted[max_searches:]
        results = await self.search_many(searched, now=now)
        if all(_is_failed(result) for result in results):
            raise AllProvidersFailedError(errors=results[0].errors)
        prices = {
            one.ways[0].departure: result.offers[0].total
            for one, result in zip(searched, results, strict=True)
            if result.offers and result.offers[0].total.currency == query.currency
        }
        if remaining:
            calendar = await self._calendar_prices(query, {one.ways[0].departure for one in remaining})
            prices = {**calendar, **prices}
        return [DatePrice(date, prices[date]) for date in sorted(prices)]

    async def price(self, offer: FlightOffer) -> PricedOffer:
        """Request the current price of an offer from its provider; the result is never cached.

        Args:
            offer: An offer of one of this client's providers, as a search returned it.

        Returns:
            The offer as it is sold now, its price, and whether the price changed.

        Raises:
            OfferExpiredError: The offer is no longer sold: search again.
            FlightError: The provider failed, did not answer before the deadline, or checks no prices ("unsupported").
            InvalidInputError: The value is not an offer, or not one of this client's providers.
        """
        await self._ensure_open()
        if not isinstance(offer, FlightOffer):
            raise InvalidInputError("offer", "must be a FlightOffer")
        provider = self._providers.get(offer.provider) if isinstance(offer.provider, str) else None
        if provider is None:
            raise InvalidInputError("offer", "does not belong to a provider of this client")
        if not isinstance(provider, PricingProvider):
            raise FlightError("the provider checks no prices", provider=provider.name, code="unsupported")
        self._recorder.priced += 1
        started = self._now()
        error: FlightError | None = None
        try:
            async with asyncio.timeout(self._deadline):
                priced = await provider.price(offer, self._context())
        except Exception as raised:  # noqa: BLE001 - foreign code may raise anything; every error is translated
            error = translate_error(raised, provider.name)
            raise error from error.__cause__
        finally:
            self._emit_event("flight.price", provider.name, self._now() - started, error)
        self._recorder.price_changes += priced.changed
        return priced

    async def places(self, text: str, *, limit: int = 10) -> list[Place]:
        """Find cities and airports by code, name or prefix of a name.

        Args:
            text: The traveller's input, 1 to 200 characters.
            limit: Maximum number of places, 1 to 100.

        Returns:
            Places without duplicates, likeliest first: those of the built-in table, then further ones of the
            providers. A provider that fails contributes none.

        Raises:
            InvalidInputError: `text` or `limit` is out of range.
        """
        if not isinstance(text, str) or not text.strip() or len(text) > 200:
            raise InvalidInputError("text", "must be 1 to 200 characters")
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 100:
            raise InvalidInputError("limit", "must be a whole number from 1 to 100")
        await self._ensure_open()
        # The table has names in every language and ranks by what people usually mean; providers add what it lacks.
        found = {(place.code, place.kind): place for place in find_places(text, limit)}
        if len(found) < limit:
            able = {name: one for name, one in self._providers.items() if isinstance(one, PlacesProvider)}
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._provider_places(*item, text)) for item in able.items()]
            for place in (place for task in tasks for place in task.result()):
                found.setdefault((place.code, place.kind), place)
        return list(found.values())[:limit]

    async def health(self) -> Health:
        """Check every provider and the shared cache without spending search quota.

        Returns:
            The health report. One of several providers down is a warning, all of them down is a failure; a shared
            cache that is unreachable is a warning.
        """
        await self._ensure_open()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._check_provider(provider)) for provider in self._providers.values()]
        checks = [task.result() for task in tasks]
        if self._shared_cache is not None and self._shared_cache.degradation:
            reason = self._shared_cache.degradation.reason
            checks.append(
                Check(name="cache", status="warn", critical=False, note=reason, observed_at=utc_now(self._clock))
            )
        down = all(task.result().status == "fail" for task in tasks)
        return Health.of([replace(check, critical=down) for check in checks])

    def stats(self) -> FlightStats:
        """Return the statistics of the client, its cache and its providers so far."""
        return self._recorder.stats(len(self._running_searches), self._cache.stats(), self._providers.values())

    async def clear_cache(self) -> int:
        """Remove all cached results, those shared by workers included.

        Returns:
            The number of results removed, the larger of that in this process and that in the shared cache.
        """
        await self._ensure_open()
        cleared = self._cache.clear()
        if self._shared_cache is not None:
            cleared = max(cleared, await self._shared_cache.clear())
        return cleared

    def _validate_query(self, query: FlightQuery, now: dt.datetime | None) -> None:
        """Raise for a query that no provider could answer: wrong types, unknown places, a past departure."""
        if not isinstance(query, FlightQuery):
            raise InvalidQueryError("query", "must be a FlightQuery")
        if now is not None:
            check_aware_time("now", now)
        for index, way in enumerate(query.ways):
            for name in ("origin", "destination"):
                if place_by_code(getattr(way, name)) is None:
                    raise InvalidQueryError(
                        field_path(query, index, name), "is not the code of a known city or airport"
                    )
        reject_past_departure(query, self._today(query, now))

    def _today(self, query: FlightQuery, now: dt.datetime | None) -> dt.date:
        """Return the current date at the first origin."""
        origin = place_by_code(query.ways[0].origin)
        time_zone = None if origin is None else zone_by_name(origin.timezone)
        return (utc_now(self._clock) if now is None else now).astimezone(time_zone or dt.UTC).date()

    def _cache_key(self, query: FlightQuery) -> str:
        """Return the digest of everything that decides a result: the query, and each provider by name and identity."""
        identities = [(name, _cache_identity(one) or self._own_identity) for name, one in self._providers.items()]
        return json_digest(query.facts(), identities)

    async def _lookup(self, key: str) -> SearchResult | None:
        """Return a cached result of this process or of another worker, None on a miss."""
        entry = self._cache.get(key)
        if entry is not None:
            return entry.value
        # An equal search already runs: joining it is faster than a look-up in Redis, which it has just missed.
        if self._shared_cache is None or key in self._running_searches:
            return None
        found = decode_result(await self._shared_cache.get(key), self._clock())
        if found is not None:
            result, left = found
            self._cache.put(key, result, ttl=min(left, self._ttl), cost=result.elapsed)
            return result
        return None

    def _join_search(self, key: str, query: FlightQuery) -> SearchTask:
        """Return the running search for the key, or start one, and count the caller as its reader."""
        running = self._running_searches.get(key)
        if running is not None:
            self._recorder.coalesced += 1
            self._cache.coalesced += 1
        else:
            running = SearchTask(
                query,
                tuple(self._providers.values()),
                self._context(),
                deadline=self._deadline,
                limiter=self._limiter,
                now=self._now,
                record_search=self._record_search,
                on_end=lambda ended: self._on_search_end(key, ended),
            )
            self._running_searches[key] = running
        running.readers += 1
        return running

    def _on_search_end(self, key: str, running: SearchTask) -> None:
        if self._running_searches.get(key) is running:
            del self._running_searches[key]
        result = running.result
        if result is None:
            self._recorder.failed += isinstance(running.failure, AllProvidersFailedError)
        elif not result.complete:
            self._recorder.partial += 1
        elif self._ttl > 0:
            self._cache.put(key, result, ttl=self._ttl, cost=result.elapsed)
            self._cache.miss_times.add(result.elapsed)
            if self._shared_cache is not None:
                packed = encode_result(result, self._clock() + self._ttl)
                if packed is None:
                    return
                task = asyncio.ensure_future(self._shared_cache.set(key, packed, ttl=self._ttl))
                self._share_tasks.add(task)
                task.add_done_callback(self._share_tasks.discard)

    async def _search_or_empty(self, query: FlightQuery, now: dt.datetime | None) -> SearchResult:
        """Search; if every provider failed, return an empty result with the errors instead of raising."""
        started = self._now()
        try:
            return await self.search(query, now=now)
        except AllProvidersFailedError as error:
            return SearchResult(offers=(), errors=error.errors, complete=False, elapsed=self._now() - started)

    async def _calendar_prices(self, query: FlightQuery, dates: set[dt.date]) -> dict[dt.date, Money]:
        """Return the lowest price of each date from the providers with a price calendar; those that fail are skipped.

        A calendar holds prices for one adult in economy, so other queries get none.
        """
        prices: dict[dt.date, Money] = {}
        for provider in self._providers.values():
            if not isinstance(provider, PriceCalendar) or query.passengers.total > 1 or query.cabin != "economy":
                continue
            try:
                async with asyncio.timeout(self._deadline):
                    listed = await provider.cheapest_dates(query, min(dates), max(dates), self._context())
            except Exception as raised:  # noqa: BLE001 - foreign code may raise anything; the searched dates remain valid
                self._record_lookup_failure(provider.name, raised)
                continue
            for one in listed:
                within = query.max_price is None or one.price.amount <= query.max_price
                if one.date in dates and one.price.currency == query.currency and within:
                    known = prices.get(one.date)
                    if known is None or one.price.amount < known.amount:
                        prices[one.date] = one.price
        return prices

    async def _provider_places(self, name: str, provider: PlacesProvider, text: str) -> Sequence[Place]:
        try:
            async with asyncio.timeout(_PLACES_TIMEOUT):
                return await provider.places(text)
        except Exception as raised:  # noqa: BLE001 - foreign code may raise anything; the built-in table has answered
            self._record_lookup_failure(name, raised)
            return []

    async def _check_provider(self, provider: FlightProvider) -> Check:
        started = self._now()
        try:
            async with asyncio.timeout(_CHECK_TIMEOUT):
                if isinstance(provider, CheckableProvider):
                    check = await provider.check()
                else:
                    check = Check(name=provider.name, status="pass")
        except Exception as raised:  # noqa: BLE001 - foreign code may raise anything; a health check must not
            error = translate_error(raised, provider.name)
            check = Check(name=provider.name, status="fail", note=str(error), observed_at=utc_now(self._clock))
        return self._recorder.annotate_check(check, provider.name, self._now() - started)

    def _context(self) -> SearchContext:
        end = self._now() + self._deadline
        return SearchContext(handler=self._handler, clock=self._clock, left=lambda: end - self._now())

    def _handler(self) -> AsyncHandler:
        """Return the HTTP handler for the providers' requests, opened on first use.

        Raises:
            ClosedError: The client is closed, so no session may be opened for it.
        """
        if self._http is None:
            if self._lifecycle_state is _LifecycleState.CLOSED:
                raise ClosedError("this AsyncFlightClient is closed; make a new one")
            self._http = make_handler(self._max_concurrency, len(self._providers), now=self._clock, **self._network)
            self._own_closable(self._http)
        return self._http

    def _record_lookup_failure(self, provider: str, raised: Exception) -> None:
        """Record and emit a failure of a provider whose part another source covers; nothing is raised."""
        error = translate_error(raised, provider)
        self._recorder.record_failure(provider, utc_now(self._clock))
        self._emit_event("flight.lookup", provider, 0.0, error)

    def _record_search(self, provider: str, *, elapsed: float, offers: int, error: FlightError | None) -> None:
        self._recorder.record_search(provider, elapsed=elapsed, offers=offers, error=error, now=utc_now(self._clock))
        self._emit_event("flight.search", provider, elapsed, error)

    def _emit_event(self, name: str, provider: str, elapsed: float, error: FlightError | None) -> None:
        if has_listeners():
            facts = attributes(flight__provider=provider, flight__error_code=None if error is None else error.code)
            emit(
                Event(
                    name=name, elapsed=elapsed, attributes=facts, error=None if error is None else type(error).__name__
                )
            )


def _is_failed(result: SearchResult) -> bool:
    """Return True if no provider answered: an offer left out for its currency is an answer."""
    answered = any(error.code == "currency" for error in result.errors.values())
    return bool(result.errors) and not result.offers and not answered


def _cache_identity(provider: FlightProvider) -> str | None:
    identity = provider.cache_identity if isinstance(provider, CacheableProvider) else None
    return identity if isinstance(identity, str) else None
