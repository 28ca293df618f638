"""Many threads, one loop: results, errors, cancellation, streams and contexts cross the bridge whole."""

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

name = contextvars.ContextVar("name", default="nobody")


async def echo(value):
    await asyncio.sleep(0)
    return value


async def fail(error):
    raise error


@pytest.fixture
def loop():
    with LoopThread() as thread:
        yield thread


def test_a_result_crosses(loop):
    """From any awaitable."""
    assert loop.run(echo(3)) == 3
    assert loop.run(_Awaitable()) == "awaited"


class _Awaitable:
    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return "awaited"


def test_an_error_arrives_as_it_was_raised(loop):
    """The same object."""
    error = KeyError("x")

    with pytest.raises(KeyError) as caught:
        loop.run(fail(error))

    assert caught.value is error


def test_context_variables_are_seen_on_the_loop(loop):
    """Each caller's own."""

    async def read():
        return name.get()

    def ask(value):
        name.set(value)
        return loop.run(read())

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, "abcdefgh")) == list("abcdefgh")


def test_forty_threads_share_one_loop(loop):
    """All on the same loop, none waits for ever."""

    async def where():
        await asyncio.sleep(0)
        return id(asyncio.get_running_loop()), threading.get_ident()

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        places = set(pool.map(lambda _: loop.run(where()), range(400)))

    assert len(places) == 1


def test_a_timeout_cancels(loop):
    """And waits for the end of what it cancelled."""
    ended = threading.Event()

    async def endless():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError, match=r"0\.01"):
        loop.run(endless(), timeout=0.01)

    assert ended.is_set()


def test_an_answer_to_being_cancelled_counts(loop):
    """Work that ends well although time is up has a result; an error of its last words is raised."""

    async def stubborn(last):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return last()

    assert loop.run(stubborn(lambda: 7), timeout=0.5) == 7
    with pytest.raises(ZeroDivisionError):
        loop.run(stubborn(lambda: 1 / 0), timeout=0.5)


def test_work_cancelled_from_inside_says_so(loop):
    """It is no timeout."""

    async def leave():
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    with pytest.raises(concurrent.futures.CancelledError):
        loop.run(leave())


def test_an_interrupt_cancels_the_work(loop):
    """What nobody waits for any more must not go on."""
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


def test_a_call_from_its_own_loop_is_refused(loop):
    """It would wait for itself; the coroutine is closed, not left behind."""

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


def test_a_stream_is_fetched_as_asked(loop):
    """To its end, or until left, which closes it."""
    log = []
    assert list(loop.stream(numbers(log))) == [0, 1, 2, 3, 4]
    assert log == ["closed"]

    for number in loop.stream(numbers(log)):
        if number == 2:
            break
    gc.collect()
    assert log == ["closed", "closed"]


def test_a_stream_without_aclose_ends_too(loop):
    """An async iterator need not be a generator."""

    class Two:
        left = 2

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return self.left

    assert list(loop.stream(Two())) == [1, 0]


def test_a_stream_left_after_closing_is_quiet():
    """There is no loop to close it on any more."""
    loop = LoopThread()
    stream = loop.stream(numbers([]))
    assert next(stream) == 0

    loop.close()

    stream.close()


class Manager:
    """Remembers its tasks and what it was left with."""

    def __init__(self, *, swallow=False, enter=None):
        self.swallow = swallow
        self.enter = enter
        self.tasks = []
        self.error = "not left"

    async def __aenter__(self):
        self.tasks.append(asyncio.current_task())
        if self.enter:
            raise self.enter
        return self

    async def __aexit__(self, kind, error, trace):
        self.tasks.append(asyncio.current_task())
        self.error = error
        return self.swallow


def test_a_context_manager_lives_in_one_task(loop):
    """Timeouts and task groups demand it."""
    manager = Manager()

    with loop.enter(manager) as inside:
        assert inside is manager
        assert loop.run(echo(1)) == 1

    assert manager.tasks[0] is manager.tasks[1]
    assert manager.error is None


def test_an_error_in_the_block_reaches_the_manager(loop):
    """It may swallow it; else it is raised."""
    error = OSError("x")
    polite, strict = Manager(swallow=True), Manager()

    with loop.enter(polite):
        raise error
    with pytest.raises(OSError, match="x"), loop.enter(strict):
        raise error

    assert polite.error is error
    assert strict.error is error


def test_a_manager_may_be_left_while_the_loop_ends():
    """The first word to leave counts; closing in the block is the second."""
    manager = Manager()
    with LoopThread() as loop, pytest.raises(OSError, match="mine"), loop.enter(manager):
        visit = next(v for v in gc.get_objects() if isinstance(v, bridge._ContextHold) and v._manager is manager)
        loop.run(_leave_twice(visit))
        raise OSError("mine")

    assert manager.error is None


async def _leave_twice(visit):
    visit.request_exit(None)
    visit.request_exit(OSError("late"))


def test_a_manager_that_does_not_open(loop):
    """Its error is raised, the block does not run."""
    with pytest.raises(OSError, match="shut"), loop.enter(Manager(enter=OSError("shut"))):
        pytest.fail("the block ran")


def test_closing_ends_what_runs():
    """Tasks are cancelled and waited for, callers told, managers left; a second close does nothing."""
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
    visit = contextlib.ExitStack()
    visit.enter_context(loop.enter(manager))
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
        visit.close()


async def _tasks():
    return len(asyncio.all_tasks())


def test_a_thread_that_never_ran_closes_at_once():
    """Nothing was started."""
    before = threading.active_count()
    thread = LoopThread()
    assert threading.active_count() == before

    thread.close()

    with pytest.raises(ClosedError):
        thread.run(echo(1))


def test_the_loop_can_be_another():
    """uvloop, for one; what is no function is refused."""
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


def test_it_survives_a_fork():
    """The child starts a loop of its own; the parent's goes on; nothing warns."""
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
        used._lock.acquire()  # as if another thread stood in the door at this moment
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
