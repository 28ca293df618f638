"""Proxies and certificates: what `proxy`, `trust_env` and `ssl` of the HTTP clients mean; no request is sent here."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import ssl as tls
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HTTP_SCHEMES = ("http", "https")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_.])?", re.ASCII)
_CERTIFICATE_FILE = "SSL_CERT_FILE"
_CERTIFICATE_FOLDER = "SSL_CERT_DIR"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Proxy:
    """Forward proxy.

    Attributes:
        scheme: Scheme of the connection to the proxy.
        host: Host name or IP address, without brackets.
        port: Port.
        credentials: User name and password, None for none.
        source: Argument or environment variable that names it.
    """

    scheme: str
    host: str
    port: int
    credentials: tuple[str, str] | None
    source: str

    def __repr__(self) -> str:
        return f"<Proxy {self.url}>"

    @property
    def authority(self) -> str:
        """Return host and port, without credentials."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Return the URL without credentials."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authorization(self) -> str | None:
        """Return the value of Proxy-Authorization, None without credentials."""
        if self.credentials is None:
            return None
        return f"Basic {b64encode(':'.join(self.credentials).encode()).decode()}"


def parse_proxy(name: str, value: object, *, schemes: tuple[str, ...] = _HTTP_SCHEMES) -> Proxy:
    """Parse the URL of a proxy; without a scheme it is `http`.

    Args:
        name: Name of the argument or variable, for the error.
        value: The URL; user and password in it are percent-encoded.
        schemes: Schemes that can be used.

    Raises:
        ConfigurationError: The value is no URL of a proxy that can be used; it is not quoted.
    """
    if not isinstance(value, str):
        raise ConfigurationError(name, "must be the URL of a proxy")
    text = value if "://" in value else f"http://{value}"
    scheme = text.partition("://")[0].lower()
    if scheme not in schemes:
        raise ConfigurationError(name, f"must be the URL of a proxy with the scheme {' or '.join(schemes)}")
    parsed = _parse_authority(text)
    if parsed is None:
        raise ConfigurationError(
            name, "cannot be read as the URL of a proxy; special characters of user and password are percent-encoded"
        )
    host, port, credentials = parsed
    port = _DEFAULT_PORTS.get(scheme, 1080) if port is None else port
    return Proxy(scheme=scheme, host=host, port=port, credentials=credentials, source=name)


def _parse_authority(url: str) -> tuple[str, int | None, tuple[str, str] | None] | None:
    """Return host, port, and user and password of a URL without a path; None if it is not one.

    None instead of the error, which would hold parts of the password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        user, password = unquote(parts.username or "", errors="strict"), unquote(parts.password or "", errors="strict")
        is_host = is_ip_address(host) or bool(_HOST_NAME.fullmatch(host.encode("idna").decode()))
    except ValueError:  # errors of Unicode too
        return None
    has_more = parts.path not in {"", "/"} or parts.query or parts.fragment
    if not is_host or port == 0 or has_more or not url.isprintable() or " " in url:
        return None
    return host, port, (user, password) if "@" in parts.netloc else None


def is_ip_address(host: str) -> bool:
    """Return whether the host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class NoProxy:
    """Hosts that are reached without a proxy, as `NO_PROXY` lists them.

    The entries are separated by commas or blanks: `*` for every host; a name, which stands for its subdomains too, with
    or without a leading dot or `*.`; an IP address; a network in CIDR notation. A name or an address may be followed by
    a port. Names are not resolved.

    Args:
        name: Name of the variable, for the error.
        value: The list.

    Raises:
        ConfigurationError: An entry with a slash is no network.
    """

    def __init__(self, name: str, value: str) -> None:
        self.matches_all = False
        self._networks: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int | None]] = []
        self._names: set[tuple[str, int | None]] = set()
        for entry in value.lower().replace(",", " ").split():
            if entry == "*":
                self.matches_all = True
                continue
            host, port = _split_port(entry)
            try:
                self._networks.append((ipaddress.ip_network(host, strict=False), port))
            except ValueError:
                if "/" in host:
                    raise ConfigurationError(name, "holds a network that is not in CIDR notation") from None
                self._names.add((host.removeprefix("*").strip("."), port))

    def matches(self, host: str, port: int) -> bool:
        """Return whether a host is reached without a proxy.

        Args:
            host: Host name or IP address, without brackets.
            port: Port.
        """
        if self.matches_all:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            name = host.lower().strip(".")
            labels = name.split(".")
            suffixes = (".".join(labels[start:]) for start in range(len(labels)))
            return any((suffix, wanted) in self._names for suffix in suffixes for wanted in (None, port))
        return any(address in network and wanted in {None, port} for network, wanted in self._networks)


def _split_port(entry: str) -> tuple[str, int | None]:
    """Split an entry of NO_PROXY into host and port; the brackets of an IPv6 address are removed."""
    host, colon, digits = entry.rpartition(":")
    is_port = bool(colon) and digits.isascii() and digits.isdigit() and len(digits) < 6
    if not is_port or (":" in host and not host.endswith("]")):
        host, digits = entry, ""
    return host.removeprefix("[").removesuffix("]"), int(digits) if digits else None


class ProxySettings:
    """Choice of the proxy for each URL.

    Args:
        proxies: Proxies by the scheme of the URL.
        no_proxy: Hosts that are reached without a proxy, None for none.
    """

    def __init__(self, proxies: Mapping[str, Proxy], no_proxy: NoProxy | None = None) -> None:
        self._proxies = {} if no_proxy is not None and no_proxy.matches_all else dict(proxies)
        self._no_proxy = no_proxy

    @property
    def source(self) -> str | None:
        """Return the argument or environment variable that names a proxy, None if there is no proxy for any URL."""
        return next((proxy.source for proxy in self._proxies.values()), None)

    @classmethod
    def from_env(cls, environment: Mapping[str, str], *, schemes: tuple[str, ...] = _HTTP_SCHEMES) -> Self:
        """Read HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.

        A variable in small letters takes precedence over the same in capitals, also when it is empty.

        Args:
            environment: The environment variables by name.
            schemes: Schemes of proxies that can be used.

        Raises:
            ConfigurationError: The value of a variable, which the error names, cannot be used.
        """
        proxies: dict[str, Proxy] = {}
        for scheme in _HTTP_SCHEMES:
            name, value = _read(environment, f"{scheme}_proxy")
            if not value:
                name, value = _read(environment, "all_proxy")
            if value:
                proxies[scheme] = parse_proxy(name, value, schemes=schemes)
        return cls(proxies, NoProxy(*_read(environment, "no_proxy")))

    def select(self, scheme: str, host: str, port: int) -> Proxy | None:
        """Return the proxy for a URL, None for a direct connection.

        Args:
            scheme: Scheme of the URL.
            host: Its host, without brackets.
            port: Its port.
        """
        proxy = self._proxies.get(scheme)
        if proxy is None or (self._no_proxy is not None and self._no_proxy.matches(host, port)):
            return None
        return proxy


def _read(environment: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return the name and the value of a variable in small letters or else in capitals; the value may be empty."""
    capitals = name.upper()
    # A server that runs CGI programs sets HTTP_PROXY from the header field "Proxy" of any request.
    is_cgi = name == "http_proxy" and "REQUEST_METHOD" in environment
    for candidate in (name,) if is_cgi else (name, capitals):
        if candidate in environment:
            return candidate, environment[candidate].strip()
    return capitals, ""


def load_certificates(environment: Mapping[str, str]) -> tls.SSLContext | None:
    """Load the trusted certificates that SSL_CERT_FILE and SSL_CERT_DIR name; this reads files.

    Args:
        environment: The environment variables by name.

    Returns:
        The TLS context, None if neither variable is set.

    Raises:
        ConfigurationError: The file or folder, whose variable the error names, cannot be read.
    """
    file = environment.get(_CERTIFICATE_FILE, "").strip() or None
    folder = environment.get(_CERTIFICATE_FOLDER, "").strip() or None
    if file is None and folder is None:
        return None
    if folder is not None and not any(Path(one).is_dir() for one in folder.split(os.pathsep)):
        raise ConfigurationError(_CERTIFICATE_FOLDER, "names no folder")
    try:
        context = tls.create_default_context(cafile=file, capath=folder)
    except OSError as error:
        raise ConfigurationError(
            _CERTIFICATE_FILE, f"is not a readable file of certificates ({type(error).__name__})"
        ) from None
    context.set_alpn_protocols(["http/1.1"])
    return context


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOptions:
    """The arguments `proxy`, `trust_env` and `ssl` of an HTTP client.

    Attributes:
        proxy: Proxy of every request, None for none but the environment's.
        trust_env: Whether the environment decides about proxies (unless there is `proxy`) and about certificates
            (unless there is `ssl`).
        ssl: TLS context, None for the default.
    """

    proxy: Proxy | None = None
    trust_env: bool = False
    ssl: tls.SSLContext | None = None

    @classmethod
    def checked(
        cls, proxy: object, trust_env: object, ssl: object, *, schemes: tuple[str, ...] = _HTTP_SCHEMES
    ) -> Self:
        """Return the options, if they are valid.

        Args:
            proxy: URL of the proxy, or None.
            trust_env: Whether the environment is read.
            ssl: TLS context, or None.
            schemes: Schemes of proxies that can be used.

        Raises:
            ConfigurationError: An argument is invalid.
        """
        if not isinstance(trust_env, bool):
            raise ConfigurationError("trust_env", "must be True or False")
        if ssl is not None and not isinstance(ssl, tls.SSLContext):
            raise ConfigurationError("ssl", "must be an ssl.SSLContext or None")
        if ssl is not None and ssl.protocol == tls.PROTOCOL_TLS_SERVER:
            raise ConfigurationError("ssl", "must be a context for clients, such as ssl.create_default_context()")
        parsed = None if proxy is None else parse_proxy("proxy", proxy, schemes=schemes)
        return cls(proxy=parsed, trust_env=trust_env, ssl=ssl)

    @property
    def given(self) -> dict[str, Any]:
        """Return the arguments that differ from their defaults, by name."""
        options = {"proxy": self.proxy, "trust_env": self.trust_env, "ssl": self.ssl}
        return {name: value for name, value in options.items() if value}

    async def load(self, *, schemes: tuple[str, ...] = _HTTP_SCHEMES) -> tuple[ProxySettings, tls.SSLContext | None]:
        """Return the proxies and the TLS context to use, reading the environment if it is trusted.

        Args:
            schemes: Schemes of proxies that can be used.

        Raises:
            ConfigurationError: A variable, which the error names, cannot be used.
        """
        if self.proxy is not None:
            proxies = ProxySettings(dict.fromkeys(_HTTP_SCHEMES, self.proxy))
        else:
            proxies = ProxySettings.from_env(os.environ if self.trust_env else {}, schemes=schemes)
        context = self.ssl
        if context is None and self.trust_env:
            context = await asyncio.to_thread(load_certificates, dict(os.environ))
        return proxies, context
