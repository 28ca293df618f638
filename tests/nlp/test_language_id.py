"""Languages of utterances, single words and mistyped ones."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from asyncassist.nlp import language_id
from asyncassist.nlp.language_id import detect

_DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module", autouse=True)
def _tables():
    language_id.warm_up()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello", "en"), ("olá", "pt"), ("hola", "es"), ("bonjour", "fr"), ("hallo", "de"), ("ciao", "it"),
        ("tomorrow", "en"), ("amanhã", "pt"), ("mañana", "es"), ("demain", "fr"), ("morgen", "de"), ("domani", "it"),
        ("thanks", "en"), ("obrigado", "pt"), ("gracias", "es"), ("merci", "fr"), ("danke", "de"), ("grazie", "it"),
        ("flight", "en"), ("voo", "pt"), ("vuelo", "es"), ("vol", "fr"), ("Flug", "de"), ("volo", "it"),
        ("yes", "en"), ("sim", "pt"), ("oui", "fr"), ("ja bitte", "de"), ("sì", "it"), ("não", "pt"), ("nein", "de"),
        ("Zürich", "de"), ("Kofferraum", "de"), ("wunderschönes", "de"), ("bienvenue", "fr"), ("señores", "es"),
    ],
)  # fmt: skip
def test_single_words(text, code):
    """One word is enough where it belongs to one language."""
    assert detect(text).code == code


def _sentences():
    for code in ("en", "pt", "es", "fr", "de", "it"):
        for line in (_DATA / f"{code}.jsonl").read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"]
            # names and codes alone have no language
            if sum(word.islower() and word.isalpha() for word in text.split()) >= 3:
                yield code, text


def test_utterances():
    """At least 99 in 100 of the sentences of these tests."""
    wrong = [(code, text) for code, text in _sentences() if detect(text).code != code]

    assert len(wrong) <= 0.01 * len(list(_sentences())), wrong


def _mistyped(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) // 20)):
        at = chance.randrange(len(letters) - 1)
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


def test_mistyped_utterances():
    """At least 97 in 100 with letters swapped."""
    chance = random.Random(7)
    wrong = [(code, text) for code, text in _sentences() if detect(_mistyped(text, chance)).code != code]

    assert len(wrong) <= 0.03 * len(list(_sentences())), wrong


def test_only_languages_of_the_list_are_answered():
    """The first is the answer to a text that says nothing; one alone needs no look."""
    assert detect("guten Morgen", ("en", "fr")).code in {"en", "fr"}
    assert detect("12345", ("it", "fr")).code == "it"
    assert detect("hello", ("de",)).confidence == 1.0


def test_a_hint_settles_what_is_doubtful_and_no_more():
    """Sure texts are what they are; the confidence says how sure."""
    assert detect("no", hint="es").code == "es"
    assert detect("Madrid", hint="pt").code == "pt"
    assert detect("good morning, I need a flight", hint="es").code == "en"
    assert detect("good morning, I need a flight").confidence > 0.95
    assert detect("hmm").confidence < 0.9


def test_without_a_second_opinion_it_works_too(monkeypatch):
    """py3langid is an extra."""
    monkeypatch.setattr(language_id, "_second_detector", None)
    wrong = [(code, text) for code, text in _sentences() if detect(text).code != code]

    assert len(wrong) <= 0.015 * len(list(_sentences())), wrong


def test_a_missing_extra_is_no_error(monkeypatch):
    """Looking for it finds nothing."""
    monkeypatch.setattr(language_id.importlib.util, "find_spec", lambda name: None)

    assert language_id._load_py3langid() is None
