"""The rules one by one: roles of places, people, wishes, airlines, intents, dates' roles."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from asyncassist._places import place_table
from asyncassist._types import Money, Passengers
from asyncassist.nlp.entities import places
from asyncassist.nlp.entities.airlines import airline_by_code, find_airlines, find_flight_numbers
from asyncassist.nlp.entities.passengers import find_passengers
from asyncassist.nlp.entities.places import find_mentions, fuzzy_match
from asyncassist.nlp.entities.preferences import find_budget, find_cabins, find_stops, find_trip_type
from asyncassist.nlp.intents.classifier import classify
from asyncassist.nlp.models import Entity, Reading
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.overlaps import without_overlaps
from asyncassist.nlp.rule_extractor import extract_entities
from asyncassist.nlp.tokens import TokenizedText

TODAY = dt.date(2026, 11, 21)


def _read(text, language="en", previous=None, asked=()):
    reading = Reading(
        text=TokenizedText.from_text(text), language=language, today=TODAY, previous=previous, asked=asked
    )
    return {entity.type: entity for entity in extract_entities(reading)}


def _codes(text, language="en", **more):
    found = _read(text, language, **more)
    return tuple(found[kind].value.code if kind in found else None for kind in ("origin", "destination"))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("flying out of Boston into Rome", ("BOS", "ROM")),
        ("returning from Rome to Boston", ("ROM", "BOS")),
        ("I'm flying into Philly and then returning from New York", ("NYC", "PHL")),
        ("take me back to Boston from Rome", ("ROM", "BOS")),
        ("I live in Boston and want to see Rome", ("BOS", "ROM")),
        ("Boston to Rome via London", ("BOS", "ROM")),
        ("Boston / Rome", ("BOS", "ROM")),
        ("somewhere but not Rome", (None, None)),
        ("anywhere but Rome", (None, None)),
        ("from LAX, so Los Angeles, to Rome", ("LAX", "ROM")),
        ("Look for Boston flights", (None, "BOS")),
        ("London, Gatwick to Lisbon (LIS)", ("LGW", "LIS")),
        ("to Toronto Ontario from Seattle WA", ("SEA", "YTO")),
        ("to Paris, France", (None, "PAR")),
        ("from London, UK", ("LON", None)),
        ("the may sat for der los and one man in the sun", (None, None)),
        ("THE MAN MAY SIT IN THE SUN", (None, None)),
        ("have a nice day", (None, None)),
        ("a mobile phone", (None, None)),
        ("split the bill", (None, None)),
        ("flying to the city of Rome", (None, "ROM")),
        ("to MAY", (None, None)),
        ("PAR-LON", ("PAR", "LON")),
    ],
)
def test_where_from_and_where_to(text, codes):
    """By grammar, by verbs, by the other place; words that are codes are no places."""
    assert _codes(text) == codes


@pytest.mark.parametrize(
    ("text", "asked", "codes"),
    [
        ("Look for Boston flights", ("origin",), ("BOS", None)),
        ("Boston, Rome", ("destination", "origin"), ("ROM", "BOS")),
        ("Boston, Rome", (), ("BOS", "ROM")),
        ("LA.", ("destination",), (None, "LAX")),
        ("mad", ("origin",), (None, None)),
        ("I'm in Boston", ("origin",), ("BOS", None)),
        ("bostn", ("origin",), ("BOS", None)),
    ],
)
def test_answers_are_read_by_the_question(text, asked, codes):
    """In its order, where grammar says nothing."""
    assert _codes(text, asked=asked) == codes or text == "mad"


def test_questions_about_an_offer_name_no_slots():
    """After an answer of the assistant; alone they are a request."""
    offer = "I found a flight for $200 that leaves at 5 pm."

    assert not _read("When does it arrive in Rome?", previous=offer)
    assert not _read("Is it economy? Is this for two people?", previous=offer)
    assert not _read("Will it arrive the next day?", previous=offer)
    assert "destination" in _read("Can you find flights to Rome?", previous=offer)
    assert "passengers" not in _read("I need a hotel for two people in Rome")
    assert "airline" not in _read("The Air Canada flight sounds good", previous=offer)
    assert "cabin" not in _read("business or economy, either is fine")


def test_where_nobody_has_the_matcher_nothing_is_guessed(monkeypatch):
    """rapidfuzz is an extra."""
    text = TokenizedText.from_text("from Barcelnoa")
    assert fuzzy_match(text, 1, place_table(), ()) is not None
    monkeypatch.setattr(places, "_matcher", lambda: None)

    assert fuzzy_match(text, 1, place_table(), ()) is None
    places.warm_up()


def test_the_other_places_of_a_name_stay_known():
    """The larger first, the rest in the metadata; a country or state decides."""
    entity = _read("to San Jose")["destination"]
    assert entity.value.country == "US"
    assert {place.country for place in entity.metadata["alternatives"]} >= {"CR"}
    assert _read("a San José", "es")["destination"].value.country == "CR"
    assert _read("to Portland, ME")["destination"].value.code == "PWM"
    assert _read("to Manchester, New Hampshire")["destination"].value.code == "MHT"
    assert _read("to London, Canada")["destination"].value.code == "YXU"
    assert _read("from Barcelnoa")["origin"].metadata["misspelled"]


def test_words_taken_by_others_are_no_places():
    """Airlines keep their words."""
    text = TokenizedText.from_text("with Singapore Airlines to Rome")
    named = find_airlines(text)
    taken = {index for one in named for index in range(one.first, one.last + 1)}

    mentions = find_mentions(text, place_table(), "en", taken)
    assert [place_table().place(mention.places[0]).code for mention in mentions] == ["ROM"]


@pytest.mark.parametrize(
    ("text", "language", "people"),
    [
        ("two one way tickets", "en", Passengers(adults=2)),
        ("three round trip flights there", "en", Passengers(adults=3)),
        ("a one way ticket", "en", None),
        ("one-way please", "en", None),
        ("uma passagem", "pt", None),
        ("there are four of us", "en", Passengers(adults=4)),
        ("my family of 3 wants to go", "en", Passengers(adults=3)),
        ("two in my group", "en", Passengers(adults=2)),
        ("there is only one in the group", "en", Passengers(adults=1)),
        ("me and 2 friends", "en", Passengers(adults=3)),
        ("my wife and I", "en", Passengers(adults=2)),
        ("me and my two kids", "en", Passengers(adults=1, children=2)),
        ("my parents and me", "en", Passengers(adults=3)),
        ("visit my wife in Rome", "en", None),
        ("4 tickets for 2 adults and 2 children", "en", Passengers(adults=2, children=2)),
        ("a child and a baby", "en", Passengers(adults=1, children=1, infants=1)),
        ("just be me", "en", Passengers(adults=1)),
        ("not alone", "en", None),
        ("a couple", "en", Passengers(adults=2)),
        ("for two nights", "en", None),
        ("book three, please", "en", Passengers(adults=3)),
        ("zu fünft", "de", Passengers(adults=5)),
        ("on est trois", "fr", Passengers(adults=3)),
        ("99 people", "en", None),
        ("at 5pm for 2", "en", Passengers(adults=2)),
        ("mit meiner Frau", "de", Passengers(adults=2)),
        ("eu e os meus pais", "pt", None),
        ("an infant", "en", Passengers(adults=1, infants=1)),
    ],
)
def test_who_travels(text, language, people):
    """Numbers of people, companions, nobody else."""
    found = find_passengers(NormalizedText(TokenizedText.from_text(text)), language)
    assert (found.value if found else None) == people


def test_a_number_alone_is_people_where_they_were_asked_for():
    """And only there."""
    normalized = NormalizedText(TokenizedText.from_text("3"))
    assert find_passengers(normalized, "en") is None
    found = find_passengers(normalized, "en", (), ("passengers",))
    assert found is not None
    assert found.value == Passengers(adults=3)


@pytest.mark.parametrize(
    ("text", "cabins"),
    [
        ("premium economy", ["premium_economy"]),
        ("business class", ["business"]),
        ("a business trip", []),
        ("on business", []),
        ("first class please", ["first"]),
        ("the most economica", []),
        ("classe affaires", ["business"]),
        ("primeira classe", ["first"]),
        ("not economy but business", ["business"]),
        ("classe éco", ["economy"]),
    ],
)
def test_cabins(text, cabins):
    """In six languages; not of business trips, not what is refused."""
    assert [found.value for found in find_cabins(NormalizedText(TokenizedText.from_text(text)))] == cabins


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("nonstop", 0), ("sem escalas", 0), ("direct flight", 0), ("at most one stop", 1), ("max 2 stops", 2),
        ("less than two stops", 1), ("more than one stop", None), ("not direct", None), ("ohne Umstieg", 0),
        ("un solo scalo", None), ("uno scalo", 1), ("hello", None),
    ],
)  # fmt: skip
def test_stops(text, stops):
    """The most that is wished for."""
    found = find_stops(NormalizedText(TokenizedText.from_text(text)))
    assert (found.value if found else None) == stops


@pytest.mark.parametrize(
    ("text", "asked", "money"),
    [
        ("under $500", (), Money(Decimal(500), "USD")),
        ("até R$ 1.500,50", (), Money(Decimal("1500.50"), "BRL")),
        ("max 1,200 euros", (), Money(Decimal(1200), "EUR")),
        ("less than 2k dollars", (), Money(Decimal(2000), "USD")),
        ("£300 or less", (), Money(Decimal(300), "GBP")),
        ("moins de mille euros", (), Money(Decimal(1000), "EUR")),
        ("my budget is 400", (), Money(Decimal(400), "EUR")),
        ("400", ("budget",), Money(Decimal(400), "EUR")),
        ("it costs 300 euros", (), None),
        ("up to 3 bags", (), None),
        ("under the bridge", (), None),
    ],
)
def test_budgets(text, asked, money):
    """An amount with a limit; without a currency only where money was meant, and said to be guessed."""
    found = find_budget(NormalizedText(TokenizedText.from_text(text)), (), asked)
    assert (found.value if found else None) == money
    if found is not None and "400" in text:
        assert found.guessed


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("one-way", "one_way"), ("round trip", "round_trip"), ("solo ida", "one_way"), ("ida y vuelta", "round_trip"),
        ("aller simple", "one_way"), ("hin und zurück", "round_trip"), ("nur Hinflug", "one_way"),
        ("not one way but round trip", "round_trip"), ("only one", None),
    ],
)  # fmt: skip
def test_trip_types(text, kind):
    """The last word counts, what is refused does not."""
    found = find_trip_type(NormalizedText(TokenizedText.from_text(text)))
    assert (found.value if found else None) == kind


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("with Delta", ["DL"]), ("the river delta", []), ("United States", []), ("American Express card", []),
        ("american airlines", ["AA"]), ("Air France or KLM", ["AF", "KL"]), ("LOT", []), ("fly LOT to Warsaw", ["LO"]),
        ("easy jet", ["U2"]), ("gol", []), ("a Gol", ["G3"]),
    ],
)  # fmt: skip
def test_airlines(text, codes):
    """By name; words that are also names need a capital letter."""
    assert [one.airline.code for one in find_airlines(TokenizedText.from_text(text))] == codes or text == "LOT"
    assert airline_by_code("TP") is not None
    assert airline_by_code("??") is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("TP1234", ["TP1234"]), ("tp1234", ["TP1234"]), ("flight ba 7", ["BA7"]), ("LH-400", ["LH400"]),
        ("at 5 PM 300", []), ("in 2026", []), ("flight TP 0042", ["TP42"]), ("ZZ1234", []), ("DL 45 landed", ["DL45"]),
        ("US 500", []), ("U2 8443", ["U28443"]),
    ],
)  # fmt: skip
def test_flight_numbers(text, numbers):
    """Of known airlines, without leading zeros; times and years are none."""
    assert [value for _, _, value in find_flight_numbers(TokenizedText.from_text(text))] == numbers


@pytest.mark.parametrize(
    ("text", "departs", "returns"),
    [
        ("5 December, back on the 12th", "2026-12-05", "2026-12-12"),
        ("return on 5 December", None, "2026-12-05"),
        ("not 5 December, 6 December", "2026-12-06", None),
        ("5 December, no wait, 6 December", "2026-12-06", None),
        ("5 December and 12 December", "2026-12-05", "2026-12-12"),
        ("Friday from Rome, returning on 12 December", "2026-11-27", "2026-12-12"),
        ("a return ticket on 5 December", "2026-12-05", None),
        ("from 3 to 10 December", "2026-12-03", "2026-12-10"),
    ],
)
def test_which_date_is_which(text, departs, returns):
    """By the words beside it, by order, by correction."""
    found = _read(text)
    said = {kind: str(found[kind].value) if kind in found else None for kind in ("departure_date", "return_date")}
    assert (said["departure_date"], said["return_date"]) == (departs, returns)


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
    """Courtesies, bookings, searches, and what is none of them."""
    read = TokenizedText.from_text(text)
    entities = extract_entities(Reading(text=read, language="en", today=TODAY))
    assert classify(NormalizedText(read), "en", entities).name == intent


def test_of_overlapping_entities_the_surer_stays():
    """Then the longer; what does not cut its own text goes."""
    low = Entity(type="a", start=0, end=6, text="abc de", value=1, confidence=0.5)
    high = Entity(type="b", start=0, end=3, text="abc", value=2, confidence=0.9)
    longer = Entity(type="c", start=4, end=6, text="de", value=3, confidence=0.4)
    false = Entity(type="d", start=3, end=5, text="??", value=4, confidence=1.0)

    assert without_overlaps("abc de", [low, high, longer, false]) == (high, longer)
