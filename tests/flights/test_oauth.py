"""One token however many wait; renewed ahead; refused once, renewed once."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from asyncassist._clock import SYSTEM_CLOCK
from asyncassist._http import AsyncHandler
from asyncassist.errors import AuthenticationError, ConfigurationError, FlightError
from asyncassist.flights import OAuth2ClientCredentials
from asyncassist.testing import FakeClock, FakeFlightServer


@pytest.fixture
async def place():
    """A server and a handler by one clock."""
    clock = FakeClock()
    async with FakeFlightServer(now=clock) as server, AsyncHandler(retry=None, ttl=None) as http:
        yield server, http, clock


def auth(server, clock, **options):
    facts = {"token_url": server.token_url, "client_id": server.client_id, "client_secret": server.client_secret}
    return OAuth2ClientCredentials(**{**facts, "now": clock, **options})


async def test_one_request_however_many_wait(place):
    """A hundred callers at a cold start."""
    server, http, clock = place
    one = auth(server, clock)
    tokens = await asyncio.gather(*(one.token(http) for _ in range(100)))

    assert len(set(tokens)) == 1
    assert server.token_requests == 1


async def test_a_token_is_renewed_ahead_in_the_background(place):
    """Near its end callers get the old one at once and a new one comes; after its end they wait for it."""
    server, http, clock = place
    one = auth(server, clock)
    first = await one.token(http)
    clock.advance(1799 - 65)
    assert await one.token(http) == first
    assert await one.token(http) == first
    while server.token_requests < 2 or await one.token(http) == first:
        await asyncio.sleep(0.01)
    assert server.token_requests == 2
    clock.advance(1800)
    await asyncio.gather(*(one.token(http) for _ in range(50)))
    assert server.token_requests == 3
    await one.aclose()


async def test_a_renewal_that_fails_hurts_nobody(place, caplog):
    """The old token serves on, it is logged without a secret, and tried again after a while."""
    server, http, clock = place
    one = auth(server, clock)
    first = await one.token(http)
    clock.advance(1799 - 65)
    server.fail(3, path="/v1/security", status=503)
    assert await one.token(http) == first
    while one._renewal_task is not None:
        await asyncio.sleep(0.01)
    assert await one.token(http) == first
    assert "could not be renewed" in caplog.text
    assert server.client_secret not in caplog.text
    clock.advance(6)
    await one.token(http)
    await one.aclose()


async def test_a_refused_token_is_renewed_once(place):
    """A hundred callers refused at the same time; one that was late gets the new one without asking."""
    server, http, clock = place
    one = auth(server, clock)
    old = await one.token(http)
    tokens = await asyncio.gather(*(one.renewed(http, old) for _ in range(100)))
    late = await one.renewed(http, old)

    assert server.token_requests == 2
    assert {*tokens, late} - {old} == {late}


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, None, "38187"),
        (400, '{"error": "invalid_client"}', "invalid_client"),
        (403, "<html>no</html>", "authentication"),
        (200, "<html>welcome</html>", "malformed"),
        (200, "{}", "malformed"),
        (200, '{"access_token": "a\\nb"}', "malformed"),
        (200, '{"access_token": "abc", "error": "slow_down"}', "slow_down"),
        (418, '{"error": "teapot"}', "teapot"),
    ],
)
async def test_refusals_are_typed(place, status, body, code):
    """Each with its code, none with a secret."""
    server, http, clock = place
    server.fail(9, path="/v1/security", status=status, body=body)

    with pytest.raises(FlightError) as caught:
        await auth(server, clock).token(http)

    assert caught.value.code == code
    if status in {400, 401, 403}:
        assert isinstance(caught.value.__cause__, AuthenticationError)
    assert server.client_secret not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_the_endpoint_is_asked_again_when_it_stumbles(place):
    """503, a broken connection: then it works."""
    server, http, clock = place
    server.fail(1, path="/v1/security", status=503)
    server.fail(1, path="/v1/security", disconnect=True)

    assert await auth(server, clock).token(http)


async def test_no_connection_is_typed():
    """Nobody listens."""
    one = OAuth2ClientCredentials("http://127.0.0.1:1/token", "id", "secret", now=FakeClock())
    async with AsyncHandler(retry=None) as http:
        with pytest.raises(FlightError) as caught:
            await one.token(http)
    assert caught.value.code == "connection"


@pytest.mark.parametrize(
    ("said", "life"), [("null", 300), ('"120"', 120), ('"soon"', 300), ("-5", 300), ("1799", 1799), ("60.5", 60.5)]
)
async def test_the_life_of_a_token(place, said, life):
    """Said as a number or as text; five minutes when it says nothing."""
    server, http, clock = place
    server.fail(1, path="/v1/security", status=200, body=f'{{"access_token": "abc", "expires_in": {said}}}')
    one = auth(server, clock, renew_ahead=0.0)
    assert await one.token(http) == "abc"
    clock.advance(life - min(10, life / 10) - 1)
    assert await one.token(http) == "abc"
    clock.advance(2)
    assert await one.token(http) != "abc"


async def test_charset_and_scope(place):
    """A charset in the content type is obeyed; a scope is sent when given."""
    server, http, clock = place
    body = '{"access_token": "abc", "title": "é"}'.encode("latin-1")
    kind = {"Content-Type": "application/json; charset=iso-8859-1"}
    server.fail(1, path="/v1/security", status=200, body=body, headers=kind)

    assert await auth(server, clock, scope="flights read").token(http) == "abc"
    assert b"scope=flights+read" in server.requests[-1].body


async def test_workers_share_a_token(server, redis_url):
    """Twenty workers at a cold start make one request; a refused token is renewed once for all."""
    async with AsyncHandler(retry=None, ttl=None) as http:
        await _share(server, http, redis_url)


async def _share(server, http, redis_url):
    clock = SYSTEM_CLOCK
    server.client_id = f"shared-{id(server)}"
    workers = [auth(server, clock, store=redis_url) for _ in range(20)]
    tokens = await asyncio.gather(*(worker.token(http) for worker in workers))
    assert len(set(tokens)) == 1
    assert server.token_requests == 1

    renewed = await asyncio.gather(*(worker.renewed(http, tokens[0]) for worker in workers))
    assert len(set(renewed)) == 1
    assert server.token_requests == 2
    async with Redis.from_url(redis_url) as client:
        names = [key async for key in client.scan_iter("asyncassist:token:*")]
        assert names
        assert not any(server.client_id.encode() in name or server.client_secret.encode() in name for name in names)
        borrowed = auth(server, clock, store=client)
        assert await borrowed.token(http) == renewed[0]
        await borrowed.aclose()
        assert await client.ping()
    await asyncio.gather(*(worker.aclose() for worker in workers))


async def test_a_store_that_is_away_hurts_nobody(place):
    """Each worker asks for itself."""
    server, http, clock = place
    one = auth(server, clock, store="redis://127.0.0.1:1/0")
    assert await one.token(http)
    await one.aclose()


async def test_any_store_of_bytes_will_do(place):
    """What is in it is used when it can be read and is good; else a token is asked for."""
    server, http, clock = place

    class Shelf:
        def __init__(self):
            self.kept: dict[str, bytes] = {}

        async def get(self, key):
            return self.kept.get(key)

        async def set(self, key, value, *, ttl):
            self.kept[key] = value

        async def delete(self, *keys):
            return len([self.kept.pop(key, None) for key in keys])

        async def clear(self):
            self.kept.clear()

    shelf = Shelf()
    first = await auth(server, clock, store=shelf).token(http)
    assert await auth(server, clock, store=shelf).token(http) == first
    clock.advance(1795)
    second = await auth(server, clock, store=shelf).token(http)
    assert second != first
    shelf.kept = dict.fromkeys(shelf.kept, b"\xff{")
    assert await auth(server, clock, store=shelf).token(http) not in {first, second}


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("token_url", {"token_url": "ftp://x/y"}),
        ("token_url", {"token_url": "http://user:pw@host/token"}),
        ("token_url", {"token_url": "http://host/token?x=1"}),
        ("token_url", {"token_url": None}),
        ("client_id", {"client_id": ""}),
        ("client_secret", {"client_secret": "a\nb"}),
        ("client_secret", {"client_secret": None}),
        ("renew_ahead", {"renew_ahead": -1}),
        ("store", {"store": "http://x"}),
        ("store", {"store": object()}),
    ],
)
def test_constructor_refuses_what_cannot_work(field, facts):
    """By name, and without the value of a secret."""
    with pytest.raises(ConfigurationError) as caught:
        OAuth2ClientCredentials(
            **{"token_url": "http://h/t", "client_id": "i", "client_secret": "s", **facts}  # type: ignore[arg-type]
        )
    assert caught.value.field == field


def test_secrets_do_not_show():
    """Not in the representation."""
    assert "hush" not in repr(OAuth2ClientCredentials("http://h/t", "hush-id", "hush"))
