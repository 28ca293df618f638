"""The private members of aiohttp that the handler uses are still there, and still do what it needs."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import aiohttp

from asyncassist import _http
from asyncassist._http.aiohttp_internals import HookedConnector, disable_retries


async def test_private_members_exist():
    """A release of aiohttp that renames one is named here, before anything fails in a less obvious way."""
    async with aiohttp.ClientSession() as session:
        assert session._retry_connection is True, "aiohttp has no ClientSession._retry_connection any more"
        disable_retries(session)
        assert session._retry_connection is False
        assert session._middlewares == (), "aiohttp has no ClientSession._middlewares any more"
    assert inspect.iscoroutinefunction(aiohttp.ClientSession._request), "ClientSession._request has changed"
    parameters = list(inspect.signature(aiohttp.TCPConnector._create_connection).parameters)
    assert parameters == ["self", "req", "traces", "timeout"], "TCPConnector._create_connection has changed"


async def test_hook_sees_each_opened_connection(origin):
    """The connector is asked for each new connection and for no reused one."""
    opened: list[str] = []

    class Connector(HookedConnector):
        async def open_connection(self, req, opening):
            opened.append(str(req.url.origin()))
            return await super().open_connection(req, opening)

    connector = Connector()
    async with aiohttp.ClientSession(connector=connector) as session:
        for _ in range(2):
            async with session.get(origin.url) as response:
                await response.read()

        assert opened == [origin.url]


def test_no_other_module_uses_private_members():
    """Only `aiohttp_internals` names private members of other objects."""
    for path in Path(_http.__file__).parent.glob("*.py"):
        if path.name == "aiohttp_internals.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                private = node.attr.startswith("_") and not node.attr.startswith("__")
                assert not (private and node.value.attr in {"session", "connector", "content"}), (path.name, node.attr)
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"getattr", "setattr"}
            ):
                named = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                assert not any(name.startswith("_") for name in named), (path.name, named)
