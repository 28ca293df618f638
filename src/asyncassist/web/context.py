"""What stands behind every route: the rooms, who is calling, what is counted, and what an error becomes."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import re
import secrets
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._events import Event, emit, has_listeners
from asyncassist._lifecycle import Resource
from asyncassist.errors import ConfigurationError
from asyncassist.web import json_logging as logs
from asyncassist.web import routes as routing
from asyncassist.web.access_control import Doorkeeper
from asyncassist.web.components import PARTS, around, embedded
from asyncassist.web.health import HealthBoard, HealthCheck
from asyncassist.web.metrics import Metrics
from asyncassist.web.openapi import document
from asyncassist.web.problem import ProblemError, problem_of
from asyncassist.web.process_stats import System
from asyncassist.web.rate_limit import Limiter
from asyncassist.web.serializers import cache_facts
from asyncassist.web.settings import WebSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence

    from asyncassist._chat import CachedChatbot
    from asyncassist._http import AsyncHandler
    from asyncassist._types import Clock, Health
    from asyncassist.assistant import TravelAssistant
    from asyncassist.web.components import Rooms
    from asyncassist.web.http import Request
    from asyncassist.web.routes import Route
    from asyncassist.web.sse import EventStream

    User = Callable[[Request], Awaitable[str | None] | str | None]
    OnError = Callable[[BaseException, Request], None]

logger = logging.getLogger("asyncassist.web")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# Without flights or the pooled client a conversation can still be held.
_CRITICAL = frozenset({"nlp", "state", "chatbot"})


class Watch:
    """What is noted of one request while it is answered."""

    __slots__ = ("limits", "route", "status")

    def __init__(self) -> None:
        self.route: Route | None = None
        self.status: int = 200
        self.limits: list[tuple[str, str]] = []


class Desk(Resource):
    """The part of the service that handlers and conversations work with. `Service` tells of the arguments."""

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
            now=monotonic(self._clock),
        )
        self.routes: tuple[Route, ...] = routing.declare(self.settings)
        self._router = routing.Router(self.routes)
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

    @property
    def http(self) -> AsyncHandler:
        """The pooled client that everything of this service shares."""
        return self.rooms.http

    def route(self, name: str) -> Route:
        """The route of this name."""
        return next(route for route in self.routes if route.name == name)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document of all routes, true of every adapter."""
        return document(self.routes, self.settings)

    # opening and closing

    async def _open(self) -> None:
        await self._own(self._limiter)
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

    async def _before_close(self) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait([self._warming])
        for stream in list(self._streams):
            await stream.aclose()
        await self.system.stop()

    def drain(self) -> None:
        """The process was told to end: say so to those who ask, and let idle sockets go. From any thread."""
        self.draining = True

    # who is calling

    async def admit(self, request: Request, watch: Watch) -> None:
        """Count one request, or one message of a socket.

        Raises:
            ProblemError: 403 or 429.
        """
        client = self._door_keeper.client(request)
        if not self._limiter.limit:
            return
        verdict = await self._limiter.take(client)
        watch.limits = self._limiter.headers(verdict)
        if not verdict.allowed:
            wait = max(1, -int(-verdict.reset // 1))
            raise ProblemError(
                429, "rate-limit", "too many requests; come back later", headers={"retry-after": str(wait)}
            )

    async def user_of(self, request: Request) -> str | None:
        """Who is calling, None for nobody."""
        if self._user is None:
            return None
        found = self._user(request)
        return await found if inspect.isawaitable(found) else found

    # what happened

    def explain(self, error: BaseException, request: Request, route: Route | None) -> ProblemError:
        """The problem that an error becomes; an error of ours is logged by its kind and told to `on_error`."""
        problem = problem_of(error, () if route is None else route.fields)
        if problem.status >= 500:
            self.metrics.errors += 1
            logger.error("request failed: %s", type(error).__name__, extra={"route": request.path[:100]})
            if self._on_error is not None:
                try:
                    self._on_error(error, request)
                except Exception as hook:  # noqa: BLE001 - foreign code: the client must still be answered
                    logger.error("on_error itself failed: %s", type(hook).__name__)  # noqa: TRY400 - no stacks in logs
        return problem

    @contextlib.contextmanager
    def watched(self, request: Request) -> Generator[Watch]:
        """Give the request its id, count it and time it."""
        identify(request)
        token = logs.request_id.set(request.request_id)
        watch = Watch()
        started = time.perf_counter()
        self.metrics.in_flight += 1
        try:
            yield watch
        finally:
            self.metrics.in_flight -= 1
            self._note(watch, request.method, time.perf_counter() - started)
            logs.request_id.reset(token)

    def _note(self, watch: Watch, method: str, elapsed: float) -> None:
        """A request was answered. What strangers can make up (paths, methods) never becomes a label."""
        path, known = ("none", "any") if watch.route is None else (watch.route.path, method)
        self.metrics.observe(path, known, watch.status, elapsed)
        if has_listeners():
            facts: dict[str, str | int | float | bool] = {
                "http.request.method": "_OTHER" if watch.route is None else method,
                "http.route": path,
                "http.response.status_code": watch.status,
            }
            error = str(watch.status) if watch.status >= 500 else None
            emit(Event(name="http.server.request", elapsed=elapsed, attributes=facts, error=error))
        if logger.isEnabledFor(logging.INFO):
            extra = {"route": path, "method": method[:16], "status": watch.status, "elapsed": round(elapsed, 6)}
            logger.info("request", extra=extra)

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

    def _parts(self) -> Iterator[tuple[str, Any]]:
        """The rooms that are there, by name."""
        for name in PARTS:
            part = self.rooms.part(name)
            if part is not None:
                yield name, part

    def cache_facts(self) -> dict[str, dict[str, Any]]:
        """The figures of every cache, by the room that has it."""
        found = ((name, cache_facts(part.stats())) for name, part in self._parts())
        return {name: facts for name, facts in found if facts is not None}

    def caches(self) -> dict[str, Any]:
        """The rooms that keep answers, by name."""
        return {name: part for name, part in self._parts() if hasattr(part, "clear_cache")}

    def figures(self) -> dict[str, Any]:
        """What each room counted so far."""
        return {name: part.stats() for name, part in self._parts()}

    def _facts(self) -> dict[str, float]:
        return {
            "uptime_seconds": self.system.uptime,
            "cpu_ratio": self.system.cpu(),
            "streams": float(len(self._streams)),
            "rate_limit_degraded": float(bool(self._limiter.degradation)),
        }


def identify(request: Request) -> None:
    """Give the request its id: the caller's where it is a plain one, else one of ours."""
    if not request.request_id:
        given = request.header("x-request-id")
        request.request_id = given if given is not None and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
