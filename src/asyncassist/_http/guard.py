"""For URLs that strangers give: which addresses may be reached at all. Pure; asked at every socket."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncassist._types import JSONSerializable
from asyncassist.errors import BlockedAddressError, ConfigurationError

if TYPE_CHECKING:
    from yarl import URL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# RFC 6052: the last 32 bits are an IPv4 address that a translator on the way connects to.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_TEREDO = ipaddress.IPv6Network("2001::/32")
_SHARED_ADDRESS_SPACE = ipaddress.IPv4Network("100.64.0.0/10")
# Answers of cloud metadata services that stand in public or unique local ranges.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16"), ipaddress.ip_address("fd00:ec2::254")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard(JSONSerializable):
    """Refuses every address that is not public; for URLs that strangers give.

    Scheme and port are checked before anything is sent, the address at the socket of every connection: a name that
    resolves to something else the second time, a redirect, a number instead of a name gain nothing.

    Attributes:
        schemes: Schemes that may be used.
        ports: Ports that may be reached, None for all.
        allow: Networks in CIDR form that may be reached although they are not public.
        deny: Networks in CIDR form that may not be reached although they are public; they go before `allow`.
    """

    schemes: tuple[str, ...] = ("http", "https")
    ports: tuple[int, ...] | None = (80, 443)
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    _allow: tuple[Network, ...] = field(init=False, repr=False, compare=False, default=())
    _deny: tuple[Network, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_allow", _parse_networks("guard.allow", self.allow))
        object.__setattr__(self, "_deny", _parse_networks("guard.deny", self.deny))
        if not set(self.schemes) <= {"http", "https"} or isinstance(self.schemes, str) or not self.schemes:
            raise ConfigurationError("guard.schemes", "must hold http, https or both")
        if self.ports is not None and not all(isinstance(p, int) and 0 < p < 65536 for p in self.ports):
            raise ConfigurationError("guard.ports", "must be numbers from 1 to 65535")

    def check_url(self, url: URL) -> None:
        """Look at what the URL itself tells.

        Raises:
            BlockedAddressError: Its scheme, its port or the address it names is not allowed.
        """
        if url.scheme not in self.schemes:
            raise BlockedAddressError(reason="scheme", url=str(url))
        if self.ports is not None and url.port not in self.ports:
            raise BlockedAddressError(reason="port", url=str(url))
        address = _parse_ip_literal(url.host or "")
        if address is None:
            return  # a name: where it leads is seen at the socket
        reason = self.reason(address)
        if reason is not None:
            raise BlockedAddressError(reason=reason, url=str(url))

    def check_socket(self, address: str) -> str | None:
        """Why a resolved address may not be connected to; None when it may."""
        try:
            return self.reason(ipaddress.ip_address(address.partition("%")[0]))
        except ValueError:
            return "unknown"

    def reason(self, address: Address) -> str | None:
        """Why an address may not be reached, None when it may."""
        plain = _unwrap_ipv4(address)
        if _is_in_any(address, self._deny) or _is_in_any(plain, self._deny):
            return "denied"
        if _is_in_any(address, self._allow) or _is_in_any(plain, self._allow):
            return None
        return _non_public_reason(plain)


def _parse_ip_literal(host: str) -> Address | None:
    """The address that a host names, in any notation that resolvers take; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001, 017700000001, 2130706433: one place in many spellings
        return ipaddress.ip_address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _unwrap_ipv4(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that stands for it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _non_public_reason(address: Address) -> str | None:
    if isinstance(address, ipaddress.IPv6Address):
        # The address inside is reached by routers of others; nobody serves the public there.
        for network, name in ((_SIX_TO_FOUR, "6to4"), (_TEREDO, "teredo"), (_NAT64_LOCAL, "nat64")):
            if address in network:
                return name
    elif address in _SHARED_ADDRESS_SPACE:
        return "shared"
    if address in _METADATA:
        return "metadata"
    for name in ("loopback", "unspecified", "multicast", "link_local", "private", "reserved"):
        if getattr(address, f"is_{name}"):
            return name.replace("_", "-")
    return None if address.is_global else "not public"


def _is_in_any(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _parse_networks(name: str, networks: tuple[str, ...]) -> tuple[Network, ...]:
    if isinstance(networks, str):
        raise ConfigurationError(name, "must be a sequence of networks")
    try:
        return tuple(ipaddress.ip_network(network) for network in networks)
    except ValueError:
        raise ConfigurationError(name, "must hold networks in CIDR form") from None
