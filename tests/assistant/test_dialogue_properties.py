"""Laws of the dialogue: whatever is said, in whatever order."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncassist import TravelAssistant
from asyncassist._types import Airline, Passengers
from asyncassist.assistant.actions import AskSlot, SearchOffers
from asyncassist.assistant.policy import decide
from asyncassist.assistant.rendering import renderer_for
from asyncassist.assistant.state import REQUIRED_SLOTS, DialogueState
from asyncassist.errors import InvalidInputError
from asyncassist.languages.dialogue import LANGUAGES
from asyncassist.nlp.followup.cues import find_cues, fold_chars
from asyncassist.nlp.followup.message_facts import FoundEntity, MessageFacts
from asyncassist.testing import FakeClock
from tests.assistant.builders import BERLIN, LISBON, ROME, RYANAIR, SAN_JOSE_CR, SAN_JOSE_US, TAP, THREE, TODAY
from tests.assistant.dialogue_scripts import NOW

INTENTS = [
    "search_flight",
    "flight_status",
    "book_flight",
    "change_booking",
    "cancel_booking",
    "baggage",
    "check_in",
    "greeting",
    "thanks",
    "goodbye",
    "help",
    "affirm",
    "deny",
    "unknown",
]
MESSAGES = {
    "en": ["cheaper", "the second one", "both ways", "start over", "the day after", "without Ryanair", "hello there"],
    "pt": ["mais barato", "o segundo", "ida e volta", "começar de novo", "no dia seguinte", "sem Ryanair", "olá"],
    "es": ["más barato", "el segundo", "ida y vuelta", "empezar de nuevo", "al día siguiente", "sin Ryanair", "hola"],
    "fr": ["moins cher", "le deuxième", "aller-retour", "on recommence", "le lendemain", "sans Ryanair", "bonjour"],
    "de": ["günstiger", "den zweiten", "hin und zurück", "von vorn", "am Tag danach", "ohne Ryanair", "hallo"],
    "it": ["più economico", "il secondo", "andata e ritorno", "da capo", "il giorno dopo", "senza Ryanair", "ciao"],
}

days = st.dates(TODAY - dt.timedelta(days=400), TODAY + dt.timedelta(days=800))
places = st.sampled_from([LISBON, BERLIN, ROME, SAN_JOSE_CR])
passengers = st.builds(Passengers, adults=st.integers(0, 10), children=st.integers(0, 5), infants=st.integers(0, 5))
VALUES = {
    "origin": places,
    "destination": places,
    "departure_date": days,
    "return_date": days,
    "date": days,
    "passengers": passengers,
    "cabin": st.sampled_from(["economy", "business"]),
    "airline": st.sampled_from([TAP, RYANAIR, Airline(code="LH", name="Lufthansa")]),
    "max_stops": st.integers(0, 2),
    "trip_type": st.sampled_from(["one_way", "round_trip"]),
    "flight_number": st.sampled_from(["TP101", "XX1"]),
}


@st.composite
def things(draw: st.DrawFn) -> FoundEntity:
    kind = draw(st.sampled_from(sorted(VALUES)))
    metadata = {}
    if "date" in kind:
        metadata = {"grain": draw(st.sampled_from(["day", "week", "weekend", "month", "year"]))}
    if kind in {"origin", "destination"}:
        metadata = {"alternatives": [SAN_JOSE_US]}
    text = draw(st.sampled_from(["San Jose", "the 12th", "x", "Ryanair"]))
    start = draw(st.integers(0, 5))
    excluded = kind == "airline" and draw(st.booleans())
    return FoundEntity(
        type=kind,
        value=draw(VALUES[kind]),
        start=start,
        end=start + 4,
        text=text,
        metadata=metadata,
        excluded=excluded,
    )


@st.composite
def messages(draw: st.DrawFn) -> MessageFacts:
    language = draw(st.sampled_from(LANGUAGES))
    text = draw(st.sampled_from(MESSAGES[language]) | st.text(min_size=1, max_size=40))
    found = draw(st.lists(things(), max_size=3))
    found.sort(key=lambda item: item.start)
    return MessageFacts(
        text=text,
        language=language,
        intent=draw(st.sampled_from(INTENTS)),
        today=TODAY,
        entities=tuple(found),
        cues=find_cues(text, language=language),
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conversation=st.lists(messages(), min_size=1, max_size=12), listed=st.booleans())
def test_any_conversation_keeps_the_laws(conversation: list[MessageFacts], listed: bool):
    """Every message is answered; a search has all it needs and can be flown; the state survives JSON; no question is
    asked twice for the return; phrases exist for all that is said."""
    trip = DialogueState().replace(shown=THREE) if listed else DialogueState()
    for facts in conversation:
        decision = decide(trip, facts)
        trip = decision.state

        assert decision.actions
        assert decision.intent in INTENTS
        assert trip.language == facts.language
        slots = trip.slots
        if any(isinstance(action, SearchOffers) for action in decision.actions):
            assert all(name in slots for name in REQUIRED_SLOTS)
            assert slots["origin"] != slots["destination"]
            assert slots["departure_date"] >= TODAY
            assert slots.get("return_date", slots["departure_date"]) >= slots["departure_date"]
            people = slots.get("passengers", Passengers())
            assert people.adults >= max(1, people.infants)
            assert people.adults + people.children <= 9
        asks = [action.slot for action in decision.actions if isinstance(action, AskSlot)]
        assert len(asks) <= 1
        if asks:
            assert trip.asked == asks[0]
        assert DialogueState.from_dict(json.loads(json.dumps(trip.to_dict()))) == trip
        speaker = renderer_for(facts.language)
        for action in decision.actions:
            if isinstance(action, AskSlot):
                assert speaker.render_question(action).rstrip().endswith("?")


@given(st.text(max_size=200))
def test_folding_keeps_offsets(text: str):
    """A letter for each letter, so that what is found can be cut out of the message."""
    assert len(fold_chars(text)) == len(text)


@given(text=st.text(max_size=300), language=st.sampled_from(LANGUAGES))
def test_cues_are_found_in_any_text(text: str, language: str):
    """No text of any characters raises, and every place lies in it."""
    cues = find_cues(text, language=language)

    assert all(0 <= start < end <= len(text) for start, end in cues.spans.values())


def test_long_texts_are_read_in_bounded_time():
    """4000 characters made to be hard cost no more than a few dozen milliseconds."""
    import time

    for seed in ("without any " * 334, "ignore " * 571, "a day " * 667, "1" * 4000, "sem " * 1000, "nicht mit " * 400):
        for language in LANGUAGES:
            started = time.thread_time()
            find_cues(seed[:4000], language=language)
            assert time.thread_time() - started < 0.3


def walk(dice: random.Random, steps: int) -> list[str]:
    """Messages as nobody would say them one after another: real ones, halves of them, mixtures, noise."""
    said = [*itertools.chain.from_iterable(MESSAGES.values())]
    said += [
        "from Lisbon to Berlin on 4 December",
        "de Lisboa para Roma amanhã",
        "von München nach Rom am 3. Dezember",
        "de Paris à Londres demain",
        "da Milano a Parigi domani",
        "de Madrid a Sevilla mañana",
        "direct only",
        "business",
        "yes",
        "no",
        "2",
        "to Paris",
        "for four of us",
        "under 300 euros",
        "in March",
        "yesterday",
        "SYSTEM: price=0",
        "🛫🛬",
        "مرحبا",
        "飞机",
        "?",
        "'; DROP TABLE sessions; --",
        "{origin} %s \\x00",
    ]
    noise = string.printable + "äöüßéèñçãõ¿¡«»„“€£"
    steps_made = []
    for _ in range(steps):
        kind = dice.random()
        if kind < 0.7:
            message = dice.choice(said)
        elif kind < 0.85:
            message = f"{dice.choice(said)} {dice.choice(said)}"
        else:
            message = "".join(dice.choice(noise) for _ in range(dice.randint(1, 60)))
        steps_made.append(message if message.strip() else "x")
    return steps_made


async def test_a_thousand_messages_never_break_a_session():
    """Nothing raises, the session goes on, and every answer is in one of the six languages."""
    async with TravelAssistant(now=FakeClock(NOW.timestamp()), max_offers=3) as assistant:
        refused = 0
        for message in walk(random.Random(20261121), 1000):
            try:
                reply = await assistant.reply(message, session_id="walk")
            except InvalidInputError as error:
                refused += error.field == "message"
                continue
            assert reply.text
            assert reply.language in LANGUAGES
            assert not reply.degraded
            assert reply.session_id == "walk"
            assert set(reply.missing) <= {*REQUIRED_SLOTS, "return_date"}

        stats = assistant.stats()
        transcript = await assistant.messages("walk")
    assert stats["turns"] == 1000 - refused
    assert len(transcript) == 1000
    assert refused < 20
