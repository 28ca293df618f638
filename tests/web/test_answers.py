"""Types of the responses: their schemas are valid JSON Schema, complete, and true of what the service sends."""

from __future__ import annotations

import re

import jsonschema_rs
import pytest

from asyncassist.web import WebSettings, strict_json
from asyncassist.web.openapi import response_schemas
from asyncassist.web.routes import build_routes
from tests.web.components import ADMIN, get, post, read, service_of

ROUTES = build_routes(WebSettings())
RESPONSE_SCHEMAS = response_schemas(ROUTES)


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": RESPONSE_SCHEMAS}}
    return jsonschema_rs.Draft202012Validator(schema)


@pytest.mark.parametrize("name", RESPONSE_SCHEMAS)
def test_every_schema_is_valid(name):
    """Each is a JSON Schema of an object with required fields."""
    assert jsonschema_rs.meta.is_valid(RESPONSE_SCHEMAS[name])
    assert not validator(name).is_valid({})


def test_every_route_has_its_schema():
    """Routes name schemas that exist, references lead somewhere, and no schema is unused."""
    used = {kind.__name__ for route in ROUTES for kind in route.responses.values() if kind is not None}
    referenced = set(re.findall(r"#/components/schemas/(\w+)", strict_json.encode(RESPONSE_SCHEMAS).decode()))

    assert used | referenced | {"Problem", "StreamEvent"} == set(RESPONSE_SCHEMAS)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/health", "Health"),
        ("/health?probe=live", "Health"),
        ("/api/async/health", "Health"),
        ("/api/async/health/history", "History"),
        ("/api/async/external-check", "External"),
        ("/api/async/cache-stats", "Caches"),
        ("/openapi.json", "Document"),
        ("/nowhere", "Problem"),
        ("/health?probe=x", "Problem"),
    ],
)
async def test_responses_to_get_are_valid(path, name):
    """What the service sends is what its schema says, with and without entries in the history."""
    path, _, query = path.partition("?")
    async with service_of() as service:
        for _ in range(2):
            validator(name).validate(read(await service.handle(get(path, query))))
            await service.handle(get("/health"))


async def test_responses_to_post_are_valid():
    """Chat, chatbot, transcript, performance test and cleared caches."""
    async with service_of(admin_token=ADMIN) as service:
        chat = read(await service.handle(post("/chat", {"message": "hello"})))
        transcript = read(await service.handle(get(f"/chat/{chat['session_id']}")))
        bot = read(await service.handle(post("/api/async/chatbot", {"message": "hello"})))
        performance = read(await service.handle(post("/api/async/performance-test", {"requests": 1, "delay": 0})))
        cleared = read(await service.handle(post("/api/async/clear-cache", {}, authorization=f"Bearer {ADMIN}")))

    for name, found in {
        "ChatReply": chat,
        "Transcript": transcript,
        "ChatbotReply": bot,
        "Performance": performance,
        "Cleared": cleared,
    }.items():
        validator(name).validate(found)
