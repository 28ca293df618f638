"""Redis servers, key prefixes, and managers over each store."""

from __future__ import annotations

import os
import secrets
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import AsyncStateManager
from tests.servers import Valkey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

REDIS_SERVERS = ["valkey", *(["redis-server"] if shutil.which("redis-server") else [])]


@pytest.fixture(scope="session")
def server_urls() -> Iterator[Callable[[str], str]]:
    """A function that returns the URL of a kind of server, which it starts at its first use."""
    started: dict[str, Valkey] = {}

    def url(kind: str) -> str:
        given = os.environ.get("ASYNCASSIST_TEST_REDIS_URL")
        if given:
            return given
        if kind not in started:
            started[kind] = Valkey(None if kind == "valkey" else kind).start()
        return started[kind].url

    yield url
    for server in started.values():
        server.stop()


@pytest.fixture
def prefix() -> str:
    """A key prefix that no other test uses."""
    return f"t{secrets.token_hex(6)}:"


@pytest.fixture
def valkey_url(server_urls: Callable[[str], str]) -> str:
    """URL of a Valkey that these tests share."""
    return server_urls("valkey")


@pytest.fixture(params=["memory", *REDIS_SERVERS])
async def make_manager(
    request: pytest.FixtureRequest, server_urls: Callable[[str], str], prefix: str
) -> AsyncIterator[Callable[..., AsyncStateManager]]:
    """A function that creates managers over one store; those in memory each have their own."""
    made: list[AsyncStateManager] = []

    def build(**options: Any) -> AsyncStateManager:
        if request.param != "memory":
            options = {"redis": server_urls(request.param), "prefix": prefix, "timeout": 10.0, **options}
        manager = AsyncStateManager(**options)
        made.append(manager)
        return manager

    yield build
    for manager in made:
        await manager.aclose()


@pytest.fixture
async def state(make_manager: Callable[..., AsyncStateManager]) -> AsyncStateManager:
    """A manager over each store in turn."""
    return make_manager()
