"""Redis servers, key prefixes, and managers over each store."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from asyncassist import AsyncStateManager
from examples.folder_conversations import FolderConversations
from examples.folder_sessions import FolderSessions
from tests.servers import PgBouncer, Valkey, find_pgbouncer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

REDIS_SERVERS = ["valkey", "sentinel", "cluster", *(["redis-server"] if shutil.which("redis-server") else [])]
POSTGRES_SERVERS = ["postgres", *(["pgbouncer"] if find_pgbouncer() else [])]
SESSION_STORES = ["memory", *REDIS_SERVERS, "sqlite", *POSTGRES_SERVERS, "handed-in"]
CONVERSATION_STORES = [
    *["memory", *REDIS_SERVERS, *POSTGRES_SERVERS, "sqlite", "handed-in"],
    *["valkey+postgres", "valkey+sqlite", "sqlite+postgres", "valkey+sqlite+postgres"],
]
"""Stores, and combinations of them, over which the contract tests run; those handed in are the ones of `examples/`."""


@pytest.fixture(scope="session")
def server_urls(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """A function that returns the URL of a kind of server, which it starts at its first use."""
    started: dict[str, Valkey] = {}

    def url(kind: str) -> str:
        if kind == "cluster":
            return str(request.getfixturevalue("cluster_url"))
        if kind == "sentinel":
            return str(request.getfixturevalue("sentinel").url)
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


_EMPTY = """
DO $$ BEGIN
  IF to_regclass('asyncassist.sessions') IS NOT NULL THEN
    DELETE FROM asyncassist.sessions; DELETE FROM asyncassist.locks;
  END IF;
END $$
"""


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> str:
    """URL of a PostgreSQL without sessions and locks."""

    async def empty() -> None:
        connection = await asyncpg.connect(postgres_url, ssl=False, password="")
        await connection.execute(_EMPTY)
        await connection.close()

    with ThreadPoolExecutor(1) as executor:
        executor.submit(asyncio.run, empty()).result()
    return postgres_url


@pytest.fixture(scope="session")
def pgbouncer_url(postgres_url: str) -> Iterator[str]:
    """URL of the PostgreSQL behind a pgbouncer in transaction mode that these tests share."""
    program = find_pgbouncer()
    assert program is not None
    server = PgBouncer(program, int(postgres_url.rpartition(":")[2].partition("/")[0])).start()
    yield server.url
    server.stop()


@pytest.fixture
def store_options(
    request: pytest.FixtureRequest, server_urls: Callable[[str], str], prefix: str, tmp_path: Path
) -> Callable[[str], dict[str, Any]]:
    """A function that returns a manager's arguments for stores joined by "+", such as "valkey+postgres"."""

    def options(stores: str) -> dict[str, Any]:
        found: dict[str, Any] = {"prefix": prefix, "timeout": 10.0}
        for store in stores.split("+"):
            if store == "sqlite":
                found["sqlite"] = tmp_path / "state.sqlite"
            elif store == "postgres":
                found["postgres"] = request.getfixturevalue("empty_postgres_url")
            elif store == "pgbouncer":
                request.getfixturevalue("empty_postgres_url")
                found["postgres"] = request.getfixturevalue("pgbouncer_url")
            elif store == "handed-in":
                found["session_store"] = FolderSessions(tmp_path / "state")
                found["conversation_store"] = FolderConversations(tmp_path / "state")
            elif store != "memory":
                found["redis"] = server_urls(store)
        return found

    return options


@pytest.fixture(params=SESSION_STORES)
async def make_manager(
    request: pytest.FixtureRequest, store_options: Callable[[str], dict[str, Any]]
) -> AsyncIterator[Callable[..., AsyncStateManager]]:
    """A function that creates managers over one store; those in memory each have their own."""
    made: list[AsyncStateManager] = []

    def build(**options: Any) -> AsyncStateManager:
        arguments = {**store_options(request.param), **options}
        for name in arguments.keys() & {"session_store", "conversation_store"}:
            arguments[name].clock = arguments.get("now", time.time)
            arguments[name].ttl = arguments.get("ttl", 1800.0)
        manager = AsyncStateManager(**arguments)
        made.append(manager)
        return manager

    yield build
    for manager in made:
        await manager.aclose()


@pytest.fixture
async def state(make_manager: Callable[..., AsyncStateManager]) -> AsyncStateManager:
    """A manager over each store in turn."""
    return make_manager()
