"""Facts of a message: entities and cues, as input for dialogue state tracking and policy."""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._types import Leg, Money, Passengers, Place
from asyncassist.languages.registry import PACKS, join_patterns
from asyncassist.nlp.command_types import (
    CHAT_TOPICS,
    TOPIC_INTENTS,
    AskAboutOffers,
    AskTopic,
    ChooseOffer,
    Command,
    Inform,
    Say,
    StartOver,
)
from asyncassist.nlp.commands.limits import Limit, find_limit, is_per_person
from asyncassist.nlp.entities.airlines import airline_by_code, find_airlines, is_denied_after
from asyncassist.nlp.entities.alliances import find_alliances
from asyncassist.nlp.entities.passengers import find_passengers
from asyncassist.nlp.entities.preferences import find_budget
from asyncassist.nlp.followup.airport_codes import find_code_pair
from asyncassist.nlp.followup.cues import (
    Cues,
    find_cue_spans,
    find_cues,
    fold_chars,
    is_contrast,
    is_enumerated,
    is_excluded,
    passenger_count_span,
)
from asyncassist.nlp.followup.language_switch import blank_span
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from asyncassist.nlp.models import Analysis, Entity

# IATA codes of airlines, in capitals only: "is" and "do" are words.
_AIRLINE_CODE = re.compile(r"\b(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])\b")
_SHORT_MESSAGE = 6  # words; longer messages say "only" of other things than the airline
_ONLY_WORDS = re.compile(rf"(?<!\w){join_patterns(lambda pack: pack.followup.only)}(?!\w)")
_BARE_AIRLINE_CODE = re.compile(
    rf"\W*(?:{join_patterns(lambda pack: pack.followup.only_before_code)} )?\w\w"
    rf"(?: {join_patterns(lambda pack: pack.followup.only_after_code)})?\W*"
)
_PLACE_TYPES = ("origin", "destination")
_PAIR = 2
_MIN_BARE_BUDGET = 30  # a smaller number is rather a day or a count
_MAX_BEFORE_PLACE = 60  # characters before a place that say whether a stop is made there
_MAX_PASSENGERS = 20
_DATE_TYPES = ("departure_date", "return_date", "date")
_SURE = 0.9  # probability above which a sentence is beside the trip whatever cues it holds
_TRIP_CUES = frozenset(
    {
        "any_airline", "any_price", "any_stops", "any_time", "best_first", "cheaper", "companions", "day_after",
        "day_before",
        "direct", "dropouts", "earlier", "faster", "later", "more", "one_way", "relist", "round_trip", "start_over",
        "week_after", "week_before",
    }
)  # fmt: skip
_REFINEMENTS = (
    "any_bag", "any_refund", "best_first", "cheaper", "earlier", "faster", "later", "more", "refundable", "with_bag",
)  # fmt: skip
# Questions about offers in which "cheaper" and "direct" ask for no other list.
_COMPARING = frozenset({"compare", "details", "duration", "price", "recommend", "stops", "superlative", "why"})
ASIDE = (AskAboutOffers, AskTopic)
"""Commands whose sentences say nothing of the trip."""
# What a traveller who sees no offers yet asks of a trip, rather than of an offer.
_TRIP_ATTRIBUTES = frozenset({"airline", "compare", "currency", "details", "duration", "price", "recommend", "stops",
                     "superlative", "times", "why"})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEntity:
    """An entity as state tracking needs it: with a flag for rejected ones, without confidence and source.

    Attributes:
        type: Entity type of the NLP engine ("origin", "airline", ...).
        value: Typed value, as in `asyncassist.nlp.Entity`.
        start: Offset of its first character in the message.
        end: Offset after its last character.
        text: The traveller's own words.
        metadata: Further information from the extractor.
        excluded: Whether the traveller rejects it ("without Ryanair").
    """

    type: str
    value: Any
    start: int = 0
    end: int = 0
    text: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """Everything that state tracking and policy read from a message.

    Attributes:
        text: The message, up to a prompt injection if it has one.
        language: Two-letter code of the message's language, in which the assistant replies.
        region: Region by whose words, dates and clock the assistant replies, None if unknown.
        intent: Name of the intent, as the NLP engine names it.
        today: Today's date where the traveller is.
        entities: Entities in the order of their offsets.
        cues: Requests and references of a follow-up message.
        money: Amount with a currency that the message does not call a limit; None if there is none.
        limit: Maximum price without a currency, None if the message states none.
        per_person: Whether a price of the message is for each traveller.
        language_requested: Whether the message asks to continue in this language.
        alternatives: Pairs of places of which either will do: "Dublin or Shannon"; `entities` hold the first of each.
        legs: Legs of a trip of several that the message names; `entities` hold none of their places and dates. A place
            is None where it follows from the other legs.
        commands: What the sentences of the message do; those about other matters than the trip are blanked in `text`.
        only_aside: Whether nothing but such sentences, and courtesies, make up the message.
    """

    text: str
    language: str
    intent: str
    today: dt.date
    region: str | None = None
    entities: tuple[FoundEntity, ...] = ()
    cues: Cues = field(default_factory=Cues)
    money: Money | None = None
    limit: Limit | None = None
    per_person: bool = False
    language_requested: bool = False
    alternatives: tuple[tuple[Place, Place], ...] = ()
    legs: tuple[Leg, ...] = ()
    commands: tuple[Command, ...] = ()
    only_aside: bool = False

    @property
    def word_count(self) -> int:
        """Number of words of the message, separated by white space."""
        return len(self.text.split())

    def of_type(self, *types: str) -> tuple[FoundEntity, ...]:
        """Return the entities of these types, in order."""
        return tuple(item for item in self.entities if item.type in types)


def extract_facts(
    analysis: Analysis,
    *,
    today: dt.date,
    language_requested: bool = False,
    offers_shown: bool = False,
    question_open: bool = False,
    budget: Money | None = None,
    has_legs: bool = False,
) -> MessageFacts:
    """Extract the facts of an analysed message.

    A prompt injection ends the message: everything from its first word on is ignored. Sentences that are not about the
    trip are blanked, so that their dates, places and numbers are none of it.

    Args:
        analysis: Analysis of the message by the NLP engine.
        today: Today's date where the traveller is.
        language_requested: Whether the message asks to continue in its language.
        offers_shown: Whether offers are on display: else a question about one is a wish for the trip.
        question_open: Whether the assistant waits for an answer: what may be small talk is taken for one.
        budget: Budget of the trip so far, None without one: a bare amount in a short message is another one.
        has_legs: Whether the trip has several legs: "the one in the middle" is then one of these.
    """
    language = analysis.language.code
    entities = analysis.entities
    dates = tuple((item.start, item.end) for item in entities if item.type in _DATE_TYPES)
    cues = find_cues(analysis.text, language=language, dates=dates)
    text, intent = analysis.text, analysis.intent.name
    commands = tuple(
        Inform(start=one.start, end=one.end, confidence=one.confidence)
        if any(item.type == "birthday" and one.start <= item.start < one.end for item in entities)
        or _is_about_trip(one, analysis, offers_shown=offers_shown, question_open=question_open)
        or (has_legs and _names_leg(one, analysis))
        else one
        for one in analysis.commands
    )
    if cues.injection_at is not None:
        text = text[: cues.injection_at]
        entities = tuple(item for item in entities if item.end <= cues.injection_at)
        injection_at = cues.injection_at
        cues = find_cues(text, language=language, dates=dates)
        cues = dataclasses.replace(cues, injection_at=injection_at)
        intent = "search_flight" if entities else "unknown"
        commands = ()
    aside = [(one.start, one.end) for one in commands if isinstance(one, ASIDE)]
    only_aside = bool(aside) and all(isinstance(one, (*ASIDE, Say)) for one in commands)
    thanked = "thanks" in cues and intent == "unknown"
    if only_aside:
        return MessageFacts(
            text=functools.reduce(blank_span, aside, text),
            language=language,
            intent=_aside_intent(commands, "thanks" if thanked else intent),
            today=today,
            region=analysis.region,
            language_requested=language_requested,
            commands=commands,
            only_aside=True,
        )
    if aside:
        text = functools.reduce(blank_span, aside, text)
        entities = tuple(item for item in entities if not any(a < item.end and item.start < b for a, b in aside))
        spans = tuple((item.start, item.end) for item in entities if item.type in _DATE_TYPES)
        cues = dataclasses.replace(find_cues(text, language=language, dates=spans), injection_at=cues.injection_at)
    intent = _courtesy_intent(commands, intent, has_entities=bool(entities))
    legs, entities = _split_legs(entities)
    found = [
        FoundEntity(
            type=item.type,
            value=item.value,
            start=item.start,
            end=item.end,
            text=item.text,
            metadata=item.metadata,
        )
        for item in entities
    ]
    # The engine does not read codes in lower case, which are mostly words; at the start of a message a pair is clear.
    if not legs and not any(item.type in _PLACE_TYPES for item in found):
        for kind, (place, (start, end)) in zip(_PLACE_TYPES, find_code_pair(text), strict=False):
            found.append(FoundEntity(type=kind, value=place, start=start, end=end, text=text[start:end]))
    tokenized = TokenizedText.from_text(text)
    found = [_apply_restatement(item, text, language) if item.type == "passengers" else item for item in found]
    if not any(item.type == "passengers" for item in found):
        found += _find_passenger_count(tokenized, language)
    found = [_as_layover(item, text, language) for item in found]
    found, alternatives = _without_alternatives(found)
    alliances = list(find_alliances(text))
    found = [
        item
        for item in found
        if item.type != "airline" or not any(start < item.end and item.start < end for _, start, end in alliances)
    ]
    for name, start, end in alliances:
        found.append(FoundEntity(type="alliance", value=name, start=start, end=end, text=text[start:end]))
    airlines = [] if alliances else _find_airlines(tokenized, language)
    taken = {item.value.code for item in airlines}
    found = [item for item in found if item.type != "airline" or item.value.code not in taken] + airlines
    found.sort(key=lambda item: item.start)
    return MessageFacts(
        text=text,
        language=language,
        region=analysis.region,
        intent=intent,
        entities=tuple(found),
        cues=cues,
        today=today,
        money=_find_money(tokenized, found, language, budget),
        limit=find_limit(text, language, entities, has_budget=budget is not None),
        per_person=is_per_person(text, language),
        language_requested=language_requested,
        alternatives=alternatives,
        legs=legs,
        commands=commands,
    )


@functools.cache
def _relative_date(language: str) -> re.Pattern[str]:
    """Return the pattern of dates relative to the trip: "the following weekend", "one more night"."""
    words = PACKS[language].tracking
    parts = (words.same_days, words.weekend_after, words.weekend_before, words.longer, words.shorter)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


def _split_legs(entities: tuple[Entity, ...]) -> tuple[tuple[Leg, ...], tuple[Entity, ...]]:
    """Return the legs that entities name, and the entities that are of none."""
    legs: dict[int, dict[str, Any]] = {}
    for item in entities:
        number = item.metadata.get("leg")
        if isinstance(number, int):
            legs.setdefault(number, {})[item.type] = item.value
            if item.metadata.get("then_home"):
                legs.setdefault(number + 1, {})
    rest = tuple(item for item in entities if not isinstance(item.metadata.get("leg"), int))
    return tuple(Leg(**legs[number]) for number in sorted(legs)), rest


@functools.cache
def _leg_pattern(language: str) -> re.Pattern[str]:
    """Return the pattern of the words that name a leg of a trip."""
    words = PACKS[language].legs
    return re.compile(rf"(?<!\w)(?:{words.noun}|{words.middle}|{words.outbound}|{words.whole})(?!\w)")


def _names_leg(command: Command, analysis: Analysis) -> bool:
    """Return True if a sentence that is taken for a question about offers names a leg of the trip."""
    asks = isinstance(command, AskAboutOffers | ChooseOffer | StartOver) and command.confidence < _SURE
    text = fold_chars(analysis.text[command.start : command.end])
    return asks and _leg_pattern(analysis.language.code).search(text) is not None


def _is_about_trip(command: Command, analysis: Analysis, *, offers_shown: bool, question_open: bool) -> bool:
    """Return True if a command is a statement of the trip after all.

    That is a question about offers while none are shown ("do you have direct flights?"), and a sentence beside the trip
    that is not sure and asks something of it ("whatever the airline").
    """
    if isinstance(command, (*ASIDE, ChooseOffer)) and _is_only_refinement(analysis, command):
        return True
    if isinstance(command, ChooseOffer):
        return not offers_shown
    if isinstance(command, AskAboutOffers) and not offers_shown and command.attribute in _TRIP_ATTRIBUTES:
        return True
    unsure = isinstance(command, ASIDE) and command.confidence < _SURE
    language = analysis.language.code
    if unsure and _relative_date(language).search(fold_chars(analysis.text[command.start : command.end])):
        return True
    if not unsure or (isinstance(command, AskAboutOffers) and command.attribute in _COMPARING):
        return False
    if question_open and isinstance(command, AskTopic) and command.topic in CHAT_TOPICS:
        return True
    spans = find_cue_spans(fold_chars(analysis.text[command.start : command.end]), language=language)
    return not _TRIP_CUES.isdisjoint(spans)


def _is_only_refinement(analysis: Analysis, command: Command) -> bool:
    """Return True if a sentence is nothing but a wish for another list: "faster", which is no article and no verb."""
    folded = fold_chars(analysis.text[command.start : command.end]).strip(" .!")
    spans = find_cues(folded, language=analysis.language.code).spans
    return any(spans.get(name) == (0, len(folded)) for name in _REFINEMENTS)


def _aside_intent(commands: tuple[Command, ...], intent: str) -> str:
    """Return the intent of a message that is not about the trip."""
    for command in commands:
        if isinstance(command, AskTopic) and command.topic in TOPIC_INTENTS:
            return command.topic
        if isinstance(command, AskAboutOffers) and command.attribute == "bags":
            return "baggage"
    courtesies = [command.intent for command in commands if isinstance(command, Say)]
    if courtesies:
        return courtesies[0]
    return "unknown" if intent in {"search_flight", "book_flight"} else intent


def _courtesy_intent(commands: tuple[Command, ...], intent: str, *, has_entities: bool) -> str:
    """Return the intent of a message of courtesies alone, where the classifier found none.

    So it is if the message ends with a request for help and names nothing of a trip.
    """
    courtesies = [command.intent for command in commands if isinstance(command, Say)]
    helpless = not has_entities and bool(commands) and isinstance(commands[-1], Say) and courtesies[-1] == "help"
    only = bool(courtesies) and (len(courtesies) == len(commands) or helpless)
    return courtesies[-1] if only and intent in {"unknown", "search_flight"} else intent


def _without_alternatives(found: list[FoundEntity]) -> tuple[list[FoundEntity], tuple[tuple[Place, Place], ...]]:
    """Return the entities without the second of two places of which either will do, and these pairs.

    After a place where a stop is made, or refused, the second is another one.
    """
    single: list[FoundEntity] = []
    pairs = []
    before: FoundEntity | None = None
    for item in found:
        if before is not None and item.metadata.get("either") and before.type == "via":
            single.append(dataclasses.replace(item, type="via", excluded=before.excluded))
        elif before is not None and item.metadata.get("either"):
            pairs.append((before.value, item.value))
        else:
            single.append(item)
            before = item if item.type in {*_PLACE_TYPES, "via"} else before
    return single, tuple(pairs)


@functools.cache
def _layover_patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of the words before a city of a stop, and of those before them that refuse it."""
    words, article = PACKS[language].offers, PACKS[language].patterns.article
    return (
        re.compile(rf"(?<!\w)(?:{words.stop_in})\s+(?:(?:{article})\s+)?$"),
        re.compile(rf"(?<!\w)(?:{words.stop_negation})(?!\w)(?:\W+\w+){{0,3}}\W*$"),
    )


def _as_layover(item: FoundEntity, text: str, language: str) -> FoundEntity:
    """Return a place as one of a stop if the words before it say so: "via Madrid", "no stop in Doha"."""
    if item.type not in {*_PLACE_TYPES, "via"}:
        return item
    before = fold_chars(text[max(0, item.start - _MAX_BEFORE_PLACE) : item.start])
    stop_in, negation = _layover_patterns(language)
    if item.type == "via":
        return dataclasses.replace(item, excluded=negation.search(before) is not None)
    match = stop_in.search(before)
    if match is None:
        return item
    return dataclasses.replace(item, type="via", excluded=negation.search(before[: match.start()]) is not None)


# "Two children, so two adults and two children": the count after such a word is the complete one.
_RESTATEMENT = re.compile(rf"(?<!\w){join_patterns(lambda pack: pack.followup.restatement)}(?!\w)")


def _apply_restatement(item: FoundEntity, text: str, language: str) -> FoundEntity:
    """Return the passenger entity with the count of its last restatement; unchanged if it has none."""
    matches = list(_RESTATEMENT.finditer(fold_chars(text), item.start, item.end))
    if not matches:
        return item
    restated = find_passengers(NormalizedText(TokenizedText.from_text(text[matches[-1].end() :])), language)
    return item if restated is None else dataclasses.replace(item, value=restated.value)


def _find_passenger_count(tokenized: TokenizedText, language: str) -> list[FoundEntity]:
    """Return the passengers given by a number without a noun ("on sera trois", "siamo in cinque"), else nothing."""
    match = passenger_count_span(tokenized.raw, language=language)
    if match is None:
        return []
    index = next((index for index, token in enumerate(tokenized.tokens) if token.start == match[0]), None)
    number = None if index is None else parse_number(tokenized.tokens, index, language)
    if number is None or not 0 < number[0] <= _MAX_PASSENGERS:
        return []
    words = tokenized.raw[slice(*match)]
    return [
        FoundEntity(type="passengers", value=Passengers(adults=number[0]), start=match[0], end=match[1], text=words)
    ]


_AMOUNT = re.compile(r"\d\s?(?:€|\$|£|[a-z]{3})|[€$£]\s?\d", re.IGNORECASE)


def _find_money(text: TokenizedText, found: list[FoundEntity], language: str, budget: Money | None) -> Money | None:
    """Return an amount of money that is given with its currency, or as another budget; None if there is none."""
    has_currency = _AMOUNT.search(text.raw) is not None
    another_budget = budget is not None and len(text.raw.split()) <= _SHORT_MESSAGE + 2
    if not has_currency and not another_budget:
        return None
    taken = {
        at
        for at, token in enumerate(text.tokens)
        if any(item.start < token.end and token.start < item.end for item in found)
    }
    money = find_budget(NormalizedText(text), taken, ("budget",), language)
    if money is None or not money.guessed:
        return None if money is None else money.value
    words = text.raw[text.tokens[money.first].start : text.tokens[money.last].end]
    in_digits = any(char.isdigit() for char in words)  # "mille grazie" is no amount
    if budget is None or has_currency or not in_digits or money.value.amount < _MIN_BARE_BUDGET:
        return None
    return Money(money.value.amount, budget.currency)


def _find_airlines(tokenized: TokenizedText, language: str) -> list[FoundEntity]:
    """Return the airlines of a message if it excludes one of them, or a short message asks for only one.

    The NLP engine omits excluded airlines, because they fill no slot; here they are needed. Next to an excluded airline
    and in a short request, a name that is also a common word ("Swiss") counts as an airline. Otherwise the result is
    empty and the engine's own airline entities apply.
    """
    text, found = tokenized.raw, list[FoundEntity]()
    named = find_airlines(tokenized, expected=True)
    for mention in named:
        start, end = tokenized.tokens[mention.first].start, tokenized.tokens[mention.last].end
        # After an excluded airline, a list continues the exclusion ("no Ryanair or easyJet"), a contrast ends it.
        denied = is_excluded(text, start, language=language) or is_denied_after(tokenized, mention.last, language)
        if not denied and found and found[-1].excluded:
            before = found[-1]
            pair = len(named) == _PAIR and is_contrast(text, before.start, before.end, start)
            denied = is_enumerated(text, before.end, start) and not pair
        words = text[start:end]
        found.append(
            FoundEntity(type="airline", value=mention.airline, start=start, end=end, text=words, excluded=denied)
        )
    for match in _AIRLINE_CODE.finditer(text):
        airline = airline_by_code(match[0])
        if airline is not None and not found and _BARE_AIRLINE_CODE.fullmatch(text):
            found.append(
                FoundEntity(type="airline", value=airline, start=match.start(), end=match.end(), text=match[0])
            )
        elif airline is not None and is_excluded(text, match.start(), language=language):
            start, end = match.span()
            found.append(FoundEntity(type="airline", value=airline, start=start, end=end, text=match[0], excluded=True))
    if any(item.excluded for item in found):
        return found
    return found if found and len(text.split()) <= _SHORT_MESSAGE and _ONLY_WORDS.search(fold_chars(text)) else []
