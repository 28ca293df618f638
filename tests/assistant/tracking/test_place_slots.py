"""Origin and destination slots, through the policy: roles, ambiguous names and unknown places."""

from __future__ import annotations

import pytest

from asyncassist import AsyncNLPEngine
from asyncassist._types import Place
from asyncassist.assistant.actions import SayPhrase
from asyncassist.assistant.policy import decide
from asyncassist.assistant.state import DialogueState
from asyncassist.nlp.commands.message_facts import extract_facts
from tests.assistant.builders import (
    BERLIN,
    DAY,
    FRIDAY,
    LISBON,
    ROME,
    SAN_JOSE_CR,
    SAN_JOSE_US,
    TODAY,
    action_labels,
    facts_of,
    place,
    trip,
)


def test_bare_place_answers_the_open_question():
    """ "Lisbon" after "where from?" is the origin, whichever role the engine assigned."""
    asked = DialogueState(language="en", asked="origin").with_slots(destination=BERLIN)

    decision = decide(asked, facts_of("Lisbon", destination=("Lisbon", LISBON)))

    assert decision.state.slots == {"destination": BERLIN, "origin": LISBON}
    assert action_labels(decision.actions) == ["ask departure_date"]


def test_stated_role_overrides_the_open_question():
    """ "To Rome" changes the destination even after "where from?"."""
    asked = DialogueState(language="en", asked="origin").with_slots(destination=BERLIN)

    decision = decide(asked, facts_of("to Rome", destination=("Rome", ROME)))

    assert decision.state.slots == {"destination": ROME}
    assert action_labels(decision.actions) == ["ask origin"]


def test_unknown_place_is_rejected_by_name():
    """An unknown name is quoted back, as a short answer or behind "from"."""
    asked = DialogueState(language="en", asked="origin")
    alone = decide(asked, facts_of("Xanadu"))
    in_sentence = decide(
        DialogueState(), facts_of("from Xanadu to Rome", intent="search_flight", destination=("Rome", ROME))
    )

    assert alone.actions[0] == SayPhrase(key="unknown_place", values={"name": "Xanadu"})
    assert in_sentence.actions[0] == SayPhrase(key="unknown_place", values={"name": "Xanadu"})
    assert in_sentence.state.slots == {"destination": ROME}


def test_ambiguous_city_is_asked_about_once():
    """ "Which San José?" is answered by number or country; no answer takes the likeliest, without asking again."""
    alternatives = {"alternatives": [SAN_JOSE_US]}
    first = decide(trip(destination=None), facts_of("to San Jose", destination=("San Jose", SAN_JOSE_CR, alternatives)))
    by_number = decide(first.state, facts_of("the second one"))
    by_country = decide(first.state, facts_of("the one in Costa Rica"))
    unanswered = decide(first.state, facts_of("whatever you think", question_open=True))
    again = decide(
        unanswered.state.with_slots(destination=None),
        facts_of("to San Jose", destination=("San Jose", SAN_JOSE_CR, alternatives)),
    )

    assert action_labels(first.actions) == ["ask which destination"]
    assert "destination" not in first.state.slots
    assert by_number.state.slots["destination"] == SAN_JOSE_US
    assert by_country.state.slots["destination"] == SAN_JOSE_CR
    assert unanswered.state.slots["destination"] == SAN_JOSE_CR
    assert action_labels(again.actions) == ["search"]


def test_one_ambiguous_city_is_asked_about_at_a_time():
    """Of two ambiguous cities in one message, one is asked about and the other taken as the likeliest."""
    facts = facts_of(
        "from San Jose to Valencia",
        origin=("San Jose", SAN_JOSE_CR, {"alternatives": [SAN_JOSE_US]}),
        destination=("Valencia", ROME, {"alternatives": [LISBON]}),
    )

    decision = decide(DialogueState(), facts)

    assert action_labels(decision.actions) == ["ask which origin"]
    assert decision.state.slots == {"destination": ROME}


def test_new_place_overrides_an_open_choice():
    """A place that is none of the choices replaces them."""
    alternatives = {"alternatives": [SAN_JOSE_US.to_dict(), {"no": "place"}]}
    first = decide(trip(destination=None), facts_of("to San Jose", destination=("San Jose", SAN_JOSE_CR, alternatives)))

    decision = decide(first.state, facts_of("to Rome", destination=("Rome", ROME)))

    assert first.state.choices == (SAN_JOSE_CR, SAN_JOSE_US)
    assert decision.state.slots["destination"] == ROME


def test_country_of_the_trip_disambiguates_a_city():
    """An ambiguous city in the country of the other place is not asked about."""
    alternatives = {"alternatives": [SAN_JOSE_US]}
    start = trip(origin=SAN_JOSE_CR, destination=None)

    decision = decide(start, facts_of("to San Jose", destination=("San Jose", SAN_JOSE_CR, alternatives)))

    assert "ask which destination" not in action_labels(decision.actions)


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("swap Berlin for Rome", "en"),
        ("troca Berlin por Roma", "pt"),
        ("tausche Berlin gegen Rom", "de"),
        ("cambia Berlin con Roma", "it"),
    ],
)
def test_replacement_names_the_old_and_the_new_place(message: str, language: str):
    """ "Swap Berlin for Rome" changes the slot that holds Berlin."""
    decision = decide(trip(), facts_of(message, language=language))

    assert decision.state.slots["destination"].code == "ROM"
    assert decision.state.slots["origin"] == LISBON


def test_replacement_of_a_place_that_is_not_on_the_trip():
    """A replacement of a place that is no slot's value changes nothing."""
    assert decide(trip(), facts_of("swap Paris for Rome")).state.slots == trip().slots


def test_instead_of_replaces_the_named_place():
    """A name that is also a common word is a place when it replaces one: "faro em vez de Berlin"."""
    decision = decide(trip(), facts_of("faro em vez de Berlin", language="pt"))

    assert decision.state.slots["destination"].code == "FAO"


def test_proposed_place_answers_the_open_question():
    """ "Pourquoi pas Rome" is the destination while that is asked for, and nothing otherwise."""
    facts = facts_of("tiens, pourquoi pas Rome", language="fr")
    asked = trip(destination=None).replace(asked="destination")

    assert decide(asked, facts).state.slots["destination"].code == "ROM"
    assert decide(trip(), facts).state.slots == trip().slots


def test_swap_exchanges_origin_and_destination():
    """ "The other way round" swaps both places, but not if the message names a date."""
    swapped = decide(trip(), facts_of("the other way round")).state.slots
    dated = decide(
        trip(), facts_of("the other way round on 5 December", departure_date=("5 December", FRIDAY + DAY))
    ).state.slots

    assert (swapped["origin"], swapped["destination"]) == (BERLIN, LISBON)
    assert (dated["origin"], dated["destination"]) == (LISBON, BERLIN)


def test_region_alone_selects_the_namesake():
    """ "The one in Chile" replaces Santiago de los Caballeros by Santiago de Chile, turns after the question."""
    dominican = place("STI", "Santiago", "DO")

    decision = decide(trip(destination=dominican), facts_of("I mean the one in Chile"))

    assert decision.state.slots["destination"].code == "SCL"


def test_other_airport_of_a_city_replaces_it():
    """A lone airport of a city on the trip goes to the slot of that city, whatever role the engine assigned."""
    luton = Place(code="LTN", kind="airport", name="Luton", city="London", country="GB", timezone="Europe/London")
    gatwick = Place(code="LGW", kind="airport", name="Gatwick", city="London", country="GB", timezone="Europe/London")

    decision = decide(trip(origin=luton), facts_of("Gatwick rather", destination=("Gatwick", gatwick)))

    assert (decision.state.slots["origin"], decision.state.slots["destination"]) == (gatwick, BERLIN)


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("to Rome or Berlin", "en"),
        ("nach Rome oder Berlin", "de"),
        ("à Rome ou à Berlin", "fr"),
        ("a Rome o Berlin", "es"),
        ("para Rome ou Berlin", "pt"),
        ("a Rome oppure Berlin", "it"),
    ],
)
async def test_of_two_places_that_would_both_do_both_are_searched(message: str, language: str):
    """The first is the place of the trip, the other stands beside it; a later choice of one drops the other."""
    async with AsyncNLPEngine() as engine:
        analysis = await engine.analyze(message, language=language)
    decision = decide(trip(destination=None), extract_facts(analysis, today=TODAY))
    chosen = decide(decision.state, facts_of("Berlin", destination=("Berlin", BERLIN)))

    assert decision.state.slots["destination"].code == "ROM"
    assert [place.code for place in decision.state.slots["more_destinations"]] == ["BER"]
    assert decision.state.slots["origin"] == LISBON
    assert action_labels(decision.actions) == ["search"]
    assert chosen.state.slots["destination"] == BERLIN
    assert "more_destinations" not in chosen.state.slots
