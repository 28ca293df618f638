"""Passengers who drop out: who they are, how many, and what is left of the party."""

from __future__ import annotations

import pytest

from asyncassist._types import Passengers
from asyncassist.nlp.followup.cues import find_cues
from asyncassist.nlp.followup.removed_passengers import find_removed_passengers, stated_rest, without_passengers

ADULT = Passengers(adults=1)
PAIR = Passengers(adults=2)
CHILD = Passengers(adults=0, children=1)
INFANT = Passengers(adults=0, infants=1)


@pytest.mark.parametrize(
    ("language", "text", "removed"),
    [
        ("en", "my husband is not coming", ADULT),
        ("en", "one of the boys dropped out", ADULT),
        ("en", "two of the lads can't make it", PAIR),
        ("en", "without the grandparents", PAIR),
        ("en", "Tom can't come", ADULT),
        ("en", "the 15yo can't come after all", ADULT),
        ("en", "the 7-year-old stays at home", CHILD),
        ("en", "our daughter isn't coming", CHILD),
        ("en", "without the baby", INFANT),
        ("en", "the 10 months old one isn't coming", INFANT),
        ("pt", "a sogra afinal não vem", ADULT),
        ("pt", "sem os avós", PAIR),
        ("es", "mi prima ya no viaja", ADULT),
        ("es", "mejor sin los suegros", PAIR),
        ("fr", "mon mari ne vient plus", ADULT),
        ("fr", "celui de 6 ans reste à la maison", CHILD),
        ("de", "mein Mann kommt doch nicht mit", ADULT),
        ("de", "der 14-Jährige bleibt zu Hause", ADULT),
        ("it", "mio marito non viene più", ADULT),
        ("it", "senza i nonni", PAIR),
    ],
)
def test_dropouts_are_counted_by_kind(language: str, text: str, removed: Passengers):
    """Adults unless an age or a noun makes them children or infants; the message has the cue "dropouts"."""
    cues = find_cues(text, language=language)

    assert find_removed_passengers(text, language, cues.spans["dropouts"]) == removed


@pytest.mark.parametrize("text", ["without the second stop", "We can't make it then", "the offer dropped out"])
def test_messages_without_a_person_remove_none(text: str):
    """A stop, a pronoun and an offer are no passengers."""
    span = find_cues(text, language="en").spans["dropouts"]

    assert find_removed_passengers(text, "en", span) is None


@pytest.mark.parametrize(
    ("known", "removed", "rest"),
    [
        (Passengers(adults=2, children=2, infants=1), ADULT, Passengers(adults=1, children=2, infants=1)),
        (Passengers(adults=2, children=1), CHILD, Passengers(adults=2)),
        (Passengers(adults=2, children=1), INFANT, Passengers(adults=2)),
        (Passengers(adults=3), CHILD, Passengers(adults=2)),
        (Passengers(adults=1), ADULT, None),
    ],
)
def test_the_rest_of_the_party_flies(known: Passengers, removed: Passengers, rest: Passengers | None):
    """A child that was not counted as one was counted as an adult; at least one adult must be left."""
    assert without_passengers(known, removed) == rest


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("mi prima ya no viaja, entonces dos", 2),
        ("mi prima ya no viaja", None),
        ("mi prima ya no viaja, dos escalas", None),
    ],
)
def test_a_stated_rest_is_read(text: str, count: int | None):
    """ "So two" after the dropout says how many are left."""
    assert stated_rest(text, "es", len("mi prima ya no viaja")) == count
