"""Dispatch one request to its route and turn errors into problem documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import quote, urlencode

from asyncassist.web import strict_json
from asyncassist.web.access_control import API_POLICY, SAFE_METHODS, SECURITY_HEADERS
from asyncassist.web.components import assistant_from_env
from asyncassist.web.context import ServiceContext
from asyncassist.web.disconnect import ClientDisconnectedError, cancel_on_disconnect
from asyncassist.web.http import CLIENT_CLOSED_REQUEST, Response
from asyncassist.web.problem import MEDIA_TYPE, ProblemError
from asyncassist.web.request_body import read_fields
from asyncassist.web.request_schema import check_query
from asyncassist.web.route import allowed_methods
from asyncassist.web.routes import build_routes
from asyncassist.web.routes.monitoring import BOARD_DATA_PATH
from asyncassist.web.routes.route_context import RouteContext
from asyncassist.web.settings import WebSettings
from asyncassist.web.websocket import Conversation, serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from asyncassist._chat import Tool
    from asyncassist.web.context import OnError, RequestRecord, UserResolver
    from asyncassist.web.http import Request
    from asyncassist.web.route import Route

_API_HEADERS = (*SECURITY_HEADERS, ("content-security-policy", API_POLICY), ("cache-control", "no-store"))


class Service(ServiceContext):
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

    def _build_routes(self) -> tuple[Route, ...]:
        return build_routes(self.settings)

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
