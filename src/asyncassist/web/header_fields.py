"""Parse list-valued header fields of requests, in one pass each (RFC 9110)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist.languages.locale_tag import parse_locale

if TYPE_CHECKING:
    from collections.abc import Sequence

# An item of a list, where a separator in a quoted string does not count (RFC 9110 section 5.6). A string without an end
# matches up to the end of the field, and no part of it is given back, so that the scan is linear.
_ITEM = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+"?)++', re.DOTALL)
_PARAMETER = re.compile(r'(?:[^;"]++|"(?:[^"\\]++|\\.)*+"?)++', re.DOTALL)
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")  # qvalue of RFC 9110 section 12.4.2


def split_list(value: str) -> list[str]:
    """Return the items of a comma-separated list, without surrounding blanks and without empty ones."""
    return [item for match in _ITEM.finditer(value) if (item := match[0].strip())]


def quality(accept: str, media_type: str) -> float:
    """Return the weight that an `Accept` field gives to a media type, from 0.0 (not acceptable) to 1.0.

    The most specific range that matches decides: the type itself, then `type/*`, then `*/*`; of equal ones the highest
    weight. An item that cannot be read is ignored.

    Args:
        accept: Value of the field.
        media_type: Media type in lower case, without parameters.
    """
    ranges = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    best = (-1, 0.0)
    for item in split_list(accept):
        name, _, rest = item.lower().partition(";")
        name = name.strip()
        if name in ranges and (weight := _weight(_PARAMETER.findall(rest))) is not None:
            best = max(best, (ranges.index(name), weight))
    return best[1]


def accepts_coding(accept_encoding: str, coding: str) -> bool:
    """Return whether an `Accept-Encoding` field accepts a content coding such as "gzip"; "*" accepts every coding.

    Args:
        accept_encoding: Value of the field.
        coding: Content coding in lower case.
    """
    weights: dict[str, float | None] = {}
    for item in split_list(accept_encoding):
        name, _, rest = item.lower().partition(";")
        weights[name.strip()] = _weight(_PARAMETER.findall(rest))
    return (weights.get(coding, weights.get("*")) or 0.0) > 0.0


def preferred_locale(accept_language: str, languages: Sequence[str]) -> str | None:
    """Return the locale that an `Accept-Language` field gives the highest weight, the first of equal ones.

    An item that cannot be read is ignored.

    Args:
        accept_language: Value of the field.
        languages: Two-letter codes of the languages to choose from.

    Returns:
        A tag ("pt-br", "de"), in lower case; None if the field names none of the languages.
    """
    best: tuple[float, str | None] = (0.0, None)
    for item in split_list(accept_language):
        tag, _, rest = item.lower().partition(";")
        locale = parse_locale(tag.strip())
        if locale is None or locale.language not in languages:
            continue
        weight = _weight(_PARAMETER.findall(rest))
        if weight is not None and weight > best[0]:
            best = (weight, tag.strip())
    return best[1]


def _weight(parameters: list[str]) -> float | None:
    """Return the weight among the parameters of an item, 1.0 without one; None if it is malformed."""
    given = next((text for name, _, text in (item.partition("=") for item in parameters) if name.strip() == "q"), "1")
    return float(given) if _WEIGHT.fullmatch(given.strip()) else None


def matches_etag(if_none_match: str, etag: str) -> bool:
    """Return whether an `If-None-Match` field names the entity tag: by weak comparison, or by `*`.

    Args:
        if_none_match: Value of the field.
        etag: Strong entity tag with its quotes.
    """
    return any(item in {"*", etag, f"W/{etag}"} for item in split_list(if_none_match))
