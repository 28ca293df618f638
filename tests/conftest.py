"""What every test may ask for: a clock, real servers, and a guard against blocking calls in the loop."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from blockbuster import blockbuster_ctx

from asyncassist.testing import FakeClock
from tests.servers import Cluster, Postgres, Sentinel, Valkey

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_blocking() -> Iterator[None]:
    """A call of our code that blocks the event loop fails the test."""
    with blockbuster_ctx(scanned_modules=["asyncassist"]) as guard:
        # Coverage traces our threads too, and its tracers share a lock: that is not our code waiting.
        guard.functions["threading.Lock.acquire"].can_block_in("coverage/collector.py", "lock_data")
        yield


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until a test moves it."""
    return FakeClock()


def _servers() -> list[str]:
    """The kinds of Redis to test on: Valkey from the wheel, and a redis-server on PATH where there is one."""
    return ["valkey", *(["redis"] if shutil.which("redis-server") else [])]


@pytest.fixture(scope="session", params=_servers())
def redis_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A Redis that all tests share: use keys or prefixes of your own."""
    given = os.environ.get("ASYNCASSIST_TEST_REDIS_URL")
    if given:
        yield given
        return
    server = Valkey("redis-server" if request.param == "redis" else None).start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL that all tests share: use conversation ids of your own."""
    given = os.environ.get("ASYNCASSIST_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    server = Postgres().start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """A cluster of two that all tests share."""
    cluster = Cluster().start()
    yield cluster.url
    cluster.stop()


@pytest.fixture(scope="session")
def sentinel() -> Iterator[Sentinel]:
    """A sentinel and its primary that all tests share."""
    primary = Valkey().start()
    sentinel = Sentinel(primary).start()
    yield sentinel
    sentinel.stop()
    primary.stop()


@pytest.fixture(params=["one", "sentinel", "cluster"])
def any_redis(request: pytest.FixtureRequest) -> str:
    """A URL of each kind of Redis in turn: keys or prefixes of your own."""
    if request.param == "cluster":
        return str(request.getfixturevalue("cluster_url"))
    sentinel: Sentinel = request.getfixturevalue("sentinel")
    return sentinel.url if request.param == "sentinel" else sentinel.primary.url


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A durable Valkey of the test's own, to kill and to freeze."""
    server = Valkey(durable=True).start()
    yield server
    server.stop()
