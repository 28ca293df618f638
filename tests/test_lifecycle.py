"""Lifecycle of components: opened once, shared by many tasks, closed once, bound to one event loop."""

import asyncio
import contextvars
import gc
import sys
import traceback
import warnings
from contextlib import asynccontextmanager, suppress

import pytest

from asyncassist._lifecycle import Resource, cancel_and_wait, import_in_thread, open_component
from asyncassist.errors import ClosedError, WrongLoopError


class Component(Resource):
    """Component that logs its lifecycle.

    Args:
        fails: How many openings fail.
        log: List to log to.
    """

    def __init__(self, *, fails=0, log=None):
        super().__init__()
        self.log = [] if log is None else log
        self.fails = fails
        self.inside = None

    async def _open(self):
        self.log.append("open")
        self.first = await self._own(self.part("first"))
        self._own_closable(Component(log=self.log))
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("no")
        self.second = await self._own(self.part("second"))

    @asynccontextmanager
    async def part(self, name):
        self.log.append(f"+{name}")
        yield name
        self.log.append(f"-{name}")

    async def _before_close(self):
        self.log.append("close")

    async def use(self):
        await self._ensure_open()
        return self.second


async def test_concurrent_first_uses_open_the_component_once():
    """Twenty tasks use it, one opening."""
    component = Component()

    assert await asyncio.gather(*(component.use() for _ in range(20))) == ["second"] * 20

    async with component:
        await component.use()
    assert component.log.count("open") == 1


async def test_owned_resources_are_closed_last_opened_first():
    """After `_before_close` of the component itself; a second close does nothing."""
    component = Component()
    await component.use()

    await component.aclose()
    await component.aclose()

    assert component.log == ["open", "+first", "+second", "close", "-second", "-first"]


async def test_failed_opening_leaves_nothing_open_and_can_be_repeated():
    """What was opened before the failure is closed again."""
    component = Component(fails=1)
    with pytest.raises(OSError, match="no"):
        await component.use()
    assert component.log == ["open", "+first", "-first"]

    assert await component.use() == "second"

    await component.aclose()


async def test_closed_component_stays_closed():
    """It does not reopen, even if it was never open."""
    used, fresh = Component(), Component()
    await used.use()
    await used.aclose()
    await fresh.aclose()

    for component in (used, fresh):
        with pytest.raises(ClosedError, match="Component"):
            await component.use()
        with pytest.raises(ClosedError):
            await component.__aenter__()


async def test_concurrent_closes_close_once():
    """`_before_close` runs once."""
    component = Component()
    await component.use()

    await asyncio.gather(component.aclose(), component.aclose())

    assert component.log.count("close") == 1


def test_use_from_another_loop_is_refused_with_advice():
    """Using and closing on a second loop both raise an error that says what to do."""
    component = Component()
    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(component.use())

        for call in (component.use, component.aclose):
            with pytest.raises(WrongLoopError, match="LoopThread"):
                second.run(call())

        first.run(component.aclose())


def test_unclosed_component_warns_when_collected():
    """The ResourceWarning names the class and the remedy; a closed component does not warn."""
    component = Component()
    with asyncio.Runner() as runner:
        runner.run(component.use())
        with pytest.warns(ResourceWarning, match="unclosed Component"):
            del component
            gc.collect()

        closed = Component()
        runner.run(closed.use())
        runner.run(closed.aclose())
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            del closed
            gc.collect()


async def test_error_in_before_close_still_closes_owned_resources():
    """Nothing leaks because a flush failed."""

    class FailingFlush(Component):
        async def _before_close(self):
            raise OSError("flush")

    component = FailingFlush()
    await component.use()

    with pytest.raises(OSError, match="flush"):
        await component.aclose()

    assert component.log[-1] == "-first"


async def test_module_is_imported_in_a_thread(monkeypatch):
    """A loaded module is returned as it is; a missing one raises ModuleNotFoundError."""
    monkeypatch.delitem(sys.modules, "this_is_not_loaded", raising=False)

    module = await import_in_thread("colorsys")

    assert module is sys.modules["colorsys"]
    assert await import_in_thread("colorsys") is module
    with pytest.raises(ModuleNotFoundError):
        await import_in_thread("this_is_not_loaded")


async def test_what_was_taken_over_is_opened_and_closed_with_the_component():
    """A factory hands over what it made; `_open` owns it, so it is closed exactly once, and before what was handed in."""
    log = []
    inner = Component(log=log)

    class Outer(Resource):
        async def _open(self):
            for thing in self._taken_over:
                await self._own(thing)

    outer = Outer()
    outer._take_over(inner)
    assert log == []

    async with outer:
        assert log[0] == "open"

    assert log.count("close") == 1
    with pytest.raises(ClosedError):
        await inner.use()


async def test_a_lost_cancellation_is_repeated():
    """A task that drops one cancellation ends with the next; without tasks that run nothing is waited for."""

    async def work():
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(work()) for _ in range(2)]
    await asyncio.sleep(0)

    async with asyncio.timeout(10.0):
        await cancel_and_wait(*tasks)
        await cancel_and_wait(*tasks)
        await cancel_and_wait()

    assert all(task.cancelled() for task in tasks)


async def test_cancelled_caller_of_cancel_and_wait_leaves_and_the_task_still_ends():
    """The cancellation is repeated although no caller waits for it any more."""

    async def work():
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    caller = asyncio.create_task(cancel_and_wait(task))
    await asyncio.sleep(0)

    caller.cancel()

    await asyncio.wait([caller])
    assert caller.cancelled()
    assert not task.done()
    async with asyncio.timeout(10.0):
        await asyncio.wait([task])


class SlowComponent(Component):
    """Component whose opening waits half-way for `released`.

    Args:
        fails: How many openings fail after the wait.
        loses_cancellation: Whether the wait drops a cancellation and the opening goes on.
    """

    def __init__(self, *, fails=0, loses_cancellation=False):
        super().__init__(fails=fails)
        self.loses_cancellation = loses_cancellation
        self.released = asyncio.Event()

    async def _open(self):
        self.log.append("open")
        self.first = await self._own(self.part("first"))
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            if not self.loses_cancellation:
                raise
            await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("no")
        self.second = await self._own(self.part("second"))


async def _start(*coroutines):
    """Start tasks and let them run until they wait."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


async def test_opening_goes_on_when_callers_give_up():
    """The first caller is cancelled, then all are; whoever comes later finds the same opening further on."""
    component = SlowComponent()
    first, second = await _start(component.use(), component.use())
    first.cancel()
    await asyncio.wait([first])
    assert not second.done()
    second.cancel()
    await asyncio.wait([second])

    (third,) = await _start(component.use())
    component.released.set()

    assert await third == "second"
    assert component.log == ["open", "+first", "+second"]
    await component.aclose()


async def test_opening_that_nobody_waits_for_completes():
    """A later call finds the component open."""
    component = SlowComponent()
    (caller,) = await _start(open_component(component))
    caller.cancel()
    await asyncio.wait([caller])
    component.released.set()
    await _start()

    assert component._is_open_on_loop

    await component.aclose()


async def test_failed_opening_is_raised_to_every_caller_and_can_be_repeated():
    """The callers share one error, whose traceback does not grow with their number."""
    component = SlowComponent(fails=1)
    component.released.set()

    errors = await asyncio.gather(*(component.use() for _ in range(30)), return_exceptions=True)

    assert [str(error) for error in errors] == ["no"] * 30
    assert max(len(traceback.extract_tb(error.__traceback__)) for error in errors) < 10
    assert component.log == ["open", "+first", "-first"]
    assert await component.use() == "second"
    await component.aclose()


async def test_failed_opening_without_callers_is_not_reported():
    """asyncio logs no exception that was never retrieved; the next call tries again."""
    reported = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    component = SlowComponent(fails=1)
    (caller,) = await _start(component.use())
    caller.cancel()
    await asyncio.wait([caller])
    component.released.set()
    await _start()
    gc.collect()

    assert await component.use() == "second"
    assert reported == []

    await component.aclose()


async def test_close_ends_the_opening():
    """It is cancelled and awaited, what it opened half-way is closed, and its callers get ClosedError."""
    component = SlowComponent()
    callers = await _start(component.use(), component.use())

    await component.aclose()

    assert component.log == ["open", "+first", "-first"]
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [ClosedError, ClosedError]
    with pytest.raises(ClosedError):
        await component.use()


async def test_close_before_the_first_step_of_the_opening():
    """Nothing is opened; what was registered before is closed."""
    component, inner = SlowComponent(), Component()
    component._own_closable(inner)
    caller = asyncio.create_task(component.use())
    await asyncio.sleep(0)

    await component.aclose()

    assert component.log == []
    with pytest.raises(ClosedError):
        await caller
    with pytest.raises(ClosedError):
        await inner.use()


async def test_opening_that_loses_its_cancellation_is_closed_again():
    """Also when the caller of `aclose` is cancelled while it waits."""
    for cancelled in (False, True):
        component = SlowComponent(loses_cancellation=True)
        (caller,) = await _start(component.use())

        if cancelled:
            closing = asyncio.create_task(component.aclose())
            await asyncio.sleep(0)
            closing.cancel()
            await asyncio.wait([closing])
            await _start()
            assert closing.cancelled()
        else:
            await component.aclose()

        assert component.log == ["open", "+first", "+second", "close", "-second", "-first"]
        with pytest.raises(ClosedError):
            await caller


async def test_cancelled_opening_is_a_closed_error_for_its_callers():
    """A caller that was not cancelled gets no CancelledError; a later call opens the component."""
    component = SlowComponent()
    (caller,) = await _start(component.use())
    (opening,) = (task for task in asyncio.all_tasks() if task.get_name() == "asyncassist-open")

    opening.cancel()

    with pytest.raises(ClosedError, match="opening of this SlowComponent was cancelled"):
        await caller
    component.released.set()
    assert await component.use() == "second"
    await component.aclose()


async def test_cancelled_async_with_closes_the_component():
    """The block is never entered, so no one else would close what was opened; the opening has ended with it."""
    component = SlowComponent()
    (block,) = await _start(component.__aenter__())

    block.cancel()

    await asyncio.wait([block])
    assert block.cancelled()
    assert component.log == ["open", "+first", "-first"]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_opening_runs_with_the_context_variables_of_the_caller_that_started_it():
    """Log records and spans of the opening belong to the call that needed it first."""
    variable = contextvars.ContextVar("variable", default="none")

    class Seeing(Resource):
        async def _open(self):
            self.seen = variable.get()

    component = Seeing()
    variable.set("caller")

    async with component:
        assert component.seen == "caller"


def test_loop_that_ends_during_the_opening_ends_it():
    """A component whose opening was cancelled with its loop is opened by the next loop."""
    component = SlowComponent()

    async def give_up():
        await _start(component.use())

    asyncio.run(give_up())
    assert component.log == ["open", "+first", "-first"]

    async def use():
        component.released = asyncio.Event()
        component.released.set()
        async with component:
            return await component.use()

    assert asyncio.run(use()) == "second"


def test_plain_with_is_refused_with_advice():
    """The error names the class, `async with`, and the way of synchronous programs."""
    advice = r"Component is an asynchronous context manager: use 'async with'.*LoopThread"
    with pytest.raises(TypeError, match=advice), Component():
        pass
    Component().__exit__(None, None, None)


async def test_closing_goes_on_when_its_caller_is_cancelled_twice():
    """The cancellation is raised when everything is closed, not in the middle of it."""
    log: list[str] = []
    component, barrier = Slow(log), asyncio.Event()
    component.barrier = barrier
    await component.__aenter__()

    closing = asyncio.create_task(component.aclose())
    for _ in range(2):
        await asyncio.sleep(0)
        closing.cancel()
    await asyncio.sleep(0)
    assert not closing.done()
    barrier.set()
    with pytest.raises(asyncio.CancelledError):
        await closing

    assert log == ["flushed", "released"]


async def test_a_failure_of_closing_is_raised():
    """Also when the close runs in a task of its own."""
    component = Failing()
    await component.__aenter__()

    with pytest.raises(OSError, match="disk"):
        await component.aclose()
    await component.aclose()


class Slow(Resource):
    """Component whose closing waits for a barrier."""

    barrier: asyncio.Event

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log

    async def _open(self) -> None:
        self._owned.callback(self.log.append, "released")

    async def _before_close(self) -> None:
        await self.barrier.wait()
        self.log.append("flushed")


class Failing(Resource):
    """Component that cannot be closed properly."""

    async def _before_close(self) -> None:
        raise OSError("disk")
