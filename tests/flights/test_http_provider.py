"""The base class of HTTP providers: clock, HTTP handler, and parsing of offers."""

from __future__ import annotations

import asyncio
import json

import msgspec
import pytest

from asyncassist._clock import SYSTEM_CLOCK
from asyncassist._http import AsyncHandler
from asyncassist.errors import AllProvidersFailedError, ConfigurationError, FlightError
from asyncassist.flights import AsyncFlightClient
from asyncassist.flights.http_provider import make_handler
from asyncassist.flights.providers.amadeus import wire
from asyncassist.testing import FakeClock
from tests.flights.conftest import query
from tests.flights.providers.amadeus.payloads import amadeus_offer
from tests.forward_proxy import ForwardProxy


async def test_a_providers_own_clock_takes_precedence(server):
    """A provider with a clock keeps it; one without uses the client's."""
    own, lent = FakeClock(), FakeClock()
    async with AsyncFlightClient(providers=[server.amadeus(now=own)], now=lent) as client:
        assert client._providers["amadeus"]._clock is own
    free = server.amadeus()
    async with AsyncFlightClient(providers=[free], now=lent):
        assert free._clock is lent
    async with AsyncFlightClient(providers=[server.amadeus()], now=SYSTEM_CLOCK) as client:
        await client.health()


async def test_a_handler_passed_in_is_used_and_stays_open(server):
    """Every call goes through a handler given to the provider or to the client, and neither closes it."""
    async with AsyncHandler() as http:
        provider = server.amadeus(http=http)
        async with AsyncFlightClient(providers=[provider]) as client:
            assert (await client.search(query())).offers
        assert await provider.places("Lisbon")
        await provider.aclose()
        assert http.stats().bypassed >= 2
        async with AsyncFlightClient(providers=[server.amadeus()], http=http) as client:
            assert (await client.search(query())).offers
        assert (await http.get(server.url)).status == 404


@pytest.mark.parametrize("kind", ["amadeus", "duffel"])
async def test_an_offer_that_cannot_be_parsed_costs_no_other(server, kind):
    """Whatever error its parsing raises, the offer is dropped and counted, and the others are returned."""

    def parse(raw, name):
        if raw == b"{}":
            raise OverflowError
        return wire.parse_offer(raw, name)

    provider = getattr(server, kind)()
    async with AsyncHandler() as http:
        response = await http.get(server.url)
    raws = [msgspec.Raw(b"{}"), msgspec.Raw(json.dumps(amadeus_offer()).encode())]

    assert len(await provider._parse_offers(response, raws, parse)) == 1
    assert provider.counters()["dropped"] == 1
    with pytest.raises(FlightError) as caught:
        await provider._parse_offers(response, raws[:1], parse)
    assert caught.value.code == "malformed"


@pytest.mark.parametrize(
    ("total", "seats"), [("1E+999999", 4), ("1e-400000", 4), ("NaN", 4), ("99", [1]), ("99", "many")]
)
async def test_an_offer_with_an_absurd_value_costs_no_other(server, total, seats):
    """It is dropped and counted; no JSON of an offer is large."""
    odd = amadeus_offer(id="9", price={"currency": "EUR", "total": total}, numberOfBookableSeats=seats)
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        await client.health()
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [odd, amadeus_offer()]}))
        found = (await client.search(query())).offers

        assert [one.id for one in found] == ["amadeus:7"]
        assert client.stats().providers["amadeus"].details["dropped"] == 1


async def test_unparsable_offers_are_dropped_and_counted(server, caplog):
    """The other offers are returned and a warning is logged; a response without any valid offer is an error."""
    bare = amadeus_offer()
    bare["itineraries"][0]["segments"][0]["arrival"]["at"] = "2026-12-12"
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        await client.health()
        kind = {"Content-Type": "application/json; charset=utf-8"}
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [bare, amadeus_offer()]}), headers=kind)
        assert len((await client.search(query())).offers) == 1
        assert client.stats().providers["amadeus"].details["dropped"] == 1
        assert "left out" in caplog.text
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [bare]}))
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query(adults=2))
    assert caught.value.errors["amadeus"].code == "malformed"


async def test_parsing_many_offers_yields_to_the_event_loop(server):
    """Other tasks run while a page of two hundred offers is parsed."""
    steps = 0

    async def others() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    raws = [msgspec.Raw(json.dumps(amadeus_offer(id=str(number))).encode()) for number in range(200)]
    task = asyncio.create_task(others())
    offers = await server.amadeus()._parse_offers(None, raws, wire.parse_offer)
    task.cancel()

    assert len(offers) == 200
    assert steps >= 7


async def test_handlers_of_providers_follow_no_redirects_and_cache_nothing(server):
    """A redirect could carry a token to another host; retries and caching are the provider's and client's."""
    server.fail(1, path="/x", status=302, headers={"Location": server.url + "/elsewhere"}, body="")
    server.fail(2, path="/y", status=503)

    async with make_handler() as http:
        assert (await http.get(server.url + "/x")).status == 302
        assert (await http.get(server.url + "/y")).status == 503
        assert (await http.get(server.url + "/y")).status == 503

    assert [seen.path for seen in server.requests] == ["/x", "/y", "/y"]


async def test_repr_shows_no_secret(server):
    """Name and host appear, credentials do not."""
    assert repr(server.amadeus()) == f"AmadeusProvider(name='amadeus', base_url={server.url!r})"
    assert server.duffel_token not in repr(server.duffel())


async def test_the_last_attached_client_lends_its_handler(server):
    """Calls without a context use the handler of the client attached last; detached, the one before."""
    provider = server.duffel()
    async with AsyncHandler(retry=None) as first, AsyncHandler(retry=None) as second:
        clients = [lambda: first, lambda: second]
        for client in clients:
            provider.attach(client, SYSTEM_CLOCK)
        assert await provider.places("Lisbon")
        assert (first.stats().bypassed, second.stats().bypassed) == (0, 1)

        await provider.detach(clients[1])
        assert await provider.places("Lisbon")
        assert (first.stats().bypassed, second.stats().bypassed) == (1, 1)
        await provider.detach(clients[0])


@pytest.mark.parametrize("kind", ["amadeus", "duffel"])
async def test_a_provider_has_a_proxy_of_its_own(server, kind):
    """Also within a client; what it opened is closed with the client or by itself, and the password is shown nowhere."""
    async with ForwardProxy("svc", "S3CRET") as proxy:
        provider = getattr(server, kind)(proxy=proxy.url("svc:S3CRET"))
        async with AsyncFlightClient(providers=[provider]) as client:
            assert (await client.search(query())).offers
            assert (await client.health()).status == "pass"
        through_client = len(proxy.requests)
        assert await provider.places("Lisbon")
        await provider.aclose()

    assert 0 < through_client < len(proxy.requests)
    assert "S3CRET" not in repr(provider)


async def test_the_clients_own_handler_has_a_proxy_too(server, monkeypatch):
    """As an argument, or from the environment, where an unusable variable is an error at opening."""
    async with ForwardProxy() as proxy:
        async with AsyncFlightClient(providers=[server.duffel()], proxy=proxy.url()) as client:
            assert (await client.search(query())).offers
        count = len(proxy.requests)
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        monkeypatch.setenv("DUFFEL_TOKEN", "t")
        async with AsyncFlightClient.from_env():
            pass
        async with AsyncFlightClient(providers=[server.duffel()], trust_env=True) as client:
            assert (await client.search(query())).offers
        assert 0 < count < len(proxy.requests)
    monkeypatch.setenv("HTTP_PROXY", "socks5://u:S3CRET@127.0.0.1:1")
    client = AsyncFlightClient.from_env()
    with pytest.raises(ConfigurationError) as caught:
        await client.__aenter__()
    await client.aclose()

    assert caught.value.field == "HTTP_PROXY"


async def test_a_handler_of_yours_has_its_own_proxy(server):
    """Both together are refused."""
    async with AsyncHandler() as http:
        for build in (server.amadeus, server.duffel, AsyncFlightClient):
            for field, value in (("proxy", "http://127.0.0.1:1"), ("trust_env", True)):
                with pytest.raises(ConfigurationError, match="http") as caught:
                    build(http=http, **{field: value})
                assert caught.value.field == field
