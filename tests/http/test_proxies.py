"""Requests through a forward proxy, proxies of the environment, and TLS contexts of the caller."""

from __future__ import annotations

import asyncio
import logging
import ssl
import traceback

import aiohttp
import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import AsyncHandler, Guard, Retry, Timeout
from asyncassist._events import listen
from asyncassist.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
)
from tests.forward_proxy import ForwardProxy
from tests.http.conftest import wait_until

USER, PASSWORD, USERINFO = "svc", "S3CRET@pw", "svc:S3CRET%40pw"
QUICK = Retry(attempts=2, base=0.001, cap=0.001)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    """The environment of the machine plays no part."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def proxy():
    """A proxy that demands a password."""
    async with ForwardProxy(USER, PASSWORD) as made:
        yield made


@pytest.fixture(scope="module")
def authority():
    """A certificate authority of the tests' own."""
    return trustme.CA()


@pytest.fixture
def trusted(authority):
    """A client's TLS context that trusts it."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def server_context(authority):
    """Return a TLS context for a server on loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
async def secure_origin(authority, origin):
    """URL of the origin over TLS."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", origin.serve)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=server_context(authority))
    yield str(server.make_url("/")).rstrip("/")
    await server.close()


async def test_plain_requests_go_through_the_proxy(origin, proxy):
    """In absolute form and with the password, which the service never sees; the cache works as without a proxy."""
    origin.respond(body="direct", cache_control="max-age=60")
    async with AsyncHandler(proxy=proxy.url(USERINFO)) as http:
        outcomes = [(await http.get(f"{origin.url}/a")).cache.outcome for _ in range(2)]
        assert (await http.post(f"{origin.url}/b", json={"n": 1})).status == 200

    assert outcomes == ["miss", "hit"]
    assert proxy.requests[0] == f"GET {origin.url}/a HTTP/1.1"
    assert origin.count == 2
    assert origin.bodies[1] == b'{"n":1}'
    assert all("Proxy-Authorization" not in request.headers for request in origin.requests)


async def test_https_requests_go_through_a_tunnel(origin, secure_origin, proxy, trusted):
    """Opened with CONNECT and used again; streams take the same way."""
    async with AsyncHandler(proxy=proxy.url(USERINFO), ssl=trusted) as http:
        for number in range(3):
            assert (await http.get(f"{secure_origin}/{number}")).status == 200
        async with http.stream("GET", f"{secure_origin}/s") as streamed:
            assert await streamed.read()
        opened = http.stats().opened

    assert [line.split(" ")[0] for line in proxy.requests] == ["CONNECT"]
    assert (opened, origin.count) == (1, 4)


async def test_a_proxy_may_speak_tls(origin, secure_origin, authority, trusted):
    """For both kinds of target; it is verified by the same context."""
    async with ForwardProxy(USER, PASSWORD, tls=server_context(authority)) as proxy:
        async with AsyncHandler(proxy=proxy.url(USERINFO), ssl=trusted) as http:
            assert (await http.get(f"{origin.url}/a")).status == 200
            assert (await http.get(f"{secure_origin}/b")).status == 200
        async with AsyncHandler(proxy=proxy.url(USERINFO), retry=None) as http:
            with pytest.raises(ConnectError, match=r"proxy.*certificate") as caught:
                await http.get(f"{origin.url}/a")

    assert caught.value.host == f"127.0.0.1:{proxy.port}"


async def test_redirects_follow_the_choice_of_each_target(origin, proxy, monkeypatch):
    """A target that NO_PROXY names is reached directly."""
    monkeypatch.setenv("HTTP_PROXY", proxy.url(USERINFO))
    monkeypatch.setenv("no_proxy", "localhost")
    direct = origin.url.replace("127.0.0.1", "localhost")
    origin.respond_with(web.Response(status=302, headers={"Location": f"{direct}/b"}), web.Response(text="there"))

    async with AsyncHandler(trust_env=True) as http:
        response = await http.get(f"{origin.url}/a")

    assert response.url == f"{direct}/b"
    assert proxy.requests == [f"GET {origin.url}/a HTTP/1.1"]


async def test_the_environment_is_read_when_the_handler_opens(origin, proxy, monkeypatch):
    """Only with `trust_env`, which `from_env` sets; `proxy` takes precedence, NO_PROXY included."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    http = AsyncHandler(trust_env=True)
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with AsyncHandler() as plain, http, AsyncHandler.from_env() as from_env:
        for handler in (plain, http, from_env):
            assert (await handler.get(origin.url)).status == 200
    async with AsyncHandler(proxy=proxy.url(USERINFO), trust_env=True) as http:
        assert (await http.get(origin.url)).status == 200
    monkeypatch.setenv("NO_PROXY", "")
    async with AsyncHandler(trust_env=True, retry=None) as http:
        with pytest.raises(ConnectError, match=r"proxy.*127\.0\.0\.1:9"):
            await http.get(origin.url)

    assert len(proxy.requests) == 1


async def test_certificates_of_the_environment_are_trusted(secure_origin, authority, monkeypatch, tmp_path):
    """With `trust_env`; a file that cannot be read is a ConfigurationError at opening, also of a lazy one."""
    await asyncio.to_thread(authority.cert_pem.write_to_path, str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with AsyncHandler(trust_env=True) as http:
        assert (await http.get(secure_origin)).status == 200
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    http = AsyncHandler(trust_env=True)
    with pytest.raises(ConfigurationError) as caught:
        await http.get(secure_origin)
    await http.aclose()

    assert caught.value.field == "SSL_CERT_FILE"


async def test_a_client_certificate_is_sent(origin, authority, trusted):
    """From the caller's context; a server that demands one refuses others."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", origin.serve)
    context = server_context(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=context)
    try:
        async with AsyncHandler(ssl=trusted, retry=None) as http:
            with pytest.raises(ConnectError):
                await http.get(server.make_url("/"))
        authority.issue_cert("client@example.com").configure_cert(trusted)
        async with AsyncHandler(ssl=trusted) as http:
            assert (await http.get(server.make_url("/"))).status == 200
    finally:
        await server.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("fault", ["password", "silent", "garbage", "gone", "refused"])
async def test_a_proxy_that_fails_is_a_typed_error(  # noqa: PLR0917
    origin, secure_origin, proxy, trusted, caplog, scheme, fault
):
    """Within the deadline; no error, log line or span holds the password."""
    caplog.set_level(logging.DEBUG)
    events = []
    target = origin.url if scheme == "http" else secure_origin
    userinfo = "svc:S3CRET-wrong" if fault == "password" else USERINFO
    proxy.silent = fault == "silent"
    proxy.garbage = b"S\x00nothing\r\n\r\n" if fault == "garbage" else None
    proxy.answer = 502 if fault == "refused" and scheme == "https" else 200
    url = proxy.url(userinfo)
    if fault == "gone":
        await proxy.__aexit__()
    kinds = {
        "password": AuthenticationError,
        "silent": DeadlineExceededError,
        "garbage": DecodeError if scheme == "http" else ConnectError,
        "gone": ConnectError,
        "refused": ConnectError,
    }
    timeout = Timeout(total=3.0, attempt=0.2 if fault == "silent" else 2.0)
    with listen(events.append):
        async with AsyncHandler(proxy=url, ssl=trusted, retry=QUICK, timeout=timeout) as http:
            if fault == "refused" and scheme == "http":
                proxy.answer = 403  # indistinguishable from an answer of the service
                assert (await http.get(target)).status == 403
                return
            with pytest.raises(kinds[fault]) as caught:
                await http.get(target)
            shown = [repr(http), repr(http.stats()), repr(await http.health())]

    error = caught.value
    if fault in {"gone", "refused", "password"}:
        assert error.host == f"127.0.0.1:{proxy.port}"
        assert "proxy" in str(error)
    if fault == "password":
        assert (error.status, error.attempts) == (407, 1)
    assert origin.count == 0
    chain = error
    while chain is not None:
        shown += [repr(chain), str(chain), repr(vars(chain))]
        chain = chain.__cause__ or chain.__context__
    shown += ["".join(traceback.format_exception(error)), caplog.text, repr(events)]
    encoded = "U1lTQ1JFVA"  # never part of a header that would be quoted whole
    assert not any(secret in text for text in shown for secret in ("S3CRET", "Basic ", encoded))


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("fault", ["password", "silent", "garbage", "refused"])
async def test_a_proxy_that_fails_leaves_nothing_behind(  # noqa: PLR0917
    origin, secure_origin, proxy, trusted, scheme, fault
):
    """No connection, task or slot, although the handler stays open; afterwards it works as before."""
    target = origin.url if scheme == "http" else secure_origin
    proxy.silent = fault == "silent"
    proxy.garbage = b"S\x00nothing\r\n\r\n" if fault == "garbage" else None
    proxy.answer = {"password": 407, "refused": 502}.get(fault, 200)
    timeout = Timeout(total=5.0, attempt=0.2 if fault == "silent" else 4.0)
    async with AsyncHandler(
        proxy=proxy.url(USERINFO), ssl=trusted, retry=None, breaker=None, timeout=timeout, ttl=None
    ) as http:
        tasks = len(asyncio.all_tasks())
        await http.gather([f"{target}/{n}" for n in range(20)])

        await wait_until(lambda: proxy.connections == 0 and len(asyncio.all_tasks()) <= tasks)
        assert http.stats().origins[0].in_flight == 0
        proxy.silent, proxy.garbage, proxy.answer = False, None, 200
        assert (await http.get(target, timeout=Timeout(total=5.0, attempt=4.0))).status == 200


async def test_a_post_that_the_proxy_did_not_pass_on_is_sent_again(secure_origin, origin, proxy, trusted):
    """Nothing reached the service, so that any method may be retried."""
    proxy.answer = 502
    async with AsyncHandler(proxy=proxy.url(USERINFO), ssl=trusted, retry=QUICK) as http:
        with pytest.raises(ConnectError) as caught:
            await http.post(secure_origin, json={})

    assert (caught.value.status, caught.value.attempts, len(proxy.requests), origin.count) == (502, 2, 2, 0)


async def test_a_proxy_whose_name_is_unknown_is_named():
    """The name that could not be resolved is the proxy's."""
    async with AsyncHandler(proxy="http://u:S3CRET@proxy.invalid:3128", retry=None) as http:
        with pytest.raises(ConnectError, match=r"proxy.*resolved.*proxy\.invalid:3128"):
            await http.get("http://service.example/")


async def test_a_guard_and_a_proxy_exclude_each_other(monkeypatch):
    """At construction, or at opening if the proxy is the environment's; without a proxy for any URL they agree."""
    with pytest.raises(ConfigurationError, match=r"proxy: .*guard"):
        AsyncHandler(guard=Guard(), proxy="http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    http = AsyncHandler(guard=Guard(), trust_env=True)
    with pytest.raises(ConfigurationError, match=r"HTTPS_PROXY: .*guard"):
        await http.__aenter__()
    await http.aclose()
    async with AsyncHandler.from_env(guard=Guard()):
        pass
    monkeypatch.setenv("NO_PROXY", "*")
    async with AsyncHandler(guard=Guard(), trust_env=True):
        pass


async def test_options_that_contradict_each_other_are_refused(trusted):
    """A session of the caller's has its own proxies and certificates."""
    async with aiohttp.ClientSession() as session:
        for options in ({"proxy": "http://127.0.0.1:1"}, {"trust_env": True}, {"ssl": trusted}):
            with pytest.raises(ConfigurationError, match="session") as caught:
                AsyncHandler(session=session, **options)
            assert caught.value.field in options
        await AsyncHandler.from_env(session=session).aclose()
    for value in ("socks5://127.0.0.1:1080", "http://[::1", 7):
        with pytest.raises(ConfigurationError) as caught:
            AsyncHandler(proxy=value)
        assert caught.value.field == "proxy"
