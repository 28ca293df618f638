"""Protection against server-side request forgery (SSRF): the addresses that untrusted URLs may reach; no I/O."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncassist._types import JSONSerializable
from asyncassist._validation import check_items
from asyncassist.errors import BlockedAddressError, ConfigurationError

if TYPE_CHECKING:
    from yarl import URL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# RFC 6052: the last 32 bits are the IPv4 address that a NAT64 gateway connects to.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# The only IPv6 block of global unicast addresses (IANA); everything outside it is reserved or for local use.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Every block of IANA's special-purpose address registries (2025-05) with the reason for which it is refused, of
# overlapping ones the narrowest first. `ipaddress` knows them in part, differently in each version of Python. Blocks
# that are globally reachable (AS112, AMT) stand here too: their addresses are anycast ones of the network itself.
_SPECIAL_PURPOSE: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/32", "unspecified"),
        ("0.0.0.0/8", "private"),
        ("10.0.0.0/8", "private"),
        ("100.100.100.200/32", "metadata"),  # Alibaba Cloud
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "metadata"),  # Azure: a public address
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.192/32", "metadata"),  # Oracle Cloud
        ("192.0.0.0/24", "private"),
        ("192.0.2.0/24", "private"),
        ("192.31.196.0/24", "as112"),
        ("192.52.193.0/24", "amt"),
        ("192.88.99.0/24", "6to4"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "as112"),
        ("198.18.0.0/15", "private"),
        ("198.51.100.0/24", "private"),
        ("203.0.113.0/24", "private"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "private"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "nat64"),
        ("100::/64", "private"),
        ("100:0:0:1::/64", "private"),
        # Tunnels: relays of third parties forward to the embedded address, which may be private. No public service
        # depends on them.
        ("2001::/32", "teredo"),
        ("2001::/23", "private"),
        ("2001:db8::/32", "private"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "as112"),
        ("3fff::/20", "private"),
        ("5f00::/16", "private"),
        ("fd00:ec2::254/128", "metadata"),  # AWS
        ("fd20:ce::254/128", "metadata"),  # Google Cloud
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)


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
        schemes = check_items("guard.schemes", self.schemes, "schemes", error=ConfigurationError)
        if not schemes or not all(scheme in ("http", "https") for scheme in schemes):
            raise ConfigurationError("guard.schemes", "must hold http, https or both")
        ports = () if self.ports is None else check_items("guard.ports", self.ports, "ports", error=ConfigurationError)
        if not all(isinstance(port, int) and 0 < port < 65536 for port in ports):
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
    for network, reason in _SPECIAL_PURPOSE:
        if address in network:
            return reason
    return "reserved" if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST else None


def _is_in_any(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _parse_networks(name: str, networks: tuple[str, ...]) -> tuple[Network, ...]:
    texts = check_items(name, networks, "networks", error=ConfigurationError)
    try:
        return tuple(ipaddress.ip_network(network) for network in texts)
    except ValueError:
        raise ConfigurationError(name, "must hold networks in CIDR form") from None
