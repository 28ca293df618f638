"""Requests recorded by the fake flight server."""

from __future__ import annotations

import dataclasses

import pytest

from asyncassist.testing import FakeFlightServer, SeenRequest


def test_a_recorded_request_does_not_reveal_headers_and_body():
    """They hold credentials and personal data, and a repr ends up in the output of failed tests."""
    request = SeenRequest("POST", "/air/orders", {"q": "1"}, {"authorization": "Bearer secret"}, b"secret", 7.0)

    assert "secret" not in repr(request)
    assert "/air/orders" in repr(request)
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.path = "/"  # type: ignore[misc]


async def test_requests_are_recorded_as_received(clock):
    """Method, path, query, headers by lower-case names, body and time."""
    import aiohttp

    async with FakeFlightServer(now=clock) as server, aiohttp.ClientSession() as session:
        clock.advance(5.0)
        async with session.post(f"{server.url}/air/offers?limit=1", data=b"body", headers={"X-Trace": "t"}):
            pass

    request = server.requests[-1]
    assert (request.method, request.path, request.query) == ("POST", "/air/offers", {"limit": "1"})
    assert (request.headers["x-trace"], request.body, request.at) == ("t", b"body", clock())
