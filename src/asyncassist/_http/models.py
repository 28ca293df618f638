"""What goes into the handler and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import msgspec

from asyncassist._types import UNSET, JSONSerializable, Unset
from asyncassist._validation import check_int, check_seconds
from asyncassist.errors import ConfigurationError, DecodeError, StatusError, safe_url

if TYPE_CHECKING:
    from multidict import CIMultiDictProxy

    from asyncassist._retry import Retry, Timeout

CacheMode = Literal["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]
CacheOutcome = Literal["miss", "hit", "stale", "revalidated", "coalesced", "bypass"]
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(JSONSerializable):
    """How much at once, and how large.

    Attributes:
        total: Requests at once.
        per_host: Requests at once to one origin.
        queue: Callers that may wait beyond them; one more is refused with BusyError.
        max_body: Bytes of a body after decompression; a stream has no bound unless it is given one.
        max_redirects: Redirects followed; 0 hands back the redirect itself.
    """

    total: int = 100
    per_host: int = 30
    queue: int = 1000
    max_body: int = 10 << 20
    max_redirects: int = 5

    def __post_init__(self) -> None:
        check_int("limits.total", self.total)
        check_int("limits.per_host", self.per_host)
        check_int("limits.queue", self.queue, least=0)
        check_int("limits.max_body", self.max_body)
        check_int("limits.max_redirects", self.max_redirects, least=0, most=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRules(JSONSerializable):
    """How answers are kept, beyond what they say themselves.

    Attributes:
        shared: Whether the cache serves several users: then answers marked `private` are not kept, answers to
            requests with `Authorization` only when they allow it, and `s-maxage` counts.
        stale_if_error: Seconds past its time that an answer may stand in for an error, when it does not say itself.
        stale_while_revalidate: Seconds past its time that an answer is served while a new one is fetched, when it
            does not say itself.
        negative_ttl: Seconds that 404, 405, 410, 414 and 501 without freshness information stay fresh; 0: not kept.
        targeted: Names of header fields that are meant for this cache and go before Cache-Control, most specific
            first, such as "CDN-Cache-Control" (RFC 9213).
        max_entry_bytes: Bytes of the largest answer that is kept.
    """

    shared: bool = True
    stale_if_error: float = 0.0
    stale_while_revalidate: float = 0.0
    negative_ttl: float = 0.0
    targeted: tuple[str, ...] = ()
    max_entry_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        check_seconds("cache.stale_if_error", self.stale_if_error, allow_zero=True)
        check_seconds("cache.stale_while_revalidate", self.stale_while_revalidate, allow_zero=True)
        check_seconds("cache.negative_ttl", self.negative_ttl, allow_zero=True)
        check_int("cache.max_entry_bytes", self.max_entry_bytes)
        if isinstance(self.targeted, str) or not all(isinstance(name, str) and name for name in self.targeted):
            raise ConfigurationError("cache.targeted", "must be a sequence of header names")


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo(JSONSerializable):
    """What the cache had to do with an answer.

    Attributes:
        outcome: "miss": fetched; "hit": kept and fresh; "stale": kept and past its time; "revalidated": kept and
            confirmed by the origin; "coalesced": fetched for another caller at the same time; "bypass": the cache
            was not asked.
        age: Seconds since the origin made the answer, by RFC 9111; 0.0 for one that was not kept.
        ttl: Seconds it stays fresh, negative once it is stale; None when it is not kept.
        stored: Whether the answer is kept now.
    """

    outcome: CacheOutcome
    age: float = 0.0
    ttl: float | None = None
    stored: bool = False

    @property
    def status(self) -> str:
        """The value of a Cache-Status header field (RFC 9211)."""
        ttl = "" if self.ttl is None else f"; ttl={int(self.ttl)}"
        match self.outcome:
            case "hit" | "stale":
                return f"asyncassist; hit{ttl}"
            case "revalidated":
                return f"asyncassist; fwd=stale; fwd-status=304{ttl}"
            case "coalesced":
                return f"asyncassist; fwd=uri-miss; collapsed{ttl}"
            case "miss":
                return f"asyncassist; fwd=uri-miss{'; stored' if self.stored else ''}{ttl}"
            case "bypass":
                return "asyncassist; fwd=bypass"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Response(JSONSerializable):
    """An answer, read to its end.

    Attributes:
        status: HTTP status.
        reason: Its words as the server sent them.
        headers: Header fields, names in any case, several values each. They cannot be changed.
        url: Where it came from, after redirects.
        body: The decoded body.
        elapsed: Seconds this caller waited.
        attempts: Requests that were sent for it, 0 when it was kept.
        cache: What the cache had to do with it.
    """

    status: int
    reason: str
    headers: CIMultiDictProxy[str]
    url: str
    body: bytes
    elapsed: float
    attempts: int
    cache: CacheInfo

    def __repr__(self) -> str:
        return f"<Response {self.status} {safe_url(self.url)} {len(self.body)} bytes, {self.cache.outcome}>"

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status < 400

    def to_dict(self) -> dict[str, Any]:
        """The facts without the body and without header values, which may hold secrets."""
        return {
            "status": self.status,
            "reason": self.reason,
            "url": safe_url(self.url),
            "elapsed": self.elapsed,
            "attempts": self.attempts,
            "cache": self.cache.to_dict(),
        }

    def json(self) -> Any:
        """The body read as JSON: a new value at each call.

        Raises:
            DecodeError: It is not JSON.
        """
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        try:
            return msgspec.json.decode(self.text().removeprefix("\ufeff"))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise self._error(DecodeError, "the body is not JSON") from error

    def text(self) -> str:
        """The body as text, by the charset it claims, else UTF-8; bytes that do not fit are replaced."""
        charset = _charset(self.headers.get("Content-Type", ""))
        try:
            return self.body.decode(charset, "replace")
        except (LookupError, ValueError):  # no such charset, or no name of one at all
            return self.body.decode("utf-8", "replace")

    def raise_for_status(self) -> Response:
        """The response itself.

        Raises:
            StatusError: The status is 400 or above.
        """
        if self.status >= 400:
            raise self._error(StatusError, "the service answered with an error")
        return self

    def _error(self, kind: type[StatusError | DecodeError], message: str) -> StatusError | DecodeError:
        return kind(message, url=self.url, status=self.status, attempts=self.attempts)


# Made for every answer. A frozen dataclass sets each attribute by a call of its own, which takes four times as long as
# to fill in a class of the same slots that is not frozen yet.
class _MutableCacheInfo(JSONSerializable):
    __slots__ = ("age", "outcome", "stored", "ttl")


class _MutableResponse(JSONSerializable):
    __slots__ = ("attempts", "body", "cache", "elapsed", "headers", "reason", "status", "url")


def make_cache_info(
    outcome: CacheOutcome, age: float = 0.0, ttl: float | None = None, *, stored: bool = False
) -> CacheInfo:
    """`CacheInfo(...)`, made quickly."""
    info: Any = _MutableCacheInfo()
    info.outcome = outcome
    info.age = age
    info.ttl = ttl
    info.stored = stored
    info.__class__ = CacheInfo
    return info  # type: ignore[no-any-return]


def make_response(  # noqa: PLR0917 - names take time too
    status: int,
    reason: str,
    headers: CIMultiDictProxy[str],
    url: str,
    body: bytes,
    elapsed: float,
    attempts: int,
    cache: CacheInfo,
) -> Response:
    """`Response(...)`, made quickly."""
    response: Any = _MutableResponse()
    response.status = status
    response.reason = reason
    response.headers = headers
    response.url = url
    response.body = body
    response.elapsed = elapsed
    response.attempts = attempts
    response.cache = cache
    response.__class__ = Response
    return response  # type: ignore[no-any-return]


def _charset(content_type: str) -> str:
    """The charset parameter of a media type, "utf-8" without one."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40] or "utf-8"
    return "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request(JSONSerializable):
    """A request for `gather`: what the arguments of `AsyncHandler.request` say, as a value.

    Attributes:
        method: HTTP method.
        url: Absolute, or relative to the handler's `base_url`.
        params: Added to the query.
        headers: Sent with it, before the handler's own.
        json: Sent as JSON.
        data: Sent as it is.
        timeout: A number of seconds in all, or a Timeout; None for the handler's.
        cache: How the cache is used, in the words of the Fetch standard.
        ttl: Seconds an answer without freshness information stays fresh; None: only what RFC 9111 allows.
        retry: The policy, None for one attempt.
        hedge_after: Seconds after which a second attempt is sent beside the first.
        max_body: Bytes of the body after decompression, None for the handler's.
        raise_for_status: Whether a status from 400 is an error.
        idempotency_key: Makes any method safe to repeat.
    """

    method: str = "GET"
    url: str
    params: Mapping[str, Any] | None = None
    headers: Headers | None = None
    json: Any = None
    data: Any = None
    timeout: float | Timeout | None = None
    cache: CacheMode = "default"
    ttl: float | Unset | None = UNSET
    retry: Retry | Unset | None = UNSET
    hedge_after: float | None = None
    max_body: int | None = None
    raise_for_status: bool = False
    idempotency_key: str | None = None

    def __repr__(self) -> str:
        return f"<Request {self.method} {safe_url(self.url)}>"


class RequestOptions(TypedDict, total=False):
    """The keywords that every request takes; `AsyncHandler.request` says what they mean."""

    params: Mapping[str, Any] | None
    headers: Mapping[str, str] | None
    json: Any
    data: Any
    timeout: float | Timeout | None
    cache: CacheMode
    ttl: float | Unset | None
    retry: Retry | Unset | None
    hedge_after: float | None
    max_body: int | None
    raise_for_status: bool
    idempotency_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginStats(JSONSerializable):
    """What one origin did so far.

    Attributes:
        origin: Scheme, host and port.
        breaker: State of its circuit: "closed", "open" or "half-open"; "off" without a breaker.
        requests: Attempts that ended.
        failures: Those of them that failed: no connection, no answer in time, 5xx.
        success_ratio: Share of the recent attempts that went well, 0 to 1; None before the first.
        in_flight: Attempts under way.
        waiting: Callers that wait for a place.
        opened: Connections opened, None when the session is not ours.
        reused: Attempts that used an open one, None when the session is not ours.
        p50: Median seconds of the recent attempts, None without any.
        p95: 95th percentile of the same.
        p99: 99th percentile of the same.
    """

    origin: str
    breaker: str
    requests: int
    failures: int
    success_ratio: float | None
    in_flight: int
    waiting: int
    opened: int | None
    reused: int | None
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerStats(JSONSerializable):
    """What a handler did so far.

    Attributes:
        entries: Answers kept now.
        bytes: Their size.
        max_entries: Bound of entries.
        max_bytes: Bound of bytes.
        hits: Callers served by a fresh answer.
        misses: Callers for whom the origin was asked.
        stale: Callers served by an answer past its time.
        revalidated: Callers served by an answer that the origin confirmed.
        coalesced: Callers served by the request of another.
        bypassed: Requests that had nothing to do with the cache.
        evictions: Answers thrown out for want of room.
        retries: Attempts made again.
        hedges: Second attempts sent beside a slow first.
        hedges_won: Those that answered first.
        opened: Connections opened, None when the session is not ours.
        reused: Attempts that used an open one, None when the session is not ours.
        hit_ratio: Hits of all that asked the cache, 0 to 1; None before the first.
        saved: Seconds of waiting that hits saved, by what the answers cost when they were fetched.
        cached_p50: Median seconds of an answer from the cache, None without any.
        cached_p95: 95th percentile of the same.
        live_p50: Median seconds of an answer from the origin, None without any.
        live_p95: 95th percentile of the same.
        origins: The figures of each origin.
    """

    entries: int
    bytes: int
    max_entries: int
    max_bytes: int
    hits: int
    misses: int
    stale: int
    revalidated: int
    coalesced: int
    bypassed: int
    evictions: int
    retries: int
    hedges: int
    hedges_won: int
    opened: int | None
    reused: int | None
    hit_ratio: float | None
    saved: float
    cached_p50: float | None
    cached_p95: float | None
    live_p50: float | None
    live_p95: float | None
    origins: tuple[OriginStats, ...] = field(default=())
