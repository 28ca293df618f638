"""Fixtures of all tests: a fake clock, real servers, and detection of calls that block the event loop."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from blockbuster import blockbuster_ctx
from pytest_markdown_docs.plugin import MarkdownDocstringCodeModule

from asyncassist.testing import FakeClock
from tests.servers import Cluster, Postgres, Sentinel, Valkey

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for programs on pages only: docstrings of tests have none, and each module would be imported twice."""
    collectors = yield
    return [collector for collector in collectors if not isinstance(collector, MarkdownDocstringCodeModule)]


@pytest.fixture(autouse=True)
def _no_blocking() -> Iterator[None]:
    """Fail the test if code of asyncassist makes a call that blocks the event loop."""
    with blockbuster_ctx(scanned_modules=["asyncassist"]) as guard:
        # Coverage traces our threads too, and its tracers share a lock: that wait is not one of our code.
        guard.functions["threading.Lock.acquire"].can_block_in("coverage/collector.py", "lock_data")
        yield


@pytest.fixture
def clock() -> FakeClock:
    """Fake clock that a test or a sleep advances."""
    return FakeClock()


def _servers() -> list[str]:
    """Return the server kinds to test on: Valkey from the wheel, and Redis if redis-server is on PATH."""
    return ["valkey", *(["redis"] if shutil.which("redis-server") else [])]


@pytest.fixture(scope="session", params=_servers())
def redis_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a Redis server that all tests share; each test needs keys or a prefix of its own."""
    given = os.environ.get("ASYNCASSIST_TEST_REDIS_URL")
    if given:
        yield given
        return
    server = Valkey("redis-server" if request.param == "redis" else None).start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a PostgreSQL server that all tests share; each test needs conversation ids of its own."""
    given = os.environ.get("ASYNCASSIST_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    server = Postgres().start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """URL of a cluster of two nodes that all tests share."""
    cluster = Cluster().start()
    yield cluster.url
    cluster.stop()


@pytest.fixture(scope="session")
def sentinel() -> Iterator[Sentinel]:
    """Sentinel with its primary that all tests share."""
    primary = Valkey().start()
    sentinel = Sentinel(primary).start()
    yield sentinel
    sentinel.stop()
    primary.stop()


@pytest.fixture(params=["one", "sentinel", "cluster"])
def any_redis(request: pytest.FixtureRequest) -> str:
    """URL of each kind of Redis in turn; each test needs keys or a prefix of its own."""
    if request.param == "cluster":
        return str(request.getfixturevalue("cluster_url"))
    sentinel: Sentinel = request.getfixturevalue("sentinel")
    return sentinel.url if request.param == "sentinel" else sentinel.primary.url


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """Durable Valkey server of the test's own, to kill and to freeze."""
    server = Valkey(durable=True).start()
    yield server
    server.stop()
