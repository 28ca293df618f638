"""English number words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages.number_words import NumberWords, enumerate_spellings, join_tens, split_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.languages.number_words import Spelling

_UNITS: Final = split_spellings(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS: Final = split_spellings("twenty thirty forty|fourty fifty sixty seventy eighty ninety")
_ORDINALS: Final = split_spellings(
    "first second third fourth fifth sixth seventh eighth ninth|nineth tenth eleventh twelfth|twelvth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)


def _cardinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_UNITS)
    yield from join_tens(_UNITS, _TENS, "-", " ")


def _ordinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_ORDINALS, 1)
    yield "thirtieth", 30
    for ten, name in ((20, "twenty"), (30, "thirty")):
        for unit in range(1, 10) if ten == 20 else (1,):
            yield from ((f"{name}{join}{small}", ten + unit) for small in _ORDINALS[unit - 1] for join in ("-", " "))


NUMBERS: Final = NumberWords(
    cardinals=_cardinals,
    ordinals=_ordinals,
    ordinal_suffixes=frozenset({"st", "nd", "rd", "th"}),
    spaced_ordinals=True,
    hundred=frozenset({"hundred"}),
    thousand=frozenset({"thousand"}),
    bare_multipliers=False,
    conjunction="and",
    amount_units=r"euros?|dollars?|pounds?|bucks|quid|kilos?|inch",
)
