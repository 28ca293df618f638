"""SSRF policy: untrusted URLs reach public addresses only."""

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

LOOPBACK_ALLOWED = Guard(ports=None, allow=("127.0.0.0/8",))


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
        ("0.1.2.3", "private"),
        ("100.100.100.200", "metadata"),
        ("192.0.0.192", "metadata"),
        ("::ffff:192.0.0.192", "metadata"),
        ("64:ff9b::c000:c0", "metadata"),
        ("fd20:ce::254", "metadata"),
        ("192.0.0.9", "private"),
        ("192.0.0.170", "private"),
        ("192.31.196.1", "as112"),
        ("192.52.193.1", "amt"),
        ("192.88.99.2", "6to4"),
        ("192.175.48.6", "as112"),
        ("198.18.0.1", "private"),
        ("198.19.255.255", "private"),
        ("198.51.100.1", "private"),
        ("203.0.113.1", "private"),
        ("fec0::2", "site-local"),
        ("feff::1", "site-local"),
        ("100::1", "private"),
        ("100:0:0:1::1", "private"),
        ("2001:1::1", "private"),
        ("2001:2::1", "private"),
        ("2001:4:112::1", "private"),
        ("2001:10::1", "private"),
        ("2001:20::1", "private"),
        ("2001:30::1", "private"),
        ("2001:db8::1", "private"),
        ("2620:4f:8000::1", "as112"),
        ("3fff::1", "private"),
        ("3fff:fff::1", "private"),
        ("5f00::1", "private"),
        ("::ffff:0:7f00:1", "reserved"),
        ("1::1", "reserved"),
        ("4000::1", "reserved"),
        ("fe00::1", "reserved"),
    ],
)
def test_non_public_addresses_are_refused_with_a_reason(address, reason):
    """Plain, mapped, translated and tunnelled addresses."""
    assert Guard().check_socket(address) == reason


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "1.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "192.88.98.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2620:4f:8001::1",
        "3ffe::1",
        "3fff:1000::1",
    ],
)
def test_public_addresses_are_allowed(address):
    """Also IPv4-mapped and through NAT64."""
    assert Guard().check_socket(address) is None


def test_special_networks_can_be_allowed():
    """`allow` takes precedence over every row of the table."""
    guard = Guard(allow=("fec0::/10", "192.88.99.0/24"))

    assert guard.check_socket("fec0::2") is None
    assert guard.check_socket("192.88.99.1") is None
    assert guard.check_socket("3fff::1") == "private"


def test_invalid_address_is_refused():
    """A zone identifier does not bypass the check."""
    assert Guard().check_socket("nonsense") == "unknown"
    assert Guard().check_socket("fe80::1%eth0") == "link-local"


def test_networks_are_allowed_and_denied():
    """`deny` takes precedence over `allow`."""
    guard = Guard(allow=("10.0.0.0/8",), deny=("10.9.0.0/16", "8.8.8.8/32"))

    assert guard.check_socket("10.1.1.1") is None
    assert guard.check_socket("::ffff:10.1.1.1") is None
    assert guard.check_socket("10.9.1.1") == "denied"
    assert guard.check_socket("8.8.8.8") == "denied"
    assert guard.check_socket("11.0.0.1") is None


@given(st.ip_addresses())
def test_no_local_address_is_allowed(address):
    """Whatever `ipaddress` classifies as local is refused."""
    if Guard().check_socket(str(address)) is None:
        parsed = ipaddress.ip_address(address)
        local = parsed.is_loopback or parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified
        assert not local
        assert parsed.is_global or getattr(parsed, "ipv4_mapped", None) or str(parsed).startswith("64:ff9b::")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com:22/", "port"),
        ("http://example.com:8080/", "port"),
        ("http://127.0.0.1/", "loopback"),
        ("http://[::1]/", "loopback"),
        ("http://[::ffff:127.0.0.1]/", "loopback"),
        ("http://169.254.169.254/latest/meta-data", "link-local"),
        ("http://192.0.0.192/latest/meta-data/", "metadata"),
        ("http://[fec0::2]/latest/meta-data/", "site-local"),
    ],
)
async def test_url_is_checked_before_anything_is_sent(url, reason):
    """By `get`, `stream` and `check`."""
    async with AsyncHandler(guard=Guard()) as http:
        with pytest.raises(BlockedAddressError) as caught:
            await http.get(url)
        assert caught.value.reason == reason
        with pytest.raises(BlockedAddressError):
            async with http.stream("GET", url):
                pass
        check = await http.check(url)
        assert (check.status, check.note) == ("fail", "BlockedAddressError")


def test_schemes_can_be_restricted():
    """https only."""
    with pytest.raises(BlockedAddressError, match="scheme"):
        Guard(schemes=("https",)).check_url(URL("http://example.com/"))


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "017700000001", "127.1", "0"])
async def test_address_in_any_notation_is_refused(origin, host):
    """A name, decimal, hexadecimal, octal or short notation: the address of the connection is checked."""
    port = URL(origin.url).port

    async with AsyncHandler(guard=Guard(ports=None)) as http:
        with pytest.raises(BlockedAddressError) as caught:
            await http.get(f"http://{host}:{port}/")

        assert caught.value.reason in {"loopback", "unspecified"}
        assert origin.count == 0


async def test_redirect_to_a_private_address_is_refused(origin):
    """Every redirect is checked, in requests and in streams."""

    async def respond(request):
        raise web.HTTPFound("http://127.0.0.2:1/secret" if request.path == "/" else "http://[::1]/")

    origin.handler = respond
    async with AsyncHandler(guard=Guard(ports=None, allow=("127.0.0.1/32",))) as http:
        with pytest.raises(BlockedAddressError, match="loopback"):
            await http.get(origin.url)
        with pytest.raises(BlockedAddressError, match="loopback"):
            async with http.stream("GET", f"{origin.url}/other"):
                pass


class _RebindingResolver(AbstractResolver):
    """Resolver of an attacker: gives another address at each resolution (DNS rebinding)."""

    def __init__(self, addresses):
        self.addresses = addresses

    async def resolve(self, host, port=0, family=socket.AF_INET):
        address = self.addresses.pop(0)
        return [{"hostname": host, "host": address, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


async def test_dns_rebinding_is_refused(origin):
    """The address of every connection is checked when its socket is created."""
    port = URL(origin.url).port

    async with AsyncHandler(guard=Guard(ports=None, allow=("127.0.0.1/32",))) as http:
        resolver = _RebindingResolver(["127.0.0.1", "127.0.0.2"])
        http._connector._resolver = resolver
        url = f"http://rebinding.example:{port}/"
        assert (await http.get(url, headers={"Connection": "close"}, cache="no-store")).status == 200
        with pytest.raises(BlockedAddressError, match="loopback"):
            await http.get(url, cache="no-store")
        assert resolver.addresses == []


async def test_allowed_network_works_with_cache_and_streams(origin):
    """A guard with `allow` changes nothing else."""
    async with AsyncHandler(guard=LOOPBACK_ALLOWED) as http:
        assert (await http.get(origin.url)).cache.outcome == "miss"
        assert (await http.get(origin.url)).cache.outcome == "hit"
        async with http.stream("GET", origin.url) as streamed:
            assert await streamed.read() == b'{"n": 2}'


async def test_guard_refuses_an_external_session():
    """Only the handler's own connector checks sockets."""
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
def test_invalid_guard_is_refused(arguments):
    """ConfigurationError holds the name of the field."""
    with pytest.raises(ConfigurationError, match=f"guard.{next(iter(arguments))}"):
        Guard(**arguments)
