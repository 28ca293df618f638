"""Rule-based extractor: runs the matchers of all entity types and assigns their roles."""

from __future__ import annotations

import datetime as dt
import itertools
from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from asyncassist._places import place_key, place_table
from asyncassist._types import Place
from asyncassist.languages.registry import PACKS, union_over_packs
from asyncassist.nlp import role_words
from asyncassist.nlp._gil import yield_gil
from asyncassist.nlp.birthdays import find_birthdays
from asyncassist.nlp.context.offer_questions import QuestionSpans
from asyncassist.nlp.dates.parser import find_dates
from asyncassist.nlp.entities.airlines import covered_tokens, find_airlines, find_flight_numbers, is_denied_after
from asyncassist.nlp.entities.alliances import find_alliances
from asyncassist.nlp.entities.child_ages import find_ages
from asyncassist.nlp.entities.date_entities import build_date_entities, build_date_entity, token_bounds
from asyncassist.nlp.entities.hours import direct_hours_by_place, find_hours
from asyncassist.nlp.entities.legs import MIN_PLACES, find_legs, may_have_legs
from asyncassist.nlp.entities.passengers import find_passengers
from asyncassist.nlp.entities.place_roles import assign_place_roles
from asyncassist.nlp.entities.places import completes_place_name, find_mentions
from asyncassist.nlp.entities.preferences import find_budget, find_cabins, find_stops, find_trip_type
from asyncassist.nlp.intents.classifier import is_goodbye
from asyncassist.nlp.intents.patterns import BOOK
from asyncassist.nlp.models import Entity
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.overlaps import without_overlaps
from asyncassist.nlp.passenger_words import CHILD_NOUNS, PERSON_WORDS
from asyncassist.nlp.role_words import role_words_of
from asyncassist.nlp.tokens import normalize

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist._places import PlaceTable
    from asyncassist.nlp.dates.parser import DateSpan
    from asyncassist.nlp.entities.airlines import AirlineMention
    from asyncassist.nlp.entities.legs import LegMention
    from asyncassist.nlp.entities.places import PlaceMention
    from asyncassist.nlp.entities.preferences import SlotMatch
    from asyncassist.nlp.models import Reading
    from asyncassist.nlp.tokens import TokenizedText

SOURCE: Final = "rules"
KNOWN_WORDS: Final = frozenset(
    {normalize(word) for pack in PACKS.values() for word in pack.identification.words.split()}
    | role_words.ALL_WORDS
    | PERSON_WORDS
)
# In a longer text dates are matched in the text's own language only, to bound the time.
_MAX_MULTILINGUAL_TOKENS: Final = 250
# After the name of a date, which is then that of a city: "Natal to Lisbon".
_AFTER_DATE_NAME: Final = union_over_packs(lambda pack: pack.roles.after_date_name) | {">", "-"}
_OFFER_ARTICLES: Final = union_over_packs(lambda pack: pack.airlines.offer_articles)
_OFFER_NOUNS: Final = union_over_packs(lambda pack: pack.airlines.offer_nouns)
_CABIN_ALTERNATIVES: Final = union_over_packs(lambda pack: pack.preferences.cabin.alternatives)
_PLACE_SLOTS: Final = ("origin", "destination")
_DATE_SLOTS: Final = frozenset({"departure_date", "return_date", "date"})
# No trip has more dates; the limit bounds the time for a hostile text.
_MAX_DATES: Final = 12


class RuleExtractor:
    """Rule-based extractor for all languages; the default of an engine.

    Attributes:
        name: "rules".
        languages: Empty: all languages.
        version: Version of the rules, part of the cache key.
        kind: "cpu": it computes and never waits.
    """

    name = SOURCE
    languages: tuple[str, ...] = ()
    version = "4"
    kind: str = "cpu"

    def extract(self, reading: Reading, /) -> list[Entity]:
        """Return the entities of the text, in order, without overlaps."""
        return extract_entities(reading)


def extract_entities(reading: Reading) -> list[Entity]:
    """Return the entities of a text, in order, without overlaps."""
    text, language, asked = reading.text, reading.language, tuple(reading.asked)
    normalized = NormalizedText(text)
    if not asked and is_goodbye(normalized):
        return []  # "see you tomorrow" is not a departure date
    airlines = find_airlines(text, expected="airline" in asked)
    numbers = find_flight_numbers(text)
    yield_gil()
    dates = _find_dates(reading, normalized)
    birthdays = _build_birthday_entities(text, language, dates)
    ages = _age_spans(text, language, dates)
    dates = [
        span
        for span in dates
        if not any(_overlaps(span, birthday) for birthday in birthdays) and (span.start, span.end) not in ages
    ]
    date_tokens = _tokens_in_spans(
        text, [*((span.start, span.end) for span in dates), *((one.start, one.end) for one in birthdays)]
    )
    flight_number_tokens = _tokens_in_spans(text, [(start, end) for start, end, _ in numbers])
    # "Star Alliance" is no flight to Alliance.
    alliances = [(start, end) for _, start, end in find_alliances(text.raw)]
    airline_tokens = covered_tokens(airlines) | _tokens_in_spans(text, alliances)
    questions = QuestionSpans(text, reading.previous)
    all_places: list[PlaceMention] = []
    places = [
        mention
        for mention in _find_places(reading, date_tokens | flight_number_tokens | airline_tokens, all_places)
        if mention.first not in questions.ignored_place_tokens
    ]
    yield_gil()
    entities = [*birthdays, *(_build_place_entity(text, mention, place_table()) for mention in places)]
    ignored_offsets = [text.tokens[index].start for index in sorted(questions.ignored_place_tokens)]
    free_dates = _outside(dates, entities, ignored_offsets)
    legs = [] if ignored_offsets else _find_legs(reading, all_places, free_dates)
    if legs:
        places = [place for leg in legs for place in (leg.origin, leg.destination) if place is not None]
        entities = _build_leg_entities(text, legs)
    else:
        entities += build_date_entities(reading, free_dates, homeward=any(mention.homeward for mention in places))
    layovers = [mention for mention in all_places if mention.role == "via"]
    places = [*places, *layovers]
    entities += [_build_place_entity(text, mention, place_table()) for mention in layovers]
    entities += _build_airline_entities(text, airlines, language)
    entities += [
        Entity(type="flight_number", start=start, end=end, text=text.raw[start:end], value=value, source=SOURCE)
        for start, end, value in numbers
    ]
    place_tokens = {index for mention in places for index in range(mention.first, mention.last + 1)}
    claimed_tokens = date_tokens | flight_number_tokens | place_tokens
    yield_gil()
    hours = find_hours(normalized, language, claimed_tokens, _parts_of_day(text, free_dates))
    if any(entity.metadata["event"] for entity in hours):
        direct_hours_by_place(hours, text.raw, _names_of_ends(reading, entities))
    entities += hours
    claimed_tokens |= _tokens_in_spans(text, [(entity.start, entity.end) for entity in hours])
    entities += _extract_preferences(normalized, reading, claimed_tokens, questions.ignored_detail_tokens)
    entities.sort(key=lambda entity: (entity.start, entity.end))
    if any(following.start < entity.end for entity, following in itertools.pairwise(entities)):
        return list(without_overlaps(text.raw, entities))  # two matchers read the same words: "El Al mediodía"
    return entities


def _names_of_ends(reading: Reading, entities: Sequence[Entity]) -> dict[str, set[str]]:
    """Return the normalized names of the origin and the destination, of the text or else of the trip so far."""
    table, found = place_table(), dict[str, set[str]]()
    for slot in _PLACE_SLOTS:
        place = next((entity.value for entity in entities if entity.type == slot), reading.slots.get(slot))
        if isinstance(place, Place):
            names = (place.name, place.city, table.localized_name(place.city, place.country, reading.language))
            found[slot] = {normalize(name) for name in names if name}
    return found


def _find_dates(reading: Reading, normalized: NormalizedText) -> list[DateSpan]:
    """Return the dates of a text, without those that are names of cities or belong to a booking phrase."""
    text, asked = reading.text, reading.asked
    others = reading.languages if len(text.tokens) <= _MAX_MULTILINGUAL_TOKENS else ()
    departure = reading.slots.get("departure_date")
    dates = find_dates(
        text,
        language=reading.language,
        region=reading.region,
        today=reading.today,
        languages=others,
        expected=any(name in _DATE_SLOTS for name in asked),
        departure=departure if isinstance(departure, dt.date) else None,
    )[:_MAX_DATES]
    yield_gil()
    booking_tokens = set[int]() if asked or not dates else _booking_tokens(normalized)
    return [
        span
        for span in dates
        if not _is_place_name(text, span, reading.language)
        and not booking_tokens.issuperset(_tokens_in_spans(text, [(span.start, span.end)]))
    ]


def _age_spans(text: TokenizedText, language: str, dates: Sequence[DateSpan]) -> set[tuple[int, int]]:
    """Return the dates that are the end of a list of ages rather than a length of stay: "kids of 9 and 20 months"."""
    stays = [span for span in dates if span.relative_to_departure is not None]
    if not stays:
        return set()
    ages = [
        (text.tokens[age.first].start, text.tokens[age.last].end) for age in find_ages(text, language, CHILD_NOUNS, ())
    ]
    return {
        (span.start, span.end) for span in stays if any(span.start < end and start < span.end for start, end in ages)
    }


def _build_birthday_entities(text: TokenizedText, language: str, dates: Sequence[DateSpan]) -> list[Entity]:
    """Build the entities of birthdays; their dates are none of the trip."""
    found = []
    for start, end, age, date in find_birthdays(text.raw, language, dates):
        metadata: dict[str, Any] = {"age": age}
        if date is not None and date.range_end is not None:
            metadata["range_end"] = date.range_end
        found.append(
            Entity(
                type="birthday",
                start=start,
                end=end,
                text=text.raw[start:end],
                value=None if date is None else date.value,
                source=SOURCE,
                metadata=metadata,
            )
        )
    return found


def _booking_tokens(normalized: NormalizedText) -> set[int]:
    """Return the tokens of booking phrases: in "fico com a segunda" Portuguese "segunda" is not Monday."""
    return {
        token
        for match in BOOK.finditer(normalized.string)
        for token in range(normalized.token_at(match.start()), normalized.token_at(match.end() - 1) + 1)
    }


def _outside(dates: Sequence[DateSpan], entities: Sequence[Entity], ignored_offsets: Sequence[int]) -> list[DateSpan]:
    """Return the dates that share no character with other entities or with ignored tokens."""
    return [
        span
        for span in dates
        if not any(_overlaps(span, entity) for entity in entities)
        and not any(span.start <= start < span.end for start in ignored_offsets)
    ]


def _parts_of_day(text: TokenizedText, dates: Sequence[DateSpan]) -> dict[int, str]:
    """Return the parts of the day that dates name, by their tokens."""
    return {
        token: span.part_of_day
        for span in dates
        if span.part_of_day is not None
        for token in _tokens_in_spans(text, [(span.start, span.end)])
    }


def _tokens_in_spans(text: TokenizedText, spans: Sequence[tuple[int, int]]) -> set[int]:
    """Return the indices of the tokens inside spans of characters."""
    found: set[int] = set()
    for start, end in spans:
        first = bisect_right(text.tokens, start, key=lambda token: token.end)
        found.update(range(first, bisect_left(text.tokens, end, lo=first, key=lambda token: token.start)))
    return found


def _is_place_name(text: TokenizedText, span: DateSpan, language: str) -> bool:
    """Return whether a date span is the name of a city here: "from San José", "para Natal"."""
    inside = sorted(_tokens_in_spans(text, [(span.start, span.end)]))
    if completes_place_name(text, inside[0], inside[-1], place_table()):
        return True  # "Rio de Janeiro"
    if not place_table().find_by_name(place_key(text.raw[span.start : span.end])):
        return False
    lexicon = role_words_of(language)
    before = text.words[inside[0] - 1] if inside[0] else ""
    after = text.words[inside[-1] + 1] if inside[-1] + 1 < len(text.words) else ""
    return (
        before in lexicon.origin
        or before in lexicon.destination - lexicon.weak_destination
        or after in _AFTER_DATE_NAME
    )


def _overlaps(span: DateSpan, entity: Entity) -> bool:
    return span.start < entity.end and entity.start < span.end


def _find_legs(reading: Reading, places: Sequence[PlaceMention], dates: Sequence[DateSpan]) -> list[LegMention]:
    """Return the legs of a trip of several; empty for any other."""
    if len(places) < MIN_PLACES or not may_have_legs(reading.text, places, reading.language):
        return []
    bounds = [(span, *token_bounds(reading.text, span)) for span in dates]
    return find_legs(reading.text, places, bounds, reading.language, place_table())


def _build_leg_entities(text: TokenizedText, legs: Sequence[LegMention]) -> list[Entity]:
    """Build the entities of the legs of a trip, each with the index of its leg."""
    entities: list[Entity] = []
    for number, leg in enumerate(legs):
        facts = {"leg": number, "homeward": True} if leg.homeward else {"leg": number}
        found = [
            build_date_entity(text, leg.date, "departure_date") if leg.date is not None else None,
            *(
                _build_place_entity(text, replace(place, role=role), place_table()) if place is not None else None
                for role, place in (("origin", leg.origin), ("destination", leg.destination))
            ),
        ]
        present = [entity for entity in found if entity is not None]
        if not present:  # "and back home": said after the last place or date
            entities[-1] = replace(entities[-1], metadata={**entities[-1].metadata, "then_home": True})
        entities += [replace(entity, metadata={**entity.metadata, **facts}) for entity in present]
    return sorted(entities, key=lambda entity: entity.start)


def _find_places(reading: Reading, claimed_tokens: set[int], all_places: list[PlaceMention]) -> list[PlaceMention]:
    """Return the places of the trip with their roles; `all_places` receives every place of the text."""
    table = place_table()
    mentions = find_mentions(reading.text, table, reading.language, claimed_tokens)
    yield_gil()
    known_cities = {
        slot: _city_code(place, table) for slot in _PLACE_SLOTS if isinstance(place := reading.slots.get(slot), Place)
    }
    return assign_place_roles(
        reading.text,
        mentions,
        table,
        reading.language,
        asked=reading.asked,
        claimed_tokens=claimed_tokens,
        known_words=KNOWN_WORDS,
        known_cities=known_cities,
        all_places=all_places,
    )


def _city_code(place: Place, table: PlaceTable) -> str:
    """Return the code of a place's city."""
    index = table.find_by_code(place.code, place.kind)
    return place.code if index is None else table.place(table.city_index(index)).code


def _build_place_entity(text: TokenizedText, mention: PlaceMention, table: PlaceTable) -> Entity:
    """Build the entity of a place."""
    best, *others = mention.place_indices
    start, end = text.tokens[mention.first].start, text.tokens[mention.last].end
    metadata: dict[str, Any] = {"airports": table.airport_codes(best)}
    if others:
        metadata["alternatives"] = tuple(table.place(index) for index in others)
    if mention.either:
        metadata["either"] = True
    if mention.similarity < 1:
        metadata["misspelled"] = True
    if mention.town is not None:
        metadata["town"] = {
            "name": mention.town.name, "country": mention.town.country, "kilometres": mention.town.kilometres
        }  # fmt: skip
    return Entity(
        type=str(mention.role),
        start=start,
        end=end,
        text=text.raw[start:end],
        value=table.place(best),
        confidence=round((0.97 if mention.unambiguous else 0.85) * mention.similarity, 3),
        source=SOURCE,
        metadata=metadata,
    )


def _build_airline_entities(text: TokenizedText, airlines: list[AirlineMention], language: str) -> list[Entity]:
    """Build the entities of the airlines that the traveller wants; denied airlines are left out."""
    lexicon = role_words_of(language)
    found: dict[str, Entity] = {}
    for mention in airlines:
        before = text.words[max(0, mention.first - 3) : mention.first]
        if _refers_to_offer(text, mention):
            continue
        if any(word in lexicon.negations for word in before) or any(
            pair in role_words.NEGATION_PAIRS for pair in itertools.pairwise(before)
        ):
            continue
        if is_denied_after(text, mention.last, language):
            continue
        start, end = text.tokens[mention.first].start, text.tokens[mention.last].end
        entity = Entity(
            type="airline", start=start, end=end, text=text.raw[start:end], value=mention.airline, source=SOURCE
        )
        found.setdefault(mention.airline.code, entity)
    return list(found.values())


def _refers_to_offer(text: TokenizedText, mention: AirlineMention) -> bool:
    """Return whether an airline only identifies an offer: "the Air Canada flight sounds good"."""
    after = text.words[mention.last + 1 : mention.last + 4]
    article = mention.first > 0 and text.words[mention.first - 1] in _OFFER_ARTICLES
    return article and bool(after) and after[0] in _OFFER_NOUNS and len(after) > 1


def _extract_preferences(
    normalized: NormalizedText, reading: Reading, claimed_tokens: set[int], ignored_tokens: set[int]
) -> list[Entity]:
    """Extract cabin, stops, budget, trip type and passengers."""
    text, asked = reading.text, reading.asked
    entities, cabin_tokens = [], set[int]()
    cabins = [cabin for cabin in find_cabins(normalized) if cabin.first not in ignored_tokens]
    if cabins and not _accepts_any_cabin(text, cabins):
        entities.append(_build_entity(text, "cabin", cabins[-1]))
        cabin_tokens.update(range(cabins[-1].first, cabins[-1].last + 1))
    single = {
        "max_stops": find_stops(normalized),
        "trip_type": find_trip_type(normalized, reading.language),
        "budget": find_budget(normalized, claimed_tokens, asked, reading.language),
    }
    for kind, found in single.items():
        if found is not None:
            entities.append(_build_entity(text, kind, found))
            claimed_tokens |= set(range(found.first, found.last + 1))
    yield_gil()
    people = find_passengers(normalized, reading.language, claimed_tokens | ignored_tokens, asked)
    if people is not None:
        entities.append(_build_entity(text, "passengers", _trim_to_free_tokens(people, claimed_tokens | cabin_tokens)))
    return entities


def _accepts_any_cabin(text: TokenizedText, cabins: list[SlotMatch]) -> bool:
    """Return whether any of several cabins is acceptable: "business or economy"."""
    if len({cabin.value for cabin in cabins}) < 2:
        return False
    between = text.words[cabins[0].last + 1 : cabins[-1].first]
    return any(word in _CABIN_ALTERNATIVES for word in between)


def _trim_to_free_tokens(people: SlotMatch, claimed_tokens: Container[int]) -> SlotMatch:
    """Shrink the passengers to the first tokens without another entity: "2" of "2 economy tickets"."""
    free = [index for index in range(people.first, people.last + 1) if index not in claimed_tokens]
    if len(free) == people.last - people.first + 1 or not free:
        return people
    last = free[0]
    while last + 1 in free:
        last += 1
    return people._replace(first=free[0], last=last)


def _build_entity(text: TokenizedText, kind: str, found: SlotMatch) -> Entity:
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
