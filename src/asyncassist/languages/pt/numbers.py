"""Portuguese number words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages.number_words import NumberWords, enumerate_spellings, join_tens, split_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.languages.number_words import Spelling

_UNITS: Final = split_spellings(
    "zero um|uma dois|duas três quatro cinco seis sete oito nove dez onze doze treze catorze|quatorze quinze"
    " dezesseis|dezasseis dezessete|dezassete dezoito dezenove|dezanove"
)
_TENS: Final = split_spellings("vinte trinta quarenta cinquenta|cinqüenta sessenta setenta oitenta noventa")
_ORDINALS: Final = split_spellings(
    "primeiro|primeira segundo|segunda terceiro|terceira quarto|quarta quinto|quinta sexto|sexta sétimo|sétima"
    " oitavo|oitava nono|nona décimo|décima"
)


def _cardinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_UNITS)
    yield from join_tens(_UNITS, _TENS, " e ")


def _ordinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_ORDINALS, 1)
    for ten, name in ((10, "décimo"), (20, "vigésimo"), (30, "trigésimo")):
        yield name, ten
        for unit in range(1, 10):
            yield from ((f"{name}{join}{small}", ten + unit) for small in _ORDINALS[unit - 1] for join in (" ", "-"))


NUMBERS: Final = NumberWords(
    cardinals=_cardinals,
    ordinals=_ordinals,
    ordinal_suffixes=frozenset({"o", "a", "ro", "ra"}),
    hundreds={
        "cem": 100, "cento": 100, "duzentos": 200, "duzentas": 200, "trezentos": 300, "trezentas": 300,
        "quatrocentos": 400, "quatrocentas": 400, "quinhentos": 500, "quinhentas": 500, "seiscentos": 600,
        "setecentos": 700, "oitocentos": 800, "novecentos": 900,
    },
    thousand=frozenset({"mil"}),
    conjunction="e",
    amount_units=r"euros?|reais|real|libras?|d[oó]lar(?:es)?|kilos?",
)  # fmt: skip
