"""French number words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages.number_words import NumberWords, enumerate_spellings, split_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.languages.number_words import Spelling

_UNITS: Final = split_spellings(
    "zéro un|une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept"
    " dix-huit dix-neuf"
)
_TENS: Final = split_spellings("vingt trente quarante cinquante soixante septante huitante|octante nonante")
_ORDINALS: Final = split_spellings(
    "premier|première deuxième|second|seconde troisième quatrième cinquième sixième septième huitième neuvième dixième"
    " onzième douzième treizième quatorzième quinzième seizième dix-septième dix-huitième dix-neuvième vingtième"
)


def _cardinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_UNITS)
    for value, name in ((20, "vingt"), (30, "trente"), (40, "quarante"), (50, "cinquante"), (60, "soixante"),
                        (70, "septante"), (80, "huitante"), (90, "nonante")):  # fmt: skip
        yield name, value
        for unit in range(1, 10):
            joins = (" et ", "-et-") if unit == 1 else ("-", " ")
            yield from ((f"{name}{join}{small}", value + unit) for small in _UNITS[unit] for join in joins)
    for small, name in [(v, n) for v in range(10, 20) for n in (_UNITS[v][0], _UNITS[v][0].replace("-", " "))]:
        for join in (" et ", "-et-") if small == 11 else ("-", " "):
            yield f"soixante{join}{name}", 60 + small
    for four in ("quatre-vingt", "quatre vingt"):
        yield from ((f"{four}{plural}", 80) for plural in ("", "s"))
        for small in range(1, 20):
            for name in {*_UNITS[small], _UNITS[small][0].replace("-", " ")}:
                yield from ((f"{four}{join}{name}", 80 + small) for join in ("-", " "))


def _ordinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_ORDINALS, 1)
    yield "trentième", 30
    for ten, name in ((20, "vingt"), (30, "trente")):
        yield from ((f"{name}{join}unième", ten + 1) for join in (" et ", "-et-"))
        for unit in range(2, 10) if ten == 20 else ():
            yield from ((f"{name}{join}{_ORDINALS[unit - 1][0]}", ten + unit) for join in ("-", " "))


NUMBERS: Final = NumberWords(
    cardinals=_cardinals,
    ordinals=_ordinals,
    ordinal_suffixes=frozenset({"er", "ere", "e", "eme", "ieme", "nd", "nde"}),
    hundred=frozenset({"cent", "cents"}),
    thousand=frozenset({"mille"}),
    conjunction="et",
    amount_units=r"euros?|dollars?|francs?|kilos?",
)
