"""Where a trip begins and where it goes: the roles of the places in a text.

By the grammar of the language first ("from Paris", "nach Rom"), then by verbs near ("leaving Paris"), then by what the
other place is, by the question just asked, and at last by order.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from asyncassist.nlp import place_role_words as words
from asyncassist.nlp.entities.place_disambiguation import ARROWS, follows, introduced, leads, of_a_trip, welcome
from asyncassist.nlp.entities.places import ONWARD, Mention, guess
from asyncassist.nlp.entities.role_lexicon import GRAMMARS, Grammar

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from asyncassist._places import PlaceTable
    from asyncassist.nlp.tokens import Text

_OTHER: Final = {"origin": "destination", "destination": "origin"}
_SEEN_BACK: Final = 6
# Nobody's trip names more places; a text that does shall not cost more time.
_MOST: Final = 20
_MOST_GUESSES: Final = 4
# "Paris is my destination", "Rome as my origin".
_SAID_OF: Final = frozenset(
    {
        "is", "as", "will", "would", "being", "e", "es", "est", "ist", "como", "comme", "als", "come", "sera",
        "where",
    }
)  # fmt: skip
# "my destination is Paris", "departure city: Venice".
_COPULAS: Final = frozenset(
    {"is", "will", "be", "would", "should", "e", "es", "est", "ist", "=", ":", "sera", "ware", "sarebbe", "seria"}
)
# "flights out Chicago"; not "checking out Chicago".
_OUT_OF: Final = frozenset(
    {"fly", "flying", "flight", "flights", "depart", "departing", "leave", "leaving", "go", "going", "head", "trip"}
)
_LIVING: Final = frozenset(
    {"suis", "sommes", "habite", "habitons", "vis", "vivons", "abito", "abitiamo", "sono", "siamo", "vivo", "viviamo"}
)
_OFF_TO: Final = frozenset({"partir", "pars", "part", "partons", "partez", "partirai", "partirons"})
# "Flug Berlin-Mallorca" says nothing of Berlin.
_NOUNS: Final = frozenset(
    {"flug", "reise", "trip", "viagem", "viaje", "voyage", "viaggio", "vacation", "holiday", "ida", "urlaub"}
)


_BOARDING: Final = ("embarqu", "decoll", "imbarch")
_OTHERS: Final = frozenset(
    {"he", "she", "who", "they", "brother", "sister", "son", "daughter", "qui", "elle", "il", "que", "quien", "quem",
     "ele", "ela", "el", "ella", "che", "lui", "lei", "er", "sie", "der", "die", "filha", "hija", "figlia"}
)  # fmt: skip
_LIVES: Final = frozenset({"lives", "live", "vit", "habite", "vive", "mora", "wohnt", "lebt", "abita"})
_DASHES: Final = (("-",), ("/",), (">",), ("-", ">"))
# "For", which is for a whole trip as well as for where it goes.
_MEANT_FOR: Final = frozenset({"for", "pour", "para", "pra", "per", "fur", "por"})
# Words between "don't want to go to" and the place.
_DENIAL: Final = 8


def before(text: Text, grammar: Grammar, first: int) -> tuple[str | None, int]:
    """What stands directly before a place, articles and the like skipped.

    Returns:
        "origin", "destination", "at", "via" or None, and the token it stands at.
    """
    tokens = text.words
    at = first - 1
    skipped = 0
    while at >= 0 and skipped < 4:
        word = tokens[at]
        head = at > 0 and tokens[at - 1] in words.HEADS
        if word == "of" and at > 0 and tokens[at - 1] == "out":
            return "origin", at - 1
        if (word in grammar.origin and not head) or (word == "out" and at > 0 and tokens[at - 1] in _OUT_OF):
            return "origin", at
        if word in grammar.destination and not (word in {"o", "a"} and word in grammar.skip and _article(tokens, at)):
            return "destination", at
        if word in grammar.via:
            return "via", at
        if word in grammar.at:
            return "at", at
        if (
            word in {":", '"', "'", "(", "“", "«"}
            or word in grammar.skip
            or word in words.HEADS
            or word in grammar.origin
        ):
            at -= 1
            skipped += 1
            continue
        return None, at
    return None, at


def _takes_plane(tokens: Sequence[str], at: int) -> bool:
    """Whether somebody takes a plane there: "prendre l'avion à"."""
    return tokens[at - 1] in {"avion", "aereo"} and any(word.startswith("pren") for word in tokens[max(0, at - 6) : at])


def _article(tokens: Sequence[str], at: int) -> bool:
    """Whether "o" or "a" is an article after a preposition: "para o Porto"."""
    return at > 0 and tokens[at - 1] in {"para", "pra", "de", "em", "por", "desde", "ate"}


def _verb(text: Text, grammar: Grammar, at: int, stop: int) -> str | None:
    """The nearest word before a token that says the role; not beyond the token `stop` or the end of a clause."""
    tokens = text.words
    for index in range(at, max(stop, at - _SEEN_BACK), -1):
        word = tokens[index]
        if word in _LIVES and index and tokens[index - 1] in _OTHERS:
            return "destination"  # "my son who lives in Toronto"
        if word in grammar.leaving:
            return "origin"
        if word in grammar.going and word not in _NOUNS:
            return "destination"
        if word in {".", "?", "!", ";", ","}:
            return None
    return None


def _role(text: Text, grammar: Grammar, mention: Mention, stop: int) -> str | None:
    """The role by grammar; "via" for a place on the way; None when nothing says."""
    role, at = before(text, grammar, mention.first)
    tokens = text.words
    if role == "origin":
        # "returning from Paris", "coming back from Paris": where the trip goes
        back = any(word in grammar.back for word in tokens[max(stop + 1, at - 2) : at])
        return "away" if back else "origin"
    if role == "destination":
        return _goal(text, grammar, mention, at, stop=stop)
    if role == "via":
        return "via"
    if role == "at":
        # "partir en Corse": French goes there
        off = any(word in _OFF_TO for word in tokens[max(stop + 1, at - 2) : at])
        return "destination" if off else _verb(text, grammar, at - 1, stop)
    if at >= 0 and at > stop:
        word = tokens[at]
        if word in grammar.leaving:
            return "origin"
        if word in grammar.going and word not in _NOUNS:
            return "destination"
        if word in _COPULAS:
            return _verb(text, grammar, at - 1, stop)
    return _after(text, grammar, mention)


def _goal(text: Text, grammar: Grammar, mention: Mention, at: int, *, stop: int) -> str | None:
    """The role after a word like "to" at a token: "home" on the way back, None where the word is not the place's."""
    tokens = text.words
    if at > 0 and tokens[at - 1] in _LIVING:
        return "origin"  # "je suis à Lyon", "abito a Roma"
    if at > 0 and (tokens[at - 1].startswith(_BOARDING) or _takes_plane(tokens, at)):
        return "origin"  # "nous embarquerons à Luxembourg", "je prends l'avion à Nantes"
    after = tokens[mention.last + 1] if mention.last + 1 < len(tokens) else ""
    if tokens[at] == "for" and after in {"flights", "flight", "trip", "tickets"}:
        return None
    before_it = tokens[max(stop + 1, at - 2) : at]
    if any(word in grammar.back for word in before_it) and not {"flight", "ticket", "trip"} & set(before_it):
        return "home"
    return "destination" if at > stop else None


def _after(text: Text, grammar: Grammar, mention: Mention) -> str | None:
    """The role by what follows: "Paris is my destination", "Paris to Rome", "ab Paris" has it before."""
    tokens = text.words[mention.last + 1 : mention.last + 8]
    if not tokens:
        return None
    if tokens[0] in _SAID_OF:
        for word in tokens[1:]:
            if word in {".", ",", "?", "!"}:
                break
            if word in grammar.leaving or word == "from":
                return "origin"
            if word in grammar.going:
                return "destination"
    return None


def _negated(text: Text, grammar: Grammar, mention: Mention) -> bool:
    """Whether the place is said to be what is not meant."""
    tokens = text.words
    after = tokens[mention.last + 1 : mention.last + 3]
    if len(after) == 2 and after[0] in {"no", "nao", "non", "nein"} and after[1] in {",", ";"} and mention.first < 2:
        return True  # "Paris no, Lyon"
    _, at = before(text, grammar, mention.first)
    start = mention.first - 1
    seen = [tokens[index] for index in range(max(0, min(at, start) - 1), mention.first)]
    if any(pair in words.NOT_PAIRS for pair in itertools.pairwise(seen)):
        return True
    for index in range(start, max(-1, start - _DENIAL), -1):
        word = tokens[index]
        if word in grammar.nots:
            # "no, Paris" and "no. Paris" deny what was said before
            return not (index + 1 < len(tokens) and tokens[index + 1] in {",", ".", ";", "!", ":"}) and not (
                word in {"no", "not", "nao", "non"} and index == start and _answers_no(text, grammar, index)
            )
        if (
            word not in grammar.prepositions
            and word not in grammar.skip
            and word not in grammar.going
            and word not in words.WISHES
        ):
            return False
    return False


def _answers_no(text: Text, grammar: Grammar, index: int) -> bool:
    """Whether "no" at the start stands for a whole sentence: "No Paris" answers a question."""
    return index == 0 and text.words[0] in {"no", "nao", "non"} and len(text.tokens) <= 3 and bool(grammar.instead)


def assign(
    text: Text,
    mentions: Sequence[Mention],
    table: PlaceTable,
    language: str,
    *,
    asked: Sequence[str] = (),
    taken: Container[int] = (),
    known_words: Container[str] = (),
    held: Mapping[str, str] | None = None,
) -> list[Mention]:
    """Give places their roles; leave out what is no place here.

    Args:
        text: The text.
        mentions: What `find_mentions` found.
        table: The places.
        language: Two letters.
        asked: Slots just asked for, in the order of the question.
        taken: Tokens that are something else.
        known_words: Words that are spelled right and no place.
        held: City codes of the origin and the destination that are known, by slot: "not Paris, Lyon" changes the one
            that is Paris.
    """
    grammar = GRAMMARS.get(language, GRAMMARS["en"])
    mentions = mentions[:_MOST]
    expected = [name for name in asked if name in _OTHER]
    found: list[Mention] = []
    spoken: set[int] = set()
    stop = -1
    for mention, following in zip(mentions, [*mentions[1:], None], strict=False):
        role = _role(text, grammar, mention, stop)
        negated = _negated(text, grammar, mention)
        near = role
        if introduced(text, mention):
            spoken.update(range(mention.first, mention.last + 1))
            continue  # "je m'appelle Florence"
        if negated and mention.first > 1 and text.words[mention.first - 2 : mention.first] in words.NOT_PAIRS:
            role = None  # the "de" of "em vez de" says nothing of where from
        paired = (
            following is not None and following.first - mention.last == 2 and text.words[mention.last + 1] in ARROWS
        )
        paired = paired or _opens_pair(text, mention, following, language)
        paired = paired or leads(text, mention, known_words) or follows(text, mention, found, table, language)
        joint = following is not None and text.words[mention.last + 1 : following.first] in _DASHES
        if joint and role == "destination" and text.words[mention.first - 1] in _MEANT_FOR:
            role = "origin"  # "prices for Rome-Oslo"
        paired = paired or of_a_trip(text, mention, near, mentions, grammar)
        if not (mention.sure or paired or welcome(text, mention, near, expected=expected, found=found, table=table)):
            continue
        if role is None and any(
            table.city_index(one.places[0]) == table.city_index(mention.places[0]) for one in found
        ):
            continue  # "from LAX, so Los Angeles"
        found.append(replace(mention, role=role, negated=negated))
        stop = mention.last
    found = _with_guesses(text, found, grammar, table, expected=expected, taken=taken, known_words=known_words)
    found = [mention for mention in found if mention.first not in spoken]
    return _settle(text, _takes_place(_denied_slots(found, table, held or {}), table, held or {}), grammar, expected)


def _takes_place(found: list[Mention], table: PlaceTable, held: Mapping[str, str]) -> list[Mention]:
    """One place beside one that is denied and known takes its role: "il s'agit d'Alicante et non de Malaga"."""
    denied = [one for one in found if one.negated]
    if len(found) != 2 or len(denied) != 1:
        return found
    codes = {table.place(table.city_index(index)).code for index in denied[0].places}
    if not codes & set(held.values()):
        return found
    return [replace(one, role=denied[0].role) for one in found]


def _opens_pair(text: Text, mention: Mention, following: Mention | None, language: str) -> bool:
    """Whether a name that is also a word is followed by a sure place: "nice to prague", "aller-retour nice londres"."""
    if language != "en" and following is not None and following.sure and following.first == mention.last + 1:
        return not mention.code
    onward = following is not None and following.sure and following.first == mention.last + 2
    return onward and mention.first == 0 and text.words[mention.last + 1] in ONWARD


def _denied_slots(found: list[Mention], table: PlaceTable, held: Mapping[str, str]) -> list[Mention]:
    """The mentions, with what is not meant in the role of the slot that holds it."""
    slots = {code: slot for slot, code in held.items()}

    def role_of(mention: Mention) -> str | None:
        cities = (table.place(table.city_index(index)).code for index in mention.places)
        return next((slots[code] for code in cities if code in slots), mention.role)

    return [replace(mention, role=role_of(mention)) if mention.negated else mention for mention in found]


def _with_guesses(
    text: Text,
    found: list[Mention],
    grammar: Grammar,
    table: PlaceTable,
    *,
    expected: list[str],
    taken: Container[int],
    known_words: Container[str],
) -> list[Mention]:
    """Add misspelled places, only where a place must stand."""
    covered = {index for mention in found for index in range(mention.first, mention.last + 1)}
    roles = {mention.role for mention in found}
    guessed: list[Mention] = []
    count = len([word for word in text.words if word.isalnum()])
    tries = 0
    for at, token in enumerate(text.tokens):
        if at in covered or at in taken or not token.folded.isalpha() or len(token.folded) < 5:
            continue
        previous = text.words[at - 1] if at else ""
        if previous in grammar.origin:
            role: str | None = "origin"
        elif previous in grammar.destination:
            role = "destination"
        elif expected and count <= 3:
            role = None
        else:
            continue
        if role is not None and (role in roles or (not token.raw[0].isupper() and token.folded in grammar.going)):
            continue
        if tries == _MOST_GUESSES:
            break
        tries += 1
        mention = guess(text, at, table, known_words)
        if mention is not None and not covered & set(range(mention.first, mention.last + 1)):
            guessed.append(replace(mention, role=role))
            covered.update(range(mention.first, mention.last + 1))
            roles.add(role)
    return sorted([*found, *guessed], key=lambda mention: mention.first)


def _settle(text: Text, found: list[Mention], grammar: Grammar, expected: list[str]) -> list[Mention]:
    """Roles by the other place, by the question, by order; corrections and what is not meant taken out."""
    kept = [mention for mention in found if not mention.negated and mention.role != "via"]
    denied = [mention for mention in found if mention.negated]
    kept = _both_ways(kept)
    roles = [mention.role for mention in kept]
    open_ = [index for index, role in enumerate(roles) if role is None]
    for index in open_:
        others = {role for place, role in enumerate(roles) if role and place != index}
        instead = index > 0 and _corrects(text, grammar, kept[index - 1], kept[index])
        beside = _beside(kept[index], denied)
        if instead and roles[index - 1]:
            roles[index] = roles[index - 1]
        elif beside is not None and beside.role in _OTHER:
            roles[index] = beside.role
        elif len(others) == 1 and (other := next(iter(others))) in _OTHER:
            roles[index] = _OTHER[other]
        elif len(open_) == 1 or len(expected) == 1:
            free = [name for name in expected if name not in others]
            roles[index] = free[0] if free else "destination"
        elif len(expected) == 2:
            roles[index] = next(
                name for name in (*expected, "destination") if name not in others or name == "destination"
            )
        else:
            roles[index] = "origin" if "origin" not in others else "destination"
    kept = [replace(mention, role=role) for mention, role in zip(kept, roles, strict=True)]
    return _last_word(text, grammar, kept)


def _beside(mention: Mention, denied: list[Mention]) -> Mention | None:
    """What is not meant and stands nearest to a place."""
    return min(denied, key=lambda one: abs(one.first - mention.first), default=None)


def _both_ways(kept: list[Mention]) -> list[Mention]:
    """Places of the way back: "back to Paris" is where the trip began, if it is known where it goes."""
    sides = {"home": ("origin", "destination"), "away": ("destination", "origin")}
    settled = []
    for mention in kept:
        if mention.role in sides:
            usual, other = sides[mention.role]
            roles = {one.role for one in kept}
            if mention.role == "home":
                role = usual if other in roles else other
            else:
                role = other if usual in roles else usual
            homeward = mention.role == "home" and role == "destination"
            settled.append(replace(mention, role=role, homeward=homeward))
        else:
            settled.append(mention)
    return settled


def _corrects(text: Text, grammar: Grammar, one: Mention, two: Mention) -> bool:
    """Whether the second place takes the place of the first: "Paris, no, Lyon"."""
    between = text.words[one.last + 1 : two.first]
    return any(word in grammar.instead for word in between)


def _last_word(text: Text, grammar: Grammar, kept: list[Mention]) -> list[Mention]:
    """One place a role: the first, unless a later one corrects it."""
    chosen: dict[str, Mention] = {}
    for mention in kept:
        role = mention.role
        if role not in _OTHER:
            continue
        earlier = chosen.get(role)
        if earlier is None or _corrects(text, grammar, earlier, mention):
            chosen[role] = mention
        elif _OTHER[role] not in chosen and earlier.places[0] != mention.places[0] and _linked(text, earlier, mention):
            # "Paris to Lyon" where the first had no word of its own
            chosen[_OTHER[role]] = replace(earlier, role=_OTHER[role])
            chosen[role] = mention
    return sorted(chosen.values(), key=lambda mention: mention.first)


def _linked(text: Text, one: Mention, two: Mention) -> bool:
    """Whether only a preposition or an arrow stands between two places."""
    return two.first - one.last <= 3 and text.words[two.first - 1] in {"to", "a", "para", "nach", "->", ">", "-"}
