"""BatchingKeyQueue: order, batches, errors and cancellation."""

from __future__ import annotations

import asyncio

from asyncassist._state.key_queue import MAX_BATCH, BatchingKeyQueue


async def test_an_error_of_the_batch_fails_every_job():
    """An error that belongs to no single job reaches every caller, and the queue is empty afterwards."""
    finish = asyncio.Event()

    async def commit(key, jobs):
        await finish.wait()
        raise LookupError("all of them")

    queue: BatchingKeyQueue[int] = BatchingKeyQueue(commit)
    first = asyncio.create_task(queue.submit("a", 1))
    others = [asyncio.create_task(queue.submit("a", number)) for number in range(3)]
    await asyncio.sleep(0)
    assert len(queue) == 1
    finish.set()
    results = await asyncio.gather(first, *others, return_exceptions=True)

    assert all(isinstance(result, LookupError) for result in results)
    await queue.drain()
    assert len(queue) == 0


async def test_operations_queued_during_a_commit_form_the_next_batch():
    """The first operation is committed alone, those that arrive meanwhile together and in order."""
    batches: list[list[int]] = []

    async def commit(key, jobs):
        batches.append([job.operation for job in jobs])
        await asyncio.sleep(0)
        for job in jobs:
            job.succeed(-job.operation)

    queue: BatchingKeyQueue[int] = BatchingKeyQueue(commit)

    results = await asyncio.gather(*(queue.submit("a", number) for number in range(5)))

    assert batches == [[0], [1, 2, 3, 4]]
    assert results == [0, -1, -2, -3, -4]


async def test_a_batch_is_bounded():
    """More than `MAX_BATCH` queued operations are committed in several batches."""
    sizes: list[int] = []

    async def commit(key, jobs):
        sizes.append(len(jobs))
        await asyncio.sleep(0)
        for job in jobs:
            job.succeed(None)

    queue: BatchingKeyQueue[int] = BatchingKeyQueue(commit)

    await asyncio.gather(*(queue.submit("a", number) for number in range(MAX_BATCH + 3)))

    assert sizes == [1, MAX_BATCH, 2]


async def test_different_keys_are_committed_concurrently():
    """An operation on one key does not wait for those on another."""
    started: list[str] = []
    finish = asyncio.Event()

    async def commit(key, jobs):
        started.append(key)
        await finish.wait()
        for job in jobs:
            job.succeed(key)

    queue: BatchingKeyQueue[int] = BatchingKeyQueue(commit)
    tasks = [asyncio.create_task(queue.submit(key, 1)) for key in ("a", "b")]
    await asyncio.sleep(0)

    assert started == ["a", "b"]
    finish.set()
    assert await asyncio.gather(*tasks) == ["a", "b"]


async def test_a_queued_operation_is_withdrawn_when_its_caller_is_cancelled():
    """An operation that is not in a batch yet is never committed."""
    committed: list[int] = []
    finish = asyncio.Event()

    async def commit(key, jobs):
        committed.extend(job.operation for job in jobs)
        await finish.wait()
        for job in jobs:
            job.succeed(None)

    queue: BatchingKeyQueue[int] = BatchingKeyQueue(commit)
    tasks = [asyncio.create_task(queue.submit("a", number)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    finish.set()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert committed == [0, 2]


async def test_cancelling_the_background_task_cancels_queued_callers():
    """When the event loop shuts down, no caller waits forever."""
    finish = asyncio.Event()

    async def commit(key, jobs):
        if jobs[0].operation:
            await finish.wait()
        await asyncio.sleep(0)
        for job in jobs:
            job.succeed(None)

    queue: BatchingKeyQueue[int] = BatchingKeyQueue(commit)
    tasks = [asyncio.create_task(queue.submit("a", number)) for number in range(3)]
    await tasks[0]
    (background,) = queue._tasks
    await asyncio.sleep(0)
    background.cancel()
    results = await asyncio.gather(*tasks[1:], return_exceptions=True)

    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert len(queue) == 0


async def test_drain_waits_for_background_batches():
    """`drain` returns once every operation has been committed, also those queued behind another."""
    committed: list[int] = []

    async def commit(key, jobs):
        await asyncio.sleep(0)
        committed.extend(job.operation for job in jobs)
        for job in jobs:
            job.succeed(None)

    queue: BatchingKeyQueue[int] = BatchingKeyQueue(commit)
    tasks = [asyncio.create_task(queue.submit("a", number)) for number in range(3)]
    await tasks[0]

    await queue.drain()

    assert committed == [0, 1, 2]
    await asyncio.gather(*tasks)
