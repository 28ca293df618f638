"""Servers for the examples: a block that names one of these variables finds it set to a real server."""

# ruff: noqa: INP001 - a folder of pages, not a package
from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis.asyncio as redis

from asyncassist import AsyncStateManager
from tests.servers import Postgres, Valkey, free_port, wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVERS = {
    "ASYNCASSIST_REDIS_URL": "single",
    "SENTINEL_URL": "sentinel",
    "CLUSTER_URL": "cluster",
    "ASYNCASSIST_POSTGRES_URL": "postgres",
}
OURS = ("ASYNCASSIST_", "OPENAI_", "AMADEUS_", "DUFFEL_")


@pytest.fixture(scope="session")
def single() -> Iterator[str]:
    """One Valkey."""
    server = Valkey().start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """A cluster of one Valkey that has all slots."""
    server = Valkey(options=("--cluster-enabled", "yes", "--cluster-port", str(free_port()))).start()
    asyncio.run(_give_all_slots(server.port))
    yield f"redis+cluster://127.0.0.1:{server.port}"
    server.stop()


async def _give_all_slots(port: int) -> None:
    client = redis.Redis(port=port, decode_responses=True)
    await client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    answer: Any = ""
    while "cluster_state:ok" not in str(answer):
        await asyncio.sleep(0.05)
        answer = await client.execute_command("CLUSTER", "INFO")
    await client.aclose()


@pytest.fixture(scope="session")
def sentinel() -> Iterator[str]:
    """A sentinel that knows one primary by the name "main"."""
    primary = Valkey().start()
    with tempfile.TemporaryDirectory() as folder:
        port, config = free_port(), Path(folder, "sentinel.conf")
        config.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor main 127.0.0.1 {primary.port} 1\n"
        )
        process = subprocess.Popen(  # noqa: S603 - the server of the test dependency
            [primary.binary, str(config), "--sentinel"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(port, process)
        yield f"redis+sentinel://127.0.0.1:{port}/main/0"
        process.terminate()
        process.wait(10)
    primary.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One PostgreSQL."""
    server = Postgres().start()
    yield server.url
    server.stop()


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store may take its time on a machine that is busy: a default for production is not what is tested here."""
    monkeypatch.setitem(AsyncStateManager.__init__.__kwdefaults__, "timeout", 10.0)


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """A block that sets logging up does so for itself alone."""
    logger = logging.getLogger("asyncassist")
    before = logger.level, logger.propagate, list(logger.handlers)
    yield
    logger.setLevel(before[0])
    logger.propagate, logger.handlers = before[1:]


@pytest.fixture(autouse=True)
def _environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's configuration, and what the block asks for."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    for name, server in SERVERS.items():
        if name in getattr(request.node, "code", ""):
            monkeypatch.setenv(name, request.getfixturevalue(server))
