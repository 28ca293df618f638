"""A model's server on loopback, and chatbots that talk to it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from asyncassist import CachedChatbot, Timeout
from asyncassist.testing import FakeClock, FakeOpenAI

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Long, so that a busy machine is not taken for a server that hangs; and short for the tests of one that does.
PATIENT = Timeout(total=30.0, attempt=10.0, idle=10.0)
QUICK = Timeout(total=4.0, attempt=0.4, idle=0.3)


class Make(Protocol):
    """Makes a chatbot on the test's server; the test's end closes it."""

    async def __call__(self, **settings: Any) -> CachedChatbot: ...


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as running:
        yield running


@pytest.fixture
async def make(server: FakeOpenAI, clock: FakeClock) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        async def build(**settings: Any) -> CachedChatbot:
            usual: dict[str, Any] = {"model": "m", "api_key": "k", "timeout": PATIENT, "now": clock}
            if "client" in settings:
                del usual["api_key"]
            elif "base_url" not in settings:
                usual["base_url"] = server.base_url
            return await stack.enter_async_context(CachedChatbot(**{**usual, **settings}))

        yield build


@pytest.fixture
async def bot(make: Make) -> CachedChatbot:
    return await make()
