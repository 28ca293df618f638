"""Parts of the tests of the log of turns: stores, and turns of many events."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from asyncassist.web.problem import problem_of
from asyncassist.web.turn_log import TurnLog
from asyncassist.web.turn_log.log import TurnLimits, owner_of

if TYPE_CHECKING:
    from asyncassist.web.turn_log import IdempotencyKey, TurnReader
    from asyncassist.web.turn_log.store import TurnStore

OWNER = owner_of("ann", "session")


def log_of(store: TurnStore | None = None, *, cancels: bool = False, now: Any = None, **limits: Any) -> TurnLog:
    """Return a log on a store; it stands for one worker."""
    return TurnLog(store, cancels=cancels, now=now or time.monotonic, limits=TurnLimits(**limits))


async def start(log: TurnLog, work: Any, *, key: IdempotencyKey | None = None, owner: str = OWNER) -> TurnReader:
    """Start a turn of the work."""
    return await log.start(
        owner, {"session_id": "session"}, work, lambda error: problem_of(error, ()), request_id="r", key=key
    )


def counting(count: int) -> Any:
    """Return work of `count` events, "start" included."""

    async def work(emit: Any) -> None:
        for number in range(count - 2):
            await emit("delta", {"text": f"word {number} "})
        await emit("done", {"reply": "all"})

    return work


async def drain(reader: TurnReader) -> list[bytes]:
    """Return all entries that the reader has not read yet, and leave the turn."""
    found: list[bytes] = []
    try:
        while True:
            found += await reader.next(5.0)
    except StopAsyncIteration:
        return found
    finally:
        await reader.aclose()
