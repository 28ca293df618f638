"""Toponym disambiguation: decides whether a name is a place here or a common word or a name of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist._places import place_table
from asyncassist.languages.registry import PACKS, union_over_packs
from asyncassist.nlp import role_words
from asyncassist.nlp.entities.places import ROUTE_CONNECTORS, is_all_caps
from asyncassist.nlp.role_words import role_words_of

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist._places import PlaceTable
    from asyncassist.languages.role_words import RoleWords
    from asyncassist.nlp.entities.places import PlaceMention
    from asyncassist.nlp.tokens import TokenizedText

# Minimum letters of a small town's first word, so that short words are not taken for towns.
_MIN_NAME_LENGTH: Final = 4
_MAX_SHORT_NAME: Final = 3
# Minimum weight (`PlaceTable.weight`) of a place that a text of a few words may depart from.
_MIN_WEIGHT: Final = 35
# Above it a place is so well known that its name counts in lower case too.
_WELL_KNOWN_WEIGHT: Final = 55
ARROWS: Final = frozenset({"-", ">", "/", "→", "–", "—", "=", "➡", "✈"})
# A word and the name after it, which is then a place in lower case too: "to la".
_LOWER_CASE_NAMES: Final = union_over_packs(
    lambda pack: ((before, name) for name, words in pack.places.before_lower_case_names.items() for before in words)
)
_PLACE_ROLES: Final = frozenset({"origin", "destination"})


def is_self_introduction(text: TokenizedText, mention: PlaceMention) -> bool:
    """Return whether the name introduces the speaker: "moi c'est Florence", "ich bin der August"."""
    before = [word for word in text.words[max(0, mention.first - 5) : mention.first] if word != "'"]
    return role_words.SELF_INTRODUCTION.search(" ".join(before)) is not None


def supported_by_context(
    text: TokenizedText, mention: PlaceMention, role: str | None, mentions: Sequence[PlaceMention], lexicon: RoleWords
) -> bool:
    """Return whether an unambiguous place elsewhere in the text makes a small town plausible.

    Args:
        text: Tokenized text.
        mention: Mention of the small town.
        role: Role of the mention by its grammar, None if unknown.
        mentions: All mentions of the text.
        lexicon: Words of the language.
    """
    table = place_table()
    if mention.is_code or mention.is_ambiguous_code:
        return False
    others = [
        one
        for one in mentions
        if table.city_index(one.place_indices[0]) != table.city_index(mention.place_indices[0])
        and (one.unambiguous or _has_route_preposition(text, one, lexicon))
    ]
    if not others or len(text.words[mention.first]) < _MIN_NAME_LENGTH:
        return False
    capital = text.tokens[mention.first].raw[0].isupper() and not is_all_caps(text)
    word = table.is_common_word(" ".join(text.words[mention.first : mention.last + 1]))
    if not word and (capital or (role in _PLACE_ROLES and _follows_word(text, mention))):
        return True
    if word and not capital:
        return False
    gaps = [text.words[min(mention.last, one.last) + 1 : max(mention.first, one.first)] for one in others]
    return any(all(word in lexicon.destination or word in ARROWS for word in gap) for gap in gaps)


def _has_route_preposition(text: TokenizedText, mention: PlaceMention, lexicon: RoleWords) -> bool:
    """Return whether a preposition of origin or destination stands before a name that is no word: "de chapecó"."""
    name = " ".join(text.words[mention.first : mention.last + 1])
    front = text.words[mention.first - 1] if mention.first else ""
    return (
        not mention.is_code and not place_table().is_common_word(name) and front in lexicon.origin | lexicon.destination
    )


def starts_route(text: TokenizedText, mention: PlaceMention, known_words: Container[str]) -> bool:
    """Return whether a code that is also a rare word starts a route: "lax to vegas"."""
    onward = mention.last + 1 < len(text.words) and text.words[mention.last + 1] in ROUTE_CONNECTORS
    return mention.is_ambiguous_code and onward and text.words[mention.first] not in known_words


def continues_route(
    text: TokenizedText, mention: PlaceMention, found: list[PlaceMention], table: PlaceTable, language: str
) -> bool:
    """Return whether a name directly after another place forms a pair with it: "paris nice", "no bilbao, santander"."""
    if not found or mention.is_code:
        return False
    gap = mention.first - found[-1].last
    if found[-1].negated and gap == 2 and text.words[mention.first - 1] == ",":
        return True
    return (
        PACKS[language].places.adjacent_routes
        and gap == 1
        and table.weight(mention.place_indices[0]) > _WELL_KNOWN_WEIGHT
    )


def is_place_mention(
    text: TokenizedText,
    mention: PlaceMention,
    role: str | None,
    *,
    expected: list[str],
    found: list[PlaceMention],
    table: PlaceTable,
    language: str,
) -> bool:
    """Return whether an ambiguous name is a place here.

    Args:
        text: Tokenized text.
        mention: Mention of the name.
        role: Role of the mention by its grammar, None if unknown.
        expected: Place slots that the assistant just asked for.
        found: Places accepted so far, in order.
        table: Place table.
        language: Language of the text.
    """
    # the word between this place and the one before it: "Paris - Nice", "nyc to lax"
    link = text.words[mention.first - 1] if found and mention.first - found[-1].last == 2 else None
    if link in ARROWS:
        return True
    if mention.is_ambiguous_code:
        return link in ROUTE_CONNECTORS
    if expected and (_stands_alone(text, mention) or _begins_answer(text, mention, table)):
        return role is not None or not (
            _is_word_of_question(text, mention, table, language) or _is_article(text, mention, language)
        )
    if role not in _PLACE_ROLES or not _follows_word(text, mention):
        return False
    if mention.is_code:
        return _is_clear_code(text, mention, table)
    if mention.first == mention.last and len(text.words[mention.first]) <= _MAX_SHORT_NAME:
        return _is_clear_short_name(text, mention, table)
    return bool(found) or _is_clear_name(text, mention, role, table)


def _stands_alone(text: TokenizedText, mention: PlaceMention) -> bool:
    """Return whether a text is little more than a name."""
    size = mention.last - mention.first + 1
    return len(text.words) <= size + 8 and len([word for word in text.words if word.isalnum()]) <= size + 3


def _is_clear_name(text: TokenizedText, mention: PlaceMention, role: str | None, table: PlaceTable) -> bool:
    """Return whether a name after a preposition has a capital, is well known, or is the origin of a short text."""
    weight = table.weight(mention.place_indices[0])
    if text.tokens[mention.first].raw[0].isupper() or weight > _WELL_KNOWN_WEIGHT:
        return True
    # "un vol pour la réunion", but not "de la réunion"
    if mention.last > mention.first and role == "destination":
        return True
    plain = weight > _MIN_WEIGHT and not table.is_common_word(text.words[mention.first])
    return plain and role == "origin" and _stands_alone(text, mention)


def _is_clear_code(text: TokenizedText, mention: PlaceMention, table: PlaceTable) -> bool:
    """Return whether a code after a preposition is a place: THE is that of Teresina, but not in "to the ..."."""
    raw = text.tokens[mention.first].raw
    return (raw.isupper() and not is_all_caps(text)) or not table.is_common_word_code(raw.upper())


def _is_clear_short_name(text: TokenizedText, mention: PlaceMention, table: PlaceTable) -> bool:
    """Return whether a name of at most three letters after a preposition is a place: "to La", "nach Ulm", "to la"."""
    token = text.tokens[mention.first]
    well_known = table.weight(mention.place_indices[0]) > _WELL_KNOWN_WEIGHT and not table.is_common_word(token.folded)
    return token.raw[0].isupper() or well_known or (text.words[mention.first - 1], token.folded) in _LOWER_CASE_NAMES


def _begins_answer(text: TokenizedText, mention: PlaceMention, table: PlaceTable) -> bool:
    """Return whether a name that is no word of any language begins the text: "groningen suits me best"."""
    name = " ".join(text.words[: mention.last + 1])
    return mention.first == 0 and not mention.is_code and not table.is_common_word(name)


def _is_word_of_question(text: TokenizedText, mention: PlaceMention, table: PlaceTable, language: str) -> bool:
    """Return whether a name in lower case is a common word of the language in a question: "cosa sai fare?"."""
    name = " ".join(text.words[mention.first : mention.last + 1])
    return (
        text.words[-1:] == ("?",)
        and mention.first > 0
        and text.tokens[mention.first].raw[0].islower()
        and table.is_common_word(name, language)
    )


def _is_article(text: TokenizedText, mention: PlaceMention, language: str) -> bool:
    """Return whether a short name in lower case is the article of the next word: "la prima"."""
    following = mention.last + 1
    return (
        text.tokens[mention.first].raw in role_words_of(language).skip
        and following < len(text.words)
        and text.words[following].isalpha()
    )


def _follows_word(text: TokenizedText, mention: PlaceMention) -> bool:
    """Return whether a word, and no punctuation, stands directly before the mention."""
    return mention.first > 0 and text.words[mention.first - 1].isalpha()
