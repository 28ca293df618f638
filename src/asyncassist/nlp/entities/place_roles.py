"""Roles of places: which mention is the origin and which the destination.

Evidence in order of precedence: prepositions ("from Paris", "nach Rom"), verbs nearby ("leaving Paris"), corrections
and denials, the role of the other place, the question just asked, and finally the order of the places.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from asyncassist.languages.registry import PACKS, union_over_packs
from asyncassist.nlp import role_words
from asyncassist.nlp.entities.place_disambiguation import (
    ARROWS,
    continues_route,
    is_place_mention,
    is_self_introduction,
    starts_route,
    supported_by_context,
)
from asyncassist.nlp.entities.places import ROUTE_CONNECTORS, PlaceMention, fuzzy_match, is_all_caps, match_town
from asyncassist.nlp.role_words import role_words_of

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from asyncassist._places import PlaceTable
    from asyncassist.languages.role_words import RoleWords
    from asyncassist.nlp.tokens import TokenizedText

_OPPOSITE: Final = {"origin": "destination", "destination": "origin"}
_MAX_LOOKBACK: Final = 6
_MAX_CODE_LENGTH: Final = 3
# No trip has more places; the limit bounds the time for a hostile text.
_MAX_MENTIONS: Final = 20
_MAX_FUZZY_MATCHES: Final = 4
_PREDICATE_WORDS: Final = union_over_packs(lambda pack: pack.roles.predicate_words)
_COPULAS: Final = union_over_packs(lambda pack: pack.roles.copulas) | {"=", ":"}
_OUTBOUND_PAIRS: Final = union_over_packs(lambda pack: pack.roles.outbound_pairs)
_ORIGIN_PAIRS: Final = union_over_packs(lambda pack: pack.roles.origin_pairs)
_STRANDED_ORIGIN: Final = union_over_packs(lambda pack: pack.roles.stranded_origin)
_RETURN_FARE_NOUNS: Final = union_over_packs(lambda pack: pack.roles.return_fare_nouns)
_ROUTE_LINKS: Final = union_over_packs(lambda pack: pack.roles.route_links) | {"->", ">", "-"}
_PLANE_NOUNS: Final = union_over_packs(lambda pack: pack.roles.plane_nouns)
_TAKING_STEMS: Final = tuple(sorted(union_over_packs(lambda pack: pack.roles.taking_stems)))
_DENIALS: Final = union_over_packs(lambda pack: pack.roles.denials)
_RESIDENCE_VERBS: Final = union_over_packs(lambda pack: pack.roles.residence_verbs)
_LEAVE_FOR_VERBS: Final = union_over_packs(lambda pack: pack.roles.leave_for_verbs)
_TRIP_NOUNS: Final = union_over_packs(lambda pack: pack.roles.trip_nouns)
_BOARDING_STEMS: Final = tuple(sorted(union_over_packs(lambda pack: pack.roles.boarding_stems)))
_THIRD_PERSONS: Final = union_over_packs(lambda pack: pack.roles.third_persons)
_THIRD_PERSON_RESIDENCE: Final = union_over_packs(lambda pack: pack.roles.third_person_residence)
_DASHES: Final = (("-",), ("/",), (">",), ("-", ">"))
_ROUTE_PREPOSITIONS: Final = union_over_packs(lambda pack: pack.roles.route_prepositions)
# Words from "or" to the second of two places of which either will do, and letters of those after "or".
_MAX_BETWEEN_ALTERNATIVES: Final = 3
_PAIR: Final = 2
_MAX_LINK: Final = 5
# Maximum words between a negation and the place that it denies.
_MAX_NEGATION_DISTANCE: Final = 8


def preposition_before(text: TokenizedText, lexicon: RoleWords, first: int) -> tuple[str | None, int]:
    """Return the role by the preposition before a place, articles and the like skipped.

    Returns:
        "origin", "destination", "at", "via" or None, and the index of the deciding token.
    """
    words = text.words
    position = first - 1
    skipped = 0
    while position >= 0 and skipped < 4:
        word = words[position]
        pair = (words[position - 1] if position else "", word)
        if pair in _ORIGIN_PAIRS:
            return "origin", position - 1
        if (word in lexicon.origin and pair[0] not in role_words.PLACE_NOUNS) or pair in _OUTBOUND_PAIRS:
            return "origin", position
        if word in lexicon.destination and not (word in lexicon.skip and pair[0] in lexicon.before_articles):
            return "destination", position
        if word in lexicon.via:
            return "via", position
        if word in lexicon.location:
            return "at", position
        if (
            word in {":", '"', "'", "(", "“", "«"}
            or word in lexicon.skip
            or word in role_words.PLACE_NOUNS
            or word in lexicon.origin
        ):
            position -= 1
            skipped += 1
            continue
        return None, position
    return None, position


def _takes_plane(words: Sequence[str], position: int) -> bool:
    """Return whether the text says that a plane is taken there: "prendre l'avion à"."""
    return words[position - 1] in _PLANE_NOUNS and any(
        word.startswith(_TAKING_STEMS) for word in words[max(0, position - 6) : position]
    )


def _role_by_verb(text: TokenizedText, lexicon: RoleWords, position: int, stop: int) -> str | None:
    """Return the role by the nearest verb or noun before a token, None if there is none in the same clause.

    Args:
        text: Tokenized text.
        lexicon: Words of the language.
        position: Token at which the search starts, backwards.
        stop: Token at which the search ends, excluded: the end of the previous place.
    """
    words = text.words
    for index in range(position, max(stop, position - _MAX_LOOKBACK), -1):
        word = words[index]
        if word in _THIRD_PERSON_RESIDENCE and index and words[index - 1] in _THIRD_PERSONS:
            return "destination"  # "my son who lives in Toronto"
        if word in lexicon.departure_words:
            return "origin"
        if word in lexicon.destination_words and word not in _TRIP_NOUNS:
            return "destination"
        if word in {".", "?", "!", ";", ","}:
            return None
    return None


def _role_by_grammar(text: TokenizedText, lexicon: RoleWords, mention: PlaceMention, stop: int) -> str | None:
    """Return the role by the words around a place, None if they do not decide.

    Besides "origin" and "destination": "via" for a stop on the way, "home" and "away" for a place of the return, which
    `_resolve_return_roles` resolves later.
    """
    role, position = preposition_before(text, lexicon, mention.first)
    words = text.words
    if role == "origin":
        # "returning from Paris", "coming back from Paris": the destination of the trip
        back = any(word in lexicon.return_words for word in words[max(stop + 1, position - 2) : position])
        return "away" if back else "origin"
    if role == "destination":
        return _destination_role(text, lexicon, mention, position, stop=stop)
    if role == "via":
        return "via"
    if role == "at":
        # French "partir en Corse" is a trip to Corsica, though "partir" means to leave
        off = any(word in _LEAVE_FOR_VERBS for word in words[max(stop + 1, position - 2) : position])
        return "destination" if off else _role_by_verb(text, lexicon, position - 1, stop)
    if position >= 0 and position > stop:
        word = words[position]
        if word in lexicon.departure_words:
            return "origin"
        if word in lexicon.destination_words and word not in _TRIP_NOUNS:
            return "destination"
        if word in _COPULAS:
            return _role_by_verb(text, lexicon, position - 1, stop)
    return _role_by_following(text, lexicon, mention)


def _destination_role(
    text: TokenizedText, lexicon: RoleWords, mention: PlaceMention, position: int, *, stop: int
) -> str | None:
    """Return the role of a place after a preposition of the destination.

    "home" on the way back, "origin" where the verb says so, None if the preposition does not belong to the place.
    """
    words = text.words
    if position > 0 and words[position - 1] in _RESIDENCE_VERBS:
        return "origin"  # "je suis à Lyon", "abito a Roma"
    if position > 0 and (words[position - 1].startswith(_BOARDING_STEMS) or _takes_plane(words, position)):
        return "origin"  # "nous embarquerons à Luxembourg", "je prends l'avion à Nantes"
    after = words[mention.last + 1] if mention.last + 1 < len(words) else ""
    if words[position] in lexicon.compound_prepositions and after in lexicon.compound_nouns:
        return None
    before_it = words[max(stop + 1, position - 2) : position]
    if any(word in lexicon.return_words for word in before_it) and _RETURN_FARE_NOUNS.isdisjoint(before_it):
        return "home"
    return "destination" if position > stop else None


def _role_by_following(text: TokenizedText, lexicon: RoleWords, mention: PlaceMention) -> str | None:
    """Return the role by the words after the place: "Paris is my destination"."""
    words = text.words[mention.last + 1 : mention.last + 8]
    if not words:
        return None
    if words[0] in _PREDICATE_WORDS:
        for word in words[1:]:
            if word in {".", ",", "?", "!"}:
                break
            if word in lexicon.departure_words or word in _STRANDED_ORIGIN:
                return "origin"
            if word in lexicon.destination_words:
                return "destination"
    return None


def _is_negated(text: TokenizedText, lexicon: RoleWords, mention: PlaceMention) -> bool:
    """Return whether the text denies the place."""
    words = text.words
    after = words[mention.last + 1 : mention.last + 3]
    if len(after) == 2 and after[0] in _DENIALS and after[1] in {",", ";"} and mention.first < 2:
        return True  # "Paris no, Lyon"
    _, position = preposition_before(text, lexicon, mention.first)
    start = mention.first - 1
    seen = [words[index] for index in range(max(0, min(position, start) - 1), mention.first)]
    if any(pair in role_words.NEGATION_PAIRS for pair in itertools.pairwise(seen)):
        return True
    for index in range(start, max(-1, start - _MAX_NEGATION_DISTANCE), -1):
        word = words[index]
        if word in lexicon.negations:
            # "no, Paris" and "no. Paris" deny the previous message, not Paris
            return not (index + 1 < len(words) and words[index + 1] in {",", ".", ";", "!", ":"}) and not (
                word in _DENIALS and index == start and _is_answer_no(text, lexicon, index)
            )
        if (
            word not in lexicon.prepositions
            and word not in lexicon.skip
            and word not in lexicon.destination_words
            and word not in role_words.NEGATION_FILLERS
        ):
            return False
    return False


def _is_answer_no(text: TokenizedText, lexicon: RoleWords, index: int) -> bool:
    """Return whether a leading "no" is a sentence of its own: "No Paris" answers a question."""
    return index == 0 and text.words[0] in _DENIALS and len(text.tokens) <= 3 and bool(lexicon.correction_words)


def assign_place_roles(
    text: TokenizedText,
    mentions: Sequence[PlaceMention],
    table: PlaceTable,
    language: str,
    *,
    asked: Sequence[str] = (),
    claimed_tokens: Container[int] = (),
    known_words: Container[str] = (),
    known_cities: Mapping[str, str] | None = None,
    all_places: list[PlaceMention] | None = None,
) -> list[PlaceMention]:
    """Assign roles to the mentions; drop those that are not places here.

    Args:
        text: Tokenized text.
        mentions: Mentions from `find_mentions`.
        table: Place table.
        language: Two letters.
        asked: Slots that the assistant just asked for, in the order of the question.
        claimed_tokens: Tokens of other entities.
        known_words: Correctly spelled words that are not places, excluded from fuzzy matching.
        known_cities: City codes of the known origin and destination, by slot: "not Paris, Lyon" changes the one that is
            Paris.
        all_places: Receives every place of the text with the role that the words around it give: "origin",
            "destination", "home", "away", "via" or None.

    Returns:
        At most one mention per role, in order, each with the role "origin" or "destination"; and those of which either
        that one or they will do, with its role.
    """
    lexicon = role_words_of(language)
    mentions = [
        mention
        for mention in mentions[:_MAX_MENTIONS]
        if mention.unambiguous or not _begins_town(text, mention, table, claimed_tokens, known_words)
    ]
    expected = [name for name in asked if name in _OPPOSITE]
    found: list[PlaceMention] = []
    introduced_tokens: set[int] = set()
    stop = -1
    for mention, following in zip(mentions, [*mentions[1:], None], strict=False):
        role = _role_by_grammar(text, lexicon, mention, stop)
        negated = _is_negated(text, lexicon, mention)
        near = role
        if is_self_introduction(text, mention):
            introduced_tokens.update(range(mention.first, mention.last + 1))
            continue  # "je m'appelle Florence"
        if negated and mention.first > 1 and text.words[mention.first - 2 : mention.first] in role_words.NEGATION_PAIRS:
            role = None  # the "de" of "em vez de" is not the preposition of an origin
        paired = (
            following is not None and following.first - mention.last == 2 and text.words[mention.last + 1] in ARROWS
        )
        paired = paired or _is_pair_start(text, mention, following, language)
        paired = (
            paired or starts_route(text, mention, known_words) or continues_route(text, mention, found, table, language)
        )
        joint = following is not None and text.words[mention.last + 1 : following.first] in _DASHES
        if joint and role == "destination" and text.words[mention.first - 1] in _ROUTE_PREPOSITIONS:
            role = "origin"  # "prices for Rome-Oslo"
        if role is None and _precedes_unknown_place(text, mention, lexicon, claimed_tokens, known_words):
            role = "origin"  # "Lisbon to Atlantis"
        paired = paired or supported_by_context(text, mention, near, mentions, lexicon)
        if not (
            mention.unambiguous
            or paired
            or is_place_mention(text, mention, near, expected=expected, found=found, table=table, language=language)
        ):
            continue
        placed = replace(mention, role=role, negated=negated)
        if all_places is not None:
            all_places.append(placed)
        if role is None and any(
            table.city_index(one.place_indices[0]) == table.city_index(mention.place_indices[0]) for one in found
        ):
            continue  # "from LAX, so Los Angeles"
        found.append(placed)
        stop = mention.last
    found = _add_expected_places(
        text, found, lexicon, table, expected=expected, claimed_tokens=claimed_tokens, known_words=known_words
    )
    found = [mention for mention in found if mention.first not in introduced_tokens]
    found, others = _split_alternatives(text, found, language)
    if all_places is not None and others:
        layovers = {mention.first for mention in found if mention.role == "via"}
        either = {other.first for one, other in others if one in layovers}
        all_places[:] = [replace(one, role="via") if one.first in either else one for one in all_places]
    resolved = _resolve(
        text,
        _inherit_denied_role(_assign_denied_roles(found, table, known_cities or {}), table, known_cities or {}),
        lexicon,
        expected,
    )
    roles = {mention.first: mention.role for mention in resolved}
    resolved += [replace(other, role=roles[one]) for one, other in others if one in roles]
    return sorted(resolved, key=lambda mention: mention.first)


def _split_alternatives(
    text: TokenizedText, found: list[PlaceMention], language: str
) -> tuple[list[PlaceMention], list[tuple[int, PlaceMention]]]:
    """Return the places without those of which the one before will do too, and these with the first token of that one.

    "Lisbon or Porto", "from Geneva or from Lyon": a preposition or an article may stand between.
    """
    if len(found) < _PAIR:
        return found, []
    words = PACKS[language].offers.alternative.split("|") if language in PACKS else ()
    single: list[PlaceMention] = []
    others: list[tuple[int, PlaceMention]] = []
    for mention in found:
        before = (
            others[-1][1] if others and single and others[-1][0] == single[-1].first else single[-1] if single else None
        )
        between = text.words[before.last + 1 : mention.first] if before is not None else ()
        if between[:1] == (",",):
            between = between[1:]
        joined = bool(between) and between[0] in words and len(between) <= _MAX_BETWEEN_ALTERNATIVES
        if joined and single and not mention.negated and all(len(word) <= _MAX_LINK for word in between[1:]):
            others.append((single[-1].first, replace(mention, either=True)))
        else:
            single.append(mention)
    return single, others


def _begins_town(
    text: TokenizedText,
    mention: PlaceMention,
    table: PlaceTable,
    claimed_tokens: Container[int],
    known_words: Container[str],
) -> bool:
    """Return whether a name is the beginning of the longer name of a town: the "La" of "La Spezia"."""
    if len(text.words[mention.first]) > _MAX_CODE_LENGTH:
        return False
    town = match_town(text, mention.first, table, claimed_tokens=claimed_tokens, known_words=known_words)
    return town is not None and town.last > mention.last


def _precedes_unknown_place(
    text: TokenizedText,
    mention: PlaceMention,
    lexicon: RoleWords,
    claimed_tokens: Container[int],
    known_words: Container[str],
) -> bool:
    """Return whether a route leads from a place to a name that is in no table: "Lisbon to Atlantis"."""
    position = mention.last + 2
    if position >= len(text.tokens) or position in claimed_tokens:
        return False
    link, name = text.words[mention.last + 1], text.tokens[position]
    return (
        (link in ROUTE_CONNECTORS or link in ARROWS or link in lexicon.route_links)
        and name.raw[0].isupper()
        and len(name.raw) > _MAX_CODE_LENGTH
        and not is_all_caps(text)
        and name.folded not in known_words
    )


def _inherit_denied_role(
    found: list[PlaceMention], table: PlaceTable, known_cities: Mapping[str, str]
) -> list[PlaceMention]:
    """Give a place beside a denied, known place the role of that place: "il s'agit d'Alicante et non de Malaga"."""
    denied = [one for one in found if one.negated]
    if len(found) != 2 or len(denied) != 1:
        return found
    codes = {table.place(table.city_index(index)).code for index in denied[0].place_indices}
    if not codes & set(known_cities.values()):
        return found
    return [replace(one, role=denied[0].role) for one in found]


def _is_pair_start(text: TokenizedText, mention: PlaceMention, following: PlaceMention | None, language: str) -> bool:
    """Return whether an unambiguous place follows a name that is also a word.

    Examples: "nice to prague", "aller-retour nice londres".
    """
    adjacent = following is not None and following.unambiguous and following.first == mention.last + 1
    if adjacent and PACKS[language].places.adjacent_routes:
        return not mention.is_code
    onward = following is not None and following.unambiguous and following.first == mention.last + 2
    return onward and mention.first == 0 and text.words[mention.last + 1] in ROUTE_CONNECTORS


def _assign_denied_roles(
    found: list[PlaceMention], table: PlaceTable, known_cities: Mapping[str, str]
) -> list[PlaceMention]:
    """Give each denied place the role of the slot that holds it."""
    slots = {code: slot for slot, code in known_cities.items()}

    def role_of(mention: PlaceMention) -> str | None:
        cities = (table.place(table.city_index(index)).code for index in mention.place_indices)
        return next((slots[code] for code in cities if code in slots), mention.role)

    return [replace(mention, role=role_of(mention)) if mention.negated else mention for mention in found]


def _add_expected_places(
    text: TokenizedText,
    found: list[PlaceMention],
    lexicon: RoleWords,
    table: PlaceTable,
    *,
    expected: list[str],
    claimed_tokens: Container[int],
    known_words: Container[str],
) -> list[PlaceMention]:
    """Add towns without an airport and misspelled places, only where a preposition or a question requires a place."""
    covered = {index for mention in found for index in range(mention.first, mention.last + 1)}
    roles = {mention.role for mention in found}
    guessed: list[PlaceMention] = []
    count = len([word for word in text.words if word.isalnum()])
    tries = 0
    for position, token in enumerate(text.tokens):
        if position in covered or position in claimed_tokens or not token.folded.isalpha():
            continue
        previous = text.words[position - 1] if position else ""
        if previous in lexicon.origin:
            role: str | None = "origin"
        elif previous in lexicon.destination:
            role = "destination"
        elif expected and count <= 3:
            role = None
        else:
            continue
        if role is not None and (
            role in roles or (not token.raw[0].isupper() and token.folded in lexicon.destination_words)
        ):
            continue
        if tries == _MAX_FUZZY_MATCHES:
            break
        tries += 1
        mention = match_town(
            text, position, table, claimed_tokens=claimed_tokens, known_words=known_words
        ) or fuzzy_match(text, position, table, known_words)
        if mention is not None and not covered & set(range(mention.first, mention.last + 1)):
            guessed.append(replace(mention, role=role))
            covered.update(range(mention.first, mention.last + 1))
            roles.add(role)
    return sorted([*found, *guessed], key=lambda mention: mention.first)


def _resolve(
    text: TokenizedText, found: list[PlaceMention], lexicon: RoleWords, expected: list[str]
) -> list[PlaceMention]:
    """Return the places with all roles resolved, denied places and stops on the way removed.

    Open roles follow from a correction, a denied place, the other place, the question, or the order.
    """
    asserted = [mention for mention in found if not mention.negated and mention.role != "via"]
    denied = [mention for mention in found if mention.negated]
    asserted = _resolve_return_roles(asserted)
    roles = _fill_open_roles(text, lexicon, asserted, denied, expected)
    asserted = [
        mention if mention.role == role else replace(mention, role=role)
        for mention, role in zip(asserted, roles, strict=True)
    ]
    return _one_per_role(text, lexicon, asserted)


def _fill_open_roles(
    text: TokenizedText,
    lexicon: RoleWords,
    asserted: list[PlaceMention],
    denied: list[PlaceMention],
    expected: list[str],
) -> list[str | None]:
    """Return the roles of places, those that their words leave open by a correction, a denied place, or the others."""
    roles = [mention.role for mention in asserted]
    open_ = [index for index, role in enumerate(roles) if role is None]
    for index in open_:
        others = {role for role in roles if role}  # the role at the index itself is open
        instead = index > 0 and _is_correction(text, lexicon, asserted[index - 1], asserted[index])
        nearest_denied = _nearest_denied(asserted[index], denied)
        if instead and roles[index - 1]:
            roles[index] = roles[index - 1]
        elif nearest_denied is not None and nearest_denied.role in _OPPOSITE:
            roles[index] = nearest_denied.role
        else:
            roles[index] = _role_beside(others, expected, single=len(open_) == 1)
    return roles


def _role_beside(others: set[str], expected: list[str], *, single: bool) -> str:
    """Return the role of a place whose words give none: by the other roles, the slots asked for, or the order.

    Args:
        others: Roles of the other places.
        expected: Place slots that the assistant just asked for, in the order of the question.
        single: Whether no other place is without a role.
    """
    opposite = _OPPOSITE.get(next(iter(others))) if len(others) == 1 else None
    if opposite is not None:
        return opposite
    if expected or single:
        return next((name for name in expected if name not in others), "destination")
    return "origin" if "origin" not in others else "destination"


def _nearest_denied(mention: PlaceMention, denied: list[PlaceMention]) -> PlaceMention | None:
    """Return the denied place nearest to a place, None if there is none."""
    return min(denied, key=lambda one: abs(one.first - mention.first), default=None)


def _resolve_return_roles(mentions: list[PlaceMention]) -> list[PlaceMention]:
    """Resolve the roles "home" and "away" of the return.

    "Back to Paris" is the origin of the trip if the destination is known, else the destination; "back from" is the
    inverse.
    """
    sides = {"home": ("origin", "destination"), "away": ("destination", "origin")}
    resolved = []
    for mention in mentions:
        if mention.role in sides:
            expected_role, opposite_role = sides[mention.role]
            roles = {one.role for one in mentions}
            if mention.role == "home":
                role = expected_role if opposite_role in roles else opposite_role
            else:
                role = opposite_role if expected_role in roles else expected_role
            homeward = mention.role == "home" and role == "destination"
            resolved.append(replace(mention, role=role, homeward=homeward))
        else:
            resolved.append(mention)
    return resolved


def _is_correction(text: TokenizedText, lexicon: RoleWords, one: PlaceMention, two: PlaceMention) -> bool:
    """Return whether the second place replaces the first: "Paris, no, Lyon"."""
    between = text.words[one.last + 1 : two.first]
    return any(word in lexicon.correction_words for word in between)


def _one_per_role(text: TokenizedText, lexicon: RoleWords, mentions: list[PlaceMention]) -> list[PlaceMention]:
    """Return one place per role: the first, unless a later one corrects it."""
    chosen: dict[str, PlaceMention] = {}
    for mention in mentions:
        role = mention.role
        if role not in _OPPOSITE:
            continue
        earlier = chosen.get(role)
        if earlier is None or _is_correction(text, lexicon, earlier, mention):
            chosen[role] = mention
        elif (
            _OPPOSITE[role] not in chosen
            and earlier.place_indices[0] != mention.place_indices[0]
            and _is_linked(text, earlier, mention)
        ):
            # "Paris to Lyon": the first place has no preposition of its own
            chosen[_OPPOSITE[role]] = replace(earlier, role=_OPPOSITE[role])
            chosen[role] = mention
    return sorted(chosen.values(), key=lambda mention: mention.first)


def _is_linked(text: TokenizedText, one: PlaceMention, two: PlaceMention) -> bool:
    """Return whether only a preposition or an arrow stands between two places."""
    return two.first - one.last <= 3 and text.words[two.first - 1] in _ROUTE_LINKS
