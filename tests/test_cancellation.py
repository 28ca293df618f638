"""Cancellation at every await: nothing stays behind, and the same operation works at once afterwards."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import itertools
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import asyncassist
from asyncassist import (
    AsyncFlightClient,
    AsyncHandler,
    AsyncNLPEngine,
    AsyncStateManager,
    CachedChatbot,
    FlightQuery,
    Limits,
    TravelAssistant,
)
from asyncassist.testing import FakeFlightServer, FakeOpenAI
from asyncassist.web import Request, Service, WebSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Generator

PACKAGE = str(Path(asyncassist.__file__).parent)
DELAYS = (0, 3)
"""Steps of the event loop between an await of the operation and its cancellation: shared work gets as far meanwhile."""
GAPS = (None, 0, 2)
"""Steps between the first cancellation and a second one; None for a single cancellation."""


class CancelledAt:
    """Awaitable that runs an operation and cancels its task some steps after the operation waits for the n-th time.

    Args:
        operation: The operation.
        number: Which wait it is, from 0.
        delay: Steps of the event loop from then to the cancellation.
        gap: Steps from there to a second cancellation; None for no second one.
    """

    def __init__(self, operation: Coroutine[Any, Any, object], number: int, delay: int, gap: int | None) -> None:
        self._operation = operation
        self._number = number
        self._delay = delay
        self._gap = gap
        self.reached = False
        self.cancelled = False

    def __await__(self) -> Generator[Any, Any, object]:
        task = asyncio.current_task()
        assert task is not None
        awaits = 0
        error: BaseException | None = None
        while True:
            try:
                waited_for = self._operation.send(None) if error is None else self._operation.throw(error)
            except StopIteration as ended:
                return ended.value
            if awaits == self._number:
                self.reached = True
                _after(self._delay, self._cancel, task)
                if self._gap is not None:
                    _after(self._delay + self._gap, self._cancel, task)
            awaits += 1
            error = None
            try:
                yield waited_for
            except BaseException as raised:
                error = raised

    def _cancel(self, task: asyncio.Task[object]) -> None:
        self.cancelled = task.cancel() or self.cancelled


def _after(steps: int, call: Callable[..., object], *args: object) -> None:
    """Call a function after some steps of the event loop."""
    loop = asyncio.get_running_loop()
    if steps:
        loop.call_soon(_after, steps - 1, call, *args)
    else:
        loop.call_soon(call, *args)


async def _run(operation: CancelledAt) -> object:
    return await operation


def _own_tasks() -> set[asyncio.Task[Any]]:
    """Return the tasks that run code of the package; those of the test's servers are not among them."""
    return {
        task
        for task in asyncio.all_tasks()
        if (code := getattr(task.get_coro(), "cr_code", None)) is not None
        and code.co_filename.startswith(PACKAGE)
        and "testing" not in code.co_filename
    }


async def cancel_everywhere(
    operation: Callable[[], Coroutine[Any, Any, object]],
    gauges: Callable[[], object],
    delays: tuple[int, ...] = DELAYS,
) -> int:
    """Cancel an operation at each of its awaits, and check after each time that nothing stays and that it works again.

    Args:
        operation: Starts the operation anew.
        gauges: Returns what is in use; the same afterwards as before.
        delays: Steps of the event loop between an await and the cancellation.

    Returns:
        How many runs were cancelled.
    """
    await operation()
    await operation()
    tasks, before = _own_tasks(), gauges()
    cancelled = 0
    number = 0
    reached = True
    while reached:
        reached = False
        for delay in delays:
            for gap in GAPS:
                where = f"await {number}, delay {delay}, gap {gap}"
                at = CancelledAt(operation(), number, delay, gap)
                task = asyncio.create_task(_run(at))
                await asyncio.wait([task], timeout=10.0)
                assert task.done(), f"hangs: {where}"
                assert task.cancelled() == at.cancelled, f"cancellation lost, or an error instead: {where}: {task!r}"
                reached |= at.reached
                cancelled += at.cancelled
                await _settle(lambda: (_own_tasks() <= tasks, gauges() == before), where)
                async with asyncio.timeout(10.0):
                    await operation()
                await _settle(lambda: (_own_tasks() <= tasks, gauges() == before), where)
        number += 1
    return cancelled


async def _settle(state: Callable[[], tuple[bool, bool]], where: str) -> None:
    """Wait until background work has ended."""
    end = asyncio.get_running_loop().time() + 5.0
    while not all(state()):
        assert asyncio.get_running_loop().time() < end, f"something stays: {where}: {state()}: {_own_tasks()}"
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
async def _nothing_reported() -> AsyncIterator[None]:
    """Fail on what asyncio reports: an exception that was never retrieved, a task destroyed while it is pending."""
    reports: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
    yield
    gc.collect()
    assert reports == []


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    """URL of an HTTP server whose response comes in two chunks."""

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = 8
        await response.prepare(request)
        await response.write(b'{"a"')
        await asyncio.sleep(0)
        await response.write(b": 1}")
        return response

    app = web.Application()
    app.router.add_get("/", respond)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


def _http_gauges(http: AsyncHandler) -> Callable[[], object]:
    return lambda: [(each.in_flight, each.waiting) for each in http.stats().origins]


async def test_get(origin):
    """The only slot of the handler is free again."""
    async with AsyncHandler(limits=Limits(total=1, queue=0), retry=None) as http:

        async def get():
            assert await http.get_json(origin, cache="no-store") == {"a": 1}

        assert await cancel_everywhere(get, _http_gauges(http)) > 3


async def test_hedged_get(origin):
    """Both attempts have ended with the request."""
    async with AsyncHandler(limits=Limits(total=1, queue=0), retry=None) as http:

        async def get():
            assert await http.get_json(origin, cache="no-store", hedge_after=0.0001) == {"a": 1}

        assert await cancel_everywhere(get, _http_gauges(http)) > 3


async def test_coalesced_get(origin):
    """The shared fetch has ended, also when one of its two callers had joined it; the only slot is free again."""
    async with AsyncHandler(ttl=60.0, limits=Limits(total=1, queue=0), retry=None) as http:
        numbers = itertools.count()

        async def get():
            url = f"{origin}?{next(numbers)}"
            assert await asyncio.gather(http.get_json(url), http.get_json(url)) == [{"a": 1}] * 2

        assert await cancel_everywhere(get, _http_gauges(http), delays=tuple(range(0, 40, 5))) > 3


async def test_stream(origin):
    """The only slot of the handler is free again, whether the head had been received or not."""
    async with AsyncHandler(limits=Limits(total=1, queue=0), retry=None) as http:

        async def stream():
            async with http.stream("GET", origin) as response:
                assert await response.read() == b'{"a": 1}'

        assert await cancel_everywhere(stream, _http_gauges(http)) > 3


@pytest.mark.parametrize("busy", ["queue", "reject"])
async def test_reply(busy):
    """The conversation takes its next turn: its lock is free, and its history is whole."""
    async with (
        FakeOpenAI(answer="hello") as server,
        AsyncStateManager() as state,
        CachedChatbot(
            model="m", api_key="k", base_url=server.base_url, busy=busy, history=state, retry=None
        ) as chatbot,
    ):

        async def reply():
            answer = await chatbot.reply("hi", conversation_id="c", cache="bypass")
            assert answer.text == "hello"
            assert answer.source == "model"

        assert await cancel_everywhere(reply, lambda: None) > 3
        roles = [message.role for message in await state.messages("c")]
        assert roles == ["user", "assistant"] * (len(roles) // 2)


async def test_coalesced_reply():
    """The shared call to the model has ended, and the next equal question is answered."""
    async with (
        FakeOpenAI(answer="hello") as server,
        CachedChatbot(model="m", api_key="k", base_url=server.base_url, retry=None) as chatbot,
    ):
        numbers = itertools.count()

        async def reply():
            question = f"question {next(numbers)}"
            replies = await asyncio.gather(chatbot.reply(question), chatbot.reply(question))
            assert [reply.text for reply in replies] == ["hello"] * 2

        assert await cancel_everywhere(reply, lambda: None, delays=(0, 7, 20, 40)) > 3


async def test_reply_stream():
    """The conversation takes its next turn after a stream that was cancelled anywhere."""
    async with (
        FakeOpenAI(answer="one two three") as server,
        CachedChatbot(model="m", api_key="k", base_url=server.base_url, busy="reject", retry=None) as chatbot,
    ):

        async def stream():
            async with chatbot.stream("hi", conversation_id="c", cache="bypass") as deltas:
                assert "".join([delta async for delta in deltas]) == "one two three"

        assert await cancel_everywhere(stream, lambda: None) > 3


@pytest.mark.parametrize("near_cache", [False, True])
async def test_state(redis_url, near_cache):
    """Turns, sessions, updates and transcripts: every lock is free, and no connection stays in use."""
    prefix = f"t{secrets.token_hex(6)}:"
    async with AsyncStateManager(redis=redis_url, prefix=prefix, timeout=10.0, near_cache=near_cache) as state:
        written = 0

        async def turn():
            async with state.turn("c"):
                await state.append("c", [{"role": "user", "content": "x"}])

        async def session():
            async with state.session("s", lock=True) as opened:
                opened.data["n"] = opened.data.get("n", 0) + 1

        async def update():
            nonlocal written
            written += 1
            await state.update("u", lambda data: {**data, "n": written}, create=True)
            found = await state.get("u")
            assert found is not None
            assert found.data["n"] == written

        async def lock():
            async with state.lock("l", wait=5.0):
                pass

        def gauges():
            stats = state.stats()
            return stats.in_use, stats.journal_depth

        for operation in (turn, session, update, lock):
            assert await cancel_everywhere(operation, gauges) > 3


async def test_state_in_memory():
    """The same within one process: the locks of turns and sessions are free."""
    async with AsyncStateManager() as state:

        async def use():
            async with state.turn("c"), state.session("s", lock=True) as opened:
                opened.data["n"] = opened.data.get("n", 0) + 1
                await asyncio.sleep(0)
                await state.append("c", [{"role": "user", "content": "x"}])

        await cancel_everywhere(use, lambda: None)


async def test_flight_search():
    """No search stays in flight, alone or as a stream, and the only place of the client is free again."""
    query = FlightQuery("LIS", "FCO", dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30))
    async with (
        FakeFlightServer() as server,
        AsyncFlightClient(providers=[server.duffel()], ttl=0, max_concurrency=1) as client,
    ):

        async def search():
            assert (await client.search(query)).offers

        async def stream():
            async with client.stream(query) as offers:
                assert [batch async for batch in offers]

        for operation in (search, stream):
            assert await cancel_everywhere(operation, lambda: client.stats().in_flight, delays=(0, 5)) > 3


async def test_assistant_and_service():
    """The next message of the session is answered, and no request is counted as in flight."""
    async with TravelAssistant() as assistant:

        async def reply():
            assert (await assistant.reply("flights from Lisbon to Rome", session_id="s")).text

        assert await cancel_everywhere(reply, lambda: assistant.flights.stats().in_flight) > 3

        async with Service(assistant=assistant, settings=WebSettings(rate_limit=0)) as service:

            async def handle():
                headers = {"host": "localhost", "content-type": "application/json"}
                request = Request("POST", "/chat", (), headers, b'{"message": "hello"}', "127.0.0.1")
                assert (await service.handle(request)).status == 200

            assert await cancel_everywhere(handle, lambda: service.metrics.in_flight) > 3


@pytest.mark.parametrize("component", ["handler", "chatbot", "state", "flights", "nlp", "assistant"])
async def test_async_with(component, redis_url):
    """A component that is cancelled while it opens, in use or while it closes leaves nothing open."""

    def build() -> Any:
        match component:
            case "handler":
                return AsyncHandler()
            case "chatbot":
                return CachedChatbot(model="m", api_key="k", base_url="http://127.0.0.1:1/v1")
            case "state":
                prefix = f"t{secrets.token_hex(6)}:"
                return AsyncStateManager(redis=redis_url, prefix=prefix, timeout=10.0, near_cache=True)
            case "flights":
                return AsyncFlightClient()
            case "nlp":
                return AsyncNLPEngine()
            case _:
                return TravelAssistant()

    async def use() -> None:
        async with build() as opened:
            assert opened.stats() is not None
            await asyncio.sleep(0)

    assert await cancel_everywhere(use, lambda: None, delays=(0, 9)) > 1
