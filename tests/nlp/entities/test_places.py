"""Mentions of places: names, codes, regions and misspelled names."""

from __future__ import annotations

import pytest

from asyncassist._places import airports_of, place_by_code, place_table
from asyncassist.nlp.entities import places
from asyncassist.nlp.entities.airlines import find_airlines
from asyncassist.nlp.entities.places import completes_place_name, find_mentions, fuzzy_match, is_all_caps
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import analyze_slots, extract


@pytest.mark.parametrize(
    ("text", "code", "last"),
    [
        ("Rio de Janeiro", "RIO", 2), ("St. Louis", "STL", 2), ("Toronto, Ontario", "YTO", 2), ("London, UK", "LON", 2),
        ("London, Gatwick", "LGW", 2), ("Lisbon (LIS)", "LIS", 3), ("JFK", "JFK", 0), ("nyc", "NYC", 0),
    ],
)  # fmt: skip
def test_a_mention_covers_the_whole_name(text, code, last):
    """A mention spans every word of the name, the region after it and the airport of the same city."""
    (mention,) = find_mentions(TokenizedText.from_text(text), place_table(), "en")

    assert (mention.first, mention.last) == (0, last)
    assert place_table().place(mention.place_indices[0]).code == code
    assert mention.unambiguous


@pytest.mark.parametrize(("text", "unambiguous"), [("nice", False), ("to Nice", True), ("Rome", True), ("lax", False)])
def test_a_name_that_is_a_word_is_ambiguous(text, unambiguous):
    """A common word in lower case counts as a place only in a context that expects one."""
    (mention,) = find_mentions(TokenizedText.from_text(text), place_table(), "en")

    assert mention.unambiguous is unambiguous


@pytest.mark.parametrize("text", ["the Washington Post", "Paris Hilton", "VIP", "l'A380", ""])
def test_other_names_and_abbreviations_are_not_places(text):
    """A name continued by a word of another name, and a common abbreviation, give no mention."""
    assert find_mentions(TokenizedText.from_text(text), place_table(), "en") == []


def test_a_country_of_the_language_is_preferred():
    """San José is in Costa Rica for a Spanish text and in the United States for an English one."""
    text = TokenizedText.from_text("San José")

    countries = [
        place_table().place(find_mentions(text, place_table(), language)[0].place_indices[0]).country
        for language in ("es", "en")
    ]

    assert countries == ["CR", "US"]


@pytest.mark.parametrize(("text", "all_caps"), [("FLY ME TO ROME", True), ("JFK", False), ("Fly to JFK", False)])
def test_a_text_in_capitals_is_recognized(text, all_caps):
    """A whole text in capitals counts, a code alone does not."""
    assert is_all_caps(TokenizedText.from_text(text)) is all_caps


def test_a_word_inside_a_longer_place_name_is_recognized():
    """ "Janeiro" completes "Rio de Janeiro"; after another word it is a month."""
    table = place_table()

    assert completes_place_name(TokenizedText.from_text("para o Rio de Janeiro"), 4, 4, table)
    assert not completes_place_name(TokenizedText.from_text("em Janeiro"), 1, 1, table)


def test_a_correctly_spelled_word_is_not_matched_to_a_place():
    """A known word is never taken for a misspelled place, however similar."""
    text = TokenizedText.from_text("from Barcelnoa")

    mention = fuzzy_match(text, 1, place_table(), ())

    assert mention is not None
    assert 0.84 <= mention.similarity < 1
    assert fuzzy_match(text, 1, place_table(), {"barcelnoa"}) is None


@pytest.mark.parametrize("name", ["Barcelnoa", "Lisbonn", "Amsterdm", "Frankfrut", "Philadelpiha", "Philladellphia"])
def test_slip_of_the_keyboard_is_a_misspelled_place(name):
    """One letter is wrong, missing, too many or exchanged with its neighbour; two in a long name."""
    assert fuzzy_match(TokenizedText.from_text(f"to {name}"), 1, place_table(), ()) is not None


@pytest.mark.parametrize("name", ["Atlantis", "Atlantida", "Philadelphus", "Narnia", "Barcelos"])
def test_name_with_another_ending_is_another_name(name):
    """A common beginning makes no place of an unknown name."""
    assert fuzzy_match(TokenizedText.from_text(f"to {name}"), 1, place_table(), ()) is None


def test_name_close_to_two_cities_is_unknown():
    """ "Budarest" is one letter from Budapest and from Bucharest: nothing tells which is meant."""
    assert fuzzy_match(TokenizedText.from_text("to Budarest"), 1, place_table(), ()) is None


def test_without_rapidfuzz_no_misspelled_place_is_matched(monkeypatch):
    """Fuzzy matching is an optional extra: without it `fuzzy_match` returns None and `warm_up` does nothing."""
    text = TokenizedText.from_text("from Barcelnoa")
    assert fuzzy_match(text, 1, place_table(), ()) is not None
    monkeypatch.setattr(places, "_matcher", lambda: None)

    assert fuzzy_match(text, 1, place_table(), ()) is None
    places.warm_up()


def test_claimed_tokens_are_not_places():
    """A token of an airline gives no mention of a place."""
    text = TokenizedText.from_text("with Singapore Airlines to Rome")
    airlines = find_airlines(text)
    claimed = {index for one in airlines for index in range(one.first, one.last + 1)}

    mentions = find_mentions(text, place_table(), "en", claimed)
    assert [place_table().place(mention.place_indices[0]).code for mention in mentions] == ["ROM"]


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("pt", "pros açores", "PDL"),
        ("pt", "para o algarve", "FAO"),
        ("es", "a canarias", "LPA"),
        ("es", "a mallorca", "PMI"),
        ("fr", "à ténérife", "TCI"),
        ("fr", "partir en corse", "AJA"),
        ("it", "in sicilia", "PMO"),
        ("it", "in sardegna", "OLB"),
        ("de", "auf die kanaren", "LPA"),
        ("de", "nach kreta", "HER"),
        ("en", "to bali", "DPS"),
        ("en", "to hawaii", "HNL"),
    ],
)
async def test_islands_and_coasts_lead_to_their_main_airport(language: str, text: str, code: str):
    """A region in lower case is resolved to its main airport, in each of the six languages."""
    assert (await analyze_slots(text, language=language)).get("destination") == code


def test_closed_airports_are_not_in_the_table():
    """The table has only airports in service: Berlin has one."""
    assert airports_of("BER") == ("BER",)
    assert airports_of("CMH")[0] == "CMH"
    assert [place_by_code(code) for code in ("TXL", "SXF", "ISL")] == [None, None, None]


def test_city_names_are_localized():
    """A city is named in the language of the traveller; without a translation its own name stays."""
    table = place_table()

    assert [table.localized_name("Munich", "DE", code) for code in ("en", "de", "it")] == [
        "Munich",
        "München",
        "Monaco di Baviera",
    ]
    assert table.localized_name("Buenos Aires", "AR", "es") == "Buenos Aires"
    assert table.localized_name("Geneva", "CH", "fr") == "Genève"
    assert table.localized_name("Perth", "AU", "xx") == "Perth"


@pytest.mark.parametrize(
    ("language", "text", "places"),
    [
        ("fr", "je veux aller de Vierzon à Angers", {"origin": ("TUF", "Vierzon"), "destination": ("NTE", "Angers")}),
        ("fr", "de saint-germain-en-laye à Rome", {"origin": ("PAR", "Saint-Germain-en-Laye"), "destination": ("ROM", None)}),
        ("it", "un volo da Ferrara a La Spezia", {"origin": ("BLQ", "Ferrara"), "destination": ("GOA", "La Spezia")}),
        ("en", "a flight from Reading to Oxford", {"origin": ("LON", "Reading"), "destination": ("LON", "Oxford")}),
        ("en", "from anaheim to Lisbon", {"origin": ("SNA", "Anaheim"), "destination": ("LIS", None)}),
        ("en", "I want to march to the battle", {}), ("en", "I am reading from battle to battle", {}),
        ("de", "Ich will nach Hause", {}), ("es", "voy a comprar pan", {}),
    ],
)  # fmt: skip
def test_towns_without_an_airport(language: str, text: str, places: dict[str, tuple[str, str | None]]) -> None:
    """Where a place is expected, a town is the nearest city with an airport; the metadata name the town.

    A name that is also a common word needs its capital.
    """
    found = {kind: entity for kind, entity in extract(text, language).items() if kind in {"origin", "destination"}}

    assert {
        kind: (entity.value.code, entity.metadata["town"]["name"] if "town" in entity.metadata else None)
        for kind, entity in found.items()
    } == places


def test_a_town_answers_the_question_for_a_place() -> None:
    """A town alone answers "where to?", with its country and the distance to the airport."""
    entity = extract("tübingen", "de", asked=("destination",))["destination"]

    assert entity.text == "tübingen"
    assert entity.metadata["town"] == {"name": "Tübingen", "country": "DE", "kilometres": 22}
