"""The place table: by code, by name in six languages, by the beginning of a name."""

from __future__ import annotations

import pytest

from asyncassist._places import airports_of, find_places, load_places, place_by_code, place_key, place_table


def test_a_code_gives_its_airport_first():
    """LIS is an airport and the city; the airport is what a ticket names."""
    airport = place_by_code("lis")

    assert airport is not None
    assert (airport.code, airport.kind, airport.city, airport.country) == ("LIS", "airport", "Lisbon", "PT")
    assert airport.timezone == "Europe/Lisbon"
    assert airport.latitude == pytest.approx(38.78, abs=0.1)
    city = place_by_code("LIS", kind="city")
    assert city is not None
    assert city.kind == "city"


def test_a_metropolitan_code_is_a_city():
    """LON is no airport; an airport's kind finds nothing there."""
    london = place_by_code("LON")

    assert london is not None
    assert london.kind == "city"
    assert place_by_code("LON", kind="airport") is None
    assert place_by_code("QQQ") is None


def test_airports_of_a_city_come_busiest_first():
    """A metropolitan code gives all its airports, an airport itself, nonsense nothing."""
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
def test_names_in_six_languages(name, code):
    """The likeliest place of a name comes first, accents and case aside."""
    assert find_places(name)[0].code == code


def test_a_beginning_finds_the_larger_places_first():
    """What somebody types so far; the limit holds; nothing gives nothing."""
    assert find_places("barcel", 3)[0].code == "BCN"
    assert len(find_places("san", 5)) == 5
    assert find_places("  ") == []
    assert find_places("zzzzzz") == []


def test_the_larger_of_two_cities_comes_first_and_the_other_stays_known():
    """London is in England first, and in Ontario."""
    assert [place.code for place in find_places("London")][:2] == ["LON", "YXU"]


def test_words_are_known_as_words():
    """Codes and names that are words are marked, by language."""
    table = place_table()

    assert table.is_common_word_code("LOS")
    assert not table.is_common_word_code("LHR")
    assert table.is_common_word("nice", "en")
    assert not table.is_common_word("nice", "de")
    assert table.is_common_word("faro")
    assert not table.is_common_word("paris")
    assert len(table) > 5000


def test_an_airport_knows_its_city_and_a_city_itself():
    """Numbers of places lead from the airport to the city."""
    table = place_table()
    airport, city = table.find_by_code("LHR"), table.find_by_code("LON")

    assert airport is not None
    assert city is not None
    assert table.city_index(airport) == table.city_index(city) == city
    assert table.airport_codes(airport) == ("LHR",)
    assert table.region(airport) == "England"


def test_keys_are_words_without_case_accents_and_signs():
    """The form names are looked up by."""
    assert place_key("São Tomé") == "sao tome"
    assert place_key("O'Hare") == "o hare"
    assert place_key("Straßburg") == "strassburg"
    assert place_key("Ærø") == "aero"


async def test_the_table_is_loaded_off_the_loop_once():
    """Awaiting it gives the same table."""
    assert await load_places() is place_table()
