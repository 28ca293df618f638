"""Intent classification: courtesies, bookings, searches and other topics."""

from __future__ import annotations

import pytest

from asyncassist.nlp import AsyncNLPEngine, Reading
from asyncassist.nlp.intents.classifier import classify, is_goodbye
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.rule_extractor import extract_entities
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import NOW, TODAY


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("", "unknown"), ("!!!", "unknown"), ("okay thanks", "thanks"), ("yes thanks", "affirm"),
        ("no, yes, no", "deny"), ("thank you, bye", "goodbye"), ("hello, can you help me?", "help"),
        ("what is the status of LH 400", "flight_status"), ("LH400", "flight_status"), ("flip a coin", "unknown"),
        ("I need to rent a car in Rome from 5 to 9 December", "unknown"), ("my bag is gone", "unknown"),
        ("they lost my bag on the flight", "baggage"), ("cancel", "cancel_booking"),
        ("what time will my flight reach the gate", "flight_status"), ("what can I ask you", "help"),
        ("buy a suitcase for my packing list", "unknown"), ("how is it going my friend", "greeting"),
        ("I want to travel to Rome", "search_flight"), ("great talk, take it easy", "goodbye"),
    ],
)  # fmt: skip
def test_intents(text, intent):
    """Each message gets the intent that a person would give it; other topics are "unknown"."""
    tokens = TokenizedText.from_text(text)
    entities = extract_entities(Reading(text=tokens, language="en", today=TODAY))
    assert classify(NormalizedText(tokens), entities).name == intent


@pytest.mark.parametrize(
    ("text", "goodbye"),
    [("see you tomorrow", True), ("bis dann", True), ("até amanhã", True), ("see you tomorrow in Rome", False),
     ("hello", False), ("bye " * 20, False)],
)  # fmt: skip
def test_a_goodbye_says_nothing_else(text, goodbye):
    """A goodbye with further content, or a long text, is not one."""
    assert is_goodbye(NormalizedText(TokenizedText.from_text(text))) is goodbye


def test_an_answer_with_a_slot_is_a_search():
    """An entity after a question for it continues the search, whatever the wording."""
    text = TokenizedText.from_text("Rome")
    entities = extract_entities(Reading(text=text, language="en", today=TODAY, asked=("destination",)))

    assert classify(NormalizedText(text), entities, ("destination",)).name == "search_flight"


@pytest.mark.parametrize(
    ("language", "text", "not_intent"),
    [("de", "lieber früher am Tag", "greeting"), ("fr", "il y a plus rapide ?", "goodbye")],
)
async def test_a_courtesy_word_inside_a_sentence_is_no_courtesy(language: str, text: str, not_intent: str):
    """ "Tag" is a greeting only at the beginning, "à plus" a goodbye only at the end."""
    async with AsyncNLPEngine() as engine:
        assert (await engine.analyze(text, language=language, now=NOW)).intent.name != not_intent
