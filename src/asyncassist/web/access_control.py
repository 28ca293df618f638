"""Access control by address, origin and admin token. Decisions depend only on the request and the settings."""

from __future__ import annotations

import functools
import hmac
import ipaddress
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from asyncassist.errors import ConfigurationError
from asyncassist.web.problem import ProblemError
from asyncassist.web.settings import normalize_origin, parse_networks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.web.http import Request
    from asyncassist.web.settings import Network, WebSettings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

logger = logging.getLogger("asyncassist.web")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; require-trusted-types-for 'script'"
)

SECURITY_HEADERS: tuple[tuple[str, str], ...] = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
)

# Response headers that a page of another origin may read besides those that CORS exposes by default.
_EXPOSED_HEADERS = ("access-control-expose-headers", "x-request-id, ratelimit, ratelimit-policy, retry-after")
# Header fields that browsers send with what a page requests; a page cannot leave out all of them where it matters: a
# POST and the handshake of a WebSocket always have an Origin.
_BROWSER_HEADERS = ("origin", "referer", "sec-fetch-site")
# Loopback, private and link-local addresses, and those that providers share among their customers.
_LOCAL_IPV4 = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10")
_LOCAL_NETWORKS = parse_networks("local", (*_LOCAL_IPV4, "::1/128", "fc00::/7", "fe80::/10"))
# A name with an optional port; a name of the DNS has at most 253 characters and may end with a dot.
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}?)\.?(?::\d{1,5})?", re.ASCII)
# Up to 32 header names, as browsers list them in a preflight
_HEADER_NAMES = re.compile(r"[A-Za-z0-9-]{1,64}(?:, ?[A-Za-z0-9-]{1,64}){0,31}", re.ASCII)
# "1.2.3.4:5678" and "[2001:db8::1]:5678", as some proxies write them
_MAX_ADDRESS = 100  # characters, with a zone
_WITH_PORT = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[0-9.]+))(?::\d{1,5})?", re.ASCII)


def page_policy(embed_origins: Sequence[str]) -> str:
    """Return the content security policy of the pages, which only pages of the given origins may embed."""
    return _PAGE_POLICY.format(ancestors=" ".join(embed_origins) or "'none'")


def parse_address(text: str) -> Address | None:
    """Parse an IP address with or without a port; None if the text is not one. IPv4-mapped IPv6 becomes IPv4."""
    text = text.strip()
    return _parse_address(text) if len(text) <= _MAX_ADDRESS else None


@functools.lru_cache(4096)  # a client sends many requests, and parsing takes a third of the dispatch of each
def _parse_address(text: str) -> Address | None:
    match = _WITH_PORT.fullmatch(text)
    if match is not None:
        text = match["six"] or match["four"]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def client_address(request: Request, trusted_hops: int) -> Address | None:
    """Return the client's address as far as the trusted proxies report it; None if it is unknown.

    Each trusted proxy appends the address of its peer to `X-Forwarded-For`: the last `trusted_hops` entries are theirs,
    everything before is an unverified claim of the client.
    """
    peer = parse_address(request.peer)
    if not trusted_hops:
        return peer
    forwarded = request.header("x-forwarded-for")
    entries = [entry for entry in (forwarded or "").split(",") if entry.strip()][-trusted_hops:]
    return (parse_address(entries[0]) or peer) if entries else peer


class AccessControl:
    """Access rules: allow and deny lists, cross-site checks, admin token.

    Args:
        settings: Networks, trusted hops, trusted origins and the admin token.
    """

    def __init__(self, settings: WebSettings) -> None:
        self._trusted_hops = settings.trusted_hops
        self._has_warned_of_proxy = False
        self._allow = parse_networks("allow", settings.allow)
        self._deny = parse_networks("deny", settings.deny)
        self._trusted_origins = frozenset(settings.trusted_origins)
        # An origin has a host: the settings have checked that.
        origin_hosts = {urlsplit(origin).hostname or "" for origin in settings.trusted_origins}
        self._allowed_hosts = frozenset({*settings.allowed_hosts, *origin_hosts})
        self._has_host_names = bool(settings.allowed_hosts)
        self._admin_token = None if settings.admin_token is None else settings.admin_token.encode()

    def check_client(self, request: Request) -> str:
        """Check the client's address and return the key under which the rate limit counts the client.

        Returns:
            An IPv4 address, the /64 network of an IPv6 address, or "unknown".

        Raises:
            ProblemError: 403 when the address may not call.
        """
        found = client_address(request, self._trusted_hops)
        if not self._trusted_hops and not self._has_warned_of_proxy:
            self._warn_of_proxy(request, found)
        if self._allow or self._deny:
            self._check_address(found)
        if isinstance(found, ipaddress.IPv6Address):
            # A customer has a whole /64, so a limit for each single address could be evaded.
            return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
        return "unknown" if found is None else str(found)

    def _warn_of_proxy(self, request: Request, peer: Address | None) -> None:
        """Log once that the header of what is probably a proxy of the operator's own is ignored."""
        if peer is not None and (peer.is_private or peer.is_loopback) and request.header("x-forwarded-for"):
            self._has_warned_of_proxy = True
            logger.warning(
                "X-Forwarded-For of a private address is ignored, so all clients behind it count as one;"
                " set trusted_hops (ASYNCASSIST_TRUSTED_HOPS) to the number of reverse proxies"
            )

    def _check_address(self, found: Address | None) -> None:
        if found is None:
            admitted = not self._allow
        else:
            admitted = not _is_in_any(found, self._deny) and (not self._allow or _is_in_any(found, self._allow))
        if not admitted:
            raise ProblemError(403, "address", "requests from this address are not accepted")

    def check_host(self, request: Request) -> None:
        """Reject a request for a name that is not the service's own, which a page can point at it by DNS rebinding.

        Loopback names and IP addresses need no configuration: no page of another site has them as its own. Without
        configured names, only requests are checked that a page may have caused in a browser on this machine or its
        network, which is what such a page needs the name for; any other client reaches the service, or not, by itself.

        Raises:
            ProblemError: 421 when the name in `Host` is neither a loopback name, an IP address nor configured.
        """
        host = request.header("host")
        if host and (self._has_host_names or self._may_be_rebound(request)) and not self._is_own_host(host):
            raise ProblemError(
                421,
                "host",
                "host: the service does not answer to this name; its operator lists the names in allowed_hosts"
                " (ASYNCASSIST_ALLOWED_HOSTS)",
                field="host",
            )

    def _may_be_rebound(self, request: Request) -> bool:
        if not any(request.header(name) for name in _BROWSER_HEADERS):
            return False
        client = client_address(request, self._trusted_hops)
        return client is not None and _is_in_any(client, _LOCAL_NETWORKS)

    def _is_own_host(self, host: str) -> bool:
        if "*" in self._allowed_hosts:
            return True
        match = _HOST.fullmatch(host)
        if match is None:
            return parse_address(host) is not None
        name = match["name"].lower()
        if name in self._allowed_hosts or name == "localhost" or name.endswith(".localhost"):
            return True
        if parse_address(name) is not None:
            return True
        labels = name.split(".")
        return any(f"*.{'.'.join(labels[start:])}" in self._allowed_hosts for start in range(1, len(labels)))

    def check_origin(self, request: Request) -> None:
        """Reject a request that a page of another site made the browser send.

        Browsers state the source of a request in `Sec-Fetch-Site` and `Origin`, which a page cannot forge. Other
        clients send neither header and carry no cookies that a page could abuse.

        Raises:
            ProblemError: 403 when the request comes from another site that is not trusted.
        """
        site = request.header("sec-fetch-site")
        claimed = request.header("origin")
        if self._trusted_origin(request) is not None:
            return
        if site is not None:
            good = site in {"same-origin", "none"}
        else:
            good = claimed is None or _is_same_host(claimed, request.header("host") or "")
        if not good:
            raise ProblemError(403, "cross-site", "requests from pages of other sites are not accepted")

    def _trusted_origin(self, request: Request) -> str | None:
        """Return the origin of the request if it is trusted, else None."""
        claimed = request.header("origin") if self._trusted_origins else None
        if claimed is None:
            return None
        try:
            known = normalize_origin("origin", claimed)
        except ConfigurationError:
            return None
        return known if known in self._trusted_origins else None

    def cors_headers(self, request: Request) -> Sequence[tuple[str, str]]:
        """Return headers that let a page of a trusted origin read the response. Never `*`, never with credentials."""
        if not self._trusted_origins:
            return ()
        trusted = self._trusted_origin(request)
        # A response that is cached for one origin must not be reused for another.
        vary = ("vary", "origin")
        return (vary,) if trusted is None else (("access-control-allow-origin", trusted), _EXPOSED_HEADERS, vary)

    def is_preflight(self, request: Request) -> bool:
        """Return whether the request is a CORS preflight of a page of a trusted origin."""
        return request.header("access-control-request-method") is not None and self._trusted_origin(request) is not None

    def preflight_headers(self, request: Request, methods: Sequence[str]) -> list[tuple[str, str]]:
        """Return the headers of the response to a CORS preflight: the path's methods and the requested headers.

        Args:
            request: The preflight request.
            methods: Methods of the path.
        """
        asked = request.header("access-control-request-headers") or ""
        named = [("access-control-allow-headers", asked)] if _HEADER_NAMES.fullmatch(asked) else []
        return [("access-control-allow-methods", ", ".join(methods)), *named, ("access-control-max-age", "600")]

    def check_admin(self, request: Request) -> None:
        """Check the admin token of the request.

        Raises:
            ProblemError: 403 when no token is configured, 401 when the request's token is missing or wrong.
        """
        if self._admin_token is None:
            raise ProblemError(403, "admin-off", "admin routes are off: set ASYNCASSIST_ADMIN_TOKEN to open them")
        if not self.is_admin(request):
            raise ProblemError(
                401,
                "admin-token",
                "this route needs the admin token: Authorization: Bearer ...",
                headers={"www-authenticate": 'Bearer realm="asyncassist"'},
            )

    def is_admin(self, request: Request) -> bool:
        """Return whether the request has the admin token."""
        if self._admin_token is None:
            return False
        scheme, _, given = (request.header("authorization") or "").partition(" ")
        # compare_digest takes the same time wherever the difference is. As bytes: it refuses text that is not ASCII.
        same = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._admin_token)
        return scheme.lower() == "bearer" and same


def _is_in_any(found: Address, listed: tuple[Network, ...]) -> bool:
    return any(found in network for network in listed)


def _is_same_host(claimed: str, host: str) -> bool:
    """Return whether an origin ("https://a.example") and a `Host` header name the same host and port.

    A port that is not written is the usual one of the origin's scheme: behind a proxy, only the browser knows whether
    the scheme was http or https.
    """
    try:
        return normalize_origin("origin", claimed) == normalize_origin("host", f"{claimed.partition(':')[0]}://{host}")
    except ConfigurationError:
        return False
