"""Who travels: "me, my wife and two kids", "somos quatro", "zu zweit", "two tickets"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from asyncassist._types import Passengers
from asyncassist.nlp.ages import LITTLE, Age, find_ages
from asyncassist.nlp.numbers import read_number
from asyncassist.nlp.wishes import Found

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist.nlp.flat import Flat
    from asyncassist.nlp.text import Text

Kind = Literal["adult", "child", "infant", "other"]
_MOST: Final = 9

_NOUNS: Final[dict[str, tuple[Kind, str]]] = {}
for _kind, _words in (
    (
        "adult",
        (
            "people person persons passenger passengers traveler travelers traveller travellers adult adults"
            " ticket tickets"
            " seat seats pax pers erw adt adl individuals guests folks ppl"
            " travellors tix peoples grownups reservations members heads"
            " booking bookings pessoa pessoas passageiro passageiros adulto"
            " adultos bilhete bilhetes passagem passagens lugares viajantes personas persona pasajero pasajeros billete"
            " billetes boleto boletos pasaje pasajes asientos viajeros personne personnes passager passagers"
            " adulte adultes"
            " billet billets places voyageurs personen passagiere passagier erwachsene erwachsenen erwachsener tickets"
            " platze reisende flugtickets karten persone passeggero passeggeri adulti biglietto biglietti posti"
            " viaggiatori seniors senior"
        ),
    ),
    (
        "child",
        (
            "child children kid kids son sons daughter daughters toddler toddlers teen teens crianca criancas filho"
            " filhos filha"
            " filhas menino menina meninos nino ninos nina ninas hijo hijos hija hijas enfant enfants fils fille filles"
            " gamins"
            " nena nenas nene nenes nino crio crios chd kind kinder kindern"
            " sohn tochter sohne bambino bambini bambina bambine figlio figli figlia figlie ragazzi"
        ),
    ),
    (
        "infant",
        (
            "infant infants baby babies newborn newborns lapinfant inf bebe bebes neonato neonati neonata lattante bebê"
            " nourrisson nourrissons babys saugling sauglinge kleinkind kleinkinder bimbo bimbi"
        ),
    ),
    ("other", "others friends friend buddies colleagues coworkers amigos amigo amis freunde freunden amici colegas"),
):
    for _word in _words.split():
        _NOUNS[_word] = (_kind, _word)  # type: ignore[assignment]

_YOUNG: Final = frozenset(word for word, known in _NOUNS.items() if known[0] in {"child", "infant"})
PARTY_WORDS: Final = frozenset(_NOUNS)
"""Nouns for people, in all languages."""

# Between a number and its noun.
_BETWEEN: Final = frozenset(
    {
        "one", "lap", "seule", "seul", "sola", "solo", "unica", "unico", "einzige", "einziger", "single", "way",
        "round", "trip", "roundtrip", "oneway", "economy", "premium", "business", "first", "class", "flight", "plane",
        "return", "adult", "more", "other", "small", "little", "young", "additional", "airline", "refundable",
        "direct", "nonstop", "-", "of", "outras", "outros", "pequenas", "otras", "otros", "aereos", "aereas", "aviao",
        "de", "avion", "d", "erwachsene", "kleine", "piccoli", "aerei", "total", "cheap", "separate", "different",
        "air", "my", "dos", "des", "our", "outbound", "seat", "coach", "united", "american", "delta", "southwest",
        "alaska", "airlines", "'", "petits", "jeunes", "ida", "e", "volta",
    }
)  # fmt: skip
_TICKETS: Final = frozenset(
    {
        "flight", "flights", "tickets", "ticket", "reservations", "booking", "bookings", "seats", "seat", "bilhete",
        "bilhetes", "billete", "billetes", "billet", "billets", "biglietto", "biglietti", "passagem", "passagens",
        "places", "boleto", "boletos", "pasaje", "pasajes", "flugtickets", "voos", "vuelos", "vols", "fluge", "voli",
        "karten", "platze", "posti", "lugares", "asientos",
    }
)  # fmt: skip
_FLIGHTS: Final = frozenset({"flights", "flight", "voos", "vuelos", "vols", "fluge", "voli"})
_KINDS_OF_FLIGHT: Final = frozenset(
    {"way", "trip", "roundtrip", "oneway", "economy", "business", "premium", "class", "volta", "vuelta", "retour"}
)
_COMPANIONS: Final = frozenset(
    {
        "wife", "husband", "girlfriend", "boyfriend", "partner", "mother", "father", "mom", "mum", "dad", "brother",
        "sister", "friend", "spouse", "fiancee", "fiance", "boss", "colleague", "grandmother", "grandma",
        "grandfather", "cousin", "esposa", "marido", "mulher", "namorada", "namorado", "mae", "pai", "irmao", "irma",
        "amigo", "amiga", "esposo", "novia", "novio", "madre", "padre", "hermano", "hermana", "mujer", "pareja",
        "femme", "mari", "copine", "copain", "mere", "pere", "frere", "soeur", "ami", "amie", "frau", "mann",
        "freundin", "freund", "mutter", "vater", "bruder", "schwester", "moglie", "marito", "ragazza", "ragazzo",
        "fidanzata", "fidanzato", "fratello", "sorella", "amica", "compagna", "compagno", "partnerin", "avo", "chefe",
        "companheira", "companheiro", "parceiro", "parceira", "conjoint", "conjointe", "mamma", "papa",
    }
)  # fmt: skip
_MINE: Final = frozenset(
    {
        "my", "meu", "minha", "mi", "mon", "ma", "meine", "meiner", "meinem", "meinen", "mein", "mia", "mio", "a",
        "o", "la", "un", "una", "um", "uma", "une", "ein", "eine", "einem", "einer", "einen", "our", "nosso", "nossa",
        "nuestro", "nuestra", "notre", "unser", "unsere", "unserem", "unserer", "nostro", "nostra", "the", "il", "el",
    }
)  # fmt: skip
_PARENTS: Final = frozenset({"parents", "pais", "padres", "eltern", "genitori"})
_ARTICLES: Final = frozenset(
    {
        "a", "an", "um", "uma", "un", "una", "une", "ein", "eine", "einem", "einen", "einer", "uno", "my", "our",
        "meu", "minha", "nosso", "nossa", "mi", "mon", "ma", "notre", "mein", "meine", "meinem", "meinen", "meiner",
        "unser", "unsere", "unserem", "mio", "mia", "nostro", "nostra", "nuestro", "nuestra",
    }
)  # fmt: skip
_ARTICLE: Final = frozenset(
    {"a", "an", "um", "uma", "un", "una", "une", "ein", "eine", "einem", "einen", "einer", "uno"}
)
# "My son" travels where he stands in a list: "with my son", "my son and I", "me, my son".
_LINKS: Final = frozenset(
    {
        "with", "w", "com", "con", "avec", "mit", "and", "e", "y", "et", "und", "ed", "&", "plus", "mais", "mas",
        "piu", "for", "para", "pra", "pour", "fur", "per", ",", "+", "-", "/", ":",
    }
)  # fmt: skip
_ARTICLED: Final = frozenset({"a", "o", "la", "il", "as", "os", "le", "i", "the", "der", "die", "das"})
_OR: Final = frozenset({"or", "ou", "o", "oder"})
# "Two plus a child" are three.
_PLUS: Final = frozenset({"plus", "piu", "mais", "mas", "+", "zuzuglich", "zzgl"})
# "In 3", "à trois", "zu 3", said alone.
_TOGETHER_BY: Final = {"it": "in", "fr": "a", "de": "zu"}
_ANSWER: Final = 3
_ME: Final = frozenset({"me", "i", "myself", "eu", "mim", "comigo", "yo", "conmigo", "moi", "ich", "mir", "mich", "io"})
_FOR: Final = {
    "en": {"for", "seat"}, "pt": {"para", "pra", "somos", "seremos"}, "es": {"para", "somos", "seremos"},
    "fr": {"pour", "sommes", "est", "serons", "sera"}, "de": {"fur", "sind"}, "it": {"per", "siamo", "saremo"},
}  # fmt: skip
_NOT_AFTER: Final = frozenset(
    {
        "way", "stop", "stops", "day", "days", "night", "nights", "week", "weeks", "month", "months", "year", "years",
        "hour", "hours", "minutes", "am", "pm", "o'clock", "oclock", "bag", "bags", "suitcase", "suitcases",
        "dollars", "dollar", "euros", "euro", "pounds", "th", "st", "nd", "rd", "$", "€", "£", "%", "dia", "dias",
        "noite", "noites", "semana", "semanas", "mes", "meses", "ano", "anos", "hora", "horas", "mala", "malas",
        "reais", "noches", "noche", "maletas", "jour", "jours", "nuit", "nuits", "semaine", "semaines", "mois", "an",
        "ans", "heure", "heures", "valise", "valises", "tag", "tage", "tagen", "nacht", "nachte", "woche", "wochen",
        "monat", "monate", "monaten", "jahr", "jahre", "uhr", "stunden", "koffer", "giorno", "giorni", "notte",
        "notti", "settimana", "settimane", "mese", "mesi", "anno", "anni", "ora", "ore", "valigie", "escala",
        "escalas", "scalo", "scali", "more", "of", "carry", "checked", "other", "options", "flights", "flight",
        "things", "or", "h", ":", "/", "thing", "question", "questions", "reasons", "pieces", "piece", "cities",
        "city", "reservation", "name", "layover", "voo", "vuelo", "vol", "volo", "flug", "pesos", "dolares", "francs",
        "franken", "franchi", "last", "moment", "hundred",
    }
)  # fmt: skip
_TOGETHER: Final = re.compile(
    r"\b(?:(?:group|party|family|team|total|gruppe|familie|grupo|familia|groupe|famille|gruppo|famiglia) (?:of|de"
    r"|von|di|mit|d) )$"
)
_IN_GROUP: Final = frozenset(
    (mine, group) for mine in ("my", "our", "the", "total") for group in ("group", "party", "family", "team")
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
# What may stand behind "we are three".
_GOES_ON: Final = frozenset(
    {
        "in", "people", "on", "and", "flying", "em", "en", "adultos", "e", "y", "et", "und", "to", "traveling",
        "travelling", "total", "who", "with", "from", "for", "including", "leaving", "heads", "heading", "going",
    }
)  # fmt: skip
_PAIR: Final = re.compile(
    r"\b(?P<couple>(?:as |en |em |in |als )?(?:a |um |una |un |ein )?(?:couple|casal|pareja|coppia|ehepaar)"
    r"(?! (?:of|de|di|von|d)\b)(?! ?(?:weeks|days|months|hours|questions)))\b|\b(?:both of us|two of us"
    r"|the two of us|us two|a couple(?= of (?:tickets|people|seats|passengers|adults|us))|zu zweit|nos dois"
    r"|nosotros dos|nous deux"
    r"|noi due|wir beide|wir zwei|in due|a deux)\b"
)
_GROUP_DE: Final = re.compile(r"\bzu (dritt|viert|funft|sechst|siebt|acht)\b")
_GERMAN: Final = {"dritt": 3, "viert": 4, "funft": 5, "sechst": 6, "siebt": 7, "acht": 8}
_GROUP: Final = re.compile(
    r"\b(?:(?:siamo|saremo|saremmo|viaggiamo|viaggeremo|partiamo|partiremo|somos|seremos|seriamos|viajamos|viajaremos"
    r"|sommes|on est|on e|on sera|on serait|serons|serions|partons|voyageons|wir sind|sind wir|wir waren|wir wollen"
    r"|wir fliegen|wir reisen|we d be|we would be|there are|we are"
    r"|there will be|it will be|we re|there s|there is|there are actually|make it|tickets are|passengers are"
    r"|people are|estamos|vamos) (?:in |em |a |au |only |just |so |apenas |solo |nur |insgesamt )?)$"
)

# Nouns for everybody who travels, children included.
_PEOPLE: Final = frozenset(
    {
        "people", "pessoas", "personas", "personnes", "personen", "persone", "us", "passengers", "passageiros",
        "pasajeros", "passagers", "passagiere", "passeggeri",
    }
)  # fmt: skip
# What may stand behind "for two".
_BEHIND_TWO: Final = frozenset(
    {
        "please", "in", "on", "to", "from", "and", "with", "leaving", "departing", "por", "em", "en", "de", "a",
        "nach", "von", "da", "am", "s", "bitte", "svp", "economy",
    }
)  # fmt: skip
# Between the people of one list.
_IN_LISTS: Final = frozenset(
    {
        "and", "e", "y", "et", "und", "&", ",", "ed", "plus", "com", "con", "avec", "mit", "with", "two", "three",
        "dois", "dos", "deux", "zwei", "due", "tres", "trois", "drei", "tre", "duas",
    }
)  # fmt: skip


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
        people.total = _GERMAN[match[1]]
        people.saw(first, last)
    _count(text, language, taken, expected, people)
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
    return Passengers(adults=min(adults, _MOST * 2), children=min(children, _MOST), infants=min(infants, _MOST))


def _count(text: Text, language: str, taken: Container[int], expected: bool, people: _Sum) -> None:
    """Add numbers of people: "two adults", "for two", "four of us"."""
    tokens, words = text.tokens, text.words
    ages = {age.first: age for age in find_ages(text, language, _YOUNG, taken)}
    at = 0
    while at < len(tokens):
        if at in ages:
            _aged(words, ages[at], people)
            at = ages[at].last + 1
            continue
        if words[at] in _YOUNG and at and words[at - 1] in _LINKS - {",", "-", "/", ":"} and at not in taken:
            _young(words, at, people)
        number = None if at in taken else read_number(tokens, at, language)
        if number is None and words[at] in _ARTICLES and at not in taken:
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
        if noun is not None and words[at] in _ARTICLES and words[noun[1]] in _TICKETS and not expected:
            at = noun[1]  # "uma passagem" is "a ticket", not one
            continue
        if noun is not None and words[at] in _ARTICLE and at and words[at - 1] in _OR:
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


def _aged(words: Sequence[str], age: Age, people: _Sum) -> None:
    """A child by its age: the noun before it was counted, as a child or an infant; or there is none."""
    noun = next((at for at in range(age.first - 1, max(-1, age.first - 4), -1) if words[at] in _YOUNG), None)
    near = words[max(0, age.first - 3) : age.first]
    if noun is None:
        known = people.children if age.kind == "child" else people.infants
        if known and LITTLE.intersection(near) and _ARTICLED.intersection(near):
            return  # "with a baby ... the little one (10 months)"
        people.beside += bool(_PLUS & set(near))
        _more(people, age.kind, 1)
        people.saw(age.first, age.last)
    elif _NOUNS[words[noun]][0] != age.kind and (people.children if age.kind == "infant" else people.infants):
        _more(people, age.kind, 1)
        _more(people, "child" if age.kind == "infant" else "infant", -1)
    if people.first >= 0:
        people.saw(people.first, age.last)


def _more(people: _Sum, kind: str, count: int) -> None:
    if kind == "child":
        people.children += count
    else:
        people.infants += count


def _young(words: Sequence[str], at: int, people: _Sum) -> None:
    """A child without an article: "with baby"."""
    if words[at].endswith("s") or words[at - 1] not in {"with", "w", "com", "con", "avec", "mit"}:
        return
    _more(people, _NOUNS[words[at]][0], 1)
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
        known = _NOUNS.get(word)
        if known is not None and not (word == "adult" and index + 1 < len(words) and words[index + 1] in _NOUNS):
            return known[0], index
        # "three one-way flights", "1 economy flight": flights as tickets
        if index > at and word in _FLIGHTS and words[index - 1] in _KINDS_OF_FLIGHT:
            return "adult", index
        if word not in _BETWEEN or (index in taken and word not in _KINDS_OF_FLIGHT | {"one", "round"}):
            return None
    return None


def _add(text: Text, kind: Kind, value: int, *, first: int, last: int, people: _Sum) -> None:
    """Add so many of a kind."""
    words = text.words
    if kind in {"child", "infant"} and first and words[first - 1] in _PLUS:
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
        tickets = words[last] in _TICKETS
        if tickets or words[last] in _PEOPLE:
            people.total = value if people.total is None or not tickets else people.total
        else:
            people.adults += value
    people.saw(first, last)


def _one(words: Sequence[str], at: int, people: _Sum) -> None:
    """Add "a child", "my baby"."""
    for index in (at + 1, at + 2):
        if index >= len(words):
            return
        known = _NOUNS.get(words[index])
        if known is not None and known[0] in {"child", "infant"} and not words[index].endswith("s"):
            own = words[at] not in _ARTICLE
            front = at - 1 if at and words[at - 1] in _ARTICLED else at
            if (
                own
                and not (front and words[front - 1] in _LINKS)
                and not _LINKS.intersection(words[index + 1 : index + 2])
            ):
                return  # "my son is afraid of flying"
            if words[at] in {"my", "our", "a", "an"} and at > 0 and words[at - 1] in {"visit", "see", "is", "visiting"}:
                return
            if at and words[at - 1] in _PLUS:
                people.beside += 1
            if known[0] == "child":
                people.children += 1
            else:
                people.infants += 1
            people.saw(at, index)
            return
        if words[index] not in _BETWEEN and words[index] not in {"year", "old"}:
            return


def _bare(text: Text, language: str, first: int, after: int, expected: bool) -> bool:
    """Whether a number without a noun counts people: "for two", "somos quatro", the answer to "how many?"."""
    words = text.words
    following = words[after] if after < len(words) else ""
    if following in _NOT_AFTER or (
        after < len(words) and text.tokens[first].folded.isdecimal() and text.glued(after) and following.isalpha()
    ):
        return False
    if first and text.glued(first) and words[first - 1] not in {"'", "(", "-"}:
        return False
    before = words[first - 1] if first else ""
    if expected:
        few = len(words) <= 14 and len([word for word in words if word.isalnum()]) <= 7
        return few or before in _FOR.get(language, ())
    line = " ".join([word for word in words[max(0, first - 8) : first] if word not in {"-", "'"}]) + " "
    if _TOGETHER.search(line):
        return True
    if following in {"in", "of"} and words[after + 1 : after + 3] in _IN_GROUP:
        return True
    ended = not following or not following.isalnum() or following in {"please", "in"}
    if before in {"just", "only", "purchase", "book", "buy", "need", "get"} and ended:
        return True
    if before == _TOGETHER_BY.get(language) and (
        len(words) <= _ANSWER or (ended and (first == 1 or words[first - 2] in {",", ".", ";", "-", "("}))
    ):
        return True
    if _GROUP.search(line):
        return not following or not following.isalnum() or following in _PLUS or following in _GOES_ON
    if before in _FOR.get(language, ()) and before not in {"est", "sera", "sind", "sommes"}:
        return not following or not following.isalnum() or following in _BEHIND_TWO
    return False


def _companions(text: Text, people: _Sum) -> None:
    """Add "my wife and I", "me and my parents"."""
    words = text.words
    with_me = [index for index, word in enumerate(words) if word in _ME]
    for index, word in enumerate(words):
        if index == 0 or words[index - 1] not in _MINE:
            continue
        several = word in _PARENTS
        if word not in _COMPANIONS and not several:
            continue
        with_ = bool({"with", "w", "c", "com", "con", "avec", "mit"} & set(words[max(0, index - 3) : index - 1]))
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
        word in {"and", "e", "y", "et", "und", "&", "ed", ",", "plus", "com", "con", "avec", "mit", "with"}
        for word in between
    ) and all(
        word in _MINE or word in _COMPANIONS or word in _NOUNS or word in _IN_LISTS or word.isdecimal()
        for word in between
    )
