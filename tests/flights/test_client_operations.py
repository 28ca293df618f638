"""The other calls of AsyncFlightClient: dates, prices, places, health, shared results, streams."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from asyncassist._types import Check, Place
from asyncassist.errors import (
    AllProvidersFailedError,
    ClosedError,
    ConfigurationError,
    ConnectError,
    FlightError,
    InvalidInputError,
    OfferExpiredError,
)
from asyncassist.flights import (
    AsyncFlightClient,
    DatePrice,
    Fare,
    FlightQuery,
    Money,
    PricedOffer,
    SandboxProvider,
    SearchResult,
)
from asyncassist.flights.serialization import decode_result, encode_result
from asyncassist.testing import FakeClock
from tests.flights.conftest import DAY, Stub, offer, query, segment


async def test_a_stream_yields_as_offers_arrive():
    """The first batch comes before the second provider has answered; equal flights come once."""
    gate = asyncio.Event()
    quick = Stub([offer("a", "120.00", provider="quick")], name="quick")
    late = Stub(
        gate,
        [offer("b", "90.00", provider="late"), offer("c", "200.00", segment("KL1", "10:00"), provider="late")],
        name="late",
    )

    async with AsyncFlightClient(providers=[quick, late]) as client, client.stream(query()) as stream:
        first = await anext(stream)
        gate.set()
        second = await anext(stream)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        result = stream.result

    assert [one.id for one in first.offers] == ["a"]
    assert {one.id for one in second.offers} == {"b", "c"}
    assert second.replaces == {"b": "a"}
    assert [one.id for one in result.offers] == ["b", "c"]
    assert [one.id for one in result.offers[0].alternatives] == ["a"]


async def test_leaving_a_stream_ends_the_search(tasks):
    """Nothing is left behind."""
    slow = Stub([offer()], asyncio.Event())

    async with AsyncFlightClient(providers=[slow]) as client:
        async with client.stream(query()) as stream:
            async for _ in stream:
                break
            assert slow.cancelled == 0
        assert slow.cancelled == 1
        assert not tasks()
        with pytest.raises(ClosedError):
            _ = stream.result
        await stream.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


async def test_a_stream_read_without_a_block_is_let_go():
    """Leaving the loop drops the stream, and with it the search."""
    slow = Stub([offer()], asyncio.Event())

    async with AsyncFlightClient(providers=[slow]) as client:
        async for _ in client.stream(query()):
            break
        for _ in range(5):
            await asyncio.sleep(0)

        assert slow.cancelled == 1


async def test_a_stream_before_its_beginning():
    """There is no result yet; closed, it does not begin."""
    async with AsyncFlightClient() as client:
        stream = client.stream(query())
        with pytest.raises(FlightError, match="not begun"):
            _ = stream.result
        await stream.aclose()
        with pytest.raises(ClosedError):
            await anext(stream)


async def test_a_remembered_result_is_streamed():
    """One batch, the result says that it was remembered."""
    async with AsyncFlightClient(providers=[Stub([offer()])]) as client:
        fresh = await client.search(query())
        async with client.stream(query()) as stream:
            batches = [batch async for batch in stream]

    assert [one.id for batch in batches for one in batch.offers] == ["1"]
    assert stream.result.cached
    assert stream.result.offers == fresh.offers


async def test_a_stream_raises_when_all_failed():
    """At the end, and for `.result` after it."""
    async with AsyncFlightClient(providers=[Stub(FlightError("no"))]) as client, client.stream(query()) as stream:
        with pytest.raises(AllProvidersFailedError):
            await anext(stream)
        with pytest.raises(AllProvidersFailedError):
            _ = stream.result


async def test_a_hanging_provider_holds_up_nobody_in_a_stream():
    """The others' offers are there while it hangs."""
    slow = Stub(asyncio.Event(), name="slow")

    quick = Stub([offer()], [offer("2", "90.00")])
    async with AsyncFlightClient(providers=[slow, quick]) as client, client.stream(query()) as stream:
        batches = [await anext(stream), await anext(stream)]

        assert (slow.searches, slow.cancelled) == (1, 0)
    assert [one.id for batch in batches for one in batch.offers] == ["1", "2"]
    assert slow.cancelled == 1


async def test_a_stream_ends_at_the_deadline():
    """With what has come."""
    provider = Stub([offer()], asyncio.Event())
    async with AsyncFlightClient(providers=[provider], deadline=0.1) as client, client.stream(query()) as stream:
        batches = [batch async for batch in stream]

    assert len(batches) == 1
    assert stream.result.errors["stub"].code == "timeout"


async def test_the_lowest_price_of_each_date():
    """Around the departure, nearest first up to the cap, never in the past, the return date moves along."""
    asked_for: list[FlightQuery] = []

    def priced(asked, _context):
        asked_for.append(asked)
        if asked.departure == DAY + dt.timedelta(days=1):
            return []
        return [offer(asked.departure.isoformat(), str(100 + asked.departure.day))]

    async with AsyncFlightClient(providers=[Stub(priced)]) as client:
        prices = await client.search_dates(query(return_date=DAY + dt.timedelta(days=5)), window=2, max_searches=4)

    assert [one.date - DAY for one in prices] == [dt.timedelta(days=step) for step in (-2, -1, 0)]
    assert prices[-1] == DatePrice(DAY, Money(Decimal(100 + DAY.day), "EUR"))
    assert len(asked_for) == 4
    assert all(asked.return_date - asked.departure == dt.timedelta(days=5) for asked in asked_for)


async def test_dates_beyond_the_cap_come_from_a_calendar():
    """Providers that have one are asked once; one that fails costs nothing."""

    class Calendar(Stub):
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
        crowd = await client.search_dates(query(adults=2), window=2, max_searches=1)

    assert calendar.span == (DAY - dt.timedelta(days=2), DAY + dt.timedelta(days=2))
    assert [(one.date, one.price.amount) for one in prices] == [
        (DAY - dt.timedelta(days=2), Decimal(50)),
        (DAY, Decimal("100.00")),
    ]
    assert [one.date for one in crowd] == [DAY]


async def test_dates_in_the_past_are_left_out():
    """The window begins today at the earliest."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(12)).timestamp())
    async with AsyncFlightClient(providers=[Stub(lambda asked, _: [offer(str(asked.departure))])], now=clock) as client:
        prices = await client.search_dates(query(), window=1)
        with pytest.raises(InvalidInputError):
            await client.search_dates(query(), window=-1)
        with pytest.raises(InvalidInputError):
            await client.search_dates(query(), max_searches=0)

    assert [one.date for one in prices] == [DAY, DAY + dt.timedelta(days=1)]


async def test_dates_fail_when_every_search_fails():
    """No provider answered for any date."""
    async with AsyncFlightClient(providers=[Stub(FlightError("no"))]) as client:
        with pytest.raises(AllProvidersFailedError):
            await client.search_dates(query(), window=1)


async def test_prices_are_asked_for_every_time():
    """By the offer's own provider; what changed is counted."""
    provider = Stub([offer()])
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
        for wrong in (offer(provider="nobody"), "offer"):
            with pytest.raises(InvalidInputError):
                await client.price(wrong)


async def test_places_come_from_the_table_and_then_from_providers():
    """The table answers; providers add what it does not have, and may fail."""
    far = Place(code="XYQ", kind="airport", name="Moon", city="Moon", country="XX", timezone="UTC")
    lunar = Stub(name="moon", capabilities=("search", "places"))
    lunar.found = [far]
    broken = Stub(name="broken", capabilities=("search", "places"))
    broken.found = ValueError("no")
    async with AsyncFlightClient(providers=[lunar, broken]) as client:
        found = await client.places("Lisb", limit=50)
        assert (await client.places("LIS", limit=1))[0].code == "LIS"
        for text, limit in (("", 10), (" ", 10), ("x" * 201, 10), (3, 10), ("x", 0), ("x", 101), ("x", True)):
            with pytest.raises(InvalidInputError):
                await client.places(text, limit=limit)

    assert "LIS" in [place.code for place in found]
    assert far in found


async def test_health_is_as_good_as_the_providers():
    """One of two down is a warning, both down a failure; a check that raises is a failure of that provider."""
    up, down = Stub(name="up"), Stub(name="down")
    down.checked = ValueError("no")
    async with AsyncFlightClient(providers=[up, down]) as client:
        health = await client.health()
        assert health.status == "warn"
        assert [check.status for check in health.checks] == ["pass", "fail"]
        up.checked = Check(name="up", status="fail")
        assert (await client.health()).status == "fail"
    async with AsyncFlightClient() as client:
        assert (await client.health()).status == "pass"


async def test_from_env(monkeypatch):
    """Nothing set: the sandbox. Credentials: their providers, closed by the client. Half of them: an error by name."""
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
    """A result of one client is there for the other, times and money and raw alike, until it is stale or cleared."""
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


async def test_a_redis_that_is_away_hurts_nobody():
    """Results stay in this process, and health says so."""
    async with AsyncFlightClient(providers=[Stub([offer()])], redis="redis://127.0.0.1:1/0") as client:
        assert (await client.search(query())).offers
        assert (await client.search(query())).cached
        assert (await client.health()).status == "warn"


async def test_a_provider_may_be_small(redis_url):
    """A name and a search are enough; what it puts into an offer may be anything, it is then not shared."""

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


def test_packed_results():
    """Everything that an offer may hold comes back as it was; what is not ours, stale or spoilt is nothing."""
    whole = SearchResult(
        offers=(
            replace(offer("a"), raw={"x": [1, 2]}, last_ticketing=DAY, alternatives=(offer("b"),)),
            replace(offer("c"), raw=b"x", last_ticketing=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), fare=Fare(name="F")),
        ),
        elapsed=1.5,
    )
    packed = encode_result(whole, 100.0)

    assert packed is not None
    assert decode_result(packed, 40.0) == (whole, 60.0)
    for spoilt in (None, b"", b"\xc1", packed[:-3], msgspec.msgpack.encode([99, 100.0, 1.0, ["t", []]])):
        assert decode_result(spoilt, 40.0) is None
    assert decode_result(packed, 100.0) is None
    assert decode_result(msgspec.msgpack.encode([1, 100.0, 1.0, ["Ghost", []]]), 40.0) is None
    assert encode_result(SearchResult(offers=(replace(offer(), raw=object()),)), 1.0) is None
