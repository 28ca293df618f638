"""Results as bytes, for workers that share them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from asyncassist._types import Money
from asyncassist.flights.models import Fare, FlightOffer, Itinerary, Raw, SearchResult, Segment

# Raise it with every change of the models: what another version wrote is not read.
_VERSION = 1
_MODEL_TYPES: dict[str, type[Any]] = {kind.__name__: kind for kind in (FlightOffer, Itinerary, Segment, Fare, Money)}


def encode_result(result: SearchResult, fresh_until: float) -> bytes | None:
    """A complete result as bytes; None when a provider put something into it that cannot be written.

    Args:
        result: The result.
        fresh_until: Seconds since the epoch.
    """
    try:
        return msgspec.msgpack.encode([_VERSION, fresh_until, result.elapsed, _encode_value(result.offers)])
    except (TypeError, ValueError, OverflowError):
        return None


def decode_result(packed: bytes | None, now: float) -> tuple[SearchResult, float] | None:
    """A result and the seconds it stays fresh; None when there is none, it is stale, or it cannot be read.

    Args:
        packed: What `pack` made.
        now: Seconds since the epoch.
    """
    if packed is None:
        return None
    try:
        version, fresh_until, elapsed, offers = msgspec.msgpack.decode(packed)
        if version != _VERSION or fresh_until <= now:
            return None
        return SearchResult(offers=_decode_value(offers), elapsed=elapsed), fresh_until - now
    except (msgspec.DecodeError, ValueError, TypeError, KeyError, ArithmeticError):
        return None  # another version, or not ours


def _encode_value(value: Any) -> Any:
    """The value in what MessagePack holds; everything that is not plain is a pair of a letter and its parts."""
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
