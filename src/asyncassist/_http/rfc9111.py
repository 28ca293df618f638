"""HTTP caching: may it be kept, may it be used again, what is to be asked. Functions of facts (RFC 9111, 5861, 9213).

Ages are counted in steady seconds that never go back; the wall clock is only compared with the dates of servers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from multidict import CIMultiDict, CIMultiDictProxy, istr

from asyncassist._http import headers as h

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncassist._http.models import CacheMode, CacheRules

Fields = CIMultiDict[str] | CIMultiDictProxy[str]

# RFC 9110 section 15.1, without 206, which is never kept here.
HEURISTIC = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
DEFAULT_TTL = frozenset({200, 203, 300, 301, 308})
NEGATIVE_TTL = frozenset({404, 405, 410, 414, 501})
# Statuses whose meaning for a cache is known here; what must-understand asks for.
UNDERSTOOD = HEURISTIC | {302, 303, 307, 400, 401, 403, 406, 409, 412, 413, 415, 421, 422, 429, 500, 502, 503, 504}
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# As aiohttp spells them: looked up without being folded each time.
_CACHE_CONTROL, _EXPIRES, _LAST_MODIFIED = istr("Cache-Control"), istr("Expires"), istr("Last-Modified")
_VARY, _SET_COOKIE, _AGE = istr("Vary"), istr("Set-Cookie"), istr("Age")
_LEFT_OUT = tuple(istr(name) for name in (*sorted(h.HOP_BY_HOP), "age"))
# A heuristic is bounded: a page that was changed long ago is still looked at once a week.
_MAX_HEURISTIC = 7 * 86400.0
# What a 304 must not change, because it describes the body that is kept; RFC 9111 section 3.2.
_BODY_FIELDS = frozenset({"content-length", "content-encoding", "content-range"})
_ERRORS = frozenset({500, 502, 503, 504})


@dataclass(slots=True, kw_only=True)
class Freshness:
    """How long an answer is good for.

    Attributes:
        lifetime: Seconds of freshness, counted in age.
        implied: "ttl": it says nothing itself and the caller's ttl counts, from receipt; "negative": the rules'
            negative_ttl counts; "": it says so itself, or nothing applies.
        while_revalidate: Seconds past its time that it may be served while a new one is fetched.
        if_error: Seconds past its time that it may stand in for an error.
        validate: Whether it must be confirmed before each use.
        never_stale: Whether it must not be used past its time.
    """

    lifetime: float
    implied: Literal["", "ttl", "negative"] = ""
    while_revalidate: float = 0.0
    if_error: float = 0.0
    validate: bool = False
    never_stale: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Stored:
    """An answer that is kept, with the facts that decide about its use.

    Attributes:
        method: "GET" or "HEAD".
        status: HTTP status.
        reason: Its words.
        headers: Its fields, without those of the connection and without Age.
        body: The decoded body.
        url: Where it came from.
        vary: The selecting request fields, normalised, as they were.
        date: When the origin made it, seconds since the epoch.
        initial_age: Its age when it was received.
        received: When, in steady seconds.
        received_at: When, in seconds since the epoch, for other processes.
        freshness: How long it is good for.
        cost: Seconds that fetching it took.
        size: Bytes it counts for: body, fields, and what Python adds.
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
    received: float
    received_at: float
    freshness: Freshness
    cost: float = 0.0
    size: int = field(init=False)
    _shown: tuple[int, CIMultiDictProxy[str]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        fields = self.headers
        texts = sum(map(len, fields)) + sum(map(len, fields.values()))
        self.size = len(self.body) + len(self.url) + texts + 120 * len(fields) + 500

    @property
    def has_validator(self) -> bool:
        """Whether the origin can be asked whether it still holds."""
        return "ETag" in self.headers or "Last-Modified" in self.headers

    def age(self, now: float) -> float:
        """Seconds since the origin made it.

        Args:
            now: Steady seconds.
        """
        return self.initial_age + max(0.0, now - self.received)

    def shown(self, age: int) -> CIMultiDictProxy[str]:
        """The fields with this Age. Whoever is served within one second sees the same: they cannot be changed."""
        if self._shown is not None and self._shown[0] == age:
            return self._shown[1]
        headers = CIMultiDict(self.headers)
        headers["Age"] = str(age)
        self._shown = (age, CIMultiDictProxy(headers))
        return self._shown[1]

    def lifetime(self, ttl: float | None) -> float:
        """Seconds of freshness for a caller with this ttl, counted in age."""
        if self.freshness.implied != "ttl":
            return self.freshness.lifetime
        return 0.0 if ttl is None else self.initial_age + ttl


def control(fields: Fields, targeted: tuple[str, ...] = ()) -> tuple[dict[str, str | None], bool]:
    """The directives that count for this cache, and whether they come from a targeted field (RFC 9213)."""
    for name in targeted:
        lines = fields.getall(name, None)
        if lines is not None:
            found = h.dictionary(lines)
            # A targeted field that cannot be read is ignored as a whole; an empty one says nothing.
            if found and _readable(found):
                return found, True
    return h.directives(fields.getall("Cache-Control", ())), False


def _readable(found: dict[str, str | None]) -> bool:
    return all(
        h.seconds(found[name]) is not None
        for name in ("max-age", "s-maxage", "stale-while-revalidate", "stale-if-error")
        if name in found
    )


def request_control(fields: Fields) -> dict[str, str | None]:
    """The directives of a request; `Pragma: no-cache` counts where there is no Cache-Control."""
    lines = fields.getall("Cache-Control", None)
    if lines is not None:
        return h.directives(lines)
    if "no-cache" in h.directives(fields.getall("Pragma", ())):
        return {"no-cache": None}
    return {}


def freshness(
    status: int, fields: Fields, *, rules: CacheRules, now: float, credentials: bool, safe_default: bool
) -> Freshness:
    """How long an answer is good for, by what it says, else by heuristics, else by the default.

    Args:
        status: HTTP status.
        fields: Its fields.
        rules: The cache's rules.
        now: Seconds since the epoch at receipt.
        credentials: Whether the request carried any; then no default applies.
        safe_default: Whether a default of ours may apply at all (GET and HEAD).
    """
    found, targeted = control(fields, rules.targeted)
    lifetime, implied = _lifetime(status, fields, found, targeted=targeted, rules=rules, now=now)
    if implied and (credentials or not safe_default or "Set-Cookie" in fields):
        lifetime, implied = 0.0, ""
    shared_only = rules.shared and ("proxy-revalidate" in found or "s-maxage" in found)
    revalidate = h.seconds(found.get("stale-while-revalidate"))
    error = h.seconds(found.get("stale-if-error"))
    return Freshness(
        lifetime=lifetime,
        implied=implied,
        while_revalidate=rules.stale_while_revalidate if revalidate is None else revalidate,
        if_error=rules.stale_if_error if error is None else error,
        validate="no-cache" in found and found["no-cache"] is None,
        never_stale="must-revalidate" in found or shared_only or "no-cache" in found,
    )


def _lifetime(
    status: int,
    fields: Fields,
    found: dict[str, str | None],
    *,
    targeted: bool,
    rules: CacheRules,
    now: float,
) -> tuple[float, Literal["", "ttl", "negative"]]:
    for name in ("s-maxage", "max-age") if rules.shared else ("max-age",):
        if name in found:
            # A number that cannot be read counts as past its time.
            return float(h.seconds(found[name]) or 0), ""
    if targeted:
        return 0.0, ""
    expires = fields.getall("Expires", None)
    if expires is not None:
        end = h.date(expires[0], now)
        date = h.date(fields.get("Date"), now) or now
        return (0.0 if end is None else max(0.0, end - date)), ""
    changed = h.date(fields.get("Last-Modified"), now)
    if changed is not None:
        date = h.date(fields.get("Date"), now) or now
        if status in HEURISTIC or "public" in found:
            return min(_MAX_HEURISTIC, max(0.0, (date - changed) * 0.1)), ""
        return 0.0, ""
    if "Cache-Control" not in fields and "Last-Modified" not in fields:
        if status in DEFAULT_TTL:
            return 0.0, "ttl"
        if status in NEGATIVE_TTL and rules.negative_ttl > 0:
            return rules.negative_ttl + h.age(fields.getall("Age", [])), "negative"
    return 0.0, ""


def is_plain(request: Fields, status: int, fields: Fields, ttl: float | None, credentials: bool) -> bool:
    """Whether an answer says nothing that a cache would listen to, so that the caller's ttl alone counts.

    What `freshness` and `may_keep` would find, in a tenth of the time.
    """
    if status not in DEFAULT_TTL or ttl is None or credentials or "Range" in request:
        return False
    return not (
        _CACHE_CONTROL in fields
        or _EXPIRES in fields
        or _LAST_MODIFIED in fields
        or _VARY in fields
        or _SET_COOKIE in fields
    )


def may_keep(
    method: str, request: Fields, status: int, fields: Fields, fresh: Freshness, *, rules: CacheRules, ttl: float | None
) -> bool:
    """Whether an answer may be kept, and whether that is of any use (RFC 9111 section 3)."""
    if method not in {"GET", "HEAD"} or status < 200 or status in {206, 304} or "Range" in request:
        return False
    if "no-store" in request_control(request) or "*" in h.names(fields.getall("Vary", ())):
        return False
    found, targeted = control(fields, rules.targeted)
    if "must-understand" in found:
        if status not in UNDERSTOOD:
            return False
    elif "no-store" in found:
        return False
    if rules.shared:
        if "private" in found and found["private"] is None:
            return False
        if "Authorization" in request and not found.keys() & {"public", "must-revalidate", "s-maxage"}:
            return False
    explicit = (
        bool(found.keys() & {"max-age", "public", "s-maxage"})
        or ("Expires" in fields and not targeted)
        or ("private" in found and not rules.shared)
    )
    if not explicit and status not in HEURISTIC:
        return False
    useful = fresh.lifetime > 0 or (fresh.implied == "ttl" and ttl is not None)
    return useful or "ETag" in fields or "Last-Modified" in fields


def kept_fields(fields: CIMultiDictProxy[str], *, rules: CacheRules) -> CIMultiDictProxy[str]:
    """The fields to keep: those of the connection, those that are not to be kept, and Age are left out."""
    left_out: Iterable[str] = _LEFT_OUT
    if _CACHE_CONTROL in fields or "Connection" in fields or rules.targeted:
        found, _ = control(fields, rules.targeted)
        named = [found.get(name) or "" for name in ("no-cache", "private")[: 2 if rules.shared else 1]]
        left_out = (*_LEFT_OUT, *h.names(fields.getall("Connection", ())), *h.names(named))
    kept: CIMultiDict[str] | None = None
    for name in left_out:
        if name in fields:
            if kept is None:
                kept = CIMultiDict(fields)
            kept.popall(name, None)
    return fields if kept is None else CIMultiDictProxy(kept)


def initial_age(fields: Fields, made: float | None, *, delay: float, now: float) -> float:
    """The age at receipt (RFC 9111 section 4.2.3).

    Args:
        fields: The answer's fields.
        made: Its Date, seconds since the epoch; None when it has none.
        delay: Seconds between request and answer.
        now: Seconds since the epoch at receipt.
    """
    apparent = 0.0 if made is None else max(0.0, now - made)
    # Dates have whole seconds: what is less than one says nothing.
    apparent = 0.0 if apparent < 1.0 else apparent
    said = h.age(fields.getall("Age")) if _AGE in fields else 0
    return max(apparent, said + (delay if said or delay >= 1.0 else 0.0))


def selection(request: Fields, fields: Fields) -> tuple[tuple[str, str | None], ...]:
    """The request fields that selected this answer, normalised."""
    if _VARY not in fields:
        return ()
    names = h.names(fields.getall("Vary", ()))
    return tuple([(name, h.selecting(name, request)) for name in sorted(set(names))]) if names else ()


def matches(stored: Stored, request: Fields) -> bool:
    """Whether a kept answer was selected by fields that mean the same (RFC 9111 section 4.1)."""
    return all(
        h.selecting(name, request) == value or (name == "accept-language" and _same_language(stored, request))
        for name, value in stored.vary
    )


def _same_language(stored: Stored, request: Fields) -> bool:
    """Whether the kept answer is in the very language that the request likes best."""
    language = stored.headers.get("Content-Language")
    return language is not None and language.strip().lower() == h.preferred_language(request)


Use = Literal["fresh", "stale", "refresh", "validate"]


def use(
    stored: Stored, *, age: float, ttl: float | None, asked: dict[str, str | None], mode: CacheMode = "default"
) -> Use:
    """How a kept answer may be used (RFC 9111 section 4).

    Args:
        stored: It.
        age: Its age now.
        ttl: The caller's ttl.
        asked: The directives of the request.
        mode: The caller's wish.

    Returns:
        "fresh": as it is; "stale": as it is, past its time; "refresh": as it is, and a new one is fetched meanwhile;
        "validate": after the origin confirmed it.
    """
    left = stored.lifetime(ttl) - age
    if mode in {"force-cache", "only-if-cached"}:
        return "fresh" if left > 0 and not stored.freshness.validate else "stale"
    if mode in {"no-cache", "reload"} or stored.freshness.validate:
        return "validate"
    if asked:
        verdict = _by_request(stored, age=age, left=left, asked=asked)
        if verdict is not None:
            return verdict
    if left > 0:
        return "fresh"
    if not stored.freshness.never_stale and -left < stored.freshness.while_revalidate:
        return "refresh"
    return "validate"


def _by_request(stored: Stored, *, age: float, left: float, asked: dict[str, str | None]) -> Use | None:
    """What the directives of the request say about it; None when nothing."""
    if "no-cache" in asked:
        return "validate"
    if "max-age" in asked:
        most = h.seconds(asked["max-age"]) or 0
        if age > most or most == 0:
            return "validate"
    if "min-fresh" in asked and left < (h.seconds(asked["min-fresh"]) or 0):
        return "validate"
    if left <= 0 and "max-stale" in asked and not stored.freshness.never_stale:
        allowed = asked["max-stale"]
        if allowed is None or -left <= (h.seconds(allowed) or 0):
            return "stale"
    return None


def stands_in(stored: Stored, *, age: float, ttl: float | None, asked: dict[str, str | None]) -> bool:
    """Whether a kept answer may stand in for an error (RFC 5861 section 4)."""
    if stored.freshness.never_stale or stored.freshness.validate or "no-cache" in asked:
        return False
    window = max(stored.freshness.if_error, float(h.seconds(asked.get("stale-if-error")) or 0))
    return age - stored.lifetime(ttl) < window


def is_error(status: int) -> bool:
    """Whether an answer is an error that a kept one may stand in for."""
    return status in _ERRORS


def validators(stored: Stored) -> dict[str, str]:
    """The fields that ask the origin whether a kept answer still holds."""
    found: dict[str, str] = {}
    if "ETag" in stored.headers:
        found["If-None-Match"] = stored.headers["ETag"]
    if "Last-Modified" in stored.headers:
        found["If-Modified-Since"] = stored.headers["Last-Modified"]
    return found


def confirms(stored: Stored, fields: Fields) -> bool:
    """Whether a 304 is about this very answer: a strong tag in it must be the same."""
    tag = fields.get("ETag")
    kept = stored.headers.get("ETag")
    return tag is None or kept is None or not h.is_strong(tag) or h.opaque(tag) == h.opaque(kept)


def merged(stored: Stored, fields: CIMultiDictProxy[str], *, rules: CacheRules) -> CIMultiDict[str]:
    """The fields of a kept answer, brought up to date by those of a 304 or of a HEAD (RFC 9111 section 3.2)."""
    new = CIMultiDict(kept_fields(fields, rules=rules))
    for name in {name.lower() for name in new} & _BODY_FIELDS:
        del new[name]
    if "Date" not in new:
        # Its age begins anew; the old Date would make it old again.
        new["Date"] = ""
    result = CIMultiDict((name, value) for name, value in stored.headers.items() if name not in new)
    result.extend((name, value) for name, value in new.items() if value or name != "Date")
    return result


def answers_get(request_url: str, status: int, fields: Fields, location: str | None) -> bool:
    """Whether the answer to a POST may be kept for a later GET (RFC 9110 section 9.3.3).

    Args:
        request_url: Where it was posted.
        status: HTTP status.
        fields: The answer's fields.
        location: Its Content-Location, resolved; None without one.
    """
    found, _ = control(fields)
    explicit = bool(found.keys() & {"max-age", "s-maxage"}) or "Expires" in fields
    return status == 200 and location == request_url and explicit


def same_body(stored: Stored, fields: Fields) -> bool:
    """Whether the answer to a HEAD describes the body that is kept (RFC 9111 section 4.3.5)."""
    return all(
        name not in fields or name not in stored.headers or fields[name] == stored.headers[name]
        for name in ("ETag", "Last-Modified", "Content-Length")
    )


def refreshed(
    stored: Stored, fields: CIMultiDict[str], fresh: Freshness, *, age: float, now: float, at: float
) -> Stored:
    """A kept answer after the origin confirmed it.

    Args:
        stored: It.
        fields: Its merged fields.
        fresh: How long it is good for now.
        age: Its age at this receipt.
        now: Steady seconds.
        at: Seconds since the epoch.
    """
    return replace(
        stored,
        headers=CIMultiDictProxy(fields),
        freshness=fresh,
        initial_age=age,
        received=now,
        received_at=at,
        date=h.date(fields.get("Date"), at) or at,
    )
