"""Work is cancelled when its client disconnects."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.web.disconnect import ClientDisconnectedError, cancel_on_disconnect


class Client:
    """Client that may disconnect."""

    def __init__(self) -> None:
        self.disconnected = asyncio.Event()
        self.watched = 0

    async def wait_for_disconnect(self) -> None:
        self.watched += 1
        await self.disconnected.wait()


async def test_quick_work_is_not_watched():
    """Watching costs a task, which most responses do not need."""
    client = Client()

    assert await cancel_on_disconnect(asyncio.sleep(0, "done"), client.wait_for_disconnect) == "done"
    await asyncio.sleep(0.15)
    assert client.watched == 0


async def test_work_runs_where_the_server_reports_no_disconnects():
    """Without `wait_for_disconnect`, the work runs to its end."""
    assert await cancel_on_disconnect(asyncio.sleep(0, "done"), None) == "done"


async def test_disconnect_cancels_the_work():
    """The cleanup of the work is awaited, and the caller itself is not cancelled."""
    client = Client()
    steps = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned")

    client.disconnected.set()
    with pytest.raises(ClientDisconnectedError):
        await cancel_on_disconnect(work(), client.wait_for_disconnect)

    assert steps == ["cleaned"]
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0  # the caller itself goes on


async def test_watcher_ends_with_the_work():
    """The result is returned, and no watching task is left."""
    client = Client()
    release = asyncio.Event()

    async def work() -> str:
        await release.wait()
        return "done"

    task = asyncio.ensure_future(cancel_on_disconnect(work(), client.wait_for_disconnect))
    while not client.watched:
        await asyncio.sleep(0.001)
    release.set()

    assert await task == "done"
    await asyncio.sleep(0)
    assert [other for other in asyncio.all_tasks() if other.get_name() == "asyncassist-presence"] == []


async def test_timeout_error_of_the_work_is_raised():
    """It is not taken for a disconnect."""

    async def work() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await cancel_on_disconnect(work(), Client().wait_for_disconnect)


async def test_cancellation_from_outside_is_passed_on():
    """A cancelled caller gets a CancelledError, not a disconnect."""
    task = asyncio.ensure_future(cancel_on_disconnect(asyncio.Event().wait(), Client().wait_for_disconnect))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
