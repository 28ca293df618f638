"""Headers of a table of offers."""

from __future__ import annotations

from typing import TypedDict


class OfferColumns(TypedDict):
    """Header of each column, as short as a narrow terminal needs."""

    flight: str
    day: str
    leaves: str
    arrives: str
    takes: str
    stops: str
    price: str
