"""Slot filling and validation, through the policy: passengers, airlines, stops, budget, cabin, trip type, times of day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from asyncassist._types import Money, Passengers, TimeWindow
from asyncassist.assistant.policy import decide
from asyncassist.assistant.tracking.slots import first_group
from asyncassist.nlp.commands.message_facts import MessageFacts
from asyncassist.nlp.models import Reading
from asyncassist.nlp.rule_extractor import extract_entities
from asyncassist.nlp.tokens import TokenizedText
from tests.assistant.builders import (
    BERLIN,
    DAY,
    FRIDAY,
    LISBON,
    ROME,
    RYANAIR,
    TAP,
    THREE_OFFERS,
    TODAY,
    action_labels,
    facts_of,
    trip,
    trip_with_offers,
)


def test_entities_fill_their_slots():
    """Trip type, passengers, cabin and budget take the values of their entities."""
    facts = facts_of(
        "one way, two of us, business, under 300 euros",
        trip_type=("one way", "one_way"),
        passengers=("two of us", Passengers(adults=2)),
        cabin=("business", "business"),
        budget=("300 euros", Money(Decimal(300), "EUR")),
    )

    slots = decide(trip(), facts).state.slots

    assert slots["trip_type"] == "one_way"
    assert slots["passengers"] == Passengers(adults=2)
    assert slots["cabin"] == "business"
    assert slots["budget"] == Money(Decimal(300), "EUR")


@pytest.mark.parametrize(
    ("message", "slot", "value"),
    [
        ("direct only", "max_stops", 0),
        ("the day after", "departure_date", FRIDAY + DAY),
        ("a day earlier", "departure_date", FRIDAY - DAY),
        ("one week later", "departure_date", FRIDAY + 7 * DAY),
        ("a week earlier", "departure_date", FRIDAY - 7 * DAY),
        ("the other way round", "origin", BERLIN),
    ],
)
def test_cue_changes_a_slot_relative_to_its_value(message: str, slot: str, value: Any):
    """A cue without an entity changes its slot, relative to the known value."""
    assert decide(trip_with_offers(), facts_of(message)).state.slots[slot] == value


def test_any_stops_removes_the_stop_limit():
    """ "Stops are fine" removes the limit that "direct only" set."""
    decision = decide(trip_with_offers(max_stops=0), facts_of("stops are fine"))

    assert "max_stops" not in decision.state.slots
    assert action_labels(decision.actions) == ["search"]


def test_latest_mention_of_an_airline_wins():
    """Excluding an airline clears it as the wanted one, and wanting it clears the exclusion."""
    excluded = decide(
        trip_with_offers(airline=RYANAIR), facts_of("without Ryanair", airline=("Ryanair", RYANAIR, {"excluded": True}))
    ).state
    wanted = decide(
        excluded.replace(shown=THREE_OFFERS), facts_of("no, with Ryanair", airline=("Ryanair", RYANAIR))
    ).state
    cleared = decide(wanted.replace(shown=THREE_OFFERS), facts_of("any airline")).state

    assert excluded.slots["excluded_airlines"] == (RYANAIR,)
    assert "airline" not in excluded.slots
    assert wanted.slots["airline"] == RYANAIR
    assert "excluded_airlines" not in wanted.slots
    assert "airline" not in cleared.slots


@pytest.mark.parametrize(
    ("message", "entity", "passengers"),
    [
        ("and a child", ("a child", Passengers(adults=1, children=1)), Passengers(adults=2, children=1)),
        ("with two babies", ("two babies", Passengers(adults=0, infants=2)), Passengers(adults=2, infants=2)),
        ("one adult and a child", ("one adult and a child", Passengers(children=1)), Passengers(children=1)),
        ("one more person", ("one more person", Passengers()), Passengers(adults=3)),
        ("for four", ("four", Passengers(adults=4)), Passengers(adults=4)),
    ],
)
def test_companions_are_added_to_the_known_passengers(message: str, entity: Any, passengers: Passengers):
    """ "And a child" adds to the known adults; a message that counts adults replaces them."""
    decision = decide(trip_with_offers(passengers=Passengers(adults=2)), facts_of(message, passengers=entity))

    assert decision.state.slots["passengers"] == passengers


def test_part_of_day_sets_the_departure_window():
    """A part of the day sets the window, by cue or date entity; "any time" clears it."""
    morning = decide(trip(), facts_of("in the morning")).state
    by_date = decide(
        trip(), facts_of("on 5 December", departure_date=("5 December", FRIDAY + DAY, {"part_of_day": "evening"}))
    ).state
    cleared = decide(morning, facts_of("any time")).state

    assert morning.windows == {"outbound.departure": (0, 719)}
    assert by_date.windows == {"outbound.departure": (1080, 1439)}
    assert cleared.windows == {}


@pytest.mark.parametrize(
    ("message", "language", "windows"),
    [
        ("after 6 pm", "en", {"outbound.departure": (1080, 1439)}),
        ("before 9:30", "en", {"outbound.departure": (0, 570)}),
        ("depois das 18h", "pt", {"outbound.departure": (1080, 1439)}),
        ("antes de las 9:00", "es", {"outbound.departure": (0, 540)}),
        ("après 18 h", "fr", {"outbound.departure": (1080, 1439)}),
        ("nach 18 Uhr", "de", {"outbound.departure": (1080, 1439)}),
        ("prima delle 9:00", "it", {"outbound.departure": (0, 540)}),
        ("I must land before 10 am", "en", {"outbound.arrival": (0, 600)}),
        ("back after 6 pm", "en", {"return.departure": (1080, 1439)}),
    ],
)
def test_hours_bound_departures_and_arrivals(message: str, language: str, windows: Any):
    """Of the flight and the end of it that the message names; else the departure of the first."""
    found = extract_entities(Reading(text=TokenizedText.from_text(message), language=language, today=TODAY))
    hours = {item.type: (item.text, item.value, item.metadata) for item in found if item.type == "time"}
    state = decide(trip(return_date=FRIDAY + 7 * DAY), facts_of(message, language=language, **hours)).state

    assert state.windows == windows


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("nothing before 9 am", "en"),
        ("nada antes das 9h", "pt"),
        ("nada antes de las 9", "es"),
        ("rien avant 9 h", "fr"),
        ("nichts vor 9 Uhr", "de"),
        ("niente prima delle 9", "it"),
        ("niets voor 9 uur", "nl"),
    ],
)
def test_limit_of_nothing_is_one_of_each_flight(message: str, language: str):
    """On the way back too, where there is one."""
    found = extract_entities(Reading(text=TokenizedText.from_text(message), language=language, today=TODAY))
    hours = {item.type: (item.text, item.value, item.metadata) for item in found if item.type == "time"}
    facts = facts_of(message, language=language, **hours)

    assert decide(trip(), facts).state.windows == {"outbound.departure": (540, 1439)}
    there_and_back = decide(trip(return_date=FRIDAY + 7 * DAY), facts).state
    assert there_and_back.windows == {"outbound.departure": (540, 1439), "return.departure": (540, 1439)}


def test_hours_of_one_direction_replace_its_earlier_ones():
    """Those of the other direction stay."""
    known = {"outbound.departure": (0, 600), "outbound.arrival": (0, 720), "return.departure": (1080, 1439)}
    late = TimeWindow(earliest=dt.time(20), latest=dt.time(2))
    decision = decide(trip().replace(windows=known), facts_of("between 8 pm and 2 am", time=("8 pm and 2 am", late)))

    assert decision.state.windows == {"outbound.departure": (1200, 1560), "return.departure": (1080, 1439)}


def test_exact_hour_stands_for_the_hours_around_it():
    """ "At 9" allows an hour before and after."""
    exact = TimeWindow(earliest=dt.time(9), latest=dt.time(9))

    assert decide(trip(), facts_of("at 9", time=("9", exact))).state.windows == {"outbound.departure": (480, 600)}


def test_layovers_wanted_and_refused():
    """ "Via" a city wants a stop there, "no stop in" refuses it; neither is the destination."""
    wanted = decide(trip(), facts_of("via Rome please", destination=("Rome", ROME)))
    refused = decide(wanted.state, facts_of("no stop in Rome", destination=("Rome", ROME)))

    assert (wanted.state.slots["via"], wanted.state.slots["destination"]) == ((ROME,), BERLIN)
    assert ("via" in refused.state.slots, refused.state.slots["not_via"]) == (False, (ROME,))


def test_alliance_replaces_an_airline():
    """And an airline the alliance."""
    alliance = decide(trip(airline=TAP), facts_of("only Star Alliance please"))
    airline = decide(alliance.state, facts_of("with TAP", airline=("TAP", TAP)))

    assert (alliance.state.slots["alliance"], "airline" in alliance.state.slots) == ("star_alliance", False)
    assert (airline.state.slots["airline"], "alliance" in airline.state.slots) == (TAP, False)


def test_no_to_the_return_question_means_one_way():
    """ "No" to the question for the return date makes the trip one way."""
    asked = decide(trip(), facts_of("both ways")).state

    decision = decide(asked, facts_of("no", intent="deny"))

    assert decision.state.slots["trip_type"] == "one_way"
    assert action_labels(decision.actions) == ["search"]


def test_return_date_makes_a_one_way_trip_a_round_trip():
    """A return date after "one way" makes the trip a round trip."""
    decision = decide(
        trip(trip_type="one_way"), facts_of("back on 12 December", return_date=("12 December", dt.date(2026, 12, 12)))
    )

    assert decision.state.slots["trip_type"] == "round_trip"


@pytest.mark.parametrize(
    ("party", "first"),
    [
        (Passengers(adults=12), Passengers(adults=6)),
        (Passengers(adults=10, children=4, infants=1), Passengers(adults=5, children=2, infants=1)),
        (Passengers(adults=19, children=1), Passengers(adults=7, children=1)),
        (Passengers(adults=9, infants=9), None),
        (Passengers(adults=1, children=12), None),
    ],
)
def test_a_party_too_large_is_split_into_equal_groups(party: Passengers, first: Passengers | None):
    """Each with an adult; none where one booking holds the party or an adult is missing."""
    assert first_group(party) == first


def test_a_split_is_offered_and_asked_for_until_it_is_answered():
    """Nothing is searched for fewer than were said, until the traveller agrees or counts anew."""
    offered = decide(trip(), facts_of("for twelve", passengers=("twelve", Passengers(adults=12))))
    later = decide(offered.state, facts_of("on Friday", departure_date=("Friday", FRIDAY)))
    agreed = decide(later.state, facts_of("yes", intent="affirm"))
    denied = decide(later.state, facts_of("no", intent="deny"))

    assert action_labels(offered.actions) == ["say split_party", "ask split_party"]
    assert offered.state.missing() == ("split_party",)
    assert action_labels(later.actions) == ["ask split_party"]
    assert agreed.state.slots["passengers"] == Passengers(adults=6)
    assert action_labels(agreed.actions) == ["search"]
    assert action_labels(denied.actions) == ["ask passengers"]
    assert denied.state.party is None


@pytest.mark.parametrize(
    ("facts", "actions", "removed"),
    [
        (
            facts_of("yesterday", departure_date=("yesterday", TODAY - DAY)),
            ["say past_date", "ask departure_date"],
            "departure_date",
        ),
        (
            facts_of("back on 1 December", return_date=("1 December", dt.date(2026, 12, 1))),
            ["say return_before", "ask return_date"],
            "return_date",
        ),
        (
            facts_of("back yesterday", return_date=("yesterday", TODAY - DAY)),
            ["say past_date", "ask return_date"],
            "return_date",
        ),
        (
            facts_of("in three years", departure_date=("in three years", TODAY + 1096 * DAY)),
            ["say too_far_ahead", "ask departure_date"],
            "departure_date",
        ),
        (
            facts_of("back in three years", return_date=("in three years", TODAY + 1096 * DAY)),
            ["say too_far_ahead", "ask return_date"],
            "return_date",
        ),
        (facts_of("to Lisbon", destination=("Lisbon", LISBON)), ["say same_place", "ask destination"], "destination"),
        (facts_of("from Berlin", origin=("Berlin", BERLIN)), ["say same_place", "ask origin"], "origin"),
        (
            facts_of("one and twelve children", passengers=("twelve", Passengers(adults=1, children=12))),
            ["say too_many", "ask passengers"],
            "passengers",
        ),
        (
            facts_of("no adults, two children", passengers=("two children", Passengers(adults=0, children=2))),
            ["say need_adult", "ask passengers"],
            "passengers",
        ),
        (
            facts_of("and two babies", passengers=("two babies", Passengers(adults=1, infants=2))),
            ["say too_many_infants", "ask passengers"],
            "passengers",
        ),
    ],
)
def test_invalid_slot_is_removed_and_asked_for(facts: MessageFacts, actions: list[str], removed: str):
    """A value that cannot be flown is removed, the reason given, and the slot asked for again."""
    decision = decide(trip(), facts)

    assert action_labels(decision.actions) == actions
    assert removed not in decision.state.slots
    assert decision.state.asked == removed


def test_return_resolved_to_next_year_is_rejected():
    """ "Back on 1 December" after a departure on 4 December is rejected, unless the year is stated."""
    doubtful = decide(trip(), facts_of("back on 1 December", return_date=("1 December", dt.date(2027, 12, 1))))
    leap = decide(
        trip(departure_date=dt.date(2027, 3, 4)),
        facts_of("back on 29 February", return_date=("29 February", dt.date(2028, 2, 29))),
    )
    stated = decide(trip(), facts_of("back on 1 December 2027", return_date=("1 December 2027", dt.date(2027, 12, 1))))

    assert action_labels(doubtful.actions) == ["say return_before", "ask return_date"]
    assert action_labels(leap.actions) == ["say return_before", "ask return_date"]
    assert stated.state.slots["return_date"] == dt.date(2027, 12, 1)


@pytest.mark.parametrize(
    ("message", "language", "amount"),
    [
        ("go up to 450", "en", 450),
        ("alza pure a 200", "it", 200),
        ("j'augmente à 1200", "fr", 1200),
        ("sube a 500", "es", 500),
        ("on the 12th", "en", 300),
        ("mille grazie", "it", 300),
    ],
)
def test_bare_amount_is_another_budget(message: str, language: str, amount: int):
    """In the currency of the known budget; a small number and a number in words are none."""
    known = Money(Decimal(300), "CHF")
    decision = decide(trip(budget=known), facts_of(message, language=language, known_budget=known))

    assert decision.state.slots["budget"] == Money(Decimal(amount), "CHF")


def test_a_limit_without_a_currency_is_in_that_of_the_conversation():
    """The currency of the budget, that asked for, that of the offers shown, else euros."""
    plain = decide(trip(), facts_of("max 700 in all")).state.slots["budget"]
    asked = decide(trip().replace(currency="USD"), facts_of("max 700 in all")).state.slots["budget"]
    again = decide(trip(budget=Money(Decimal(500), "GBP")), facts_of("max 700 in all")).state.slots["budget"]

    assert (plain.currency, asked.currency, again.currency) == ("EUR", "USD", "GBP")
    assert {plain.amount, asked.amount, again.amount} == {Decimal(700)}


def test_a_limit_for_each_traveller_counts_the_seats():
    """Infants have no seat; an amount beyond any price is not multiplied."""
    party = trip(passengers=Passengers(adults=2, children=1, infants=1))
    huge = Money(Decimal(10**18 - 1), "EUR")
    absurd = decide(party, facts_of("up to a quintillion euros each", budget=("a quintillion", huge)))

    assert absurd.state.slots["budget"] == huge
    assert decide(party, facts_of("not more than 300 each")).state.slots["budget"].amount == Decimal(900)


def test_one_stop_that_is_fine_is_a_limit():
    """ "One stop is fine" allows one, "stops are fine" any number."""
    direct = trip(max_stops=0)
    one = decide(direct, facts_of("one stop is fine", max_stops=("one stop", 1)))

    assert one.state.slots["max_stops"] == 1
    assert "max_stops" not in decide(direct, facts_of("stops are fine")).state.slots
