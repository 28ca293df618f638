"""Stores of the log of turns: none, a SQLite file, a Redis server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asyncassist.web.turn_log.redis import RedisTurnStore
from asyncassist.web.turn_log.sqlite import SQLiteTurnStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(params=["sqlite", "redis"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str) -> Callable[[], Any]:
    """Return a function that makes one more store on the same data, as another worker has it."""
    if request.param == "sqlite":
        return lambda: SQLiteTurnStore(tmp_path / "state.sqlite")
    return lambda: RedisTurnStore(redis_url)
