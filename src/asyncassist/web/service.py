"""The street side of the building: one request in, one response out, whatever framework carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from asyncassist.web import routes, strict_json
from asyncassist.web.access_control import API_POLICY, SAFE_METHODS, SECURITY_HEADERS
from asyncassist.web.components import assistant_from_env
from asyncassist.web.context import ServiceContext
from asyncassist.web.disconnect import ClientDisconnectedError, cancel_on_disconnect
from asyncassist.web.handlers import HANDLERS, RouteContext
from asyncassist.web.http import CLIENT_CLOSED_REQUEST, Response
from asyncassist.web.problem import MEDIA_TYPE, ProblemError
from asyncassist.web.request_body import read_fields
from asyncassist.web.request_schema import check_query
from asyncassist.web.settings import WebSettings
from asyncassist.web.websocket import Conversation, serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncassist.web.context import OnError, RequestRecord, UserResolver
    from asyncassist.web.http import Request
    from asyncassist.web.routes import Route

_API_HEADERS = (*SECURITY_HEADERS, ("content-security-policy", API_POLICY), ("cache-control", "no-store"))


class Service(ServiceContext):
    """Answers the documented routes for any framework.

    Args:
        assistant: An assistant of yours; None: an embedded one of ours.
        settings: Limits, lists, token; None: the defaults.
        user: Who is calling: a function, async or not, from the request to an id of the user, None for nobody.
        on_error: Told of every error of ours (a 5xx), with the request, so that existing alerting hears of it.
        checks: More to look at in health.
        now: The clock, for tests.
    """

    @classmethod
    def from_env(cls, *, user: UserResolver | None = None, on_error: OnError | None = None) -> Self:
        """A service by the environment; with nothing set, all of it runs embedded and offline."""
        assistant, made = assistant_from_env()
        service = cls(assistant=assistant, settings=WebSettings.from_env(), user=user, on_error=on_error)
        service._take_over(*made)
        return service

    async def handle(self, request: Request) -> Response:
        """Answer a request. Never raises for what a request contains or what happens behind.

        Returns:
            The response. Its body is an async iterator for server-sent events: iterate it, and close it when the
            client leaves. Status 101 stands for a WebSocket that may be opened: then call `websocket`. Status 499
            says that the client left (see `Request.gone`): there is nobody to send it to.
        """
        with self.track(request) as record:
            try:
                response = await self._dispatch(request, record)
            except ClientDisconnectedError:
                response = Response(CLIENT_CLOSED_REQUEST)
            except Exception as error:  # noqa: BLE001 - the last line: nothing leaves but a problem document
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
        """Hold a conversation over an open WebSocket, until its client leaves.

        Args:
            request: The handshake.
            receive: The next message, None when the socket is closed.
            send: Sends one message.
        """
        conversation = self.conversation(request)
        try:
            await self._ensure_open()
            self._access_control.check_client(request)
            self._access_control.check_origin(request)
        except Exception as error:  # noqa: BLE001 - told to the client like any other
            problem = self.to_problem(error, request, None)
            await send(strict_json.encode({"event": "error", "problem": problem.to_dict(request.request_id)}).decode())
            return
        await serve(conversation, receive, send)

    def conversation(self, request: Request) -> Conversation:
        """A conversation of one WebSocket, for adapters that take turns themselves."""
        return Conversation(self, request)

    async def _dispatch(self, request: Request, record: RequestRecord) -> Response:
        """The way of a request: who, how often, where to, from where, with what, and then the work."""
        if not self._is_open_on_loop:
            await self._ensure_open()
        preflight = request.method == "OPTIONS" and self._access_control.is_preflight(request)
        if preflight or _is_liveness_probe(request):
            self._access_control.check_client(request)
        else:
            await self.enforce_rate_limit(request, record)
        if preflight:
            return self._preflight_response(request)
        route, path_param = self._router.find(request.method, request.path)
        record.route = route
        if route.name != "socket" and (request.header("upgrade") or "").lower() == "websocket":
            raise ProblemError(404, "no-socket", "this path is no WebSocket")
        if request.method not in SAFE_METHODS or route.name == "socket":
            self._access_control.check_origin(request)
        if route.admin:
            self._access_control.check_admin(request)
        query = check_query(request.query, route.query) if route.query else {}
        body = {} if route.body is None else await read_fields(request, route.body, self.settings.max_body)
        context = RouteContext(
            service=self, request=request, route=route, path_param=path_param, query=query, body=body
        )
        # The request has been read to its end: from here on its connection tells one thing only.
        response = await cancel_on_disconnect(HANDLERS[route.name](context), request.gone)
        if response.header("cache-control") is None:
            response.headers.extend(_API_HEADERS)
        return response

    def _preflight_response(self, request: Request) -> Response:
        """What a page of a trusted origin may send; asked by browsers, uncounted, and nothing is done."""
        methods = self._router.methods(request.path)
        return Response(
            204, [*self._access_control.preflight_headers(request, routes.allowed_methods(methods)), *_API_HEADERS]
        )

    def _problem_response(self, error: BaseException, request: Request, route: Route | None) -> Response:
        problem = self.to_problem(error, request, route)
        body = strict_json.encode(problem.to_dict(request.request_id))
        headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body)))]
        return Response(problem.status, [*headers, *problem.headers.items(), *_API_HEADERS], body)


def _is_liveness_probe(request: Request) -> bool:
    return ("probe", "live") in request.query and request.path in {"/api/async/health", "/health"}
