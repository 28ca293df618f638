"""Passenger counts: "me, my wife and two kids", "somos quatro", "zu zweit", "two tickets"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asyncassist._types import Passengers
from asyncassist.languages.registry import PACKS, any_of, union_over_packs
from asyncassist.nlp import passenger_words
from asyncassist.nlp._gil import yield_gil
from asyncassist.nlp.entities.child_ages import CHILD_HINTS, MAX_LOOKBACK, Age, find_ages
from asyncassist.nlp.entities.preferences import SlotMatch
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.role_words import BARE_NEGATION

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist.nlp.normalized import NormalizedText
    from asyncassist.nlp.passenger_words import PassengerKind
    from asyncassist.nlp.tokens import TokenizedText

_WORDS: Final = tuple(pack.passengers for pack in PACKS.values())
_GROUP_NOUN: Final = re.compile(
    rf"\b(?:{any_of(sorted(union_over_packs(lambda pack: pack.passengers.group_nouns)))}) "
    rf"(?:{any_of(sorted(union_over_packs(lambda pack: pack.passengers.group_noun_prepositions)))}) $"
)
_SOLO: Final = re.compile(rf"\b(?:{any_of(words.alone for words in _WORDS)})\b")
_TWO_PEOPLE: Final = re.compile(
    rf"\b(?P<couple>(?:{any_of(words.couple for words in _WORDS)})"
    rf"(?! (?:{any_of(words.after_couple for words in _WORDS)})))\b"
    rf"|\b(?:{any_of(words.two_people for words in _WORDS)})\b"
)
_GROUP_VERB: Final = re.compile(
    rf"\b(?:{any_of(words.group_verbs for words in _WORDS)}) "
    rf"(?:(?:{any_of(sorted(union_over_packs(lambda pack: pack.passengers.group_verb_adverbs)))}) )?$"
)
_GROUP_COUNT: Final = re.compile(rf"\b(?:{any_of(passenger_words.GROUP_COUNTS)})\b")


@dataclass(slots=True)
class PassengerCount:
    """Running count of the passengers of a text.

    Attributes:
        adults: Adults counted one by one.
        children: Children counted so far.
        infants: Infants counted so far.
        includes_speaker: Whether the speaker travels too and is not among the adults yet.
        first: First token of the span, -1 before anything was counted.
        last: Last token of the span, included; -1 before anything was counted.
        total: Number of all passengers where the text states it ("four of us"), None if it does not.
        additional: Children and infants that the text adds to the total ("two plus a child").
        is_couple: Whether the total comes from a word like "couple", so that all children count in addition to it.
    """

    adults: int = 0
    children: int = 0
    infants: int = 0
    includes_speaker: bool = False
    first: int = -1
    last: int = -1
    total: int | None = None
    additional: int = 0
    is_couple: bool = False

    def extend_span(self, first: int, last: int) -> None:
        """Extend the span so that it covers these tokens too."""
        self.first = first if self.first < 0 else min(self.first, first)
        self.last = max(self.last, last)


def find_passengers(
    normalized: NormalizedText, language: str, claimed_tokens: Container[int] = (), asked: Sequence[str] = ()
) -> SlotMatch | None:
    """Return the number of passengers that a text states, None if it states none.

    Args:
        normalized: Normalized text.
        language: Two letters.
        claimed_tokens: Tokens of other entities, such as dates.
        asked: Slots that the assistant just asked for; after "passengers" a bare number counts too.
    """
    text = normalized.text
    expected = "passengers" in asked
    people = PassengerCount()
    for match, first, last in normalized.find_matches(_TWO_PEOPLE):
        people.total = 2
        people.is_couple = match["couple"] is not None
        people.extend_span(first, last)
    for match, first, last in normalized.find_matches(_GROUP_COUNT):
        people.total = passenger_words.GROUP_COUNTS[match[0]]
        people.extend_span(first, last)
    _count_people(text, language, claimed_tokens, expected, people)
    yield_gil()
    _add_companions(text, people)
    if people.first < 0 or (people.total is None and not (people.adults or people.children or people.infants)):
        alone = _SOLO.search(normalized.string)
        if alone is None or BARE_NEGATION.search(normalized.string[: alone.start()].rstrip()):
            return None
        first, last = normalized.token_span(alone)
        return SlotMatch(first, last, Passengers(adults=1))
    return SlotMatch(people.first, people.last, _to_passengers(people))


def _to_passengers(people: PassengerCount) -> Passengers:
    """Convert the count to adults, children and infants, with at least one adult."""
    adults, children, infants = people.adults, people.children, people.infants
    if people.total is not None:
        additional = children + infants if people.is_couple else people.additional
        adults = max(people.total - (children + infants - additional), adults, 1)
    elif people.includes_speaker:
        adults += 1
    if adults == 0:
        adults = 1  # children do not fly alone
    return Passengers(
        adults=min(adults, passenger_words.MAX_PASSENGERS * 2),
        children=min(children, passenger_words.MAX_PASSENGERS),
        infants=min(infants, passenger_words.MAX_PASSENGERS),
    )


def _count_people(
    text: TokenizedText, language: str, claimed_tokens: Container[int], expected: bool, people: PassengerCount
) -> None:
    """Count numbers of people: "two adults", "for two", "four of us"."""
    tokens, words = text.tokens, text.words
    ages = {age.first: age for age in find_ages(text, language, passenger_words.CHILD_NOUNS, claimed_tokens)}
    position, before, known = 0, -1, False
    while position < len(tokens):
        if position in ages:
            age = ages[position]
            known = _add_child_by_age(words, age, people, stop=before, known=known and age.first == before + 2)
            before, position = age.last, age.last + 1
            continue
        if (
            words[position] in passenger_words.CHILD_NOUNS
            and position
            and words[position - 1] in passenger_words.WITH_WORDS | passenger_words.DEFINITE_ARTICLES
            and position not in claimed_tokens
        ):
            _add_bare_child(words, position, people)
        number = None if position in claimed_tokens else parse_number(tokens, position, language)
        if (
            number is None
            and words[position] in passenger_words.SINGULAR_DETERMINERS
            and position not in claimed_tokens
        ):
            _add_single_child(words, position, people)
        if number is None:
            position += 1
            continue
        value, size = number
        after = position + size
        if not 1 <= value <= 20 or (after < len(words) and words[after] in {"way", "-"} and value == 1):
            position = after
            continue
        noun = _find_counted_noun(words, after, claimed_tokens)
        if (
            noun is not None
            and words[position] in passenger_words.SINGULAR_DETERMINERS
            and words[noun[1]] in passenger_words.TICKET_NOUNS
            and not expected
        ):
            position = noun[1]  # "uma passagem" is "a ticket", not one
            continue
        real = noun is not None and noun[1] + 1 < len(words) and words[noun[1] + 1] in passenger_words.REAL_ADJECTIVES
        if noun is not None and real and words[position] in passenger_words.INDEFINITE_ARTICLES:
            position = noun[1]  # "sei una persona vera?"
            continue
        if (
            noun is not None
            and words[position] in passenger_words.INDEFINITE_ARTICLES
            and position
            and words[position - 1] in passenger_words.OR_WORDS
        ):
            position = noun[1]  # "are you a robot or a person"
            continue
        if noun is not None:
            kind, noun_index = noun
            _add_people(text, kind, value, first=position, last=noun_index, people=people)
            position = noun_index + 1
            continue
        if _is_bare_number(text, language, position, after, expected):
            people.total = value
            people.extend_span(position, after - 1)
        position = after


def _add_child_by_age(words: Sequence[str], age: Age, people: PassengerCount, *, stop: int, known: bool) -> bool:
    """Count a child by its age, or correct the kind of a child that was counted by its noun.

    Args:
        words: Normalized words of the text.
        age: Age to add.
        people: Count so far.
        stop: Last token of the age before it, -1 without one: no noun is sought up to there.
        known: Whether the age continues a list whose children were counted by number: "two children of 5 and 8".

    Returns:
        Whether the child of this age had already been counted.
    """
    noun = next(
        (
            position
            for position in range(age.first - 1, max(stop, age.first - 1 - MAX_LOOKBACK), -1)
            if words[position] in passenger_words.CHILD_NOUNS
        ),
        None,
    )
    near = words[max(0, age.first - 3) : age.first]
    if known and noun is None:
        if age.kind == "infant" and people.children:
            _add_minors(people, "infant", 1)
            _add_minors(people, "child", -1)
    elif noun is None:
        same = people.children if age.kind == "child" else people.infants
        if same and CHILD_HINTS.intersection(near) and passenger_words.DEFINITE_ARTICLES.intersection(near):
            return True  # "with a baby ... the little one (10 months)"
        people.additional += bool(passenger_words.PLUS_WORDS & set(near))
        _add_minors(people, age.kind, 1)
        people.extend_span(age.first, age.last)
    elif noun > people.last and words[noun] in passenger_words.PLURAL_CHILD_NOUNS:
        _add_minors(people, age.kind, 1)  # "los nenes de 5", "children of 5 and 8"
        people.extend_span(noun, age.last)
        noun = None
    elif passenger_words.PERSON_NOUNS[words[noun]][0] != age.kind and (
        people.children if age.kind == "infant" else people.infants
    ):
        _add_minors(people, age.kind, 1)
        _add_minors(people, "child" if age.kind == "infant" else "infant", -1)
    if people.first >= 0:
        people.extend_span(people.first, age.last)
    return known or noun is not None


def _add_minors(people: PassengerCount, kind: str, count: int) -> None:
    """Add to the children or the infants; a negative number subtracts."""
    if kind == "child":
        people.children += count
    else:
        people.infants += count


def _add_bare_child(words: Sequence[str], position: int, people: PassengerCount) -> None:
    """Count a child without an article: "with baby"."""
    if words[position].endswith("s") or words[position - 1] in passenger_words.SINGULAR_DETERMINERS:
        return
    if words[position - 1] in passenger_words.DEFINITE_ARTICLES and (
        position < 2 or words[position - 2] not in passenger_words.LIST_CONNECTORS - {","}
    ):
        return  # "and the baby", not "the baby cries"
    _add_minors(people, passenger_words.PERSON_NOUNS[words[position]][0], 1)
    people.extend_span(position, position)


def _find_counted_noun(
    words: Sequence[str], position: int, claimed_tokens: Container[int]
) -> tuple[PassengerKind, int] | None:
    """Return the kind and the token of the noun that a number counts, None if it counts no people."""
    for index in range(position, min(position + 6, len(words))):
        word = words[index]
        if word == "us" and index > position and words[index - 1] == "of":
            return "adult", index
        # "one way tickets": the "one" belongs to "way"
        if (
            index == position
            and word in {"way", "-"}
            and position + 1 < len(words)
            and "way" in (word, words[position + 1])
        ):
            return None
        known = passenger_words.PERSON_NOUNS.get(word)
        if known is not None and not (
            word == "adult" and index + 1 < len(words) and words[index + 1] in passenger_words.PERSON_NOUNS
        ):
            return known[0], index
        # "three one-way flights", "1 economy flight": flights counted like tickets
        if (
            index > position
            and word in passenger_words.FLIGHT_NOUNS
            and words[index - 1] in passenger_words.FLIGHT_MODIFIERS
        ):
            return "adult", index
        if word not in passenger_words.NOUN_MODIFIERS or (
            index in claimed_tokens and word not in passenger_words.FLIGHT_MODIFIERS | {"one", "round"}
        ):
            return None
    return None


def _add_people(
    text: TokenizedText, kind: PassengerKind, value: int, *, first: int, last: int, people: PassengerCount
) -> None:
    """Add a number of people of one kind."""
    words = text.words
    if kind in {"child", "infant"} and first and words[first - 1] in passenger_words.PLUS_WORDS:
        people.additional += value
    if kind == "child":
        people.children += value
    elif kind == "infant":
        people.infants += value
    elif kind == "other" or "other" in words[first:last] or "others" in words[first:last]:
        people.adults += value
        people.includes_speaker = True
    else:
        # "4 tickets for 2 adults and 2 children": the tickets are not additional people
        tickets = words[last] in passenger_words.TICKET_NOUNS
        if tickets or words[last] in passenger_words.COLLECTIVE_NOUNS:
            people.total = value if people.total is None or not tickets else people.total
        else:
            people.adults += value
    people.extend_span(first, last)


def _add_single_child(words: Sequence[str], position: int, people: PassengerCount) -> None:
    """Count "a child" or "my baby", unless it is a form of address or not a passenger."""
    for index in (position + 1, position + 2):
        if index >= len(words):
            return
        known = passenger_words.PERSON_NOUNS.get(words[index])
        if known is not None and known[0] in {"child", "infant"} and not words[index].endswith("s"):
            own = words[position] not in passenger_words.INDEFINITE_ARTICLES
            front = position - 1 if position and words[position - 1] in passenger_words.DEFINITE_ARTICLES else position
            if (
                own
                and position == 2
                and words[1] == ","
                and index == len(words) - 1
                and words[0] not in passenger_words.FIRST_PERSON
            ):
                return  # "agradecida, minha filha"
            if (
                own
                and position
                and words[position - 1] not in passenger_words.LIST_CONNECTORS
                and words[index + 1 : index + 2] == (",",)
            ):
                return  # "bom dia minha filha, ..."
            if (
                own
                and not (front and words[front - 1] in passenger_words.LIST_CONNECTORS)
                and not passenger_words.LIST_CONNECTORS.intersection(words[index + 1 : index + 2])
            ):
                return  # "my son is afraid of flying"
            if words[position - 1 : position + 1] in passenger_words.VISIT_PHRASES:
                return
            if position and words[position - 1] in passenger_words.PLUS_WORDS:
                people.additional += 1
            if known[0] == "child":
                people.children += 1
            else:
                people.infants += 1
            people.extend_span(position, index)
            return
        if words[index] not in passenger_words.NOUN_MODIFIERS and words[index] not in {"year", "old"}:
            return


def _is_bare_number(text: TokenizedText, language: str, first: int, after: int, expected: bool) -> bool:
    """Return whether a number without a noun counts people: "for two", "somos quatro", the answer to "how many?"."""
    words = text.words
    following = words[after] if after < len(words) else ""
    if following in passenger_words.NON_PERSON_FOLLOWERS or (
        after < len(words) and text.tokens[first].folded.isdecimal() and text.is_adjacent(after) and following.isalpha()
    ):
        return False
    if first and text.is_adjacent(first) and words[first - 1] not in {"'", "(", "-"}:
        return False
    before = words[first - 1] if first else ""
    own = PACKS[language].passengers
    if expected:
        few = len(words) <= 14 and len([word for word in words if word.isalnum()]) <= 7
        return few or before in own.before_count or before in own.before_answered_count
    string = " ".join([word for word in words[max(0, first - 8) : first] if word not in {"-", "'"}]) + " "
    if _GROUP_NOUN.search(string):
        return True
    if words[after : after + 3] in passenger_words.GROUP_PHRASES:
        return True
    ended = not following or not following.isalnum() or following in passenger_words.AFTER_BARE_COUNT
    if before in passenger_words.BEFORE_BARE_COUNT and ended:
        return True
    if before in own.group_prepositions and (
        len(words) <= passenger_words.SHORT_ANSWER_TOKENS
        or (ended and (first == 1 or words[first - 2] in {",", ".", ";", "-", "("}))
    ):
        return True
    if _GROUP_VERB.search(string):
        return _ends_group_count(following)
    if before in own.before_count:
        return not following or not following.isalnum() or following in passenger_words.AFTER_FOR_COUNT
    return False


def _ends_group_count(following: str) -> bool:
    """Return whether a word may follow the number of a group: "we are three and ..."."""
    return (
        not following.isalnum()
        or following in passenger_words.PLUS_WORDS
        or following in passenger_words.AFTER_GROUP_COUNT
    )


def _add_companions(text: TokenizedText, people: PassengerCount) -> None:
    """Count "my wife and I", "me and my parents"."""
    words = text.words
    with_me = [index for index, word in enumerate(words) if word in passenger_words.FIRST_PERSON]
    for index, word in enumerate(words):
        if index == 0 or words[index - 1] not in passenger_words.COMPANION_DETERMINERS:
            continue
        several = word in passenger_words.PARENT_NOUNS
        if word not in passenger_words.COMPANION_NOUNS and not several:
            continue
        with_ = bool(passenger_words.WITH_WORDS & set(words[max(0, index - 3) : index - 1]))
        joined = any(abs(me - index) <= 9 and _in_same_list(words, me, index) for me in with_me)
        if not with_ and not joined and people.children + people.infants == 0:
            continue
        if index > 1 and words[index - 2] in passenger_words.CONTACT_VERBS:
            continue
        people.adults += 2 if several else 1
        people.includes_speaker = True
        people.extend_span(index - 1, index)
    if (people.children or people.infants) and people.total is None and not people.includes_speaker:
        near = [index for index in with_me if abs(index - people.first) <= 4 or abs(index - people.last) <= 3]
        if near and not people.adults:
            people.includes_speaker = True
            people.extend_span(
                min(*near, people.first) if len(near) > 1 else min(near[0], people.first), max(near[-1], people.last)
            )


def _in_same_list(words: Sequence[str], one: int, two: int) -> bool:
    """Return whether two words belong to one list: only people, "and", commas and possessives stand between them."""
    low, high = sorted((one, two))
    between = words[low + 1 : high]
    return any(word in passenger_words.LIST_JOINERS for word in between) and all(
        word in passenger_words.COMPANION_DETERMINERS
        or word in passenger_words.COMPANION_NOUNS
        or word in passenger_words.PERSON_NOUNS
        or word in passenger_words.LIST_WORDS
        or word.isdecimal()
        for word in between
    )
