"""Offers and times as the terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from asyncassist.flights import FlightOffer, Itinerary

OFFER_COLUMNS = ("#", "flight", "leaves", "arrives", ">takes", "stops", ">price")


def offer_rows(offers: Sequence[FlightOffer]) -> list[list[str]]:
    """A row for each way of each offer; the number and the price stand in the first."""
    rows: list[list[str]] = []
    for number, offer in enumerate(offers, 1):
        for place, itinerary in enumerate(offer.itineraries):
            first = place == 0
            rows.append(
                [
                    str(number) if first else "",
                    " ".join(segment.flight for segment in itinerary.segments),
                    _time(itinerary.origin, itinerary.segments[0].departs_local),
                    _time(itinerary.destination, itinerary.segments[-1].arrives_local) + _later_days(itinerary),
                    _hours(itinerary.duration),
                    "direct" if itinerary.stops == 0 else f"{itinerary.stops} via {_via(itinerary)}",
                    f"{offer.total.amount:,.2f} {offer.total.currency}" if first else "",
                ]
            )
    return rows


def stages(timings: Mapping[str, float]) -> str:
    """Seconds per stage in one line."""
    return "   ".join(f"{stage} {seconds:.4f} s" for stage, seconds in timings.items())


def _time(airport: str, local: dt.datetime) -> str:
    return f"{airport} {local:%a %d %b %H:%M}"


def _hours(duration: dt.timedelta) -> str:
    minutes = round(duration.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02}"


def _later_days(itinerary: Itinerary) -> str:
    days = (itinerary.segments[-1].arrives_local.date() - itinerary.segments[0].departs_local.date()).days
    return f" ({days:+d})" if days else ""


def _via(itinerary: Itinerary) -> str:
    return ", ".join(segment.destination for segment in itinerary.segments[:-1]) or "the way"
