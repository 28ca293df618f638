"""Parsing of cardinal and ordinal numbers, in digits and in words, in every language.

The numbers 0 to 99 and the ordinals 1 to 31 of each language are enumerated once, at import, as sequences of normalized
tokens; hundreds and thousands are composed from them. "A", "an" and "half" are not numbers here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.tokens import Token, TokenizedText

if TYPE_CHECKING:
    from asyncassist.languages.number_words import NumberWords

Words = tuple[str, ...]
Spellings = Mapping[str, tuple[tuple[Words, int], ...]]  # first word -> (further words, value), longest first

# Longer runs of digits are identifiers, not numbers; `int` refuses strings of thousands of digits.
_MAX_DIGITS: Final = 9
# The longest one-word number below a million is shorter; a longer word is not parsed, to bound the recursion.
_MAX_WORD_LENGTH: Final = 80


def _index_spellings(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[tuple[Words, int], ...]]:
    """Return the spellings by their first token."""
    found: dict[str, list[tuple[Words, int]]] = {}
    for spelling, value in pairs:
        first, *rest = TokenizedText.from_text(spelling).words
        found.setdefault(first, []).append((tuple(rest), value))
    return {word: tuple(sorted(tails, key=lambda tail: -len(tail[0]))) for word, tails in found.items()}


CARDINALS: Final[Mapping[str, Spellings]] = {
    code: _index_spellings(pack.numbers.cardinals()) for code, pack in PACKS.items()
}
ORDINALS: Final[Mapping[str, Spellings]] = {
    code: _index_spellings(pack.numbers.ordinals()) for code, pack in PACKS.items()
}
# Words that can begin a number; `_may_be_compound` knows of numbers that are written as one word.
_FIRST_WORDS: Final[Mapping[str, frozenset[str]]] = {
    code: frozenset({*CARDINALS[code], *pack.numbers.hundreds, *pack.numbers.hundred, *pack.numbers.thousand})
    for code, pack in PACKS.items()
}


def _match_spelling(spellings: Spellings, tokens: Sequence[Token], index: int) -> tuple[int, int] | None:
    """Return the value and the number of tokens of the longest spelling at `index`, None if none matches."""
    for tail, value in spellings.get(tokens[index].folded, ()):
        end = index + 1 + len(tail)
        if len(tokens) >= end and all(tokens[index + 1 + i].folded == word for i, word in enumerate(tail)):
            return value, end - index
    return None


def _may_be_compound(word: str, numbers: NumberWords) -> bool:
    """Return whether a word has a part at which a number that is written as one word is split."""
    if not numbers.compound_hundred:
        return False
    return numbers.compound_hundred in word or any(piece in word for piece in numbers.compound_thousands)


def _parse_compound_word(word: str, language: str) -> int | None:
    """Return the value of a number written as one word, as in German or Italian; None if the word is no such number."""
    if len(word) > _MAX_WORD_LENGTH:
        return None
    numbers = PACKS[language].numbers
    for piece in numbers.compound_thousands:
        head, found, tail = word.partition(piece)
        if found:
            before, after = (
                _parse_compound_word(head, language) if head else 1,
                _parse_compound_word(tail, language) if tail else 0,
            )
            return None if before is None or after is None else before * 1000 + after
    head, found, tail = word.partition(numbers.compound_hundred)
    if found:
        before, after = (
            _parse_simple_word(head, language) if head else 1,
            _parse_simple_word(tail.removeprefix(numbers.compound_conjunction), language) if tail else 0,
        )
        return None if before is None or after is None else before * 100 + after
    return _parse_simple_word(word, language)


def _parse_simple_word(word: str, language: str) -> int | None:
    return next((value for tail, value in CARDINALS[language].get(word, ()) if not tail), None)


def _parse_below_thousand(tokens: Sequence[Token], index: int, language: str) -> tuple[int, int] | None:
    """Return the value and the number of tokens of a number below 1000 in words, or of "nineteen hundred"."""
    position, value = index, None
    numbers = PACKS[language].numbers
    whole = numbers.hundreds.get(tokens[index].folded)
    if whole is not None:
        value, position = whole, index + 1
    else:
        small = _match_spelling(CARDINALS[language], tokens, index)
        if small:
            value, position = small[0], index + small[1]
        # a bare "cent" or "hundert" is 100; a bare English "hundred" is too vague
        multiplies = position < len(tokens) and tokens[position].folded in numbers.hundred
        if multiplies and (value or numbers.bare_multipliers):
            value, position = (1 if value is None else value) * 100, position + 1
        else:
            return small
    rest = _parse_remainder(CARDINALS[language], tokens, position, language)
    return (value + rest[0], position + rest[1] - index) if rest else (value, position - index)


def _parse_remainder(
    spellings: Spellings, tokens: Sequence[Token], position: int, language: str
) -> tuple[int, int] | None:
    """Return the value and the number of tokens of the part after the hundreds, an "and" included."""
    joint = position < len(tokens) and tokens[position].folded == PACKS[language].numbers.conjunction
    start = position + joint
    found = _match_spelling(spellings, tokens, start) if start < len(tokens) else None
    return (found[0], found[1] + joint) if found else None


def parse_number(tokens: Sequence[Token], index: int, language: str) -> tuple[int, int] | None:
    """Parse the number that begins at a token, in digits or in words.

    Args:
        tokens: Tokens of the text.
        index: Index of the first token of the number.
        language: Two letters.

    Returns:
        The value and the number of tokens; None if no number of that language begins there. More than nine digits are
        not a number. Signs, decimals and separators are left to the caller.
    """
    if not 0 <= index < len(tokens):
        return None
    word = tokens[index].folded
    if word.isdecimal():
        return (int(word), 1) if len(word) <= _MAX_DIGITS else None
    numbers = PACKS[language].numbers if language in PACKS else None
    if numbers is None or not (word in _FIRST_WORDS[language] or _may_be_compound(word, numbers)):
        return None
    low = _parse_below_thousand(tokens, index, language)
    if low is None and numbers.bare_multipliers and word in numbers.thousand:
        low = (1, 0)
    if low is None:
        value = _parse_compound_word(word, language) if numbers.compound_hundred else None
        return None if value is None else (value, 1)
    position = index + low[1]
    if position == len(tokens) or tokens[position].folded not in numbers.thousand:
        return low
    return _parse_after_thousand(tokens, index, position + 1, low[0] * 1000, language)


def _parse_after_thousand(
    tokens: Sequence[Token], index: int, position: int, thousands: int, language: str
) -> tuple[int, int]:
    """Return the value and the number of tokens of a number from `index` whose thousands end before `position`."""
    joint = position < len(tokens) and tokens[position].folded == PACKS[language].numbers.conjunction
    start = position + joint
    rest = _parse_below_thousand(tokens, start, language) if start < len(tokens) else None
    return (thousands + rest[0], start + rest[1] - index) if rest else (thousands, position - index)


def parse_ordinal(tokens: Sequence[Token], index: int, language: str) -> tuple[int, int] | None:
    """Parse the ordinal from 1 to 31 that begins at a token ("12th", "third", "1er", "vigésimo primeiro").

    Args:
        tokens: Tokens of the text.
        index: Index of the first token of the ordinal.
        language: Two letters.

    Returns:
        The value and the number of tokens; None if no ordinal of that language begins there. The dot of a German
        ordinal ("3.") is left to the caller, because it ends sentences too.
    """
    if not 0 <= index < len(tokens) or language not in PACKS:
        return None
    token = tokens[index]
    if not token.folded.isdecimal():
        return _match_spelling(ORDINALS[language], tokens, index)
    if len(token.folded) > 2 or index + 1 == len(tokens):
        return None
    suffix = tokens[index + 1]
    if (
        suffix.start == token.end
        and suffix.folded in PACKS[language].numbers.ordinal_suffixes
        and 1 <= int(token.folded) <= 31
    ):
        return int(token.folded), 2
    return None
