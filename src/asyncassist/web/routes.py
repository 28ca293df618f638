"""What is served: each route declared once, for answering, for refusing, and for the document."""

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

CHATBOT_PATH, CHAT_PATH, TRANSCRIPT_PATH, SOCKET_PATH = "/api/async/chatbot", "/chat", "/chat/{session_id}", "/ws/chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path.

    Attributes:
        method: HTTP method.
        path: From "/", with at most one `{name}` at its end.
        name: Of the handler, and of the operation in the document.
        summary: A line for the document.
        responses: Status and the name of the answer's schema, None for an answer without JSON.
        body: What is sent, None for nothing.
        query: Parameters.
        admin: Whether it needs the admin token.
        streams: Whether it can answer with server-sent events.
        media_type: Of the good answer.
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
        """The names of what a caller gives: in the body, in the query and in the path."""
        sent = () if self.body is None else self.body.fields
        return frozenset({*sent, *self.query, self.path.partition("{")[2].rstrip("}")})


def build_routes(settings: WebSettings) -> tuple[Route, ...]:
    """All routes, with the limits of the settings."""
    message = Field(kind=TextType(settings.max_message), summary="What the person says.", required=True)
    stream = Field(kind=BooleanType(), summary="Whether to answer with server-sent events, as `Accept` can ask too.")
    probe = Field(
        kind=ChoiceType(("live", "ready", "startup")), summary="Ask as an orchestrator does; without it, everything."
    )
    chatbot = BodySchema(
        {
            "message": message,
            "conversation_id": Field(
                kind=IdentifierType(), summary="Of the conversation to go on with.", nullable=True
            ),
            "stream": stream,
        }
    )
    chat = BodySchema(
        {
            "message": message,
            "session_id": Field(kind=IdentifierType(), summary="Of the session to go on with.", nullable=True),
            "timezone": Field(kind=TimeZoneType(), summary="Of the traveller, for words such as today.", nullable=True),
            "stream": stream,
        }
    )
    test = BodySchema(
        {
            "requests": Field(kind=IntegerType(1, 100), summary="How many, 3 unless said."),
            "concurrency": Field(kind=IntegerType(1, 100), summary="How many at once, all unless said."),
            "delay": Field(kind=NumberType(0.0, 2.1), summary="Seconds each takes, 0.2 unless said."),
        }
    )
    names = ("nlp", "flights", "chatbot", "http")
    clear = BodySchema({"cache": Field(kind=ChoiceType(names), summary="Which cache; all unless said.", nullable=True)})
    service = {"service": Field(kind=TextType(64), summary="Look at this one alone.")}
    return (
        Route(
            method="POST", path=CHATBOT_PATH, name="chatbot", summary="One message to the chatbot.",
            responses={200: "ChatbotReply"}, body=chatbot, streams=True,
        ),
        Route(
            method="GET", path="/api/async/health", name="health", summary="How everything is.",
            responses={200: "Health", 503: "Health"}, query={"probe": probe},
        ),
        Route(
            method="GET", path="/api/async/health/history", name="history", summary="How everything was.",
            responses={200: "History"},
        ),
        Route(
            method="GET", path="/api/async/external-check", name="external",
            summary="The services that the operator named, looked at now.", responses={200: "External"}, query=service,
        ),
        Route(
            method="POST", path="/api/async/performance-test", name="performance",
            summary="Waiting in sequence against waiting at once, on a stub. One at a time.",
            responses={200: "Performance"}, body=test,
        ),
        Route(
            method="GET", path="/api/async/cache-stats", name="caches", summary="What the caches did so far.",
            responses={200: "Caches"},
        ),
        Route(
            method="POST", path="/api/async/clear-cache", name="clear", summary="Forget kept answers.",
            responses={200: "Cleared"}, body=clear, admin=True,
        ),
        Route(
            method="POST", path=CHAT_PATH, name="chat", summary="One message to the travel assistant.",
            responses={200: "ChatReply"}, body=chat, streams=True,
        ),
        Route(
            method="GET", path=TRANSCRIPT_PATH, name="transcript", summary="What was said in a session.",
            responses={200: "Transcript"},
        ),
        Route(
            method="DELETE", path=TRANSCRIPT_PATH, name="forget", summary="Forget a session, known or not.",
            responses={204: None},
        ),
        Route(
            method="GET", path=SOCKET_PATH, name="socket", summary="The same conversation over a WebSocket.",
            responses={101: None},
        ),
        Route(
            method="GET", path="/health", name="services", summary="How everything is, with each service's figures.",
            responses={200: "Health", 503: "Health"}, query={"probe": probe},
        ),
        Route(
            method="GET", path="/metrics", name="metrics", summary="Metrics as Prometheus reads them.",
            responses={200: None}, media_type="text/plain",
        ),
        Route(method="GET", path="/", name="page", summary="The page.", responses={200: None}, media_type="text/html"),
        Route(
            method="GET", path="/page/{file}", name="asset", summary="A file of the page.",
            responses={200: None, 304: None}, media_type="text/javascript",
        ),
        Route(
            method="GET", path="/openapi.json", name="openapi", summary="This document.", responses={200: "Document"},
        ),
    )  # fmt: skip


class Router:
    """Finds the route of a request.

    Args:
        routes: All of them.
    """

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._prefixes: dict[str, dict[str, Route]] = {}
        for route in routes:
            start, brace, _ = route.path.partition("{")
            (self._prefixes if brace else self._exact).setdefault(start, {})[route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, str]:
        """The route, and what stands in place of its `{name}`, "" without one.

        Raises:
            ProblemError: 404 for a path that is not served, 405 for a method that its path does not have.
        """
        methods, path_param = self._match(path)
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            raise ProblemError(
                405, "method", "this path has no such method", headers={"allow": ", ".join(allowed_methods(methods))}
            )
        return route, path_param

    def methods(self, path: str) -> Mapping[str, Route]:
        """The routes of a path by their methods.

        Raises:
            ProblemError: 404 for a path that is not served.
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
    """The methods of a path, as `Allow` lists them."""
    return sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
