"""The HTTP client of a provider: retries, rate limit, error texts and response bodies."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from asyncassist._http import AsyncHandler
from asyncassist._retry import Retry
from asyncassist.errors import AuthenticationError, ConfigurationError, FlightError
from asyncassist.flights import AsyncFlightClient
from asyncassist.flights.provider_client import (
    ProviderClient,
    RetryRules,
    check_secret,
    check_url,
    decode_response,
    first_error,
)
from asyncassist.flights.providers.amadeus import wire
from asyncassist.testing import FakeClock
from tests.flights.conftest import query
from tests.flights.providers.amadeus.payloads import amadeus_offer


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("30", 30.0),
        ("1767225630", 30.0),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("2026-01-01T00:00:30Z", 30.0),
        ("2026-01-01T00:00:30", None),
        ("soon", None),
        (None, None),
    ],
)
async def test_quota_reset_is_parsed_in_every_format(reset, seconds):
    """Seconds, seconds since the epoch, HTTP and ISO 8601 dates are parsed; anything else gives None."""
    clock = FakeClock(1_767_225_600.0)
    provider_client = ProviderClient(
        "x", retry_rules=RetryRules(frozenset()), retry=None, min_interval=0.0, secrets=(), clock=clock
    )
    headers = {} if reset is None else {"ratelimit-reset": reset}

    assert provider_client._quota_reset(SimpleNamespace(headers=headers)) == seconds


async def test_bodies_in_other_charsets_are_decoded(server):
    """The charset of the Content-Type is honoured; a byte order mark is ignored."""
    text = json.dumps({"data": [amadeus_offer()], "dictionaries": {"carriers": {"TP": "Aérea"}}}, ensure_ascii=False)
    async with AsyncFlightClient(providers=[server.amadeus()], ttl=0.0) as client:
        await client.health()
        for body, kind in (
            (text.encode("latin-1"), "application/vnd.amadeus+json; charset=ISO-8859-1"),
            (b"\xef\xbb\xbf" + text.encode(), "application/vnd.amadeus+json"),
            (text.encode(), "text/plain; charset=utf-8"),
        ):
            server.fail(1, path="/v2", status=200, body=body, headers={"Content-Type": kind})
            assert len((await client.search(query())).offers) == 1


@pytest.fixture
async def http():
    """A handler that does not retry."""
    async with AsyncHandler(retry=None, ttl=None) as handler:
        yield handler


def make_client(clock, **options):
    """Return a provider client that retries 503 for idempotent calls, and 429 for all."""
    facts = {
        "retry_rules": RetryRules(frozenset({503})),
        "retry": Retry(attempts=3, base=0.1, cap=1.0),
        "min_interval": 0.0,
        "secrets": ("s3cret",),
        "clock": clock,
    }
    return ProviderClient("stub", **{**facts, **options})


@pytest.mark.parametrize(
    ("status", "idempotent", "requests"), [(503, True, 2), (503, False, 1), (429, False, 2), (500, True, 1)]
)
async def test_statuses_are_retried_by_the_rules(server, http, clock, *, status, idempotent, requests):
    """Retryable statuses repeat idempotent calls only, unprocessed ones every call, others none."""
    server.fail(1, path="/x", status=status)
    client = make_client(clock)

    response = await client.call(
        http, "POST", server.url + "/x", time_limit=30.0, headers={}, body=b"{}", idempotent=idempotent
    )

    assert response.status == (404 if requests == 2 else status)
    assert (client.requests, client.retries) == (requests, requests - 1)
    assert client.rate_limited == (status == 429)
    assert len(server.requests) == requests


@pytest.mark.parametrize(("idempotent", "requests"), [(True, 2), (False, 1)])
async def test_a_broken_connection_repeats_idempotent_calls_only(server, http, clock, idempotent, requests):
    """A request that may have been processed is repeated only if that is harmless."""
    server.fail(1, path="/x", disconnect=True)
    client = make_client(clock)
    call = client.call(http, "POST", server.url + "/x", time_limit=30.0, headers={}, body=b"{}", idempotent=idempotent)

    if idempotent:
        assert (await call).status == 404
    else:
        with pytest.raises(FlightError) as caught:
            await call
        assert (caught.value.code, caught.value.provider) == ("connection", "stub")
    assert client.requests == requests


async def test_a_call_that_cannot_start_before_its_deadline_is_not_sent(server, http, clock):
    """The rate limiter's error is translated, and no request is counted."""
    client = make_client(clock, min_interval=10.0, retry=None)
    await client.call(http, "GET", server.url + "/x", time_limit=1.0, headers={})

    with pytest.raises(FlightError) as caught:
        await client.call(http, "GET", server.url + "/x", time_limit=1.0, headers={})

    assert caught.value.code == "rate_limited"
    assert client.requests == len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (418, None, "status_418"),
        (418, "s3cret", "status_418"),
        (418, "38 189", "38 189"),
        (403, None, "authentication"),
        (429, None, "rate_limited"),
    ],
)
async def test_error_statuses_have_codes_and_safe_texts(server, http, clock, *, status, code, expected):
    """The provider's code and title are used without secrets, markup and control characters, and truncated."""
    server.fail(1, path="/x", status=status, body="no")
    client = make_client(clock, retry=None)
    response = await client.call(http, "GET", server.url + "/x", time_limit=1.0, headers={})

    error = client.status_error(response, code, "bad <b>key</b>\ns3cret " + "long " * 100)

    assert (error.code, error.provider) == (expected, "stub")
    assert isinstance(error.__cause__, AuthenticationError) == (status == 403)
    assert "bad  b key /b" in str(error)
    assert not {"<", ">", "\n"} & set(str(error))
    assert "s3cret" not in f"{error} {error.code}"
    assert len(str(error)) < 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<html>", "malformed"),
        ("[1, 2]", "malformed"),
        ('{"data": 3}', "malformed"),
        ('{"errors": [{"code": 141, "title": "SYSTEM ERROR"}]}', "141"),
    ],
)
async def test_bodies_that_are_no_answer_raise(server, http, clock, body, code):
    """A success status does not hide invalid JSON, another structure or reported errors."""
    server.fail(1, path="/x", status=200, body=body)
    client = make_client(clock)
    response = await client.call(http, "GET", server.url + "/x", time_limit=1.0, headers={})

    with pytest.raises(FlightError) as caught:
        decode_response(client, response, wire.SEARCH_DECODER)

    assert caught.value.code == code


def test_first_error_has_code_and_title():
    """Codes may be numbers; what is missing is None."""
    assert first_error([wire.AmadeusIssue(code=38187, title="Invalid")]) == ("38187", "Invalid")
    assert first_error([wire.AmadeusIssue()]) == (None, None)
    assert first_error([]) == first_error(None) == (None, None)


def test_urls_are_absolute_and_without_credentials():
    """A trailing slash is removed; the error names the argument and does not contain the value."""
    assert check_url("base_url", "HTTPS://host.example:8443/path/") == "HTTPS://host.example:8443/path"
    for wrong in ("", "host", "ftp://host", "http://", "http://user:pw@host", "http://h/?q", "http://h/#f", None):
        with pytest.raises(ConfigurationError) as caught:
            check_url("base_url", wrong)
        assert caught.value.field == "base_url"
        assert "pw" not in str(caught.value)


def test_secrets_are_printable_ascii():
    """Surrounding white space is removed; other characters could not be sent in a header."""
    assert check_secret("token", " abc ") == "abc"
    for wrong in ("", "  ", "a\nb", "hüsh", None, 5):
        with pytest.raises(ConfigurationError) as caught:
            check_secret("token", wrong)
        assert caught.value.field == "token"
        assert "hüsh" not in str(caught.value)
