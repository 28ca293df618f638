"""Work ends when the client it is for has left."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.web.disconnect import ClientDisconnectedError, cancel_on_disconnect


class Client:
    """Somebody who may leave."""

    def __init__(self) -> None:
        self.disconnected = asyncio.Event()
        self.watched = 0

    async def wait_for_disconnect(self) -> None:
        self.watched += 1
        await self.disconnected.wait()


async def test_quick_work_is_not_watched():
    """Most answers cost no task."""
    client = Client()

    assert await cancel_on_disconnect(asyncio.sleep(0, "done"), client.wait_for_disconnect) == "done"
    await asyncio.sleep(0.15)
    assert client.watched == 0


async def test_where_the_server_cannot_tell_the_work_is_done():
    """Nobody is asked."""
    assert await cancel_on_disconnect(asyncio.sleep(0, "done"), None) == "done"


async def test_leaving_cancels_the_work():
    """And its cleaning up is waited for."""
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


async def test_work_that_ends_while_it_is_watched_is_done():
    """The watcher goes with it."""
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


async def test_a_timeout_of_the_works_own_is_its_own():
    """It is not taken for somebody who left."""

    async def work() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await cancel_on_disconnect(work(), Client().wait_for_disconnect)


async def test_being_cancelled_is_passed_on():
    """From outside, as ever."""
    task = asyncio.ensure_future(cancel_on_disconnect(asyncio.Event().wait(), Client().wait_for_disconnect))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
