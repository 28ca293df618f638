"""Place table: lookup by code, by name in six languages and by prefix."""

from __future__ import annotations

import pytest

from asyncassist._places import airports_of, find_places, load_places, place_by_code, place_key, place_table
from asyncassist.languages.registry import LANGUAGES, PACKS


def test_code_of_an_airport_and_a_city_is_the_airport():
    """LIS is both: the airport comes first, as on a ticket, unless a city is asked for."""
    airport = place_by_code("lis")

    assert airport is not None
    assert (airport.code, airport.kind, airport.city, airport.country) == ("LIS", "airport", "Lisbon", "PT")
    assert airport.timezone == "Europe/Lisbon"
    assert airport.latitude == pytest.approx(38.78, abs=0.1)
    city = place_by_code("LIS", kind="city")
    assert city is not None
    assert city.kind == "city"


def test_metropolitan_code_is_a_city():
    """LON is no airport: with `kind="airport"` it is not found; neither is an unknown code."""
    london = place_by_code("LON")

    assert london is not None
    assert london.kind == "city"
    assert place_by_code("LON", kind="airport") is None
    assert place_by_code("QQQ") is None


def test_airports_of_a_city_are_ordered_busiest_first():
    """A metropolitan code gives all its airports, an airport itself, an unknown code nothing."""
    assert airports_of("LON")[:2] == ("LHR", "LGW")
    assert airports_of("nyc") == ("JFK", "EWR", "LGA")
    assert airports_of("JFK") == ("JFK",)
    assert airports_of("DXB")[0] == "DXB"
    assert airports_of("QQQ") == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Lisboa", "LIS"), ("Lissabon", "LIS"), ("Nueva York", "NYC"), ("Nova Iorque", "NYC"), ("Londres", "LON"),
        ("München", "MUC"), ("Monaco di Baviera", "MUC"), ("Genève", "GVA"), ("Ginevra", "GVA"), ("Köln", "CGN"),
        ("Pékin", "BJS"), ("Pechino", "BJS"), ("Tóquio", "TYO"), ("Heathrow", "LHR"), ("sao paulo", "SAO"),
        ("Niza", "NCE"), ("Mailand", "MIL"), ("Varsóvia", "WAW"), ("SF", "SFO"), ("Warschau", "WAW"),
    ],
)  # fmt: skip
def test_places_are_found_by_name_in_six_languages(name, code):
    """The likeliest place with the name comes first, whatever its accents and case."""
    assert find_places(name)[0].code == code


def test_prefix_finds_larger_places_first():
    """Within the limit; an empty or unknown text finds nothing."""
    assert find_places("barcel", 3)[0].code == "BCN"
    assert len(find_places("san", 5)) == 5
    assert find_places("  ") == []
    assert find_places("zzzzzz") == []


def test_larger_of_two_cities_with_one_name_comes_first():
    """London in England, then London in Ontario."""
    assert [place.code for place in find_places("London")][:2] == ["LON", "YXU"]


def test_names_and_codes_that_are_common_words_are_marked():
    """By language; a name that is no common word is not marked."""
    table = place_table()

    assert table.is_common_word_code("LOS")
    assert not table.is_common_word_code("LHR")
    assert table.is_common_word("nice", "en")
    assert not table.is_common_word("nice", "de")
    assert table.is_common_word("faro")
    assert not table.is_common_word("paris")
    assert len(table) > 5000


def test_index_of_an_airport_leads_to_its_city():
    """The city of an airport, and of a city itself; airports and region of the airport."""
    table = place_table()
    airport, city = table.find_by_code("LHR"), table.find_by_code("LON")

    assert airport is not None
    assert city is not None
    assert table.city_index(airport) == table.city_index(city) == city
    assert table.airport_codes(airport) == ("LHR",)
    assert table.region(airport) == "England"


def test_lookup_form_has_no_case_accents_or_punctuation():
    """Also for letters that Unicode does not decompose."""
    assert place_key("São Tomé") == "sao tome"
    assert place_key("O'Hare") == "o hare"
    assert place_key("Straßburg") == "strassburg"
    assert place_key("Ærø") == "aero"


@pytest.mark.parametrize(
    ("city", "country", "language", "name"),
    [
        ("Cologne", "DE", "de", "Köln"),
        ("Cologne", "DE", "it", "Colonia"),
        ("Cologne", "DE", "en", "Cologne"),
        ("Cologne", "DE", "ja", "Cologne"),
        ("Atlantis", "XX", "de", "Atlantis"),
    ],
)
def test_city_name_is_localized(city, country, language, name):
    """The English name stays in English, in other languages, and for a city without localized names."""
    assert place_table().localized_name(city, country, language) == name


def test_number_of_results_of_a_prefix_is_limited():
    """Names come in alphabetical order, all beginning with the prefix."""
    names = place_table().names_with_prefix("san", 3)

    assert len(names) == 3
    assert names == sorted(names)
    assert all(name.startswith("san") for name in names)
    assert place_table().names_with_prefix("zzzzzz", 3) == []


async def test_loading_returns_the_table_of_the_process():
    """`load_places` and `place_table` return the same table, which is read once."""
    assert await load_places() is place_table()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_file_has_a_column_for_each_registered_language(language):
    """The columns are in the order of the registry: a language's own words are marked as its words, and it has names.

    A file that was not built again for a new language fails here.
    """
    table, roles = place_table(), PACKS[language].roles
    words = roles.prepositions | roles.skip | roles.departure_words | roles.destination_words | roles.return_words
    marked = {word for word in words if table.find_by_name(word)}
    assert {word for word in marked if not table.is_common_word(word, language)} == set()
    assert table.localized_name("Copenhagen", "DK", language)
