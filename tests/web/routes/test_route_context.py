"""The request as a handler gets it: what it tells from body and headers."""

from __future__ import annotations

import pytest

from asyncassist.web.routes.route_context import RouteContext
from tests.web.components import get, service_of


@pytest.mark.parametrize(
    ("body", "accept", "wanted"),
    [
        ({"stream": True}, "application/json", True),
        ({}, "text/event-stream", True),
        ({}, "*/*", False),
        ({}, "", False),
    ],
)
async def test_events_are_wanted_by_the_body_or_by_accept(body, accept, wanted):
    """The field `stream` asks for events, or `Accept` prefers them to JSON."""
    headers = {"accept": accept} if accept else {}
    async with service_of() as service:
        context = RouteContext(
            service=service,
            request=get("/chat", **headers),
            route=service.route("chat"),
            path_param="",
            query={},
            body=body,
        )
        assert context.wants_events is wanted
