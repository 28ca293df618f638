"""Generate the OpenAPI 3.1 document from the routes that are served, so that both agree."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from asyncassist.web.answers import EventName, Problem, StreamEvent
from asyncassist.web.problem import MEDIA_TYPE
from asyncassist.web.sse import MEDIA_TYPE as EVENTS
from asyncassist.web.struct_schema import StructSchema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.web.route import Route
    from asyncassist.web.settings import WebSettings

_BODY_ERRORS = (400, 408, 413, 415, 422)
_HEADERS: dict[str, Any] = {
    "X-Request-ID": {
        "description": "Id of the request: the client's own if it consists of letters, digits, '_' and '-'.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    }
}
# Documented only if the operator trusts other origins.
_CORS_HEADERS: dict[str, Any] = {
    "Access-Control-Allow-Origin": {
        "description": "The request's `Origin` if it is trusted; a preflight (OPTIONS) from there gets a 204.",
        "schema": {"type": "string"},
    },
    "Vary": {"description": "Contains `Origin`.", "schema": {"type": "string"}},
}


def build_document(routes: Sequence[Route], settings: WebSettings) -> dict[str, Any]:
    """Build the OpenAPI document.

    Args:
        routes: All routes of the service.
        settings: Settings that decide which errors and headers are documented.
    """
    paths: dict[str, dict[str, Any]] = {}
    sockets: dict[str, Any] = {}
    for route in routes:
        if 101 in route.responses:  # OpenAPI has no WebSockets
            sockets[route.path] = _socket_description(routes)
            continue
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, settings)
    headers = {**_HEADERS, **(_CORS_HEADERS if settings.trusted_origins else {})}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "asyncassist",
            "version": "1",
            "description": "Travel assistant, chatbot, health and metrics. Errors are problem documents (RFC 9457).",
        },
        "paths": paths,
        "x-websockets": sockets,
        "components": {
            "schemas": response_schemas(routes),
            "securitySchemes": {"admin": {"type": "http", "scheme": "bearer", "description": "The admin token."}},
            "headers": headers,
        },
    }


def response_schemas(routes: Sequence[Route]) -> dict[str, Any]:
    """Return the JSON Schemas of the response bodies of the routes, by name.

    Args:
        routes: All routes of the service.
    """
    kinds = [Problem, StreamEvent, *(kind for route in routes for kind in route.responses.values() if kind is not None)]
    kinds += [route.body.kind for route in routes if isinstance(route.body, StructSchema)]
    _, found = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    for schema in found.values():
        schema.pop("title", None)  # it repeats the name
    return found


def _socket_description(routes: Sequence[Route]) -> dict[str, Any]:
    """Describe the messages that a client sends and receives over the WebSocket."""
    sent = next(route.body for route in routes if route.name == "chat" and route.body is not None)
    received = {
        "type": "object",
        "properties": {"event": {"type": "string", "enum": list(get_args(EventName))}},
        "required": ["event"],
    }
    return {"summary": "Chat with the travel assistant over a WebSocket.", "send": sent.schema(), "receive": received}


def _operation(route: Route, settings: WebSettings) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "responses": _responses(route, settings),
    }
    parameters = [
        {"name": name, "in": "query", "required": False, "description": field.summary, "schema": field.kind.schema()}
        for name, field in route.query.items()
    ]
    if route.path_schema is not None:
        schema = route.path_schema(settings)
        parameters.append({"name": route.path_name, "in": "path", "required": True, "schema": schema})
    if parameters:
        found["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": route.body.schema()}}
        found["requestBody"] = {"required": route.body.required, "content": content}
    if route.admin:
        found["security"] = [{"admin": []}]
    return found


def _responses(route: Route, settings: WebSettings) -> dict[str, Any]:
    headers = ["X-Request-ID", *(_CORS_HEADERS if settings.trusted_origins else ())]
    found: dict[str, Any] = {}
    for status, kind in route.responses.items():
        found[str(status)] = _response(status, _content(route, status, kind), headers)
    error_statuses = {403, *((429,) if settings.rate_limit else ()), *(_BODY_ERRORS if route.body is not None else ())}
    error_statuses.update(route.errors)
    for status in sorted(error_statuses):
        if str(status) not in found:
            found[str(status)] = _response(status, _json_content(Problem, MEDIA_TYPE), headers)
    return found


def _response(status: int, content: dict[str, Any], headers: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
    }
    return {**found, "content": content} if content else found


def _content(route: Route, status: int, kind: Any) -> dict[str, Any]:
    if kind is None:
        return {media_type: {"schema": _untyped(media_type)} for media_type in route.media_types if status == 200}
    if route.media_types:
        return {media_type: {"schema": _reference(kind)} for media_type in route.media_types}
    content = _json_content(kind, "application/json")
    if route.streams:
        content[EVENTS] = {"schema": _reference(StreamEvent)}
    return content


def _untyped(media_type: str) -> dict[str, str]:
    return {"type": "object" if media_type == "application/json" else "string"}


def _json_content(kind: Any, media_type: str) -> dict[str, Any]:
    return {media_type: {"schema": _reference(kind)}}


def _reference(kind: Any) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
