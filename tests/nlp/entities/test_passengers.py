"""Passenger counts: numbers of people, companions, children and answers without a noun."""

from __future__ import annotations

import pytest

from asyncassist._types import Passengers
from asyncassist.nlp.entities.passengers import PassengerCount, find_passengers
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import analyze_slots


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
        ("eu e os meus pais", "pt", Passengers(adults=3)),
        ("an infant", "en", Passengers(adults=1, infants=1)),
        ("two adults, three kids - 14, 9 and 20 months", "en", Passengers(adults=3, children=1, infants=1)),
        ("me, hubby, and the kids - 15, 8, 5 and a 7 month old", "en", Passengers(adults=3, children=2, infants=1)),
        ("the two of us and our twins", "en", Passengers(adults=2, children=2)),
        ("my kids, 13 and 10", "en", Passengers(adults=2, children=1)),
        ("two twins", "en", Passengers(adults=1, children=2)),
        ("me and four lads", "en", Passengers(adults=5)),
        ("um casal com gémeos de 4 anos e um bebé de 8 meses", "pt", Passengers(adults=2, children=2, infants=1)),
        ("eu, a minha sogra de 70, um filho de 13 e uma filha de 11", "pt", Passengers(adults=3, children=1)),
        ("para mim e para a minha mãe", "pt", Passengers(adults=2)),
        ("vamos a 12", "pt", None),
        (
            "mi esposa, yo, mis suegros y dos hijas, una de 9 y otra de 1 año",
            "es",
            Passengers(adults=4, children=1, infants=1),
        ),
        ("vamos mis padres, mi hijo de 15 y yo", "es", Passengers(adults=4)),
        ("mi esposo y una servidora", "es", Passengers(adults=2)),
        ("1 adulte, et mes garçons de 11 ans, 6 ans et 18 mois", "fr", Passengers(adults=1, children=2, infants=1)),
        ("nous deux et notre fille d'un an", "fr", Passengers(adults=2, infants=1)),
        ("zwei Erwachsene und zwei Kinder (4 und 1½)", "de", Passengers(adults=2, children=1, infants=1)),
        ("für mich und meine Söhne, 14 und 7", "de", Passengers(adults=2, children=1)),
        ("io, mia moglie e la bimba di un anno", "it", Passengers(adults=2, infants=1)),
        ("io, mamma e papà", "it", Passengers(adults=3)),
        ("two kids and the little one (10 months)", "en", Passengers(adults=1, children=2, infants=1)),
    ],
)
def test_passengers_are_counted(text, language, people):
    """Numbers of people and companions count; tickets, nights and people to visit do not."""
    found = find_passengers(NormalizedText(TokenizedText.from_text(text)), language)
    assert (found.value if found else None) == people


def test_a_bare_number_counts_only_as_an_answer():
    """A number without a noun counts passengers only after a question for them."""
    normalized = NormalizedText(TokenizedText.from_text("3"))
    assert find_passengers(normalized, "en") is None
    found = find_passengers(normalized, "en", (), ("passengers",))
    assert found is not None
    assert found.value == Passengers(adults=3)


@pytest.mark.parametrize(
    ("language", "text", "adults", "children"),
    [
        ("it", "siamo in due più un bambino", 2, 1),
        ("es", "somos dos más un niño", 2, 1),
        ("pt", "somos 2 mais uma criança", 2, 1),
        ("en", "with 2 other people", 3, 0),
        ("it", "in 3", 3, 0),
    ],
)
async def test_plus_adds_to_the_total(language: str, text: str, adults: int, children: int):
    """ "Two plus a child" are three passengers."""
    people = (await analyze_slots(text, language=language))["passengers"]

    assert (people.adults, people.children) == (adults, children)


@pytest.mark.parametrize(
    ("text", "language", "people"),
    [
        ("two adults and a child of 18 months", "en", Passengers(adults=2, infants=1)),
        ("dos adultos y un bebé de 3 años", "es", Passengers(adults=2, children=1)),
        ("con mi hijo de 1 año", "es", Passengers(adults=1, infants=1)),
        ("two children of 5 years and 1 year", "en", Passengers(adults=1, children=1, infants=1)),
        ("los nenes de 5 y 10", "es", Passengers(adults=1, children=2)),
        ("avec un bébé, le petit (10 mois)", "fr", Passengers(adults=1, infants=1)),
        ("two adults, children of 5 and 8", "en", Passengers(adults=2, children=2)),
        ("two adults and children of 5, 8 and 1", "en", Passengers(adults=2, children=2, infants=1)),
        ("2 children aged 5 and 1", "en", Passengers(adults=1, children=1, infants=1)),
        ("three children aged 1, 5 and 8", "en", Passengers(adults=1, children=2, infants=1)),
        ("dois adultos, crianças de 5 e 8", "pt", Passengers(adults=2, children=2)),
        ("dos adultos, niños de 5 y 8", "es", Passengers(adults=2, children=2)),
        ("deux adultes, enfants de 5 et 8 ans", "fr", Passengers(adults=2, children=2)),
        ("zwei Erwachsene, Kinder von 5 und 8", "de", Passengers(adults=2, children=2)),
        ("2 Kinder im Alter von 5 und 1", "de", Passengers(adults=1, children=1, infants=1)),
        ("due adulti, bambini di 5 e 8 anni", "it", Passengers(adults=2, children=2)),
        ("a child of 5", "en", Passengers(adults=1, children=1)),
        ("one of 5 people", "en", Passengers(adults=5)),
    ],
)
def test_an_age_decides_between_child_and_infant(text, language, people):
    """A child below two years is an infant, whatever noun the text uses."""
    found = find_passengers(NormalizedText(TokenizedText.from_text(text)), language)

    assert found is not None
    assert found.value == people


def test_claimed_tokens_count_no_passengers():
    """A number that is part of a date is no number of passengers."""
    normalized = NormalizedText(TokenizedText.from_text("3 people"))

    assert find_passengers(normalized, "en", claimed_tokens={0}) is None


def test_a_span_grows_to_both_sides():
    """Extending covers earlier and later tokens and never shrinks the span."""
    people = PassengerCount()

    for first, last in ((4, 5), (2, 3), (3, 4)):
        people.extend_span(first, last)

    assert (people.first, people.last) == (2, 5)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("are you a robot or a person", "en"),
        ("sei una persona vera?", "it"),
        ("my son is afraid of flying", "en"),
        ("agradecida, minha filha", "pt"),
        ("bom dia minha filha, tudo bem?", "pt"),
        ("the baby cries", "en"),
        ("2x economy", "en"),
    ],
)
def test_people_who_do_not_travel_are_not_counted(text, language):
    """Questions about the assistant, forms of address and people who are only mentioned are not passengers."""
    assert find_passengers(NormalizedText(TokenizedText.from_text(text)), language) is None
