"""Values of an analysis and the protocol of extractors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from asyncassist._types import JSONSerializable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Mapping, Sequence

    from asyncassist.nlp.command_types import Command
    from asyncassist.nlp.tokens import TokenizedText


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(JSONSerializable):
    """Language of a text.

    Attributes:
        code: Two letters, one of the engine's languages.
        confidence: 0 to 1; 0 if the text is no evidence of its language (random letters, names and numbers).
    """

    code: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent(JSONSerializable):
    """Purpose of a message.

    Attributes:
        name: search_flight, book_flight (to take an offer), flight_status, change_booking, cancel_booking, baggage,
            check_in, seats, special_assistance, greeting, thanks, goodbye, affirm, deny or help; "unknown" if none of
            these applies.
        confidence: 0 to 1.
    """

    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(JSONSerializable):
    """Piece of a text that states a slot of the trip.

    Attributes:
        type: origin, destination, via (a stop on the way), departure_date, return_date, date (without a role: only from
            custom extractors; the rules always assign one), time, birthday (of a child who comes to a fare age),
            passengers, cabin, airline, max_stops, budget, flight_number or trip_type; custom extractors may add further
            types.
        start: Offset of the first character in the original text.
        end: Offset after the last character.
        text: Original spelling: the text from `start` to `end`.
        value: Normalized value: a `datetime.date` (of a birthday None where the text does not say when); a
            `TimeWindow`; a `Place`; `Passengers`; `Money`; an `Airline`; an int (max_stops); a string (cabin: economy,
            premium_economy, business, first; trip_type: one_way, round_trip; flight_number: "TP1234").
        confidence: 0 to 1.
        source: Name of the extractor.
        metadata: Further facts. Of dates: `grain`, `alternatives`, `range_end`, `part_of_day`, `cycle` ("week", "month"
            or "year": the period by which an underspecified date may move) and `after_departure` (days, months). Of
            times: `direction` ("outbound", "return", None) and `event` ("departure", "arrival", None): of which flight
            they are and whether it leaves or arrives then, None where the text does not say; `every` where no flight
            of the trip may be otherwise ("nothing before 9"). Of places:
            `alternatives`, `airports`, `misspelled` (True for a name matched despite its spelling) and `town`
            where the value is only the nearest city with an airport: `name` and `country` of the town in the text,
            `kilometres` to that airport. Of places and dates in a trip of several legs: `leg`, the index of theirs from
            0, `homeward` if it leads back to where the trip began, and `then_home` if a last leg home follows of which
            nothing else is said. Of places: `either` if the one of this role before it will do too ("Lisbon or Porto").
            Of birthdays: `age` in years that the child comes to, and `range_end`.
            Of budgets: `currency_guessed` (True if the text names no currency).
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
    """Result of analysing one text: language, intent and entities.

    Attributes:
        text: Original text.
        language: Language of the text.
        intent: Purpose of the message.
        entities: Entities in order, without overlaps.
        commands: What the text does to the conversation, one command for each sentence.
        region: Region of the traveller, by which dates were read and replies may be worded: that of the context, else
            the one whose words the text uses ("fortnight": "GB"); a country, two capital letters, or "419" for Latin
            America. None if unknown.
        errors: Extractor name -> reason for its failure ("timeout" or the name of the error's class; never the text);
            empty if every extractor succeeded.
        cached: Whether the analysis came from a cache.
        elapsed: Seconds the call took.
    """

    text: str
    language: Language
    intent: Intent
    entities: tuple[Entity, ...] = ()
    commands: tuple[Command, ...] = ()
    region: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    cached: bool = False
    elapsed: float = 0.0

    @property
    def slots(self) -> dict[str, Any]:
        """Return entity values by type; of several entities of one type, the value with the highest confidence.

        Of a trip of several legs they are those of the first, of "Lisbon or Porto" that of the first place.
        """
        best: dict[str, Entity] = {}
        for entity in self.entities:
            if entity.metadata.get("leg") or entity.metadata.get("either"):
                continue
            if entity.type not in best or entity.confidence > best[entity.type].confidence:
                best[entity.type] = entity
        return {kind: entity.value for kind, entity in best.items()}

    def first(self, kind: str) -> Entity | None:
        """Return the first entity of a type, None if there is none."""
        return next((entity for entity in self.entities if entity.type == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Input of an extractor: the text and its dialogue context.

    Attributes:
        text: Tokenized text; `text.raw` is the original.
        language: Two letters.
        today: Current date in the traveller's time zone.
        languages: All languages of the engine.
        previous: Last message of the assistant, None at the start of a conversation.
        asked: Slots that the assistant just asked for, in order, named like the entity types; empty if none.
        slots: Slots of the trip that are already known, named like the entity types.
        region: Country of the traveller, two capital letters, or "419" for Latin America; None if unknown.
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
    """Component that finds entities in a text.

    Attributes:
        name: Unique in an engine; the `source` of its entities.
        languages: Supported languages; empty means all.
        version: Part of the cache key: change it when the same text would give other entities.
        kind: "cpu": `extract` returns entities without waiting. "io": `extract` is a coroutine function; it runs
            concurrently with the other "io" extractors, with a timeout of 5 seconds.
    """

    @property
    def name(self) -> str:
        """Return the name of the extractor."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """Return the supported languages; empty means all."""
        ...

    @property
    def version(self) -> str:
        """Return the version of the extractor."""
        ...

    @property
    def kind(self) -> str:
        """Return "cpu" for an extractor that computes, "io" for one that waits."""
        ...

    def extract(self, reading: Reading, /) -> Sequence[Entity] | Awaitable[Sequence[Entity]]:
        """Return the entities of the text, or an awaitable of them if `kind` is "io"."""
        ...
