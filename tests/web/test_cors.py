"""Pages of other origins: those the operator trusts may ask and read, all others are left outside."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.web.components import TRUSTED, get, post, service_of

if TYPE_CHECKING:
    from tests.web.example_apps import Answer, App

STRANGER = "https://app.example.evil.example"


def both(apps: dict[str, App], method: str, path: str, body: object = None, **headers: str) -> Answer:
    """The answer, which is the same in both apps."""
    answers = [app.ask(method, path, body, **headers) for app in apps.values()]
    assert answers[0].compared() == answers[1].compared()
    return answers[0]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/chat", "POST"),
        ("/chat/some-session", "DELETE, GET, HEAD"),
        ("/api/async/chatbot", "POST"),
        ("/api/async/clear-cache", "POST"),
        ("/health", "GET, HEAD"),
        ("/ws/chat", "GET, HEAD"),
    ],
)
def test_a_trusted_page_may_ask_first(apps: dict[str, App], path: str, methods: str):
    """The preflight names the methods of the path and the headers that were asked for, to this origin alone."""
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
    "origin", [STRANGER, "null", "*", "https://app.example, https://evil.example", "http://app.example"]
)
def test_a_stranger_is_told_nothing(apps: dict[str, App], origin: str):
    """Its preflight is a method like any other that is not there; what it reads without one, its browser keeps to itself."""
    asked = both(apps, "OPTIONS", "/chat", origin=origin, access_control_request_method="POST")
    refused = both(apps, "POST", "/chat", {"message": "hello"}, origin=origin)
    read = both(apps, "GET", "/api/async/health?probe=live", origin=origin)

    assert (asked.status, refused.status, read.status) == (405, 403, 200)
    for answer in (asked, refused, read):
        assert answer.headers["vary"] == "origin"
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_trusted_page_reads_answers_and_errors(apps: dict[str, App]):
    """The answer, a problem document and a stream, with the headers that tell of limits and ids."""
    cross = {"origin": TRUSTED, "sec_fetch_site": "cross-site"}
    answers = [
        both(apps, "POST", "/chat", {"message": ""}, **cross),
        both(apps, "GET", "/nowhere", **cross),
        both(apps, "GET", "/page/app.js", **cross),
        *(app.ask("POST", "/chat", {"message": "hello"}, **cross) for app in apps.values()),
        *(app.ask("POST", "/chat", {"message": "hello"}, accept="text/event-stream", **cross) for app in apps.values()),
    ]

    assert [answer.status for answer in answers] == [422, 404, 200, 200, 200, 200, 200]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == TRUSTED
        assert "x-request-id" in answer.headers["access-control-expose-headers"]
        assert answer.headers["vary"] == "origin"


def test_a_preflight_of_nowhere_is_a_404_that_can_be_read(apps: dict[str, App]):
    """A trusted page learns why."""
    answer = both(apps, "OPTIONS", "/nowhere", origin=TRUSTED, access_control_request_method="GET")

    assert answer.status == 404
    assert answer.headers["access-control-allow-origin"] == TRUSTED


def test_options_without_a_question_is_a_method_that_is_not_there(apps: dict[str, App]):
    """Also from a trusted page: only a preflight is answered."""
    assert both(apps, "OPTIONS", "/chat", origin=TRUSTED).status == 405


def test_the_document_tells_of_it(app: App):
    """Every answer has the headers, where origins are trusted."""
    document = app.ask("GET", "/openapi.json").json()

    headers = document["paths"]["/chat"]["post"]["responses"]["422"]["headers"]
    assert headers["Access-Control-Allow-Origin"]["$ref"] == "#/components/headers/Access-Control-Allow-Origin"
    assert {"X-Request-ID", "Access-Control-Allow-Origin", "Vary"} == set(document["components"]["headers"])


async def test_asking_first_is_not_counted_and_does_nothing():
    """A page's request costs one of its client's requests, not two; lists of addresses hold."""
    asked = {"origin": TRUSTED, "access_control_request_method": "POST"}
    async with service_of(rate_limit=1, trusted_origins=(TRUSTED,), deny=("192.0.2.66",)) as service:
        preflights = [await service.handle(get("/chat", method="OPTIONS", **asked)) for _ in range(3)]
        first = await service.handle(post("/chat", {"message": "hello"}, origin=TRUSTED))
        second = await service.handle(post("/chat", {"message": "hello"}, origin=TRUSTED))
        denied = await service.handle(get("/chat", method="OPTIONS", peer="192.0.2.66", **asked))

    assert [answer.status for answer in preflights] == [204, 204, 204]
    assert preflights[0].header("ratelimit") is None
    assert (first.status, second.status, denied.status) == (200, 429, 403)
    assert second.header("access-control-allow-origin") == TRUSTED


async def test_headers_that_are_none_are_not_echoed():
    """Only a list of plain names comes back."""
    asked = {"origin": TRUSTED, "access_control_request_method": "POST"}
    async with service_of(trusted_origins=(TRUSTED,)) as service:
        for names in ("", "*", "a b", "x-a,,x-b", "x\xe9", ", ".join(["x-a"] * 33)):
            answer = await service.handle(get("/chat", method="OPTIONS", access_control_request_headers=names, **asked))
            assert answer.status == 204
            assert answer.header("access-control-allow-headers") is None


async def test_where_nobody_is_trusted_nothing_is_said():
    """No header more than needed, in the answers and in the document."""
    async with service_of() as service:
        answer = await service.handle(get("/health", origin=TRUSTED))
        document = await asyncio.to_thread(service.openapi)

    assert answer.header("vary") is None
    assert answer.header("access-control-allow-origin") is None
    assert set(document["components"]["headers"]) == {"X-Request-ID"}
