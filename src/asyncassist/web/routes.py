"""What is served: each route declared once, for answering, for refusing, and for the document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import Body, Choice, Field, Flag, Identifier, Number, Text, Whole, Zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.web.settings import WebSettings

CHATBOT, CHAT, TRANSCRIPT, SOCKET = "/api/async/chatbot", "/chat", "/chat/{session_id}", "/ws/chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path.

    Attributes:
        method: HTTP method.
        path: From "/", with at most one `{name}` at its end.
        name: Of the handler, and of the operation in the document.
        about: A line for the document.
        answers: Status and the name of the answer's schema, None for an answer without JSON.
        body: What is sent, None for nothing.
        query: Parameters.
        admin: Whether it needs the admin token.
        streams: Whether it can answer with server-sent events.
        media_type: Of the good answer.
    """

    method: str
    path: str
    name: str
    about: str
    answers: Mapping[int, str | None]
    body: Body | None = None
    query: Mapping[str, Field] = field(default_factory=dict)
    admin: bool = False
    streams: bool = False
    media_type: str = "application/json"

    @property
    def fields(self) -> frozenset[str]:
        """The names of what a caller gives: in the body, in the query and in the path."""
        sent = () if self.body is None else self.body.fields
        return frozenset({*sent, *self.query, self.path.partition("{")[2].rstrip("}")})


def declare(settings: WebSettings) -> tuple[Route, ...]:
    """All routes, with the limits of the settings."""
    message = Field(kind=Text(settings.max_message), about="What the person says.", required=True)
    stream = Field(kind=Flag(), about="Whether to answer with server-sent events, as `Accept` can ask too.")
    probe = Field(
        kind=Choice(("live", "ready", "startup")), about="Ask as an orchestrator does; without it, everything."
    )
    talk = Body(
        {
            "message": message,
            "conversation_id": Field(kind=Identifier(), about="Of the conversation to go on with.", nullable=True),
            "stream": stream,
        }
    )
    chat = Body(
        {
            "message": message,
            "session_id": Field(kind=Identifier(), about="Of the session to go on with.", nullable=True),
            "timezone": Field(kind=Zone(), about="Of the traveller, for words such as today.", nullable=True),
            "stream": stream,
        }
    )
    test = Body(
        {
            "requests": Field(kind=Whole(1, 100), about="How many, 3 unless said."),
            "concurrency": Field(kind=Whole(1, 100), about="How many at once, all unless said."),
            "delay": Field(kind=Number(0.0, 2.1), about="Seconds each takes, 0.2 unless said."),
        }
    )
    names = ("nlp", "flights", "chatbot", "http")
    clear = Body({"cache": Field(kind=Choice(names), about="Which cache; all unless said.", nullable=True)})
    service = {"service": Field(kind=Text(64), about="Look at this one alone.")}
    return (
        Route(
            method="POST", path=CHATBOT, name="chatbot", about="One message to the chatbot.",
            answers={200: "ChatbotReply"}, body=talk, streams=True,
        ),
        Route(
            method="GET", path="/api/async/health", name="health", about="How everything is.",
            answers={200: "Health", 503: "Health"}, query={"probe": probe},
        ),
        Route(
            method="GET", path="/api/async/health/history", name="history", about="How everything was.",
            answers={200: "History"},
        ),
        Route(
            method="GET", path="/api/async/external-check", name="external",
            about="The services that the operator named, looked at now.", answers={200: "External"}, query=service,
        ),
        Route(
            method="POST", path="/api/async/performance-test", name="performance",
            about="Waiting in sequence against waiting at once, on a stub. One at a time.",
            answers={200: "Performance"}, body=test,
        ),
        Route(
            method="GET", path="/api/async/cache-stats", name="caches", about="What the caches did so far.",
            answers={200: "Caches"},
        ),
        Route(
            method="POST", path="/api/async/clear-cache", name="clear", about="Forget kept answers.",
            answers={200: "Cleared"}, body=clear, admin=True,
        ),
        Route(
            method="POST", path=CHAT, name="chat", about="One message to the travel assistant.",
            answers={200: "ChatReply"}, body=chat, streams=True,
        ),
        Route(
            method="GET", path=TRANSCRIPT, name="transcript", about="What was said in a session.",
            answers={200: "Transcript"},
        ),
        Route(
            method="DELETE", path=TRANSCRIPT, name="forget", about="Forget a session, known or not.",
            answers={204: None},
        ),
        Route(
            method="GET", path=SOCKET, name="socket", about="The same conversation over a WebSocket.",
            answers={101: None},
        ),
        Route(
            method="GET", path="/health", name="services", about="How everything is, with each service's figures.",
            answers={200: "Health", 503: "Health"}, query={"probe": probe},
        ),
        Route(
            method="GET", path="/metrics", name="metrics", about="Metrics as Prometheus reads them.",
            answers={200: None}, media_type="text/plain",
        ),
        Route(method="GET", path="/", name="page", about="The page.", answers={200: None}, media_type="text/html"),
        Route(
            method="GET", path="/page/{file}", name="asset", about="A file of the page.",
            answers={200: None, 304: None}, media_type="text/javascript",
        ),
        Route(
            method="GET", path="/openapi.json", name="openapi", about="This document.", answers={200: "Document"},
        ),
    )  # fmt: skip


class Router:
    """Finds the route of a request.

    Args:
        routes: All of them.
    """

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._open: dict[str, dict[str, Route]] = {}
        for route in routes:
            start, brace, _ = route.path.partition("{")
            (self._open if brace else self._exact).setdefault(start, {})[route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, str]:
        """The route, and what stands in place of its `{name}`, "" without one.

        Raises:
            ProblemError: 404 for a path that is not served, 405 for a method that its path does not have.
        """
        methods, rest = self._look(path)
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            raise ProblemError(
                405, "method", "this path has no such method", headers={"allow": ", ".join(allowed(methods))}
            )
        return route, rest

    def methods(self, path: str) -> Mapping[str, Route]:
        """The routes of a path by their methods.

        Raises:
            ProblemError: 404 for a path that is not served.
        """
        return self._look(path)[0]

    def _look(self, path: str) -> tuple[Mapping[str, Route], str]:
        methods = self._exact.get(path)
        rest = ""
        if methods is None:
            start, slash, rest = path.rpartition("/")
            methods = self._open.get(start + slash) if rest else None
        if methods is None:
            raise ProblemError(404, "no-route", "nothing is served at this path")
        return methods, rest


def allowed(methods: Mapping[str, Any]) -> list[str]:
    """The methods of a path, as `Allow` lists them."""
    return sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
