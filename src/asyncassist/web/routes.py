"""Routes of the service: each declared once, for dispatch, validation and the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import (
    BodySchema,
    BooleanType,
    ChoiceType,
    Field,
    IdentifierType,
    IntegerType,
    NumberType,
    TextType,
    TimeZoneType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.web.settings import WebSettings

BOARD_DATA_PATH = "/board/data"
CHATBOT_PATH, CHAT_PATH, TRANSCRIPT_PATH, SOCKET_PATH = "/api/async/chatbot", "/chat", "/chat/{session_id}", "/ws/chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path.

    Attributes:
        method: HTTP method.
        path: Path from "/" on, with at most one `{name}`, at its end.
        name: Name of the handler, and operation id in the OpenAPI document.
        summary: Summary in the OpenAPI document.
        responses: Name of the response's schema by status; None for a response without JSON.
        body: Schema of the request body, None if the route reads no body.
        query: Query parameters by name.
        admin: Whether the admin token is required.
        streams: Whether the response can be server-sent events.
        media_type: Media type of the successful response.
    """

    method: str
    path: str
    name: str
    summary: str
    responses: Mapping[int, str | None]
    body: BodySchema | None = None
    query: Mapping[str, Field] = field(default_factory=dict)
    admin: bool = False
    streams: bool = False
    media_type: str = "application/json"

    @property
    def fields(self) -> frozenset[str]:
        """Return the names of the values that a client sends: in the body, the query and the path."""
        sent = () if self.body is None else self.body.fields
        return frozenset({*sent, *self.query, self.path.partition("{")[2].rstrip("}")})


def build_routes(settings: WebSettings) -> tuple[Route, ...]:
    """Build all routes, with the limits of the settings."""
    message = Field(kind=TextType(settings.max_message), summary="Message of the user.", required=True)
    stream = Field(kind=BooleanType(), summary="Stream the response as server-sent events, as with `Accept`.")
    probe = Field(
        kind=ChoiceType(("live", "ready", "startup")), summary="Probe of an orchestrator; without it, all checks run."
    )
    chatbot = BodySchema(
        {
            "message": message,
            "conversation_id": Field(
                kind=IdentifierType(), summary="Conversation to continue; default a new one.", nullable=True
            ),
            "stream": stream,
        }
    )
    chat = BodySchema(
        {
            "message": message,
            "session_id": Field(
                kind=IdentifierType(), summary="Session to continue; default a new one.", nullable=True
            ),
            "timezone": Field(
                kind=TimeZoneType(), summary="Time zone of the traveller, for words such as today.", nullable=True
            ),
            "stream": stream,
        }
    )
    test = BodySchema(
        {
            "requests": Field(kind=IntegerType(1, 100), summary="Number of requests, default 3."),
            "concurrency": Field(kind=IntegerType(1, 100), summary="Concurrent requests, default all."),
            "delay": Field(kind=NumberType(0.0, 2.1), summary="Seconds per request, default 0.2."),
        }
    )
    names = ("nlp", "flights", "chatbot", "http")
    clear = BodySchema({"cache": Field(kind=ChoiceType(names), summary="Cache to clear, default all.", nullable=True)})
    service = {"service": Field(kind=TextType(64), summary="Check only this service.")}
    return (
        Route(
            method="POST", path=CHATBOT_PATH, name="chatbot", summary="Send a message to the chatbot.",
            responses={200: "ChatbotReply"}, body=chatbot, streams=True,
        ),
        Route(
            method="GET", path="/api/async/health", name="health", summary="Check the health of all components.",
            responses={200: "Health", 503: "Health"}, query={"probe": probe},
        ),
        Route(
            method="GET", path="/api/async/health/history", name="history", summary="Return past health reports.",
            responses={200: "History"},
        ),
        Route(
            method="GET", path="/api/async/external-check", name="external",
            summary="Check the configured external services.", responses={200: "External"}, query=service,
        ),
        Route(
            method="POST", path="/api/async/performance-test", name="performance",
            summary="Compare sequential with concurrent requests to a stub server; one test at a time.",
            responses={200: "Performance"}, body=test,
        ),
        Route(
            method="GET", path="/api/async/cache-stats", name="caches", summary="Return the statistics of the caches.",
            responses={200: "Caches"},
        ),
        Route(
            method="POST", path="/api/async/clear-cache", name="clear", summary="Clear one cache or all caches.",
            responses={200: "Cleared"}, body=clear, admin=True,
        ),
        Route(
            method="POST", path=CHAT_PATH, name="chat", summary="Send a message to the travel assistant.",
            responses={200: "ChatReply"}, body=chat, streams=True,
        ),
        Route(
            method="GET", path=TRANSCRIPT_PATH, name="transcript", summary="Return the messages of a session.",
            responses={200: "Transcript"},
        ),
        Route(
            method="DELETE", path=TRANSCRIPT_PATH, name="forget", summary="Delete a session; unknown ids are accepted.",
            responses={204: None},
        ),
        Route(
            method="GET", path=SOCKET_PATH, name="socket", summary="Chat with the travel assistant over a WebSocket.",
            responses={101: None},
        ),
        Route(
            method="GET", path="/health", name="services",
            summary="Check the health of all components and return their statistics.",
            responses={200: "Health", 503: "Health"}, query={"probe": probe},
        ),
        Route(
            method="GET", path="/metrics", name="metrics",
            summary="Return the metrics in the text format of Prometheus.",
            responses={200: None}, media_type="text/plain",
        ),
        Route(
            method="GET", path="/", name="page", summary="Return the web page.",
            responses={200: None}, media_type="text/html",
        ),
        Route(
            method="GET", path="/board", name="board", summary="Return the operators' page, without its data.",
            responses={200: None}, media_type="text/html",
        ),
        Route(
            method="GET", path=BOARD_DATA_PATH, name="board_data",
            summary="Return health, health history, caches and statistics at once, for the operators' page.",
            responses={200: "Board"}, admin=not settings.public_board,
        ),
        Route(
            method="GET", path="/page/{file}", name="asset", summary="Return an asset of the web pages.",
            responses={200: None, 304: None}, media_type="text/javascript",
        ),
        Route(
            method="GET", path="/openapi.json", name="openapi", summary="Return this document.",
            responses={200: "Document"},
        ),
    )  # fmt: skip


class Router:
    """Lookup of routes by method and path.

    Args:
        routes: All routes of the service.
    """

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._prefixes: dict[str, dict[str, Route]] = {}
        for route in routes:
            start, brace, _ = route.path.partition("{")
            (self._prefixes if brace else self._exact).setdefault(start, {})[route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, str]:
        """Return the route of a request, and the value of the path's `{name}` ("" if it has none).

        Raises:
            ProblemError: 404 when the path is not served, 405 when the path does not support the method.
        """
        methods, path_param = self._match(path)
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            raise ProblemError(
                405,
                "method",
                "this path does not support the method",
                headers={"allow": ", ".join(allowed_methods(methods))},
            )
        return route, path_param

    def methods(self, path: str) -> Mapping[str, Route]:
        """Return the routes of a path by method.

        Raises:
            ProblemError: 404 when the path is not served.
        """
        return self._match(path)[0]

    def _match(self, path: str) -> tuple[Mapping[str, Route], str]:
        methods = self._exact.get(path)
        path_param = ""
        if methods is None:
            start, slash, path_param = path.rpartition("/")
            methods = self._prefixes.get(start + slash) if path_param else None
        if methods is None:
            raise ProblemError(404, "no-route", "nothing is served at this path")
        return methods, path_param


def allowed_methods(methods: Mapping[str, Any]) -> list[str]:
    """Return the methods of a path in the order of the `Allow` header; GET includes HEAD."""
    return sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
