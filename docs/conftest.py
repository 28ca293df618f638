"""Servers for the examples: a block that names one of these variables finds it set to a real server."""

# ruff: noqa: INP001 - a folder of pages, not a package
from __future__ import annotations

import logging
import os
import sys
import types
import warnings
from typing import TYPE_CHECKING

import pytest

from asyncassist import AsyncStateManager
from asyncassist._shared_cache import RedisCacheBackend
from tests.servers import Cluster, Postgres, Sentinel, Valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

with warnings.catch_warnings():  # WebOb, which Pyramid needs, imports the module cgi
    warnings.filterwarnings("ignore", message="'cgi' is deprecated", category=DeprecationWarning)
    import webob  # noqa: F401

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
    """A cluster of two Valkeys."""
    several = Cluster().start()
    yield several.url
    several.stop()


@pytest.fixture(scope="session")
def sentinel() -> Iterator[str]:
    """A sentinel that knows one primary by the name "main"."""
    primary = Valkey().start()
    watcher = Sentinel(primary).start()
    yield watcher.url
    watcher.stop()
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
    monkeypatch.setitem(RedisCacheBackend.__init__.__kwdefaults__, "timeout", 10.0)


@pytest.fixture(autouse=True)
def _module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is a module, which frameworks look up by its name."""
    monkeypatch.setitem(sys.modules, "fence", types.ModuleType("fence"))


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
