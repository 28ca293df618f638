"""Context that all routes of a service share: components, rate limit, users, metrics, errors, health."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import re
import secrets
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._events import Event, emit, has_listeners
from asyncassist._lifecycle import Resource, cancel_and_wait, open_component
from asyncassist._validation import check_items
from asyncassist.errors import ConfigurationError
from asyncassist.web import json_logging
from asyncassist.web.access_control import AccessControl
from asyncassist.web.capacity import ConversationQueue, SocketSlots
from asyncassist.web.components import COMPONENT_NAMES, embedded_components, wrap_assistant
from asyncassist.web.external_checks import ExternalChecks
from asyncassist.web.health import HealthCheck, HealthChecker
from asyncassist.web.metrics import Metrics
from asyncassist.web.openapi import build_document
from asyncassist.web.page import WebPages
from asyncassist.web.problem import ProblemError, problem_of
from asyncassist.web.process_stats import ProcessMonitor
from asyncassist.web.rate_limit import RateLimiter
from asyncassist.web.route import Router
from asyncassist.web.serializers import cache_stats
from asyncassist.web.settings import WebSettings
from asyncassist.web.turn_log import TurnLog
from asyncassist.web.turn_log.redis import RedisTurnStore
from asyncassist.web.turn_log.sqlite import SQLiteTurnStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence

    from asyncassist._chat import CachedChatbot
    from asyncassist._http import AsyncHandler
    from asyncassist._types import Clock, Health
    from asyncassist.assistant import TravelAssistant
    from asyncassist.web.components import Components
    from asyncassist.web.http import Request
    from asyncassist.web.route import Route
    from asyncassist.web.sse import EventStream
    from asyncassist.web.turn_log.store import TurnStore

    UserResolver = Callable[[Request], Awaitable[str | None] | str | None]
    OnError = Callable[[BaseException, Request], None]

logger = logging.getLogger("asyncassist.web")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# A conversation needs neither flight search nor the shared HTTP handler: their failure is only a warning.
_CRITICAL_COMPONENTS = frozenset({"nlp", "state", "chatbot"})


class RequestRecord:
    """Route, status and rate-limit headers of a request in progress."""

    __slots__ = ("rate_limit_headers", "route", "status")

    def __init__(self) -> None:
        self.route: Route | None = None
        self.status: int = 200
        self.rate_limit_headers: list[tuple[str, str]] = []


class ServiceContext(Resource):
    """Base of `Service` that handlers and conversations work with; `Service` documents the arguments."""

    def __init__(
        self,
        *,
        assistant: TravelAssistant | None = None,
        settings: WebSettings | None = None,
        user: UserResolver | None = None,
        on_error: OnError | None = None,
        checks: Sequence[HealthCheck] = (),
        now: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        for name, hook in (("user", user), ("on_error", on_error)):
            if hook is not None and not callable(hook):
                raise ConfigurationError(name, "must be a function of the request")
        if not isinstance(settings, WebSettings | None):
            raise ConfigurationError("settings", "must be WebSettings or None")
        if assistant is not None and not all(hasattr(assistant, name) for name in ("reply", "chatbot", "http")):
            raise ConfigurationError("assistant", "must be a TravelAssistant or None")
        own_checks = check_items("checks", checks, "HealthCheck", error=ConfigurationError)
        if not all(isinstance(check, HealthCheck) for check in own_checks):
            raise ConfigurationError("checks", "must be a sequence of HealthCheck")
        self._clock = as_clock(now)
        self.settings: WebSettings = settings if settings is not None else WebSettings()
        self.components: Components = embedded_components(now) if assistant is None else wrap_assistant(assistant, now)
        self.assistant: TravelAssistant = self.components.assistant
        self.chatbot: CachedChatbot = self.components.chatbot
        self._take_over(*self.components.owned)
        self._user_resolver = user
        self._on_error = on_error
        self._access_control = AccessControl(self.settings)
        self._rate_limiter = RateLimiter(
            self.settings.rate_limit,
            self.settings.rate_window,
            redis=self.settings.redis,
            now=monotonic(self._clock),
        )
        self.routes: tuple[Route, ...] = self._build_routes()
        self._router = Router(self.routes)
        self.pages: WebPages = WebPages(self.settings)
        self.system: ProcessMonitor = ProcessMonitor()
        self.health_checker: HealthChecker = HealthChecker(
            [*self._component_checks(), *own_checks], clock=self._clock, fresh_for=self.settings.health_fresh
        )
        self.external_checks: ExternalChecks = ExternalChecks(
            dict(self.settings.services), fresh_for=self.settings.health_fresh, now=now
        )
        self.metrics: Metrics = Metrics(
            caches=self.cache_stats, report=lambda: self.health_checker.latest, gauges=self._gauges, quotas=self._quotas
        )
        self.slow_bodies: threading.Semaphore = threading.Semaphore(max(1, self.settings.threads // 4))
        """Bound of the threads that wait for slow bodies, for `Request.from_wsgi`."""
        self.socket_slots: SocketSlots = SocketSlots(self.settings.threads)
        self.turn_log: TurnLog = TurnLog(
            self._turn_store(), cancels=self.settings.on_disconnect == "cancel", now=monotonic(self._clock)
        )
        self.conversation_queue: ConversationQueue = ConversationQueue(self.settings.threads)
        self.performance_test_running = False
        """True while a performance test runs; a second one is rejected."""
        self.warm: bool = False
        """True once the opening of every owned component has been tried."""
        self.draining: bool = False
        """True once the process has been told to end: the readiness probe fails, idle WebSockets are closed."""
        self._warm_up_task: asyncio.Task[None] | None = None
        self.active_streams: set[EventStream] = set()
        """Streams that are being sent; closing the service ends them."""

    @property
    def http(self) -> AsyncHandler:
        """Return the HTTP handler with the connection pool that the components share."""
        return self.components.http

    def _turn_store(self) -> TurnStore | None:
        if self.settings.redis is not None:
            return RedisTurnStore(self.settings.redis)
        return None if self.settings.sqlite is None else SQLiteTurnStore(self.settings.sqlite)

    def _build_routes(self) -> tuple[Route, ...]:
        raise NotImplementedError

    def route(self, name: str) -> Route:
        """Return the route with this name."""
        return next(route for route in self.routes if route.name == name)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document of all routes; it is the same for every adapter."""
        return build_document(self.routes, self.settings)

    # opening and closing

    async def _open(self) -> None:
        await self._own(self._rate_limiter)
        for component in self._taken_over:
            self._own_closable(component)
        self._own_closable(self.health_checker)
        self._own_closable(self.external_checks)
        self._own_closable(self.turn_log)
        self.system.start()
        # In the background: a slow or unavailable dependency must not delay the liveness probe.
        self._warm_up_task = asyncio.get_running_loop().create_task(self._warm_up(), name="asyncassist-warm")

    async def _warm_up(self) -> None:
        for component in self._taken_over:
            try:
                await open_component(component)
            except ConfigurationError as error:
                logger.error("a component did not open at startup: %s", error)  # noqa: TRY400 - says all there is
            except Exception as error:  # noqa: BLE001 - health reports it, and first use retries the opening
                logger.warning("a component did not open at startup (%s)", type(error).__name__)
        self.warm = True

    async def _before_close(self) -> None:
        if self._warm_up_task is not None:
            await cancel_and_wait(self._warm_up_task)
        await self.turn_log.interrupt_all()  # before their streams end, which send the last event
        for stream in list(self.active_streams):
            await stream.aclose()
        await self.system.stop()

    def drain(self) -> None:
        """Fail the readiness probe and close idle WebSockets before the process ends. Callable from any thread."""
        self.draining = True

    # clients and users

    async def enforce_rate_limit(self, request: Request, record: RequestRecord, *, budget: str = "") -> None:
        """Count a request or a WebSocket message against the client's rate limit.

        Args:
            request: The request.
            record: Gets the headers of the rate limit.
            budget: Name of a budget apart from that of the client's other requests.

        Raises:
            ProblemError: 403 when the client's address may not call, 429 when the limit is exceeded.
        """
        client = self._access_control.check_client(request)
        if not self._rate_limiter.limit:
            return
        result = await self._rate_limiter.hit(f"{budget}{client}")
        record.rate_limit_headers = self._rate_limiter.headers(result)
        if not result.allowed:
            wait = max(1, -int(-result.reset // 1))
            raise ProblemError(
                429, "rate-limit", "too many requests; try again later", headers={"retry-after": str(wait)}
            )

    def client_key(self, request: Request) -> str:
        """Return the key under which limits count the client of a request.

        Raises:
            ProblemError: 403 when the client's address may not call.
        """
        return self._access_control.check_client(request)

    def is_admin(self, request: Request) -> bool:
        """Return whether the request has the admin token."""
        return self._access_control.is_admin(request)

    async def resolve_user(self, request: Request) -> str | None:
        """Return the id of the user who sent the request, None for an anonymous request.

        Raises:
            ProblemError: 401 when the function of the application raised `PermissionError`.
        """
        if self._user_resolver is None:
            return None
        try:
            found = self._user_resolver(request)
            return await found if inspect.isawaitable(found) else found
        except PermissionError:
            raise ProblemError(
                401, "unauthorized", "the request is not authorized", headers={"www-authenticate": "Bearer"}
            ) from None

    # errors and request records

    def to_problem(self, error: BaseException, request: Request, route: Route | None) -> ProblemError:
        """Translate an error to a problem; a server error (5xx) is logged by its type and passed to `on_error`."""
        problem = problem_of(error, () if route is None else route.fields)
        if problem.status >= 500 and not problem.is_reported:
            self.metrics.errors += 1
            logger.error("request failed: %s", type(error).__name__, extra={"route": request.path[:100]})
            if self._on_error is not None:
                try:
                    self._on_error(error, request)
                except Exception as hook:  # noqa: BLE001 - application code: the client must still get a response
                    logger.error("on_error itself failed: %s", type(hook).__name__)  # noqa: TRY400 - no stacks in logs
        return problem

    @contextlib.contextmanager
    def track(self, request: Request) -> Generator[RequestRecord]:
        """Assign the request its id, and record its status and duration when it is done."""
        assign_request_id(request)
        token = json_logging.request_id.set(request.request_id)
        record = RequestRecord()
        started = time.perf_counter()
        self.metrics.in_flight += 1
        try:
            yield record
        finally:
            self.metrics.in_flight -= 1
            self._record_request(record, request.method, time.perf_counter() - started)
            json_logging.request_id.reset(token)

    def _record_request(self, record: RequestRecord, method: str, elapsed: float) -> None:
        """Record a finished request. Unknown paths and methods, which clients choose, never become labels."""
        path, known = ("none", "any") if record.route is None else (record.route.path, method)
        self.metrics.observe(path, known, record.status, elapsed)
        if has_listeners():
            facts: dict[str, str | int | float | bool] = {
                "http.request.method": "_OTHER" if record.route is None else method,
                "http.route": path,
                "http.response.status_code": record.status,
            }
            error = str(record.status) if record.status >= 500 else None
            emit(Event(name="http.server.request", elapsed=elapsed, attributes=facts, error=error))
        if logger.isEnabledFor(logging.INFO):
            extra = {"route": path, "method": method[:16], "status": record.status, "elapsed": round(elapsed, 6)}
            logger.info("request", extra=extra)

    # health and statistics

    def _component_checks(self) -> Iterator[HealthCheck]:
        for name in COMPONENT_NAMES:
            yield HealthCheck(
                name=name,
                run=partial(self._check_component, name),
                timeout=self.settings.health_timeout,
                critical=name in _CRITICAL_COMPONENTS,
            )

    async def _check_component(self, name: str) -> Health | bool:
        component = self.components.component(name)
        if component is None:
            # An assistant that builds its own components has them only once it is open.
            await open_component(self.assistant)
            component = self.components.component(name)
        return True if component is None else await component.health()

    def _iter_components(self) -> Iterator[tuple[str, Any]]:
        """Yield name and component of all that exist."""
        for name in COMPONENT_NAMES:
            component = self.components.component(name)
            if component is not None:
                yield name, component

    def cache_stats(self) -> dict[str, dict[str, Any]]:
        """Return the statistics of every cache, by the name of its component."""
        found = ((name, cache_stats(component.stats())) for name, component in self._iter_components())
        return {name: facts for name, facts in found if facts is not None}

    def caches(self) -> dict[str, Any]:
        """Return the components that have a cache, by name."""
        return {name: component for name, component in self._iter_components() if hasattr(component, "clear_cache")}

    def stats(self) -> dict[str, Any]:
        """Return the statistics of each component, by name."""
        return {name: component.stats() for name, component in self._iter_components()}

    def _quotas(self) -> Iterator[tuple[str, str, Mapping[str, float | None]]]:
        """Yield component, origin or model, and numbers of each quota that a service announced."""
        for name, stats in self.stats().items():
            for origin in getattr(stats, "origins", ()):
                if origin.quota_remaining is not None or origin.paced:
                    yield (
                        name,
                        origin.origin,
                        {"requests_remaining": origin.quota_remaining, "waiting": float(origin.paced)},
                    )
            for quota in getattr(stats, "quotas", ()):
                numbers = {
                    "requests_remaining": quota.requests_remaining,
                    "tokens_remaining": quota.tokens_remaining,
                    "waiting": float(quota.waiting),
                    "next_seconds": quota.next_in,
                }
                yield name, quota.model, numbers

    def _gauges(self) -> dict[str, float]:
        return {
            "uptime_seconds": self.system.uptime,
            "cpu_ratio": self.system.cpu(),
            "streams": float(len(self.active_streams)),
            "turns": float(self.turn_log.running),
            "turn_log_degraded": float(bool(self.turn_log.degradation)),
            "rate_limit_degraded": float(bool(self._rate_limiter.degradation)),
        }


def assign_request_id(request: Request) -> None:
    """Assign the request its id: the client's `X-Request-ID` if it is valid, else a random one."""
    if not request.request_id:
        given = request.header("x-request-id")
        request.request_id = given if given is not None and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
