"""Passenger counts: "me, my wife and two kids", "somos quatro", "zu zweit", "two tickets"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asyncassist._types import Passengers
from asyncassist.languages.registry import PACKS, any_of, union_over_packs
from asyncassist.nlp import passenger_words
from asyncassist.nlp._gil import yield_gil
from asyncassist.nlp.entities.child_ages import AGE_WORDS, CHILD_HINTS, MAX_LOOKBACK, Age, find_ages, joins_ages
from asyncassist.nlp.entities.preferences import SlotMatch
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.role_words import BARE_NEGATION

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist.languages.passenger_words import PassengerWords
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
    rf"\b(?:(?P<couple>(?:{any_of(words.couple for words in _WORDS)})"
    rf"(?! (?:{any_of(words.after_couple for words in _WORDS)})))|{any_of(words.two_people for words in _WORDS)})\b"
)
# "On est à quatre", but not "vamos a 12": each verb has the adverbs of its own language.
_GROUP_VERB: Final = re.compile(
    "|".join(rf"\b(?:{words.group_verbs}) (?:(?:{any_of(sorted(words.group_verb_adverbs))}) )?$" for words in _WORDS)
)
_SINGLE_CHILD_NOUNS: Final = passenger_words.CHILD_NOUNS - passenger_words.TWIN_NOUNS
# A larger number counts something else.
_MAX_COUNT: Final = 20
# Words within which two people of one list stand.
_MAX_LIST_WORDS: Final = 16
_GROUP_COUNT: Final = re.compile(rf"\b(?:{any_of(passenger_words.GROUP_COUNTS)})\b")


@dataclass(slots=True)
class PassengerCount:
    """Running count of the passengers of a text.

    Attributes:
        adults: Adults counted one by one.
        children: Children counted so far.
        infants: Infants counted so far.
        teens: Children counted so far who are old enough for an adult's fare.
        includes_speaker: Whether the speaker travels too and is not among the adults yet.
        first: First token of the span, -1 before anything was counted.
        last: Last token of the span, included; -1 before anything was counted.
        total: Number of all passengers where the text states it ("four of us"), None if it does not.
        additional: Children and infants that the text adds to the total ("two plus a child").
        last_count: Number of people counted last by a noun.
        is_couple: Whether the total comes from a word like "couple", so that all children count in addition to it.
    """

    adults: int = 0
    children: int = 0
    infants: int = 0
    teens: int = 0
    includes_speaker: bool = False
    first: int = -1
    last: int = -1
    total: int | None = None
    additional: int = 0
    is_couple: bool = False
    last_count: int = 0

    @property
    def minors(self) -> int:
        """Number of all children, whatever fare they pay."""
        return self.children + self.infants + self.teens

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
        following = text.words[last + 1 : last + 2]
        # "The two of us and our daughter" are three, like "a couple and their daughter".
        joined = bool(following) and following[0] in passenger_words.LIST_JOINERS
        people.is_couple = match["couple"] is not None or joined
        people.extend_span(first, last)
    for match, first, last in normalized.find_matches(_GROUP_COUNT):
        people.total = passenger_words.GROUP_COUNTS[match[0]]
        people.extend_span(first, last)
    _count_people(text, language, claimed_tokens, expected, people)
    yield_gil()
    _add_companions(text, people)
    if people.first < 0 or (people.total is None and not (people.adults or people.minors)):
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
        adults += people.teens if people.is_couple else 0
    else:
        adults += people.includes_speaker
        adults = max(adults, 1) + people.teens  # children do not fly alone
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
    position, before, left = 0, -1, 0
    while position < len(tokens):
        age = ages.get(position)
        if age is not None:
            left = _add_child_by_age(
                words, age, people, stop=before, left=left if joins_ages(words, before, age.first) else 0
            )
            before, position = age.last, age.last + 1
            continue
        if position in claimed_tokens:
            position += 1
            continue
        _add_bare_child(words, position, people)
        _add_twins(words, position, people)
        number = parse_number(tokens, position, language)
        if number is None:
            _add_single_child(words, position, people)
            position += 1
            continue
        value, size = number
        position = _add_number(
            text, language, position, position + size, value,
            claimed_tokens=claimed_tokens, expected=expected, people=people,
        )  # fmt: skip


def _add_number(
    text: TokenizedText, language: str, position: int, after: int, value: int, *,
    claimed_tokens: Container[int], expected: bool, people: PassengerCount,
) -> int:  # fmt: skip
    """Count the people that a number counts, by its noun or alone; return the token from which to read on."""
    words = text.words
    is_one_way = value == 1 and after < len(words) and words[after] in {"way", "-"}
    if not 1 <= value <= _MAX_COUNT or is_one_way:
        return after
    noun = _find_counted_noun(words, after, claimed_tokens)
    if noun is None:
        if _is_bare_number(text, language, position, after, expected):
            people.total = value
            people.extend_span(position, after - 1)
        return after
    kind, noun_index = noun
    if _is_article(words, position, noun_index, expected):
        return noun_index
    _add_people(text, kind, value, first=position, last=noun_index, people=people)
    return noun_index + 1


def _is_article(words: Sequence[str], position: int, noun_index: int, expected: bool) -> bool:
    """Return whether "one" is an article: "a ticket", "are you a real person?", "a robot or a person"."""
    word, noun = words[position], words[noun_index]
    if word in passenger_words.SINGULAR_DETERMINERS and noun in passenger_words.TICKET_NOUNS and not expected:
        return True
    if word not in passenger_words.INDEFINITE_ARTICLES:
        return False
    is_real = noun_index + 1 < len(words) and words[noun_index + 1] in passenger_words.REAL_ADJECTIVES
    return is_real or (position > 0 and words[position - 1] in passenger_words.OR_WORDS)


def _add_child_by_age(words: Sequence[str], age: Age, people: PassengerCount, *, stop: int, left: int) -> int:
    """Count a child by its age, or correct the kind of a child that was counted by its noun.

    Args:
        words: Normalized words of the text.
        age: Age to add.
        people: Count so far.
        stop: Last token of the age before it, -1 without one: no noun is sought up to there.
        left: Number of children, counted by the noun before a list of ages, whose age is still to come.

    Returns:
        The number of children whose age is still to come.
    """
    noun = _noun_before(words, age.first, stop)
    if noun is None and left:
        _change_kind(people, "child", age.kind)
        left -= 1
    elif noun is None:
        if _was_counted(words, age, people):
            return 0  # "with a baby ... the little one (10 months)"
        people.additional += bool(passenger_words.PLUS_WORDS & set(words[max(0, age.first - 3) : age.first]))
        _add_minors(people, age.kind, 1)
        people.extend_span(age.first, age.last)
    elif noun > people.last and words[noun] in passenger_words.PLURAL_CHILD_NOUNS:
        _add_minors(people, age.kind, 1)  # "los nenes de 5", "children of 5 and 8"
        people.extend_span(noun, age.last)
        left = 0
    else:
        count = 2 if words[noun] in passenger_words.TWIN_NOUNS else 1
        _change_kind(people, passenger_words.PERSON_NOUNS[words[noun]][0], age.kind, count=count)
        left = max(0, people.last_count - count)
    if people.first >= 0:
        people.extend_span(people.first, age.last)
    return left


def _noun_before(words: Sequence[str], first: int, stop: int) -> int | None:
    """Return the token of the nearest noun for a child before an age; None without one after the token `stop`."""
    for position in range(first - 1, max(stop, first - 1 - MAX_LOOKBACK), -1):
        if words[position] in passenger_words.CHILD_NOUNS:
            return position
    return None


def _was_counted(words: Sequence[str], age: Age, people: PassengerCount) -> bool:
    """Return whether the words before an age refer to a child that was counted before."""
    near = words[max(0, age.first - 3) : age.first]
    refers = CHILD_HINTS.intersection(near) and passenger_words.DEFINITE_ARTICLES.intersection(near)
    return bool(refers) and bool(people.children if age.kind == "child" else people.infants)


def _change_kind(people: PassengerCount, old: PassengerKind, new: PassengerKind, *, count: int = 1) -> None:
    """Move children whose age is known from the kind of their noun to that of their age."""
    moved = min(count, people.children if old == "child" else people.infants)
    _add_minors(people, old, -moved)
    _add_minors(people, new, moved)


def _add_minors(people: PassengerCount, kind: PassengerKind, count: int) -> None:
    """Add to the children, the infants or those who pay like adults; a negative number subtracts."""
    if kind == "child":
        people.children += count
    elif kind == "infant":
        people.infants += count
    else:
        people.teens += count


def _add_twins(words: Sequence[str], position: int, people: PassengerCount) -> None:
    """Count twins without a number: "with twins", "our twins"."""
    if words[position] in passenger_words.TWIN_NOUNS:
        _add_minors(people, "child", 2)
        people.last_count = 2
        people.extend_span(position, position)


def _add_bare_child(words: Sequence[str], position: int, people: PassengerCount) -> None:
    """Count a child without an article: "with baby"."""
    if not position or words[position] not in _SINGLE_CHILD_NOUNS:
        return
    if words[position - 1] not in passenger_words.WITH_WORDS | passenger_words.DEFINITE_ARTICLES:
        return
    if words[position].endswith("s") or words[position - 1] in passenger_words.SINGULAR_DETERMINERS:
        return
    if words[position - 1] in passenger_words.DEFINITE_ARTICLES and (
        position < 2 or words[position - 2] not in passenger_words.LIST_CONNECTORS - {","}
    ):
        return  # "and the baby", not "the baby cries"
    _add_minors(people, passenger_words.PERSON_NOUNS[words[position]][0], 1)
    people.last_count = 1
    people.extend_span(position, position)


def _find_counted_noun(
    words: Sequence[str], position: int, claimed_tokens: Container[int]
) -> tuple[PassengerKind, int] | None:
    """Return the kind and the token of the noun that a number counts, None if it counts no people."""
    following = words[position : position + 2]
    if len(following) > 1 and following[0] in {"way", "-"} and "way" in following:
        return None  # "one way tickets": the "one" belongs to "way"
    for index in range(position, min(position + 6, len(words))):
        kind = _kind_of_noun(words, index, is_first=index == position)
        if kind is not None:
            return kind, index
        word = words[index]
        of_other_entity = index in claimed_tokens and word not in passenger_words.FLIGHT_MODIFIERS | {"one", "round"}
        if word not in passenger_words.NOUN_MODIFIERS or of_other_entity:
            return None
    return None


def _kind_of_noun(words: Sequence[str], index: int, *, is_first: bool) -> PassengerKind | None:
    """Return the kind of people that a noun after a number names; None if it names none."""
    word = words[index]
    if not is_first:
        if word == "us" and words[index - 1] == "of":
            return "adult"
        # "three one-way flights", "1 economy flight": flights counted like tickets
        if word in passenger_words.FLIGHT_NOUNS and words[index - 1] in passenger_words.FLIGHT_MODIFIERS:
            return "adult"
    known = passenger_words.PERSON_NOUNS.get(word)
    qualifies = word == "adult" and index + 1 < len(words) and words[index + 1] in passenger_words.PERSON_NOUNS
    return None if known is None or qualifies else known[0]


def _add_people(
    text: TokenizedText, kind: PassengerKind, value: int, *, first: int, last: int, people: PassengerCount
) -> None:
    """Add a number of people of one kind."""
    words = text.words
    people.last_count = value
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
    if words[position] not in passenger_words.SINGULAR_DETERMINERS:
        return
    noun = _single_child_noun(words, position)
    if noun is None or _is_no_passenger(words, position, noun):
        return
    people.additional += bool(position and words[position - 1] in passenger_words.PLUS_WORDS)
    _add_minors(people, passenger_words.PERSON_NOUNS[words[noun]][0], 1)
    people.last_count = 1
    people.extend_span(position, noun)


def _single_child_noun(words: Sequence[str], position: int) -> int | None:
    """Return the token of the noun for one child that a determiner belongs to; None without one."""
    for index in range(position + 1, min(position + 3, len(words))):
        if words[index] in _SINGLE_CHILD_NOUNS and not words[index].endswith("s"):
            return index
        if words[index] not in passenger_words.NOUN_MODIFIERS and words[index] not in {"year", "old"}:
            return None
    return None


def _is_no_passenger(words: Sequence[str], position: int, noun: int) -> bool:
    """Return whether a child with its determiner does not travel: it is addressed, only mentioned, or visited."""
    if words[position] not in passenger_words.INDEFINITE_ARTICLES and (
        _is_address(words, position, noun) or not _is_in_list(words, position, noun)
    ):
        return True
    return words[position - 1 : position + 1] in passenger_words.VISIT_PHRASES


def _is_address(words: Sequence[str], position: int, noun: int) -> bool:
    """Return whether "my daughter" is a form of address: "agradecida, minha filha", "bom dia minha filha, ..."."""
    ends_text = position == 2 and words[1] == "," and noun == len(words) - 1
    if ends_text and words[0] not in passenger_words.FIRST_PERSON:
        return True
    begins_list = position == 0 or words[position - 1] in passenger_words.LIST_CONNECTORS
    return not begins_list and words[noun + 1 : noun + 2] == (",",)


def _is_in_list(words: Sequence[str], position: int, noun: int) -> bool:
    """Return whether "my son" is one of several people: not so in "my son is afraid of flying"."""
    front = position - 1 if position and words[position - 1] in passenger_words.DEFINITE_ARTICLES else position
    if front and words[front - 1] in passenger_words.LIST_CONNECTORS:
        return True
    return not passenger_words.LIST_CONNECTORS.isdisjoint(words[noun + 1 : noun + 2])


def _is_bare_number(text: TokenizedText, language: str, first: int, after: int, expected: bool) -> bool:
    """Return whether a number without a noun counts people: "for two", "somos quatro", the answer to "how many?"."""
    words = text.words
    following = words[after] if after < len(words) else ""
    before = words[first - 1] if first else ""
    if _belongs_to_other_word(text, first, after):
        return False
    own = PACKS[language].passengers
    if expected:
        return _is_short(words) or before in own.before_count or before in own.before_answered_count
    string = " ".join([word for word in words[max(0, first - 8) : first] if word not in {"-", "'"}]) + " "
    if _GROUP_NOUN.search(string) or words[after : after + 3] in passenger_words.GROUP_PHRASES:
        return True
    if _is_answer(words, first, following, own):
        return True
    if _GROUP_VERB.search(string):
        return _ends_group_count(following)
    return before in own.before_count and (not following.isalnum() or following in passenger_words.AFTER_FOR_COUNT)


def _is_short(words: Sequence[str]) -> bool:
    """Return whether a text is so short that a number in it answers the question."""
    return len(words) <= 14 and len([word for word in words if word.isalnum()]) <= 7


def _belongs_to_other_word(text: TokenizedText, first: int, after: int) -> bool:
    """Return whether a number is part of a price, a time or a code: "2 pm", "3rd", "A2"."""
    words = text.words
    following = words[after] if after < len(words) else ""
    if following in passenger_words.NON_PERSON_FOLLOWERS:
        return True
    if following.isalpha() and words[first].isdecimal() and text.is_adjacent(after):
        return True
    return first > 0 and text.is_adjacent(first) and words[first - 1] not in {"'", "(", "-"}


def _is_answer(words: Sequence[str], first: int, following: str, own: PassengerWords) -> bool:
    """Return whether a number is all that a text or a clause says about the people: "just two", "in two"."""
    before = words[first - 1] if first else ""
    ended = not following.isalnum() or following in passenger_words.AFTER_BARE_COUNT
    if ended and before in passenger_words.BEFORE_BARE_COUNT:
        return True
    if before not in own.group_prepositions:
        return False
    begins_clause = first == 1 or words[first - 2] in {",", ".", ";", "-", "("}
    return len(words) <= passenger_words.SHORT_ANSWER_TOKENS or (ended and begins_clause)


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
        if index and (word in passenger_words.COMPANION_NOUNS or word in passenger_words.PARENT_NOUNS):
            _add_companion(words, index, with_me, people)
    if people.minors and people.total is None and not people.includes_speaker and not people.adults:
        _include_speaker(with_me, people)


def _add_companion(words: Sequence[str], index: int, with_me: Sequence[int], people: PassengerCount) -> None:
    """Count a companion named by a noun, if the text says that they travel with the speaker or with children."""
    joined = any(abs(me - index) <= _MAX_LIST_WORDS and _in_same_list(words, me, index) for me in with_me)
    if words[index - 1] not in passenger_words.COMPANION_DETERMINERS:
        if not joined or words[index - 1] not in passenger_words.LIST_JOINERS:
            return  # "me, mum and dad"
    elif not joined and not people.minors:
        with_ = passenger_words.WITH_WORDS & set(words[max(0, index - 3) : index - 1])
        if not with_:
            return
    if index > 1 and words[index - 2] in passenger_words.CONTACT_VERBS:
        return
    people.adults += 2 if words[index] in passenger_words.PARENT_NOUNS else 1
    people.includes_speaker = True
    people.extend_span(index - 1, index)


def _include_speaker(with_me: Sequence[int], people: PassengerCount) -> None:
    """Count the speaker beside children: "me and my two kids"."""
    near = [index for index in with_me if abs(index - people.first) <= 4 or abs(index - people.last) <= 3]
    if near:
        people.includes_speaker = True
        people.extend_span(min(near[0], people.first), max(near[-1], people.last))


def _in_same_list(words: Sequence[str], one: int, two: int) -> bool:
    """Return whether two words belong to one list: only people, "and", commas and possessives stand between them."""
    low, high = sorted((one, two))
    between = words[low + 1 : high]
    return any(word in passenger_words.LIST_JOINERS for word in between) and all(
        word in passenger_words.COMPANION_DETERMINERS
        or word in passenger_words.COMPANION_NOUNS
        or word in passenger_words.PARENT_NOUNS
        or word in passenger_words.PERSON_NOUNS
        or word in passenger_words.LIST_WORDS
        or word in AGE_WORDS
        or word.isdecimal()
        for word in between
    )
