"""Routes that run a performance test or clear caches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.web.answers import Cleared, Performance
from asyncassist.web.performance import bounded_delay, measure
from asyncassist.web.problem import ProblemError, invalid_field
from asyncassist.web.request_schema import BodySchema, ChoiceType, Field, IntegerType, NumberType
from asyncassist.web.route import Declarations, json_response

if TYPE_CHECKING:
    from asyncassist.web.http import Response
    from asyncassist.web.routes.route_context import RouteContext

ROUTES = Declarations()

_TEST = BodySchema(
    {
        "requests": Field(kind=IntegerType(1, 100), summary="Number of requests, default 3."),
        "concurrency": Field(kind=IntegerType(1, 100), summary="Concurrent requests, default all."),
        "delay": Field(kind=NumberType(0.0, 2.1), summary="Seconds per request, default 0.2."),
    }
)
_CACHE_NAMES = ChoiceType(("nlp", "flights", "chatbot", "http"))
_CLEAR = BodySchema({"cache": Field(kind=_CACHE_NAMES, summary="Cache to clear, default all.", nullable=True)})


@ROUTES.add(
    "POST", "/api/async/performance-test",
    "Compare sequential with concurrent requests to a stub server; one test at a time.",
    responses={200: Performance}, errors=(409, 503), body=_TEST,
)  # fmt: skip
async def performance(context: RouteContext) -> Response:
    """Answer with the durations of a performance test."""
    service = context.service
    if service.performance_test_running:
        raise ProblemError(409, "test-running", "a performance test is running; one at a time")
    requests = context.body.get("requests", 3)
    concurrency = min(requests, context.body.get("concurrency", requests))
    delay = bounded_delay(requests, context.body.get("delay", 0.2))
    service.performance_test_running = True
    try:
        return json_response(await measure(requests=requests, concurrency=concurrency, delay=delay))
    finally:
        service.performance_test_running = False


@ROUTES.add(
    "POST", "/api/async/clear-cache", "Clear one cache or all caches.",
    responses={200: Cleared}, errors=(401, 503), body=_CLEAR, admin=True,
)  # fmt: skip
async def clear(context: RouteContext) -> Response:
    """Clear caches and answer with the number of entries."""
    service = context.service
    wanted = context.body.get("cache")
    known = service.components.caches()
    if wanted is not None and wanted not in known:
        raise invalid_field("cache", "there is no such cache")
    cleared = 0
    for name, component in known.items():
        if wanted in {None, name}:
            cleared += int(await component.clear_cache())
    return json_response({"cleared": cleared})
