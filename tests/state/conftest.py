"""A manager over each store, with a prefix of its own."""

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

SHARED = ["valkey", *(["redis-server"] if shutil.which("redis-server") else [])]


@pytest.fixture(scope="session")
def server_urls() -> Iterator[Callable[[str], str]]:
    """Starts a server of a kind when it is first asked for."""
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
    return f"t{secrets.token_hex(6)}:"


@pytest.fixture
def redis_here(server_urls: Callable[[str], str]) -> str:
    """A server that tests of one kind share."""
    return server_urls("valkey")


@pytest.fixture(params=["memory", *SHARED])
async def make(
    request: pytest.FixtureRequest, server_urls: Callable[[str], str], prefix: str
) -> AsyncIterator[Callable[..., AsyncStateManager]]:
    """Makes managers that share one store; in memory each has its own."""
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
async def state(make: Callable[..., AsyncStateManager]) -> AsyncStateManager:
    return make()
