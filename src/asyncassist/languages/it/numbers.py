"""Italian number words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages.number_words import NumberWords, enumerate_spellings, split_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.languages.number_words import Spelling

_UNITS: Final = split_spellings(
    "zero uno|un|una due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
    " diciassette diciotto diciannove"
)
_TENS: Final = split_spellings("venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
_ORDINALS: Final = split_spellings(
    "primo|prima secondo|seconda terzo|terza quarto|quarta quinto|quinta sesto|sesta settimo|settima ottavo|ottava"
    " nono|nona decimo|decima undicesimo dodicesimo tredicesimo"
    " quattordicesimo quindicesimo sedicesimo diciassettesimo diciottesimo diciannovesimo ventesimo"
)


def _cardinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_UNITS)
    for ten, (name,) in enumerate(_TENS, 2):
        yield name, 10 * ten
        for unit in range(1, 10):
            stem = name[:-1] if unit in {1, 8} else name  # ventuno, ventotto
            yield stem + _UNITS[unit][0], 10 * ten + unit
        yield name[:-1] + "un", 10 * ten + 1


def _ordinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_ORDINALS, 1)
    yield "trentesimo", 30
    for ten, stem in ((20, "vent"), (30, "trent")):
        full = _TENS[ten // 10 - 2][0]
        for unit, name in enumerate(_UNITS[1:10], 1):
            tail = name[0] if unit in {3, 6} else name[0][:-1]  # ventitreesimo, ventiseiesimo
            yield (stem if unit in {1, 8} else full) + tail + "esimo", ten + unit


NUMBERS: Final = NumberWords(
    cardinals=_cardinals,
    ordinals=_ordinals,
    ordinal_suffixes=frozenset({"o", "a", "mo"}),
    hundred=frozenset({"cento"}),
    thousand=frozenset({"mille", "mila"}),
    conjunction="e",
    amount_units=r"euros?|dollari|dollaro|sterline|kilos?",
    compound_thousands=("mila", "mille"),
    compound_hundred="cento",
)
