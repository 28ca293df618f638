"""Language identification by function words, typical letters and character n-grams, among the registered languages.

A detector that chooses among a hundred languages is wrong far more often on "sim" or "two of us". If py3langid is
installed, it decides close cases of three words and more.
"""

from __future__ import annotations

import functools
import gzip
import importlib
import importlib.util
import math
import re
import struct
import threading
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

from asyncassist._places import place_key, place_table
from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.models import Language
from asyncassist.nlp.tokens import lower_chars, normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Further characters hardly ever change the result.
_MAX_CHARS: Final = 400
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_WORD_WEIGHT: Final = 3.2
# A word that is not in the language's own list but in its texts, which may hold words of other languages.
_TEXT_WORD_WEIGHT: Final = 2.5
# Share of the n-grams in the weights of a word of several languages: "para la" is rather Spanish.
_SHARED_WORD_NGRAMS: Final = 0.5
# Words from which the second detector is consulted, and difference of scores from which it is not.
_MIN_SECOND_WORDS: Final = 3
_CLEAR_MARGIN: Final = 1.5
_HINT_WEIGHT: Final = 2.2
_SHORT_HINT_WEIGHT: Final = 3.0
# Words that are used in all the languages, so they say nothing about the language.
_SHARED_WORDS: Final = frozenset(
    ["ok", "okay", "no", "stop", "bye", "ciao", "business", "economy", "direct", "reset", "sorry"]
)
# A text without a known word is evidence of its language if it looks like words of the languages (known n-grams of
# this mean length, or letters of few languages) and is long or has one language ahead by this score.
_MIN_NGRAM_LENGTH: Final = 1.75
_MIN_MARGIN: Final = 1.0
_LONG_TEXT: Final = 16
# A text of more words is never taken for names only.
_MAX_NAME_WORDS: Final = 6
# Shares in which place names and codes count, which say little about the language of the text around them.
_NAME_SHARE: Final = 0.15
_FIRST_NAME_SHARE: Final = 0.5
_CODE_SHARE: Final = 0.1
# Further characters of a word hardly ever change the result.
_MAX_WORD_CHARS: Final = 30
_FIELD_BITS: Final = 32
# In the middle of a field, so that no sum of the weights of a word leaves it.
_FIELD_ZERO: Final = 1 << (_FIELD_BITS - 1)
_FIELDS: Final = struct.Struct(f"<{len(LANGUAGES)}I")
_ZERO_FIELDS: Final = int.from_bytes(_FIELDS.pack(*[_FIELD_ZERO] * len(LANGUAGES)), "little")


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """Weights by language, in the order of `LANGUAGES`.

    The weights of an n-gram are one integer with a field for each language, so that one addition adds all of them.
    `unseen` are the words whose n-grams were not looked up yet.
    """

    words: dict[str, tuple[float, ...]]
    letters: dict[str, tuple[float, ...]]
    ngrams: dict[str, int]
    unseen: set[str]


_lock = threading.Lock()
_tables: _Tables | None = None
_second_detector: Callable[[str], list[float]] | None = None


def _read_tables() -> _Tables:
    """Build the tables from the packaged n-gram weights and words and the word lists."""
    packed = resources.files("asyncassist.nlp").joinpath("data", "letters.json.gz").read_bytes()
    raw: dict[str, Any] = msgspec.json.decode(gzip.decompress(packed))
    languages_by_word: dict[str, set[str]] = {}
    for language, pack in PACKS.items():
        for word in pack.identification.words.split():
            languages_by_word.setdefault(normalize(word), set()).add(language)
    weights = {word: _share(_WORD_WEIGHT, frozenset(languages)) for word, languages in languages_by_word.items()}
    for languages, words in raw["words"].items():
        weight = _share(_TEXT_WORD_WEIGHT, frozenset(languages.split()))
        for word in words:
            weights.setdefault(word, weight)  # the lists are chosen with care: "ciao" is Italian
    evidence = [pack.identification.letters for pack in PACKS.values()]
    letters = {char: tuple([by.get(char, 0.0) for by in evidence]) for char in set().union(*evidence)}
    return _Tables(weights, letters, _pack_weights(order_weights(raw["groups"], raw["languages"])), set(weights))


@functools.cache
def _share(weight: float, languages: frozenset[str]) -> tuple[float, ...]:
    """Return the weights of a word: one of a single language is strong evidence, one of four languages hardly any."""
    each = weight / len(languages) ** 0.7
    return tuple([each if language in languages else 0.0 for language in LANGUAGES])


def order_weights(ngrams: dict[str, list[int]], languages: Sequence[str]) -> dict[str, list[int]]:
    """Return the weights of each n-gram in the order of `LANGUAGES`; the file has its own order."""
    if tuple(languages) == LANGUAGES:
        return ngrams
    columns = [languages.index(language) for language in LANGUAGES]
    return {ngram: [weights[column] for column in columns] for ngram, weights in ngrams.items()}


def _pack_weights(ngrams: dict[str, list[int]]) -> dict[str, int]:
    """Return the weights of each n-gram as one integer."""
    shifts = range(0, _FIELD_BITS * len(LANGUAGES), _FIELD_BITS)
    return {
        ngram: sum([weight << shift for weight, shift in zip(row, shifts, strict=True)])
        for ngram, row in ngrams.items()
    }


def get_tables() -> _Tables:
    """Return the tables, loading them at first use."""
    global _tables  # noqa: PLW0603 - read once for the whole process
    if _tables is None:
        with _lock:
            if _tables is None:
                _tables = _read_tables()
    return _tables


def _load_py3langid() -> Callable[[str], list[float]] | None:
    """Return a function from a text to one weight per language using py3langid, or None if it is not installed."""
    if importlib.util.find_spec("py3langid") is None:
        return None
    module = importlib.import_module("py3langid.langid")
    identifier = module.LanguageIdentifier.from_model_file(module.MODEL_FILE, norm_probs=False)
    identifier.set_languages(list(LANGUAGES))

    def weights(text: str) -> list[float]:
        ranked = dict(identifier.rank(text))
        mean = sum(ranked.values()) / len(ranked)
        return [float(ranked[language] - mean) for language in LANGUAGES]

    return weights


def warm_up() -> None:
    """Load the tables, and py3langid where installed. Slow: call it in a thread."""
    global _second_detector  # noqa: PLW0603 - read once for the whole process
    get_tables()
    if _second_detector is None:
        with _lock:
            if _second_detector is None:
                _second_detector = _load_py3langid()


def score(text: str) -> tuple[list[float], bool]:
    """Return one score for each of `LANGUAGES`, and whether the text is evidence of a language.

    Only differences between scores are meaningful. Letters typed at random differ by chance: they are no evidence.
    """
    tables = get_tables()
    text = text[:_MAX_CHARS].replace("’", "'")
    lower = lower_chars(text)
    sums = _sum_letters(tables, lower)
    typical = any(sums)
    known = False
    counted = inside = positions = matched = 0
    for match in _WORD.finditer(lower):
        word = match[0]
        plain = word if word.isascii() else normalize(word)
        if match.start() >= inside:
            inside = _end_of_name(tables, text, lower, match, plain, opens=not counted)
        share = 1.0
        if _is_code(text, match, word):
            share = _CODE_SHARE
        elif match.start() < inside:
            share = _NAME_SHARE if counted else _FIRST_NAME_SHARE
        if _add_word_weights(tables, plain, sums, share):
            known = True
        else:
            matched += _add_ngram_weights(tables, word, sums, share)
            positions += len(word) + 1
        counted += 1
    if known:
        evident = len(set(sums)) > 1
    else:
        likely = typical or (matched >= _MIN_NGRAM_LENGTH * positions > 0 and not has_only_names(text))
        evident = likely and _is_clear(sums, positions)
    return (sums if counted < _MIN_SECOND_WORDS else _with_second_opinion(sums, lower)), evident


def _with_second_opinion(sums: list[float], lower: str) -> list[float]:
    """Return the scores with those of the second detector, if there is one and no language is clearly ahead."""
    if _second_detector is None or _margin(sums) >= _CLEAR_MARGIN:
        return sums
    return [a + 0.12 * b for a, b in zip(sums, _second_detector(lower), strict=True)]


def _sum_letters(tables: _Tables, lower: str) -> list[float]:
    """Return the weights of the letters of a text that few languages have."""
    sums = [0.0] * len(LANGUAGES)
    for char in set() if lower.isascii() else set(lower):
        weights = tables.letters.get(char)
        if weights is not None:
            sums = [a + b for a, b in zip(sums, weights, strict=True)]
    return sums


def _end_of_name(tables: _Tables, text: str, lower: str, match: re.Match[str], plain: str, *, opens: bool) -> int:
    """Return where a place name of one or two words ends that begins with a word; 0 if none does.

    One word needs a capital; at the beginning of the text it must be no word of a language.
    """
    table = place_table()
    most = table.max_words_by_first_word.get(plain)
    if most is None:
        return 0
    following = _WORD.match(lower, match.end() + 1) if most > 1 else None
    if following is not None and table.find_by_name(f"{plain} {following[0]}"):
        return following.end()  # "new york" in lower case
    is_name = text[match.start()].isupper() and not (opens and plain in tables.words)
    return match.end() if is_name else 0


def _is_code(text: str, match: re.Match[str], word: str) -> bool:
    """Return whether a word is an IATA code in capitals."""
    code = word.upper()
    return len(word) == 3 and text[match.start() : match.end()] == code and place_table().find_by_code(code) is not None


def _is_clear(sums: Sequence[float], positions: int) -> bool:
    """Return whether unknown words are long enough in total, or have one language ahead."""
    return positions >= _LONG_TEXT or _margin(sums) >= _MIN_MARGIN


def _margin(sums: Sequence[float]) -> float:
    """Return the difference between the two best scores."""
    first, second = sorted(sums, reverse=True)[:2]
    return first - second


def _add_word_weights(tables: _Tables, word: str, sums: list[float], share: float = 1.0) -> bool:
    """Add the weights of a whole word to `sums`; return whether the word is known."""
    weights = tables.words.get(word)
    if weights is None and "'" in word:
        # "l'aeroporto", "d'Orly", "I'd": look up each side of the apostrophe
        front, _, back = word.partition("'")
        found = _add_word_weights(tables, front, sums, share)
        return _add_word_weights(tables, back, sums, share) or found
    if weights is None:
        return False
    if word in tables.unseen:
        weights = tables.words[word] = _with_ngrams(tables, word, weights)
        tables.unseen.discard(word)
    for index, weight in enumerate(weights):
        sums[index] += share * weight
    return True


def _with_ngrams(tables: _Tables, word: str, weights: tuple[float, ...]) -> tuple[float, ...]:
    """Return the weights of a word with those of its n-grams, if some of the languages have it, but not one alone."""
    if not 0 < weights.count(0.0) < len(weights) - 1:
        return weights
    sums = list(weights)
    _add_ngram_weights(tables, word, sums, _SHARED_WORD_NGRAMS)
    return tuple(sums)


def _add_ngram_weights(tables: _Tables, word: str, sums: list[float], share: float) -> int:
    """Add the weights of an unknown word to `sums`; return the total length of the n-grams that counted.

    N-grams overlap and count the same evidence several times, which limits an unknown word to less than a known word.
    """
    total, matched = _sum_ngrams(tables, word[:_MAX_WORD_CHARS])
    most = max(map(abs, total))
    scale = share * min(1 / 40, 2.4 / most if most else 0.0)
    for index, weight in enumerate(total):
        sums[index] += scale * weight
    return matched


@functools.lru_cache(maxsize=4096)
def _sum_ngrams(tables: _Tables, word: str) -> tuple[list[int], int]:
    """Return the weights of an unknown word, often the name of a town, and the length of its n-grams that counted.

    At each position the longest known n-gram that ends there counts.
    """
    ngrams = tables.ngrams
    padded = f" {word} "
    packed = _ZERO_FIELDS
    matched = 0
    for end in range(2, len(padded) + 1):
        for start in range(max(0, end - 5), end - 1):
            weights = ngrams.get(padded[start:end])
            if weights is not None:
                packed += weights
                matched += end - start
                break
    total = [field - _FIELD_ZERO for field in _FIELDS.unpack(packed.to_bytes(_FIELDS.size, "little"))]
    return total, matched


def has_only_names(text: str) -> bool:
    """Return whether a text of at most six words has only place names, numbers and words shared by all languages.

    Such a text ("ok", "Porto") is no evidence of its language.
    """
    words = [word for word in place_key(text).split() if not word.isdecimal()]
    if len(words) > _MAX_NAME_WORDS:
        return False
    table, position = place_table(), 0
    while position < len(words):
        most = max(table.max_words_by_first_word.get(words[position], 0), 1)
        sizes = range(min(most, len(words) - position), 0, -1)
        size = next((size for size in sizes if table.find_by_name(" ".join(words[position : position + size]))), 0)
        if size == 0 and words[position] not in _SHARED_WORDS:
            return False
        position += max(size, 1)
    return bool(words)


def detect(text: str, languages: Sequence[str] = LANGUAGES, hint: str | None = None) -> Language:
    """Return the most likely language of a text.

    Args:
        text: Text; characters after the first 400 are ignored.
        languages: Candidates, a subset of `LANGUAGES`; the first is returned for a text without evidence.
        hint: Language of the conversation so far: a short or ambiguous text is attributed to it. None: no hint.

    Returns:
        The language with its confidence: the softmax of the scores. A text without evidence (random letters, numbers,
        place names alone unless their accents tell) has the confidence 0.0, and the code of the hint, else of the first
        candidate.
    """
    allowed = [(language, LANGUAGES.index(language)) for language in languages if language in LANGUAGES]
    if len(allowed) < 2:
        return Language(code=languages[0], confidence=1.0)
    sums, evident = score(text)
    if not evident or (hint in languages and has_only_names(text)):
        return Language(code=hint if hint is not None and hint in languages else languages[0], confidence=0.0)
    values = {language: sums[index] for language, index in allowed}
    if hint in values:
        # more than the n-grams of an unknown word can add, less than a known word
        values[hint] += _HINT_WEIGHT if len(text.split()) > 2 else _SHORT_HINT_WEIGHT
    best = max(values, key=lambda language: (values[language], -languages.index(language)))
    top = values[best]
    total = sum(math.exp(value - top) for value in values.values())
    return Language(code=best, confidence=round(1 / total, 3))
