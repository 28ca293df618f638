"""A call made ready: its arguments checked, its URL, fields and body as they will be sent."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from asyncassist._http import headers as h
from asyncassist._http.models import CacheMode
from asyncassist._http.rfc9111 import request_control
from asyncassist._retry import Retry, Timeout
from asyncassist._types import UNSET, Unset
from asyncassist._validation import check_int, check_seconds
from asyncassist.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import aiohttp

CACHE_MODES = frozenset(get_args(CacheMode))
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
# Fields that carry who asks: they are not sent to another origin after a redirect.
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
PRIVATE = ("Authorization", "Cookie", "Proxy-Authorization")


class Target:
    """Where a request goes.

    Attributes:
        url: Parsed, without fragment and without credentials.
        key: The URL as text: what makes two requests be about the same thing.
        origin: Scheme, host and port.
        authorization: The Authorization field of credentials in the URL, None without any.
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
        # "http://a" and "http://a/" are one resource; RFC 9110 section 4.2.3
        self.url = url.with_path("/", keep_query=True) if url.raw_path == "/" else url
        self.key = str(self.url)
        self.origin, self.host = _place(url.scheme, authority)


@lru_cache(maxsize=512)
def _place(scheme: str, authority: str) -> tuple[str, str]:
    """The origin and the host: many URLs lie at one place, so it is read once.

    Raises:
        ValueError: There is no such place: a host that cannot be encoded, a port out of range.
    """
    url = URL(f"{scheme}://{authority}")
    if not url.raw_host or not url.port:
        raise ValueError(authority)
    return f"{scheme}://{url.host_port_subcomponent}", url.host or ""


@lru_cache(maxsize=512)
def target(url: str | URL, base: URL | None) -> Target:
    """A URL made ready.

    Raises:
        InvalidInputError: It is not an absolute http or https URL, nor relative to a base.
    """
    if isinstance(url, str) and (not url.isprintable() or url != url.strip() or len(url) > 65_536):
        raise InvalidInputError("url", "must not hold blanks at its ends or control characters")
    try:
        parsed = URL(url)
        if base is not None and not parsed.absolute:
            parsed = base.join(parsed)
        whole = parsed.scheme in {"http", "https"} and bool(parsed.raw_authority)
        found = Target(parsed) if whole else None
    except (ValueError, TypeError, UnicodeError):
        raise InvalidInputError("url", "is not a URL") from None
    if found is None:
        raise InvalidInputError("url", "must be an absolute http or https URL with a host")
    return found


_NOWHERE = Target(URL("http://localhost/"))


class Call:
    """One request of a caller, and how far it came."""

    __slots__ = (
        "asked",
        "cache",
        "credentials",
        "data",
        "deadline",
        "headers",
        "hedge_after",
        "keep",
        "max_body",
        "method",
        "patience",
        "repeatable",
        "retry",
        "sent",
        "started",
        "target",
        "timeout",
        "ttl",
        "unknown",
        "wait",
        "wire",
    )

    def __init__(
        self,
        *,
        method: str,
        target: Target,
        headers: CIMultiDict[str],
        data: Any,
        cache: CacheMode,
        ttl: float | None,
        timeout: Timeout,
        retry: Retry | None,
        hedge_after: float | None,
        max_body: int,
        credentials: bool,
        repeatable: bool,
        started: float = 0.0,
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.data = data
        self.cache: CacheMode = cache
        self.ttl = ttl
        self.timeout = timeout
        self.retry = retry
        self.hedge_after = hedge_after
        self.max_body = max_body
        self.credentials = credentials
        self.repeatable = repeatable
        self.asked = request_control(headers)
        self.started = started
        self.wait: float | None = None
        """Seconds that the caller waits from now on, None for ever."""
        self.deadline: float | None = None
        """Steady seconds at which the caller stops waiting, None for never."""
        self.patience: float | None = None
        """The same for the last of those who wait for this very call."""
        self.sent = 0
        """Requests sent for it."""
        self.wire = headers
        """The fields as they are sent: with what the cache adds."""
        self.unknown = False
        """Whether the cache was looked into and has nothing about it."""
        self.keep = True
        """Whether its answer may be kept: what was forgotten meanwhile must not come back with it."""

    def begin(self, now: float) -> None:
        """The caller waits from now on."""
        self.wait = total = self.timeout.total
        self.deadline = self.patience = None if total is None else now + total

    def left(self, now: float) -> float | None:
        """Seconds that the caller still waits, None for ever."""
        return None if self.deadline is None else self.deadline - now

    def signature(self) -> str:
        """What makes two calls equal: one answer would do for both."""
        fields = ""
        if self.headers:
            fields = "\n".join(sorted([f"{name.lower()}:{value}" for name, value in self.headers.items()]))
        return f"{self.method} {self.target.key} {self.cache} {self.ttl} {self.max_body}\n{fields}"

    def again(self, **changes: Any) -> Call:
        """The same call with something changed, as if nothing had been done for it yet; its headers are its own."""
        other = Call.__new__(Call)
        for name in Call.__slots__:
            setattr(other, name, changes[name] if name in changes else getattr(self, name))
        other.wire, other.sent, other.unknown, other.keep = other.headers, 0, False, True
        return other

    def redirected(self, method: str, where: Target) -> Call:
        """The call after a redirect: what is private does not go to another origin."""
        headers = CIMultiDict(self.headers)
        data = self.data
        if where.origin != self.target.origin:
            for name in PRIVATE:
                headers.popall(name, None)
        if where.authorization is not None:
            headers["Authorization"] = where.authorization
        if method != self.method:
            data = None
            for name in ("Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding"):
                headers.popall(name, None)
        repeatable = self.repeatable or method in IDEMPOTENT
        return self.again(method=method, target=where, headers=headers, data=data, repeatable=repeatable)


class Preparer:
    """Makes calls of the arguments of a request, joined with what the handler says.

    Args:
        fields: Sent with every request.
        ttl: The handler's ttl.
        timeout: The handler's bounds.
        retry: The handler's policy.
        max_body: The handler's bound of a body.
        session: The session that was handed in, None for ours.
    """

    def __init__(
        self,
        *,
        fields: CIMultiDict[str],
        ttl: float | None,
        timeout: Timeout,
        retry: Retry | None,
        max_body: int,
        session: aiohttp.ClientSession | None,
    ) -> None:
        self._fields = fields
        self._ttl = ttl
        self._timeout = timeout
        self._retry = retry
        self._max_body = max_body
        self._session = session
        self._credentials = _has_credentials(fields) or (
            session is not None and _has_credentials(CIMultiDict(session.headers))
        )
        self._plain = Call(
            method="GET",
            target=_NOWHERE,
            headers=fields,
            data=None,
            cache="default",
            ttl=ttl,
            timeout=timeout,
            retry=retry,
            hedge_after=None,
            max_body=max_body,
            credentials=self._credentials,
            repeatable=True,
        )

    def plain(self, where: Target, started: float, now: float) -> Call:
        """A GET that asks for nothing special, begun: what most requests are, so it is made the short way."""
        plain = self._plain
        call = Call.__new__(Call)
        call.method = "GET"
        call.target = where
        call.headers = call.wire = plain.headers
        call.data = None
        call.cache = "default"
        call.ttl = plain.ttl
        call.timeout = plain.timeout
        call.retry = plain.retry
        call.hedge_after = None
        call.max_body = plain.max_body
        call.credentials = plain.credentials or (self._session is not None and self._has_cookies(where))
        call.repeatable = True
        call.asked = plain.asked
        call.started = started
        call.wait = total = plain.timeout.total
        call.deadline = call.patience = None if total is None else now + total
        call.sent = 0
        call.unknown = False
        call.keep = True
        return call

    def call(
        self,
        method: str,
        where: Target,
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
    ) -> Call:
        """A call.

        Raises:
            InvalidInputError: An argument cannot be used.
        """
        method = checked_method(method)
        if cache not in CACHE_MODES:
            raise InvalidInputError("cache", f"must be one of {', '.join(sorted(CACHE_MODES))}")
        if retry is not None and not isinstance(retry, Retry | Unset):
            raise InvalidInputError("retry", "must be a Retry or None")
        if hedge_after is not None:
            hedge_after = call_seconds("hedge_after", hedge_after)
            if method not in {"GET", "HEAD"}:
                raise InvalidInputError("hedge_after", "is for GET and HEAD only")
        fields = self._joined(where, headers, json, idempotency_key)
        if json is not None:
            if data is not None:
                raise InvalidInputError("data", "must not be given together with json")
            data = encoded(json)
        repeatable = method in IDEMPOTENT or "Idempotency-Key" in fields
        return Call(
            method=method,
            target=where if params is None else with_params(where, params),
            headers=fields,
            data=data,
            cache=cache,
            ttl=self._ttl if isinstance(ttl, Unset) else call_ttl(ttl),
            timeout=self._bounds(timeout),
            retry=self._retry if isinstance(retry, Unset) else retry,
            hedge_after=hedge_after,
            max_body=self._max_body if max_body is None else call_count("max_body", max_body),
            credentials=self._credentials or _has_credentials(fields) or self._has_cookies(where),
            repeatable=repeatable and is_repeatable(data),
            started=started,
        )

    def _joined(self, where: Target, headers: Mapping[str, str] | None, json: Any, key: str | None) -> CIMultiDict[str]:
        """The fields of the call, then those of the handler that it does not have."""
        if headers is None and json is None and key is None and where.authorization is None:
            return self._fields
        fields = checked_headers("headers", headers)
        fields.extend([(name, value) for name, value in self._fields.items() if name not in fields])
        if where.authorization is not None:
            fields.setdefault("Authorization", where.authorization)
        if json is not None:
            fields.setdefault("Content-Type", "application/json")
        if key is not None:
            fields.update(checked_headers("idempotency_key", {"Idempotency-Key": key}))
        return fields

    def _bounds(self, timeout: float | Timeout | None) -> Timeout:
        if timeout is None:
            return self._timeout
        if isinstance(timeout, Timeout):
            return timeout
        return replace(self._timeout, total=call_seconds("timeout", timeout))

    def _has_cookies(self, where: Target) -> bool:
        """Whether a session handed in would send cookies there."""
        return self._session is not None and len(self._session.cookie_jar.filter_cookies(where.url)) > 0


def _has_credentials(fields: CIMultiDict[str]) -> bool:
    return "Authorization" in fields or "Cookie" in fields


def with_params(where: Target, params: Mapping[str, Any]) -> Target:
    """The target with parameters added to its query.

    Raises:
        InvalidInputError: They cannot be written into a URL.
    """
    try:
        other = Target(where.url.extend_query(params))
    except (TypeError, ValueError, AttributeError):
        raise InvalidInputError("params", "must be names with texts and numbers") from None
    other.authorization = where.authorization
    return other


def checked_base(base_url: str | None) -> URL | None:
    """The base of relative URLs.

    Raises:
        ConfigurationError: It is not an absolute http or https URL.
    """
    if base_url is None:
        return None
    try:
        return target(base_url, None).url
    except InvalidInputError as error:
        raise ConfigurationError("base_url", error.problem) from None


def checked_fields(headers: Mapping[str, str] | None) -> CIMultiDict[str]:
    """The fields of every request.

    Raises:
        ConfigurationError: They cannot be sent.
    """
    try:
        return checked_headers("headers", headers)
    except InvalidInputError as error:
        raise ConfigurationError("headers", error.problem) from None


def checked_headers(field: str, given: Mapping[str, str] | None) -> CIMultiDict[str]:
    """Header fields that can be sent.

    Raises:
        InvalidInputError: A name or a value cannot.
    """
    if given is None:
        return CIMultiDict()
    try:
        fields = CIMultiDict(given)
        if not h.is_clean(CIMultiDictProxy(fields)):
            raise InvalidInputError(field, "must hold names and values without control characters")
    except (TypeError, ValueError):
        raise InvalidInputError(field, "must be a mapping of names to texts") from None
    return fields


def encoded(json: Any) -> bytes:
    """A value as JSON.

    Raises:
        InvalidInputError: JSON cannot hold it.
    """
    try:
        return msgspec.json.encode(json)
    except (TypeError, ValueError, RecursionError):
        raise InvalidInputError("json", "holds something that JSON cannot") from None


def checked_method(method: str) -> str:
    """The method in capitals.

    Raises:
        InvalidInputError: It is no token.
    """
    upper = method.upper() if isinstance(method, str) else ""
    if upper in METHODS or h.is_clean({upper: ""}):
        return upper
    raise InvalidInputError("method", "is not an HTTP method")


def call_seconds(field: str, value: Any) -> float:
    """A number of seconds above zero that a caller gave.

    Raises:
        InvalidInputError: It is anything else.
    """
    try:
        return check_seconds(field, value)
    except ConfigurationError as error:
        raise InvalidInputError(field, error.problem) from None


def call_ttl(value: Any) -> float | None:
    """A ttl that a caller gave: None or seconds from zero.

    Raises:
        InvalidInputError: It is anything else.
    """
    if value is None:
        return None
    try:
        return check_seconds("ttl", value, allow_zero=True)
    except ConfigurationError as error:
        raise InvalidInputError("ttl", error.problem) from None


def call_count(field: str, value: Any) -> int:
    """A whole number above zero that a caller gave.

    Raises:
        InvalidInputError: It is anything else.
    """
    try:
        return check_int(field, value)
    except ConfigurationError as error:
        raise InvalidInputError(field, error.problem) from None


def is_repeatable(data: Any) -> bool:
    """Whether a body can be sent a second time."""
    return data is None or isinstance(data, bytes | bytearray | str)
