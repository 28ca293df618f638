"""Parsers of HTTP header fields (RFC 9110, 9111, 9651): pure functions that accept any input without raising."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from multidict import MultiMapping

# Upper bound of delta-seconds; RFC 9111 section 1.2.2.
MAX_SECONDS = 1 << 31

# A directive: a name with an optional quoted or unquoted value. Anything further up to the comma is skipped. The name
# is optional and the quantifiers are possessive: a pattern that never fails scans no character twice.
_DIRECTIVE = re.compile(r'[\s,=";]*+(?:([^\s,=";]++)(?:=(?:"((?:[^"\\]|\\.)*+)"?+|([^\s,"]*+)))?+[^,]*+)?+')
_BARE = (
    r"""-?\d{1,12}\.\d{1,3}|-?\d{1,15}|"(?:[ !#-\[\]-~]|\\["\\])*"|[A-Za-z*][!#$%&'*+.^_`|~\w:/-]*|\?[01]|:[\w+/=]*:"""
)
_MEMBER = re.compile(
    rf"[ \t]*([a-z*][a-z0-9_.*-]*)(?:=({_BARE}))?(?:; *[a-z*][a-z0-9_.*-]*(?:=(?:{_BARE}))?)*[ \t]*(,|\Z)", re.ASCII
)
_ETAG = re.compile(r'[\s,]*+(?:([Ww]/)?"([^"]*)"|([^\s,"]+))')

_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_LONG_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "|".join(_MONTHS)
_TIME = r"(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)"
_DATES = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?:{_DAYS}), (?P<day>\d\d) (?P<month>{_MONTH}) (?P<year>\d{{4}}) {_TIME} GMT",
        rf"(?:{_LONG_DAYS}), (?P<day>\d\d)-(?P<month>{_MONTH})-(?P<short>\d\d) {_TIME} GMT",
        rf"(?:{_DAYS}) (?P<month>{_MONTH}) (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)

# A date before the year 100 was parsed from a two-digit year (RFC 850 form): its century is still to be determined.
_YEAR_100 = dt.datetime(100, 1, 1, tzinfo=dt.UTC).timestamp()

# Fields of a single connection, never stored; RFC 9111 section 3.1 and RFC 9110 section 7.6.1.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


# Request fields that do not say who asks: content negotiation, caching, preconditions, ranges, the body, the connection
# and tracing. Whatever else a request carries may be an API key, a tenant or a session.
_ANONYMOUS_FIELDS = HOP_BY_HOP - {"proxy-authorization"} | {
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "user-agent",
    "cache-control",
    "pragma",
    "range",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "expect",
    "traceparent",
    "tracestate",
    "b3",
    "x-b3-flags",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-spanid",
    "x-b3-traceid",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
    "uber-trace-id",
    "x-correlation-id",
    "x-request-id",
}


def identifies_caller(name: str) -> bool:
    """Return whether a request field of this name may say who asks."""
    return name.lower() not in _ANONYMOUS_FIELDS


def caller_digest(headers: MultiMapping[str]) -> str | None:
    """Return a digest of the request fields that may say who asks; None if there are none."""
    fields = sorted([(name.lower(), value) for name, value in headers.items() if identifies_caller(name)])
    return hashlib.sha256(repr(fields).encode()).hexdigest() if fields else None


def parse_directives(values: Iterable[str]) -> dict[str, str | None]:
    """Parse the directives of a Cache-Control field; the first of duplicates applies.

    Args:
        values: Field lines.

    Returns:
        Values by directive name in lower case; None for a directive without a value.
    """
    return _parse_directives(tuple(values))


@lru_cache(maxsize=512)
def _parse_directives(values: tuple[str, ...]) -> dict[str, str | None]:
    """Memoized `parse_directives`: servers repeat the same few values. The shared result must not be modified."""
    directives: dict[str, str | None] = {}
    qualified: dict[str, list[str]] = {"no-cache": [], "private": []}
    for line in values:
        for name, quoted, bare in (match.group(1, 2, 3) for match in _DIRECTIVE.finditer(line) if match.group(1)):
            name = name.lower()  # noqa: PLW2901 - one name in two cases
            value = quoted if quoted is not None else bare
            # An unqualified "no-cache" or "private" is stricter than one with field names, in whatever order they come.
            if name not in directives or (value is None and name in qualified):
                directives[name] = value
            if value is not None and name in qualified:
                qualified[name].append(value)
    for name, field_names in qualified.items():
        if directives.get(name) is not None:
            directives[name] = ",".join(field_names)
    return directives


def parse_dictionary(values: Iterable[str]) -> dict[str, str | None] | None:
    """Parse a Structured Field dictionary (RFC 9651).

    Args:
        values: Field lines.

    Returns:
        Unparsed values by key; None for a boolean true, as for a directive without a value. A member that is false
        is left out. None instead of a dictionary when the field is malformed.
    """
    text = ",".join(values).strip(" ")
    members: dict[str, str | None] = {}
    position = 0
    while position < len(text):
        match = _MEMBER.match(text, position)
        if match is None:
            return None
        name, value = match.group(1, 2)
        # The last of duplicate keys applies (RFC 9651 section 4.2.2). "=?1" is the long form of a bare key, "=?0" is
        # false.
        members.pop(name, None)
        if value != "?0":
            members[name] = None if value == "?1" else value
        position = match.end()
        if match.group(3) and position >= len(text):
            return None  # trailing comma
    return members


def parse_delta_seconds(value: str | None) -> int | None:
    """Parse delta-seconds, bounded by `MAX_SECONDS`; None for anything but ASCII digits."""
    if not value or not (value.isascii() and value.isdigit()):
        return None
    # int() takes quadratic time: very long numbers are not converted.
    return MAX_SECONDS if len(value) > 18 else min(int(value), MAX_SECONDS)


def parse_age(values: list[str]) -> int:
    """Parse the Age field (RFC 9111 section 5.1): its first element in seconds, 0 if absent or invalid."""
    if not values:
        return 0
    return parse_delta_seconds(values[0].split(",", 1)[0].strip()) or 0


@lru_cache(maxsize=512)
def _parse_date(value: str, century: int) -> float | None:
    """Parse an HTTP date, a two-digit year in the given century; memoized, as servers repeat their dates."""
    for form in _DATES:
        match = form.fullmatch(value)
        if match is None:
            continue
        parts = match.groupdict()
        year = int(parts["year"]) if "year" in parts else century * 100 + int(parts["short"])
        try:
            # datetime has no leap seconds: second 60 is taken as 59.
            moment = dt.datetime(
                year,
                _MONTHS.index(parts["month"].lower()) + 1,
                int(parts["day"]),
                int(parts["h"]),
                int(parts["m"]),
                min(int(parts["s"]), 59) if parts["s"] == "60" else int(parts["s"]),
                tzinfo=dt.UTC,
            )
        except ValueError:
            return None
        return moment.timestamp()
    return None


def parse_date(value: str | None, now: float) -> float | None:
    """Parse an HTTP date in one of its three forms (RFC 9110 section 5.6.7).

    Args:
        value: Field value, None if absent.
        now: Seconds since the epoch; a two-digit year more than 50 years ahead of it is in the past century.

    Returns:
        Seconds since the epoch, None for anything that is not an HTTP date.
    """
    if value is None:
        return None
    moment = _parse_date(value, 0)
    if moment is None or moment >= _YEAR_100:
        return moment
    year = dt.datetime.fromtimestamp(now, dt.UTC).year
    moment = _parse_date(value, year // 100)
    if moment is not None and moment > now + 50 * 366 * 86400:
        return _parse_date(value, year // 100 - 1)
    return moment


def parse_field_names(value: Iterable[str]) -> list[str]:
    """Parse lines that list field names, such as Vary or Connection; names in lower case."""
    return [name for line in value for part in line.split(",") if (name := part.strip().lower())]


def parse_etags(value: str) -> list[str]:
    """Parse a list of entity tags; return their opaque parts, whether weak or strong, quoted or not."""
    tags: list[str] = []
    position = 0
    while (match := _ETAG.match(value, position)) is not None:
        tags.append(match.group(2) if match.group(2) is not None else match.group(3))
        position = match.end()
    return tags


def opaque_tag(etag: str) -> str:
    """Return an entity tag without its weakness prefix and quotes."""
    return etag.strip().removeprefix("W/").removeprefix("w/").strip('"')


def is_strong_etag(etag: str) -> bool:
    """Return whether an entity tag is well-formed and strong."""
    return len(etag) >= 2 and etag[0] == etag[-1] == '"'


def parse_quality_values(value: str) -> list[tuple[str, float]]:
    """Parse the elements of an Accept field and their weights, in lower case; an invalid weight counts as 1."""
    elements: list[tuple[str, float]] = []
    for part in value.lower().split(","):
        pieces = [piece.strip() for piece in part.split(";")]
        weight = 1.0
        element = pieces[:1]
        for piece in pieces[1:]:
            if piece.startswith("q="):
                try:
                    weight = min(1.0, max(0.0, float(piece[2:])))
                except ValueError:
                    weight = 1.0
            elif piece:
                element.append(piece)
        if element[0]:
            elements.append((";".join(element), weight if weight == weight else 1.0))  # noqa: PLR0124 - NaN
    return elements


def normalize_selecting_field(name: str, headers: MultiMapping[str]) -> str | None:
    """Normalize a selecting request field so that equivalent values compare equal (RFC 9111 section 4.1).

    Lines are joined and blanks around commas removed. Elements of Accept fields are also sorted and lowercased,
    because their order and case have no meaning.

    Args:
        name: Field name in lower case.
        headers: Header fields of the request.

    Returns:
        The normalized value, None if the field is absent.
    """
    lines = headers.getall(name, None)
    if lines is None:
        return None
    text = ",".join(part.strip() for line in lines for part in line.split(","))
    if name in {"accept", "accept-language", "accept-encoding", "accept-charset"}:
        return ",".join(sorted(f"{item};q={weight:g}" for item, weight in parse_quality_values(text)))
    return text


def preferred_language(headers: MultiMapping[str]) -> str | None:
    """Return the language with the highest weight in Accept-Language; None if there is none or several share it."""
    languages = parse_quality_values(",".join(headers.getall("accept-language", ())))
    best = max((weight for _, weight in languages), default=0.0)
    top = [language for language, weight in languages if weight == best]
    return top[0] if len(top) == 1 and best > 0 else None


def is_well_formed(headers: Mapping[str, str]) -> bool:
    """Return whether names are tokens and values free of control characters, so that no header can be injected."""
    return all(_TOKEN.fullmatch(name) and not _CONTROL.search(value) for name, value in headers.items())


_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
