"""Routes: declaration and lookup."""

from __future__ import annotations

import pytest

from asyncassist.web import WebSettings
from asyncassist.web.problem import ProblemError
from asyncassist.web.route import Router, allowed_methods
from asyncassist.web.routes import build_routes

ROUTES = build_routes(WebSettings())
ROUTER = Router(ROUTES)


@pytest.mark.parametrize(
    ("method", "path", "name", "path_param"),
    [
        ("GET", "/", "page", ""),
        ("HEAD", "/", "page", ""),
        ("POST", "/chat", "chat", ""),
        ("GET", "/chat/abc", "transcript", "abc"),
        ("DELETE", "/chat/abc", "forget", "abc"),
        ("GET", "/chat/abc/events", "events", "abc"),
        ("POST", "/chat/events/stop", "stop", "events"),
        ("GET", "/page/app.js", "asset", "app.js"),
        ("GET", "/api/async/health/history", "history", ""),
    ],
)
def test_route_is_found_by_method_and_path(method, path, name, path_param):
    """A segment is the value of `{name}`; HEAD is served by GET."""
    route, found = ROUTER.find(method, path)

    assert (route.name, found) == (name, path_param)


@pytest.mark.parametrize(
    "path", ["", "/nowhere", "/chat/", "/chat/a/b", "/chat//events", "/chat/a/events/b", "/Chat", "//", "/health/"]
)
def test_unknown_path_is_a_404(path):
    """Paths are compared as they are: no trailing slash, no empty segment, no other case."""
    with pytest.raises(ProblemError) as caught:
        ROUTER.find("GET", path)

    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("PUT", "/chat", "POST"), ("HEAD", "/chat", "POST"), ("POST", "/chat/abc", "DELETE, GET, HEAD, PATCH")],
)
def test_unsupported_method_is_a_405_that_lists_the_others(method, path, allow):
    """Allow names the methods of the path (RFC 9110 section 15.5.6)."""
    with pytest.raises(ProblemError) as caught:
        ROUTER.find(method, path)

    assert (caught.value.status, caught.value.headers["allow"]) == (405, allow)
    assert ", ".join(allowed_methods(ROUTER.methods(path))) == allow


def test_every_route_has_a_handler():
    """The name of a route is that of its handler, and no two routes have the same."""
    names = [route.name for route in ROUTES]

    assert names == [route.handler.__name__ for route in ROUTES]
    assert len(set(names)) == len(names)


def test_fields_of_a_route_are_what_a_client_sends():
    """Names from the body, the query and the path: an error about these is the client's."""
    fields = {route.name: route.fields for route in ROUTES}

    assert fields["chat"] >= {"message", "session_id", "timezone", "stream"}
    assert "probe" in fields["health"]
    assert "session_id" in fields["transcript"]
    assert "message" not in fields["transcript"]


def test_longest_message_is_that_of_the_settings():
    """The schema of the body has the limit of the settings."""
    [chat] = [route for route in build_routes(WebSettings(max_message=7)) if route.name == "chat"]

    assert chat.body.schema()["properties"]["message"]["maxLength"] == 7


def test_clearing_caches_and_the_board_need_the_admin_token():
    """A route that becomes public or closed by accident fails here."""
    assert [route.name for route in ROUTES if route.admin] == ["board_data", "clear"]
