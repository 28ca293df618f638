"""AsyncFlightClient: every provider at once, one deadline, nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from asyncassist._events import listen
from asyncassist.errors import (
    AllProvidersFailedError,
    ClosedError,
    ConfigurationError,
    ConnectError,
    FlightError,
    InvalidInputError,
    InvalidQueryError,
)
from asyncassist.flights import (
    AsyncFlightClient,
    FlightQuery,
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
    """One that swallows its cancellation costs a moment more, not the search."""
    end = asyncio.Event()

    class Stubborn(Stub):
        async def search(self, asked, context):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            while not end.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await end.wait()
            yield [offer()]

    async with AsyncFlightClient(providers=[Stubborn(name="mule"), Stub([offer()])], deadline=0.05) as client:
        result = await client.search(query())
    end.set()
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


async def test_odd_providers_are_typed_too():
    """One that cancels itself, one that raises another error of ours: each with its code."""

    class Quitter(Stub):
        async def search(self, asked, context):
            raise asyncio.CancelledError
            yield  # pragma: no cover - makes it a generator

    odd = Stub(ConfigurationError("x"), name="odd")
    async with AsyncFlightClient(providers=[Quitter(name="quitter"), odd]) as client:
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query())

    assert {name: error.code for name, error in caught.value.errors.items()} == {"quitter": "cancelled", "odd": "error"}


async def test_the_handler_of_a_closed_client_is_gone():
    """A provider that kept the context cannot open a session behind the client's back."""
    kept = []
    provider = Stub(lambda _asked, context: kept.append(context) or [offer()])
    async with AsyncFlightClient(providers=[provider]) as client:
        await client.search(query())
        assert 0 < kept[0].left <= 20.0
    with pytest.raises(ClosedError):
        _ = kept[0].http


def test_a_provider_has_a_search():
    """A name alone is not enough."""

    class Nameless:
        name = "nothing"

    with pytest.raises(ConfigurationError, match="not a FlightProvider"):
        AsyncFlightClient(providers=[Nameless()])
