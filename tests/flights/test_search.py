"""Running searches: partial results, deadline, coalescing, cancellation, concurrency limit and offer streams."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt

import pytest

from asyncassist.errors import AllProvidersFailedError, ClosedError, ConfigurationError, ConnectError, FlightError
from asyncassist.flights import AsyncFlightClient
from tests.flights.conftest import DAY, StubProvider, offer, query, segment


async def test_a_failing_provider_leaves_a_partial_result():
    """The other providers' offers are returned with the error by name; a partial result is not cached."""
    good = StubProvider([offer()], name="good")
    bad = StubProvider(FlightError("no", code="boom"), name="bad")

    async with AsyncFlightClient(providers=[good, bad]) as client:
        result = await client.search(query())
        again = await client.search(query())

    assert [one.id for one in result.offers] == ["1"]
    assert result.errors["bad"].code == "boom"
    assert result.errors["bad"].provider == "bad"
    assert not result.complete
    assert not again.cached
    assert client.stats().partial == 2


async def test_a_hanging_provider_is_cancelled_at_the_deadline(tasks):
    """The result has the offers received by the deadline; no task of the hanging provider remains."""
    slow = StubProvider(asyncio.Event(), name="slow")

    async with AsyncFlightClient(providers=[StubProvider([offer()]), slow], deadline=0.1) as client:
        result = await client.search(query())

        assert not tasks()
    assert len(result.offers) == 1
    assert result.errors["slow"].code == "timeout"
    assert slow.cancelled == 1


async def test_batches_before_a_failure_are_included():
    """A provider that fails midway: its first batch counts, and the result is partial."""
    async with AsyncFlightClient(providers=[StubProvider([offer()], ConnectError("broke"))]) as client:
        result = await client.search(query())

    assert len(result.offers) == 1
    assert result.errors["stub"].code == "connection"
    assert isinstance(result.errors["stub"].__cause__, ConnectError)


async def test_all_failed_raises_with_every_error():
    """AllProvidersFailedError has the error of each provider, also of a single one, without foreign messages."""
    async with AsyncFlightClient(
        providers=[StubProvider(FlightError("no"), name="a"), StubProvider(ValueError("secret"), name="b")]
    ) as c:
        with pytest.raises(AllProvidersFailedError) as caught:
            await c.search(query())
    async with AsyncFlightClient(providers=[StubProvider(TimeoutError())]) as client:
        with pytest.raises(AllProvidersFailedError) as alone:
            await client.search(query())

    assert set(caught.value.errors) == {"a", "b"}
    assert "secret" not in str(caught.value.errors["b"])
    assert alone.value.errors["stub"].code == "timeout"


async def test_a_provider_that_swallows_its_cancellation_is_abandoned(tasks):
    """Such a provider delays the result by the grace period only."""
    end = asyncio.Event()

    class Stubborn(StubProvider):
        async def search(self, asked, context):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            while not end.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await end.wait()
            yield [offer()]

    async with AsyncFlightClient(providers=[Stubborn(name="mule"), StubProvider([offer()])], deadline=0.05) as client:
        result = await client.search(query())
    end.set()
    assert result.errors["mule"].code == "timeout"
    await asyncio.wait(tasks() or {asyncio.ensure_future(asyncio.sleep(0))})
    assert not tasks()


async def test_equal_concurrent_searches_are_coalesced():
    """The provider is called once, also for a stream that joins; each caller gets the result."""
    proceed = asyncio.Event()
    provider = StubProvider(proceed, [offer()])

    async with AsyncFlightClient(providers=[provider]) as client:
        searches = [asyncio.create_task(client.search(query())) for _ in range(10)]
        stream = client.stream(query())
        await asyncio.sleep(0)
        async with stream:
            proceed.set()
            batches = [batch async for batch in stream]
        results = await asyncio.gather(*searches)

    assert provider.searches == 1
    assert all(len(result.offers) == 1 for result in results)
    assert [one.id for batch in batches for one in batch.offers] == ["1"]
    assert client.stats().coalesced == 10


async def test_cancelling_one_caller_does_not_cancel_a_shared_search(tasks):
    """The remaining caller gets the result; when the last one leaves, the provider is cancelled."""
    proceed = asyncio.Event()
    provider = StubProvider(proceed, [offer()])

    async with AsyncFlightClient(providers=[provider]) as client:
        first, second = (asyncio.create_task(client.search(query())) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        proceed.set()
        assert len((await second).offers) == 1

        single = StubProvider(asyncio.Event(), name="single")
        async with AsyncFlightClient(providers=[single]) as other:
            last = asyncio.create_task(other.search(query()))
            await asyncio.sleep(0.01)
            last.cancel()
            with pytest.raises(asyncio.CancelledError):
                await last
            assert not tasks()
            assert other.stats().in_flight == 0
            assert other.stats().providers["single"].failures == 0


async def test_max_concurrency_bounds_running_searches():
    """Further searches wait in order of arrival; one that never starts before its deadline is "busy"."""
    running = 0
    most = 0

    class Counting(StubProvider):
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

    async with AsyncFlightClient(providers=[StubProvider(asyncio.Event())], max_concurrency=1, deadline=0.1) as client:
        stuck, waiting = await client.search_many(days[:2])
    assert stuck.errors["stub"].code == "timeout"
    assert waiting.errors["stub"].code in {"busy", "timeout"}


async def test_a_provider_that_cancels_itself_gives_a_typed_error():
    """Cancelling itself and raising another error of the package each give an error with a code."""

    class SelfCancelling(StubProvider):
        async def search(self, asked, context):
            raise asyncio.CancelledError
            yield  # pragma: no cover - makes it a generator

    odd = StubProvider(ConfigurationError("x"), name="odd")
    async with AsyncFlightClient(providers=[SelfCancelling(name="quitter"), odd]) as client:
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query())

    assert {name: error.code for name, error in caught.value.errors.items()} == {"quitter": "cancelled", "odd": "error"}


async def test_a_stream_yields_offers_as_they_arrive():
    """The first batch comes before the second provider has answered; a cheaper offer names the one it replaces."""
    proceed = asyncio.Event()
    quick = StubProvider([offer("a", "120.00", provider="quick")], name="quick")
    late = StubProvider(
        proceed,
        [offer("b", "90.00", provider="late"), offer("c", "200.00", segment("KL1", "10:00"), provider="late")],
        name="late",
    )

    async with AsyncFlightClient(providers=[quick, late]) as client, client.stream(query()) as stream:
        first = await anext(stream)
        proceed.set()
        second = await anext(stream)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        result = stream.result

    assert [one.id for one in first.offers] == ["a"]
    assert {one.id for one in second.offers} == {"b", "c"}
    assert second.replaces == {"b": "a"}
    assert [one.id for one in result.offers] == ["b", "c"]
    assert [one.id for one in result.offers[0].alternatives] == ["a"]


async def test_leaving_a_stream_cancels_the_search(tasks):
    """The provider is cancelled, no task remains, and the closed stream has no result."""
    slow = StubProvider([offer()], asyncio.Event())

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


async def test_a_dropped_stream_cancels_the_search():
    """A stream iterated without a block and dropped midway cancels its search."""
    slow = StubProvider([offer()], asyncio.Event())

    async with AsyncFlightClient(providers=[slow]) as client:
        async for _ in client.stream(query()):
            break
        for _ in range(5):
            await asyncio.sleep(0)

        assert slow.cancelled == 1


async def test_a_stream_that_has_not_started_has_no_result():
    """A stream that is closed before its start never starts."""
    async with AsyncFlightClient() as client:
        stream = client.stream(query())
        with pytest.raises(FlightError, match="not started"):
            _ = stream.result
        await stream.aclose()
        with pytest.raises(ClosedError):
            await anext(stream)


async def test_a_cached_result_is_streamed():
    """The cached offers come in one batch, and the result is marked as cached."""
    async with AsyncFlightClient(providers=[StubProvider([offer()])]) as client:
        fresh = await client.search(query())
        async with client.stream(query()) as stream:
            batches = [batch async for batch in stream]

    assert [one.id for batch in batches for one in batch.offers] == ["1"]
    assert stream.result.cached
    assert stream.result.offers == fresh.offers


async def test_a_stream_raises_when_all_providers_failed():
    """AllProvidersFailedError is raised at the end, and by `.result` after it."""
    async with (
        AsyncFlightClient(providers=[StubProvider(FlightError("no"))]) as client,
        client.stream(query()) as stream,
    ):
        with pytest.raises(AllProvidersFailedError):
            await anext(stream)
        with pytest.raises(AllProvidersFailedError):
            _ = stream.result


async def test_a_hanging_provider_does_not_delay_a_stream():
    """The other provider's batches arrive while it hangs."""
    slow = StubProvider(asyncio.Event(), name="slow")

    quick = StubProvider([offer()], [offer("2", "90.00")])
    async with AsyncFlightClient(providers=[slow, quick]) as client, client.stream(query()) as stream:
        batches = [await anext(stream), await anext(stream)]

        assert (slow.searches, slow.cancelled) == (1, 0)
    assert [one.id for batch in batches for one in batch.offers] == ["1", "2"]
    assert slow.cancelled == 1


async def test_a_stream_ends_at_the_deadline():
    """The batches received by then are yielded, and the result names the timeout."""
    provider = StubProvider([offer()], asyncio.Event())
    async with AsyncFlightClient(providers=[provider], deadline=0.1) as client, client.stream(query()) as stream:
        batches = [batch async for batch in stream]

    assert len(batches) == 1
    assert stream.result.errors["stub"].code == "timeout"
