"""An analysis as bytes and back, for the cache that processes share. Values keep their types."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from asyncassist._types import Airline, Money, Passengers, Place
from asyncassist.nlp.models import Analysis, Entity, Intent, Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_VERSION: Final = 1
_NAMES: Final[dict[type[Any], str]] = {Place: "place", Passengers: "passengers", Airline: "airline"}


def _pack(value: Any) -> Any:
    """A value as JSON, with its type where JSON would lose it.

    Raises:
        TypeError: It is of a type that is not ours: such an analysis is not shared.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return {"$": "date", "v": value.isoformat()}
    if isinstance(value, Money):
        return {"$": "money", "v": [str(value.amount), value.currency]}
    if isinstance(value, Place | Passengers | Airline):
        return {"$": _NAMES[type(value)], "v": value.to_dict()}
    if isinstance(value, tuple | list):
        return {"$": "tuple", "v": [_pack(item) for item in value]}
    raise TypeError(type(value).__name__)


_OPEN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "date": dt.date.fromisoformat,
    "money": lambda pair: Money(Decimal(pair[0]), pair[1]),
    "tuple": lambda items: tuple(_unpack(item) for item in items),
    "place": lambda fields: Place(**fields),
    "passengers": lambda fields: Passengers(**fields),
    "airline": lambda fields: Airline(**fields),
}


def _unpack(value: Any) -> Any:
    return _OPEN[value["$"]](value["v"]) if isinstance(value, dict) else value


def pack(analysis: Analysis) -> bytes | None:
    """The analysis as bytes, None when a value of a foreign extractor cannot be packed."""
    try:
        entities = [
            [
                entity.type,
                entity.start,
                entity.end,
                _pack(entity.value),
                entity.confidence,
                entity.source,
                {key: _pack(value) for key, value in entity.metadata.items()},
            ]
            for entity in analysis.entities
        ]
    except TypeError:
        return None
    language, intent = analysis.language, analysis.intent
    head = [_VERSION, language.code, language.confidence, intent.name, intent.confidence]
    return msgspec.json.encode([*head, entities])


def unpack(data: bytes, text: str) -> Analysis | None:
    """The analysis of a text from bytes, None when they are not ours or of another version."""
    try:
        version, code, sure, name, certain, rows = msgspec.json.decode(data)
        if version != _VERSION:
            return None
        entities = tuple(
            Entity(
                type=kind,
                start=start,
                end=end,
                text=text[start:end],
                value=_unpack(value),
                confidence=confidence,
                source=source,
                metadata={key: _unpack(item) for key, item in metadata.items()},
            )
            for kind, start, end, value, confidence, source, metadata in rows
        )
    except (msgspec.DecodeError, ValueError, TypeError, KeyError, IndexError, ArithmeticError):
        return None
    return Analysis(
        text=text,
        language=Language(code=code, confidence=sure),
        intent=Intent(name=name, confidence=certain),
        entities=entities,
    )
