"""Who travels: "me, my wife and two kids", "somos quatro", "zu zweit", "two tickets"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asyncassist._types import Passengers
from asyncassist.nlp import passenger_words as words_of
from asyncassist.nlp._gil import breathe
from asyncassist.nlp.entities.child_ages import LITTLE, Age, find_ages
from asyncassist.nlp.entities.preferences import Found
from asyncassist.nlp.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist.nlp.normalized import Flat
    from asyncassist.nlp.passenger_words import Kind
    from asyncassist.nlp.tokens import Text

_TOGETHER: Final = re.compile(
    r"\b(?:(?:group|party|family|team|total|gruppe|familie|grupo|familia|groupe|famille|gruppo|famiglia) (?:of|de"
    r"|von|di|mit|d) )$"
)
_ALONE: Final = re.compile(
    r"\b(?:just me|just be me|only be me|only one person|the only one|only me|just myself|only myself|by myself"
    r"|on my own|alone|solo travell?er|travell?ing solo|flying solo|solo trip|just the one of us"
    r"|sozinh[oa]|so eu|apenas eu|somente eu|solo yo|solamente yo|yo solo|yo sola|viajo sol[oa]|viajando sol[oa]"
    r"|ire sol[oa]|voy sol[oa]|juste moi|seulement moi|moi seule?|tout seul"
    r"|toute seule|voyage seule?|pars seule?|nur ich|alleine?|nur fur mich|solo io|soltanto io|da sol[oa]"
    r"|viaggio da sol[oa]|nur mich|fur mich allein|just for me|only for me|so para mim|solo para mi|juste pour moi"
    r"|solo per me|(?:uno solo|uno nada mas|solo uno|um so|so um|un seul|une seule|nur einer|nur eine|una sola)"
    r"(?= ?$| ?[.,!;]))\b"
)
_PAIR: Final = re.compile(
    r"\b(?P<couple>(?:as |en |em |in |als )?(?:a |um |una |un |ein )?(?:couple|casal|pareja|coppia|ehepaar"
    r"|matrimonio(?= con))"
    r"(?! (?:of|de|di|von|d)\b)(?! ?(?:weeks|days|months|hours|questions)))\b|\b(?:both of us|two of us"
    r"|the two of us|us two|a couple(?= of (?:tickets|people|seats|passengers|adults|us))|zu zweit|nos dois"
    r"|nosotros dos|nous deux"
    r"|noi due|wir beide|wir zwei|in due|a deux)\b"
)
_GROUP: Final = re.compile(
    r"\b(?:(?:siamo|saremo|saremmo|viaggiamo|viaggeremo|partiamo|partiremo|somos|seremos|seriamos|viajamos|viajaremos"
    r"|sommes|on est|on e|on sera|on serait|serons|serions|partons|voyageons|wir sind|sind wir|wir waren|wir wollen"
    r"|wir fliegen|wir reisen|we d be|we would be|there are|we are"
    r"|there will be|it will be|we re|there s|there is|there are actually|make it|tickets are|passengers are"
    r"|people are|estamos|vamos) (?:in |em |a |au |only |just |so |apenas |solo |nur |insgesamt )?)$"
)
_GROUP_DE: Final = re.compile(r"\bzu (dritt|viert|funft|sechst|siebt|acht)\b")


_REAL: Final = frozenset(
    (word,) for word in ("vera", "reale", "real", "verdadera", "umana", "humana", "reelle", "humaine", "vraie")
)
# Before children who are counted by their ages.
_ALL_OF_THEM: Final = frozenset({"los", "las", "os", "as", "les", "nos", "the", "mis", "meus", "minhas", "mes", "-"})


@dataclass(slots=True)
class _Sum:
    """People counted so far."""

    adults: int = 0
    children: int = 0
    infants: int = 0
    me: bool = False
    first: int = -1
    last: int = -1
    total: int | None = None
    beside: int = 0
    couple: bool = False

    def saw(self, first: int, last: int) -> None:
        self.first = first if self.first < 0 else min(self.first, first)
        self.last = max(self.last, last)


def find_passengers(flat: Flat, language: str, taken: Container[int] = (), asked: Sequence[str] = ()) -> Found | None:
    """How many travel.

    Args:
        flat: The text.
        language: Two letters.
        taken: Tokens that are dates and the like.
        asked: Slots just asked for.
    """
    text = flat.text
    expected = "passengers" in asked
    people = _Sum()
    for match, first, last in flat.find(_PAIR):
        people.total = 2
        people.couple = match["couple"] is not None
        people.saw(first, last)
    for match, first, last in flat.find(_GROUP_DE):
        people.total = words_of.GERMAN[match[1]]
        people.saw(first, last)
    _count(text, language, taken, expected, people)
    breathe()
    _companions(text, people)
    if people.first < 0 or (people.total is None and not (people.adults or people.children or people.infants)):
        alone = _ALONE.search(flat.line)
        if alone is None or re.search(r"\b(?:not|nao|no|pas|nicht|non)$", flat.line[: alone.start()].rstrip()):
            return None
        first, last = flat.span(alone)
        return Found(first, last, Passengers(adults=1))
    return Found(people.first, people.last, _value(people))


def _value(people: _Sum) -> Passengers:
    """The people as adults, children and infants."""
    adults, children, infants = people.adults, people.children, people.infants
    if people.total is not None:
        beside = children + infants if people.couple else people.beside
        adults = max(people.total - (children + infants - beside), adults, 1)
    elif people.me:
        adults += 1
    if adults == 0:
        adults = 1  # children do not fly alone
    return Passengers(
        adults=min(adults, words_of.MOST * 2),
        children=min(children, words_of.MOST),
        infants=min(infants, words_of.MOST),
    )


def _count(text: Text, language: str, taken: Container[int], expected: bool, people: _Sum) -> None:
    """Add numbers of people: "two adults", "for two", "four of us"."""
    tokens, words = text.tokens, text.words
    ages = {age.first: age for age in find_ages(text, language, words_of.YOUNG, taken)}
    at, before, known = 0, -1, False
    while at < len(tokens):
        if at in ages:
            age = ages[at]
            known = _aged(words, age, people, known=known and age.first == before + 2)
            before, at = age.last, age.last + 1
            continue
        if (
            words[at] in words_of.YOUNG
            and at
            and words[at - 1] in words_of.WITH | words_of.ARTICLED
            and at not in taken
        ):
            _young(words, at, people)
        number = None if at in taken else read_number(tokens, at, language)
        if number is None and words[at] in words_of.ARTICLES and at not in taken:
            _one(words, at, people)
        if number is None:
            at += 1
            continue
        value, size = number
        after = at + size
        if not 1 <= value <= 20 or (after < len(words) and words[after] in {"way", "-"} and value == 1):
            at = after
            continue
        noun = _noun(words, after, taken)
        if noun is not None and words[at] in words_of.ARTICLES and words[noun[1]] in words_of.TICKETS and not expected:
            at = noun[1]  # "uma passagem" is "a ticket", not one
            continue
        real = noun is not None and words[noun[1] + 1 : noun[1] + 2] in _REAL
        if noun is not None and real and words[at] in words_of.ARTICLE:
            at = noun[1]  # "sei una persona vera?"
            continue
        if noun is not None and words[at] in words_of.ARTICLE and at and words[at - 1] in words_of.OR:
            at = noun[1]  # "are you a robot or a person"
            continue
        if noun is not None:
            kind, place = noun
            _add(text, kind, value, first=at, last=place, people=people)
            at = place + 1
            continue
        if _bare(text, language, at, after, expected):
            people.total = value
            people.saw(at, after - 1)
        at = after


def _aged(words: Sequence[str], age: Age, people: _Sum, *, known: bool) -> bool:
    """A child by its age: the noun before it was counted, as a child or an infant; or there is none.

    Args:
        words: The text.
        age: The age.
        people: Counted so far.
        known: Whether the age goes on behind another whose child was counted: "two children of 5 and 8".

    Returns:
        Whether its child had been counted.
    """
    noun = next((at for at in range(age.first - 1, max(-1, age.first - 4), -1) if words[at] in words_of.YOUNG), None)
    near = words[max(0, age.first - 3) : age.first]
    if known and noun is None:
        if age.kind == "infant" and people.children:
            _more(people, "infant", 1)
            _more(people, "child", -1)
    elif noun is None:
        same = people.children if age.kind == "child" else people.infants
        if same and LITTLE.intersection(near) and words_of.ARTICLED.intersection(near):
            return True  # "with a baby ... the little one (10 months)"
        people.beside += bool(words_of.PLUS & set(near))
        _more(people, age.kind, 1)
        people.saw(age.first, age.last)
    elif noun and words[noun].endswith("s") and words[noun - 1] in _ALL_OF_THEM and age.first - noun <= 2:
        _more(people, age.kind, 1)  # "los nenes de 5"
        people.saw(noun, age.last)
        noun = None
    elif words_of.NOUNS[words[noun]][0] != age.kind and (people.children if age.kind == "infant" else people.infants):
        _more(people, age.kind, 1)
        _more(people, "child" if age.kind == "infant" else "infant", -1)
    if people.first >= 0:
        people.saw(people.first, age.last)
    return known or noun is not None


def _more(people: _Sum, kind: str, count: int) -> None:
    if kind == "child":
        people.children += count
    else:
        people.infants += count


def _young(words: Sequence[str], at: int, people: _Sum) -> None:
    """A child without an article: "with baby"."""
    if words[at].endswith("s") or words[at - 1] in words_of.ARTICLES:
        return
    if words[at - 1] in words_of.ARTICLED and (at < 2 or words[at - 2] not in words_of.LINKS - {","}):
        return  # "and the baby", not "the baby cries"
    _more(people, words_of.NOUNS[words[at]][0], 1)
    people.saw(at, at)


def _noun(words: Sequence[str], at: int, taken: Container[int]) -> tuple[Kind, int] | None:
    """The noun a number counts, and its token."""
    for index in range(at, min(at + 6, len(words))):
        word = words[index]
        if word == "us" and index > at and words[index - 1] == "of":
            return "adult", index
        # "one way tickets": the "one" belongs to the way
        if index == at and word in {"way", "-"} and at + 1 < len(words) and "way" in (word, words[at + 1]):
            return None
        known = words_of.NOUNS.get(word)
        if known is not None and not (
            word == "adult" and index + 1 < len(words) and words[index + 1] in words_of.NOUNS
        ):
            return known[0], index
        # "three one-way flights", "1 economy flight": flights as tickets
        if index > at and word in words_of.FLIGHTS and words[index - 1] in words_of.KINDS_OF_FLIGHT:
            return "adult", index
        if word not in words_of.BETWEEN or (index in taken and word not in words_of.KINDS_OF_FLIGHT | {"one", "round"}):
            return None
    return None


def _add(text: Text, kind: Kind, value: int, *, first: int, last: int, people: _Sum) -> None:
    """Add so many of a kind."""
    words = text.words
    if kind in {"child", "infant"} and first and words[first - 1] in words_of.PLUS:
        people.beside += value
    if kind == "child":
        people.children += value
    elif kind == "infant":
        people.infants += value
    elif kind == "other" or "other" in words[first:last] or "others" in words[first:last]:
        people.adults += value
        people.me = True
    else:
        # "4 tickets for 2 adults and 2 children": tickets are not people beside the people
        tickets = words[last] in words_of.TICKETS
        if tickets or words[last] in words_of.PEOPLE:
            people.total = value if people.total is None or not tickets else people.total
        else:
            people.adults += value
    people.saw(first, last)


def _one(words: Sequence[str], at: int, people: _Sum) -> None:
    """Add "a child", "my baby"."""
    for index in (at + 1, at + 2):
        if index >= len(words):
            return
        known = words_of.NOUNS.get(words[index])
        if known is not None and known[0] in {"child", "infant"} and not words[index].endswith("s"):
            own = words[at] not in words_of.ARTICLE
            front = at - 1 if at and words[at - 1] in words_of.ARTICLED else at
            if own and at == 2 and words[1] == "," and index == len(words) - 1 and words[0] not in words_of.ME:
                return  # "agradecida, minha filha"
            if own and at and words[at - 1] not in words_of.LINKS and words[index + 1 : index + 2] == (",",):
                return  # "bom dia minha filha, ..."
            if (
                own
                and not (front and words[front - 1] in words_of.LINKS)
                and not words_of.LINKS.intersection(words[index + 1 : index + 2])
            ):
                return  # "my son is afraid of flying"
            if words[at] in {"my", "our", "a", "an"} and at > 0 and words[at - 1] in {"visit", "see", "is", "visiting"}:
                return
            if at and words[at - 1] in words_of.PLUS:
                people.beside += 1
            if known[0] == "child":
                people.children += 1
            else:
                people.infants += 1
            people.saw(at, index)
            return
        if words[index] not in words_of.BETWEEN and words[index] not in {"year", "old"}:
            return


def _bare(text: Text, language: str, first: int, after: int, expected: bool) -> bool:
    """Whether a number without a noun counts people: "for two", "somos quatro", the answer to "how many?"."""
    words = text.words
    following = words[after] if after < len(words) else ""
    if following in words_of.NOT_AFTER or (
        after < len(words) and text.tokens[first].folded.isdecimal() and text.glued(after) and following.isalpha()
    ):
        return False
    if first and text.glued(first) and words[first - 1] not in {"'", "(", "-"}:
        return False
    before = words[first - 1] if first else ""
    if expected:
        few = len(words) <= 14 and len([word for word in words if word.isalnum()]) <= 7
        return few or before in words_of.FOR.get(language, ())
    line = " ".join([word for word in words[max(0, first - 8) : first] if word not in {"-", "'"}]) + " "
    if _TOGETHER.search(line):
        return True
    if following in {"in", "of"} and words[after + 1 : after + 3] in words_of.IN_GROUP:
        return True
    ended = not following or not following.isalnum() or following in {"please", "in"}
    if before in {"just", "only", "purchase", "book", "buy", "need", "get"} and ended:
        return True
    if before == words_of.TOGETHER_BY.get(language) and (
        len(words) <= words_of.ANSWER or (ended and (first == 1 or words[first - 2] in {",", ".", ";", "-", "("}))
    ):
        return True
    if _GROUP.search(line):
        return not following or not following.isalnum() or following in words_of.PLUS or following in words_of.GOES_ON
    if before in words_of.FOR.get(language, ()) and before not in {"est", "sera", "sind", "sommes"}:
        return not following or not following.isalnum() or following in words_of.BEHIND_TWO
    return False


def _companions(text: Text, people: _Sum) -> None:
    """Add "my wife and I", "me and my parents"."""
    words = text.words
    with_me = [index for index, word in enumerate(words) if word in words_of.ME]
    for index, word in enumerate(words):
        if index == 0 or words[index - 1] not in words_of.MINE:
            continue
        several = word in words_of.PARENTS
        if word not in words_of.COMPANIONS and not several:
            continue
        with_ = bool(words_of.WITH & set(words[max(0, index - 3) : index - 1]))
        joined = any(abs(me - index) <= 9 and _listed(words, me, index) for me in with_me)
        if not with_ and not joined and people.children + people.infants == 0:
            continue
        if index > 1 and words[index - 2] in {"visit", "see", "meet", "visiting", "is", "call", "tell"}:
            continue
        people.adults += 2 if several else 1
        people.me = True
        people.saw(index - 1, index)
    if (people.children or people.infants) and people.total is None and not people.me:
        near = [index for index in with_me if abs(index - people.first) <= 4 or abs(index - people.last) <= 3]
        if near and not people.adults:
            people.me = True
            people.saw(
                min(*near, people.first) if len(near) > 1 else min(near[0], people.first), max(near[-1], people.last)
            )


def _listed(words: Sequence[str], one: int, two: int) -> bool:
    """Whether two words stand in one list: only people, "and", commas and possessives between."""
    low, high = sorted((one, two))
    between = words[low + 1 : high]
    return any(
        word in {"and", "e", "y", "et", "pis", "und", "&", "ed", ",", "plus", "com", "con", "avec", "mit", "with"}
        for word in between
    ) and all(
        word in words_of.MINE
        or word in words_of.COMPANIONS
        or word in words_of.NOUNS
        or word in words_of.IN_LISTS
        or word.isdecimal()
        for word in between
    )
