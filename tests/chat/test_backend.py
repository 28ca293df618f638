"""One attempt at a backend: SDK clients, credentials, identity, timeouts and malformed responses."""

from __future__ import annotations

import asyncio
import base64
import logging
import ssl
import traceback
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import openai
import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import Breaker, CachedChatbot, Timeout
from asyncassist.errors import AuthenticationError, ConfigurationError, UpstreamError
from asyncassist.testing import FakeAnswer, FakeClock, FakeFault, FakeOpenAI
from tests.chat.conftest import NO_RETRY, faults
from tests.forward_proxy import ForwardProxy
from tests.proxy import Proxy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chat.conftest import Make


async def test_the_sdk_does_not_retry(make: Make, server: FakeOpenAI):
    """With `retry=None` a failure costs one call."""
    bot = await make(retry=None)
    server.script(*faults(5))

    await bot.reply("hello")

    assert server.calls == 1


async def test_a_server_without_credentials_needs_no_key(server: FakeOpenAI, clock: FakeClock):
    """A base URL alone is enough to call a server."""
    async with CachedChatbot(model="m", base_url=server.base_url, now=clock) as bot:
        assert (await bot.reply("hello")).source == "model"


async def test_the_environment_is_not_read(make: Make, server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch):
    """Key, organization and project of the SDK's environment variables are not sent to another server."""
    monkeypatch.setenv("OPENAI_API_KEY", "from-env")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-env")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-env")
    bot = await make(api_key="given")

    await bot.reply("hello")

    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer given"
    assert not {"openai-organization", "openai-project"} & set(headers)


async def test_credentials_of_the_address_are_sent_and_shown_nowhere(
    make: Make, server: FakeOpenAI, caplog: pytest.LogCaptureFixture
):
    """They become basic authentication, decoded; neither the chatbot nor the HTTP library logs them."""
    caplog.set_level(logging.INFO)
    bot = await make(base_url=server.base_url.replace("://", "://svc:p%40ssword@"), api_key=None)

    assert (await bot.reply("hello")).source == "model"

    scheme, _, credentials = server.requests[0].headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(credentials)) == ("Basic", b"svc:p@ssword")
    assert not any(secret in caplog.text for secret in ("p%40ssword", "p@ssword", credentials))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "gopher://u:S3CRET@127.0.0.1:9"),
        ("https_proxy", "http://[::1"),
        ("SSL_CERT_FILE", "/nonexistent.pem"),
    ],
)
async def test_an_unusable_variable_is_named_at_opening(
    server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    """As a ConfigurationError that does not quote the value, whatever the HTTP library raises."""
    monkeypatch.setenv(name, value)
    bot = CachedChatbot(model="m", base_url=server.base_url)

    with pytest.raises(ConfigurationError) as caught:
        await bot.__aenter__()

    await bot.aclose()
    assert caught.value.field == name
    assert "S3CRET" not in "".join(traceback.format_exception(caught.value))


async def test_a_proxy_takes_the_calls_and_is_shown_nowhere(
    make: Make, server: FakeOpenAI, caplog: pytest.LogCaptureFixture
):
    """With its password, which stands in no log; a refused one is raised like the credentials of a model's server."""
    caplog.set_level(logging.DEBUG)
    async with ForwardProxy("svc", "S3CRET@pw") as proxy:
        bot = await make(proxy=proxy.url("svc:S3CRET%40pw"), trust_env=False)
        assert (await bot.reply("hello")).source == "model"
        assert proxy.requests[0] == f"POST {server.base_url}/chat/completions HTTP/1.1"
        for options in ({}, {"base_url": "https://127.0.0.1:1/v1"}):
            refused = await make(proxy=proxy.url("svc:S3CRET-wrong"), **options)
            with pytest.raises(AuthenticationError, match="proxy") as caught:
                await refused.reply("hello")
            assert caught.value.status == 407
        proxy.answer = 502
        failed = await make(proxy=proxy.url("svc:S3CRET%40pw"), base_url="https://127.0.0.1:1/v1", retry=NO_RETRY)
        assert (await failed.reply("hello")).source == "fallback"

    encoded = base64.b64encode(b"svc:S3CRET@pw").decode()
    assert not any(secret in caplog.text + repr(bot) for secret in ("S3CRET", encoded))


async def test_an_https_server_is_reached_through_a_tunnel_with_the_callers_certificates(
    make: Make, server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Through a plain proxy and through one that speaks TLS; the environment may name both."""
    authority = trustme.CA()
    await asyncio.to_thread(authority.cert_pem.write_to_path, str(tmp_path / "ca.pem"))
    trusted, context = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(trusted)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    front = await Proxy.start(int(server.base_url.split(":")[2].partition("/")[0]), context)
    base_url = f"https://127.0.0.1:{front.port}/v1"
    async with ForwardProxy() as plain, ForwardProxy(tls=context) as secure:
        for proxy in (plain, secure):
            bot = await make(base_url=base_url, proxy=proxy.url(), ssl=trusted)
            assert (await bot.reply("hello")).source == "model"
            await bot.aclose()
        monkeypatch.setenv("https_proxy", plain.url())
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        bot = await make(base_url=base_url)
        assert (await bot.reply("hello")).source == "model"
        await bot.aclose()
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        bot = await make(base_url=base_url)
        assert (await bot.reply("hello")).source == "model"
        await bot.aclose()

    assert [line.split(" ")[0] for line in plain.requests] == ["CONNECT", "CONNECT"]
    assert len(secure.requests) == 1
    await front.aclose()


async def test_network_options_are_checked(server: FakeOpenAI):
    """At construction; SOCKS at opening, where the package for it is missing."""
    async with openai.AsyncOpenAI(api_key="k", base_url=server.base_url) as client:
        for field, options in (
            ("proxy", {"proxy": "gopher://127.0.0.1:1"}),
            ("ssl", {"ssl": True}),
            ("trust_env", {"trust_env": None}),
            ("proxy", {"proxy": "http://127.0.0.1:1", "client": client}),
            ("ssl", {"ssl": ssl.create_default_context(), "client": client}),
        ):
            with pytest.raises(ConfigurationError) as caught:
                CachedChatbot(model="m", **options)
            assert caught.value.field == field
    bot = CachedChatbot(model="m", base_url=server.base_url, proxy="socks5://u:S3CRET@127.0.0.1:1")
    with pytest.raises(ConfigurationError, match=r"proxy: .*socksio") as caught:
        await bot.__aenter__()
    await bot.aclose()
    assert "S3CRET" not in "".join(traceback.format_exception(caught.value))


async def test_a_given_client_is_used_and_stays_open(make: Make, server: FakeOpenAI):
    """Its own retries are off for the chatbot's calls; closing the chatbot does not close it."""
    client = openai.AsyncOpenAI(api_key="mine", base_url=server.base_url, max_retries=2)
    bot = await make(client=client, retry=NO_RETRY)
    server.script(*faults(1))

    assert (await bot.reply("hello")).source == "fallback"
    assert server.calls == 1
    await bot.aclose()
    assert not client.is_closed()
    assert (await client.models.list()).data[0].id == "fake-model"
    assert server.requests[0].headers["authorization"] == "Bearer mine"
    await client.close()


async def test_a_wrapped_client_is_called_through_create(make: Make, server: FakeOpenAI):
    """Tracing wrappers stay in effect; unknown parameters still reach the body, streams still stream."""
    calls: list[dict[str, Any]] = []
    async with openai.AsyncOpenAI(api_key="mine", base_url=server.base_url, max_retries=0) as client:
        bot = await make(client=client)
        completions = client.chat.completions
        inner = completions.create

        async def traced(*args: Any, **kwargs: Any) -> Any:
            calls.append(kwargs)
            return await inner(*args, **kwargs)

        completions.create = traced
        await bot.reply("hello", temperature=0.5, vendor_mode="fast", extra_headers={"X-A": "b"})
        async with bot.stream("more", vendor_mode="slow", stream_options={"include_usage": False}) as stream:
            assert len([delta async for delta in stream]) == 3

    assert [sorted(call) for call in calls] == [
        ["extra_body", "extra_headers", "messages", "model", "temperature"],
        ["extra_body", "messages", "model", "stream", "stream_options"],
    ]
    assert [request.body["vendor_mode"] for request in server.requests] == ["fast", "slow"]
    assert server.requests[0].headers["x-a"] == "b"
    assert stream.reply.usage is None


async def test_a_closed_client_raises_an_upstream_error(make: Make, server: FakeOpenAI):
    """Not an error of the SDK's transport."""
    client = openai.AsyncOpenAI(api_key="mine", base_url=server.base_url)
    bot = await make(client=client)
    await client.close()

    with pytest.raises(UpstreamError, match="misconfigured or closed"):
        await bot.reply("hello")


async def test_a_bug_in_a_given_client_propagates(make: Make):
    """An exception that is no failure of a server is not hidden by a fallback."""

    class Completions:
        async def create(self, **request: Any) -> Any:
            raise ZeroDivisionError

    class Broken:
        chat = type("Chat", (), {"completions": Completions()})()
        models = type("Models", (), {"list": Completions().create})()

    bot = await make(client=Broken(), history=None)

    with pytest.raises(ZeroDivisionError):
        await bot.reply("hello")
    with pytest.raises(ZeroDivisionError):
        await bot.health()


async def test_a_duck_typed_client_needs_only_create(make: Make):
    """A minimal test double works; its missing list of models does not fail the health."""

    class Completions:
        async def create(self, **request: Any) -> Any:
            message = SimpleNamespace(content=request["messages"][-1]["content"].upper())
            return SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop")])

    double = SimpleNamespace(chat=SimpleNamespace(completions=Completions()))
    bot = await make(client=double)

    assert (await bot.reply("hello")).text == "HELLO"
    assert (await bot.reply("hello")).source == "cache"
    assert (await bot.health()).status == "pass"


async def test_unknown_parameters_reach_the_server(make: Make, server: FakeOpenAI):
    """They are sent in the body unchanged; `extra_body` of the caller takes precedence."""
    bot = await make()
    await bot.reply("hello", vendor_mode="fast", extra_body={"vendor_mode": "slow", "x": 1}, temperature=0.5)

    body = server.requests[0].body
    assert (body["vendor_mode"], body["x"], body["temperature"]) == ("slow", 1, 0.5)


async def test_a_body_that_is_no_completion_is_malformed(make: Make):
    """JSON that is no chat completion, or is nested without end, is the failure "malformed"."""
    bodies = iter(
        ["[" * 50_000, "{}", '{"choices": []}', '{"choices": [{"message": {"content": 7}}]}', '"text"', "[]", "null"]
    )

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=next(bodies), content_type="application/json")

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    async with TestServer(app) as other:
        bot = await make(base_url=str(other.make_url("/v1")), retry=NO_RETRY, breaker=None)
        for _ in range(7):
            reply = await bot.reply("hello")
            assert (reply.source, reply.reason) == ("fallback", "malformed")


async def test_an_error_event_in_a_stream_is_the_reason(make: Make, server: FakeOpenAI):
    """An error event in place of a delta ends the stream as "error in the stream"."""
    bot = await make()
    server.script(FakeFault("error", after=1))

    async with bot.stream("hello") as stream:
        assert len([delta async for delta in stream]) == 1
    assert (stream.reply.degraded, stream.reply.reason) == (True, "error in the stream")


async def test_a_slow_stream_ends_at_the_deadline(make: Make, server: FakeOpenAI):
    """Deltas keep coming within the idle timeout, but the total is over."""
    bot = await make(timeout=Timeout(total=1.0, attempt=None, idle=0.9))
    server.script(FakeAnswer(text=" ".join("x" * 300), pace=0.02))

    async with bot.stream("hello") as stream:
        deltas = [delta async for delta in stream]

    assert 1 < len(deltas) < 300
    assert (stream.reply.degraded, stream.reply.reason) == (True, "deadline")


async def test_without_timeouts_a_slow_answer_is_awaited(make: Make, server: FakeOpenAI):
    """With all timeouts None a slow answer is complete."""
    bot = await make(timeout=Timeout(total=None, attempt=None, connect=None, idle=None))
    server.script(FakeAnswer(text="a b", delay=0.05, pace=0.02), FakeAnswer(text="c", delay=0.05))
    async with bot.stream("hello") as stream:
        assert [delta async for delta in stream] == ["a", " b"]

    assert (await bot.reply("other")).text == "c"


async def test_without_a_breaker_failures_do_not_block_calls(make: Make, server: FakeOpenAI):
    """Neither a stalled stream nor an error status prevents the next call."""
    bot = await make(retry=None, breaker=None, timeout=Timeout(total=30.0, attempt=10.0, idle=0.3))
    server.script(FakeFault("stall", after=1), FakeFault("status"))
    async with bot.stream("hello") as stream:
        assert len([delta async for delta in stream]) == 1

    assert stream.reply.reason == "stalled"
    assert (await bot.reply("hello")).reason == "status 503"
    assert (await bot.reply("hello")).source == "model"


async def test_a_cancelled_probe_releases_its_permit(make: Make, server: FakeOpenAI, clock: FakeClock):
    """The half-open circuit admits another probe."""
    bot = await make(retry=NO_RETRY, breaker=Breaker(min_calls=1, open_for=5.0))
    server.script(*faults(1), FakeFault("stall"))
    await bot.reply("hello")
    clock.advance(5.0)
    probe = asyncio.ensure_future(bot.reply("hello"))
    await server.wait(lambda it: it.calls == 2)
    probe.cancel()
    await asyncio.wait([probe])

    assert (await bot.reply("hello")).source == "model"


async def test_cancellation_propagates_without_a_breaker(make: Make, server: FakeOpenAI):
    """CancelledError passes through, and the connection is closed."""
    bot = await make(breaker=None)
    server.script(FakeFault("stall"))
    waiting = asyncio.ensure_future(bot.reply("hello", cache="bypass"))
    await server.wait(lambda it: it.calls == 1)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    await server.wait(lambda it: it.left == 1, within=1.0)


async def test_server_credentials_and_model_separate_answers(make: Make, redis_url: str, server: FakeOpenAI):
    """Chatbots that share a Redis share no answers across servers, keys and models."""
    async with FakeOpenAI() as second:
        settings = [
            {"model": "m", "api_key": "one"},
            {"model": "n", "api_key": "one"},
            {"model": "m", "api_key": "two"},
            {"model": "m", "api_key": "one", "base_url": second.base_url},
        ]
        for index, setting in enumerate(settings):
            bot = await make(redis=redis_url, **setting)
            assert (await bot.reply("a question of this test")).source == "model", index
        assert server.calls + second.calls == len(settings)
        repeated = await make(redis=redis_url, **settings[0])
        assert (await repeated.reply("a question of this test")).source == "cache"
        await repeated.clear_cache()


@pytest.mark.parametrize(
    "other",
    [{"organization": "o"}, {"project": "p"}, {"default_headers": {"X-A": "b"}}, {"default_query": {"v": "2"}}],
)
async def test_settings_of_given_clients_separate_answers(
    make: Make, redis_url: str, server: FakeOpenAI, other: dict[str, Any]
):
    """Organization, project, headers and query parameters of a client are part of its identity."""
    async with (
        openai.AsyncOpenAI(api_key="k", base_url=server.base_url) as plain,
        openai.AsyncOpenAI(api_key="k", base_url=server.base_url, **other) as special,
    ):
        question = f"a question about {other}"
        first = await make(client=plain, redis=redis_url)
        second = await make(client=special, redis=redis_url)
        await first.reply(question)
        assert (await second.reply(question)).source == "model"
        await first.clear_cache()


async def test_callable_credentials_share_no_answers(make: Make, redis_url: str, server: FakeOpenAI):
    """A function that supplies tokens does not identify an account."""

    async def token() -> str:
        return "t"

    async with (
        openai.AsyncOpenAI(api_key=token, base_url=server.base_url) as one,
        openai.AsyncOpenAI(api_key=token, base_url=server.base_url) as other,
    ):
        for client in (one, other):
            bot = await make(client=client, redis=redis_url)
            assert (await bot.reply("a question about tokens")).source == "model"
        await bot.clear_cache()


async def test_azure_tokens_separate_answers(make: Make, redis_url: str, clock: FakeClock):
    """Two Azure tokens for one resource have separate answers; endpoint and API version of the client are used."""
    async with FakeOpenAI() as azure:
        address = azure.base_url.removesuffix("/v1")
        question = "a question to Azure"
        for number, token in enumerate(["one", "two"], 1):
            client = openai.AsyncAzureOpenAI(azure_ad_token=token, api_version="2026-01-01", azure_endpoint=address)
            async with client:
                bot = await make(client=client, redis=redis_url)
                assert (await bot.reply(question)).source == "model"
            assert azure.requests[-1].headers["authorization"] == f"Bearer {token}"
            assert azure.requests[-1].path == "/openai/responses"
            assert azure.calls == number
        await bot.clear_cache()
