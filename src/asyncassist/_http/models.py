"""Values of the HTTP handler: settings, requests, responses and statistics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, overload

import msgspec

from asyncassist._types import UNSET, JSONSerializable, Unset
from asyncassist._validation import check_flag, check_int, check_items, check_seconds
from asyncassist.errors import (
    AsyncAssistError,
    ConfigurationError,
    DecodeError,
    InvalidInputError,
    StatusError,
    safe_url,
)

if TYPE_CHECKING:
    from multidict import CIMultiDictProxy

    from asyncassist._retry import Retry, Timeout

CacheMode = Literal["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]
CacheOutcome = Literal["miss", "hit", "stale", "revalidated", "coalesced", "bypass"]
Headers = Mapping[str, str]
T = TypeVar("T")
# Where msgspec found the error; the names in it are those of the type, not of the body.
_INVALID_PATH = re.compile(r"`(\$[^`]*)`\Z")
# Messages of msgspec that name types and fields of the type only; all others may quote the body.
_SAFE_MESSAGE = re.compile(r"Expected `[\w| ]+`, got `\w+`|Object missing required field `\w+`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(JSONSerializable):
    """Limits of concurrency, body size and redirects.

    Attributes:
        total: Concurrent requests to all origins together.
        per_host: Concurrent requests to one origin.
        queue: Requests that may wait for a slot; one more raises BusyError.
        max_body: Maximum size of a response body in bytes, after decompression. A stream is unlimited unless its call
            has a `max_body`.
        max_redirects: Redirects to follow, 0 to 50; 0 returns the redirect response itself.
        adaptive: Whether the concurrent requests to one origin follow what it bears, at most `per_host`: they are
            raised step by step, and lowered once a round trip with 429, 503 or timeouts.
        pace: Whether quotas that an origin announces (RateLimit, X-RateLimit-* and Retry-After of 429 and 503) are kept
            before they are exceeded. Requests wait for them in order, within their timeouts; one that cannot be sent in
            time raises RateLimitedError instead.
    """

    total: int = 100
    per_host: int = 30
    queue: int = 1000
    max_body: int = 10 << 20
    max_redirects: int = 5
    adaptive: bool = False
    pace: bool = True

    def __post_init__(self) -> None:
        check_int("limits.total", self.total)
        check_int("limits.per_host", self.per_host)
        check_int("limits.queue", self.queue, least=0)
        check_int("limits.max_body", self.max_body)
        check_int("limits.max_redirects", self.max_redirects, least=0, most=50)
        check_flag("limits.adaptive", self.adaptive)
        check_flag("limits.pace", self.pace)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRules(JSONSerializable):
    """Caching rules beyond what responses say about themselves.

    Attributes:
        shared: Whether the cache serves several users (a shared cache in RFC 9111). A shared cache does not store
            responses marked `private`, stores those to requests with `Authorization` only if they allow it, and obeys
            `s-maxage`. Responses of a cache that is not shared stay in memory: Redis is not used.
        stale_if_error: Seconds after its expiry for which a response may be served in place of an error; a
            `stale-if-error` of the response takes precedence.
        stale_while_revalidate: Seconds after its expiry for which a response is served while a new one is fetched in
            the background; a `stale-while-revalidate` of the response takes precedence.
        negative_ttl: Seconds for which 404, 405, 410, 414 and 501 without freshness information are fresh; 0: these
            are not stored.
        targeted: Names of targeted cache-control fields (RFC 9213) that take precedence over Cache-Control, most
            specific first, such as "CDN-Cache-Control".
        max_entry_bytes: Size in bytes of the largest response that is stored.
    """

    shared: bool = True
    stale_if_error: float = 0.0
    stale_while_revalidate: float = 0.0
    negative_ttl: float = 0.0
    targeted: tuple[str, ...] = ()
    max_entry_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        check_flag("cache.shared", self.shared)
        check_seconds("cache.stale_if_error", self.stale_if_error, allow_zero=True)
        check_seconds("cache.stale_while_revalidate", self.stale_while_revalidate, allow_zero=True)
        check_seconds("cache.negative_ttl", self.negative_ttl, allow_zero=True)
        check_int("cache.max_entry_bytes", self.max_entry_bytes)
        names = check_items("cache.targeted", self.targeted, "header names", error=ConfigurationError)
        if not all(isinstance(name, str) and name for name in names):
            raise ConfigurationError("cache.targeted", "must be a sequence of header names")


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo(JSONSerializable):
    """Role of the cache in a response.

    Attributes:
        outcome: "miss": fetched from the origin; "hit": stored and fresh; "stale": stored and past its freshness
            lifetime; "revalidated": stored and confirmed by the origin (304); "coalesced": fetched for a concurrent
            equal request; "bypass": the cache was not used.
        age: Age in seconds by RFC 9111 section 4.2.3; 0.0 if the response is not stored.
        ttl: Seconds for which the response is still fresh, negative when it is stale; None if it is not stored.
        stored: Whether the response is stored now.
    """

    outcome: CacheOutcome
    age: float = 0.0
    ttl: float | None = None
    stored: bool = False

    @property
    def status(self) -> str:
        """Return the value of a Cache-Status header field (RFC 9211) for the response."""
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
    """HTTP response with its complete body.

    Attributes:
        status: HTTP status code.
        reason: Reason phrase as the server sent it.
        headers: Read-only multidict of header fields; names are case-insensitive and may have several values.
        url: URL of the response, after redirects.
        body: Body after content decoding.
        elapsed: Seconds this caller waited.
        attempts: Requests sent for this caller; 0 if the response came from the cache or from another caller's fetch.
        cache: Role of the cache in the response.
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
        """Return whether the status is below 400."""
        return self.status < 400

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-serializable summary, without the body and the headers, which may hold secrets."""
        return {
            "status": self.status,
            "reason": self.reason,
            "url": safe_url(self.url),
            "elapsed": self.elapsed,
            "attempts": self.attempts,
            "cache": self.cache.to_dict(),
        }

    @overload
    def json(self) -> Any: ...

    @overload
    def json(self, *, type: type[T]) -> T: ...

    def json(self, *, type: Any = Any) -> Any:  # noqa: A002 - the contract's name
        """Parse the body as JSON; each call returns a new value.

        Args:
            type: Type to decode and validate into: a msgspec Struct, dataclass, TypedDict, or a built-in type such as
                `list[int]`; Any for the plain JSON value.

        Returns:
            The parsed value.

        Raises:
            DecodeError: The body is not JSON, or not of the type; `path` then says where. It never holds the body.
            InvalidInputError: The type is none that JSON can be decoded into.
        """
        decoder = json_decoder(type)
        try:
            return decoder.decode(self.body)
        except msgspec.ValidationError as invalid:
            error: AsyncAssistError = self._type_error(str(invalid))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            # Not plain UTF-8: Content-Type may name another charset, or the body begin with a byte order mark.
            try:
                return decoder.decode(self.text().removeprefix("\ufeff"))
            except msgspec.ValidationError as invalid:
                error = self._type_error(str(invalid))
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                error = self._error(DecodeError, "the body is not JSON")
        # Raised here, not chained: the messages of msgspec quote parts of the body.
        raise error

    def _type_error(self, message: str) -> DecodeError:
        """Build the error for a body of another form from the message of msgspec."""
        path = _INVALID_PATH.search(message)
        known = _SAFE_MESSAGE.match(message)
        where = "" if path is None else f" at {path[1]}"
        return DecodeError(
            f"the body is not of the expected type{where}" + ("" if known is None else f": {known[0]}"),
            path=None if path is None else path[1],
            url=self.url,
            status=self.status,
            attempts=self.attempts,
        )

    def text(self) -> str:
        """Return the body as text in the charset of Content-Type, UTF-8 by default; undecodable bytes are replaced."""
        charset = _charset(self.headers.get("Content-Type", ""))
        try:
            return self.body.decode(charset, "replace")
        except (LookupError, ValueError):  # unknown charset, or not a valid name of one
            return self.body.decode("utf-8", "replace")

    def raise_for_status(self) -> Response:
        """Return the response itself if its status is below 400.

        Raises:
            StatusError: The status is 400 or above.
        """
        if self.status >= 400:
            raise self._error(StatusError, "the service answered with an error")
        return self

    def _error(self, kind: type[StatusError | DecodeError], message: str) -> StatusError | DecodeError:
        return kind(message, url=self.url, status=self.status, attempts=self.attempts)


# Made for every response. The constructor of a frozen dataclass calls object.__setattr__ for each field, which takes
# four times as long as filling in a mutable class with the same slots and then changing its class.
class _MutableCacheInfo(JSONSerializable):
    __slots__ = ("age", "outcome", "stored", "ttl")


class _MutableResponse(JSONSerializable):
    __slots__ = ("attempts", "body", "cache", "elapsed", "headers", "reason", "status", "url")


def make_cache_info(
    outcome: CacheOutcome, age: float = 0.0, ttl: float | None = None, *, stored: bool = False
) -> CacheInfo:
    """Build `CacheInfo(...)` without the cost of its frozen constructor."""
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
    """Build `Response(...)` without the cost of its frozen constructor."""
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


def json_decoder(type: Any) -> msgspec.json.Decoder[Any]:  # noqa: A002 - as in `Response.json`
    """Return the decoder of a type.

    Raises:
        InvalidInputError: JSON cannot be decoded into the type.
    """
    try:
        return _build_decoder(type)
    except (TypeError, ValueError, NameError, RecursionError) as error:
        raise InvalidInputError("type", "is no type that JSON can be decoded into") from error


@lru_cache(maxsize=256)
def _build_decoder(type: Any) -> msgspec.json.Decoder[Any]:  # noqa: A002
    return msgspec.json.Decoder(type)


def _charset(content_type: str) -> str:
    """Return the charset parameter of a media type, "utf-8" if there is none."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40] or "utf-8"
    return "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request(JSONSerializable):
    """Request for `AsyncHandler.gather`: the arguments of `AsyncHandler.request` as a value.

    Attributes:
        method: HTTP method.
        url: Absolute URL, or one relative to the handler's `base_url`.
        params: Query parameters, appended to those of the URL.
        headers: Header fields; they replace the handler's fields of the same name.
        json: Value sent as a JSON body; None for no JSON body.
        data: Body sent unchanged: bytes, a string, a form, a file or an async iterator.
        timeout: Seconds for the whole request, or a Timeout; None for the handler's.
        cache: Cache mode, named as in the Fetch standard: "default", "no-store", "reload", "no-cache", "force-cache"
            or "only-if-cached".
        ttl: Seconds for which a response without freshness information is fresh; None: only what RFC 9111 allows;
            UNSET: the handler's.
        retry: Retry policy; None for a single attempt, UNSET for the handler's.
        hedge_after: Seconds after which a second attempt is sent in parallel to a slow first; None for no hedging.
        max_body: Maximum size of the body in bytes, after decompression; None for the handler's.
        raise_for_status: Whether a status of 400 or above raises StatusError.
        idempotency_key: Value of the Idempotency-Key field, which makes any method safe to retry; None for none.
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
    """Keyword arguments of a request; see `AsyncHandler.request`."""

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
    """Statistics of one origin.

    Attributes:
        origin: Scheme, host and port.
        breaker: State of the circuit breaker: "closed", "open" or "half-open"; "off" without one.
        requests: Completed attempts.
        failures: Failed attempts: connection error, timeout or 5xx.
        success_ratio: Share of successful recent attempts, 0 to 1; None before the first.
        in_flight: Attempts in flight.
        waiting: Requests waiting for a slot of this origin.
        limit: Concurrent attempts allowed now: `Limits.per_host`, or less with `Limits.adaptive`.
        paced: Requests waiting for a quota of this origin.
        delayed: Requests that waited for a quota.
        refused: Requests that were not sent because their quota was used up until after their deadline.
        quota_remaining: Requests left of the scarcest announced quota, None without one.
        quota_reset: Seconds until that quota resets, or until the origin's Retry-After has passed; None without either.
        opened: Connections opened; None with an external session.
        reused: Attempts over a reused connection; None with an external session.
        p50: Median latency of recent attempts in seconds, None before the first.
        p95: 95th percentile of the latency in seconds, None before the first.
        p99: 99th percentile of the latency in seconds, None before the first.
    """

    origin: str
    breaker: str
    requests: int
    failures: int
    success_ratio: float | None
    in_flight: int
    waiting: int
    limit: int
    paced: int
    delayed: int
    refused: int
    quota_remaining: float | None
    quota_reset: float | None
    opened: int | None
    reused: int | None
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerStats(JSONSerializable):
    """Statistics of a handler.

    Attributes:
        entries: Responses stored in memory, each variant counted.
        bytes: Total size of the stored responses.
        max_entries: Maximum number of URLs whose responses are stored.
        max_bytes: Maximum of `bytes`.
        hits: Callers served a fresh stored response.
        misses: Callers served a response fetched from the origin.
        stale: Callers served a stale response.
        revalidated: Callers served a stored response that the origin confirmed.
        coalesced: Callers served by the fetch of a concurrent equal request.
        bypassed: Requests that did not use the cache.
        evictions: Entries evicted to stay within the limits.
        retries: Retried attempts.
        hedges: Hedged attempts: second ones sent in parallel to a slow first.
        hedges_won: Hedged attempts that succeeded first.
        delayed: Requests that waited for a quota of their origin.
        refused: Requests that were not sent because a quota was used up until after their deadline.
        opened: Connections opened; None with an external session.
        reused: Attempts over a reused connection; None with an external session.
        hit_ratio: `hits` as a share of all cache lookups, 0 to 1; None before the first lookup.
        saved: Seconds of latency that hits saved, measured by what fetching the responses took.
        cached_p50: Median latency of cache hits in seconds, None before the first.
        cached_p95: 95th percentile of the latency of cache hits in seconds, None before the first.
        live_p50: Median latency of responses from the origin in seconds, None before the first.
        live_p95: 95th percentile of the latency of responses from the origin in seconds, None before the first.
        origins: Statistics of each origin, least recently used first.
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
    delayed: int
    refused: int
    opened: int | None
    reused: int | None
    hit_ratio: float | None
    saved: float
    cached_p50: float | None
    cached_p95: float | None
    live_p50: float | None
    live_p95: float | None
    origins: tuple[OriginStats, ...] = field(default=())
