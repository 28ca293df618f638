"""Language packs: complete and consistent patterns and phrases."""

from __future__ import annotations

import dataclasses
import re
import string
from collections.abc import Mapping

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.followup.cues import find_cues, fold_chars

# Folding maps the ordinal signs to letters; patterns name both forms.
ORDINAL_SIGNS = str.maketrans("", "", "ºª°")
# Alternatives beside their folded form, which never match.
UNFOLDED_ALTERNATIVES = {"es": ["resérvalo"]}


def placeholders(phrase: str) -> set[str]:
    """Return the names of the values that a phrase is formatted with."""
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None}


def texts(language: str) -> dict[str, str]:
    """Return all texts of a language, plural forms under "key/form"."""
    found = {}
    for key, phrase in PACKS[language].phrases.items():
        found |= (
            {f"{key}/{form}": text for form, text in phrase.items()} if isinstance(phrase, Mapping) else {key: phrase}
        )
    return found


def patterns(language: str) -> dict[str, str]:
    """Return all patterns of a language by name."""
    found = {}
    for field in dataclasses.fields(PACKS[language].patterns):
        value = getattr(PACKS[language].patterns, field.name)
        if isinstance(value, Mapping):
            found |= {f"{field.name}/{name}": pattern for name, pattern in value.items()}
        elif isinstance(value, tuple):
            found |= {f"{field.name}/{index}": pattern for index, pattern in enumerate(value)}
        else:
            found[field.name] = value
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_phrases_of_english(language: str):
    """The same keys with the same plural forms."""
    assert set(texts(language)) == set(texts("en"))
    for key, phrase in PACKS[language].phrases.items():
        assert isinstance(phrase, Mapping) == isinstance(PACKS["en"].phrases[key], Mapping), key
        assert not isinstance(phrase, Mapping) or set(phrase) == {"one", "other"}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_have_the_placeholders_of_english(language: str):
    """A singular form may leave out its number; no placeholder is unknown."""
    english = texts("en")

    for key, text in texts(language).items():
        if key.endswith("/one"):
            assert placeholders(text) <= placeholders(english[key.replace("/one", "/other")]), key
        else:
            assert placeholders(text) == placeholders(english[key]), key
        assert all(name.isidentifier() for name in placeholders(text)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_clean_text(language: str):
    """Not empty, without superfluous spaces; questions for a slot end with a question mark."""
    for key, text in texts(language).items():
        assert text, key
        assert " ".join(text.split()) == text.replace("\u00a0", " ").replace("\u202f", " "), key
        if key.startswith(("ask_", "which_")):
            assert "?" in text, key


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_phrases_are_translated(language: str):
    """Only values without words, and a few terms, are equal to English."""
    english = texts("en")
    untranslated = {
        key
        for key, text in texts(language).items()
        if text == english[key] and re.search(r"[^\W\d_]", re.sub(r"\{\w*\}", "", text))
    }

    assert untranslated <= {"direct", "premium_economy", "direct/one", "direct/other"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_cues_and_ordinals_of_english(language: str):
    """Equal names of cues, as many ordinals, no empty pattern."""
    assert set(PACKS[language].patterns.cues) == set(PACKS["en"].patterns.cues)
    assert len(PACKS[language].patterns.ordinals) == len(PACKS["en"].patterns.ordinals)
    assert all(patterns(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_match_folded_text_only(language: str):
    """Patterns have no capitals and no accents: such a pattern would never match."""
    for name, pattern in patterns(language).items():
        letters = re.sub(r"\\.", "", pattern).translate(ORDINAL_SIGNS)
        for alternative in UNFOLDED_ALTERNATIVES.get(language, ()):
            letters = letters.replace(alternative, "")
        assert letters == fold_chars(letters), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_never_match_the_empty_string(language: str):
    """A pattern that may be empty would find its cue in every message."""
    for name, pattern in patterns(language).items():
        assert not re.compile(pattern).fullmatch(""), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_number_of_an_offer_is_the_only_group(language: str):
    """`find_cues` reads the digits from the first group."""
    assert re.compile(PACKS[language].patterns.offer_number).groups == 1


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["the first one", "the second one", "the third one", "the eighth one", "the last one"]),
        ("pt", ["a primeira", "a segunda", "a terceira", "a oitava", "a última opção"]),
        ("es", ["la primera", "la segunda", "la tercera", "la octava", "la última"]),
        ("fr", ["le premier", "le deuxième", "le troisième", "le huitième", "le dernier"]),
        ("de", ["der erste", "der zweite", "der dritte", "der achte", "der letzte"]),
        ("it", ["la prima", "la seconda", "la terza", "l'ottava", "l'ultima"]),
    ],
)
def test_ordinals_select_offers_in_order(language: str, texts: list[str]):
    """The index counts from 0; the last offer is -1."""
    assert [find_cues(text, language=language).ordinal for text in texts] == [0, 1, 2, 7, -1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_quoted_suggestions_are_understood(language: str):
    """The commands that the phrases suggest in quotes are cues of the same language.

    Italian "prima" is both "earlier" and "the first one"; alone it is read as the ordinal.
    """
    suggestions = re.findall(r"“([^”]+)”|„([^“]+)“|«\s?([^»]+?)\s?»", texts(language)["next_steps"])
    words = [next(filter(None, groups)) for groups in suggestions]
    cheaper, earlier, direct = (find_cues(word, language=language) for word in words)

    assert "cheaper" in cheaper
    assert "earlier" in earlier or (language == "it" and earlier.ordinal == 0)
    assert "direct" in direct
