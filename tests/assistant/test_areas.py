"""Countries and states in which a city has to be chosen."""

from __future__ import annotations

import pytest

from asyncassist.assistant.areas import MAX_CITIES, area_named, find_area, is_area


@pytest.mark.parametrize(
    ("text", "language", "role", "name", "first"),
    [
        ("a flight to Portugal on Friday", "en", "destination", "Portugal", "LIS"),
        ("to the united states", "en", "destination", "united states", "NYC"),
        ("from the UK please", "en", "origin", "UK", "LON"),
        ("from Berlin to California", "en", "destination", "California", "LAX"),
        ("nach italien", "de", "destination", "italien", "MIL"),
        ("en Grèce en septembre", "fr", "destination", "Grèce", "ATH"),
        ("un vuelo al Perú", "es", "destination", "Perú", "LIM"),
        ("per la Grecia", "it", "destination", "Grecia", "ATH"),
        ("para o Peru", "pt", "destination", "Peru", "LIM"),
        ("naar Griekenland", "nl", "destination", "Griekenland", "ATH"),
    ],
)
def test_country_or_state_after_a_preposition_has_its_largest_cities(text, language, role, name, first):
    """In each language, in small letters too, behind an article; the largest city first, four at most."""
    area = find_area(text, role, language=language, known_spans=())

    assert area is not None
    assert (area.name, area.cities[0].code) == (name, first)
    assert len(area.cities) <= MAX_CITIES


@pytest.mark.parametrize(
    ("text", "known"), [("a flight to Lisbon", ()), ("to me or you", ()), ("to Georgia", ((3, 10),)), ("to the very last Peru", ())]
)  # fmt: skip
def test_other_words_are_no_areas(text, known):
    """Neither a city, nor short words that are abbreviations of states, nor what is an entity, nor a name further on."""
    assert find_area(text, "destination", language="en", known_spans=known) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [("Portugal", "Portugal"), ("the Netherlands", "the Netherlands"), ("Portugal or so", None), ("", None)],
)
def test_short_answer_is_an_area_as_a_whole(text, name):
    """A country alone, with its article; not with other words."""
    area = area_named(text)

    assert (None if area is None else area.name) == name


def test_names_of_areas_are_known():
    """Countries and states; a city or an abbreviation of two letters is none."""
    assert is_area("Greece")
    assert is_area("Texas")
    assert not is_area("Lisbon")
    assert not is_area("or")
