"""OAuth2 client credentials: coalesced requests, renewal ahead of expiry, rejected tokens, sharing by workers."""

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
async def endpoint():
    """A token endpoint, an HTTP handler and their clock."""
    clock = FakeClock()
    async with FakeFlightServer(now=clock) as server, AsyncHandler(retry=None, ttl=None) as http:
        yield server, http, clock


def credentials(server, clock, **options):
    facts = {"token_url": server.token_url, "client_id": server.client_id, "client_secret": server.client_secret}
    return OAuth2ClientCredentials(**{**facts, "now": clock, **options})


async def test_concurrent_callers_share_one_token_request(endpoint):
    """A hundred callers without a cached token cause one request."""
    server, http, clock = endpoint
    oauth = credentials(server, clock)
    tokens = await asyncio.gather(*(oauth.token(http) for _ in range(100)))

    assert len(set(tokens)) == 1
    assert server.token_requests == 1


async def test_a_token_is_renewed_ahead_of_expiry_in_the_background(endpoint):
    """Shortly before expiry callers get the old token without waiting; after it they wait for the new oauth."""
    server, http, clock = endpoint
    oauth = credentials(server, clock)
    first = await oauth.token(http)
    clock.advance(1799 - 65)
    assert await oauth.token(http) == first
    assert await oauth.token(http) == first
    while server.token_requests < 2 or await oauth.token(http) == first:
        await asyncio.sleep(0.01)
    assert server.token_requests == 2
    clock.advance(1800)
    await asyncio.gather(*(oauth.token(http) for _ in range(50)))
    assert server.token_requests == 3
    await oauth.aclose()


async def test_a_failed_renewal_leaves_the_old_token_in_use(endpoint, caplog):
    """The failure is logged without a secret, and the renewal is tried again later."""
    server, http, clock = endpoint
    oauth = credentials(server, clock)
    first = await oauth.token(http)
    clock.advance(1799 - 65)
    server.fail(3, path="/v1/security", status=503)
    assert await oauth.token(http) == first
    while oauth._renewal_task is not None:
        await asyncio.sleep(0.01)
    assert await oauth.token(http) == first
    assert "could not be renewed" in caplog.text
    assert server.client_secret not in caplog.text
    clock.advance(6)
    await oauth.token(http)
    await oauth.aclose()


async def test_a_rejected_token_is_renewed_once(endpoint):
    """A hundred callers rejected at a time cause one request; a later one gets the new token without a request."""
    server, http, clock = endpoint
    oauth = credentials(server, clock)
    old = await oauth.token(http)
    tokens = await asyncio.gather(*(oauth.renewed(http, old) for _ in range(100)))
    late = await oauth.renewed(http, old)

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
async def test_endpoint_errors_are_typed(endpoint, status, body, code):
    """Each error has its code and no secret."""
    server, http, clock = endpoint
    server.fail(9, path="/v1/security", status=status, body=body)

    with pytest.raises(FlightError) as caught:
        await credentials(server, clock).token(http)

    assert caught.value.code == code
    if status in {400, 401, 403}:
        assert isinstance(caught.value.__cause__, AuthenticationError)
    assert server.client_secret not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_token_requests_are_retried(endpoint):
    """After a 503 and a broken connection the third attempt succeeds."""
    server, http, clock = endpoint
    server.fail(1, path="/v1/security", status=503)
    server.fail(1, path="/v1/security", disconnect=True)

    assert await credentials(server, clock).token(http)


async def test_a_refused_connection_is_typed():
    """No server listens: the code is "connection"."""
    oauth = OAuth2ClientCredentials("http://127.0.0.1:1/token", "id", "secret", now=FakeClock())
    async with AsyncHandler(retry=None) as http:
        with pytest.raises(FlightError) as caught:
            await oauth.token(http)
    assert caught.value.code == "connection"


@pytest.mark.parametrize(
    ("expires_in", "lifetime"),
    [("null", 300), ('"120"', 120), ('"soon"', 300), ("-5", 300), ("1799", 1799), ("60.5", 60.5)],
)
async def test_expires_in_sets_the_lifetime(endpoint, expires_in, lifetime):
    """The lifetime may be a number or text; without a valid one it is five minutes."""
    server, http, clock = endpoint
    server.fail(1, path="/v1/security", status=200, body=f'{{"access_token": "abc", "expires_in": {expires_in}}}')
    oauth = credentials(server, clock, renew_ahead=0.0)
    assert await oauth.token(http) == "abc"
    clock.advance(lifetime - min(10, lifetime / 10) - 1)
    assert await oauth.token(http) == "abc"
    clock.advance(2)
    assert await oauth.token(http) != "abc"


async def test_charset_and_scope_are_honoured(endpoint):
    """The response's charset is decoded, and the scope is sent."""
    server, http, clock = endpoint
    body = '{"access_token": "abc", "title": "é"}'.encode("latin-1")
    kind = {"Content-Type": "application/json; charset=iso-8859-1"}
    server.fail(1, path="/v1/security", status=200, body=body, headers=kind)

    assert await credentials(server, clock, scope="flights read").token(http) == "abc"
    assert b"scope=flights+read" in server.requests[-1].body


async def test_workers_share_a_token(server, redis_url):
    """Twenty workers without a token make one request; a rejected token is renewed once for all."""
    async with AsyncHandler(retry=None, ttl=None) as http:
        await _check_sharing(server, http, redis_url)


async def _check_sharing(server, http, redis_url):
    clock = SYSTEM_CLOCK
    server.client_id = f"shared-{id(server)}"
    workers = [credentials(server, clock, store=redis_url) for _ in range(20)]
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
        borrowed = credentials(server, clock, store=client)
        assert await borrowed.token(http) == renewed[0]
        await borrowed.aclose()
        assert await client.ping()
    await asyncio.gather(*(worker.aclose() for worker in workers))


async def test_an_unreachable_store_is_ignored(endpoint):
    """The worker requests a token of its own."""
    server, http, clock = endpoint
    oauth = credentials(server, clock, store="redis://127.0.0.1:1/0")
    assert await oauth.token(http)
    await oauth.aclose()


async def test_any_cache_backend_can_share_the_token(endpoint):
    """A stored token is used while it is valid and decodable, else a new one is requested."""
    server, http, clock = endpoint

    class DictBackend:
        def __init__(self):
            self.values: dict[str, bytes] = {}

        async def get(self, key):
            return self.values.get(key)

        async def set(self, key, value, *, ttl):
            self.values[key] = value

        async def delete(self, *keys):
            return len([self.values.pop(key, None) for key in keys])

        async def clear(self):
            self.values.clear()

    backend = DictBackend()
    first = await credentials(server, clock, store=backend).token(http)
    assert await credentials(server, clock, store=backend).token(http) == first
    clock.advance(1795)
    second = await credentials(server, clock, store=backend).token(http)
    assert second != first
    backend.values = dict.fromkeys(backend.values, b"\xff{")
    assert await credentials(server, clock, store=backend).token(http) not in {first, second}


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
def test_invalid_arguments_are_rejected(field, facts):
    """ConfigurationError names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        OAuth2ClientCredentials(
            **{"token_url": "http://h/t", "client_id": "i", "client_secret": "s", **facts}  # type: ignore[arg-type]
        )
    assert caught.value.field == field


def test_repr_hides_the_credentials():
    """Neither client id nor client secret appears."""
    assert "hush" not in repr(OAuth2ClientCredentials("http://h/t", "hush-id", "hush"))
