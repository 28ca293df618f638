"""Serialization of search results to MessagePack, for the shared cache."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from asyncassist._types import Money
from asyncassist.flights.models import Fare, FlightOffer, Itinerary, Raw, SearchResult, Segment

# Increment with every change of the models' fields: results of another version are ignored.
_VERSION = 2
_MODEL_TYPES: dict[str, type[Any]] = {kind.__name__: kind for kind in (FlightOffer, Itinerary, Segment, Fare, Money)}


def encode_result(result: SearchResult, fresh_until: float) -> bytes | None:
    """Encode a complete result.

    Args:
        result: The result; its errors are not encoded.
        fresh_until: End of its freshness, in seconds since the epoch.

    Returns:
        The bytes; None if a provider put a value into an offer that cannot be encoded.
    """
    try:
        return msgspec.msgpack.encode([_VERSION, fresh_until, result.elapsed, _encode_value(result.offers)])
    except (TypeError, ValueError, OverflowError):
        return None


def decode_result(packed: bytes | None, now: float) -> tuple[SearchResult, float] | None:
    """Decode a result.

    Args:
        packed: Bytes that `encode_result` returned, None on a cache miss.
        now: The time, in seconds since the epoch.

    Returns:
        The result and the seconds it stays fresh; None if there are no bytes, the result is stale or of another
        version, or the bytes are malformed.
    """
    if packed is None:
        return None
    try:
        version, fresh_until, elapsed, offers = msgspec.msgpack.decode(packed)
        if version != _VERSION or fresh_until <= now:
            return None
        return SearchResult(offers=_decode_value(offers), elapsed=elapsed), fresh_until - now
    except (msgspec.DecodeError, ValueError, TypeError, KeyError, ArithmeticError):
        return None  # written by another version or another program


def _encode_value(value: Any) -> Any:
    """Encode a value as MessagePack types: a non-plain value becomes a pair of its type tag and its content.

    The tag is a letter for built-in types and the class name for models, whose fields follow in declaration order.
    """
    match value:
        case None | bool() | int() | str() | float():
            return value
        case Decimal():
            return ["D", str(value)]
        case dt.datetime():
            return ["T", value.isoformat()]
        case dt.date():
            return ["d", value.isoformat()]
        case dt.timedelta():
            return ["s", [value.days, value.seconds, value.microseconds]]
        case tuple():
            return ["t", [_encode_value(item) for item in value]]
        case Raw():
            return ["r", bytes(value)]
        case bytes():
            return ["b", value]
        case Mapping():
            return ["m", msgspec.json.encode(dict(value))]
        case _:
            parts = [_encode_value(getattr(value, field.name)) for field in dataclasses.fields(value)]
            return [type(value).__name__, parts]


def _decode_value(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, parts = value
    match kind:
        case "D":
            return Decimal(parts)
        case "T":
            return dt.datetime.fromisoformat(parts)
        case "d":
            return dt.date.fromisoformat(parts)
        case "s":
            return dt.timedelta(*parts)
        case "t":
            return tuple(_decode_value(item) for item in parts)
        case "r":
            return Raw(parts)
        case "b":
            return parts
        case "m":
            return msgspec.json.decode(parts)
        case _:
            model = _MODEL_TYPES[kind]
            names = [field.name for field in dataclasses.fields(model)]
            return model(**dict(zip(names, map(_decode_value, parts), strict=True)))
