"""Serialization of analyses for the shared cache: JSON that preserves the types of entity values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from asyncassist._types import Airline, Money, Passengers, Place, TimeWindow
from asyncassist.nlp.commands.reader import read_commands
from asyncassist.nlp.models import Analysis, Entity, Intent, Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Format of the stored bytes; entries of another version count as a cache miss.
_VERSION: Final = 2
_TYPE_TAGS: Final[dict[type[Any], str]] = {Place: "place", Passengers: "passengers", Airline: "airline"}


def _encode_value(value: Any) -> Any:
    """Encode a value as JSON, tagged with its type where JSON alone would lose it.

    Raises:
        TypeError: The value is of a type that this package does not define, so the analysis cannot be shared.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return {"$": "date", "v": value.isoformat()}
    if isinstance(value, TimeWindow):
        bounds = (value.earliest, value.latest)
        return {"$": "time_window", "v": [None if bound is None else bound.isoformat() for bound in bounds]}
    if isinstance(value, Money):
        return {"$": "money", "v": [str(value.amount), value.currency]}
    if isinstance(value, Place | Passengers | Airline):
        return {"$": _TYPE_TAGS[type(value)], "v": value.to_dict()}
    if isinstance(value, tuple | list):
        return {"$": "tuple", "v": [_encode_value(item) for item in value]}
    raise TypeError(type(value).__name__)


def _decode_time_window(bounds: list[str | None]) -> TimeWindow:
    earliest, latest = (None if bound is None else dt.time.fromisoformat(bound) for bound in bounds)
    return TimeWindow(earliest=earliest, latest=latest)


_DECODERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "date": dt.date.fromisoformat,
    "money": lambda pair: Money(Decimal(pair[0]), pair[1]),
    "time_window": _decode_time_window,
    "tuple": lambda items: tuple(_decode_value(item) for item in items),
    "place": lambda fields: Place(**fields),
    "passengers": lambda fields: Passengers(**fields),
    "airline": lambda fields: Airline(**fields),
}


def _decode_value(value: Any) -> Any:
    """Decode a value that `_encode_value` encoded."""
    return _DECODERS[value["$"]](value["v"]) if isinstance(value, dict) else value


def encode_analysis(analysis: Analysis) -> bytes | None:
    """Encode an analysis; return None if it holds a value of a custom extractor's own type."""
    try:
        entities = [
            [
                entity.type,
                entity.start,
                entity.end,
                _encode_value(entity.value),
                entity.confidence,
                entity.source,
                {key: _encode_value(value) for key, value in entity.metadata.items()},
            ]
            for entity in analysis.entities
        ]
    except TypeError:
        return None
    language, intent = analysis.language, analysis.intent
    head = [_VERSION, language.code, language.confidence, analysis.region, intent.name, intent.confidence]
    return msgspec.json.encode([*head, entities])


def decode_analysis(data: bytes, text: str) -> Analysis | None:
    """Decode the analysis of `text`; return None if the data is malformed or of another format version."""
    try:
        version, code, language_confidence, region, name, intent_confidence, rows = msgspec.json.decode(data)
        if version != _VERSION:
            return None
        entities = tuple(
            Entity(
                type=kind,
                start=start,
                end=end,
                text=text[start:end],
                value=_decode_value(value),
                confidence=confidence,
                source=source,
                metadata={key: _decode_value(item) for key, item in metadata.items()},
            )
            for kind, start, end, value, confidence, source, metadata in rows
        )
    except (msgspec.DecodeError, ValueError, TypeError, KeyError, IndexError, ArithmeticError):
        return None
    return Analysis(
        text=text,
        language=Language(code=code, confidence=language_confidence),
        intent=Intent(name=name, confidence=intent_confidence),
        entities=entities,
        commands=read_commands(text, code, entities),
        region=region,
    )
