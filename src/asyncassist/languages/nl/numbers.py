"""Dutch number words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages.number_words import NumberWords, enumerate_spellings, split_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.languages.number_words import Spelling

_UNITS: Final = split_spellings(
    "nul een|ene twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien"
    " zeventien achttien negentien"
)
_TENS: Final = split_spellings("twintig dertig veertig vijftig zestig zeventig tachtig negentig")
_ORDINALS: Final = split_spellings(
    "eerste|eersten tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende veertiende"
    " vijftiende zestiende zeventiende achttiende negentiende twintigste"
)


def _cardinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_UNITS)
    for ten, names in enumerate(_TENS, 2):
        for name in names:
            yield name, 10 * ten
            for unit in range(1, 10):
                yield f"{_UNITS[unit][0]}en{name}", 10 * ten + unit


def _ordinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_ORDINALS, 1)
    yield from ((f"{_UNITS[unit][0]}entwintigste", 20 + unit) for unit in range(1, 10))
    yield from (("dertigste", 30), ("eenendertigste", 31))


NUMBERS: Final = NumberWords(
    cardinals=_cardinals,
    ordinals=_ordinals,
    ordinal_suffixes=frozenset({"e", "de", "ste"}),
    hundred=frozenset({"honderd"}),
    thousand=frozenset({"duizend"}),
    conjunction="en",
    amount_units=r"euros?|euro's|pond|kilo",
    compound_thousands=("duizend",),
    compound_hundred="honderd",
    compound_conjunction="en",
)
