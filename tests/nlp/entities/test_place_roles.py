"""Roles of places: origin and destination by prepositions, verbs, corrections and the question asked."""

from __future__ import annotations

import pytest

from asyncassist._places import place_table
from asyncassist.nlp.entities.place_roles import assign_place_roles, preposition_before
from asyncassist.nlp.entities.places import find_mentions
from asyncassist.nlp.role_words import role_words_of
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import analyze_slots, place_codes


@pytest.mark.parametrize(
    ("raw", "language", "preposition"),
    [
        ("from the city of Rome", "en", ("origin", 0)),
        ("out of Boston", "en", ("origin", 0)),
        ("via London", "en", ("via", 0)),
        ("in Rome", "en", ("at", 0)),
        ("para o Porto", "pt", ("destination", 0)),
        ("hello Rome", "en", (None, 0)),
    ],
)
def test_the_preposition_before_a_place_is_found(raw, language, preposition):
    """Articles and nouns like "city of" between the preposition and the place are skipped."""
    text = TokenizedText.from_text(raw)

    assert preposition_before(text, role_words_of(language), len(text.tokens) - 1) == preposition


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
        ("my son who lives in Toronto", (None, "YTO")),
        ("Rome is my departure city", ("ROM", None)),
        ("flights out Chicago", ("CHI", None)),
        ("Paris no, Lyon", (None, "LYS")),
    ],
)
def test_origin_and_destination(text, codes):
    """Roles follow from prepositions, verbs and the other place; words that are also codes are not places."""
    assert place_codes(text) == codes


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
def test_an_answer_takes_its_roles_from_the_question(text, asked, codes):
    """Places without a preposition fill the asked slots in the order of the question."""
    assert place_codes(text, asked=asked) == codes


@pytest.mark.parametrize(
    ("raw", "known_cities", "roles"),
    [
        ("not Paris, Lyon", {"origin": "PAR", "destination": "LIS"}, [("origin", "LYS")]),
        ("not Paris, Lyon", {"origin": "LIS", "destination": "PAR"}, [("destination", "LYS")]),
        ("Paris, no, Lyon", {}, [("origin", "LYS")]),
        ("paris, lyon, rome, oslo", {}, [("origin", "PAR"), ("destination", "LYS")]),
    ],
)
def test_each_role_is_given_once(raw, known_cities, roles):
    """A correction replaces the place it denies, in the role of the known slot; further places get no role."""
    text, table = TokenizedText.from_text(raw), place_table()

    found = assign_place_roles(text, find_mentions(text, table, "en"), table, "en", known_cities=known_cities)

    assert [(mention.role, table.place(mention.place_indices[0]).code) for mention in found] == roles


def test_a_trip_home_is_marked():
    """ "Back to Paris" is the destination and marked as homeward if no other destination is named."""
    text, table = TokenizedText.from_text("I'm in Rome and want to go back to Paris"), place_table()

    origin, destination = assign_place_roles(text, find_mentions(text, table, "en"), table, "en")

    assert (origin.role, destination.role) == ("origin", "destination")
    assert (origin.homeward, destination.homeward) == (False, True)


@pytest.mark.parametrize(
    ("language", "text", "held", "meant"),
    [
        ("en", "not Paris, Lyon", "CDG", "LYS"),
        ("en", "Gatwick instead of Manchester", "MAN", "LGW"),
        ("en", "instead of manchester, liverpool", "MAN", "LPL"),
        ("pt", "não Lisboa, Porto", "LIS", "OPO"),
        ("pt", "porto em vez de lisboa", "LIS", "OPO"),
        ("es", "no Madrid, Sevilla", "MAD", "SVQ"),
        ("es", "no bilbao, santander", "BIO", "SDR"),
        ("es", "sevilla en vez de madrid", "MAD", "SVQ"),
        ("fr", "pas Lyon, Genève", "LYS", "GVA"),
        ("fr", "plutôt Genève au lieu de Lyon", "LYS", "GVA"),
        ("de", "nein, nicht Hamburg, Bremen", "HAM", "BRE"),
        ("de", "bremen statt hamburg", "HAM", "BRE"),
        ("it", "non Milano, Torino", "MXP", "TRN"),
        ("it", "torino invece di milano", "MXP", "TRN"),
    ],
)
async def test_a_correction_changes_the_slot_of_the_denied_place(language: str, text: str, held: str, meant: str):
    """ "Not Hamburg, Bremen" changes the origin if that is Hamburg, and the destination if that is Hamburg."""
    other = "JFK"

    assert await analyze_slots(text, language=language, origin=held, destination=other) == {"origin": meant}
    assert await analyze_slots(text, language=language, origin=other, destination=held) == {"destination": meant}


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("it", "abito a Roma", ("ROM", None)),
        ("fr", "je prends l'avion à Nantes", ("NTE", None)),
        ("fr", "nous embarquerons à Luxembourg", ("LUX", None)),
        ("fr", "partir en Corse", (None, "AJA")),
        ("pt", "para o Porto", (None, "OPO")),
    ],
)
def test_verbs_override_an_ambiguous_preposition(language, text, codes):
    """Verbs of living and boarding make a place the origin, "partir en" the destination."""
    assert place_codes(text, language) == codes


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Lisbon to Atlantis on 12 April", "en"),
        ("Lisbon - Atlantis on 12 April", "en"),
        ("Lisboa para Atlantis em 12 de abril", "pt"),
        ("Lisboa a Atlantis el 12 de abril", "es"),
        ("Lisbonne à Atlantis le 12 avril", "fr"),
        ("Lissabon nach Atlantis am 12. April", "de"),
        ("Lisbona ad Atlantis il 12 aprile", "it"),
    ],
)
def test_place_before_an_unknown_one_is_the_origin(text, language):
    """A place keeps its role beside a name that is in no table, and the name becomes no other place."""
    assert place_codes(text, language) == ("LIS", None)


@pytest.mark.parametrize(
    "text", ["Lisbon - Business class", "Lisbon - thanks", "Lisbon to see friends", "LISBON TO FLY"]
)
def test_place_before_a_known_word_is_the_destination(text):
    """A word that is no place does not end a route."""
    assert place_codes(text) == (None, "LIS")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("from Atlantis to Lisbon", "en"),
        ("de Atlantis para Lisboa", "pt"),
        ("de Atlantis a Lisboa", "es"),
        ("d'Atlantis à Lisbonne", "fr"),
        ("von Atlantis nach Lissabon", "de"),
        ("da Atlantis a Lisbona", "it"),
    ],
)
def test_place_after_an_unknown_one_is_the_destination(text, language):
    """An unknown origin stays open."""
    assert place_codes(text, language) == (None, "LIS")
