"""Prepared requests: validated arguments, resolved URL, and header fields and body as they will be sent."""

from __future__ import annotations

from base64 import b64encode
from copy import copy as copy_of
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from asyncassist._http import headers as h
from asyncassist._http.aiohttp_internals import has_middlewares
from asyncassist._http.models import CacheMode
from asyncassist._http.rfc9111 import parse_request_directives
from asyncassist._retry import Retry, Timeout
from asyncassist._types import UNSET, Unset
from asyncassist._validation import check_int, check_seconds
from asyncassist.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import aiohttp

T = TypeVar("T")
CACHE_MODES = frozenset(get_args(CacheMode))
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
# Caller of a request whose credentials are not in its header fields: equal to no other.
UNKNOWN_CALLER = ""


class ResolvedURL:
    """Absolute URL of a request with the parts that the handler needs.

    Attributes:
        url: Parsed URL without fragment and credentials.
        key: URL as a string; requests with the same key address the same resource.
        origin: Scheme, host and port.
        host: Host without the port.
        authorization: Value of Authorization made from credentials in the URL, None if it has none.
    """

    __slots__ = ("authorization", "host", "key", "origin", "url")

    def __init__(self, url: URL) -> None:
        self.authorization: str | None = None
        authority = url.raw_authority
        if "@" in authority:
            if url.raw_user is not None or url.raw_password is not None:
                pair = f"{url.user or ''}:{url.password or ''}".encode()
                self.authorization = f"Basic {b64encode(pair).decode()}"
                url = url.with_user(None)
            authority = authority.rpartition("@")[2]
        if url.raw_fragment:
            url = url.with_fragment(None)
        # "http://a" and "http://a/" are equivalent; RFC 9110 section 4.2.3
        self.url = url.with_path("/", keep_query=True) if url.raw_path == "/" else url
        self.key = str(self.url)
        self.origin, self.host = _parse_authority(url.scheme, authority)


@lru_cache(maxsize=512)
def _parse_authority(scheme: str, authority: str) -> tuple[str, str]:
    """Return the origin and the host of an authority; memoized, because many URLs share one.

    Raises:
        ValueError: The host cannot be encoded, or the port is out of range.
    """
    url = URL(f"{scheme}://{authority}")
    if not url.raw_host or not url.port:
        raise ValueError(authority)
    return f"{scheme}://{url.host_port_subcomponent}", url.host or ""


def resolve_url(url: str | URL, base_url: URL | None) -> ResolvedURL:
    """Resolve a URL against the base URL; memoized, because callers repeat their URLs.

    Args:
        url: Absolute URL, or one relative to the base.
        base_url: Base URL, None for none.

    Raises:
        InvalidInputError: The result is not an absolute http or https URL.
    """
    try:
        return _resolve_url(url, base_url)
    except TypeError:  # an object without a hash
        raise InvalidInputError("url", "is not a URL") from None


@lru_cache(maxsize=512)
def _resolve_url(url: str | URL, base_url: URL | None) -> ResolvedURL:
    if isinstance(url, str) and (not url.isprintable() or url != url.strip() or len(url) > 65_536):
        raise InvalidInputError(
            "url", "must be at most 65536 characters, without control characters or surrounding blanks"
        )
    try:
        parsed = URL(url)
        if base_url is not None and not parsed.absolute:
            parsed = base_url.join(parsed)
        is_absolute = parsed.scheme in {"http", "https"} and bool(parsed.raw_authority)
        resolved = ResolvedURL(parsed) if is_absolute else None
    except (ValueError, TypeError, UnicodeError):
        raise InvalidInputError("url", "is not a URL") from None
    if resolved is None:
        raise InvalidInputError("url", "must be an absolute http or https URL with a host")
    return resolved


_NO_HEADERS: CIMultiDict[str] = CIMultiDict()
_PLACEHOLDER_URL = ResolvedURL(URL("http://localhost/"))


class PreparedRequest(msgspec.Struct, kw_only=True, eq=False):
    """Request of one caller with its policies and its progress.

    Attributes:
        method: HTTP method in capitals.
        target: URL to request.
        headers: Header fields of the caller and of the handler.
        data: Body, None for none.
        cache: Cache mode.
        ttl: Seconds for which a response without freshness information is fresh; None: only what RFC 9111 allows.
        timeout: Timeouts.
        retry: Retry policy, None for a single attempt.
        hedge_after: Seconds until a hedged attempt, None for no hedging.
        max_body: Maximum size of the response body in bytes.
        repeatable: Whether the request is safe to retry: idempotent, with a body that can be sent again.
        session: External session, whose own header fields and cookies are sent too; None for the handler's own.
        started: `time.perf_counter()` at the start of the call, for `Response.elapsed`.
        has_credentials: Whether Authorization or cookies are sent.
        caller: Digest of the header fields that may say who asks, None if there are none; `UNKNOWN_CALLER` for
            credentials that the session adds.
        request_directives: Cache-Control directives of the request.
        sent_headers: Header fields to send: `headers` with the preconditions and the Cache-Control that the cache adds.
        redirect_credentials: Whether a redirect brought the credentials: the response is not stored then.
        timeout_left: Seconds left to the caller at the start of this request or redirect, None for no timeout.
        deadline: Monotonic time at which the caller stops waiting, None for never.
        shared_deadline: Monotonic time at which the last of the coalesced callers stops waiting, None for never.
        attempts: Attempts made so far.
        has_quota: Whether the quota of the next attempt is acquired already.
        known_miss: Whether a lookup found nothing stored, so that the fetch need not look again.
        storable: Whether the response may be stored; False once an invalidation has overtaken the request.
    """

    method: str
    target: ResolvedURL
    headers: CIMultiDict[str]
    data: Any
    cache: CacheMode
    ttl: float | None
    timeout: Timeout
    retry: Retry | None
    hedge_after: float | None
    max_body: int
    repeatable: bool
    session: aiohttp.ClientSession | None = None
    started: float = 0.0
    has_credentials: bool = False
    caller: str | None = None
    request_directives: dict[str, str | None] = {}
    sent_headers: CIMultiDict[str] = _NO_HEADERS
    redirect_credentials: bool = False
    timeout_left: float | None = None
    deadline: float | None = None
    shared_deadline: float | None = None
    attempts: int = 0
    has_quota: bool = False
    known_miss: bool = False
    storable: bool = True

    def __post_init__(self) -> None:
        self._identify(self.ttl)
        self.request_directives = parse_request_directives(self.headers)
        self.sent_headers = self.headers

    def _identify(self, ttl: float | None) -> None:
        """Determine who asks by what is sent; a request with credentials has no ttl."""
        self.caller = h.caller_digest(self.headers) if self.headers else None
        self.has_credentials = has_credentials(self.headers)
        if self.session is not None and not self.has_credentials and _adds_credentials(self.session, self.target):
            self.has_credentials, self.caller = True, UNKNOWN_CALLER
        self.ttl = None if self.has_credentials else ttl

    def mark_credentials(self) -> None:
        """Note that credentials were sent which only the session knows, such as those of netrc or a trace config."""
        if not self.has_credentials:
            self.has_credentials, self.caller, self.ttl = True, UNKNOWN_CALLER, None

    @property
    def allows_default(self) -> bool:
        """Return whether the default ttl may apply: the caller is anonymous, or the call has a ttl of its own."""
        return self.caller is None or self.ttl is not None

    def start_deadline(self, now: float) -> None:
        """Start the caller's total timeout at `now`, in monotonic seconds."""
        self.timeout_left = total = self.timeout.total
        self.deadline = self.shared_deadline = None if total is None else now + total

    @property
    def only_if_cached(self) -> bool:
        """Return whether nothing may be sent: by the cache mode, or by a Cache-Control of the request."""
        return self.cache == "only-if-cached" or "only-if-cached" in self.request_directives

    def remaining(self, now: float) -> float | None:
        """Return the seconds left until the caller's deadline, None for no deadline."""
        return None if self.deadline is None else self.deadline - now

    def coalescing_key(self) -> str:
        """Return the coalescing key: equal for requests that one response can serve."""
        fields = ""
        if self.headers:
            fields = "\n".join(sorted([f"{name.lower()}:{value}" for name, value in self.headers.items()]))
        return f"{self.method} {self.target.key} {self.cache} {self.ttl} {self.max_body}\n{fields}"

    def copy_with(self, **changes: Any) -> PreparedRequest:
        """Return a copy with some fields replaced and its progress reset."""
        copy = copy_of(self)
        for name, value in changes.items():
            setattr(copy, name, value)
        copy.sent_headers = copy.headers
        copy.attempts = 0
        copy.has_quota = copy.known_miss = False
        copy.storable = not copy.redirect_credentials
        return copy

    def redirect_to(self, method: str, target: ResolvedURL) -> PreparedRequest:
        """Return the request that follows a redirect; what may say who asks is not sent to another origin."""
        headers = CIMultiDict(self.headers)
        data = self.data
        redirect_credentials = self.redirect_credentials
        if target.origin != self.target.origin:
            redirect_credentials = False
            for name in set(headers):
                if h.identifies_caller(name) and name.lower() != "idempotency-key":
                    headers.popall(name, None)
            add_session_headers(headers, self.session)
        if target.authorization is not None:
            headers["Authorization"] = target.authorization
            redirect_credentials = True
        if method != self.method:
            # POST became GET: without a body its fields are dropped as well (RFC 9110 section 15.4).
            data = None
            for name in ("Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding"):
                headers.popall(name, None)
        repeatable = self.repeatable or method in IDEMPOTENT_METHODS
        copy = self.copy_with(
            method=method,
            target=target,
            headers=headers,
            data=data,
            repeatable=repeatable,
            redirect_credentials=redirect_credentials,
        )
        copy._identify(self.ttl)  # noqa: SLF001 - another request of this class
        return copy


class RequestBuilder:
    """Builds prepared requests from the arguments of a call and the defaults of the handler.

    Args:
        default_headers: Header fields sent with every request.
        ttl: Default ttl in seconds, None for only what RFC 9111 allows.
        timeout: Default timeouts.
        retry: Default retry policy, None for a single attempt.
        max_body: Default maximum size of a response body in bytes.
        session: External session, whose own headers and cookies are sent too; None for the handler's own.
    """

    def __init__(
        self,
        *,
        default_headers: CIMultiDict[str],
        ttl: float | None,
        timeout: Timeout,
        retry: Retry | None,
        max_body: int,
        session: aiohttp.ClientSession | None,
    ) -> None:
        self._default_headers = default_headers
        self._ttl = ttl
        self._timeout = timeout
        self._retry = retry
        self._max_body = max_body
        self._session = session
        self.default_get = PreparedRequest(
            method="GET",
            target=_PLACEHOLDER_URL,
            headers=default_headers,
            data=None,
            cache="default",
            ttl=ttl if h.caller_digest(default_headers) is None else None,
            timeout=timeout,
            retry=retry,
            hedge_after=None,
            max_body=max_body,
            repeatable=True,
        )
        """GET without options as the handler's own session sends it, to be copied with its URL."""

    def build(
        self,
        method: str,
        target: ResolvedURL,
        *,
        started: float,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        timeout: float | Timeout | None = None,
        cache: CacheMode = "default",
        ttl: float | Unset | None = UNSET,
        retry: Retry | Unset | None = UNSET,
        hedge_after: float | None = None,
        max_body: int | None = None,
        idempotency_key: str | None = None,
    ) -> PreparedRequest:
        """Build a request from the arguments of `AsyncHandler.request`.

        Raises:
            InvalidInputError: An argument is invalid.
        """
        method = normalize_method(method)
        if not isinstance(cache, str) or cache not in CACHE_MODES:
            raise InvalidInputError("cache", f"must be one of {', '.join(sorted(CACHE_MODES))}")
        if retry is not None and not isinstance(retry, Retry | Unset):
            raise InvalidInputError("retry", "must be a Retry or None")
        if hedge_after is not None:
            hedge_after = check_call(check_seconds, "hedge_after", hedge_after)
            if method not in {"GET", "HEAD"}:
                raise InvalidInputError("hedge_after", "is for GET and HEAD only")
        fields = self._merge_headers(target, headers, json, idempotency_key)
        if json is not None:
            if data is not None:
                raise InvalidInputError("data", "must not be given together with json")
            data = encode_json(json)
        repeatable = method in IDEMPOTENT_METHODS or "Idempotency-Key" in fields
        if isinstance(ttl, Unset):
            # The default ttl is for anonymous callers; a ttl of the call is for its caller.
            own_ttl = self._ttl if h.caller_digest(fields) is None else None
        else:
            own_ttl = None if ttl is None else check_call(check_seconds, "ttl", ttl, allow_zero=True)
        return PreparedRequest(
            method=method,
            target=target if params is None else with_params(target, params),
            headers=fields,
            data=data,
            cache=cache,
            ttl=own_ttl,
            timeout=self._resolve_timeout(timeout),
            retry=self._retry if isinstance(retry, Unset) else retry,
            hedge_after=hedge_after,
            max_body=self._max_body if max_body is None else check_call(check_int, "max_body", max_body),
            repeatable=repeatable and is_repeatable_body(data),
            session=self._session,
            started=started,
        )

    def _merge_headers(
        self, target: ResolvedURL, headers: Mapping[str, str] | None, json: Any, idempotency_key: str | None
    ) -> CIMultiDict[str]:
        """Merge the header fields of the call with the defaults for names that the call does not have."""
        defaults_only = headers is None and json is None and idempotency_key is None and target.authorization is None
        if defaults_only and self._session is None:
            return self._default_headers
        fields = check_headers("headers", headers)
        fields.extend([(name, value) for name, value in self._default_headers.items() if name not in fields])
        if target.authorization is not None:
            fields.setdefault("Authorization", target.authorization)
        if json is not None:
            fields.setdefault("Content-Type", "application/json")
        if idempotency_key is not None:
            fields.update(check_headers("idempotency_key", {"Idempotency-Key": idempotency_key}))
        add_session_headers(fields, self._session)
        return fields

    def _resolve_timeout(self, timeout: float | Timeout | None) -> Timeout:
        """Return the timeouts of a call; a number replaces the total of the default ones."""
        if timeout is None:
            return self._timeout
        if isinstance(timeout, Timeout):
            return timeout
        return replace(self._timeout, total=check_call(check_seconds, "timeout", timeout))


def has_credentials(fields: Mapping[str, str]) -> bool:
    """Return whether header fields hold credentials."""
    return "Authorization" in fields or "Cookie" in fields


def add_session_headers(fields: CIMultiDict[str], session: aiohttp.ClientSession | None) -> None:
    """Add the header fields that an external session sends with every request; aiohttp would add the same."""
    if session is not None:
        fields.extend([(name, value) for name, value in session.headers.items() if name not in fields])


def _adds_credentials(session: aiohttp.ClientSession, target: ResolvedURL) -> bool:
    """Return whether an external session may send credentials that are not header fields: `auth`, cookies, middlewares.

    What a middleware adds is known only once the request is sent: too late to look up or to store for others.
    """
    return (
        session.auth is not None or has_middlewares(session) or len(session.cookie_jar.filter_cookies(target.url)) > 0
    )


def with_params(target: ResolvedURL, params: Mapping[str, Any]) -> ResolvedURL:
    """Return the target with parameters appended to its query.

    Raises:
        InvalidInputError: The parameters are not a mapping of names to strings and numbers.
    """
    try:
        extended = ResolvedURL(target.url.extend_query(params))
    except (TypeError, ValueError, AttributeError):
        raise InvalidInputError("params", "must be a mapping of names to strings and numbers") from None
    extended.authorization = target.authorization
    return extended


def parse_base_url(base_url: str | None) -> URL | None:
    """Parse the base of relative URLs; None for none.

    Raises:
        ConfigurationError: The base is not an absolute http or https URL.
    """
    if base_url is None:
        return None
    try:
        return resolve_url(base_url, None).url
    except InvalidInputError as error:
        raise ConfigurationError("base_url", error.problem) from None


def check_default_headers(headers: Mapping[str, str] | None) -> CIMultiDict[str]:
    """Check the header fields sent with every request.

    Raises:
        ConfigurationError: A name or a value cannot be sent.
    """
    try:
        return check_headers("headers", headers)
    except InvalidInputError as error:
        raise ConfigurationError("headers", error.problem) from None


def check_headers(field: str, headers: Mapping[str, str] | None) -> CIMultiDict[str]:
    """Check header fields and return them as a multidict of their own.

    Args:
        field: Name of the argument, for the error.
        headers: Header fields, None for none.

    Raises:
        InvalidInputError: A name or a value cannot be sent.
    """
    if headers is None:
        return CIMultiDict()
    try:
        fields = CIMultiDict(headers)
        if not h.is_well_formed(CIMultiDictProxy(fields)):
            raise InvalidInputError(field, "must hold valid header names, and values without control characters")
    except (TypeError, ValueError):
        raise InvalidInputError(field, "must be a mapping of names to strings") from None
    return fields


def encode_json(json: Any) -> bytes:
    """Encode a value as JSON.

    Raises:
        InvalidInputError: The value cannot be represented in JSON.
    """
    try:
        return msgspec.json.encode(json)
    except (TypeError, ValueError, RecursionError):
        raise InvalidInputError("json", "holds a value that JSON cannot represent") from None


def normalize_method(method: str) -> str:
    """Return the method in capitals.

    Raises:
        InvalidInputError: The method is not a token (RFC 9110 section 5.6.2).
    """
    upper = method.upper() if isinstance(method, str) else ""
    if upper in KNOWN_METHODS or h.is_well_formed({upper: ""}):
        return upper
    raise InvalidInputError("method", "is not an HTTP method")


def check_call(check: Callable[..., T], field: str, value: object, **options: Any) -> T:
    """Return what a check of `_validation` returns, for an argument of a call.

    Raises:
        InvalidInputError: The check fails.
    """
    try:
        return check(field, value, **options)
    except ConfigurationError as error:
        raise InvalidInputError(field, error.problem) from None


def is_repeatable_body(data: Any) -> bool:
    """Return whether a body can be sent more than once; streams, files and forms are consumed by sending."""
    return data is None or isinstance(data, bytes | bytearray | str)
