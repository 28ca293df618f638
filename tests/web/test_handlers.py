"""Handlers of the routes, called through a service without a server."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urljoin

import pytest

from asyncassist.errors import ConnectError
from asyncassist.web.page import WebPages
from asyncassist.web.settings import WebSettings
from tests.web.components import ADMIN, FakeAssistant, events_of, get, post, read, service_of


async def test_error_in_a_stream_becomes_an_event():
    """After the status has been sent, an error becomes the last event of the stream."""
    assistant = FakeAssistant()
    assistant.error = ConnectError("no")
    async with service_of(assistant) as service:
        events = await events_of(await service.handle(post("/chat", {"message": "one two", "stream": True})))

    assert [name for name, _ in events] == ["delta", "delta", "error"]
    assert events[-1][1]["status"] == 502


async def test_assistant_gets_the_language_that_the_client_prefers():
    """The weights of `Accept-Language` decide among the six languages, for a reply and for a stream."""
    assistant = FakeAssistant()
    async with service_of(assistant) as service:
        for body in ({"message": "hello"}, {"message": "hello", "stream": True}):
            response = await service.handle(post("/chat", body, **{"accept-language": "ja, en;q=0.5, it-IT;q=0.9"}))
            if "stream" in body:
                await events_of(response)
            await service.handle(post("/chat", {"message": "hello"}))

    assert [call.get("language") for call in assistant.calls] == ["it", None, "it", None]


async def test_liveness_probe_runs_no_checks():
    """With every component hanging, the liveness probe is answered without a check; the readiness probe fails."""
    assistant = FakeAssistant()
    components = (assistant.nlp, assistant.state, assistant.flights)
    for component in components:
        component.hang = True
    async with service_of(assistant, health_timeout=0.05) as service:
        answers = [await service.handle(get(path, {"probe": "live"})) for path in ("/health", "/api/async/health")]
        checks = [component.health_calls for component in components]
        ready = await service.handle(get("/health", {"probe": "ready"}))

    assert [answer.status for answer in answers] == [200, 200]
    assert checks == [0, 0, 0]
    assert ready.status == 503
    assert assistant.nlp.health_calls == 1


async def test_second_performance_test_is_rejected():
    """While one performance test runs, another gets a 409."""
    async with service_of() as service:
        first = asyncio.ensure_future(service.handle(post("/api/async/performance-test", {"requests": 1, "delay": 0})))
        while not service.performance_test_running:
            await asyncio.sleep(0)
        second = await service.handle(post("/api/async/performance-test", {}))
        done = await first

    assert (second.status, read(second)["type"]) == (409, "urn:asyncassist:problem:test-running")
    assert done.status == 200
    assert not service.performance_test_running


async def test_clear_cache_without_a_name_clears_all():
    """The admin token is required, and the response counts the removed entries."""
    assistant = FakeAssistant()
    async with service_of(assistant, admin_token=ADMIN) as service:
        for component in (assistant.nlp, assistant.flights):
            component.cache.put("key", "value", ttl=10.0)
        response = await service.handle(post("/api/async/clear-cache", b"", authorization=f"Bearer {ADMIN}"))

    assert read(response) == {"cleared": 2}


@pytest.mark.parametrize(
    ("body", "accept", "streams"),
    [
        ({}, None, False),
        ({}, "*/*", False),
        ({}, "application/json", False),
        ({}, "text/event-stream", True),
        ({}, "application/json;q=0.5, Text/Event-Stream", True),
        ({}, "application/json, text/event-stream;q=0.1", False),
        ({}, "text/event-stream;q=0, */*", False),
        ({"stream": False}, "application/json, text/event-stream", False),
        ({"stream": True}, "application/json", True),
        ({"stream": True}, None, True),
        ({"stream": False}, "text/event-stream", True),
    ],
)
async def test_events_are_sent_on_request(body, accept, streams):
    """The field `stream` asks for server-sent events, or the Accept header prefers them to JSON."""
    headers = {} if accept is None else {"accept": accept}
    async with service_of() as service:
        response = await service.handle(post("/chat", {"message": "hello", **body}, **headers))
        media_type = response.header("content-type")
        if streams:
            await response.body.aclose()

    assert media_type == ("text/event-stream; charset=utf-8" if streams else "application/json")


async def test_transcript_ends_with_its_session():
    """A session's messages can be read until it is deleted; deleting it again succeeds too."""
    async with service_of() as service:
        session = read(await service.handle(post("/chat", {"message": "hello"})))["session_id"]
        transcript = read(await service.handle(get(f"/chat/{session}")))
        deleted = [await service.handle(get(f"/chat/{session}", method="DELETE")) for _ in range(2)]
        after = await service.handle(get(f"/chat/{session}"))

    assert [message["content"] for message in transcript["messages"]] == ["hello"]
    assert [response.status for response in deleted] == [204, 204]
    assert after.status == 404


async def test_socket_route_requires_an_upgrade():
    """A plain GET gets a 426 that names the protocol; a handshake gets a 101."""
    async with service_of() as service:
        plain = await service.handle(get("/ws/chat"))
        handshake = await service.handle(get("/ws/chat", upgrade="WebSocket"))

    assert (plain.status, plain.header("upgrade")) == (426, "websocket")
    assert handshake.status == 101


async def test_page_is_revalidated_and_its_assets_are_cached_for_good():
    """The page by its entity tag; an asset by its name, which has the digest of its content; others are a 404."""
    async with service_of() as service:
        page = await service.handle(get("/"))
        known = await service.handle(get("/", if_none_match=f'"old", W/{page.header("etag")}'))
        outdated = await service.handle(get("/", if_none_match='"other"'))
        (script,) = set(re.findall(r'"(page/chat\.[0-9a-f]{16}\.js)"', page.body.decode()))
        asset = await service.handle(get(f"/{script}"))
        unknown = await service.handle(get("/page/chat.js"))

    assert page.header("cache-control") == "no-cache"
    assert (known.status, known.body) == (304, b"")
    assert outdated.body == page.body
    assert (asset.status, len(asset.body)) == (200, int(asset.header("content-length")))
    assert asset.header("cache-control") == "public, max-age=31536000, immutable"
    assert unknown.status == 404


@pytest.mark.parametrize("prefix", ["/", "/assistant/"])
async def test_page_names_what_it_needs_relative_to_itself(prefix):
    """Its links, scripts and calls stay below the prefix at which the service is mounted."""
    async with service_of() as service:
        page = (await service.handle(get("/"))).body.decode()
        names = await asyncio.to_thread(WebPages(WebSettings()).asset_names)
        scripts = [name for name in names if name.endswith(".js")]
        texts = [(await service.handle(get(f"/page/{name}"))).body.decode() for name in scripts]
        links = re.findall(r'(?:src|href)="([^"#]+)"', page)
        calls = [call for text in texts for call in re.findall(r'(?:fetch|load|events)\(["`]([^"`$]+)', text)]
        below = [urljoin(f"http://a.example{prefix}", link).removeprefix(f"http://a.example{prefix}") for link in links]
        found = [await service.handle(get(f"/{path}")) for path in below]

    assert links
    assert len(calls) >= 5
    assert [response.status for response in found] == [200] * len(links)
    assert not [name for name in (*links, *calls) if name.startswith("/") or ":" in name]
