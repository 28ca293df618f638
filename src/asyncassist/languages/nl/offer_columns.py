"""Dutch headers of a table of offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.offer_columns import OfferColumns

OFFER_COLUMNS: Final[OfferColumns] = {
    "flight": "vlucht",
    "day": "dag",
    "leaves": "vertrek",
    "arrives": "aankomst",
    "takes": "duur",
    "stops": "stops",
    "price": "prijs",
}
