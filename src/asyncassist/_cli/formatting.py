"""Formatting of offers and timings for the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from babel.dates import format_skeleton

from asyncassist.assistant.rendering import renderer_for
from asyncassist.languages.registry import PACKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist.flights import FlightOffer, Itinerary

_OFFER_LINE = re.compile(r"\d{1,2}\. ")


def offer_columns(language: str) -> tuple[str, ...]:
    """Return the headers of `offer_rows` in a language."""
    names = PACKS[language].offer_columns
    return (
        "#", names["flight"], names["day"], names["leaves"], names["arrives"], f">{names['takes']}", names["stops"],
        f">{names['price']}",
    )  # fmt: skip


def offer_rows(offers: Sequence[FlightOffer], language: str) -> list[list[str]]:
    """Return the table rows of offers, by `offer_columns`, with dates, times and amounts as the language writes them.

    Each itinerary of an offer has a row; number and price are in the offer's first row only.
    """
    renderer = renderer_for(language)
    rows: list[list[str]] = []
    for number, offer in enumerate(offers, 1):
        for index, itinerary in enumerate(offer.itineraries):
            first = index == 0
            departs, arrives = itinerary.segments[0].departs_local, itinerary.segments[-1].arrives_local
            rows.append(
                [
                    str(number) if first else "",
                    " ".join(segment.flight for segment in itinerary.segments),
                    format_skeleton("MMMd", departs, locale=renderer.locale),
                    f"{itinerary.origin} {renderer.time(departs)}",
                    f"{itinerary.destination} {renderer.time(arrives)}{_day_offset(itinerary)}",
                    renderer.duration(itinerary.duration),
                    f"{renderer.stops(itinerary.stops)} {_stopover_codes(itinerary)}".rstrip(),
                    renderer.money(offer.total) if first else "",
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


def _day_offset(itinerary: Itinerary) -> str:
    days = (itinerary.segments[-1].arrives_local.date() - itinerary.segments[0].departs_local.date()).days
    return f" {days:+d}" if days else ""


def _stopover_codes(itinerary: Itinerary) -> str:
    return " ".join(segment.destination for segment in itinerary.segments[:-1])
