"""Italian headers of a table of offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.offer_columns import OfferColumns

OFFER_COLUMNS: Final[OfferColumns] = {
    "flight": "volo",
    "day": "giorno",
    "leaves": "parte",
    "arrives": "arriva",
    "takes": "durata",
    "stops": "scali",
    "price": "prezzo",
}
