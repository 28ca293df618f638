"""URLs that strangers give reach nothing that is not public."""

from __future__ import annotations

import ipaddress
import socket

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from asyncassist import AsyncHandler, Guard
from asyncassist.errors import BlockedAddressError, ConfigurationError
from tests.http.conftest import Origin  # noqa: F401 - the fixture's type

OPEN = Guard(ports=None, allow=("127.0.0.0/8",))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "loopback"),
        ("127.9.9.9", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::a00:1", "private"),
        ("64:ff9b:1::1", "nat64"),
        ("2002:7f00:1::", "6to4"),
        ("2002:808:808::", "6to4"),
        ("2001::1", "teredo"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.0.1", "private"),
        ("100.64.0.1", "shared"),
        ("169.254.169.254", "link-local"),
        ("168.63.129.16", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("fe80::1", "link-local"),
        ("fc00::1", "private"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("ff02::1", "multicast"),
        ("255.255.255.255", "private"),
        ("240.0.0.1", "private"),
        ("192.0.2.1", "private"),
        ("::7f00:1", "reserved"),
    ],
)
def test_what_is_not_public_is_refused_with_its_reason(address, reason):
    """Plain, mapped, translated and tunnelled."""
    assert Guard().check_socket(address) == reason


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_what_is_public_may_be_reached(address):
    """Also through a translator."""
    assert Guard().check_socket(address) is None


def test_what_is_no_address_is_refused():
    """And a zone is no way around."""
    assert Guard().check_socket("nonsense") == "unknown"
    assert Guard().check_socket("fe80::1%eth0") == "link-local"


def test_networks_are_allowed_and_denied():
    """`deny` goes before `allow`."""
    guard = Guard(allow=("10.0.0.0/8",), deny=("10.9.0.0/16", "8.8.8.8/32"))

    assert guard.check_socket("10.1.1.1") is None
    assert guard.check_socket("::ffff:10.1.1.1") is None
    assert guard.check_socket("10.9.1.1") == "denied"
    assert guard.check_socket("8.8.8.8") == "denied"
    assert guard.check_socket("11.0.0.1") is None


@given(st.ip_addresses())
def test_nothing_that_python_calls_local_is_let_through(address):
    """Whatever the notation."""
    if Guard().check_socket(str(address)) is None:
        plain = ipaddress.ip_address(address)
        local = plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified
        assert not local
        assert plain.is_global or getattr(plain, "ipv4_mapped", None) or str(plain).startswith("64:ff9b::")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com:22/", "port"),
        ("http://example.com:8080/", "port"),
        ("http://127.0.0.1/", "loopback"),
        ("http://[::1]/", "loopback"),
        ("http://[::ffff:127.0.0.1]/", "loopback"),
        ("http://169.254.169.254/latest/meta-data", "link-local"),
    ],
)
async def test_a_url_is_looked_at_before_anything_is_sent(url, reason):
    """By request, stream and check; also when an answer is kept already."""
    async with AsyncHandler(guard=Guard()) as http:
        with pytest.raises(BlockedAddressError) as caught:
            await http.get(url)
        assert caught.value.reason == reason
        with pytest.raises(BlockedAddressError):
            async with http.stream("GET", url):
                pass
        check = await http.check(url)
        assert (check.status, check.note) == ("fail", "BlockedAddressError")


def test_schemes_can_be_narrowed():
    """https only."""
    with pytest.raises(BlockedAddressError, match="scheme"):
        Guard(schemes=("https",)).check_url(URL("http://example.com/"))


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "017700000001", "127.1", "0"])
async def test_an_address_in_any_notation_is_seen_at_the_socket(origin, host):
    """A name, a decimal, a hexadecimal, an octal, a short one: what counts is where it leads."""
    port = URL(origin.url).port

    async with AsyncHandler(guard=Guard(ports=None)) as http:
        with pytest.raises(BlockedAddressError) as caught:
            await http.get(f"http://{host}:{port}/")

        assert caught.value.reason in {"loopback", "unspecified"}
        assert origin.count == 0


async def test_a_redirect_into_the_house_is_refused(origin):
    """Each hop is looked at, in requests and in streams."""

    async def answer(request):
        raise web.HTTPFound("http://127.0.0.2:1/secret" if request.path == "/" else "http://[::1]/")

    origin.answer = answer
    async with AsyncHandler(guard=Guard(ports=None, allow=("127.0.0.1/32",))) as http:
        with pytest.raises(BlockedAddressError, match="loopback"):
            await http.get(origin.url)
        with pytest.raises(BlockedAddressError, match="loopback"):
            async with http.stream("GET", f"{origin.url}/other"):
                pass


class _Rebinding(AbstractResolver):
    """A name server of a stranger: public at the first look, the house at the second."""

    def __init__(self, answers):
        self.answers = answers

    async def resolve(self, host, port=0, family=socket.AF_INET):
        address = self.answers.pop(0)
        return [{"hostname": host, "host": address, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


async def test_a_name_that_changes_its_address_gains_nothing(origin):
    """The address of every connection is checked when it is made, not when the name was looked up before."""
    port = URL(origin.url).port

    async with AsyncHandler(guard=Guard(ports=None, allow=("127.0.0.1/32",))) as http:
        resolver = _Rebinding(["127.0.0.1", "127.0.0.2"])
        http._connector._resolver = resolver
        url = f"http://rebinding.example:{port}/"
        assert (await http.get(url, headers={"Connection": "close"}, cache="no-store")).status == 200
        with pytest.raises(BlockedAddressError, match="loopback"):
            await http.get(url, cache="no-store")
        assert resolver.answers == []


async def test_an_allowed_house_works_whole(origin):
    """Guard with `allow`, cache and streams as ever."""
    async with AsyncHandler(guard=OPEN) as http:
        assert (await http.get(origin.url)).cache.outcome == "miss"
        assert (await http.get(origin.url)).cache.outcome == "hit"
        async with http.stream("GET", origin.url) as streamed:
            assert await streamed.read() == b'{"n": 2}'


async def test_a_guard_needs_a_session_of_ours():
    """It checks at the socket, which only ours lets it do."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ConfigurationError, match="guard"):
            AsyncHandler(guard=Guard(), session=session)


@pytest.mark.parametrize(
    "arguments",
    [
        {"schemes": ("ftp",)},
        {"schemes": "http"},
        {"schemes": ()},
        {"ports": (0,)},
        {"ports": (70000,)},
        {"allow": ("nonsense",)},
        {"allow": "10.0.0.0/8"},
        {"deny": ("10.0.0.1/8",)},
    ],
)
def test_a_guard_that_cannot_work_is_refused(arguments):
    """With the name of the field."""
    with pytest.raises(ConfigurationError, match=f"guard.{next(iter(arguments))}"):
        Guard(**arguments)
