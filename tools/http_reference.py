"""Writes docs/reference/http.md out of the service's own OpenAPI document: `python -m tools.http_reference`."""

# ruff: noqa: E501 - a sentence of a page is a line
from __future__ import annotations

from pathlib import Path
from typing import Any

from asyncassist.web import Service

_MANY = 50
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "http.md"

_HEAD = """# HTTP API

This page is written by `python -m tools.http_reference` out of the OpenAPI 3.1 document that the service serves at `/openapi.json`; a test holds the one to the other.
FastAPI, Flask and any other framework answer the same, because the same service answers in all of them.

Every answer has `X-Request-ID`: your own, where it is up to 64 letters, digits, `_` and `-`.
With a rate limit there are also `RateLimit-Policy` and `RateLimit`.

```bash
curl -s http://127.0.0.1:8000/chat -H 'content-type: application/json' -d '{"message": "Lisbon to Berlin next Friday"}'
curl -sN http://127.0.0.1:8000/chat -H 'content-type: application/json' -H 'accept: text/event-stream' -d '{"message": "Lisbon to Berlin next Friday"}'
```

## Errors

Errors are problem documents (`application/problem+json`, RFC 9457): `type` is stable, `detail` is for people, `instance` holds the request's id, `field` names what was wrong.

| status | when |
| --- | --- |
| 400 | the body is no JSON that can be read |
| 401 | the admin token is missing or wrong |
| 403 | this address or site may not call; or the admin routes are off |
| 404 | there is no such path, session or service |
| 405 | the path has no such method |
| 408 | the body did not arrive in time |
| 409 | a turn of this conversation, or a performance test, is under way |
| 413 | the body is larger than allowed |
| 415 | the body is not `application/json` |
| 422 | a field is missing, unknown or wrong; `field` names it |
| 429 | too many requests; `Retry-After` says when to come back |
| 502 | something upstream did not do its part |
| 503 | too much at once, or a store is away |

## Streams

A route that streams answers with server-sent events when `Accept` prefers `text/event-stream`, or when the body says `"stream": true`.

| event | data |
| --- | --- |
| `delta` | `{"text": ...}`: a piece of the answer |
| `offer` | one [Offer](#offer), as it arrives (`/chat` alone) |
| `done` | the whole answer, as without a stream |
| `error` | a [Problem](#problem); the stream ends |
"""


def page() -> str:
    """The page."""
    document = Service().openapi()
    parts = [_HEAD, "## Routes\n"]
    for path, methods in document["paths"].items():
        parts.extend(_operation(method.upper(), path, found) for method, found in methods.items())
    for path, found in document["x-websockets"].items():
        parts.append(_socket(path, found))
    parts.append("## Schemas\n")
    parts.extend(_schema(name, schema) for name, schema in document["components"]["schemas"].items())
    return "\n".join(parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [f"### {method} {path}\n", operation["summary"]]
    if operation.get("security"):
        lines.append("Needs `Authorization: Bearer` with the admin token.")
    lines.append("")
    parameters = operation.get("parameters", ())
    if parameters:
        lines += ["| parameter | in | is | meaning |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{found['name']}` | {found['in']} | {_kind(found['schema'])} | {found.get('description', '')} |"
            for found in parameters
        ]
        lines.append("")
    body = operation.get("requestBody")
    if body is not None:
        lines += _body(body["content"]["application/json"]["schema"])
    answers: dict[str, list[str]] = {}
    for status, answer in sorted(operation["responses"].items()):
        answers.setdefault(_content(answer), []).append(status)
    lines += ["| answer | with |", "| --- | --- |"]
    lines += [f"| {', '.join(statuses)} | {content} |" for content, statuses in answers.items()]
    return "\n".join([*lines, ""])


def _body(schema: dict[str, Any]) -> list[str]:
    required = schema.get("required", ())
    lines = ["| field | is | meaning |", "| --- | --- | --- |"]
    for name, field in schema["properties"].items():
        must = ", required" if name in required else ""
        lines.append(f"| `{name}` | {_kind(field)}{must} | {field.get('description', '')} |")
    return [*lines, ""]


def _content(answer: dict[str, Any]) -> str:
    found = [
        _kind(media["schema"]) if media_type.endswith("json") and "$ref" in media["schema"] else f"`{media_type}`"
        for media_type, media in answer.get("content", {}).items()
    ]
    return " or ".join(found) or "nothing"


def _socket(path: str, socket: dict[str, Any]) -> str:
    events = ", ".join(f"`{name}`" for name in socket["receive"]["properties"]["event"]["enum"])
    lines = [f"### WebSocket {path}\n", socket["summary"], "", "Send JSON:", "", *_body(socket["send"])]
    lines.append(f"Receive JSON with `event` ({events}) and the fields of that event; an `error` has `problem`.")
    lines.append("The socket keeps its session. A message that is refused does not close it.")
    return "\n".join([*lines, ""])


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    lines = [f"### {name}\n", "| field | is |", "| --- | --- |"]
    for field, found in schema.get("properties", {}).items():
        lines += _rows(field, found, optional=field not in required)
    return "\n".join([*lines, ""])


def _rows(name: str, schema: dict[str, Any], *, optional: bool) -> list[str]:
    """A field, and the fields of what is inside it."""
    may = ", may be missing" if optional else ""
    unit = f" ({schema['description']})" if "description" in schema else ""
    rows = [f"| `{name}` | {_kind(schema)}{unit}{may} |"]
    inside, path = schema, name
    while "items" in inside or isinstance(inside.get("additionalProperties"), dict):
        path = f"{path}[]" if "items" in inside else f"{path}.*"
        inside = inside.get("items") or inside["additionalProperties"]
    required = inside.get("required", ())
    for field, found in inside.get("properties", {}).items():
        rows += _rows(f"{path}.{field}", found, optional=field not in required)
    return rows


def _kind(schema: dict[str, Any]) -> str:
    """A schema in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if len(schema.get("enum", ())) > _MANY:
        return "IANA time zone"  # the only such list, and it differs from machine to machine
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"] if word is not None)
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_kind(schema['additionalProperties'])}"
    kinds = schema.get("type", "any")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return words + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if "maxLength" in schema:
        return f", at most {schema['maxLength']} characters"
    return ""


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"written: {PAGE}")
