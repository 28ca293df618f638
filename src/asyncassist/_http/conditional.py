"""What a request asks for when it asks for less than the whole: the pure part of RFC 9110 sections 13 and 14."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from asyncassist._http import headers as h

if TYPE_CHECKING:
    from asyncassist._http.rfc9111 import Fields, Stored


def not_modified(stored: Stored, request: Fields, now: float) -> bool:
    """Whether the caller's own precondition makes the answer a 304 (RFC 9110 section 13)."""
    wanted = request.getall("If-None-Match", None)
    if wanted is not None:
        text = ",".join(wanted)
        if text.strip() == "*":
            return True
        tag = stored.headers.get("ETag")
        return tag is not None and h.opaque(tag) in h.etags(text)
    since = h.date(request.get("If-Modified-Since"), now)
    if since is None:
        return False
    changed = h.date(stored.headers.get("Last-Modified"), now)
    return (stored.date if changed is None else changed) <= since


def requested_range(stored: Stored, request: Fields, now: float) -> tuple[int, int] | Literal["none", "whole"]:
    """The bytes of a kept answer that the request asks for (RFC 9110 section 14).

    Returns:
        First and last byte; "whole" when the whole is to be sent; "none" when there are no such bytes.
    """
    value = request.get("Range")
    if value is None or stored.status != 200 or not _range_holds(stored, request, now):
        return "whole"
    unit, _, spec = value.partition("=")
    first, dash, last = (part.strip() for part in spec.partition("-"))
    if unit.strip().lower() != "bytes" or not dash:
        return "whole"
    size = len(stored.body)
    start, end = h.seconds(first), h.seconds(last)
    if first == "" and end is not None:
        return (max(0, size - end), size - 1) if end and size else "none"
    if start is None or (last and (end is None or end < start)):
        return "whole"
    return (start, size - 1 if end is None else min(end, size - 1)) if start < size else "none"


def _range_holds(stored: Stored, request: Fields, now: float) -> bool:
    """Whether If-Range, where there is one, names this very answer."""
    condition = request.get("If-Range")
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return h.is_strong(condition) and condition == stored.headers.get("ETag")
    when = h.date(condition, now)
    return when is not None and when == h.date(stored.headers.get("Last-Modified"), now)
