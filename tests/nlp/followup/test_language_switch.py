"""Requests to continue in another language, and messages that only mention a language."""

from __future__ import annotations

import pytest
from babel import Locale

from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.followup.language_switch import blank_span, requested_language, warm_up


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in English please", "en"),
        ("can we go back to English and look at the 13th?", "en"),
        ("English", "en"),
        ("voltemos ao português", "pt"),
        ("podemos seguir en español?", "es"),
        ("on repasse en français : plutôt le 11", "fr"),
        ("wieder auf Deutsch bitte", "de"),
        ("torniamo all'italiano: meglio il 7", "it"),
        ("em inglês, por favor", "en"),
    ],
)
def test_a_requested_language_is_recognized(text: str, language: str):
    """In any of the six languages: with a verb, with "please", or by the name alone."""
    request = requested_language(text)

    assert request is not None
    assert request[0] == language


@pytest.mark.parametrize(
    "text",
    [
        "I don't speak German",
        "ich spreche kein Englisch",
        "je ne parle pas anglais",
        "a flight with an Italian breakfast on Friday to Rome",
        "from London to Paris",
    ],
)
def test_a_mentioned_language_is_no_request(text: str):
    """Neither a negated request nor an adjective of something else."""
    assert requested_language(text) is None


def test_blanking_a_request_keeps_the_offsets():
    """ "Back to English" is no return flight, and the words after it keep their offsets."""
    text = "can we go back to English and leave on the 13th"
    request = requested_language(text)
    assert request is not None

    rest = blank_span(text, request[1])

    assert "back" not in rest
    assert rest.index("13th") == text.index("13th")
    assert len(rest) == len(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_be_requested_by_its_own_name(language: str):
    """The names are those of Babel, in upper or lower case."""
    name = str(Locale.parse(language).languages[language])

    for text in (name, name.upper(), f"{name}!"):
        assert requested_language(text) == (language, (0, len(text)))


def test_names_are_loaded_before_the_first_message():
    """They come from files, which a message must not wait for."""
    warm_up()

    assert requested_language("in English, please") == ("en", (0, 18))
