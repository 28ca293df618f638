"""Spanish number words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages.number_words import NumberWords, enumerate_spellings, split_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.languages.number_words import Spelling

_UNITS: Final = split_spellings(
    "cero uno|un|una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " dieciséis diecisiete dieciocho diecinueve veinte veintiuno|veintiún|veintiuna veintidós veintitrés veinticuatro"
    " veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_TENS: Final = split_spellings("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ORDINALS: Final = split_spellings(
    "primero|primer|primera segundo|segunda tercero|tercer|tercera cuarto|cuarta quinto|quinta sexto|sexta"
    " séptimo|séptima octavo|octava noveno|novena décimo|décima"
)


def _cardinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_UNITS)
    for ten, (name,) in enumerate(_TENS, 3):
        for unit in range(1, 10):
            yield from ((f"{name} y {small}", 10 * ten + unit) for small in _UNITS[unit])
    yield from ((name, 10 * ten) for ten, (name,) in enumerate(_TENS, 3))


def _ordinals() -> Iterator[Spelling]:
    yield from enumerate_spellings(_ORDINALS, 1)
    yield from (("undécimo", 11), ("duodécimo", 12), ("vigésimo", 20), ("trigésimo", 30))
    for ten, name in ((10, "décimo"), (20, "vigésimo"), (30, "trigésimo")):
        for unit in range(1, 10):
            yield from ((f"{name} {small}", ten + unit) for small in _ORDINALS[unit - 1])


NUMBERS: Final = NumberWords(
    cardinals=_cardinals,
    ordinals=_ordinals,
    ordinal_suffixes=frozenset({"o", "a", "ro", "er", "do", "to", "ero"}),
    hundreds={
        "cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
        "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600,
        "setecientos": 700, "ochocientos": 800, "novecientos": 900,
    },
    thousand=frozenset({"mil"}),
    conjunction="y",
    amount_units=r"euros?|pesos|libras?|d[oó]lar(?:es)?|kilos?",
)  # fmt: skip
