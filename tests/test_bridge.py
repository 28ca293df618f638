"""LoopThread: results, errors, cancellation, streams and context managers between threads and one event loop."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from asyncassist import LoopThread, bridge
from asyncassist.errors import ClosedError, ConfigurationError, WrongLoopError

name = contextvars.ContextVar("name", default="unset")


async def echo(value):
    await asyncio.sleep(0)
    return value


async def fail(error):
    raise error


@pytest.fixture
def loop():
    """LoopThread that is closed after the test."""
    with LoopThread() as thread:
        yield thread


def test_run_returns_the_result_of_any_awaitable(loop):
    """A coroutine, and an object with `__await__`."""
    assert loop.run(echo(3)) == 3
    assert loop.run(_Awaitable()) == "awaited"


class _Awaitable:
    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return "awaited"


def test_error_is_raised_as_the_same_object(loop):
    """The calling thread gets the exception that the coroutine raised, not a copy or a wrapper."""
    error = KeyError("x")

    with pytest.raises(KeyError) as caught:
        loop.run(fail(error))

    assert caught.value is error


def test_coroutine_runs_with_the_context_variables_of_its_caller(loop):
    """Concurrent callers do not see each other's values."""

    async def read():
        return name.get()

    def call(value):
        name.set(value)
        return loop.run(read())

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, "abcdefgh")) == list("abcdefgh")


def test_forty_threads_share_one_loop(loop):
    """Every call of every thread runs on the same loop and returns."""

    async def loop_and_thread():
        await asyncio.sleep(0)
        return id(asyncio.get_running_loop()), threading.get_ident()

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        used = set(pool.map(lambda _: loop.run(loop_and_thread()), range(400)))

    assert len(used) == 1


def test_timeout_cancels_the_work_and_awaits_its_end(loop):
    """TimeoutError is raised only after the cancelled coroutine has run its `finally` blocks."""
    ended = threading.Event()

    async def endless():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError, match=r"0\.01"):
        loop.run(endless(), timeout=0.01)

    assert ended.is_set()


def test_result_of_work_that_handles_its_cancellation_is_returned(loop):
    """Work that returns when cancelled by the timeout has a result; an error it raises then is raised."""

    async def stubborn(last):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return last()

    assert loop.run(stubborn(lambda: 7), timeout=0.5) == 7
    with pytest.raises(ZeroDivisionError):
        loop.run(stubborn(lambda: 1 / 0), timeout=0.5)


def test_work_that_cancels_itself_raises_cancelled_error(loop):
    """`concurrent.futures.CancelledError`, not TimeoutError."""

    async def cancel_itself():
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    with pytest.raises(concurrent.futures.CancelledError):
        loop.run(cancel_itself())


def test_keyboard_interrupt_cancels_the_work(loop):
    """Work whose caller was interrupted does not go on."""
    ended = threading.Event()
    interrupts = 0

    def interrupt(*_):
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            raise KeyboardInterrupt

    async def endless():
        try:
            while True:
                # Again and again: a signal that comes just before the main thread begins to wait does not wake it.
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.run(endless())
        assert ended.wait(5)
    finally:
        signal.signal(signal.SIGINT, before)


def test_call_from_the_loops_own_thread_is_refused(loop):
    """It would deadlock: WrongLoopError, and the coroutine is closed without a "never awaited" warning."""

    async def inside():
        loop.run(echo(1))

    async def close_inside():
        loop.close()

    async def inside_awaitable():
        loop.run(_Awaitable())

    for call in (inside, inside_awaitable, close_inside):
        with pytest.raises(WrongLoopError):
            loop.run(call())
    assert loop.run(echo(2)) == 2


async def numbers(log):
    try:
        for number in range(5):
            yield number
            await asyncio.sleep(0)
    finally:
        log.append("closed")


def test_stream_fetches_items_on_demand_and_closes_the_iterator(loop):
    """At its end, and when the consumer leaves early."""
    log = []
    assert list(loop.stream(numbers(log))) == [0, 1, 2, 3, 4]
    assert log == ["closed"]

    for number in loop.stream(numbers(log)):
        if number == 2:
            break
    gc.collect()
    assert log == ["closed", "closed"]


def test_stream_accepts_an_iterator_without_aclose(loop):
    """An async iterator need not be a generator."""

    class Countdown:
        remaining = 2

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.remaining:
                raise StopAsyncIteration
            self.remaining -= 1
            return self.remaining

    assert list(loop.stream(Countdown())) == [1, 0]


def test_stream_can_be_closed_after_the_loop_thread():
    """There is no loop left to close the iterator on: no error, no warning."""
    loop = LoopThread()
    stream = loop.stream(numbers([]))
    assert next(stream) == 0

    loop.close()

    stream.close()


class Manager:
    """Async context manager that records its tasks and the error it was exited with."""

    def __init__(self, *, swallow=False, enter=None):
        self.swallow = swallow
        self.enter = enter
        self.tasks = []
        self.error = "not exited"

    async def __aenter__(self):
        self.tasks.append(asyncio.current_task())
        if self.enter:
            raise self.enter
        return self

    async def __aexit__(self, kind, error, trace):
        self.tasks.append(asyncio.current_task())
        self.error = error
        return self.swallow


def test_context_manager_is_entered_and_exited_in_one_task(loop):
    """Timeouts and task groups require it."""
    manager = Manager()

    with loop.enter(manager) as inside:
        assert inside is manager
        assert loop.run(echo(1)) == 1

    assert manager.tasks[0] is manager.tasks[1]
    assert manager.error is None


def test_error_in_the_block_reaches_the_context_manager(loop):
    """The manager may suppress it; otherwise it is raised."""
    error = OSError("x")
    suppressing, passing = Manager(swallow=True), Manager()

    with loop.enter(suppressing):
        raise error
    with pytest.raises(OSError, match="x"), loop.enter(passing):
        raise error

    assert suppressing.error is error
    assert passing.error is error


def test_only_the_first_exit_request_of_a_context_manager_counts():
    """A later request, as when the loop thread closes inside the block, changes nothing."""
    manager = Manager()
    with LoopThread() as loop, pytest.raises(OSError, match="mine"), loop.enter(manager):
        hold = next(h for h in gc.get_objects() if isinstance(h, bridge._ContextHold) and h._manager is manager)
        loop.run(_request_exit_twice(hold))
        raise OSError("mine")

    assert manager.error is None


async def _request_exit_twice(hold):
    hold.request_exit(None)
    hold.request_exit(OSError("late"))


def test_error_on_entering_a_context_manager_is_raised(loop):
    """The block does not run."""
    with pytest.raises(OSError, match="shut"), loop.enter(Manager(enter=OSError("shut"))):
        pytest.fail("the block ran")


def test_close_cancels_running_work():
    """Tasks are cancelled and awaited, callers get CancelledError, context managers are exited; close is idempotent."""
    loop = LoopThread()
    log, outcome = [], []

    async def endless():
        try:
            await asyncio.Event().wait()
        finally:
            log.append("ended")

    def wait():
        try:
            loop.run(endless())
        except BaseException as error:
            outcome.append(type(error))

    waiter = threading.Thread(target=wait)
    manager = Manager()
    stack = contextlib.ExitStack()
    stack.enter_context(loop.enter(manager))
    waiter.start()
    while loop.run(_tasks()) < 3:
        time.sleep(0.001)

    loop.close()
    loop.close()
    waiter.join(5)

    assert log == ["ended"]
    assert outcome == [concurrent.futures.CancelledError]
    assert isinstance(manager.error, asyncio.CancelledError)
    with pytest.raises(ClosedError):
        loop.run(echo(1))
    with pytest.raises(RuntimeError):
        stack.close()


async def _tasks():
    return len(asyncio.all_tasks())


def test_unused_loop_thread_starts_no_thread_and_can_be_closed():
    """The thread starts on first use; after `close` a call raises ClosedError."""
    before = threading.active_count()
    thread = LoopThread()
    assert threading.active_count() == before

    thread.close()

    with pytest.raises(ClosedError):
        thread.run(echo(1))


def test_loop_factory_creates_the_loop():
    """For example uvloop; an argument that is not callable is refused."""
    made = []

    def factory():
        made.append(asyncio.new_event_loop())
        return made[-1]

    with LoopThread(loop_factory=factory) as loop:

        async def running():
            return asyncio.get_running_loop()

        assert loop.run(running()) is made[0]

    with pytest.raises(ConfigurationError):
        LoopThread(loop_factory="uvloop")


def test_loop_thread_survives_a_fork():
    """The child process starts a loop of its own, that of the parent goes on, and nothing warns."""
    script = textwrap.dedent(
        """
        import asyncio, os, sys, threading, warnings
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
        from asyncassist import LoopThread, bridge

        async def echo(value):
            await asyncio.sleep(0)
            return value

        used, fresh = LoopThread(), LoopThread()
        assert used.run(echo(1)) == 1
        used._lock.acquire()  # as if another thread held the lock at the time of the fork
        child = os.fork()
        if child == 0:
            assert used.run(echo(2)) == 2
            assert fresh.run(echo(3)) == 3
            used.close(); fresh.close()
            sys.stdout.write("child ")
            sys.stdout.flush()
            os._exit(0)
        used._lock.release()
        assert os.waitpid(child, 0)[1] == 0
        assert used.run(echo(4)) == 4
        used.close()
        print("parent")
        """
    )

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)

    assert (ran.stdout.strip(), ran.stderr) == ("child parent", "")


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_an_exit_ends_the_call_and_not_the_loop(loop, kind):
    """Its caller gets it, those who wait at the same time get their results, and later calls are served."""
    with concurrent.futures.ThreadPoolExecutor() as threads:
        others = [threads.submit(loop.run, asyncio.sleep(0.2, "other")) for _ in range(3)]
        with pytest.raises(kind):
            loop.run(fail(kind()), timeout=10)

        assert [other.result(10) for other in others] == ["other"] * 3
    assert loop.run(echo(1), timeout=10) == 1


def test_an_exit_in_a_stream_or_a_context_reaches_its_user(loop):
    """On entering, on leaving and between two items."""

    @contextlib.asynccontextmanager
    async def leaving(at):
        if at == "enter":
            sys.exit(3)
        yield at
        sys.exit(4)

    async def items():
        yield 1
        sys.exit(5)

    for at in ("enter", "exit"):
        with pytest.raises(SystemExit), loop.enter(leaving(at)):
            pass
    with pytest.raises(SystemExit):
        list(loop.stream(items()))
    assert loop.run(echo(1), timeout=10) == 1


def test_an_exit_in_a_callback_or_a_stop_from_inside_does_not_end_the_loop(loop):
    """The loop is everybody's: only `close` ends it."""

    async def disturb():
        running = asyncio.get_running_loop()
        running.call_soon(sys.exit, 3)
        running.call_soon(running.stop)
        return await asyncio.sleep(0.05, "done")

    assert loop.run(disturb(), timeout=10) == "done"
    assert loop.run(echo(1), timeout=10) == 1


def test_an_exit_during_close_does_not_keep_it_from_ending():
    """What a cancelled task raises is its own; the others are cancelled too."""
    loop = LoopThread()
    cancelled = []

    async def work(error):
        try:
            await asyncio.sleep(3600)
        finally:
            cancelled.append(1)
            if error is not None:
                raise error

    async def start():
        return [asyncio.ensure_future(work(error)) for error in (SystemExit(), None)]

    tasks = loop.run(start())
    loop.run(asyncio.sleep(0))
    loop.close()

    assert len(cancelled) == 2
    assert isinstance(tasks[0].exception(), SystemExit)


def test_run_of_what_is_not_awaitable_says_what_to_do(loop):
    """A function that was not called, and any other value, are refused before anything runs."""
    with pytest.raises(TypeError, match=r"needs a coroutine or another awaitable, not function; call it: run\(echo\("):
        loop.run(echo)
    with pytest.raises(TypeError, match=r"awaitable, not int$"):
        loop.run(7)


def test_enter_of_a_synchronous_context_manager_is_refused(loop):
    """The error names the type."""
    with pytest.raises(TypeError, match="needs an asynchronous context manager, not lock"):
        loop.enter(threading.Lock()).__enter__()


def test_call_that_blocks_a_running_loop_gives_a_warning():
    """It says what to do, and as an error it refuses the call; in a worker thread of that loop there is none."""
    with LoopThread() as loop:

        async def use() -> int:
            with pytest.raises(RuntimeWarning, match=r"await the call there.*asyncio\.to_thread"):
                _run_blocking(loop)
            return await asyncio.to_thread(_run_blocking, loop)

        assert asyncio.run(use()) == 7


def _run_blocking(loop):
    return loop.run(echo(7))
