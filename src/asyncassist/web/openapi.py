"""Generate the OpenAPI 3.1 document from the routes that are served, so that both agree."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from asyncassist.web.page import WebPages
from asyncassist.web.problem import MEDIA_TYPE
from asyncassist.web.request_schema import ID_PATTERN
from asyncassist.web.response_schemas import EVENT_SCHEMA, RESPONSE_SCHEMAS
from asyncassist.web.routes import SOCKET_PATH
from asyncassist.web.sse import MEDIA_TYPE as EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.web.routes import Route
    from asyncassist.web.settings import WebSettings

_BODY_ERRORS = (400, 408, 413, 415, 422)
_WRITE_ERRORS = {"chatbot": (409, 502, 503), "chat": (409, 502, 503), "performance": (409, 503), "clear": (401, 503)}
_READ_ERRORS = {
    "transcript": (404, 422, 503),
    "forget": (422, 503),
    "external": (404, 422),
    "health": (422,),
    "services": (422,),
    "metrics": (404,),
    "asset": (404,),
    "board_data": (401,),
}
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
    for route in routes:
        if route.name == "socket":
            continue  # OpenAPI has no WebSockets: it is described under x-websockets
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
        "x-websockets": {SOCKET_PATH: _socket_description(routes)},
        "components": {
            "schemas": RESPONSE_SCHEMAS,
            "securitySchemes": {"admin": {"type": "http", "scheme": "bearer", "description": "The admin token."}},
            "headers": headers,
        },
    }


def _socket_description(routes: Sequence[Route]) -> dict[str, Any]:
    """Describe the messages that a client sends and receives over the WebSocket."""
    sent = next(route.body for route in routes if route.name == "chat" and route.body is not None)
    received = {
        "type": "object",
        "properties": {"event": {"type": "string", "enum": ["delta", "offer", "done", "error"]}},
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
    if "{session_id}" in route.path:
        parameters.append(_path_parameter("session_id", {"type": "string", "pattern": ID_PATTERN}))
    if "{file}" in route.path:
        parameters.append(_path_parameter("file", {"type": "string", "enum": WebPages(settings).asset_names()}))
    if parameters:
        found["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": route.body.schema()}}
        found["requestBody"] = {"required": route.body.required, "content": content}
    if route.admin:
        found["security"] = [{"admin": []}]
    return found


def _path_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _responses(route: Route, settings: WebSettings) -> dict[str, Any]:
    headers = ["X-Request-ID", *(_CORS_HEADERS if settings.trusted_origins else ())]
    found: dict[str, Any] = {}
    for status, schema_name in route.responses.items():
        found[str(status)] = _response(status, _content(route, status, schema_name), headers)
    error_statuses = {403, *((429,) if settings.rate_limit else ()), *(_BODY_ERRORS if route.body is not None else ())}
    error_statuses |= set(_WRITE_ERRORS.get(route.name, ())) | set(_READ_ERRORS.get(route.name, ()))
    for status in sorted(error_statuses):
        if str(status) not in found:
            found[str(status)] = _response(status, _json_content("Problem", MEDIA_TYPE), headers)
    return found


def _response(status: int, content: dict[str, Any], headers: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
    }
    return {**found, "content": content} if content else found


def _content(route: Route, status: int, schema_name: str | None) -> dict[str, Any]:
    if schema_name is None:
        if status != 200:
            return {}
        is_asset = route.name == "asset"
        media_types = ("text/javascript", "text/css", "image/svg+xml") if is_asset else (route.media_type,)
        texts: dict[str, Any] = {media_type: {"schema": {"type": "string"}} for media_type in media_types}
        return {**texts, "application/json": {"schema": {"type": "object"}}} if is_asset else texts
    content = _json_content(schema_name, route.media_type)
    if route.streams:
        content[EVENTS] = {"schema": EVENT_SCHEMA}
    return content


def _json_content(schema_name: str, media_type: str) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{schema_name}"}}}
