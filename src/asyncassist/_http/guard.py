"""Protection against server-side request forgery (SSRF): the addresses that untrusted URLs may reach; no I/O."""

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

# RFC 6052: the last 32 bits are the IPv4 address that a NAT64 gateway connects to.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_TEREDO = ipaddress.IPv6Network("2001::/32")
_SHARED_ADDRESS_SPACE = ipaddress.IPv4Network("100.64.0.0/10")
# Cloud metadata services whose addresses are not link-local: Azure (a public one) and AWS (a unique local one).
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16"), ipaddress.ip_address("fd00:ec2::254")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard(JSONSerializable):
    """SSRF policy for untrusted URLs: refuses every address that is not public.

    Scheme and port are checked before anything is sent, the address when the socket of each connection is made. So a
    name that resolves differently the second time (DNS rebinding), a redirect or a numeric host bypasses nothing.

    Attributes:
        schemes: Allowed URL schemes: "http", "https" or both.
        ports: Allowed ports, None for all.
        allow: Networks in CIDR notation that are allowed although they are not public.
        deny: Networks in CIDR notation that are refused although they are public; `deny` takes precedence over `allow`.

    Raises:
        ConfigurationError: A scheme, port or network is invalid.
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
        """Check the scheme, the port and, for a numeric host, the address of a URL; nothing is resolved.

        Args:
            url: Absolute URL.

        Raises:
            BlockedAddressError: The scheme, the port or the address is not allowed.
        """
        if url.scheme not in self.schemes:
            raise BlockedAddressError(reason="scheme", url=str(url))
        if self.ports is not None and url.port not in self.ports:
            raise BlockedAddressError(reason="port", url=str(url))
        address = _parse_ip_literal(url.host or "")
        if address is None:
            return  # a host name: its address is checked when the socket is made
        reason = self.reason(address)
        if reason is not None:
            raise BlockedAddressError(reason=reason, url=str(url))

    def check_socket(self, address: str) -> str | None:
        """Check a resolved address before connecting to it.

        Args:
            address: IPv4 or IPv6 address, with or without a zone ("fe80::1%eth0").

        Returns:
            The reason it is refused, None when it is allowed; "unknown" for what is not an address.
        """
        try:
            return self.reason(ipaddress.ip_address(address.partition("%")[0]))
        except ValueError:
            return "unknown"

    def reason(self, address: Address) -> str | None:
        """Return why an address is refused, such as "loopback" or "private"; None when it is allowed.

        Args:
            address: Address to check; an IPv4 address inside an IPv6 one (mapped, NAT64) is checked as well.
        """
        plain = _unwrap_ipv4(address)
        if _is_in_any(address, self._deny) or _is_in_any(plain, self._deny):
            return "denied"
        if _is_in_any(address, self._allow) or _is_in_any(plain, self._allow):
            return None
        return _non_public_reason(plain)


def _parse_ip_literal(host: str) -> Address | None:
    """Return the address that a numeric host denotes, in any notation that resolvers accept; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001, 017700000001, 2130706433: all of them denote 127.0.0.1
        return ipaddress.ip_address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _unwrap_ipv4(address: Address) -> Address:
    """Return the IPv4 address embedded in an IPv4-mapped or NAT64 address; any other address unchanged."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _non_public_reason(address: Address) -> str | None:
    """Return the kind of non-public address, None for a public one."""
    if isinstance(address, ipaddress.IPv6Address):
        # Tunnels: relays of third parties forward to the embedded address, which may be private. No public service
        # depends on them.
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
