"""Handlers of the routes; each gets a request that has been validated."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._lifecycle import import_in_thread
from asyncassist._places import load_places
from asyncassist._types import to_jsonable
from asyncassist.languages.registry import LANGUAGES
from asyncassist.web import chat_turns, performance, serializers, strict_json
from asyncassist.web.handshake import check_handshake
from asyncassist.web.header_fields import matches_etag, quality
from asyncassist.web.http import Response
from asyncassist.web.problem import ProblemError, invalid_field
from asyncassist.web.request_schema import IdentifierType
from asyncassist.web.sse import MEDIA_TYPE, STREAM_HEADERS, EventQueue, EventStream

if TYPE_CHECKING:
    from asyncassist.web.context import ServiceContext
    from asyncassist.web.http import Request
    from asyncassist.web.page import PageFile
    from asyncassist.web.routes import Route

    Emit = Callable[[str, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteContext:
    """Validated request, as a handler gets it.

    Attributes:
        service: Context that all routes share.
        request: The request.
        route: Route that matched.
        path_param: Value of the path's `{name}`, "" if the path has none.
        query: Validated query parameters.
        body: Validated fields of the body.
    """

    service: ServiceContext
    request: Request
    route: Route
    path_param: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def wants_events(self) -> bool:
        """Return whether the client asks for server-sent events in the body, or prefers them to JSON by `Accept`."""
        if self.body.get("stream"):
            return True
        accept = self.request.header("accept")
        return accept is not None and quality(accept, MEDIA_TYPE) > quality(accept, "application/json")


Handler = Callable[[RouteContext], Awaitable[Response]]
HANDLERS: dict[str, Handler] = {}


def _register(name: str) -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return add


def json_response(value: Any, status: int = 200) -> Response:
    """Return a response with the value as JSON."""
    body = strict_json.encode(value)
    return Response(status, [("content-type", "application/json"), ("content-length", str(len(body)))], body)


def _event_stream(context: RouteContext, work: Callable[[Emit], Awaitable[Any]]) -> Response:
    """Return a response that streams the events of the work; an error becomes its last event."""
    service, request = context.service, context.request

    async def run(emit: Emit) -> None:
        try:
            await work(emit)
        except Exception as error:  # noqa: BLE001 - the status is sent already: the error becomes an event
            await emit("error", service.to_problem(error, request, context.route).to_dict(request.request_id))

    return Response(200, STREAM_HEADERS, EventStream(EventQueue(run), active=service.active_streams))


@_register("chatbot")
async def _chatbot(context: RouteContext) -> Response:
    service, queue = context.service, context.service.conversation_queue
    user = await service.resolve_user(context.request)
    if context.wants_events:
        return _event_stream(
            context, lambda emit: chat_turns.chatbot_turn_events(service.chatbot, queue, context.body, user, emit)
        )
    started = time.perf_counter()
    found = await chat_turns.chatbot_turn(service.chatbot, queue, context.body, user)
    return json_response({**found, "response_time": time.perf_counter() - started})


@_register("chat")
async def _chat(context: RouteContext) -> Response:
    service, queue = context.service, context.service.conversation_queue
    user = await service.resolve_user(context.request)
    language = chat_turns.requested_language(context.request)
    if context.wants_events:
        return _event_stream(
            context,
            lambda emit: chat_turns.chat_turn_events(
                service.assistant, queue, context.body, user, emit, language=language
            ),
        )
    return json_response(await chat_turns.chat_turn(service.assistant, queue, context.body, user, language=language))


@_register("transcript")
async def _transcript(context: RouteContext) -> Response:
    session_id = IdentifierType().check("session_id", context.path_param)
    user = await context.service.resolve_user(context.request)
    known = chat_turns.is_session_id(session_id)
    messages = await context.service.assistant.messages(session_id, user=user) if known else []
    if not messages:
        raise ProblemError(404, "not-found", "there is no such session")
    await load_places()
    return json_response(serializers.transcript(session_id, messages))


@_register("forget")
async def _forget(context: RouteContext) -> Response:
    session_id = IdentifierType().check("session_id", context.path_param)
    user = await context.service.resolve_user(context.request)
    if chat_turns.is_session_id(session_id):
        await context.service.assistant.forget(session_id, user=user)
    return Response(204)


@_register("socket")
async def _socket(context: RouteContext) -> Response:
    if (context.request.header("upgrade") or "").lower() != "websocket":
        raise ProblemError(
            426,
            "websocket",
            "this path requires a WebSocket upgrade",
            headers={"upgrade": "websocket", "connection": "upgrade"},
        )
    if not context.request.is_handshake_checked:
        check_handshake(context.request)
        # On a WSGI server, an open socket holds a thread. `converse` takes the slot, so that none is lost before it.
        context.service.socket_slots.check(context.service.client_key(context.request))
    return Response(101)


@_register("health")
async def _health(context: RouteContext) -> Response:
    return await _health_response(context, {})


@_register("services")
async def _services(context: RouteContext) -> Response:
    stats = {"services": to_jsonable(context.service.stats())} if "probe" not in context.query else {}
    return await _health_response(context, stats)


async def _health_response(context: RouteContext, extra: dict[str, Any]) -> Response:
    service, started = context.service, time.perf_counter()
    probe = context.query.get("probe")
    if probe == "live":
        facts = {"status": "pass", "checks": {}, "system": {"uptime": service.system.uptime}}
        return json_response({**facts, "response_time": time.perf_counter() - started})
    if (probe == "startup" and not service.warm) or (probe == "ready" and service.draining):
        facts = {"status": "fail", "checks": {}, "system": {"uptime": service.system.uptime}}
        return json_response({**facts, "response_time": time.perf_counter() - started}, 503)
    report = await service.health_checker.run()
    system = await service.system.snapshot()
    found = {**serializers.health(report, system, time.perf_counter() - started), **extra}
    shown = found if service.is_admin(context.request) else serializers.public_health(found)
    return json_response(shown, 503 if report.status == "fail" else 200)


@_register("history")
async def _history(context: RouteContext) -> Response:
    return json_response(serializers.history(tuple(context.service.health_checker.history)))


@_register("external")
async def _external(context: RouteContext) -> Response:
    service, started = context.service, time.perf_counter()
    services = dict(service.settings.services)
    wanted = context.query.get("service")
    if wanted is not None:
        if wanted not in services:
            raise ProblemError(404, "no-service", "no service of this name is configured", field="service")
        services = {wanted: services[wanted]}
    checks = await asyncio.gather(*(service.external_checks.check(name) for name in services))
    found = {
        check.name: {
            "status": check.status,
            "status_code": check.status_code,
            "response_time": check.elapsed,
        }
        for check in checks
    }
    return json_response({"services": found, "response_time": time.perf_counter() - started})


@_register("performance")
async def _performance(context: RouteContext) -> Response:
    service = context.service
    if service.performance_test_running:
        raise ProblemError(409, "test-running", "a performance test is running; one at a time")
    requests = context.body.get("requests", 3)
    concurrency = min(requests, context.body.get("concurrency", requests))
    delay = performance.bounded_delay(requests, context.body.get("delay", 0.2))
    service.performance_test_running = True
    try:
        return json_response(await performance.measure(requests=requests, concurrency=concurrency, delay=delay))
    finally:
        service.performance_test_running = False


@_register("caches")
async def _caches(context: RouteContext) -> Response:
    return json_response({"caches": context.service.cache_stats()})


@_register("clear")
async def _clear(context: RouteContext) -> Response:
    service = context.service
    wanted = context.body.get("cache")
    known = service.caches()
    if wanted is not None and wanted not in known:
        raise invalid_field("cache", "there is no such cache")
    cleared = 0
    for name, component in known.items():
        if wanted in {None, name}:
            cleared += int(await component.clear_cache())
    return json_response({"cleared": cleared})


@_register("metrics")
async def _metrics(context: RouteContext) -> Response:
    with contextlib.suppress(ImportError):
        await import_in_thread("prometheus_client")
    body = context.service.metrics.render()
    if body is None:
        raise ProblemError(404, "no-metrics", "metrics need the web extra: pip install 'asyncassist[web]'")
    headers = [("content-type", "text/plain; version=0.0.4; charset=utf-8"), ("content-length", str(len(body)))]
    return Response(200, headers, body)


@_register("openapi")
async def _openapi(context: RouteContext) -> Response:
    # In a thread: the first call reads files and scans all of Unicode.
    return json_response(await asyncio.to_thread(context.service.openapi))


@_register("page")
async def _page(context: RouteContext) -> Response:
    return await _html_page(context, "page")


@_register("board")
async def _board(context: RouteContext) -> Response:
    return await _html_page(context, "board")


async def _html_page(context: RouteContext, name: str) -> Response:
    """Return a page in the reader's language; it is revalidated, so that it always names the current assets."""
    pages = context.service.pages
    await pages.load()
    file = pages.page(name, chat_turns.requested_language(context.request) or LANGUAGES[0])
    return _page_response(context, file, [("cache-control", "no-cache"), ("vary", "accept-encoding, accept-language")])


@_register("asset")
async def _asset(context: RouteContext) -> Response:
    pages = context.service.pages
    await pages.load()
    file = pages.asset(context.path_param)
    if file is None:
        raise ProblemError(404, "no-route", "nothing is served at this path")
    cached = [("cache-control", "public, max-age=31536000, immutable"), ("vary", "accept-encoding")]
    return _page_response(context, file, cached)


def _page_response(context: RouteContext, file: PageFile, headers: list[tuple[str, str]]) -> Response:
    """Return a file in the best content coding that the client accepts, 304 if the client has it."""
    coding, body = file.select(context.request.header("accept-encoding") or "")
    etag = f'"{file.digest}{coding and "-"}{coding}"'
    headers = [("etag", etag), *headers, *context.service.pages.headers]
    if matches_etag(context.request.header("if-none-match") or "", etag):
        return Response(304, headers)
    if coding:
        headers.append(("content-encoding", coding))
    return Response(200, [("content-type", file.media_type), ("content-length", str(len(body))), *headers], body)


@_register("board_data")
async def _board_data(context: RouteContext) -> Response:
    service = context.service
    report = await service.health_checker.run()
    system = await service.system.snapshot()
    health = serializers.health(report, system, 0.0)
    past = serializers.history(tuple(service.health_checker.history))
    found = {
        "health": {**health, "services": to_jsonable(service.stats())},
        "history": past,
        "caches": service.cache_stats(),
    }
    return json_response(found)
