"""CORS: pages of trusted origins may send requests and read responses, pages of other origins may not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.web.components import TRUSTED, get, post, service_of

if TYPE_CHECKING:
    from tests.web.example_apps import Answer, App

UNTRUSTED = "https://app.example.evil.example"


def both(apps: dict[str, App], method: str, path: str, body: object = None, **headers: str) -> Answer:
    """Send the request to both apps, check that they agree, and return the response."""
    answers = [app.ask(method, path, body, **headers) for app in apps.values()]
    assert answers[0].compared() == answers[1].compared()
    return answers[0]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/chat", "POST"),
        ("/chat/some-session", "DELETE, GET, HEAD, PATCH"),
        ("/api/async/chatbot", "POST"),
        ("/api/async/clear-cache", "POST"),
        ("/health", "GET, HEAD"),
        ("/ws/chat", "GET, HEAD"),
    ],
)
def test_preflight_of_a_trusted_origin(apps: dict[str, App], path: str, methods: str):
    """The response names the methods of the path and the requested headers, for this origin only."""
    wanted = "authorization, content-type, x-request-id"
    answer = both(
        apps,
        "OPTIONS",
        path,
        origin=TRUSTED,
        access_control_request_method="POST",
        access_control_request_headers=wanted,
        sec_fetch_site="cross-site",
    )

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == TRUSTED
    assert answer.headers["access-control-allow-methods"] == methods
    assert answer.headers["access-control-allow-headers"] == wanted
    assert answer.headers["access-control-max-age"] == "600"
    assert answer.headers["vary"] == "origin"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", [UNTRUSTED, "null", "*", "https://app.example, https://evil.example", "http://app.example"]
)
def test_untrusted_origin_gets_no_cors_headers(apps: dict[str, App], origin: str):
    """Its preflight is an unsupported method; a response it may not read has no CORS headers."""
    preflight = both(apps, "OPTIONS", "/chat", origin=origin, access_control_request_method="POST")
    refused = both(apps, "POST", "/chat", {"message": "hello"}, origin=origin)
    read = both(apps, "GET", "/api/async/health?probe=live", origin=origin)

    assert (preflight.status, refused.status, read.status) == (405, 403, 200)
    for answer in (preflight, refused, read):
        assert answer.headers["vary"] == "origin"
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_trusted_origin_may_read_responses_and_errors(apps: dict[str, App]):
    """A response, a problem document and a stream, with the headers for rate limits and request ids."""
    cross = {"origin": TRUSTED, "sec_fetch_site": "cross-site"}
    answers = [
        both(apps, "POST", "/chat", {"message": ""}, **cross),
        both(apps, "GET", "/nowhere", **cross),
        both(apps, "GET", "/openapi.json", **cross),
        *(app.ask("POST", "/chat", {"message": "hello"}, **cross) for app in apps.values()),
        *(app.ask("POST", "/chat", {"message": "hello"}, accept="text/event-stream", **cross) for app in apps.values()),
    ]

    assert [answer.status for answer in answers] == [422, 404, 200, 200, 200, 200, 200]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == TRUSTED
        assert "x-request-id" in answer.headers["access-control-expose-headers"]
        assert answer.headers["vary"] == "origin"


def test_preflight_of_an_unknown_path_is_a_readable_404(apps: dict[str, App]):
    """A page of a trusted origin may read why its preflight failed."""
    answer = both(apps, "OPTIONS", "/nowhere", origin=TRUSTED, access_control_request_method="GET")

    assert answer.status == 404
    assert answer.headers["access-control-allow-origin"] == TRUSTED


def test_options_that_is_no_preflight_is_a_405(apps: dict[str, App]):
    """Also from a trusted origin: OPTIONS is supported for preflights only."""
    assert both(apps, "OPTIONS", "/chat", origin=TRUSTED).status == 405


def test_cors_headers_are_documented(app: App):
    """With trusted origins, every documented response has the headers."""
    document = app.ask("GET", "/openapi.json").json()

    headers = document["paths"]["/chat"]["post"]["responses"]["422"]["headers"]
    assert headers["Access-Control-Allow-Origin"]["$ref"] == "#/components/headers/Access-Control-Allow-Origin"
    assert {"X-Request-ID", "Access-Control-Allow-Origin", "Vary"} == set(document["components"]["headers"])


async def test_preflight_is_not_counted_by_the_rate_limit():
    """Only the request itself counts, and address lists apply to the preflight too."""
    preflight = {"origin": TRUSTED, "access_control_request_method": "POST"}
    async with service_of(rate_limit=1, trusted_origins=(TRUSTED,), deny=("192.0.2.66",)) as service:
        preflights = [await service.handle(get("/chat", method="OPTIONS", **preflight)) for _ in range(3)]
        first = await service.handle(post("/chat", {"message": "hello"}, origin=TRUSTED))
        second = await service.handle(post("/chat", {"message": "hello"}, origin=TRUSTED))
        denied = await service.handle(get("/chat", method="OPTIONS", peer="192.0.2.66", **preflight))

    assert [answer.status for answer in preflights] == [204, 204, 204]
    assert preflights[0].header("ratelimit") is None
    assert (first.status, second.status, denied.status) == (200, 429, 403)
    assert second.header("access-control-allow-origin") == TRUSTED


async def test_invalid_header_names_are_not_echoed():
    """Only a list of plain header names is returned."""
    preflight = {"origin": TRUSTED, "access_control_request_method": "POST"}
    async with service_of(trusted_origins=(TRUSTED,)) as service:
        for names in ("", "*", "a b", "x-a,,x-b", "x\xe9", ", ".join(["x-a"] * 33)):
            answer = await service.handle(
                get("/chat", method="OPTIONS", access_control_request_headers=names, **preflight)
            )
            assert answer.status == 204
            assert answer.header("access-control-allow-headers") is None


async def test_without_trusted_origins_there_are_no_cors_headers():
    """Neither in the responses nor in the OpenAPI document."""
    async with service_of() as service:
        answer = await service.handle(get("/health", origin=TRUSTED))
        document = await asyncio.to_thread(service.openapi)

    assert answer.header("vary") is None
    assert answer.header("access-control-allow-origin") is None
    assert set(document["components"]["headers"]) == {"X-Request-ID"}
