"""Trips of several legs and open jaws."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.models import Entity, Reading
from asyncassist.nlp.rule_extractor import extract_entities
from asyncassist.nlp.tokens import TokenizedText

TODAY = dt.date(2026, 11, 21)


def entities_of(text: str, language: str) -> list[Entity]:
    """Return the entities of a text."""
    return extract_entities(
        Reading(text=TokenizedText.from_text(text), language=language, today=TODAY, languages=tuple(LANGUAGES))
    )


def legs_of(text: str, language: str) -> str:
    """Return the legs of a text: "BER-ROM 12-03; ROM- home"."""
    legs: dict[int, dict[str, str]] = {}
    for entity in entities_of(text, language):
        number = entity.metadata.get("leg")
        if number is None:
            continue
        leg = legs.setdefault(number, {"origin": "", "destination": "", "day": ""})
        day = isinstance(entity.value, dt.date)
        leg["day" if day else entity.type] = f" {entity.value:%m-%d}" if day else entity.value.code
        if entity.metadata.get("homeward"):
            leg["home"] = " home"
        if entity.metadata.get("then_home"):
            legs[number + 1] = {"origin": "", "destination": "", "day": "", "home": " home"}
    return "; ".join(
        f"{leg['origin']}-{leg['destination']}{leg['day']}{leg.get('home', '')}" for _, leg in sorted(legs.items())
    )


@pytest.mark.parametrize(
    ("language", "text", "legs"),
    [
        ("en", "Berlin to Rome on the 3rd of December, then Rome to Madrid on the 8th and back home on the 12th",
         "BER-ROM 12-03; ROM-MAD 12-08; - 12-12 home"),
        ("en", "fly into Lisbon, out of Porto", "-LIS; OPO- home"),
        ("en", "Berlin to Rome on the 3rd, then Madrid on the 8th and home", "BER-ROM 12-03; -MAD 12-08; - home"),
        ("en", "Lisbon, Rome, Athens and back to Lisbon", "LIS-ROM; -ATH; -LIS home"),
        ("en", "fly to Rome on the 3rd from Berlin, then on to Madrid on the 8th", "BER-ROM 12-03; -MAD 12-08"),
        ("en", "to Rome on the 3rd and on the 8th from Milan back to Berlin", "-ROM 12-03; MIL-BER 12-08"),
        ("en", "Dublin to Milan on the 3rd, returning on the 10th from Rome", "DUB-MIL 12-03; ROM- 12-10 home"),
        ("en", "Las Vegas-New York on the 3rd, New York-Boston on the 5th", "LAS-NYC 12-03; NYC-BOS 12-05"),
        ("de", "Hinflug Frankfurt nach San Francisco am 1. Dezember, Rückflug ab Los Angeles am 20. Dezember",
         "FRA-SFO 12-01; LAX- 12-20 home"),
        ("de", "am 3. Dezember von München nach Wien, am 6. weiter nach Budapest, am 10. zurück nach München",
         "MUC-VIE 12-03; -BUD 12-06; -MUC 12-10 home"),
        ("de", "von Hamburg nach Rom und zurück von Mailand, 3. bis 10. Dezember", "HAM-ROM 12-03; MIL- 12-10 home"),
        ("es", "ir de Madrid a Lisboa el 4 de diciembre y volver desde Oporto el 9", "MAD-LIS 12-04; OPO- 12-09 home"),
        ("fr", "aller Bruxelles-Montréal le 4 décembre et retour depuis Toronto le 18",
         "BRU-YMQ 12-04; YTO- 12-18 home"),
        ("it", "da Bologna a Palermo il 5 dicembre e tornare da Catania il 12", "BLQ-PMO 12-05; CTA- 12-12 home"),
        ("pt", "Lisboa - Praga a 2 de dezembro, depois de comboio para Budapeste e voltamos de Budapeste para Lisboa a 9/12",
         "LIS-PRG 12-02; BUD-LIS 12-09 home"),
    ],
)  # fmt: skip
def test_each_place_and_date_is_of_its_leg(language: str, text: str, legs: str):
    """Dates are resolved after one another; a leg without an end leads to where the next begins, or home."""
    assert legs_of(text, language) == legs


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "From Madrid to Rome on 3 December and from Rome back to Madrid on the 8th"),
        ("en", "I'm in Rome and want to go back to Paris on Friday"),
        ("en", "Cork to Edinburgh for a stag, 1st of May till the 3rd"),
        ("en", "we live in Leeds and want to fly from Manchester to Malaga"),
        ("en", "London to New York via Dublin and back on the 8th"),
        ("en", "from Berlin to Rome on the 3rd, no, sorry, to Madrid on the 8th"),
        ("en", "not Rome, then Madrid, then Paris"),
        ("en", "from Berlin, from Rome, from Madrid"),
        ("en", "on the 3rd, the 5th, the 7th, the 9th from Rome to Madrid and then to Oslo on the 11th"),
        ("en", "Berlin to Berlin on the 3rd, then Rome to Rome on the 8th"),
        ("en", "Rome then Madrid then Paris then Oslo then Bern then Wien then Prague then Porto then Faro back home"),
        ("de", "DUS-ZRH, Mittwoch hin, Donnerstag zurück, Ankunft Zürich vor 9 Uhr"),
        ("it", "Milano - Washington il 14 gennaio, ritorno il 22, solo Star Alliance"),
        ("es", "a Roma o Milán el 4 de diciembre, lo que salga más barato, desde Madrid"),
    ],
)
def test_other_trips_have_no_legs(language: str, text: str):
    """A plain return, a correction, a choice, a stop on the way and a place beside the trip make no legs."""
    assert legs_of(text, language) == ""


def test_the_slots_of_an_analysis_are_of_the_first_leg():
    """The entities of later legs stand in order, none overlapping another."""
    entities = entities_of("Berlin - Rome 3 December, Rome - Madrid 8 December, Madrid - Berlin 12 December", "en")

    assert [entity.metadata["leg"] for entity in entities] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert all(one.end <= other.start for one, other in itertools.pairwise(entities))


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("en", "London to New York via Dublin", ["DUB"]),
        ("pt", "pode ser por Luanda ou Adis Abeba", ["LAD", "ADD"]),
        ("de", "auf keinen Fall über Dubai oder Doha", ["DXB", "DOH"]),
    ],
)
def test_stops_on_the_way_are_of_no_leg(language: str, text: str, codes: list[str]):
    """They are entities of their own, also the second of two that would do or are refused."""
    stops = [entity.value.code for entity in entities_of(text, language) if entity.type == "via"]

    assert stops == codes
    assert legs_of(text, language) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_and_dates_in_any_order_raise_nothing(language: str):
    """No text is too odd to be read."""
    random_source = random.Random(language)
    words = PACKS[language].legs
    pool = ["Rome", "Berlin", "Madrid", "LIS", "3.12.", "on the 8th", "-", ",", "to", "from", "nach", "a", "de"]
    pool += [word for pattern in (words.onward, words.home, words.exit) for word in pattern.split("|")]
    for _ in range(300):
        text = " ".join(random_source.choices(pool, k=random_source.randint(2, 24)))
        assert isinstance(entities_of(text, language), list)
