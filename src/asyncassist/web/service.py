"""The street side of the building: one request in, one response out, whatever framework carries them."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import re
import secrets
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from asyncassist._clock import SYSTEM_CLOCK, as_clock, steady
from asyncassist._events import Event, emit, heard
from asyncassist._resource import Resource
from asyncassist.errors import ConfigurationError
from asyncassist.web import logs, routing, wire
from asyncassist.web.answers import cache_facts
from asyncassist.web.conversation import Conversation, serve
from asyncassist.web.defence import API_POLICY, SAFE_METHODS, SECURITY_HEADERS, Doorkeeper
from asyncassist.web.handlers import HANDLERS, Call
from asyncassist.web.health import HealthBoard, HealthCheck
from asyncassist.web.intake import read_fields
from asyncassist.web.limits import Limiter
from asyncassist.web.message import Request, Response
from asyncassist.web.metrics import Metrics
from asyncassist.web.openapi import document
from asyncassist.web.parts import PARTS, around, embedded, of_environment
from asyncassist.web.problem import MEDIA_TYPE, ProblemError, problem_of
from asyncassist.web.schema import check_query
from asyncassist.web.settings import WebSettings
from asyncassist.web.system import System

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence

    from asyncassist._chat import CachedChatbot
    from asyncassist._http import AsyncHandler
    from asyncassist._types import Clock, Health
    from asyncassist.assistant import TravelAssistant
    from asyncassist.web.parts import Rooms
    from asyncassist.web.schema import Body
    from asyncassist.web.sse import EventStream

    User = Callable[[Request], Awaitable[str | None] | str | None]
    OnError = Callable[[BaseException, Request], None]

logger = logging.getLogger("asyncassist.web")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# Without flights or the pooled client a conversation can still be held.
_CRITICAL = frozenset({"nlp", "state", "chatbot"})
_API_HEADERS = (*SECURITY_HEADERS, ("content-security-policy", API_POLICY), ("cache-control", "no-store"))


class Watch:
    """What is noted of one request while it is answered."""

    __slots__ = ("limits", "route", "status")

    def __init__(self) -> None:
        self.route = "none"
        self.status = 200
        self.limits: list[tuple[str, str]] = []


class Service(Resource):
    """Answers the documented routes for any framework.

    Args:
        assistant: An assistant of yours; None: an embedded one of ours.
        settings: Limits, lists, token; None: the defaults.
        user: Who is calling: a function, async or not, from the request to an id of the user, None for nobody.
        on_error: Told of every error of ours (a 5xx), with the request, so that existing alerting hears of it.
        checks: More to look at in health.
        now: The clock, for tests.
    """

    def __init__(
        self,
        *,
        assistant: TravelAssistant | None = None,
        settings: WebSettings | None = None,
        user: User | None = None,
        on_error: OnError | None = None,
        checks: Sequence[HealthCheck] = (),
        now: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        for name, hook in (("user", user), ("on_error", on_error)):
            if hook is not None and not callable(hook):
                raise ConfigurationError(name, "must be a function of the request")
        self._clock = as_clock(now)
        self.settings: WebSettings = settings if settings is not None else WebSettings()
        self.rooms: Rooms = embedded(now) if assistant is None else around(assistant, now)
        self.assistant: TravelAssistant = self.rooms.assistant
        self.chatbot: CachedChatbot = self.rooms.chatbot
        self._user = user
        self._on_error = on_error
        self._door_keeper = Doorkeeper(self.settings)
        self._limiter = Limiter(
            self.settings.rate_limit,
            self.settings.rate_window,
            redis=self.settings.redis,
            now=steady(self._clock),
        )
        routes = routing.declare(self.settings)
        self._router = routing.Router(routes)
        self.chat_body: Body = next(route.body for route in routes if route.name == "chat" and route.body is not None)
        self.system: System = System()
        self.board: HealthBoard = HealthBoard(
            [*self._own_checks(), *checks], clock=self._clock, fresh_for=self.settings.health_fresh
        )
        self.metrics: Metrics = Metrics(caches=self.cache_facts, report=lambda: self.board.latest, facts=self._facts)
        self.testing = False
        """Whether a performance test runs: one at a time."""
        self.warm: bool = False
        """Whether everything that is opened at the start is open."""
        self.draining: bool = False
        """Whether the process is about to end: readiness fails, idle sockets are let go."""
        self._warming: asyncio.Task[None] | None = None
        self._streams: set[EventStream] = set()

    @classmethod
    def from_env(cls, *, user: User | None = None, on_error: OnError | None = None) -> Self:
        """A service by the environment; with nothing set, all of it runs embedded and offline."""
        rooms = of_environment()
        service = cls(assistant=rooms.assistant, settings=WebSettings.from_env(), user=user, on_error=on_error)
        service.rooms = rooms
        service.chatbot = rooms.chatbot
        return service

    @property
    def http(self) -> AsyncHandler:
        """The pooled client that everything of this service shares."""
        return self.rooms.http

    # opening and closing

    async def _open(self) -> None:
        self._own_closable(self._limiter)
        for thing in self.rooms.ours:
            self._own_closable(thing)
        self._own_closable(self.board)
        self.system.start()
        # In the background: a dependency that is slow or down must not keep the liveness probe waiting.
        self._warming = asyncio.get_running_loop().create_task(self._warm(), name="asyncassist-warm")

    async def _warm(self) -> None:
        for thing in self.rooms.ours:
            try:
                await thing.__aenter__()
            except Exception as error:  # noqa: BLE001 - health tells; what fails now is tried again at first use
                logger.warning("a part did not open at the start (%s)", type(error).__name__)
        self.warm = True

    async def _close(self) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait([self._warming])
        for stream in list(self._streams):
            await stream.aclose()
        await self.system.stop()

    def drain(self) -> None:
        """The process was told to end: say so to those who ask, and let idle sockets go. From any thread."""
        self.draining = True

    # what is asked of it

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document of all routes, true of every adapter."""
        return document(routing.declare(self.settings), self.settings)

    async def handle(self, request: Request) -> Response:
        """Answer a request. Never raises for what a request contains or what happens behind.

        Returns:
            The response. Its body is an async iterator for server-sent events: iterate it, and close it when the
            client leaves. Status 101 stands for a WebSocket that may be opened: then call `websocket`.
        """
        with self.watched(request) as watch:
            try:
                response = await self._answer(request, watch)
            except Exception as error:  # noqa: BLE001 - the last line: nothing leaves but a problem document
                response = self._problem(error, request)
            watch.status = response.status
            headers = response.headers
            headers.append(("x-request-id", request.request_id))
            headers.extend(watch.limits)
            if request.method == "HEAD":
                response.body = b""
            return response

    async def websocket(
        self,
        request: Request,
        receive: Callable[[], Awaitable[str | bytes | None]],
        send: Callable[[str], Awaitable[None]],
    ) -> None:
        """Hold a conversation over an open WebSocket, until its client leaves.

        Args:
            request: The handshake.
            receive: The next message, None when the socket is closed.
            send: Sends one message.
        """
        conversation = self.conversation(request)
        try:
            await self._ensure_open()
            self._door_keeper.client(request)
            self._door_keeper.check_origin(request)
        except Exception as error:  # noqa: BLE001 - told to the client like any other
            problem = self.explain(error, request)
            await send(wire.encode({"event": "error", "problem": problem.to_dict(request.request_id)}).decode())
            return
        await serve(conversation, receive, send)

    def conversation(self, request: Request) -> Conversation:
        """A conversation of one WebSocket, for adapters that take turns themselves."""
        if not request.request_id:
            request.request_id = _id_of(request)
        return Conversation(self, request)

    # the way of a request

    async def _answer(self, request: Request, watch: Watch) -> Response:
        if not self._is_here:
            await self._ensure_open()
        client = self._door_keeper.client(request)
        live = request.path in {"/api/async/health", "/health"} and ("probe", "live") in request.query
        if not live and self._limiter.limit:
            await self._count(client, watch)
        route, rest = self._router.find(request.method, request.path)
        watch.route = route.path
        if route.name != "socket" and (request.header("upgrade") or "").lower() == "websocket":
            raise ProblemError(404, "no-socket", "this path is no WebSocket")
        if request.method not in SAFE_METHODS or route.name == "socket":
            self._door_keeper.check_origin(request)
        if route.admin:
            self._door_keeper.check_admin(request)
        query = check_query(request.query, route.query) if route.query else {}
        body = {} if route.body is None else await read_fields(request, route.body, self.settings.max_body)
        call = Call(service=self, request=request, route=route, rest=rest, query=query, body=body)
        response = await HANDLERS[route.name](call)
        if response.header("cache-control") is None:
            response.headers.extend(_API_HEADERS)
        return response

    async def _count(self, client: str, watch: Watch) -> None:
        verdict = await self._limiter.take(client)
        watch.limits = self._limiter.headers(verdict)
        if not verdict.allowed:
            wait = max(1, -int(-verdict.reset // 1))
            raise ProblemError(
                429, "rate-limit", "too many requests; come back later", headers={"retry-after": str(wait)}
            )

    async def admit(self, request: Request) -> None:
        """Count one message of a socket.

        Raises:
            ProblemError: 403 or 429.
        """
        client = self._door_keeper.client(request)
        if self._limiter.limit:
            await self._count(client, Watch())

    async def user_of(self, request: Request) -> str | None:
        """Who is calling, None for nobody."""
        if self._user is None:
            return None
        found = self._user(request)
        return await found if inspect.isawaitable(found) else found

    # when something goes wrong

    def explain(self, error: BaseException, request: Request) -> ProblemError:
        """The problem that an error becomes; an error of ours is logged by its kind and told to `on_error`."""
        problem = problem_of(error)
        if problem.status >= 500:
            self.metrics.errors += 1
            logger.error("request failed: %s", type(error).__name__, extra={"route": request.path[:100]})
            if self._on_error is not None:
                try:
                    self._on_error(error, request)
                except Exception as hook:  # noqa: BLE001 - foreign code: the client must still be answered
                    logger.error("on_error itself failed: %s", type(hook).__name__)  # noqa: TRY400 - no stacks in logs
        return problem

    def _problem(self, error: BaseException, request: Request) -> Response:
        problem = self.explain(error, request)
        body = wire.encode(problem.to_dict(request.request_id))
        headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body)))]
        return Response(problem.status, [*headers, *problem.headers.items(), *_API_HEADERS], body)

    @contextlib.contextmanager
    def watched(self, request: Request) -> Generator[Watch]:
        """Give the request its id, count it and time it."""
        if not request.request_id:
            request.request_id = _id_of(request)
        token = logs.request_id.set(request.request_id)
        watch = Watch()
        started = time.perf_counter()
        self.metrics.in_flight += 1
        try:
            yield watch
        finally:
            self.metrics.in_flight -= 1
            elapsed = time.perf_counter() - started
            self.metrics.observe(watch.route, request.method if watch.route != "none" else "any", watch.status, elapsed)
            if heard():
                emit(_request_event(watch, request.method, elapsed))
            if logger.isEnabledFor(logging.INFO):
                facts = {"route": watch.route, "method": request.method[:16], "status": watch.status}
                logger.info("request", extra={**facts, "elapsed": round(elapsed, 6)})
            logs.request_id.reset(token)

    def keep(self, stream: EventStream) -> None:
        """Note a stream that is being sent, so that closing ends it."""
        self._streams.add(stream)

    def drop(self, stream: EventStream) -> None:
        """It ended."""
        self._streams.discard(stream)

    # figures

    def _own_checks(self) -> Iterator[HealthCheck]:
        for name in PARTS:
            yield HealthCheck(
                name=name,
                run=partial(self._look, name),
                timeout=self.settings.health_timeout,
                critical=name in _CRITICAL,
            )

    async def _look(self, name: str) -> Health | bool:
        part = self.rooms.part(name)
        if part is None:
            # An assistant that makes its own parts has them once it is open.
            await self.assistant.__aenter__()
            part = self.rooms.part(name)
        return True if part is None else await part.health()

    def cache_facts(self) -> dict[str, dict[str, Any]]:
        """The figures of every cache, by the room that has it."""
        found: dict[str, dict[str, Any]] = {}
        for name in PARTS:
            part = self.rooms.part(name)
            facts = None if part is None else cache_facts(part.stats())
            if facts is not None:
                found[name] = facts
        return found

    def caches(self) -> dict[str, Any]:
        """The rooms that keep answers, by name."""
        parts = {name: self.rooms.part(name) for name in PARTS}
        return {name: part for name, part in parts.items() if hasattr(part, "clear_cache")}

    def figures(self) -> dict[str, Any]:
        """What each room counted so far."""
        parts = {name: self.rooms.part(name) for name in PARTS}
        return {name: part.stats() for name, part in parts.items() if part is not None}

    def _facts(self) -> dict[str, float]:
        return {
            "uptime_seconds": self.system.uptime,
            "cpu_ratio": self.system.cpu(),
            "streams": float(len(self._streams)),
            "rate_limit_degraded": float(bool(self._limiter.degradation)),
        }


def _request_event(watch: Watch, method: str, elapsed: float) -> Event:
    facts: dict[str, str | int | float | bool] = {
        "http.request.method": method if watch.route != "none" else "_OTHER",
        "http.route": watch.route,
        "http.response.status_code": watch.status,
    }
    error = str(watch.status) if watch.status >= 500 else None
    return Event(name="http.server.request", elapsed=elapsed, attributes=facts, error=error)


def _id_of(request: Request) -> str:
    given = request.header("x-request-id")
    return given if given is not None and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
