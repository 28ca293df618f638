"""The SDK as a transport: a client that is created for a proxy, and duck-typed clients."""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

import pytest

from asyncassist import Backend
from asyncassist._chat.transports.sdk import SDKTransport
from asyncassist._chat.wires.chat import ChatWire
from asyncassist._proxy import parse_proxy
from asyncassist.errors import ConfigurationError
from tests.forward_proxy import ForwardProxy

if TYPE_CHECKING:
    from asyncassist.testing import FakeOpenAI
    from tests.chat.conftest import Make

BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


async def test_a_client_is_created_for_a_proxy(server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch):
    """It sends through the proxy, reads nothing from the environment, and is closed with what owns it."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-env")
    async with ForwardProxy("svc", "pw") as proxy, AsyncExitStack() as owned:
        transport = SDKTransport(
            Backend("m", base_url=server.base_url),
            ChatWire(),
            connect=5.0,
            proxy=parse_proxy("proxy", proxy.url("svc:pw")),
        )
        await transport.open(owned)
        assert (await transport.send(dict(BODY), None)).choices[0].message.content
        async with transport.stream({**BODY, "stream": True}, None) as stream:
            assert [event async for event in stream]
            assert stream.bytes_received
        assert len(proxy.requests) == 2

    assert "openai-organization" not in server.requests[0].headers


async def test_a_proxy_without_its_package_is_named(server: FakeOpenAI):
    """ConfigurationError at opening."""
    proxy = parse_proxy("proxy", "socks5://127.0.0.1:1", schemes=("socks5",))
    transport = SDKTransport(Backend("m", base_url=server.base_url), ChatWire(), connect=5.0, proxy=proxy)

    async with AsyncExitStack() as owned:
        with pytest.raises(ConfigurationError, match="socksio"):
            await transport.open(owned)


async def test_a_stream_of_a_duck_typed_client_is_read(make: Make):
    """It has no HTTP response; its events alone are signs of life."""

    class Stream:
        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *error: object) -> None:
            pass

        async def __aiter__(self) -> Any:
            yield SimpleNamespace(choices=[SimpleNamespace(delta=SimpleNamespace(content="hi"), finish_reason="stop")])

    class Completions:
        async def create(self, **request: Any) -> Any:
            return Stream()

    bot = await make(client=SimpleNamespace(chat=SimpleNamespace(completions=Completions())))
    async with bot.stream("hello") as stream:
        assert [delta async for delta in stream] == ["hi"]
    assert not stream.reply.degraded
