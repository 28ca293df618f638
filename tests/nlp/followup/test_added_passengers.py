"""Passengers that a follow-up message adds: counts, ages, negations."""

from __future__ import annotations

import pytest

from asyncassist._types import Passengers
from asyncassist.nlp.followup.added_passengers import find_added_passengers
from asyncassist.nlp.followup.cues import find_cues

ADULT = Passengers(adults=1)
PAIR = Passengers(adults=2)
CHILD = Passengers(adults=0, children=1)
INFANT = Passengers(adults=0, infants=1)


@pytest.mark.parametrize(
    ("language", "text", "added"),
    [
        ("en", "my aunt is coming along", ADULT),
        ("en", "my parents are coming too", PAIR),
        ("en", "two friends are joining us", PAIR),
        ("en", "my nephew who is 9 is coming too", CHILD),
        ("en", "I forgot the little one, 11 months", INFANT),
        ("en", "our daughter is coming with us", CHILD),
        ("pt", "a minha tia vem connosco", ADULT),
        ("pt", "a minha sobrinha de 4 anos também vai", CHILD),
        ("pt", "o meu bebé vai no colo", INFANT),
        ("es", "se suma mi abuelo", ADULT),
        ("es", "mi bebé viene con nosotros", INFANT),
        ("fr", "ma tante vient avec nous", ADULT),
        ("fr", "ma nièce de 5 ans vient aussi", CHILD),
        ("de", "mein Onkel kommt auch mit", ADULT),
        ("de", "unser Sohn (6 Jahre) fliegt auch mit", CHILD),
        ("it", "viene anche mio zio", ADULT),
        ("it", "mia nipote di 1 anno viene con noi", INFANT),
    ],
)
def test_added_passengers_are_counted_by_kind(language: str, text: str, added: Passengers):
    """Adults unless an age or a noun makes them children or infants; the message has the cue "companions"."""
    assert "companions" in find_cues(text, language=language)
    assert find_added_passengers(text, language) == added


@pytest.mark.parametrize("text", ["can I fly on Friday too?", "does it travel with me", "I am flying as well"])
def test_messages_without_another_person_add_none(text: str):
    """ "Can I fly on Friday too?" mentions only the traveller."""
    assert find_added_passengers(text.lower(), "en") is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "my aunt isn't coming along"),
        ("pt", "a minha tia não vem connosco"),
        ("es", "mi abuelo no viene con nosotros"),
        ("fr", "ma tante ne vient pas avec nous"),
        ("de", "mein Onkel kommt nicht mit"),
        ("it", "mio zio non viene con noi"),
    ],
)
def test_negated_companions_are_not_added(language: str, text: str):
    """ "My aunt isn't coming" adds no passenger."""
    assert find_added_passengers(text, language) is None


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("my son, 11 years old, is coming too", CHILD),
        ("my nephew, 12 years old, is coming too", ADULT),
        ("my son, 2 years old, is coming too", CHILD),
        ("my son, 1 year old, is coming too", INFANT),
        ("my cousin is 7 and comes along", CHILD),
        ("a newborn is coming too", INFANT),
        ("twenty friends are joining us", Passengers(adults=6)),
        ("Tom is coming with Anna", ADULT),
    ],
)
def test_ages_decide_the_kind_of_passenger(text: str, added: Passengers):
    """Infants are under 2, children under 12; one message adds at most six, and a name counts as one adult."""
    assert find_added_passengers(text, "en") == added


def test_german_nouns_are_no_names():
    """German capitalizes every noun, so that a capital letter is no sign of a person."""
    assert find_added_passengers("das Gepäck kommt auch mit", "de") is None
