"""Formatting of offers and timings for the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from asyncassist.flights import FlightOffer, Itinerary

_OFFER_LINE = re.compile(r"\d{1,2}\. ")
OFFER_COLUMNS = ("#", "flight", "day", "leaves", "arrives", ">takes", "stops", ">price")


def offer_rows(offers: Sequence[FlightOffer]) -> list[list[str]]:
    """Return the table rows of offers, by `OFFER_COLUMNS`.

    Each itinerary of an offer has a row; number and price are in the offer's first row only.
    """
    rows: list[list[str]] = []
    for number, offer in enumerate(offers, 1):
        for index, itinerary in enumerate(offer.itineraries):
            first = index == 0
            rows.append(
                [
                    str(number) if first else "",
                    " ".join(segment.flight for segment in itinerary.segments),
                    f"{itinerary.segments[0].departs_local:%d %b}",
                    f"{itinerary.origin} {itinerary.segments[0].departs_local:%H:%M}",
                    f"{itinerary.destination} {itinerary.segments[-1].arrives_local:%H:%M}{_day_offset(itinerary)}",
                    _format_duration(itinerary.duration),
                    "direct" if itinerary.stops == 0 else f"{itinerary.stops} {_stopover_codes(itinerary)}",
                    f"{offer.total.amount:,.2f} {offer.total.currency}" if first else "",
                ]
            )
    return rows


class OfferLineFilter:
    """Filter that removes the numbered offer lines from a streamed text, because a table shows them."""

    def __init__(self) -> None:
        self._partial_line = ""

    def feed(self, piece: str) -> str:
        """Add a delta and return the text to print now: complete lines only, because a line's beginning decides."""
        *whole, self._partial_line = (self._partial_line + piece).split("\n")
        return "".join(f"{line}\n" for line in whole if not _OFFER_LINE.match(line))

    def flush(self) -> str:
        """Return the last, unterminated line; "" if it is an offer line."""
        line, self._partial_line = self._partial_line, ""
        return "" if _OFFER_LINE.match(line) else line


def strip_offer_lines(text: str) -> str:
    """Return the text without its numbered offer lines."""
    line_filter = OfferLineFilter()
    return line_filter.feed(text) + line_filter.flush()


def format_timings(timings: Mapping[str, float]) -> str:
    """Format the seconds per stage as one line."""
    return "   ".join(f"{stage} {seconds:.4f} s" for stage, seconds in timings.items())


def _format_duration(duration: dt.timedelta) -> str:
    minutes = round(duration.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02}"


def _day_offset(itinerary: Itinerary) -> str:
    days = (itinerary.segments[-1].arrives_local.date() - itinerary.segments[0].departs_local.date()).days
    return f" {days:+d}" if days else ""


def _stopover_codes(itinerary: Itinerary) -> str:
    return " ".join(segment.destination for segment in itinerary.segments[:-1])
