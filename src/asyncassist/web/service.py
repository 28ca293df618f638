"""The web service: one request to its route, errors to problem documents, and what all routes share."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._events import Event, emit, has_listeners
from asyncassist._lifecycle import Resource, cancel_and_wait, open_component
from asyncassist._state import AsyncStateManager
from asyncassist._validation import check_items
from asyncassist.errors import ConfigurationError
from asyncassist.web import json_logging, strict_json
from asyncassist.web.access_control import API_POLICY, SAFE_METHODS, SECURITY_HEADERS, AccessControl
from asyncassist.web.capacity import ConversationQueue, SocketSlots
from asyncassist.web.component_metrics import ComponentStats
from asyncassist.web.components import assistant_from_env, embedded_components, wrap_assistant
from asyncassist.web.disconnect import ClientDisconnectedError, cancel_on_disconnect
from asyncassist.web.external_checks import ExternalChecks
from asyncassist.web.health import HealthCheck, HealthChecker
from asyncassist.web.http import CLIENT_CLOSED_REQUEST, Response, assign_request_id
from asyncassist.web.metrics import Metrics
from asyncassist.web.openapi import build_document
from asyncassist.web.page import WebPages
from asyncassist.web.problem import MEDIA_TYPE, ProblemError, problem_of
from asyncassist.web.process_stats import ProcessMonitor
from asyncassist.web.rate_limit import RateLimiter
from asyncassist.web.request_body import read_fields
from asyncassist.web.request_schema import check_query
from asyncassist.web.route import Router, allowed_methods
from asyncassist.web.routes import build_routes
from asyncassist.web.routes.monitoring import BOARD_DATA_PATH
from asyncassist.web.routes.route_context import RouteContext
from asyncassist.web.settings import WebSettings
from asyncassist.web.turn_log import TurnLog
from asyncassist.web.turn_log.redis import RedisTurnStore
from asyncassist.web.turn_log.sqlite import SQLiteTurnStore
from asyncassist.web.websocket import Conversation, serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence

    from asyncassist._chat import CachedChatbot, Tool
    from asyncassist._http import AsyncHandler
    from asyncassist._types import Clock
    from asyncassist.assistant import TravelAssistant
    from asyncassist.web.components import Components
    from asyncassist.web.http import Request
    from asyncassist.web.route import Route
    from asyncassist.web.sse import EventStream
    from asyncassist.web.turn_log.store import TurnStore

    UserResolver = Callable[[Request], Awaitable[str | None] | str | None]
    OnError = Callable[[BaseException, Request], None]

logger = logging.getLogger("asyncassist.web")

_API_HEADERS = (*SECURITY_HEADERS, ("content-security-policy", API_POLICY), ("cache-control", "no-store"))


class RequestRecord:
    """Route, status and rate-limit headers of a request in progress."""

    __slots__ = ("rate_limit_headers", "route", "status")

    def __init__(self) -> None:
        self.route: Route | None = None
        self.status: int = 200
        self.rate_limit_headers: list[tuple[str, str]] = []


class Service(Resource):
    """Framework-independent HTTP and WebSocket API of a travel assistant.

    Args:
        assistant: Assistant to serve, which the caller closes; None creates an embedded one.
        settings: Limits, access lists, admin token; None means the defaults.
        user: Function, async or not, that returns the user id of a request, None for an anonymous one. When it raises
            `PermissionError`, the response is a 401. It runs in the context of the caller; the session of an
            application's own middleware is in `Request.scope`.
        on_error: Called with every server error (5xx) and its request, for existing alerting.
        checks: Health checks beside those of the components.
        now: The clock, for tests.

    Raises:
        ConfigurationError: `user` or `on_error` is not callable, or two checks have the same name.
    """

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
        self.routes: tuple[Route, ...] = build_routes(self.settings)
        self._router = Router(self.routes)
        self.pages: WebPages = WebPages(self.settings, knows_users=user is not None)
        self.system: ProcessMonitor = ProcessMonitor()
        self.health_checker: HealthChecker = HealthChecker(
            [*self.components.health_checks(self.settings.health_timeout), *own_checks],
            clock=self._clock,
            fresh_for=self.settings.health_fresh,
        )
        self.external_checks: ExternalChecks = ExternalChecks(
            dict(self.settings.services), fresh_for=self.settings.health_fresh, now=now
        )
        self.metrics: Metrics = Metrics(
            caches=self.components.cache_stats,
            report=lambda: self.health_checker.latest,
            gauges=self._gauges,
            stats=self._component_stats,
        )
        self.slow_bodies: threading.Semaphore = threading.Semaphore(max(1, self.settings.threads // 4))
        """Bound of the threads that wait for slow bodies, for `Request.from_wsgi`."""
        self.socket_slots: SocketSlots = SocketSlots(self.settings.threads)
        self.turn_log: TurnLog = TurnLog(
            self._turn_store(), cancels=self.settings.on_disconnect == "cancel", now=monotonic(self._clock)
        )
        if isinstance(self.assistant.state, AsyncStateManager):
            self.assistant.state.on_revoke(self.turn_log.forget_user)
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

    @classmethod
    def from_env(
        cls,
        *,
        user: UserResolver | None = None,
        on_error: OnError | None = None,
        tools: Sequence[Tool | Callable[..., object]] = (),
    ) -> Self:
        """Create a service configured by the environment; with nothing set, it runs embedded and offline.

        Args:
            user: As in the constructor.
            on_error: As in the constructor.
            tools: Functions that the model of the chatbot may call, as in `CachedChatbot`. No decision can be asked
                for over HTTP: a call of one that needs approval waits, and the next message refuses it.

        Raises:
            ConfigurationError: A variable has an invalid value.
        """
        assistant, made = assistant_from_env(tools)
        service = cls(assistant=assistant, settings=WebSettings.from_env(), user=user, on_error=on_error)
        service._take_over(*made)
        return service

    @property
    def http(self) -> AsyncHandler:
        """Return the HTTP handler with the connection pool that the components share."""
        return self.components.http

    def _turn_store(self) -> TurnStore | None:
        if self.settings.redis is not None:
            return RedisTurnStore(self.settings.redis)
        return None if self.settings.sqlite is None else SQLiteTurnStore(self.settings.sqlite)

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
        await self.pages.load()
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

    # requests

    async def handle(self, request: Request) -> Response:
        """Answer a request. Never raises because of the request's content or an upstream failure.

        Args:
            request: The request.

        Returns:
            The response. A body of server-sent events is an async iterator: iterate it, and close it when the client
            disconnects. Status 101 means that the WebSocket may be opened: then call `websocket`. Status 499 means
            that the client has disconnected (see `Request.gone`): send nothing.
        """
        with self.track(request) as record:
            try:
                response = await self._dispatch(request, record)
            except ClientDisconnectedError:
                response = Response(CLIENT_CLOSED_REQUEST)
            except Exception as error:  # noqa: BLE001 - outermost handler: every error becomes a problem document
                response = self._problem_response(error, request, record.route)
            record.status = response.status
            headers = response.headers
            headers.append(("x-request-id", request.request_id))
            headers.extend(record.rate_limit_headers)
            headers.extend(self._access_control.cors_headers(request))
            if request.method == "HEAD":
                response.body = b""
            return response

    async def websocket(
        self,
        request: Request,
        receive: Callable[[], Awaitable[str | bytes | None]],
        send: Callable[[str], Awaitable[None]],
    ) -> None:
        """Serve a conversation over an open WebSocket until the client disconnects.

        Args:
            request: Request of the handshake.
            receive: Returns the next message, None when the socket is closed.
            send: Sends one message.
        """
        conversation = self.conversation(request)
        try:
            await self._ensure_open()
            self._access_control.check_client(request)
            self._access_control.check_host(request)
            self._access_control.check_origin(request)
        except Exception as error:  # noqa: BLE001 - sent to the client like any other error
            problem = self.to_problem(error, request, None)
            await send(strict_json.encode({"event": "error", "problem": problem.to_dict(request.request_id)}).decode())
            return
        await serve(conversation, receive, send)

    def conversation(self, request: Request) -> Conversation:
        """Return the conversation of one WebSocket, for adapters that receive and send themselves."""
        return Conversation(self, request)

    async def _dispatch(self, request: Request, record: RequestRecord) -> Response:
        """Check address, rate limit, host, route, origin, admin token, query, body, in this order; call the handler."""
        if not self._is_open_on_loop:
            await self._ensure_open()
        preflight = request.method == "OPTIONS" and self._access_control.is_preflight(request)
        if preflight or _is_liveness_probe(request) or _is_page(request):
            self._access_control.check_client(request)
        else:
            await self.enforce_rate_limit(request, record, budget="board:" if request.path == BOARD_DATA_PATH else "")
        if not _is_liveness_probe(request):
            self._access_control.check_host(request)
        if preflight:
            return self._preflight_response(request)
        if not request.path and request.method in {"GET", "HEAD"}:
            return _redirect_to_root(request)
        route, path_param = self._router.find(request.method, request.path)
        record.route = route
        if route.name != "socket" and (request.header("upgrade") or "").lower() == "websocket":
            raise ProblemError(404, "no-socket", "this path is not a WebSocket")
        if request.method not in SAFE_METHODS or route.name == "socket":
            self._access_control.check_origin(request)
        if route.admin:
            self._access_control.check_admin(request)
        query = check_query(request.query, route.query) if route.query else {}
        body = {} if route.body is None else await read_fields(request, route.body, self.settings.max_body)
        context = RouteContext(
            service=self, request=request, route=route, path_param=path_param, query=query, body=body
        )
        # The body has been read: all that the connection can report from here on is that the client disconnected.
        response = await cancel_on_disconnect(route.handler(context), request.gone)
        given = {name for name, _ in response.headers}
        if "content-security-policy" not in given:  # the pages have theirs, with all that belongs to it
            response.headers.extend(pair for pair in _API_HEADERS if pair[0] not in given)
        return response

    def _preflight_response(self, request: Request) -> Response:
        """Return the response to a CORS preflight, which has no effects and does not count against the rate limit."""
        methods = self._router.methods(request.path)
        return Response(
            204, [*self._access_control.preflight_headers(request, allowed_methods(methods)), *_API_HEADERS]
        )

    def _problem_response(self, error: BaseException, request: Request, route: Route | None) -> Response:
        problem = self.to_problem(error, request, route)
        # An error before the look-up of the route is told in the form of its protocol too.
        route = route or self._router.methods_or_none(request.path).get(request.method)
        if route is None or route.encode_problem is None:
            body, media_type = strict_json.encode(problem.to_dict(request.request_id)), MEDIA_TYPE
        else:
            body, media_type = strict_json.encode(route.encode_problem(problem)), "application/json"
        headers = [("content-type", media_type), ("content-length", str(len(body)))]
        return Response(problem.status, [*headers, *problem.headers.items(), *_API_HEADERS], body)

    # clients and users

    async def enforce_rate_limit(
        self, request: Request, record: RequestRecord | None = None, *, budget: str = ""
    ) -> None:
        """Count a request or a WebSocket message against the client's rate limit.

        Args:
            request: The request.
            record: Gets the headers of the rate limit; None for a part of a request that has been counted.
            budget: Name of a budget apart from that of the client's other requests.

        Raises:
            ProblemError: 403 when the client's address may not call, 429 when the limit is exceeded.
        """
        client = self._access_control.check_client(request)
        if not self._rate_limiter.limit:
            return
        result = await self._rate_limiter.hit(f"{budget}{client}")
        if record is not None:
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
        self.metrics.problems[problem.code] += 1
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

    def _gauges(self) -> dict[str, float]:
        return {
            "uptime_seconds": self.system.uptime,
            "cpu_ratio": self.system.cpu(),
            "streams": float(len(self.active_streams)),
            "turns": float(self.turn_log.running),
            "turn_log_degraded": float(bool(self.turn_log.degradation)),
            "rate_limit_degraded": float(bool(self._rate_limiter.degradation)),
        }

    def _component_stats(self, problems: Mapping[str, int]) -> ComponentStats:
        return ComponentStats(
            assistant=self.assistant.stats(),
            components=self.components.stats(),
            problems=problems,
            memory=self.system.memory,
            loop_lag=self.system.loop_lag(),
        )


def _redirect_to_root(request: Request) -> Response:
    """Add the slash that the relative links of the page need, when the prefix of a mounted service is requested."""
    # Exactly one slash begins the location: two would be followed by the name of a host.
    query = f"?{urlencode(request.query)}" if request.query else ""
    location = f"/{quote(request.root_path.strip('/'))}/{query}"
    # Some servers demand a type although there is no content.
    headers = [("location", location), ("content-type", "text/plain"), ("content-length", "0")]
    return Response(307, [*headers, *_API_HEADERS])


def _is_page(request: Request) -> bool:
    """Return whether a request is for a page or an asset: sent from memory, it does not count as use of the service."""
    return request.method in {"GET", "HEAD"} and (request.path in {"/", "/board"} or request.path.startswith("/page/"))


def _is_liveness_probe(request: Request) -> bool:
    return ("probe", "live") in request.query and request.path in {"/api/async/health", "/health"}
