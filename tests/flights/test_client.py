"""AsyncFlightClient: every provider at once, one deadline, nothing left behind."""

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
from asyncassist.testing import FakeClock
from tests.flights.conftest import DAY, Stub, offer, query, segment


async def test_the_sandbox_answers_without_anything():
    """No providers, no keys, no network: there are offers, ranked, and the second time they are remembered."""
    async with AsyncFlightClient() as client:
        first = await client.search(query())
        again = await client.search(query())

    assert first.offers
    assert first.complete
    assert not first.cached
    assert again.cached
    assert again.offers == first.offers
    assert json.dumps(first.to_dict())


async def test_one_failing_provider_costs_its_own_offers_only():
    """The others' offers are there, the error stands by name, and nothing incomplete is remembered."""
    good = Stub([offer()], name="good")
    bad = Stub(FlightError("no", code="boom"), name="bad")

    async with AsyncFlightClient(providers=[good, bad]) as client:
        result = await client.search(query())
        again = await client.search(query())

    assert [one.id for one in result.offers] == ["1"]
    assert result.errors["bad"].code == "boom"
    assert result.errors["bad"].provider == "bad"
    assert not result.complete
    assert not again.cached
    assert client.stats().partial == 2


async def test_a_hanging_provider_costs_the_deadline_and_its_own_offers(tasks):
    """At the deadline there is what has come; the hanging one is cancelled and its end awaited."""
    slow = Stub(asyncio.Event(), name="slow")

    async with AsyncFlightClient(providers=[Stub([offer()]), slow], deadline=0.1) as client:
        result = await client.search(query())

        assert not tasks()
    assert len(result.offers) == 1
    assert result.errors["slow"].code == "timeout"
    assert slow.cancelled == 1


async def test_what_came_before_a_failure_is_kept():
    """A provider that breaks in the middle: its first batch counts, and the result says it is partial."""
    async with AsyncFlightClient(providers=[Stub([offer()], ConnectError("broke"))]) as client:
        result = await client.search(query())

    assert len(result.offers) == 1
    assert result.errors["stub"].code == "connection"
    assert isinstance(result.errors["stub"].__cause__, ConnectError)


async def test_all_failed_raises_with_every_error():
    """Also when there is only one provider."""
    async with AsyncFlightClient(
        providers=[Stub(FlightError("no"), name="a"), Stub(ValueError("secret"), name="b")]
    ) as c:
        with pytest.raises(AllProvidersFailedError) as caught:
            await c.search(query())
    async with AsyncFlightClient(providers=[Stub(TimeoutError())]) as client:
        with pytest.raises(AllProvidersFailedError) as alone:
            await client.search(query())

    assert set(caught.value.errors) == {"a", "b"}
    assert "secret" not in str(caught.value.errors["b"])
    assert alone.value.errors["stub"].code == "timeout"


async def test_a_provider_that_does_not_end_is_not_waited_for(tasks):
    """One that swallows its cancellation costs a quarter of a second more, not the search."""

    class Stubborn(Stub):
        async def search(self, asked, context):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                await asyncio.sleep(0.6)
            yield [offer()]

    async with AsyncFlightClient(providers=[Stubborn(name="mule"), Stub([offer()])], deadline=0.05) as client:
        async with asyncio.timeout(0.55):
            result = await client.search(query())
    assert result.errors["mule"].code == "timeout"
    await asyncio.wait(tasks() or {asyncio.ensure_future(asyncio.sleep(0))})
    assert not tasks()


async def test_equal_searches_in_flight_are_one():
    """One call upstream, also for a stream that joins; each caller gets the result."""
    gate = asyncio.Event()
    provider = Stub(gate, [offer()])

    async with AsyncFlightClient(providers=[provider]) as client:
        searches = [asyncio.create_task(client.search(query())) for _ in range(10)]
        stream = client.stream(query())
        await asyncio.sleep(0)
        async with stream:
            gate.set()
            batches = [batch async for batch in stream]
        results = await asyncio.gather(*searches)

    assert provider.searches == 1
    assert all(len(result.offers) == 1 for result in results)
    assert [one.id for batch in batches for one in batch.offers] == ["1"]
    assert client.stats().coalesced == 10


async def test_one_callers_cancellation_does_not_hurt_the_others(tasks):
    """The rest get their answer; when the last leaves, the call upstream is cancelled."""
    gate = asyncio.Event()
    provider = Stub(gate, [offer()])

    async with AsyncFlightClient(providers=[provider]) as client:
        first, second = (asyncio.create_task(client.search(query())) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        gate.set()
        assert len((await second).offers) == 1

        lonely = Stub(asyncio.Event(), name="lonely")
        async with AsyncFlightClient(providers=[lonely]) as other:
            last = asyncio.create_task(other.search(query()))
            await asyncio.sleep(0.01)
            last.cancel()
            with pytest.raises(asyncio.CancelledError):
                await last
            assert not tasks()
            assert other.stats().in_flight == 0
            assert other.stats().providers["lonely"].failures == 0


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


async def test_a_stream_ends_at_the_deadline():
    """With what has come."""
    provider = Stub([offer()], asyncio.Event())
    async with AsyncFlightClient(providers=[provider], deadline=0.1) as client, client.stream(query()) as stream:
        batches = [batch async for batch in stream]

    assert len(batches) == 1
    assert stream.result.errors["stub"].code == "timeout"


async def test_results_go_stale():
    """After `ttl` the providers are asked again; a ttl of 0 remembers nothing."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time()).timestamp() - 86400 * 20)
    provider = Stub([offer()])

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


async def test_past_departures_go_by_the_origins_date():
    """It is already tomorrow in Auckland; a call's own `now` goes before the clock."""
    noon = dt.datetime(2026, 6, 10, 20, 0, tzinfo=dt.UTC)
    clock = FakeClock(noon.timestamp())
    async with AsyncFlightClient(providers=[Stub([offer()])], now=clock) as client:
        with pytest.raises(InvalidQueryError) as caught:
            await client.search(FlightQuery("AKL", "SYD", dt.date(2026, 6, 10)))
        await client.search(FlightQuery("LIS", "SYD", dt.date(2026, 6, 10)))
        await client.search(FlightQuery("AKL", "SYD", dt.date(2026, 6, 10)), now=noon - dt.timedelta(days=1))
        with pytest.raises(InvalidQueryError):
            await client.search(FlightQuery("LIS", "SYD", dt.date(2026, 6, 10)), now=noon + dt.timedelta(days=1))
        with pytest.raises(InvalidInputError):
            await client.search(query(), now=dt.datetime(2026, 6, 10))

    assert caught.value.field == "departure"


async def test_nothing_wrong_is_sent():
    """Unknown places, things that are no query, one wrong query of many: no provider hears of it."""
    provider = Stub([offer()])
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


async def test_many_searches_at_once():
    """Results in order; one that fails is an empty result with its errors."""

    class Picky(Stub):
        async def search(self, asked, context):
            if asked.destination == "MAD":
                raise FlightError("not there")
            yield [offer(asked.destination)]

    async with AsyncFlightClient(providers=[Picky()]) as client:
        results = await client.search_many([query(), query(destination="MAD"), query(destination="OPO")])

    assert [[one.id for one in result.offers] for result in results] == [["AMS"], [], ["OPO"]]
    assert results[1].errors["stub"]
    assert not results[1].complete


async def test_at_most_so_many_searches_at_once():
    """The others begin in the order they came; one that waits too long says so."""
    running = 0
    most = 0

    class Counting(Stub):
        async def search(self, asked, context):
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.02)
            running -= 1
            yield [offer()]

    days = [query(departure=DAY + dt.timedelta(days=step)) for step in range(6)]
    async with AsyncFlightClient(providers=[Counting()], max_concurrency=2) as client:
        results = await client.search_many(days)
    assert most == 2
    assert all(result.offers for result in results)

    async with AsyncFlightClient(providers=[Stub(asyncio.Event())], max_concurrency=1, deadline=0.1) as client:
        stuck, waiting = await client.search_many(days[:2])
    assert stuck.errors["stub"].code == "timeout"
    assert waiting.errors["stub"].code in {"busy", "timeout"}


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


async def test_providers_handed_in_stay_open():
    """What was handed in is not closed; what the client made is."""
    provider = Stub([offer()])
    async with AsyncFlightClient(providers=[provider]) as client:
        await client.search(query())
    assert not provider.closed
    with pytest.raises(ClosedError):
        await client.search(query())


async def test_closing_ends_what_is_under_way(tasks):
    """Callers get ClosedError; nothing is left behind."""
    client = AsyncFlightClient(providers=[Stub(asyncio.Event())])
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
        ("providers", {"providers": [Stub(name="")]}),
        ("providers", {"providers": [Stub(), Stub()]}),
        ("deadline", {"deadline": 0}),
        ("deadline", {"deadline": float("nan")}),
        ("ttl", {"ttl": -1}),
        ("max_entries", {"max_entries": 0}),
        ("max_concurrency", {"max_concurrency": 0}),
        ("redis", {"redis": "http://localhost"}),
    ],
)
def test_constructor_refuses_what_cannot_work(field, facts):
    """The argument is named; no loop is needed."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncFlightClient(**facts)
    assert caught.value.field == field


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
    monkeypatch.setenv("AMADEUS_TOKEN_URL", "http://127.0.0.1:1/token")
    monkeypatch.setenv("AMADEUS_CLIENT_ID", "id")
    monkeypatch.setenv("AMADEUS_CLIENT_SECRET", "s3cret")
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


async def test_searches_are_told_to_listeners():
    """One event for each provider, with facts of low cardinality."""
    events = []
    with listen(events.append):
        async with AsyncFlightClient(providers=[Stub([offer()]), Stub(FlightError("x", code="y"), name="b")]) as client:
            await client.search(query())

    assert {(event.name, event.attributes["flight.provider"], event.error) for event in events} == {
        ("flight.search", "stub", None),
        ("flight.search", "b", "FlightError"),
    }


async def test_filters_hold_for_every_provider():
    """Stops, airlines, price and the number of offers, also where a provider does not filter."""
    offers = [
        offer("direct", "100.00"),
        offer("dear", "900.00", segment("TP2", "09:00")),
        offer("stop", "80.00", segment("TP3", "10:00"), segment("TP4", "14:00")),
        offer("other", "70.00", segment("FR5", "11:00")),
    ]

    async def found(**changes):
        async with AsyncFlightClient(providers=[Stub(offers)]) as client:
            return {one.id for one in (await client.search(query(**changes))).offers}

    assert await found(max_stops=0) == {"direct", "dear", "other"}
    assert await found(max_price=Decimal(100)) == {"direct", "stop", "other"}
    assert await found(airlines=["TP"]) == {"direct", "dear", "stop"}
    assert await found(exclude_airlines=["TP"]) == {"other"}
    assert await found(max_offers=1, sort="price") == {"other"}


def test_results_are_values():
    """They can be copied with changes, and become JSON without what was received."""
    one = replace(offer(), seats_left=3)
    assert "raw" not in one.to_dict()
    assert one.to_dict()["total"] == {"amount": "100.00", "currency": "EUR"}
