"""Ambiguous city names: candidates for a question, and namesakes by region."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist._places import place_table
from asyncassist._types import Place
from asyncassist.assistant.ambiguous_places import (
    MAX_CHOICES,
    candidate_places,
    country_name,
    find_namesake,
    nearest_candidate,
    region_name,
)
from tests.assistant.builders import BERLIN, LISBON, SAN_JOSE_CR, SAN_JOSE_US, place

SAN_JOSE_PH = place("SJI", "San José", "PH")


def portland(region: str) -> Place:
    """Return the Portland of a state from the place table."""
    table = place_table()
    cities = [table.place(index) for index in table.find_by_name("portland")]
    return next(city for city in cities if region_name(city) == region)


def test_candidates_are_the_likeliest_place_and_its_alternatives():
    """The likeliest place comes first, the alternatives follow in order, each place once."""
    metadata = {"alternatives": [SAN_JOSE_US, SAN_JOSE_CR, SAN_JOSE_PH]}

    candidates = candidate_places(SAN_JOSE_CR, metadata, name="San José", known_places=[BERLIN])

    assert candidates == (SAN_JOSE_CR, SAN_JOSE_US, SAN_JOSE_PH)


def test_alternatives_of_a_cached_analysis_are_dicts():
    """An alternative may be the dict of a place; values that are no place are ignored."""
    metadata: dict[str, Any] = {"alternatives": [{"code": 1}, None, SAN_JOSE_US.to_dict()]}

    candidates = candidate_places(SAN_JOSE_CR, metadata, name="san jose", known_places=[])

    assert candidates == (SAN_JOSE_CR, SAN_JOSE_US)


def test_candidates_are_limited():
    """At most `MAX_CHOICES` places are offered."""
    metadata = {"alternatives": [place(f"X{number}", "San José", "US") for number in range(9)]}

    assert len(candidate_places(SAN_JOSE_CR, metadata, name="San Jose", known_places=[])) == MAX_CHOICES


@pytest.mark.parametrize(
    ("name", "alternatives", "known_places"),
    [
        ("Paris", [SAN_JOSE_US], []),
        ("San José", [], []),
        ("San José", [SAN_JOSE_CR], []),
        ("San José", [SAN_JOSE_US], [LISBON, place("LIR", "Liberia", "CR")]),
    ],
    ids=["name not listed", "no alternative", "only the place itself", "country of the trip"],
)
def test_no_question_is_needed(name: str, alternatives: list[Place], known_places: list[Place]):
    """Only listed names with a real alternative are asked about, unless the trip is in the likeliest country."""
    metadata = {"alternatives": alternatives}

    assert candidate_places(SAN_JOSE_CR, metadata, name=name, known_places=known_places) == ()


def test_country_name_is_localized():
    """A country has its name in the language; an unknown code stands for itself."""
    assert country_name("DE", "it") == "Germania"
    assert country_name("DE", "de") == "Deutschland"
    assert country_name("XX", "en") == "XX"


def test_region_name_of_a_known_place():
    """A city of the place table has its state or province; a place that is not in the table has none."""
    assert region_name(portland("Maine")) == "Maine"
    assert region_name(place("QQQ", "Nowhere")) == ""


@pytest.mark.parametrize("text", ["Maine", "the one in Maine", "no, Maine"])
def test_namesake_is_found_by_its_state(text: str):
    """A short message that ends with a state selects the namesake there."""
    assert find_namesake(portland("Oregon"), text) == portland("Maine")


def test_namesake_is_found_by_its_country():
    """A short message that ends with a country selects the namesake there."""
    chile = find_namesake(place("STI", "Santiago", "DO"), "the one in Chile")

    assert chile is not None
    assert (chile.code, chile.country) == ("SCL", "CL")


@pytest.mark.parametrize("text", ["me", "in", "Texas", "I would rather fly to the one in Maine"])
def test_no_namesake(text: str):
    """Abbreviations that are common words, other regions and long messages select nothing."""
    assert find_namesake(portland("Oregon"), text) is None


def test_place_near_the_trip_and_far_from_its_namesakes_is_meant():
    """No question where only one of the places is near; one where all are far away."""
    table = place_table()
    here, malaga, there, tokyo = (
        table.place(index) for code in ("BHX", "AGP", "BHM", "TYO") if (index := table.find_by_code(code)) is not None
    )
    metadata = {"alternatives": [there]}

    candidates = candidate_places(here, metadata, name="Birmingham", known_places=[malaga])

    assert candidates == (here, there)
    assert nearest_candidate(candidates, [malaga]) == here
    assert nearest_candidate(candidates, [tokyo]) is None
    assert nearest_candidate(candidates, []) is None


def test_namesake_in_the_country_of_the_trip_remains_a_question():
    """People fly from Madrid to both cities named Santiago."""
    madrid, chile, galicia = (
        place("MAD", "Madrid", "ES"),
        place("SCL", "Santiago", "CL"),
        place("SCQ", "Santiago", "ES"),
    )

    assert nearest_candidate([chile, galicia], [madrid]) is None
