"""Declaration of a route beside its handler, and lookup of routes by method and path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist.web import strict_json
from asyncassist.web.http import Response
from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import BodySchema, Field
from asyncassist.web.settings import WebSettings

if TYPE_CHECKING:
    from asyncassist.web.struct_schema import StructSchema

Handler = Callable[[Any], Awaitable[Response]]
BodyOf = Callable[[WebSettings], BodySchema]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path.

    Attributes:
        method: HTTP method.
        path: Path from "/" on, with at most one `{name}` as a segment.
        name: Operation id in the OpenAPI document.
        summary: Summary in the OpenAPI document.
        handler: Answers the validated request, a `RouteContext`.
        responses: Type of the response body by status, as msgspec reads it; None for a response without JSON.
        errors: Statuses of problem documents, beside those that every route may answer.
        body: Schema of the request body, None if the route reads no body.
        query: Query parameters by name.
        path_schema: Returns the JSON Schema of the path's `{name}` for the settings; it may read the disk.
        admin: Whether the admin token is required.
        streams: Whether the response can be server-sent events.
        media_types: Media types of a successful response that is not JSON.
        encode_problem: Returns the body of an error; None for a problem document.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    responses: Mapping[int, Any]
    errors: tuple[int, ...] = ()
    body: BodySchema | StructSchema | None = None
    query: Mapping[str, Field] = field(default_factory=dict)
    path_schema: Callable[[WebSettings], dict[str, Any]] | None = None
    admin: bool = False
    streams: bool = False
    media_types: tuple[str, ...] = ()
    encode_problem: Callable[[ProblemError], Any] | None = None

    @property
    def fields(self) -> frozenset[str]:
        """Return the names of the values that a client sends: in the body, the query and the path."""
        sent = () if self.body is None else self.body.fields
        return frozenset({*sent, *self.query, self.path_name})

    @property
    def path_name(self) -> str:
        """Return the name in the path's `{name}`, "" if the path has none."""
        return self.path.partition("{")[2].partition("}")[0]


Declaration = Callable[[WebSettings], Route]


class Declarations:
    """Routes of a module, in the order of their declaration."""

    def __init__(self) -> None:
        self._declared: list[Declaration] = []

    def add(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        body: BodyOf | BodySchema | StructSchema | None = None,
        admin: Callable[[WebSettings], bool] | bool = False,
        **facts: Any,
    ) -> Callable[[Handler], Handler]:
        """Declare the route of the decorated handler, whose name is the operation id.

        Args:
            method: As in `Route`.
            path: As in `Route`.
            summary: As in `Route`.
            body: Schema of the request body, or a function that returns it for the settings; None if the route reads
                no body.
            admin: Whether the admin token is required, or a function that returns it for the settings.
            **facts: Further attributes of `Route`.
        """

        def declare(
            handler: Handler,
        ) -> Handler:
            def build(settings: WebSettings) -> Route:
                schema = body(settings) if callable(body) else body
                return Route(
                    method=method, path=path, name=handler.__name__, summary=summary, handler=handler, body=schema,
                    admin=admin(settings) if callable(admin) else admin, **facts,
                )  # fmt: skip

            self._declared.append(build)
            return handler

        return declare

    def build(self, settings: WebSettings) -> list[Route]:
        """Return the routes for the settings."""
        return [build(settings) for build in self._declared]


def json_response(value: Any, status: int = 200) -> Response:
    """Return a response with the value as JSON."""
    body = strict_json.encode(value)
    return Response(status, [("content-type", "application/json"), ("content-length", str(len(body)))], body)


class Router:
    """Lookup of routes by method and path.

    Args:
        routes: All routes of the service.
    """

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._templates: dict[str, dict[str, Route]] = {}
        for route in routes:
            start, brace, end = route.path.partition("{")
            path = f"{start}{{{end[end.index('}') :]}" if brace else start
            (self._templates if brace else self._exact).setdefault(path, {})[route.method] = route
        self._most_segments = max((path.count("/") for path in self._templates), default=0)

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

    def methods_or_none(self, path: str) -> Mapping[str, Route]:
        """Return the routes of a path by method, none if the path is not served."""
        try:
            return self._match(path)[0]
        except ProblemError:
            return {}

    def _match(self, path: str) -> tuple[Mapping[str, Route], str]:
        methods = self._exact.get(path)
        if methods is not None:
            return methods, ""
        if path.count("/") <= self._most_segments:
            segments = path.split("/")
            for index in range(len(segments) - 1, 0, -1):
                methods = self._templates.get("/".join([*segments[:index], "{}", *segments[index + 1 :]]))
                if methods is not None and segments[index]:
                    return methods, segments[index]
        raise ProblemError(404, "no-route", "nothing is served at this path")


def allowed_methods(methods: Mapping[str, Any]) -> list[str]:
    """Return the methods of a path in the order of the `Allow` header; GET includes HEAD."""
    return sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
