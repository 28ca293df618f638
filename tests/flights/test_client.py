"""AsyncFlightClient: searches, dates, price checks, places, health, caching and shared results."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from asyncassist._events import listen
from asyncassist._types import Check, Place
from asyncassist.errors import (
    AllProvidersFailedError,
    ClosedError,
    ConfigurationError,
    ConnectError,
    FlightError,
    InvalidInputError,
    InvalidQueryError,
    OfferExpiredError,
)
from asyncassist.flights import (
    AsyncFlightClient,
    DatePrice,
    FlightQuery,
    Money,
    PricedOffer,
    SandboxProvider,
    Slice,
)
from asyncassist.testing import FakeClock, FakeFlightServer
from tests.flights.conftest import DAY, StubProvider, offer, query, segment


async def test_without_providers_the_sandbox_is_searched():
    """Without providers, keys or network, a search returns ranked offers; an equal search comes from the cache."""
    async with AsyncFlightClient() as client:
        first = await client.search(query())
        again = await client.search(query())

    assert first.offers
    assert first.complete
    assert not first.cached
    assert again.cached
    assert again.offers == first.offers
    assert json.dumps(first.to_dict())


async def test_cached_results_expire_after_ttl():
    """After `ttl` the providers are searched again; `clear_cache` removes results, and a ttl of 0 caches none."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time()).timestamp() - 86400 * 20)
    provider = StubProvider([offer()])

    async with AsyncFlightClient(providers=[provider], ttl=300.0, now=clock) as client:
        await client.search(query())
        await client.search(query())
        clock.advance(300.0)
        await client.search(query())
        assert provider.searches == 2
        assert await client.clear_cache() == 1
        await client.search(query())
    async with AsyncFlightClient(providers=[provider], ttl=0.0) as client:
        await client.search(query())
        await client.search(query())

    assert provider.searches == 5


async def test_past_departures_depend_on_the_date_at_the_origin():
    """A departure that is past at the origin is rejected, by the client's clock or by the call's aware `now`."""
    noon = dt.datetime(2026, 6, 10, 20, 0, tzinfo=dt.UTC)
    clock = FakeClock(noon.timestamp())
    async with AsyncFlightClient(providers=[StubProvider([offer()])], now=clock) as client:
        with pytest.raises(InvalidQueryError) as caught:
            await client.search(FlightQuery("AKL", "SYD", dt.date(2026, 6, 10)))
        await client.search(FlightQuery("LIS", "SYD", dt.date(2026, 6, 10)))
        await client.search(FlightQuery("AKL", "SYD", dt.date(2026, 6, 10)), now=noon - dt.timedelta(days=1))
        with pytest.raises(InvalidQueryError):
            await client.search(FlightQuery("LIS", "SYD", dt.date(2026, 6, 10)), now=noon + dt.timedelta(days=1))
        with pytest.raises(InvalidInputError):
            await client.search(query(), now=dt.datetime(2026, 6, 10))

    assert caught.value.field == "departure"


async def test_invalid_queries_reach_no_provider():
    """Unknown places, a value that is no query, one invalid query of several: no provider is called."""
    provider = StubProvider([offer()])
    async with AsyncFlightClient(providers=[provider]) as client:
        for asked, field in (
            (query(origin="QQQ"), "origin"),
            (query(destination="QQQ"), "destination"),
            (query(slices=[Slice("LIS", "AMS", DAY), Slice("AMS", "QQQ", DAY)]), "slices.1.destination"),
            ("LIS AMS", "query"),
        ):
            with pytest.raises(InvalidQueryError) as caught:
                await client.search(asked)
            assert caught.value.field == field
        with pytest.raises(InvalidQueryError):
            await client.search_many([query(), query(origin="QQQ")])
        with pytest.raises(InvalidQueryError):
            async with client.stream(query(origin="QQQ")):
                pass

    assert provider.searches == 0


async def test_search_many_returns_results_in_order():
    """Results are in the order of the queries; a failed search is an empty result with its errors."""

    class Picky(StubProvider):
        async def search(self, asked, context):
            if asked.destination == "MAD":
                raise FlightError("not there")
            yield [offer(asked.destination)]

    async with AsyncFlightClient(providers=[Picky()]) as client:
        results = await client.search_many([query(), query(destination="MAD"), query(destination="OPO")])

    assert [[one.id for one in result.offers] for result in results] == [["AMS"], [], ["OPO"]]
    assert results[1].errors["stub"]
    assert not results[1].complete


async def test_providers_passed_in_stay_open():
    """Closing the client does not close providers that were passed in; later searches raise ClosedError."""
    provider = StubProvider([offer()])
    async with AsyncFlightClient(providers=[provider]) as client:
        await client.search(query())
    assert not provider.closed
    with pytest.raises(ClosedError):
        await client.search(query())


async def test_closing_the_client_cancels_running_searches(tasks):
    """Callers of a running search get ClosedError, and no task remains."""
    client = AsyncFlightClient(providers=[StubProvider(asyncio.Event())])
    search = asyncio.create_task(client.search(query()))
    await asyncio.sleep(0.05)
    await client.aclose()
    with pytest.raises(ClosedError):
        await search
    assert not tasks()


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("providers", {"providers": []}),
        ("providers", {"providers": "amadeus"}),
        ("providers", {"providers": [object()]}),
        ("providers", {"providers": [StubProvider(name="")]}),
        ("providers", {"providers": [StubProvider(), StubProvider()]}),
        ("deadline", {"deadline": 0}),
        ("deadline", {"deadline": float("nan")}),
        ("ttl", {"ttl": -1}),
        ("max_entries", {"max_entries": 0}),
        ("max_concurrency", {"max_concurrency": 0}),
        ("redis", {"redis": "http://localhost"}),
    ],
)
def test_invalid_arguments_are_rejected(field, facts):
    """ConfigurationError names the argument; no event loop is needed."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncFlightClient(**facts)
    assert caught.value.field == field


async def test_searches_emit_events():
    """A search emits one event for each provider, with attributes of low cardinality."""
    events = []
    with listen(events.append):
        async with AsyncFlightClient(
            providers=[StubProvider([offer()]), StubProvider(FlightError("x", code="y"), name="b")]
        ) as client:
            await client.search(query())

    assert {(event.name, event.attributes["flight.provider"], event.error) for event in events} == {
        ("flight.search", "stub", None),
        ("flight.search", "b", "FlightError"),
    }


async def test_filters_hold_for_every_provider():
    """Stops, airlines, price and the number of offers are limited even where a provider does not filter."""
    offers = [
        offer("direct", "100.00"),
        offer("dear", "900.00", segment("TP2", "09:00")),
        offer("stop", "80.00", segment("TP3", "10:00"), segment("TP4", "14:00")),
        offer("other", "70.00", segment("FR5", "11:00")),
    ]

    async def found(**changes):
        async with AsyncFlightClient(providers=[StubProvider(offers)]) as client:
            return {one.id for one in (await client.search(query(**changes))).offers}

    assert await found(max_stops=0) == {"direct", "dear", "other"}
    assert await found(max_price=Decimal(100)) == {"direct", "stop", "other"}
    assert await found(airlines=["TP"]) == {"direct", "dear", "stop"}
    assert await found(exclude_airlines=["TP"]) == {"other"}
    assert await found(max_offers=1, sort="price") == {"other"}


async def test_a_maximum_price_admits_no_other_currency():
    """Offers in another currency are left out; the errors count them, and the result is not complete nor cached."""
    mixed = [offer("euro", "90.00"), offer("dollar", "50.00", segment("TP2", "09:00"), currency="USD")]
    other = [offer("yen", "10", segment("TP3", "10:00"), currency="JPY", provider="other")]
    providers = [StubProvider(mixed), StubProvider(other, name="other")]
    async with AsyncFlightClient(providers=providers) as client:
        async with client.stream(query(max_price=Decimal(100))) as stream:
            batches = [batch async for batch in stream]
        result = stream.result
        again = await client.search(query(max_price=Decimal(100)))
        free = await client.search(query())

    assert [one.id for batch in batches for one in batch.offers] == [one.id for one in result.offers] == ["euro"]
    assert {name: error.code for name, error in result.errors.items()} == {"stub": "currency", "other": "currency"}
    assert "1 offers left out" in str(result.errors["other"])
    assert (result.complete, again.cached) == (False, False)
    assert ({one.id for one in free.offers}, free.complete) == ({"euro", "dollar", "yen"}, True)


async def test_search_dates_returns_the_lowest_price_of_each_date():
    """The dates nearest to the departure are searched, at most `max_searches`; the return date shifts along."""
    asked_for: list[FlightQuery] = []

    def priced(asked, _context):
        asked_for.append(asked)
        if asked.departure == DAY + dt.timedelta(days=1):
            return []
        return [offer(asked.departure.isoformat(), str(100 + asked.departure.day))]

    async with AsyncFlightClient(providers=[StubProvider(priced)]) as client:
        prices = await client.search_dates(query(return_date=DAY + dt.timedelta(days=5)), window=2, max_searches=4)

    assert [one.date - DAY for one in prices] == [dt.timedelta(days=step) for step in (-2, -1, 0)]
    assert prices[-1] == DatePrice(DAY, Money(Decimal(100 + DAY.day), "EUR"))
    assert len(asked_for) == 4
    assert all(asked.return_date - asked.departure == dt.timedelta(days=5) for asked in asked_for)


async def test_dates_beyond_max_searches_come_from_price_calendars():
    """Each price calendar is called once, for one adult only; one that fails is skipped."""

    class Calendar(StubProvider):
        async def cheapest_dates(self, asked, first, last, context):
            self.span = (first, last)
            return [
                DatePrice(first, Money(Decimal(50), "EUR")),
                DatePrice(last, Money(Decimal(60), "USD")),
                DatePrice(DAY, Money(Decimal(1), "EUR")),
            ]

    class Broken(Calendar):
        async def cheapest_dates(self, asked, first, last, context):
            raise ValueError("no")

    kinds = ("search", "dates")
    calendar = Calendar([offer()], capabilities=kinds)
    async with AsyncFlightClient(providers=[calendar, Broken([offer()], name="x", capabilities=kinds)]) as client:
        prices = await client.search_dates(query(), window=2, max_searches=1)
        for_two = await client.search_dates(query(adults=2), window=2, max_searches=1)
        within = await client.search_dates(query(max_price=Decimal(40)), window=2, max_searches=1)

    assert calendar.span == (DAY - dt.timedelta(days=2), DAY + dt.timedelta(days=2))
    assert [(one.date, one.price.amount) for one in prices] == [
        (DAY - dt.timedelta(days=2), Decimal(50)),
        (DAY, Decimal("100.00")),
    ]
    assert [one.date for one in for_two] == [DAY]
    assert within == []


async def test_search_dates_skips_past_dates():
    """The window begins today at the earliest; sizes out of range are rejected."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(12)).timestamp())
    async with AsyncFlightClient(
        providers=[StubProvider(lambda asked, _: [offer(str(asked.departure))])], now=clock
    ) as client:
        prices = await client.search_dates(query(), window=1)
        with pytest.raises(InvalidInputError):
            await client.search_dates(query(), window=-1)
        with pytest.raises(InvalidInputError):
            await client.search_dates(query(), max_searches=0)

    assert [one.date for one in prices] == [DAY, DAY + dt.timedelta(days=1)]


async def test_search_dates_without_comparable_prices_is_empty():
    """A provider that answers in another currency than the maximum price has not failed."""
    dollars = StubProvider([offer("dollar", "50.00", currency="USD")])
    async with AsyncFlightClient(providers=[dollars]) as client:
        assert await client.search_dates(query(max_price=Decimal(100)), window=1) == []


async def test_search_dates_raises_when_every_search_fails():
    """AllProvidersFailedError is raised if no provider answered for any date."""
    async with AsyncFlightClient(providers=[StubProvider(FlightError("no"))]) as client:
        with pytest.raises(AllProvidersFailedError):
            await client.search_dates(query(), window=1)


async def test_price_checks_are_never_cached():
    """Each price check calls the offer's own provider; changes are counted, and errors are translated."""
    provider = StubProvider([offer()])
    provider.priced = PricedOffer(
        offer=offer(price="110.00"), total=Money(Decimal(110), "EUR"), changed=True, old_total=offer().total
    )
    async with AsyncFlightClient(providers=[provider]) as client:
        for _ in range(2):
            priced = await client.price(offer())
            assert priced.changed
        assert client.stats().price_changes == 2
        provider.priced = OfferExpiredError("gone")
        with pytest.raises(OfferExpiredError):
            await client.price(offer())
        provider.priced = ConnectError("no way")
        with pytest.raises(FlightError) as caught:
            await client.price(offer())
        assert caught.value.code == "connection"
        for wrong in (offer(provider="unknown"), "offer"):
            with pytest.raises(InvalidInputError):
                await client.price(wrong)


async def test_places_come_from_the_table_and_then_from_providers():
    """Providers add the places that the built-in table lacks; one that fails adds none."""
    far = Place(code="XYQ", kind="airport", name="Moon", city="Moon", country="XX", timezone="UTC")
    lunar = StubProvider(name="moon", capabilities=("search", "places"))
    lunar.found = [far]
    broken = StubProvider(name="broken", capabilities=("search", "places"))
    broken.found = ValueError("no")
    async with AsyncFlightClient(providers=[lunar, broken]) as client:
        found = await client.places("Lisb", limit=50)
        assert (await client.places("LIS", limit=1))[0].code == "LIS"
        for text, limit in (("", 10), (" ", 10), ("x" * 201, 10), (3, 10), ("x", 0), ("x", 101), ("x", True)):
            with pytest.raises(InvalidInputError):
                await client.places(text, limit=limit)

    assert "LIS" in [place.code for place in found]
    assert far in found


async def test_health_reflects_the_checks_of_the_providers():
    """One of two providers down is a warning, both down a failure; a check that raises fails."""
    up, down = StubProvider(name="up"), StubProvider(name="down")
    down.checked = ValueError("no")
    async with AsyncFlightClient(providers=[up, down]) as client:
        health = await client.health()
        assert health.status == "warn"
        assert [check.status for check in health.checks] == ["pass", "fail"]
        up.checked = Check(name="up", status="fail")
        assert (await client.health()).status == "fail"
    async with AsyncFlightClient() as client:
        assert (await client.health()).status == "pass"


async def test_from_env_builds_the_configured_providers(monkeypatch):
    """Without variables: the sandbox. With credentials: their providers. With some missing or invalid: an error by name."""
    for name in ("AMADEUS_BASE_URL", "AMADEUS_TOKEN_URL", "AMADEUS_CLIENT_ID", "AMADEUS_CLIENT_SECRET", "DUFFEL_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("ASYNCASSIST_REDIS_URL", raising=False)
    async with AsyncFlightClient.from_env() as client:
        assert set(client.stats().providers) == {"sandbox"}
        assert (await client.search(query())).offers

    monkeypatch.setenv("DUFFEL_TOKEN", "t0ken")
    monkeypatch.setenv("AMADEUS_BASE_URL", "http://127.0.0.1:1")
    with pytest.raises(ConfigurationError) as caught:
        AsyncFlightClient.from_env()
    assert caught.value.field == "AMADEUS_TOKEN_URL"
    monkeypatch.setenv("AMADEUS_TOKEN_URL", "not a url")
    monkeypatch.setenv("AMADEUS_CLIENT_ID", "id")
    monkeypatch.setenv("AMADEUS_CLIENT_SECRET", "s3cret")
    for name, good in (("AMADEUS_TOKEN_URL", "http://127.0.0.1:1/token"), ("DUFFEL_TOKEN", "t0ken")):
        monkeypatch.setenv(name, "\u00e9\u00e9")
        with pytest.raises(ConfigurationError) as caught:
            AsyncFlightClient.from_env()
        assert caught.value.field == name
        monkeypatch.setenv(name, good)
    async with AsyncFlightClient.from_env() as client:
        assert set(client.stats().providers) == {"amadeus", "duffel"}
        assert "s3cret" not in repr(client._providers)
        assert "t0ken" not in repr(client._providers)


async def test_workers_share_complete_results(redis_url):
    """A result of one client is a hit for another, with equal times, money and raw data, until it is cleared."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time()).timestamp() - 86400 * 20)
    asked = query(adults=7)
    async with AsyncFlightClient(providers=[SandboxProvider()], redis=redis_url, now=clock) as one:
        fresh = await one.search(asked)
    async with AsyncFlightClient(providers=[SandboxProvider()], redis=redis_url, now=clock) as two:
        shared = await two.search(asked)
        assert shared.cached
        assert shared.offers == fresh.offers
        assert await two.clear_cache() >= 1
        assert not (await two.search(asked)).cached
        assert (await two.health()).status == "pass"


async def test_results_of_other_accounts_hosts_and_seeds_are_not_shared(redis_url):
    """What decides a provider's offers is part of the key, without a secret in it; equal providers share."""
    asked = query(adults=6)

    async def is_cached(provider):
        async with AsyncFlightClient(providers=[provider], redis=redis_url, now=clock) as client:
            return (await client.search(asked)).cached

    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 20)
    async with (
        FakeFlightServer(now=clock) as test,
        FakeFlightServer(now=clock, duffel_token="token-of-the-live-account") as live,
    ):
        for make in (
            test.duffel,
            live.duffel,
            lambda: test.duffel(batches=False),
            test.amadeus,
            live.amadeus,
            SandboxProvider,
            lambda: SandboxProvider(seed="live"),
        ):
            assert not await is_cached(make())
            assert await is_cached(make())


async def test_results_of_providers_without_an_identity_are_not_shared(redis_url):
    """Neither those of a provider that says nothing, nor those of a subclass, whose offers may differ."""

    class Dearer(SandboxProvider):
        pass

    for make in (lambda: StubProvider([offer()]), Dearer):
        for _ in range(2):
            async with AsyncFlightClient(providers=[make()], redis=redis_url) as client:
                assert not (await client.search(query(adults=5))).cached
                assert (await client.search(query(adults=5))).cached


async def test_an_unreachable_redis_only_degrades_the_shared_cache():
    """Results are cached in this process, and health warns."""
    async with AsyncFlightClient(providers=[StubProvider([offer()])], redis="redis://127.0.0.1:1/0") as client:
        assert (await client.search(query())).offers
        assert (await client.search(query())).cached
        assert (await client.health()).status == "warn"


async def test_a_provider_needs_only_a_name_and_a_search(redis_url):
    """Offers with raw data that cannot be serialized are returned, but not shared."""

    class Small:
        name = "small"

        async def search(self, asked, context):
            async def batches():
                yield [replace(offer("a", provider="small"), raw={"a": {1, 2}})]
                yield [replace(offer("b", "90", segment("TP2", "09:00"), provider="small"), raw=b"bytes")]

            return batches()

    for adults in (1, 2):
        async with AsyncFlightClient(providers=[Small()], redis=redis_url) as client:
            result = await client.search(query(adults=adults))
            assert {one.id for one in result.offers} == {"a", "b"}
            assert not result.cached
            assert client.stats().providers["small"].offers == 2
            with pytest.raises(FlightError):
                await client.price(result.offers[0])
            assert await client.places("Lisbon")
            assert (await client.health()).status == "pass"


async def test_a_provider_without_prices_has_its_own_error():
    """A price check of its offers is an error that says so, and not one of the provider."""

    class Listing:
        name = "listing"
        capabilities = frozenset({"search"})

        async def search(self, query, context):
            yield [offer(provider="listing")]

    async with AsyncFlightClient(providers=[Listing()]) as client:
        found = await client.search(query())
        health = await client.health()
        with pytest.raises(FlightError, match="checks no prices") as caught:
            await client.price(found.offers[0])

    assert caught.value.code == "unsupported"
    assert health.status == "pass"
