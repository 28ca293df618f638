"""Everything a text says about a trip, by rules: places, dates, people and wishes, each with its role."""

from __future__ import annotations

import datetime as dt
import itertools
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, Final

from asyncassist._places import place_key, place_table
from asyncassist._types import Place
from asyncassist.nlp import place_role_words as words
from asyncassist.nlp._gil import breathe
from asyncassist.nlp.context.offer_questions import Inquiries
from asyncassist.nlp.dates.parser import find_dates
from asyncassist.nlp.entities.airlines import covered, find_airlines, find_flight_numbers, is_denied_after
from asyncassist.nlp.entities.date_entities import date_entities
from asyncassist.nlp.entities.passengers import find_passengers
from asyncassist.nlp.entities.place_roles import assign
from asyncassist.nlp.entities.places import find_mentions, named_around
from asyncassist.nlp.entities.preferences import find_budget, find_cabins, find_stops, find_trip_type
from asyncassist.nlp.entities.role_lexicon import GRAMMARS
from asyncassist.nlp.intents.classifier import is_goodbye
from asyncassist.nlp.intents.patterns import BOOK
from asyncassist.nlp.language_words import WORDS
from asyncassist.nlp.models import Entity
from asyncassist.nlp.normalized import Flat
from asyncassist.nlp.passenger_words import PARTY_WORDS
from asyncassist.nlp.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist._places import PlaceTable
    from asyncassist.nlp.dates.parser import DateSpan
    from asyncassist.nlp.entities.airlines import Named
    from asyncassist.nlp.entities.places import Mention
    from asyncassist.nlp.entities.preferences import Found
    from asyncassist.nlp.models import Reading
    from asyncassist.nlp.tokens import Text

SOURCE: Final = "rules"
KNOWN_WORDS: Final = frozenset(
    {fold(word) for line in WORDS.values() for word in line.split()} | words.EVERY | PARTY_WORDS
)
# A longer text is read in its own language only.
_LONG: Final = 250
_ENDS: Final = ("origin", "destination")
_DATES: Final = frozenset({"departure_date", "return_date", "date"})
# Nobody's trip names more dates.
_MOST_DATES: Final = 12


class RuleExtractor:
    """Reads trips by the rules of this package. It is what an engine uses unless told otherwise."""

    name = SOURCE
    languages: tuple[str, ...] = ()
    version = "2"
    kind: Final = "cpu"

    def extract(self, reading: Reading, /) -> list[Entity]:
        """Everything the text says about the trip."""
        return read_trip(reading)


def read_trip(reading: Reading) -> list[Entity]:
    """The entities of a text, in order, without overlaps."""
    text, language, asked = reading.text, reading.language, tuple(reading.asked)
    flat = Flat(text)
    if not asked and is_goodbye(flat):
        return []  # "see you tomorrow" is no departure
    airlines = find_airlines(text, expected="airline" in asked)
    numbers = find_flight_numbers(text)
    breathe()
    others = reading.languages if len(text.tokens) <= _LONG else ()
    departure = reading.slots.get("departure_date")
    dates = find_dates(
        text,
        language=language,
        region=reading.region,
        today=reading.today,
        languages=others,
        expected=any(name in _DATES for name in asked),
        departure=departure if isinstance(departure, dt.date) else None,
    )[:_MOST_DATES]
    breathe()
    chosen = () if asked else tuple(match.span() for match in BOOK.finditer(flat.line))
    picked = {token for start, end in chosen for token in range(flat.token(start), flat.token(end - 1) + 1)}
    dates = [
        span
        for span in dates
        if not _is_place(text, span, language) and not picked.issuperset(_tokens_of(text, [(span.start, span.end)]))
    ]
    dated = _tokens_of(text, [(span.start, span.end) for span in dates])
    numbered = _tokens_of(text, [(start, end) for start, end, _ in numbers])
    flown = covered(airlines)
    inquiries = Inquiries(text, reading.previous)
    places = [
        mention for mention in _places(reading, dated | numbered | flown) if mention.first not in inquiries.places
    ]
    breathe()
    entities = [_place_entity(text, mention, place_table()) for mention in places]
    quiet = [text.tokens[index].start for index in sorted(inquiries.places)]
    kept = [
        span
        for span in dates
        if not any(_overlap(span, entity) for entity in entities)
        and not any(span.start <= start < span.end for start in quiet)
    ]
    entities += date_entities(reading, kept, homeward=any(mention.homeward for mention in places))
    entities += _airline_entities(text, airlines, language)
    entities += [
        Entity(type="flight_number", start=start, end=end, text=text.raw[start:end], value=value, source=SOURCE)
        for start, end, value in numbers
    ]
    placed = {index for mention in places for index in range(mention.first, mention.last + 1)}
    busy = dated | numbered | placed
    breathe()
    entities += _wishes(flat, reading, busy, inquiries.details)
    return sorted(entities, key=lambda entity: (entity.start, entity.end))


def _tokens_of(text: Text, spans: Sequence[tuple[int, int]]) -> set[int]:
    """The tokens inside spans of characters."""
    found: set[int] = set()
    for start, end in spans:
        first = bisect_right(text.tokens, start, key=lambda token: token.end)
        found.update(range(first, bisect_left(text.tokens, end, lo=first, key=lambda token: token.start)))
    return found


def _is_place(text: Text, span: DateSpan, language: str) -> bool:
    """Whether the name of a holiday is the name of a city here: "from San José", "para Natal"."""
    inside = sorted(_tokens_of(text, [(span.start, span.end)]))
    if named_around(text, inside[0], inside[-1], place_table()):
        return True  # "Rio de Janeiro"
    if not place_table().find_by_name(place_key(text.raw[span.start : span.end])):
        return False
    grammar = GRAMMARS.get(language, GRAMMARS["en"])
    before = text.words[inside[0] - 1] if inside[0] else ""
    after = text.words[inside[-1] + 1] if inside[-1] + 1 < len(text.words) else ""
    return (
        before in grammar.origin
        or (before in grammar.destination and before not in {"o", "a"})
        or after in {"to", ">", "-"}
    )


def _overlap(span: DateSpan, entity: Entity) -> bool:
    return span.start < entity.end and entity.start < span.end


def _places(reading: Reading, taken: set[int]) -> list[Mention]:
    """The places of the trip with their roles."""
    table = place_table()
    mentions = find_mentions(reading.text, table, reading.language, taken)
    breathe()
    held = {slot: _city_code(place, table) for slot in _ENDS if isinstance(place := reading.slots.get(slot), Place)}
    return assign(
        reading.text,
        mentions,
        table,
        reading.language,
        asked=reading.asked,
        taken=taken,
        known_words=KNOWN_WORDS,
        held=held,
    )


def _city_code(place: Place, table: PlaceTable) -> str:
    """The code of a place's city."""
    index = table.find_by_code(place.code, place.kind)
    return place.code if index is None else table.place(table.city_index(index)).code


def _place_entity(text: Text, mention: Mention, table: PlaceTable) -> Entity:
    """A place as an entity."""
    best, *others = mention.places
    start, end = text.tokens[mention.first].start, text.tokens[mention.last].end
    metadata: dict[str, Any] = {"airports": table.airport_codes(best)}
    if others:
        metadata["alternatives"] = tuple(table.place(index) for index in others)
    if mention.fuzzy < 1:
        metadata["misspelled"] = True
    return Entity(
        type=str(mention.role),
        start=start,
        end=end,
        text=text.raw[start:end],
        value=table.place(best),
        confidence=round((0.97 if mention.sure else 0.85) * mention.fuzzy, 3),
        source=SOURCE,
        metadata=metadata,
    )


def _airline_entities(text: Text, airlines: list[Named], language: str) -> list[Entity]:
    """Airlines the traveller wants; those said not to be wanted are left out."""
    grammar = GRAMMARS.get(language, GRAMMARS["en"])
    found: dict[str, Entity] = {}
    for named in airlines:
        before = text.words[max(0, named.first - 3) : named.first]
        if _praised(text, named):
            continue
        if any(word in grammar.nots for word in before) or any(
            pair in words.NOT_PAIRS for pair in itertools.pairwise(before)
        ):
            continue
        if is_denied_after(text, named.last, language):
            continue
        start, end = text.tokens[named.first].start, text.tokens[named.last].end
        entity = Entity(
            type="airline", start=start, end=end, text=text.raw[start:end], value=named.airline, source=SOURCE
        )
        found.setdefault(named.airline.code, entity)
    return list(found.values())


def _praised(text: Text, named: Named) -> bool:
    """Whether an offer is spoken of: "the Air Canada flight sounds good"."""
    after = text.words[named.last + 1 : named.last + 4]
    article = named.first > 0 and text.words[named.first - 1] in {"the", "that", "this"}
    return article and bool(after) and after[0] in {"flight", "one", "option"} and len(after) > 1


def _wishes(flat: Flat, reading: Reading, busy: set[int], quiet: set[int]) -> list[Entity]:
    """Cabin, stops, budget, trip type and passengers."""
    text, asked = reading.text, reading.asked
    entities = []
    cabins = [cabin for cabin in find_cabins(flat) if cabin.first not in quiet]
    if cabins and not _either(text, cabins):
        entities.append(_entity(text, "cabin", cabins[-1]))
    single = {
        "max_stops": find_stops(flat),
        "trip_type": find_trip_type(flat, reading.language),
        "budget": find_budget(flat, busy, asked, reading.language),
    }
    for kind, found in single.items():
        if found is not None:
            entities.append(_entity(text, kind, found))
            busy |= set(range(found.first, found.last + 1))
    breathe()
    people = find_passengers(flat, reading.language, busy | quiet, asked)
    if people is not None:
        entities.append(_entity(text, "passengers", _beside(text, people, entities)))
    return entities


def _either(text: Text, cabins: list[Found]) -> bool:
    """Whether any cabin will do: "business or economy"."""
    if len({cabin.value for cabin in cabins}) < 2:
        return False
    between = text.words[cabins[0].last + 1 : cabins[-1].first]
    return any(word in {"or", "ou", "o", "oder", "of", "and", "e", "y", "et", "und"} for word in between)


def _beside(text: Text, people: Found, entities: Sequence[Entity]) -> Found:
    """The people in words of their own: "2" of "2 economy tickets", where the cabin has the rest."""
    free = [
        index
        for index in range(people.first, people.last + 1)
        if not any(
            entity.start < text.tokens[index].end and text.tokens[index].start < entity.end for entity in entities
        )
    ]
    if len(free) == people.last - people.first + 1 or not free:
        return people
    last = free[0]
    while last + 1 in free:
        last += 1
    return people._replace(first=free[0], last=last)


def _entity(text: Text, kind: str, found: Found) -> Entity:
    start, end = text.tokens[found.first].start, text.tokens[found.last].end
    return Entity(
        type=kind,
        start=start,
        end=end,
        text=text.raw[start:end],
        value=found.value,
        confidence=0.7 if found.guessed else 0.95,
        source=SOURCE,
        metadata={"currency_guessed": True} if found.guessed else {},
    )
