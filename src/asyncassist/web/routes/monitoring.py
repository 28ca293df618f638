"""Routes of health, statistics and metrics."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from asyncassist._lifecycle import import_in_thread
from asyncassist._types import to_jsonable
from asyncassist.web import serializers
from asyncassist.web.answers import Board, Caches, External, Health, History
from asyncassist.web.http import Response
from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import ChoiceType, Field, TextType
from asyncassist.web.route import Declarations, json_response

if TYPE_CHECKING:
    from asyncassist.web.routes.route_context import RouteContext
    from asyncassist.web.settings import WebSettings

ROUTES = Declarations()

BOARD_DATA_PATH = "/board/data"

_PROBE = Field(
    kind=ChoiceType(("live", "ready", "startup")), summary="Probe of an orchestrator; without it, all checks run."
)
_SERVICE = Field(kind=TextType(64), summary="Check only this service.")


@ROUTES.add(
    "GET", "/api/async/health", "Check the health of all components.",
    responses={200: Health, 503: Health}, errors=(422,), query={"probe": _PROBE},
)  # fmt: skip
async def health(context: RouteContext) -> Response:
    """Answer with the health of all components."""
    return await _health_response(context, {})


@ROUTES.add(
    "GET", "/health", "Check the health of all components and return their statistics.",
    responses={200: Health, 503: Health}, errors=(422,), query={"probe": _PROBE},
)  # fmt: skip
async def services(context: RouteContext) -> Response:
    """Answer with the health and the statistics of all components."""
    stats = {"services": to_jsonable(context.service.components.stats())} if "probe" not in context.query else {}
    return await _health_response(context, stats)


async def _health_response(context: RouteContext, extra: dict[str, Any]) -> Response:
    service, started = context.service, time.perf_counter()
    probe = context.query.get("probe")
    if probe == "live":
        facts = {"status": "pass", "checks": {}, "system": {"uptime": service.system.uptime}}
        return json_response({**facts, "response_time": time.perf_counter() - started})
    if (probe == "startup" and not service.warm) or (probe == "ready" and service.draining):
        facts = {"status": "fail", "checks": {}, "system": {"uptime": service.system.uptime}}
        return json_response({**facts, "response_time": time.perf_counter() - started}, 503)
    report = await service.health_checker.run()
    system = await service.system.snapshot()
    found = {**serializers.health(report, system, time.perf_counter() - started), **extra}
    shown = found if service.is_admin(context.request) else serializers.public_health(found)
    return json_response(shown, 503 if report.status == "fail" else 200)


@ROUTES.add("GET", "/api/async/health/history", "Return past health reports.", responses={200: History})
async def history(context: RouteContext) -> Response:
    """Answer with past health reports."""
    return json_response(serializers.history(tuple(context.service.health_checker.history)))


@ROUTES.add(
    "GET", "/api/async/external-check", "Check the configured external services.",
    responses={200: External}, errors=(404, 422), query={"service": _SERVICE},
)  # fmt: skip
async def external(context: RouteContext) -> Response:
    """Answer with the checks of the configured services."""
    service, started = context.service, time.perf_counter()
    services = dict(service.settings.services)
    wanted = context.query.get("service")
    if wanted is not None:
        if wanted not in services:
            raise ProblemError(404, "no-service", "no service of this name is configured", field="service")
        services = {wanted: services[wanted]}
    checks = await asyncio.gather(*(service.external_checks.check(name) for name in services))
    found = {
        check.name: {
            "status": check.status,
            "status_code": check.status_code,
            "response_time": check.elapsed,
        }
        for check in checks
    }
    return json_response({"services": found, "response_time": time.perf_counter() - started})


@ROUTES.add("GET", "/api/async/cache-stats", "Return the statistics of the caches.", responses={200: Caches})
async def caches(context: RouteContext) -> Response:
    """Answer with the statistics of the caches."""
    return json_response({"caches": context.service.components.cache_stats()})


def _board_is_closed(settings: WebSettings) -> bool:
    return not settings.public_board


@ROUTES.add(
    "GET", BOARD_DATA_PATH,
    "Return health, health history, caches and statistics at once, for the operators' page.",
    responses={200: Board}, errors=(401,), admin=_board_is_closed,
)  # fmt: skip
async def board_data(context: RouteContext) -> Response:
    """Answer with all that the operators' page shows."""
    service = context.service
    report = await service.health_checker.run()
    system = await service.system.snapshot()
    health = serializers.health(report, system, 0.0)
    past = serializers.history(tuple(service.health_checker.history))
    found = {
        "health": {**health, "services": to_jsonable(service.components.stats())},
        "history": past,
        "caches": service.components.cache_stats(),
    }
    return json_response(found)


@ROUTES.add(
    "GET", "/metrics", "Return the metrics in the text format of Prometheus.",
    responses={200: None}, errors=(404,), media_types=("text/plain",),
)  # fmt: skip
async def metrics(context: RouteContext) -> Response:
    """Answer with the metrics."""
    with contextlib.suppress(ImportError):
        await import_in_thread("prometheus_client")
    await context.service.system.snapshot()
    body = context.service.metrics.render()
    if body is None:
        raise ProblemError(404, "no-metrics", "metrics need the web extra: pip install 'asyncassist[web]'")
    headers = [("content-type", "text/plain; version=0.0.4; charset=utf-8"), ("content-length", str(len(body)))]
    return Response(200, headers, body)
