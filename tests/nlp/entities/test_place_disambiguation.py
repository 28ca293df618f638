"""Toponym disambiguation: whether a name is a place, a common word or the name of a person."""

from __future__ import annotations

import pytest

from asyncassist._places import place_table
from asyncassist.nlp.entities.place_disambiguation import (
    continues_route,
    is_place_mention,
    is_self_introduction,
    starts_route,
    supported_by_context,
)
from asyncassist.nlp.entities.places import find_mentions
from asyncassist.nlp.role_words import role_words_of
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import analyze_slots


def _mentions(raw, language):
    text = TokenizedText.from_text(raw)
    return text, find_mentions(text, place_table(), language)


@pytest.mark.parametrize(
    ("raw", "language", "introduction"),
    [
        ("moi c'est Florence", "fr", True),
        ("my name is Paris", "en", True),
        ("je m'appelle Florence", "fr", True),
        ("I am from Florence", "en", False),
        ("je vais à Florence", "fr", False),
    ],
)
def test_the_name_of_the_speaker_is_recognized(raw, language, introduction):
    """A name after "my name is" and the like introduces the speaker."""
    text, mentions = _mentions(raw, language)

    assert is_self_introduction(text, mentions[-1]) is introduction


def test_a_code_that_is_a_rare_word_starts_a_route():
    """ "lax to vegas" starts at LAX, unless "lax" is a word of the language."""
    text, mentions = _mentions("lax to vegas", "en")

    assert starts_route(text, mentions[0], ())
    assert not starts_route(text, mentions[0], {"lax"})
    assert not starts_route(text, mentions[1], ())


@pytest.mark.parametrize(("language", "continues"), [("fr", True), ("en", False)])
def test_two_adjacent_names_are_a_route_except_in_english(language, continues):
    """French travellers write "paris nice"; in English the second name is a word."""
    text, (first, second) = _mentions("paris nice", language)

    assert continues_route(text, second, [first], place_table(), language) is continues
    assert not continues_route(text, second, [], place_table(), language)


def test_a_small_town_is_supported_by_another_place():
    """A small town in lower case is accepted beside an unambiguous place, and not alone."""
    lexicon = role_words_of("pt")
    text, (town, city) = _mentions("de chapecó a lisboa", "pt")
    alone, (lone_town,) = _mentions("de chapecó", "pt")

    assert not town.unambiguous
    assert supported_by_context(text, town, "origin", [town, city], lexicon)
    assert not supported_by_context(alone, lone_town, "origin", [lone_town], lexicon)


@pytest.mark.parametrize(
    ("raw", "role", "expected", "accepted"),
    [
        ("nice", None, ["destination"], True),
        ("nice", None, [], False),
        ("to nice", "destination", [], True),
        ("to mad", "destination", [], False),
        ("to MAD", "destination", [], True),
        ("to la", "destination", [], True),
        ("groningen would suit me best of all these", None, ["origin"], True),
        ("groningen would suit me best of all these", None, [], False),
        ("nice would suit me best of all these", None, ["origin"], False),
    ],
)
def test_an_ambiguous_name_needs_a_question_or_a_preposition(raw, role, expected, accepted):
    """A word or a code counts as a place after a preposition or as the answer to "where?"; a word-like code in capitals."""
    text, mentions = _mentions(raw, "en")

    found = is_place_mention(text, mentions[-1], role, expected=expected, found=[], table=place_table(), language="en")

    assert found is accepted


@pytest.mark.parametrize(
    ("text", "origin", "destination"),
    [
        ("nyc to sf", "NYC", "SFO"),
        ("jfk to lhr", "JFK", "LHR"),
        ("flight nyc to lax", "NYC", "LAX"),
        ("lax to vegas", "LAX", "LAS"),
        ("it was to be a trip", None, None),
        ("i sat to rest", None, None),
    ],
)
async def test_well_known_codes_need_no_capitals(text: str, origin: str | None, destination: str | None):
    """A well-known code counts in lower case too; a common word that is also a code stays a word."""
    slots = await analyze_slots(text, language="en")

    assert (slots.get("origin"), slots.get("destination")) == (origin, destination)
