"""Conditional and range requests evaluated against a stored response (RFC 9110 sections 13 and 14); no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from multidict import CIMultiDict, CIMultiDictProxy, istr

from asyncassist._http import headers as h

if TYPE_CHECKING:
    from asyncassist._http.rfc9111 import Fields, StoredResponse


_IF_NONE_MATCH, _IF_MODIFIED_SINCE, _RANGE = istr("If-None-Match"), istr("If-Modified-Since"), istr("Range")


def is_conditional(fields: Fields) -> bool:
    """Return whether the request has a precondition or a Range that a stored response can be evaluated against."""
    return bool(fields) and (_IF_NONE_MATCH in fields or _IF_MODIFIED_SINCE in fields or _RANGE in fields)


def evaluate(
    stored: StoredResponse, request_headers: Fields, headers: Fields, now: float
) -> tuple[int, str, bytes, CIMultiDictProxy[str]]:
    """Evaluate the caller's preconditions and Range against a stored response.

    Args:
        stored: Stored response.
        request_headers: Header fields of the caller's request.
        headers: Header fields of the complete response.
        now: Seconds since the epoch.

    Returns:
        Status, reason, body and header fields of the response to the caller.
    """
    fields = CIMultiDict(headers)
    status, reason, body = stored.status, stored.reason, stored.body
    if is_not_modified(stored, request_headers, now):
        fields.popall("Content-Length", None)
        status, reason, body = 304, "Not Modified", b""
    else:
        byte_range = requested_range(stored, request_headers, now)
        size = len(stored.body)
        if byte_range == "none":
            fields["Content-Range"] = f"bytes */{size}"
            fields["Content-Length"] = "0"
            status, reason, body = 416, "Range Not Satisfiable", b""
        elif byte_range != "whole":
            first, last = byte_range
            fields["Content-Range"] = f"bytes {first}-{last}/{size}"
            fields["Content-Length"] = str(last + 1 - first)
            status, reason, body = 206, "Partial Content", stored.body[first : last + 1]
    return status, reason, body, CIMultiDictProxy(fields)


def is_not_modified(stored: StoredResponse, request_headers: Fields, now: float) -> bool:
    """Return whether the caller's preconditions make the response a 304 (RFC 9110 section 13).

    Args:
        stored: Stored response.
        request_headers: Header fields of the caller's request.
        now: Seconds since the epoch.
    """
    if_none_match = request_headers.getall("If-None-Match", None)
    if if_none_match is not None:
        # If-None-Match takes precedence: If-Modified-Since is then ignored (RFC 9110 section 13.1.3).
        text = ",".join(if_none_match)
        if text.strip() == "*":
            return True
        tag = stored.headers.get("ETag")
        return tag is not None and h.opaque_tag(tag) in h.parse_etags(text)
    modified_since = h.parse_date(request_headers.get("If-Modified-Since"), now)
    if modified_since is None:
        return False
    last_modified = h.parse_date(stored.headers.get("Last-Modified"), now)
    return (stored.date if last_modified is None else last_modified) <= modified_since


def requested_range(
    stored: StoredResponse, request_headers: Fields, now: float
) -> tuple[int, int] | Literal["none", "whole"]:
    """Return the part of a stored response that the request's Range selects (RFC 9110 section 14).

    Args:
        stored: Stored response.
        request_headers: Header fields of the caller's request.
        now: Seconds since the epoch.

    Returns:
        First and last byte position, both inclusive; "whole" for the complete body: no Range, several ranges, a
        malformed one or a failed If-Range; "none" when the range is not satisfiable (416).
    """
    value = request_headers.get("Range")
    if value is None or stored.status != 200 or not _if_range_matches(stored, request_headers, now):
        return "whole"
    unit, _, spec = value.partition("=")
    first, dash, last = (part.strip() for part in spec.partition("-"))
    if unit.strip().lower() != "bytes" or not dash:
        return "whole"
    size = len(stored.body)
    start, end = h.parse_delta_seconds(first), h.parse_delta_seconds(last)
    if first == "" and end is not None:
        return (max(0, size - end), size - 1) if end and size else "none"
    if start is None or (last and (end is None or end < start)):
        return "whole"
    return (start, size - 1 if end is None else min(end, size - 1)) if start < size else "none"


def _if_range_matches(stored: StoredResponse, request_headers: Fields, now: float) -> bool:
    """Return whether If-Range is absent or identifies the stored response (RFC 9110 section 13.1.5)."""
    condition = request_headers.get("If-Range")
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return h.is_strong_etag(condition) and condition == stored.headers.get("ETag")
    when = h.parse_date(condition, now)
    return when is not None and when == h.parse_date(stored.headers.get("Last-Modified"), now)
