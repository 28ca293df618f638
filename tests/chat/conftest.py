"""A model server on loopback, a factory of chatbots that use it, and helpers of several test files."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from asyncassist import CachedChatbot, Retry, Timeout
from asyncassist.testing import FakeClock, FakeFault, FakeOpenAI

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Long enough for a busy machine; short for tests of servers that hang.
LENIENT = Timeout(total=30.0, attempt=10.0, idle=10.0)
QUICK = Timeout(total=4.0, attempt=0.4, idle=0.3)
NO_RETRY = Retry(attempts=1)


class Make(Protocol):
    """Factory of chatbots on the test's server, closed at the end of the test."""

    async def __call__(self, **settings: Any) -> CachedChatbot: ...


def faults(count: int, *, kind: Any = "status", **fields: Any) -> list[FakeFault]:
    """Return equal faults for the script of a server."""
    return [FakeFault(kind, **fields)] * count


def sent_messages(server: FakeOpenAI, index: int = -1) -> list[tuple[str, str]]:
    """Return roles and texts of a request, on either wire."""
    body = server.requests[index].body
    return [(message["role"], message["content"]) for message in body.get("messages") or body["input"]]


@pytest.fixture
def wire() -> str:
    """The wire of the test's chatbots; a test module that holds on both overrides it with `BOTH_WIRES`."""
    return "auto"


def _each_wire(request: pytest.FixtureRequest) -> str:
    """Run each test of the module over Chat Completions and over the Responses API."""
    return request.param


BOTH_WIRES = pytest.fixture(params=["chat", "responses"], name="wire")(_each_wire)


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    """A model server."""
    async with FakeOpenAI() as running:
        yield running


@pytest.fixture
async def make(server: FakeOpenAI, clock: FakeClock, wire: str) -> AsyncIterator[Make]:
    """Factory of chatbots on the test's server and clock."""
    async with AsyncExitStack() as stack:

        async def build(**settings: Any) -> CachedChatbot:
            defaults: dict[str, Any] = {"model": "m", "api_key": "k", "timeout": LENIENT, "now": clock, "wire": wire}
            if "client" in settings:
                del defaults["api_key"]
            elif "base_url" not in settings:
                defaults["base_url"] = server.base_url
            return await stack.enter_async_context(CachedChatbot(**{**defaults, **settings}))

        yield build


@pytest.fixture
async def bot(make: Make) -> CachedChatbot:
    """A chatbot with default settings."""
    return await make()
