"""What each route does, once everything about its request has been checked."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._lifecycle import import_in_thread
from asyncassist._types import to_jsonable
from asyncassist.web import chat_turns as turns
from asyncassist.web import performance
from asyncassist.web import serializers as answers
from asyncassist.web import strict_json as wire
from asyncassist.web.http import Response
from asyncassist.web.page import PAGE_HEADERS, load
from asyncassist.web.problem import ProblemError, invalid
from asyncassist.web.request_schema import Identifier
from asyncassist.web.sse import MEDIA_TYPE, EventStream, Relay

if TYPE_CHECKING:
    from asyncassist.web.context import Desk
    from asyncassist.web.http import Request
    from asyncassist.web.routes import Route

    Emit = Callable[[str, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that may be answered.

    Attributes:
        desk: What stands behind every route.
        request: The request.
        route: Its route.
        rest: What stands in place of the route's `{name}`.
        query: Checked parameters.
        body: Checked fields.
    """

    desk: Desk
    request: Request
    route: Route
    rest: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def wants_events(self) -> bool:
        """Whether the answer shall be server-sent events."""
        if self.body.get("stream"):
            return True
        accepted = (self.request.header("accept") or "").split(",")
        return any(item.partition(";")[0].strip().lower() == MEDIA_TYPE for item in accepted)


Handler = Callable[[Call], Awaitable[Response]]
HANDLERS: dict[str, Handler] = {}


def _handles(name: str) -> Callable[[Handler], Handler]:
    def note(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return note


def answer(value: Any, status: int = 200) -> Response:
    """A value as JSON."""
    body = wire.encode(value)
    return Response(status, [("content-type", "application/json"), ("content-length", str(len(body)))], body)


def _events(call: Call, work: Callable[[Emit], Awaitable[Any]]) -> Response:
    """Events of the work; what goes wrong is an event too."""
    desk, request = call.desk, call.request

    async def run(emit: Emit) -> None:
        try:
            await work(emit)
        except Exception as error:  # noqa: BLE001 - the status is sent already: the error becomes an event
            await emit("error", desk.explain(error, request, call.route).to_dict(request.request_id))

    stream = EventStream(Relay(run), on_end=lambda: desk.drop(stream))
    desk.keep(stream)
    headers = [("content-type", f"{MEDIA_TYPE}; charset=utf-8"), ("x-accel-buffering", "no")]
    return Response(200, headers, stream)


@_handles("chatbot")
async def _chatbot(call: Call) -> Response:
    desk = call.desk
    user = await desk.user_of(call.request)
    if call.wants_events:
        return _events(call, lambda emit: turns.talk_events(desk.chatbot, call.body, user, emit))
    started = time.perf_counter()
    found = await turns.talk(desk.chatbot, call.body, user)
    return answer({**found, "response_time": time.perf_counter() - started})


@_handles("chat")
async def _chat(call: Call) -> Response:
    desk = call.desk
    user = await desk.user_of(call.request)
    if call.wants_events:
        return _events(call, lambda emit: turns.chat_events(desk.assistant, call.body, user, emit))
    return answer(await turns.chat(desk.assistant, call.body, user))


@_handles("transcript")
async def _transcript(call: Call) -> Response:
    session_id = Identifier().check("session_id", call.rest)
    user = await call.desk.user_of(call.request)
    messages = await call.desk.assistant.messages(session_id, user=user)
    if not messages:
        raise ProblemError(404, "not-found", "there is no such session")
    return answer(answers.transcript(session_id, messages))


@_handles("forget")
async def _forget(call: Call) -> Response:
    session_id = Identifier().check("session_id", call.rest)
    await call.desk.assistant.forget(session_id, user=await call.desk.user_of(call.request))
    return Response(204)


@_handles("socket")
async def _socket(call: Call) -> Response:
    if (call.request.header("upgrade") or "").lower() != "websocket":
        raise ProblemError(
            426, "websocket", "this path speaks WebSocket", headers={"upgrade": "websocket", "connection": "upgrade"}
        )
    return Response(101)


@_handles("health")
async def _health(call: Call) -> Response:
    return await _health_answer(call, {})


@_handles("services")
async def _services(call: Call) -> Response:
    figures = {"services": to_jsonable(call.desk.figures())} if "probe" not in call.query else {}
    return await _health_answer(call, figures)


async def _health_answer(call: Call, more: dict[str, Any]) -> Response:
    desk, started = call.desk, time.perf_counter()
    probe = call.query.get("probe")
    if probe == "live":
        facts = {"status": "pass", "checks": {}, "system": {"uptime": desk.system.uptime}}
        return answer({**facts, "response_time": time.perf_counter() - started})
    if (probe == "startup" and not desk.warm) or (probe == "ready" and desk.draining):
        facts = {"status": "fail", "checks": {}, "system": {"uptime": desk.system.uptime}}
        return answer({**facts, "response_time": time.perf_counter() - started}, 503)
    report = await desk.board.look()
    system = await desk.system.facts()
    found = answers.health(report, system, time.perf_counter() - started)
    return answer({**found, **more}, 503 if report.status == "fail" else 200)


@_handles("history")
async def _history(call: Call) -> Response:
    return answer(answers.history(tuple(call.desk.board.history)))


@_handles("external")
async def _external(call: Call) -> Response:
    desk, started = call.desk, time.perf_counter()
    services = dict(desk.settings.services)
    wanted = call.query.get("service")
    if wanted is not None:
        if wanted not in services:
            raise ProblemError(404, "no-service", "no service of this name is configured", field="service")
        services = {wanted: services[wanted]}
    http = desk.http
    checks = await asyncio.gather(*(http.check(url, name=name) for name, url in services.items()))
    found = {
        check.name: {
            "status": check.status,
            "status_code": _status_code(check.note),
            "response_time": check.elapsed,
        }
        for check in checks
    }
    return answer({"services": found, "response_time": time.perf_counter() - started})


def _status_code(note: str) -> int | None:
    """The HTTP status that a check noted, None when there was none."""
    return next((int(word) for word in note.replace(",", " ").split() if len(word) == 3 and word.isdigit()), None)


@_handles("performance")
async def _performance(call: Call) -> Response:
    desk = call.desk
    if desk.testing:
        raise ProblemError(409, "test-running", "a performance test is running; one at a time")
    requests = call.body.get("requests", 3)
    concurrency = min(requests, call.body.get("concurrency", requests))
    delay = performance.bounded_delay(requests, call.body.get("delay", 0.2))
    desk.testing = True
    try:
        return answer(await performance.measure(requests=requests, concurrency=concurrency, delay=delay))
    finally:
        desk.testing = False


@_handles("caches")
async def _caches(call: Call) -> Response:
    return answer({"caches": call.desk.cache_facts()})


@_handles("clear")
async def _clear(call: Call) -> Response:
    desk = call.desk
    wanted = call.body.get("cache")
    known = desk.caches()
    if wanted is not None and wanted not in known:
        raise invalid("cache", "there is no such cache here")
    cleared = 0
    for name, part in known.items():
        if wanted in {None, name}:
            cleared += int(await part.clear_cache())
    return answer({"cleared": cleared})


@_handles("metrics")
async def _metrics(call: Call) -> Response:
    with contextlib.suppress(ImportError):
        await import_in_thread("prometheus_client")
    body = call.desk.metrics.text()
    if body is None:
        raise ProblemError(404, "no-metrics", "metrics need the web extra: pip install 'asyncassist[web]'")
    headers = [("content-type", "text/plain; version=0.0.4; charset=utf-8"), ("content-length", str(len(body)))]
    return Response(200, headers, body)


@_handles("openapi")
async def _openapi(call: Call) -> Response:
    # The first time it reads the disk and walks through Unicode.
    return answer(await asyncio.to_thread(call.desk.openapi))


@_handles("page")
async def _page(call: Call) -> Response:
    return await _file(call, "index.html")


@_handles("asset")
async def _asset(call: Call) -> Response:
    return await _file(call, call.rest)


async def _file(call: Call, name: str) -> Response:
    files = await load()
    found = files.get(name)
    if found is None:
        raise ProblemError(404, "no-route", "nothing is served at this path")
    headers = [("etag", found.etag), *PAGE_HEADERS]
    if call.request.header("if-none-match") == found.etag:
        return Response(304, headers)
    return Response(
        200, [("content-type", found.media_type), ("content-length", str(len(found.body))), *headers], found.body
    )
