"""Who comes along: counted from the words alone."""

from __future__ import annotations

import pytest

from asyncassist._types import Passengers
from asyncassist.nlp.followup.added_passengers import find_added_passengers
from asyncassist.nlp.followup.cues import find_cues

ADULT = Passengers(adults=1)
PAIR = Passengers(adults=2)
CHILD = Passengers(adults=0, children=1)
INFANT = Passengers(adults=0, infants=1)


@pytest.mark.parametrize(
    ("language", "text", "who"),
    [
        ("en", "my aunt is coming along", ADULT),
        ("en", "my parents are coming too", PAIR),
        ("en", "two friends are joining us", PAIR),
        ("en", "my nephew who is 9 is coming too", CHILD),
        ("en", "I forgot the little one, 11 months", INFANT),
        ("en", "our daughter is coming with us", CHILD),
        ("pt", "a minha tia vem connosco", ADULT),
        ("pt", "a minha sobrinha de 4 anos também vai", CHILD),
        ("pt", "o meu bebé vai no colo", INFANT),
        ("es", "se suma mi abuelo", ADULT),
        ("es", "mi bebé viene con nosotros", INFANT),
        ("fr", "ma tante vient avec nous", ADULT),
        ("fr", "ma nièce de 5 ans vient aussi", CHILD),
        ("de", "mein Onkel kommt auch mit", ADULT),
        ("de", "unser Sohn (6 Jahre) fliegt auch mit", CHILD),
        ("it", "viene anche mio zio", ADULT),
        ("it", "mia nipote di 1 anno viene con noi", INFANT),
    ],
)
def test_who_comes_along(language: str, text: str, who: Passengers):
    """The words say that somebody joins, and as what."""
    assert "companions" in find_cues(text, language=language)
    assert find_added_passengers(text, language) == who


@pytest.mark.parametrize("text", ["can I fly on Friday too?", "does it travel with me", "I am flying as well"])
def test_words_of_no_other_person_add_nobody(text: str):
    """ "Can I fly on Friday too?" speaks of nobody else."""
    assert find_added_passengers(text.lower(), "en") is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "my aunt isn't coming along"),
        ("pt", "a minha tia não vem connosco"),
        ("es", "mi abuelo no viene con nosotros"),
        ("fr", "ma tante ne vient pas avec nous"),
        ("de", "mein Onkel kommt nicht mit"),
        ("it", "mio zio non viene con noi"),
    ],
)
def test_who_stays_at_home_is_not_added(language: str, text: str):
    """ "My aunt isn't coming" adds nobody."""
    assert find_added_passengers(text, language) is None
