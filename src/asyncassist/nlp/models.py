"""What an analysis says, and what an extractor is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from asyncassist._types import JSONSerializable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Mapping, Sequence

    from asyncassist.nlp.tokens import TokenizedText


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(JSONSerializable):
    """The language of a text.

    Attributes:
        code: Two letters, one of the engine's languages.
        confidence: 0 to 1.
    """

    code: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent(JSONSerializable):
    """What the traveller wants.

    Attributes:
        name: One of the fourteen intents; "unknown" when it is none of the others.
        confidence: 0 to 1.
    """

    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(JSONSerializable):
    """Something the text says about the trip.

    Attributes:
        type: origin, destination, departure_date, return_date, date (without a role: only from extractors of yours; the
            rules always decide), passengers, cabin, airline,
            max_stops, budget, flight_number or trip_type; extractors of yours may have further ones.
        start: Offset of its first character in the text as given.
        end: Offset after its last character.
        text: As written: the text from `start` to `end`.
        value: A `datetime.date`; a `Place`; `Passengers`; `Money`; an `Airline`; an int (max_stops); a string (cabin:
            economy, premium_economy, business, first; trip_type: one_way, round_trip; flight_number: "TP1234").
        confidence: 0 to 1.
        source: Name of the extractor.
        metadata: More: of dates `grain`, `alternatives`, `range_end`, `part_of_day`, `cycle` ("week", "month" or
            "year", by which what was left open may move) and `after_departure` (days, months); of places
            `alternatives` and `airports`.
    """

    type: str
    start: int
    end: int
    text: str
    value: Any
    confidence: float = 1.0
    source: str = "rules"
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis(JSONSerializable):
    """What was said, in which language, about what.

    Attributes:
        text: As given.
        language: Its language.
        intent: What the traveller wants.
        entities: What it says about the trip, in order, without overlaps.
        errors: Extractor -> why it gave nothing, in words without the text; empty when all went well.
        cached: Whether it came from a cache.
        elapsed: Seconds.
    """

    text: str
    language: Language
    intent: Intent
    entities: tuple[Entity, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    cached: bool = False
    elapsed: float = 0.0

    @property
    def slots(self) -> dict[str, Any]:
        """Values by type; of several of one type the most confident."""
        best: dict[str, Entity] = {}
        for entity in self.entities:
            if entity.type not in best or entity.confidence > best[entity.type].confidence:
                best[entity.type] = entity
        return {kind: entity.value for kind, entity in best.items()}

    def first(self, kind: str) -> Entity | None:
        """The first entity of a type, None if there is none."""
        return next((entity for entity in self.entities if entity.type == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an extractor gets to read.

    Attributes:
        text: The text in tokens; `text.raw` is as given.
        language: Two letters.
        languages: All languages of the engine.
        today: The day where the traveller is.
        previous: What the assistant said last, None at the start.
        asked: Slots the assistant just asked for, in order, by the names of the entity types; empty if none.
        slots: What is known of the trip already, by the names of the entity types.
        region: Country of the traveller, two capital letters, None if unknown.
    """

    text: TokenizedText
    language: str
    today: dt.date
    languages: tuple[str, ...] = ()
    previous: str | None = None
    asked: tuple[str, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    region: str | None = None


@runtime_checkable
class Extractor(Protocol):
    """Finds entities in a text.

    Attributes:
        name: Unique in an engine; the `source` of its entities.
        languages: Languages it reads; empty means all.
        version: Part of the cache key: change it when the same text would be read otherwise.
        kind: "cpu": `extract` returns entities and never waits. "io": `extract` is a coroutine function; it runs
            beside the others, with a timeout.
    """

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """Languages it reads; empty means all."""
        ...

    @property
    def version(self) -> str:
        """Its version."""
        ...

    @property
    def kind(self) -> Literal["cpu", "io"]:
        """Whether it computes or waits."""
        ...

    def extract(self, reading: Reading, /) -> Sequence[Entity] | Awaitable[Sequence[Entity]]:
        """The entities of the text."""
        ...
