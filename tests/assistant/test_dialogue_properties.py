"""Properties of the dialogue that hold for any messages in any order."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import string
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncassist import TravelAssistant
from asyncassist._types import Airline, Passengers
from asyncassist.assistant.actions import AskSlot, SearchOffers
from asyncassist.assistant.policy import decide
from asyncassist.assistant.rendering import renderer_for
from asyncassist.assistant.state import REQUIRED_SLOTS, DialogueState
from asyncassist.errors import InvalidInputError
from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.commands.message_facts import FoundEntity, MessageFacts
from asyncassist.nlp.followup.cues import find_cues
from asyncassist.testing import FakeClock
from tests.assistant.builders import BERLIN, LISBON, ROME, RYANAIR, SAN_JOSE_CR, SAN_JOSE_US, TAP, THREE_OFFERS, TODAY
from tests.assistant.dialogue_scripts import NOW
from tests.assistant.extreme_messages import extreme_conversation

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
    "seats",
    "special_assistance",
    "unknown",
]
MESSAGES = {
    "en": ["cheaper", "the second one", "both ways", "start over", "the day after", "without Ryanair", "hello there"],
    "pt": ["mais barato", "o segundo", "ida e volta", "começar de novo", "no dia seguinte", "sem Ryanair", "olá"],
    "es": ["más barato", "el segundo", "ida y vuelta", "empezar de nuevo", "al día siguiente", "sin Ryanair", "hola"],
    "fr": ["moins cher", "le deuxième", "aller-retour", "on recommence", "le lendemain", "sans Ryanair", "bonjour"],
    "de": ["günstiger", "den zweiten", "hin und zurück", "von vorn", "am Tag danach", "ohne Ryanair", "hallo"],
    "it": ["più economico", "il secondo", "andata e ritorno", "da capo", "il giorno dopo", "senza Ryanair", "ciao"],
    "nl": ["goedkoper", "de tweede", "heen en terug", "opnieuw beginnen", "de dag erna", "zonder Ryanair", "hallo"],
}

dates = st.dates(TODAY - dt.timedelta(days=400), TODAY + dt.timedelta(days=800))
places = st.sampled_from([LISBON, BERLIN, ROME, SAN_JOSE_CR])
passengers = st.builds(Passengers, adults=st.integers(0, 10), children=st.integers(0, 5), infants=st.integers(0, 5))
VALUES = {
    "origin": places,
    "destination": places,
    "departure_date": dates,
    "return_date": dates,
    "date": dates,
    "passengers": passengers,
    "cabin": st.sampled_from(["economy", "business"]),
    "airline": st.sampled_from([TAP, RYANAIR, Airline(code="LH", name="Lufthansa")]),
    "max_stops": st.integers(0, 2),
    "trip_type": st.sampled_from(["one_way", "round_trip"]),
    "flight_number": st.sampled_from(["TP101", "XX1"]),
}


@st.composite
def found_entities(draw: st.DrawFn) -> FoundEntity:
    """Draw an entity of any type and value."""
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
def message_facts(draw: st.DrawFn) -> MessageFacts:
    """Draw the facts of any message."""
    language = draw(st.sampled_from(LANGUAGES))
    text = draw(st.sampled_from(MESSAGES[language]) | st.text(min_size=1, max_size=40))
    found = draw(st.lists(found_entities(), max_size=3))
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
@given(conversation=st.lists(message_facts(), min_size=1, max_size=12), has_offers=st.booleans())
def test_any_conversation_keeps_the_invariants(conversation: list[MessageFacts], has_offers: bool):
    """Every message leads to an action, searches are complete and valid, the state survives JSON, and at most one
    question is open, for which a phrase exists."""
    state = DialogueState().replace(shown=THREE_OFFERS) if has_offers else DialogueState()
    for facts in conversation:
        decision = decide(state, facts)
        state = decision.state

        assert decision.actions
        assert decision.intent in INTENTS
        assert state.language == facts.language
        slots = state.slots
        if any(isinstance(action, SearchOffers) for action in decision.actions):
            assert all(name in slots for name in REQUIRED_SLOTS)
            assert slots["origin"] != slots["destination"]
            assert slots["departure_date"] >= TODAY
            assert slots.get("return_date", slots["departure_date"]) >= slots["departure_date"]
            passengers = slots.get("passengers", Passengers())
            assert passengers.adults >= max(1, passengers.infants)
            assert passengers.adults + passengers.children <= 9
        questions = [action.slot for action in decision.actions if isinstance(action, AskSlot)]
        assert len(questions) <= 1
        if questions:
            assert state.asked == questions[0]
        assert DialogueState.from_dict(json.loads(json.dumps(state.to_dict()))) == state
        renderer = renderer_for(facts.language)
        for action in decision.actions:
            if isinstance(action, AskSlot):
                assert renderer.render_question(action).rstrip().endswith("?")


def random_messages(rng: random.Random, count: int) -> list[str]:
    """Return a random sequence of messages: real ones, mixtures of them, and noise."""
    known = [*itertools.chain.from_iterable(MESSAGES.values())]
    known += [
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
    messages = []
    for _ in range(count):
        kind = rng.random()
        if kind < 0.7:
            message = rng.choice(known)
        elif kind < 0.85:
            message = f"{rng.choice(known)} {rng.choice(known)}"
        else:
            message = "".join(rng.choice(noise) for _ in range(rng.randint(1, 60)))
        messages.append(message if message.strip() else "x")
    return messages


async def test_a_thousand_random_messages_in_one_session():
    """No message raises, the session continues, and every reply is in one of the languages."""
    async with TravelAssistant(now=FakeClock(NOW.timestamp()), max_offers=3) as assistant:
        refused = 0
        for message in random_messages(random.Random(20261121), 1000):
            try:
                reply = await assistant.reply(message, session_id="random")
            except InvalidInputError as error:
                refused += error.field == "message"
                continue
            assert reply.text
            assert reply.language in LANGUAGES
            assert not reply.degraded
            assert reply.session_id == "random"
            assert {name.rpartition(".")[2] for name in reply.missing} <= {*REQUIRED_SLOTS, "return_date"}

        stats = assistant.stats()
        transcript = await assistant.messages("random")
    assert stats["turns"] == 1000 - refused
    assert len(transcript) == 1000
    assert refused < 20


async def test_extreme_values_are_answered_in_bounded_time():
    """Dates, amounts, counts and names of any size, said in turn, raise nothing, degrade nothing, and cost little."""
    rng = random.Random(20261130)
    async with TravelAssistant(now=FakeClock(NOW.timestamp()), max_offers=3) as assistant:
        for number in range(250):
            for message in extreme_conversation(rng):
                began = time.process_time()
                reply = await assistant.reply(message, session_id=f"extreme-{number}")

                assert time.process_time() - began < 2, message
                assert reply.text, message
                assert not reply.degraded, (message, reply.reason)


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("Lisbon to Berlin 31/12/2199", "en"),
        ("de Lisboa para Berlim 31/12/2199", "pt"),
        ("quiero volar de Lisboa a Berlín el 31/12/2199", "es"),
        ("de Lisbonne à Berlin le 31/12/2199", "fr"),
        ("von Lissabon nach Berlin am 31.12.2199", "de"),
        ("da Lisbona a Berlino il 31/12/2199", "it"),
    ],
)
async def test_a_date_beyond_all_schedules_is_too_far_ahead_and_not_past(message: str, language: str):
    """The reply says so and asks again."""
    renderer = renderer_for(language)
    too_far = renderer.render("too_far_ahead", date=dt.date(2199, 12, 31))
    async with TravelAssistant(now=FakeClock(NOW.timestamp())) as assistant:
        reply = await assistant.reply(message)

    assert too_far in reply.text
    assert reply.missing == ("departure_date",)
    assert reply.language == language


@pytest.mark.parametrize(
    ("message", "language"), [("Lisbon to Berlin 31/12/9999", "en"), ("von Lissabon nach Berlin am 31.12.9999", "de")]
)
async def test_a_year_that_nobody_writes_is_no_date(message: str, language: str):
    """The reply asks for the day."""
    async with TravelAssistant(now=FakeClock(NOW.timestamp())) as assistant:
        reply = await assistant.reply(message)

    assert renderer_for(language).render("ask_departure_date") in reply.text
    assert reply.missing == ("departure_date",)
    assert not reply.degraded


NONSENSE = ["xanapol", "grmpf", "???", "qwerty uiop asdf ghjk", "42 42", "xanapolis please"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_reply_is_the_same_as_the_one_before(language: str):
    """Whatever is said, in any order and as often as one likes, the text of a reply differs from the last one."""
    random_source = random.Random(language)
    messages = [*MESSAGES[language], *NONSENSE, "Lisbon", "Berlin", "4.12.2026", "ok", "2"]
    async with TravelAssistant(now=FakeClock(NOW.timestamp())) as assistant:
        session, last = None, ""
        for _ in range(60):
            message = random_source.choice(messages)
            for _ in range(random_source.choice([1, 2, 3])):
                reply = await assistant.reply(message, session_id=session, now=NOW, locale=language)
                assert reply.text != last, message
                session, last = reply.session_id, reply.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_example_follows_two_messages_that_were_not_understood(language: str):
    """The same words would not help a third time: an example shows what may be said."""
    async with TravelAssistant(now=FakeClock(NOW.timestamp())) as assistant:
        first = await assistant.reply("Berlin", now=NOW, locale=language)
        texts = []
        for message in ("xanapol", "xanapolis", "xanapolitan"):
            reply = await assistant.reply(message, session_id=first.session_id, now=NOW, locale=language)
            texts.append(reply.text)
            assert message in reply.text

    example = renderer_for(first.language).render("example_place")
    assert example not in texts[0]
    assert example in texts[1]
    assert example in texts[2]
