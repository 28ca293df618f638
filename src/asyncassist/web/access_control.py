"""Who may come in: addresses, origins, the admin token. Decisions are functions of the request and the settings."""

from __future__ import annotations

import hmac
import ipaddress
import re
from typing import TYPE_CHECKING

from asyncassist.errors import ConfigurationError
from asyncassist.web.problem import ProblemError
from asyncassist.web.settings import networks, origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.web.http import Request
    from asyncassist.web.settings import Network, WebSettings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)

SECURITY_HEADERS: tuple[tuple[str, str], ...] = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
)

# What a page of another origin may read beside the body and the plain headers.
_EXPOSED_HEADERS = ("access-control-expose-headers", "x-request-id, ratelimit, ratelimit-policy, retry-after")
# Names of headers as browsers list them
_HEADER_NAMES = re.compile(r"[A-Za-z0-9-]{1,64}(?:, ?[A-Za-z0-9-]{1,64}){0,31}", re.ASCII)
# "1.2.3.4:5678" and "[2001:db8::1]:5678", as some proxies write them
_WITH_PORT = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[0-9.]+))(?::\d{1,5})?", re.ASCII)


def address(text: str) -> Address | None:
    """The address of a text, with or without a port; None when it is none. IPv4 in IPv6 becomes IPv4."""
    text = text.strip()
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
    """Where the request really came from, as far as the trusted proxies can tell; None when there is no telling.

    Each trusted proxy appended the address it saw: the last `trusted_hops` entries of `X-Forwarded-For` are theirs,
    everything before was written by strangers.
    """
    peer = address(request.peer)
    if not trusted_hops:
        return peer
    forwarded = request.header("x-forwarded-for")
    entries = [entry for entry in (forwarded or "").split(",") if entry.strip()][-trusted_hops:]
    return (address(entries[0]) or peer) if entries else peer


class AccessControl:
    """Turns away who may not come in.

    Args:
        settings: Lists, hops, origins and the token.
    """

    def __init__(self, settings: WebSettings) -> None:
        self._trusted_hops = settings.trusted_hops
        self._allow = networks("allow", settings.allow)
        self._deny = networks("deny", settings.deny)
        self._trusted_origins = frozenset(settings.trusted_origins)
        self._admin_token = None if settings.admin_token is None else settings.admin_token.encode()

    def check_client(self, request: Request) -> str:
        """The client as the rate limit counts it: an address, or the /64 of an IPv6 one; "unknown" without one.

        Raises:
            ProblemError: 403; its address may not call.
        """
        found = client_address(request, self._trusted_hops)
        if self._allow or self._deny:
            self._check_address(found)
        if isinstance(found, ipaddress.IPv6Address):
            # One customer has a whole /64: counting single addresses would count nothing.
            return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
        return "unknown" if found is None else str(found)

    def _check_address(self, found: Address | None) -> None:
        if found is None:
            admitted = not self._allow
        else:
            admitted = not _is_in_any(found, self._deny) and (not self._allow or _is_in_any(found, self._allow))
        if not admitted:
            raise ProblemError(403, "address", "requests from this address are not accepted")

    def check_origin(self, request: Request) -> None:
        """Refuse what a page of another site makes a browser send.

        A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`) and a page cannot forge it; what is no
        browser sends neither and carries no cookies to abuse.

        Raises:
            ProblemError: 403; it comes from another site, and that is not trusted.
        """
        site = request.header("sec-fetch-site")
        claimed = request.header("origin")
        if self._trusted_origin(request) is not None:
            return
        if site is not None:
            good = site in {"same-origin", "none"}
        else:
            good = claimed is None or _host_of_origin(claimed) == (request.header("host") or "").lower()
        if not good:
            raise ProblemError(403, "cross-site", "requests from pages of other sites are not accepted")

    def _trusted_origin(self, request: Request) -> str | None:
        """The trusted origin that the request comes from, None when it comes from none."""
        claimed = request.header("origin") if self._trusted_origins else None
        if claimed is None:
            return None
        try:
            known = origin("origin", claimed)
        except ConfigurationError:
            return None
        return known if known in self._trusted_origins else None

    def cors_headers(self, request: Request) -> Sequence[tuple[str, str]]:
        """Headers that let a page of a trusted origin read the answer. Never `*`, and never with cookies."""
        if not self._trusted_origins:
            return ()
        trusted = self._trusted_origin(request)
        # An answer that is kept for one origin must not be given to another.
        vary = ("vary", "origin")
        return (vary,) if trusted is None else (("access-control-allow-origin", trusted), _EXPOSED_HEADERS, vary)

    def is_preflight(self, request: Request) -> bool:
        """Whether a browser asks what a page of a trusted origin may send (a CORS preflight)."""
        return request.header("access-control-request-method") is not None and self._trusted_origin(request) is not None

    def preflight_headers(self, request: Request, methods: Sequence[str]) -> list[tuple[str, str]]:
        """The answer to a preflight: the methods of the path, and the headers that were asked for.

        Args:
            request: Asks.
            methods: What the path has.
        """
        asked = request.header("access-control-request-headers") or ""
        named = [("access-control-allow-headers", asked)] if _HEADER_NAMES.fullmatch(asked) else []
        return [("access-control-allow-methods", ", ".join(methods)), *named, ("access-control-max-age", "600")]

    def check_admin(self, request: Request) -> None:
        """Admit the holder of the admin token.

        Raises:
            ProblemError: 403 when there is no token to hold, 401 when it is missing or wrong.
        """
        if self._admin_token is None:
            raise ProblemError(403, "admin-off", "admin routes are off: set ASYNCASSIST_ADMIN_TOKEN to open them")
        scheme, _, given = (request.header("authorization") or "").partition(" ")
        # Both sides as bytes: compare_digest takes the same time wherever the difference is.
        same = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._admin_token)
        if scheme.lower() != "bearer" or not same:
            raise ProblemError(
                401,
                "admin-token",
                "this needs the admin token: Authorization: Bearer ...",
                headers={"www-authenticate": 'Bearer realm="asyncassist"'},
            )


def _is_in_any(found: Address, listed: tuple[Network, ...]) -> bool:
    return any(found in network for network in listed)


def _host_of_origin(claimed: str) -> str | None:
    """Host and port of an origin as a `Host` header has them; None when it is no origin ("null")."""
    scheme, separator, host = claimed.strip().lower().partition("://")
    return host if separator and scheme in {"http", "https"} else None
