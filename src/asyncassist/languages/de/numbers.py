"""German number words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages.number_words import NumberWords, enumerate_spellings, split_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.languages.number_words import Spelling

_UNITS: Final = split_spellings(
    "null eins|ein|eine|einen|einem|einer zwei|zwo drei vier fünf|fuenf sechs sieben acht neun zehn elf zwölf|zwoelf"
    " dreizehn vierzehn fünfzehn|fuenfzehn sechzehn siebzehn achtzehn neunzehn"
)
_TENS: Final = split_spellings("zwanzig dreißig|dreissig vierzig fünfzig|fuenfzig sechzig siebzig achtzig neunzig")
_ORDINALS: Final = split_spellings(
    "erst zweit dritt viert fünft|fuenft sechst siebt|siebent acht neunt zehnt elft zwölft|zwoelft dreizehnt vierzehnt"
    " fünfzehnt|fuenfzehnt sechzehnt siebzehnt achtzehnt neunzehnt zwanzigst"
)


def _cardinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_UNITS)
    for ten, names in enumerate(_TENS, 2):
        for name in names:
            yield name, 10 * ten
            for unit in range(1, 10):
                for small in _UNITS[unit] if unit > 1 else ["ein"]:
                    yield f"{small}und{name}", 10 * ten + unit


def _ordinals() -> Iterator[Spelling]:
    stems = [*enumerate_spellings(_ORDINALS, 1), ("dreißigst", 30), ("einunddreißigst", 31)]
    for unit in range(1, 10):
        stems += [(f"{small}undzwanzigst", 20 + unit) for small in (_UNITS[unit] if unit > 1 else ["ein"])]
    for stem, value in stems:
        yield from ((stem + ending, value) for ending in ("e", "en", "er", "es", "em"))


NUMBERS: Final = NumberWords(
    cardinals=_cardinals,
    ordinals=_ordinals,
    ordinal_suffixes=frozenset({"te", "ten", "ter", "tes", "tem", "ste", "sten", "ster"}),
    hundred=frozenset({"hundert"}),
    thousand=frozenset({"tausend"}),
    conjunction="und",
    amount_units=r"euros?|pfund|kilos?",
    compound_thousands=("tausend",),
    compound_hundred="hundert",
    compound_conjunction="und",
)
