"""Language identification of sentences, single words and misspelled sentences."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp import AsyncNLPEngine, language_id
from asyncassist.nlp.language_id import detect, order_weights
from asyncassist.nlp.models import Language

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
    """One word suffices if it belongs to one language."""
    assert detect(text).code == code


def _sentences():
    for code in ("en", "pt", "es", "fr", "de", "it"):
        for line in (_DATA / f"{code}.jsonl").read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"]
            # names and codes alone are no evidence of a language
            if sum(word.islower() and word.isalpha() for word in text.split()) >= 3:
                yield code, text


def test_sentences():
    """At least 99 % of the test sentences get their language."""
    wrong = [(code, text) for code, text in _sentences() if detect(text).code != code]

    assert len(wrong) <= 0.01 * len(list(_sentences())), wrong


def _misspell(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) // 20)):
        index = chance.randrange(len(letters) - 1)
        letters[index], letters[index + 1] = letters[index + 1], letters[index]
    return "".join(letters)


def test_misspelled_sentences():
    """At least 97 % get their language with letters swapped."""
    chance = random.Random(7)
    wrong = [(code, text) for code, text in _sentences() if detect(_misspell(text, chance)).code != code]

    assert len(wrong) <= 0.03 * len(list(_sentences())), wrong


@pytest.mark.parametrize(
    ("text", "code"),
    [("meu notebook não liga", "pt"), ("mi portátil no arranca", "es"), ("cosa cucino stasera", "it"),
     ("la tele", "es"), ("la lune", "fr"), ("la luna è", "it"), ("o meu pai", "pt"), ("der hund", "de"), ("the dog", "en"),
     ("pedí una pizza", "es"), ("pedi uma pizza", "pt"), ("para la cena", "es"), ("para o jantar", "pt")],
)  # fmt: skip
def test_everyday_words_of_close_languages(text, code):
    """Words of everyday talk tell a language from its neighbours, also in pairs."""
    assert detect(text).code == code


def test_a_word_of_several_languages_counts_by_its_letters_too():
    """A word of some of the languages leans to those whose letters it has; a word of all of them is no evidence."""
    tables = language_id.get_tables()
    shared = language_id._with_ngrams(tables, "para", (1.0, 1.0, *[0.0] * (len(LANGUAGES) - 2)))
    alone = tuple(float(index == 0) for index in range(len(LANGUAGES)))

    assert len(set(shared)) > 2
    assert language_id._with_ngrams(tables, "para", alone) == alone
    assert language_id._with_ngrams(tables, "hmm", (1.0,) * len(LANGUAGES)) == (1.0,) * len(LANGUAGES)


def test_only_candidate_languages_are_returned():
    """The first candidate is the default without evidence; a single one needs no detection."""
    assert detect("guten Morgen", ("en", "fr")).code in {"en", "fr"}
    assert detect("12345", ("it", "fr")).code == "it"
    assert detect("hello", ("de",)).confidence == 1.0


def test_a_hint_decides_only_ambiguous_texts():
    """A clear text overrides the hint; the confidence tells how clear it is."""
    assert detect("no", hint="es").code == "es"
    assert detect("Madrid", hint="pt").code == "pt"
    assert detect("good morning, I need a flight", hint="es").code == "en"
    assert detect("good morning, I need a flight").confidence > 0.95
    assert detect("hmm").confidence < 0.9


def test_without_py3langid_most_sentences_are_right(monkeypatch):
    """py3langid is an optional extra: without it at least 98.5 % get their language."""
    monkeypatch.setattr(language_id, "_second_detector", None)
    wrong = [(code, text) for code, text in _sentences() if detect(text).code != code]

    assert len(wrong) <= 0.015 * len(list(_sentences())), wrong


def test_a_missing_py3langid_is_no_error(monkeypatch):
    """Without the extra the second detector is None."""
    monkeypatch.setattr(language_id.importlib.util, "find_spec", lambda name: None)

    assert language_id._load_py3langid() is None


@pytest.mark.parametrize("text", ["ok", "Lisboa", "New York", "Paris - Roma", "london, madrid", "3"])
@pytest.mark.parametrize("hint", ["en", "pt", "es", "fr", "de", "it"])
async def test_names_alone_keep_the_language_of_the_conversation(text: str, hint: str):
    """A text of names and numbers is no evidence of a language: the hint decides."""
    async with AsyncNLPEngine() as engine:
        assert (await engine.detect_language(text, hint=hint)).code == hint


@pytest.mark.parametrize("text", ["asdf qwer zxcv", "blarg", "hjkl", "hmm", "adfgkl sdfklj", "12345", "Lissabon"])
def test_text_without_evidence_has_no_confidence(text):
    """Letters typed at random, numbers and names get the hint, else the first candidate, with the confidence 0."""
    for hint in ("en", "pt", "es", "fr", "de", "it"):
        assert detect(text, hint=hint) == Language(code=hint, confidence=0.0)
    assert detect(text) == Language(code="en", confidence=0.0)
    assert detect(text, ("it", "de"), hint="fr") == Language(code="it", confidence=0.0)


def test_letters_typed_at_random_are_rarely_evidence():
    """Of words of random letters at most one in ten is attributed to a language; of unknown long words, most are."""
    chance = random.Random(11)
    typed = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 8))) for _ in range(1000)]
    words = ["Verspätungsgrund", "arrivarono", "llegaremos", "decollerebbe", "voyageurs", "wunderlicher"]

    assert sum(detect(word).confidence > 0 for word in typed) < 100
    assert all(detect(word).confidence > 0 for word in words)


def test_ngram_weights_are_read_by_the_languages_of_their_file():
    """A file that lists the languages in another order gives the same weights."""
    swapped = [*LANGUAGES[1:], LANGUAGES[0]]

    weights = list(range(len(LANGUAGES)))
    assert order_weights({"que": [*weights[1:], weights[0]]}, swapped) == {"que": weights}
