"""Mentions of places in a text: cities, airports, metropolitan areas and IATA codes, in every language.

Many names are also words ("nice", "natal", "la"), and most common three-letter words are codes ("the", "may", "sat").
So each mention is either unambiguous or valid only where a place is expected: after "from" or "nach", or as the answer
to "where to?". `place_roles` decides that.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from asyncassist._towns import town_table
from asyncassist.languages.registry import PACKS, union_over_packs
from asyncassist.nlp._gil import yield_gil
from asyncassist.nlp.role_words import role_words_of

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist._places import PlaceTable
    from asyncassist._towns import Town
    from asyncassist.nlp.tokens import Token, TokenizedText

# Punctuation inside names: "chi-town", "O'Hare", "St. Louis", "Frankfurt/Main".
_NAME_JOINERS: Final = frozenset({"-", "'", ".", "/"})
# Names up to this weight are small towns: in messages they are more often people's names or rare words.
_SMALL_TOWN_WEIGHT: Final = 52
# Names above this weight are cities whose codes are in common use.
_LARGE_CITY_WEIGHT: Final = 60
# Tokens between two releases of the GIL.
_YIELD_INTERVAL: Final = 128
# Percent similarity (rapidfuzz `ratio`) from which a name counts as misspelled.
_MIN_SIMILARITY: Final = 84
_MIN_FUZZY_LENGTH: Final = 5
# Letters from which a name may have two misspelled letters.
_LONG_NAME: Final = 10
# Words of the longest name of a town: "saint jean de la ruelle".
_MAX_TOWN_WORDS: Final = 6
# Abbreviations and words in capitals that are not meant as airport codes; the abbreviations are the same everywhere.
_NOT_CODES: Final = frozenset(
    {
        "USA", "VIP", "PDF", "ETA", "ETD", "FAQ", "SMS", "UTC", "GMT", "EST", "PST", "CET", "EUR", "USD", "GBP",
        "BRL", "CHF", "CAD", "AUD", "JPY", "MXN", "ARS", "ASA", "TAP", "KLM", "SAS", "LOT", "ITA", "ANA", "JAL", "GOL",
        "TAM", "LAN", "PIA", "PAX", "INF", "CHD", "ADT",
    }
) | union_over_packs(lambda pack: map(str.upper, pack.places.not_codes))  # fmt: skip
# Words after a name that make it something other than a place: "Washington Post", "Paris Hilton".
_NON_PLACE_FOLLOWERS: Final = {
    name: frozenset().union(*(pack.places.other_meanings.get(name, ()) for pack in PACKS.values()))
    for pack in PACKS.values()
    for name in pack.places.other_meanings
}
_BEFORE_PLACES: Final = union_over_packs(lambda pack: pack.places.before_places)
# Words after the origin of a route: "jfk to lhr".
ROUTE_CONNECTORS: Final = union_over_packs(lambda pack: pack.places.route_connectors) | frozenset(">-/")
_AIRPORT_WORDS: Final = union_over_packs(lambda pack: pack.places.airport_words)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMention:
    """Place named in a text.

    Attributes:
        first: First token.
        last: Last token, included; "Ontario" of "Toronto, Ontario" belongs to the mention.
        place_indices: Indices into the place table, most likely first.
        unambiguous: Whether the name is a place in any context.
        is_code: Whether the place is written as an IATA code.
        is_ambiguous_code: Whether the place is written as a code in lower case that is also a word: "lax".
        similarity: Similarity of a misspelled name to the real one, 0 to 1; 1 for an exact name.
        town: Town without an airport whose nearest city is the place; None: the place itself is named.
        role: "origin" or "destination", None until `place_roles` assigns it.
        negated: Whether the text denies the place; set by `place_roles`.
        homeward: Whether the trip itself leads back to this place, no other destination being named; set by
            `place_roles`.
        either: Whether this place or the one before it will do; set by `place_roles`.
    """

    first: int
    last: int
    place_indices: tuple[int, ...]
    unambiguous: bool
    is_code: bool = False
    is_ambiguous_code: bool = False
    similarity: float = 1.0
    town: Town | None = None
    role: str | None = None
    negated: bool = False
    homeward: bool = False
    either: bool = False


def find_mentions(
    text: TokenizedText, table: PlaceTable, language: str, claimed_tokens: Container[int] = ()
) -> list[PlaceMention]:
    """Return all mentions of places, unambiguous or not, in order and without overlaps.

    Args:
        text: Tokenized text.
        table: Place table.
        language: Language of the text: "nice" is a word in English, "faro" in Portuguese.
        claimed_tokens: Tokens of other entities, such as airlines and dates.
    """
    tokens = text.tokens
    all_caps = is_all_caps(text)
    found: list[PlaceMention] = []
    position = 0
    while position < len(tokens):
        if not position % _YIELD_INTERVAL:
            yield_gil()
        mention = None
        if position not in claimed_tokens and tokens[position].raw[0].isalpha():
            mention = _match_name(tokens, position, table, language, claimed_tokens, all_caps=all_caps)
            if mention is None or mention.first == mention.last:
                mention = _match_code(tokens, position, table, all_caps=all_caps, name_match=mention)
        if mention is None:
            position += 1
            continue
        mention = _attach_region(tokens, mention, table, claimed_tokens)
        found.append(mention)
        position = mention.last + 1
    return _merge_adjacent(found, tokens, table)


def is_all_caps(text: TokenizedText) -> bool:
    """Return whether the text is all in capitals, so that capitals carry no information; a code alone is not."""
    return text.raw.isupper() and any(len(token.raw) > 3 for token in text.tokens)


def _words_from(
    tokens: Sequence[Token], position: int, limit: int, claimed_tokens: Container[int]
) -> list[tuple[int, str]]:
    """Return up to `limit` words from a token on, each with its token, skipping the joiners inside names."""
    words: list[tuple[int, str]] = []
    index = position
    while index < len(tokens) and len(words) < limit and index not in claimed_tokens:
        word = tokens[index].folded
        if word.isalnum():
            words.append((index, word))
        elif word not in _NAME_JOINERS or (words and words[-1][0] != index - 1):
            break
        index += 1
    return words


def _match_name(
    tokens: Sequence[Token],
    position: int,
    table: PlaceTable,
    language: str,
    claimed_tokens: Container[int],
    *,
    all_caps: bool,
) -> PlaceMention | None:
    """Return the longest name that begins at a token."""
    limit = table.max_words_by_first_word.get(tokens[position].folded)
    if limit is None:
        return None
    words = _words_from(tokens, position, limit, claimed_tokens)
    for count in range(len(words), 0, -1):
        key = " ".join([word for _, word in words[:count]])
        places = table.find_by_name(key)
        if places:
            last = words[count - 1][0]
            if (
                last + 1 < len(tokens)
                and tokens[last + 1].start == tokens[last].end
                and tokens[last + 1].raw.isdecimal()
            ):
                return None  # "l'A380"
            after = tokens[last + 1].folded if last + 1 < len(tokens) else ""
            before = tokens[position - 1].folded if position else ""
            starts_route = (
                position == 0 and after in ROUTE_CONNECTORS and _is_town(tokens, last + 2, table)
            )  # "nice to prague"
            if (
                after in _NON_PLACE_FOLLOWERS.get(key.rpartition(" ")[2], ())
                and before not in _BEFORE_PLACES
                and not starts_route
            ):
                return None
            near = _prefer_local(places, table, language)
            unambiguous = _is_unambiguous(tokens[position : last + 1], key, table, near[0], language, all_caps=all_caps)
            return PlaceMention(first=position, last=last, place_indices=near, unambiguous=unambiguous)
    return None


def _is_town(tokens: Sequence[Token], position: int, table: PlaceTable) -> bool:
    """Return whether a token is the name of a town and not a common word."""
    name = tokens[position].folded if position < len(tokens) else ""
    places = (
        table.find_by_name(name) if name in table.max_words_by_first_word and not table.is_common_word(name) else ()
    )
    return bool(places) and table.weight(places[0]) > _SMALL_TOWN_WEIGHT


def _prefer_local(places: Sequence[int], table: PlaceTable, language: str) -> tuple[int, ...]:
    """Return the places, one in a country of the language first unless another is far larger."""
    best, home = places[0], PACKS[language].places.home_countries
    for index in places[1:]:
        is_local = table.place(index).country in home and table.place(index).kind == table.place(best).kind
        if is_local and table.place(best).country not in home and table.weight(best) - table.weight(index) <= 8:
            return (index, *[other for other in places if other != index])
    return tuple(places)


def completes_place_name(text: TokenizedText, first: int, last: int, table: PlaceTable) -> bool:
    """Return whether words before these tokens complete a place name with them: "Rio de" before "Janeiro"."""
    for start in range(max(0, first - 3), first):
        limit = table.max_words_by_first_word.get(text.tokens[start].folded, 0)
        words = _words_from(text.tokens, start, limit, ()) if limit > 1 else []
        for count in range(len(words), 1, -1):
            if words[count - 1][0] >= last and table.find_by_name(" ".join([word for _, word in words[:count]])):
                return True
    return False


def _is_unambiguous(
    tokens: Sequence[Token], key: str, table: PlaceTable, best: int, language: str, *, all_caps: bool
) -> bool:
    """Return whether a name is a place in any context."""
    token = tokens[0]
    capital = token.raw[0].isupper() and not all_caps
    if len(key) <= 3:
        if (
            len(key) == 3
            and not table.is_common_word(key)
            and not table.is_common_word_code(key.upper())
            and table.weight(best) > _LARGE_CITY_WEIGHT
        ):
            return True  # "nyc"
        if capital and not table.is_common_word(key) and table.weight(best) > 60:
            return True
        # "LA" in capitals is the city where "la" is no article
        return (
            capital
            and token.raw.isupper()
            and (PACKS[language].places.short_names_in_capitals or not table.is_common_word(key, language))
        )
    if table.is_common_word(key, language):
        # a capital at the start of the text carries no information
        return capital and token.start > 0 and table.weight(best) > _SMALL_TOWN_WEIGHT
    article, _, noun = key.partition(" ")
    if noun and article in role_words_of(language).skip and table.is_common_word(noun, language):
        return tokens[-1].raw[0].isupper() and not all_caps  # "la réunion est décalée"
    return bool(noun) or table.weight(best) > _SMALL_TOWN_WEIGHT


def _match_code(
    tokens: Sequence[Token], position: int, table: PlaceTable, *, all_caps: bool, name_match: PlaceMention | None
) -> PlaceMention | None:
    """Return the mention of a three-letter token as an IATA code, unless it is a name."""
    raw = tokens[position].raw
    if len(raw) != 3 or not raw.isascii() or not raw.isalpha():
        return name_match
    code = raw.upper()
    if code in _NOT_CODES or (name_match is not None and name_match.unambiguous):
        return name_match
    index = table.find_by_code(code)
    if index is None:
        return name_match
    if raw == code and not all_caps:
        return PlaceMention(
            first=position,
            last=position,
            place_indices=(index,),
            unambiguous=not table.is_common_word_code(code),
            is_code=True,
        )
    if name_match is not None or (table.is_common_word_code(code) and table.weight(index) <= _LARGE_CITY_WEIGHT):
        return name_match
    if table.is_common_word_code(code):
        return PlaceMention(
            first=position,
            last=position,
            place_indices=(index,),
            unambiguous=False,
            is_code=True,
            is_ambiguous_code=True,
        )
    onward = (
        position + 1 < len(tokens)
        and tokens[position + 1].folded in ROUTE_CONNECTORS
        and table.weight(index) > _LARGE_CITY_WEIGHT
    )
    return PlaceMention(first=position, last=position, place_indices=(index,), unambiguous=onward, is_code=True)


def _attach_region(
    tokens: Sequence[Token], mention: PlaceMention, table: PlaceTable, claimed_tokens: Container[int]
) -> PlaceMention:
    """Extend the mention by a state or country after it and narrow its places to that region."""
    position = mention.last + 1
    comma = position < len(tokens) and tokens[position].folded in {",", "("}
    if comma:
        position += 1
    route = position < len(tokens) and tokens[position].folded == "-"
    words = _words_from(tokens, position, 4, claimed_tokens)
    for count in range(len(words), 0, -1):
        key = " ".join([word for _, word in words[:count]])
        last = words[count - 1][0]
        raw = tokens[words[0][0]].raw
        if len(key) <= 3 and not (raw.isupper() or (comma and raw[0].isupper()) or (comma and len(key) == 2)):
            continue
        if route and table.find_by_name(key):
            continue  # "Las Vegas-New York" is a route
        inside = _filter_by_region(
            mention, key, table, abbreviation=len(key) <= 3, exactly=len(key) <= 3 and raw.islower()
        )
        if inside:
            if last + 1 < len(tokens) and tokens[last + 1].folded == ")":
                last += 1
            return replace(mention, last=last, place_indices=inside, unambiguous=mention.unambiguous or comma)
    return mention


def _filter_by_region(
    mention: PlaceMention, key: str, table: PlaceTable, *, abbreviation: bool, exactly: bool
) -> tuple[int, ...]:
    """Return the places of a mention inside a state or country of that name, empty if there are none."""
    places = [table.place(index) for index in mention.place_indices]
    for country, state in table.states.get(key, ()):
        inside = tuple(
            index
            for index, place in zip(mention.place_indices, places, strict=True)
            if place.country == country and _is_same_state(table.region(index), state)
        )
        if inside:
            return inside
        # an airport may lie in another state than its city, and the sources spell states differently: try the country
        near = tuple(
            index for index, place in zip(mention.place_indices, places, strict=True) if place.country == country
        )
        if near and not exactly and (not abbreviation or len(near) == 1 or near[0] == mention.place_indices[0]):
            return near
    land = table.countries.get(key)
    if land is None or (abbreviation and key not in {"uk", "usa", "us", "eua", "uae"}):
        return ()
    return tuple(index for index, place in zip(mention.place_indices, places, strict=True) if place.country == land)


def _is_same_state(region: str, state: str) -> bool:
    """Return whether two spellings of a state are equal, ignoring case and hyphens."""
    return region.replace("-", " ").casefold() == state.casefold()


def _merge_adjacent(found: list[PlaceMention], tokens: Sequence[Token], table: PlaceTable) -> list[PlaceMention]:
    """Merge "London, Gatwick" and "Lisbon (LIS)" into the airport, if both are of one city."""
    joined: list[PlaceMention] = []
    for mention in found:
        before = joined[-1] if joined else None
        if before is not None and not before.is_ambiguous_code and _are_adjacent(tokens, before.last, mention.first):
            city = table.city_index(before.place_indices[0])
            same = tuple(index for index in mention.place_indices if table.city_index(index) == city)
            if same and before.place_indices[0] != same[0]:
                last = mention.last
                if last + 1 < len(tokens) and tokens[last + 1].folded == ")":
                    last += 1
                joined[-1] = replace(
                    mention, first=before.first, last=last, place_indices=same, unambiguous=before.unambiguous
                )
                continue
        joined.append(mention)
    return joined


def _are_adjacent(tokens: Sequence[Token], last: int, first: int) -> bool:
    """Return whether only punctuation or the word "airport" stands between two tokens."""
    between = [token.folded for token in tokens[last + 1 : first]]
    return len(between) <= 2 and all(word in {",", "(", "-", "/"} or word in _AIRPORT_WORDS for word in between)


@cache
def _matcher() -> Any:
    """Return the module rapidfuzz, None if it is not installed."""
    if importlib.util.find_spec("rapidfuzz") is None:
        return None
    return importlib.import_module("rapidfuzz")


@cache
def _fuzzy_candidates(first: str) -> list[str]:
    """Return the names of larger places that begin with a letter and are long enough to be misspelled."""
    from asyncassist._places import place_table  # noqa: PLC0415 - the table is there when a text is read

    table = place_table()
    return [
        name
        for name in table.names_with_prefix(first, 100_000)
        if len(name) >= _MIN_FUZZY_LENGTH and table.weight(table.find_by_name(name)[0]) >= 55
    ]


def warm_up() -> None:
    """Build the candidate lists of fuzzy matching."""
    if _matcher() is not None:
        for letter in "abcdefghijklmnopqrstuvwxyz":
            _fuzzy_candidates(letter)


def _is_typo(written: str, name: str) -> bool:
    """Return whether a similar name is so close that only a slip of the keyboard explains the difference.

    That is one letter wrong, missing, too many or exchanged with its neighbour; two in a long name whose ending is
    right. A name of the same beginning with another ending ("Atlantis", "Atlanta") is another name.
    """
    distance: int = _matcher().distance.OSA.distance(written, name, score_cutoff=2)
    return distance <= 1 or (distance == 2 and len(name) >= _LONG_NAME and written[-2:] == name[-2:])


def match_town(
    text: TokenizedText,
    position: int,
    table: PlaceTable,
    *,
    claimed_tokens: Container[int],
    known_words: Container[str],
) -> PlaceMention | None:
    """Return the town without an airport that is named at a token where a place is expected.

    A name that is also a common word, of any language, needs its capital.

    Args:
        text: Tokenized text.
        position: Index of the token.
        table: Place table.
        claimed_tokens: Tokens of other entities.
        known_words: Words that are not places.
    """
    towns = town_table()
    words = _words_from(text.tokens, position, _MAX_TOWN_WORDS, claimed_tokens)
    capital = text.tokens[position].raw[0].isupper() and not is_all_caps(text)
    for count in range(len(words), 0, -1):
        key = " ".join([word for _, word in words[:count]])
        town = towns.find(key)
        index = None if town is None else table.find_by_code(town.city, "city")
        if index is None:
            continue
        # "el segundo" is a town too
        ordinary = all(word in known_words for _, word in words[:count])
        plain = not ordinary and key not in known_words and not towns.is_common_word(key)
        if plain or (capital and position > 0):
            last = words[count - 1][0]
            return PlaceMention(first=position, last=last, place_indices=(index,), unambiguous=True, town=town)
    return None


def fuzzy_match(
    text: TokenizedText, position: int, table: PlaceTable, known_words: Container[str]
) -> PlaceMention | None:
    """Return the place that is misspelled at a token where a place is expected.

    Args:
        text: Tokenized text.
        position: Index of the token.
        table: Place table.
        known_words: Correctly spelled words that are not places.

    Returns:
        The mention with its similarity; None if no name, or names of several cities, can be meant, or rapidfuzz is not
        installed.
    """
    matcher = _matcher()
    token = text.tokens[position]
    if matcher is None or len(token.folded) < _MIN_FUZZY_LENGTH or token.folded in known_words:
        return None
    best: tuple[float, int, str] | None = None
    for count in (2, 1):
        words = _words_from(text.tokens, position, count, ())
        if len(words) < count:
            continue
        key = " ".join([word for _, word in words])
        hits = matcher.process.extract(
            key, _fuzzy_candidates(key[0]), scorer=matcher.fuzz.ratio, score_cutoff=_MIN_SIMILARITY, limit=None
        )
        likely = [(score, name) for name, score, _ in hits if _is_typo(key, name)]
        cities = {table.city_index(table.find_by_name(name)[0]) for _, name in likely}
        if len(cities) == 1 and (best is None or likely[0][0] > best[0] + 3):
            best = (likely[0][0], words[-1][0], likely[0][1])
    if best is None:
        return None
    score, last, name = best
    return PlaceMention(
        first=position,
        last=last,
        place_indices=tuple(table.find_by_name(name)),
        unambiguous=True,
        similarity=score / 100,
    )
