"""A model server on loopback, a factory of chatbots that use it, and helpers of several test files."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Protocol

import openai
import pytest

from asyncassist import CachedChatbot, Retry, Timeout
from asyncassist._chat.transports.response_body import ACCEPT_ENCODING, bound_response
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
def transport() -> str:
    """The transport of the test's chatbots; a test module that holds over both overrides it with `BOTH_TRANSPORTS`."""
    return "http"


def _each_transport(request: pytest.FixtureRequest) -> str:
    """Run each test of the module over the chatbot's own transport and over a client of the SDK."""
    return request.param


BOTH_TRANSPORTS = pytest.fixture(params=["http", "sdk"], name="transport")(_each_transport)


def sdk_client(base_url: str, api_key: str = "k") -> openai.AsyncOpenAI:
    """Return a client with the hook of those that the chatbot creates."""
    http_client = openai.DefaultAsyncHttpxClient(
        headers={"Accept-Encoding": ACCEPT_ENCODING}, event_hooks={"response": [bound_response]}
    )
    return openai.AsyncOpenAI(api_key=api_key, base_url=base_url, http_client=http_client, max_retries=0)


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    """A model server."""
    async with FakeOpenAI() as running:
        yield running


@pytest.fixture
async def make(server: FakeOpenAI, clock: FakeClock, wire: str, transport: str) -> AsyncIterator[Make]:
    """Factory of chatbots on the test's server and clock."""
    async with AsyncExitStack() as stack:

        async def build(**settings: Any) -> CachedChatbot:
            defaults: dict[str, Any] = {"model": "m", "api_key": "k", "timeout": LENIENT, "now": clock, "wire": wire}
            if "client" in settings:
                del defaults["api_key"]
            elif transport == "sdk":
                base_url = settings.pop("base_url", server.base_url)
                api_key = settings.pop("api_key", defaults.pop("api_key")) or "none"
                defaults["client"] = await stack.enter_async_context(sdk_client(base_url, api_key))
            elif "base_url" not in settings:
                defaults["base_url"] = server.base_url
            return await stack.enter_async_context(CachedChatbot(**{**defaults, **settings}))

        yield build


@pytest.fixture
async def bot(make: Make) -> CachedChatbot:
    """A chatbot with default settings."""
    return await make()
