"""Caching decisions of RFC 9111, 5861 and 9213 as pure functions: storing, freshness, reuse and revalidation.

Ages are measured by a monotonic clock; the wall clock is only compared with the dates that servers send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace
from multidict import CIMultiDict, CIMultiDictProxy, istr

from asyncassist._http import headers as h

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncassist._http.models import CacheMode, CacheRules

Fields = CIMultiDict[str] | CIMultiDictProxy[str]

# Heuristically cacheable statuses (RFC 9110 section 15.1) without 206: partial responses are never stored here.
HEURISTIC_STATUSES = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
DEFAULT_TTL_STATUSES = frozenset({200, 203, 300, 301, 308})
NEGATIVE_TTL_STATUSES = frozenset({404, 405, 410, 414, 501})
# Statuses whose caching requirements are implemented, for must-understand (RFC 9111 section 5.2.2.3).
UNDERSTOOD_STATUSES = HEURISTIC_STATUSES | {
    302,
    303,
    307,
    400,
    401,
    403,
    406,
    409,
    412,
    413,
    415,
    421,
    422,
    429,
    500,
    502,
    503,
    504,
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# istr in the spelling of aiohttp: looked up in a multidict without case folding.
_CACHE_CONTROL, _EXPIRES, _LAST_MODIFIED = istr("Cache-Control"), istr("Expires"), istr("Last-Modified")
_VARY, _SET_COOKIE, _AGE = istr("Vary"), istr("Set-Cookie"), istr("Age")
_DATE = istr("Date")
_AUTHORIZATION, _PRAGMA, _RANGE = istr("Authorization"), istr("Pragma"), istr("Range")
_UNSTORED_FIELDS = tuple(istr(name) for name in (*sorted(h.HOP_BY_HOP), "age"))
# Heuristic freshness (RFC 9111 section 4.2.2) is bounded: pages unchanged for years are still revalidated weekly.
_MAX_HEURISTIC_LIFETIME = 7 * 86400.0
# Fields that a 304 must not update, because they describe the stored body; RFC 9111 section 3.2.
_BODY_FIELDS = frozenset({"content-length", "content-encoding", "content-range"})
_STALE_IF_ERROR_STATUSES = frozenset({500, 502, 503, 504})


Implied = Literal["", "ttl", "negative", "withheld"]


class Freshness(msgspec.Struct, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """Freshness of a response and the rules for its use when stale.

    The order of the attributes is the wire format between workers.

    Attributes:
        lifetime: Freshness lifetime in seconds, compared with the age.
        implied: Origin of the lifetime. "ttl": the response has no freshness information, so the caller's ttl applies,
            counted from receipt; "negative": `negative_ttl` of the rules applies; "withheld": neither may apply;
            "": the response states it. A response whose lifetime is implied is for its caller alone.
        stale_while_revalidate: Seconds after expiry for which it may be served while a new response is fetched.
        stale_if_error: Seconds after expiry for which it may be served in place of an error.
        no_cache: Whether it must be revalidated before each use.
        must_revalidate: Whether it must not be served stale.
    """

    lifetime: float
    implied: Implied = ""
    stale_while_revalidate: float = 0.0
    stale_if_error: float = 0.0
    no_cache: bool = False
    must_revalidate: bool = False

    @property
    def stale_window(self) -> float:
        """Return the seconds after expiry for which a rule of RFC 5861 may let the response be served."""
        if self.must_revalidate or self.no_cache:
            return 0.0
        return max(self.stale_while_revalidate, self.stale_if_error)


class StoredResponse(msgspec.Struct, kw_only=True, eq=False, array_like=True, forbid_unknown_fields=True):
    """Stored response with the metadata that decides about its reuse.

    The order of the attributes is the wire format between workers.

    Attributes:
        method: "GET" or "HEAD".
        status: HTTP status code.
        reason: Reason phrase.
        headers: Header fields without Age and without those of the connection.
        body: Body after content decoding.
        url: URL of the response.
        vary: Normalized selecting request fields as pairs of name and value, None for an absent field; empty
            without Vary.
        date: Date of the response, else its receipt, in seconds since the epoch.
        initial_age: Age in seconds at receipt (corrected_initial_age in RFC 9111 section 4.2.3).
        received_monotonic: Time of receipt by the monotonic clock, in seconds.
        received_at: Time of receipt in seconds since the epoch, for other processes.
        freshness: Freshness.
        caller: Digest of the request fields that may say who asked, None if there were none.
        cost: Seconds that fetching it took.
        size: Bytes it counts in the cache: body, URL, fields and an estimate of Python's overhead.
    """

    method: str
    status: int
    reason: str
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str
    vary: tuple[tuple[str, str | None], ...]
    date: float
    initial_age: float
    received_monotonic: float
    received_at: float
    freshness: Freshness
    caller: str | None = None
    cost: float = 0.0
    size: int = 0
    _headers_with_age: tuple[int, CIMultiDictProxy[str]] | None = None

    def __post_init__(self) -> None:
        fields = self.headers
        texts = sum(map(len, fields)) + sum(map(len, fields.values()))
        self.size = len(self.body) + len(self.url) + texts + 120 * len(fields) + 500

    @property
    def has_validator(self) -> bool:
        """Return whether the response has a validator to revalidate it with: ETag or Last-Modified."""
        return "ETag" in self.headers or "Last-Modified" in self.headers

    def age(self, now: float) -> float:
        """Return the current age in seconds (RFC 9111 section 4.2.3).

        Args:
            now: Time by the monotonic clock, in seconds.
        """
        return self.initial_age + max(0.0, now - self.received_monotonic)

    def headers_with_age(self, age: int) -> CIMultiDictProxy[str]:
        """Return the fields with this Age; callers within one second share the same read-only multidict."""
        if self._headers_with_age is not None and self._headers_with_age[0] == age:
            return self._headers_with_age[1]
        headers = CIMultiDict(self.headers)
        headers["Age"] = str(age)
        self._headers_with_age = (age, CIMultiDictProxy(headers))
        return self._headers_with_age[1]

    def lifetime(self, ttl: float | None) -> float:
        """Return the freshness lifetime in seconds for a caller with this ttl, compared with the age."""
        if self.freshness.implied != "ttl":
            return self.freshness.lifetime
        # The ttl counts from receipt, the lifetime from the response's generation.
        return 0.0 if ttl is None else self.initial_age + ttl


def parse_response_directives(fields: Fields, targeted: tuple[str, ...] = ()) -> tuple[dict[str, str | None], bool]:
    """Parse the cache directives of a response that apply to this cache.

    Args:
        fields: Header fields of the response.
        targeted: Names of targeted fields (RFC 9213), most specific first.

    Returns:
        Directives by name, and whether they come from a targeted field rather than from Cache-Control.
    """
    for name in targeted:
        lines = fields.getall(name, None)
        if lines is not None:
            directives = h.parse_dictionary(lines)
            # A malformed targeted field is ignored as a whole (RFC 9213 section 2), and so is an empty one.
            if directives and _has_valid_numbers(directives):
                return directives, True
    return (h.parse_directives(fields.getall(_CACHE_CONTROL)) if _CACHE_CONTROL in fields else {}), False


def _has_valid_numbers(directives: dict[str, str | None]) -> bool:
    """Return whether all numeric directives are valid delta-seconds."""
    return all(
        h.parse_delta_seconds(directives[name]) is not None
        for name in ("max-age", "s-maxage", "stale-while-revalidate", "stale-if-error")
        if name in directives
    )


def parse_request_directives(fields: Fields) -> dict[str, str | None]:
    """Parse the cache directives of a request; Pragma applies without Cache-Control (RFC 9111 section 5.4)."""
    if _CACHE_CONTROL in fields:
        return h.parse_directives(fields.getall(_CACHE_CONTROL))
    if _PRAGMA in fields and "no-cache" in h.parse_directives(fields.getall(_PRAGMA)):
        return {"no-cache": None}
    return {}


def compute_freshness(
    status: int, fields: Fields, *, rules: CacheRules, now: float, has_credentials: bool, allow_default: bool
) -> Freshness:
    """Compute the freshness of a response: as it states, else by heuristics, else by the defaults.

    Args:
        status: HTTP status code.
        fields: Header fields of the response.
        rules: Caching rules.
        now: Receipt in seconds since the epoch.
        has_credentials: Whether the request carried credentials; then no default applies.
        allow_default: Whether `ttl` and `negative_ttl` may apply.
    """
    directives, targeted = parse_response_directives(fields, rules.targeted)
    lifetime, implied = _freshness_lifetime(status, fields, directives, targeted=targeted, rules=rules, now=now)
    if implied and (has_credentials or not allow_default or _SET_COOKIE in fields):
        lifetime, implied = 0.0, "withheld"
    # s-maxage implies proxy-revalidate for a shared cache; RFC 9111 section 5.2.2.10.
    shared_only = rules.shared and ("proxy-revalidate" in directives or "s-maxage" in directives)
    stale_while_revalidate = h.parse_delta_seconds(directives.get("stale-while-revalidate"))
    if stale_while_revalidate is None:
        # Served without asking the origin: to the requests that a default ttl may serve, and no others.
        revalidate_window = 0.0 if implied == "withheld" else rules.stale_while_revalidate
    else:
        revalidate_window = float(stale_while_revalidate)
    stale_if_error = h.parse_delta_seconds(directives.get("stale-if-error"))
    return Freshness(
        lifetime=lifetime,
        implied=implied,
        stale_while_revalidate=revalidate_window,
        stale_if_error=rules.stale_if_error if stale_if_error is None else stale_if_error,
        no_cache="no-cache" in directives and directives["no-cache"] is None,
        must_revalidate="must-revalidate" in directives or shared_only or "no-cache" in directives,
    )


def _freshness_lifetime(
    status: int,
    fields: Fields,
    directives: dict[str, str | None],
    *,
    targeted: bool,
    rules: CacheRules,
    now: float,
) -> tuple[float, Implied]:
    """Compute the freshness lifetime in the order of RFC 9111 section 4.2.1, and where it comes from."""
    for name in ("s-maxage", "max-age") if rules.shared else ("max-age",):
        if name in directives:
            # An invalid number makes the response stale; RFC 9111 section 4.2.1.
            return float(h.parse_delta_seconds(directives[name]) or 0), ""
    if targeted:
        # A targeted field replaces Expires as well; RFC 9213 section 2.
        return 0.0, ""
    expires = fields.get(_EXPIRES)
    date = h.parse_date(fields.get(_DATE), now) or now
    if expires is not None:
        end = h.parse_date(expires, now)
        return (0.0 if end is None else max(0.0, end - date)), ""
    last_modified = h.parse_date(fields.get(_LAST_MODIFIED), now)
    if last_modified is not None:
        if status in HEURISTIC_STATUSES or "public" in directives:
            return min(_MAX_HEURISTIC_LIFETIME, max(0.0, (date - last_modified) * 0.1)), ""
        return 0.0, ""
    if _CACHE_CONTROL not in fields and _LAST_MODIFIED not in fields:
        if status in DEFAULT_TTL_STATUSES:
            return 0.0, "ttl"
        if status in NEGATIVE_TTL_STATUSES and rules.negative_ttl > 0:
            return rules.negative_ttl + h.parse_age(fields.getall("Age", [])), "negative"
        return 0.0, "withheld"
    return 0.0, ""


def is_storable(
    method: str,
    request_headers: Fields,
    status: int,
    fields: Fields,
    fresh: Freshness,
    *,
    rules: CacheRules,
    ttl: float | None,
    authorized: bool = False,
) -> bool:
    """Return whether a response may be stored (RFC 9111 section 3) and is ever reusable.

    Args:
        method: Method of the request.
        request_headers: Header fields of the request.
        status: HTTP status code.
        fields: Header fields of the response.
        fresh: Freshness of the response.
        rules: Caching rules.
        ttl: The caller's ttl.
        authorized: Whether Authorization was sent although it is not in `request_headers`.
    """
    if method not in {"GET", "HEAD"} or status < 200 or status in {206, 304} or _RANGE in request_headers:
        return False
    varies_on_all = _VARY in fields and "*" in h.parse_field_names(fields.getall(_VARY))
    if varies_on_all or "no-store" in parse_request_directives(request_headers):
        return False
    authorized = authorized or _AUTHORIZATION in request_headers
    if fresh.implied == "withheld" and "Set-Cookie" in fields:
        return False
    directives, targeted = parse_response_directives(fields, rules.targeted)
    if "must-understand" in directives:
        if status not in UNDERSTOOD_STATUSES:
            return False
    elif "no-store" in directives:
        return False
    if rules.shared:
        if "private" in directives and directives["private"] is None:
            return False
        # RFC 9111 section 3.5
        if authorized and not directives.keys() & {"public", "must-revalidate", "s-maxage"}:
            return False
    explicit = (
        bool(directives.keys() & {"max-age", "public", "s-maxage"})
        or ("Expires" in fields and not targeted)
        or ("private" in directives and not rules.shared)
    )
    if not explicit and status not in HEURISTIC_STATUSES:
        return False
    useful = fresh.lifetime > 0 or (fresh.implied == "ttl" and ttl is not None)
    # RFC 5861: a response that is never fresh may still be served stale; but no error in place of an error.
    useful = useful or (fresh.stale_window > 0 and not is_stale_if_error_status(status))
    return useful or "ETag" in fields or "Last-Modified" in fields


def storable_headers(fields: CIMultiDictProxy[str], *, rules: CacheRules) -> CIMultiDictProxy[str]:
    """Return the fields to store (RFC 9111 section 3.1): without Age, connection fields and those a directive names."""
    unstored: Iterable[str] = _UNSTORED_FIELDS
    if _CACHE_CONTROL in fields or "Connection" in fields or rules.targeted:
        directives, _ = parse_response_directives(fields, rules.targeted)
        named = [directives.get(name) or "" for name in ("no-cache", "private")[: 2 if rules.shared else 1]]
        unstored = (
            *_UNSTORED_FIELDS,
            *h.parse_field_names(fields.getall("Connection", ())),
            *h.parse_field_names(named),
        )
    storable: CIMultiDict[str] | None = None
    for name in unstored:
        if name in fields:
            if storable is None:
                storable = CIMultiDict(fields)
            storable.popall(name, None)
    return fields if storable is None else CIMultiDictProxy(storable)


def initial_age(fields: Fields, date_value: float | None, *, response_delay: float, now: float) -> float:
    """Compute the age at receipt in seconds (corrected_initial_age in RFC 9111 section 4.2.3).

    Args:
        fields: Header fields of the response.
        date_value: Date in seconds since the epoch, None if absent or invalid.
        response_delay: Seconds between request and response.
        now: Receipt in seconds since the epoch.
    """
    apparent = 0.0 if date_value is None else max(0.0, now - date_value)
    # Date has a resolution of one second: a smaller difference is not an age.
    apparent = 0.0 if apparent < 1.0 else apparent
    age_value = h.parse_age(fields.getall("Age")) if _AGE in fields else 0
    return max(apparent, age_value + (response_delay if age_value or response_delay >= 1.0 else 0.0))


def vary_key(request_headers: Fields, fields: Fields) -> tuple[tuple[str, str | None], ...]:
    """Return the normalized request fields that Vary names; they identify the variant."""
    if _VARY not in fields:
        return ()
    names = h.parse_field_names(fields.getall("Vary", ()))
    return (
        tuple([(name, h.normalize_selecting_field(name, request_headers)) for name in sorted(set(names))])
        if names
        else ()
    )


def is_selected(stored: StoredResponse, request_headers: Fields, caller: str | None) -> bool:
    """Return whether a request of this caller selects the stored response (RFC 9111 section 4.1).

    A response whose freshness is implied says nothing about whom it may be served to: it is for its caller alone.
    """
    return (not stored.freshness.implied or stored.caller == caller) and matches_vary(stored, request_headers)


def matches_vary(stored: StoredResponse, request_headers: Fields) -> bool:
    """Return whether the request has the fields that Vary of the stored response names."""
    return all(
        h.normalize_selecting_field(name, request_headers) == value
        or (name == "accept-language" and _is_preferred_language(stored, request_headers))
        for name, value in stored.vary
    )


def _is_preferred_language(stored: StoredResponse, request_headers: Fields) -> bool:
    """Return whether the stored response is in the language that the request prefers."""
    language = stored.headers.get("Content-Language")
    return language is not None and language.strip().lower() == h.preferred_language(request_headers)


ReuseDecision = Literal["fresh", "stale", "refresh", "validate"]


def decide_reuse(
    stored: StoredResponse,
    *,
    age: float,
    ttl: float | None,
    request_directives: dict[str, str | None],
    mode: CacheMode = "default",
) -> ReuseDecision:
    """Decide how a stored response may be reused (RFC 9111 section 4, RFC 5861 section 3).

    Args:
        stored: Stored response.
        age: Its current age in seconds.
        ttl: The caller's ttl.
        request_directives: Cache directives of the request.
        mode: Cache mode of the call.

    Returns:
        "fresh": serve it; "stale": serve it stale; "refresh": serve it stale and fetch a new one in the background;
        "validate": revalidate it with the origin first.
    """
    remaining = stored.lifetime(ttl) - age
    if mode in {"force-cache", "only-if-cached"}:
        return "fresh" if remaining > 0 and not stored.freshness.no_cache else "stale"
    if mode in {"no-cache", "reload"} or stored.freshness.no_cache:
        return "validate"
    if request_directives:
        decision = _decide_by_request(stored, age=age, remaining=remaining, request_directives=request_directives)
        if decision is not None:
            return decision
    if remaining > 0:
        return "fresh"
    if not stored.freshness.must_revalidate and -remaining < stored.freshness.stale_while_revalidate:
        return "refresh"
    return "validate"


def _decide_by_request(
    stored: StoredResponse, *, age: float, remaining: float, request_directives: dict[str, str | None]
) -> ReuseDecision | None:
    """Decide by the directives of the request (RFC 9111 section 5.2.1); None if they do not decide."""
    if "no-cache" in request_directives:
        return "validate"
    if "max-age" in request_directives:
        max_age = h.parse_delta_seconds(request_directives["max-age"]) or 0
        # max-age=0 asks for revalidation even of a response received just now.
        if age > max_age or max_age == 0:
            return "validate"
    if "min-fresh" in request_directives and remaining < (h.parse_delta_seconds(request_directives["min-fresh"]) or 0):
        return "validate"
    if remaining <= 0 and "max-stale" in request_directives and not stored.freshness.must_revalidate:
        allowed = request_directives["max-stale"]
        if allowed is None or -remaining <= (h.parse_delta_seconds(allowed) or 0):
            return "stale"
    return None


def stale_if_error_allowed(
    stored: StoredResponse, *, age: float, ttl: float | None, request_directives: dict[str, str | None]
) -> bool:
    """Return whether a stored response may be served in place of an error (RFC 5861 section 4)."""
    if stored.freshness.must_revalidate or stored.freshness.no_cache or "no-cache" in request_directives:
        return False
    window = max(
        stored.freshness.stale_if_error, float(h.parse_delta_seconds(request_directives.get("stale-if-error")) or 0)
    )
    return age - stored.lifetime(ttl) < window


def is_stale_if_error_status(status: int) -> bool:
    """Return whether a status is an error that a stale response may replace (RFC 5861 section 4)."""
    return status in _STALE_IF_ERROR_STATUSES


def precondition_headers(stored: StoredResponse) -> dict[str, str]:
    """Return the preconditions that revalidate a stored response; empty if it has no validators."""
    preconditions: dict[str, str] = {}
    if "ETag" in stored.headers:
        preconditions["If-None-Match"] = stored.headers["ETag"]
    if "Last-Modified" in stored.headers:
        preconditions["If-Modified-Since"] = stored.headers["Last-Modified"]
    return preconditions


def validates(stored: StoredResponse, fields: Fields) -> bool:
    """Return whether a 304 is about the stored response: a strong ETag must match (RFC 9111 section 4.3.4)."""
    tag = fields.get("ETag")
    stored_tag = stored.headers.get("ETag")
    return (
        tag is None or stored_tag is None or not h.is_strong_etag(tag) or h.opaque_tag(tag) == h.opaque_tag(stored_tag)
    )


def update_headers(stored: StoredResponse, fields: CIMultiDictProxy[str], *, rules: CacheRules) -> CIMultiDict[str]:
    """Update the fields of a stored response by those of a 304 or of a response to HEAD (RFC 9111 section 3.2)."""
    new = CIMultiDict(storable_headers(fields, rules=rules))
    for name in {name.lower() for name in new} & _BODY_FIELDS:
        del new[name]
    if "Date" not in new:
        # The old Date is dropped too: the age starts anew, and the old Date would make the response old again.
        new["Date"] = ""
    result = CIMultiDict((name, value) for name, value in stored.headers.items() if name not in new)
    result.extend((name, value) for name, value in new.items() if value or name != "Date")
    return result


def post_cacheable_for_get(request_url: str, status: int, fields: Fields, location: str | None) -> bool:
    """Return whether the response to a POST may be stored for later GETs (RFC 9110 section 9.3.3).

    Args:
        request_url: URL of the POST.
        status: HTTP status code.
        fields: Header fields of the response.
        location: Content-Location as an absolute URL, None if absent.
    """
    directives, _ = parse_response_directives(fields)
    explicit = bool(directives.keys() & {"max-age", "s-maxage"}) or "Expires" in fields
    return status == 200 and location == request_url and explicit


def head_matches_stored(stored: StoredResponse, fields: Fields) -> bool:
    """Return whether the response to a HEAD describes the stored body (RFC 9111 section 4.3.5)."""
    return all(
        name not in fields or name not in stored.headers or fields[name] == stored.headers[name]
        for name in ("ETag", "Last-Modified", "Content-Length")
    )


def freshen(
    stored: StoredResponse, fields: CIMultiDict[str], fresh: Freshness, *, age: float, now: float, received_at: float
) -> StoredResponse:
    """Return a stored response with the metadata of its revalidation; the body is unchanged.

    Args:
        stored: Stored response.
        fields: Its updated fields.
        fresh: Its new freshness.
        age: Its age in seconds at the receipt of the 304 or of the response to HEAD.
        now: Time of that receipt by the monotonic clock, in seconds.
        received_at: Time of that receipt in seconds since the epoch.
    """
    return replace(
        stored,
        _headers_with_age=None,
        headers=CIMultiDictProxy(fields),
        freshness=fresh,
        initial_age=age,
        received_monotonic=now,
        received_at=received_at,
        date=h.parse_date(fields.get("Date"), received_at) or received_at,
    )
