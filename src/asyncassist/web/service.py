"""The street side of the building: one request in, one response out, whatever framework carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from asyncassist.web import routes as routing
from asyncassist.web import strict_json as wire
from asyncassist.web.access_control import API_POLICY, SAFE_METHODS, SECURITY_HEADERS
from asyncassist.web.components import of_environment
from asyncassist.web.context import Desk
from asyncassist.web.disconnect import ClientGoneError, while_here
from asyncassist.web.handlers import HANDLERS, Call
from asyncassist.web.http import CLIENT_GONE, Response
from asyncassist.web.problem import MEDIA_TYPE, ProblemError
from asyncassist.web.request_body import read_fields
from asyncassist.web.request_schema import check_query
from asyncassist.web.settings import WebSettings
from asyncassist.web.websocket import Conversation, serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncassist.web.context import OnError, User, Watch
    from asyncassist.web.http import Request
    from asyncassist.web.routes import Route

_API_HEADERS = (*SECURITY_HEADERS, ("content-security-policy", API_POLICY), ("cache-control", "no-store"))


class Service(Desk):
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
    def from_env(cls, *, user: User | None = None, on_error: OnError | None = None) -> Self:
        """A service by the environment; with nothing set, all of it runs embedded and offline."""
        rooms = of_environment()
        service = cls(assistant=rooms.assistant, settings=WebSettings.from_env(), user=user, on_error=on_error)
        service.rooms = rooms
        service.chatbot = rooms.chatbot
        return service

    async def handle(self, request: Request) -> Response:
        """Answer a request. Never raises for what a request contains or what happens behind.

        Returns:
            The response. Its body is an async iterator for server-sent events: iterate it, and close it when the
            client leaves. Status 101 stands for a WebSocket that may be opened: then call `websocket`. Status 499
            says that the client left (see `Request.gone`): there is nobody to send it to.
        """
        with self.watched(request) as watch:
            try:
                response = await self._answer(request, watch)
            except ClientGoneError:
                response = Response(CLIENT_GONE)
            except Exception as error:  # noqa: BLE001 - the last line: nothing leaves but a problem document
                response = self._problem(error, request, watch.route)
            watch.status = response.status
            headers = response.headers
            headers.append(("x-request-id", request.request_id))
            headers.extend(watch.limits)
            headers.extend(self._door_keeper.cross_origin(request))
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
            problem = self.explain(error, request, None)
            await send(wire.encode({"event": "error", "problem": problem.to_dict(request.request_id)}).decode())
            return
        await serve(conversation, receive, send)

    def conversation(self, request: Request) -> Conversation:
        """A conversation of one WebSocket, for adapters that take turns themselves."""
        return Conversation(self, request)

    async def _answer(self, request: Request, watch: Watch) -> Response:
        """The way of a request: who, how often, where to, from where, with what, and then the work."""
        if not self._is_open_on_loop:
            await self._ensure_open()
        preflight = request.method == "OPTIONS" and self._door_keeper.asks_first(request)
        if preflight or _is_live(request):
            self._door_keeper.client(request)
        else:
            await self.admit(request, watch)
        if preflight:
            return self._preflight(request)
        route, rest = self._router.find(request.method, request.path)
        watch.route = route
        if route.name != "socket" and (request.header("upgrade") or "").lower() == "websocket":
            raise ProblemError(404, "no-socket", "this path is no WebSocket")
        if request.method not in SAFE_METHODS or route.name == "socket":
            self._door_keeper.check_origin(request)
        if route.admin:
            self._door_keeper.check_admin(request)
        query = check_query(request.query, route.query) if route.query else {}
        body = {} if route.body is None else await read_fields(request, route.body, self.settings.max_body)
        call = Call(desk=self, request=request, route=route, rest=rest, query=query, body=body)
        # The request has been read to its end: from here on its connection tells one thing only.
        response = await while_here(HANDLERS[route.name](call), request.gone)
        if response.header("cache-control") is None:
            response.headers.extend(_API_HEADERS)
        return response

    def _preflight(self, request: Request) -> Response:
        """What a page of a trusted origin may send; asked by browsers, uncounted, and nothing is done."""
        methods = self._router.methods(request.path)
        return Response(204, [*self._door_keeper.terms(request, routing.allowed(methods)), *_API_HEADERS])

    def _problem(self, error: BaseException, request: Request, route: Route | None) -> Response:
        problem = self.explain(error, request, route)
        body = wire.encode(problem.to_dict(request.request_id))
        headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body)))]
        return Response(problem.status, [*headers, *problem.headers.items(), *_API_HEADERS], body)


def _is_live(request: Request) -> bool:
    return ("probe", "live") in request.query and request.path in {"/api/async/health", "/health"}
