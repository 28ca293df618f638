"""Offers and timings as the terminal shows them."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._cli.formatting import OfferLineFilter, format_timings, offer_columns, offer_rows, strip_offer_lines
from asyncassist.flights import FlightOffer, Itinerary, Money, Segment
from asyncassist.languages.registry import LANGUAGES

TEXT = "Flights found:\n1. TP 1 for 100 EUR\n12. IB 2 for 200 EUR\nWhich one?\n3 of them are direct.\n2. last"


def segment(flight, origin, destination, departs, arrives):
    """A segment with local times; both airports are in UTC."""
    return Segment(
        origin=origin,
        destination=destination,
        carrier=flight[:2],
        number=flight[2:],
        operating_carrier=flight[:2],
        aircraft="320",
        departs=departs.replace(tzinfo=dt.UTC),
        arrives=arrives.replace(tzinfo=dt.UTC),
        departs_local=departs,
        arrives_local=arrives,
        duration=arrives - departs,
        cabin="economy",
    )


def itinerary(*segments):
    duration = segments[-1].arrives - segments[0].departs
    return Itinerary(segments=segments, duration=duration, stops=len(segments) - 1)


def test_each_itinerary_has_a_row():
    """Number and price are in the offer's first row; stops and a later arrival day are shown."""
    outbound = itinerary(
        segment("TP1", "LIS", "MAD", dt.datetime(2027, 3, 12, 20), dt.datetime(2027, 3, 12, 21, 20)),
        segment("IB22", "MAD", "BER", dt.datetime(2027, 3, 12, 23), dt.datetime(2027, 3, 13, 2, 5)),
    )
    inbound = itinerary(segment("TP3", "BER", "LIS", dt.datetime(2027, 3, 20, 8), dt.datetime(2027, 3, 20, 11, 30)))
    offer = FlightOffer(
        id="1",
        provider="stub",
        total=Money(Decimal("1234.5"), "EUR"),
        itineraries=(outbound, inbound),
        cabin="economy",
    )

    rows = offer_rows([offer], "en")

    assert rows == [
        ["1", "TP1 IB22", "Mar 12", "LIS 8:00 PM", "BER 2:05 AM +1", "6 hr 5 min", "1 stop MAD", "€1,234.50"],
        ["", "TP3", "Mar 20", "BER 8:00 AM", "LIS 11:30 AM", "3 hr 30 min", "direct", ""],
    ]
    assert offer_rows([offer], "de")[0] == [
        "1", "TP1 IB22", "12. März", "LIS 20:00", "BER 02:05 +1", "6 Std. 5 Min.", "1 Zwischenstopp MAD", "1.234,50 €"
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_has_headers_in_every_language(language):
    """As many as a row has cells, each with a text."""
    columns = offer_columns(language)

    assert len(columns) == 8
    assert all(column.removeprefix(">") for column in columns)


def test_numbered_offer_lines_are_removed():
    """Lines that begin with a number and a period; other lines stay, also those that begin with a number."""
    assert strip_offer_lines(TEXT) == "Flights found:\nWhich one?\n3 of them are direct.\n"


@given(st.lists(st.integers(0, len(TEXT)), max_size=8))
def test_a_streamed_text_is_filtered_like_a_whole_one(cuts):
    """However the deltas are split, the output is the same."""
    line_filter = OfferLineFilter()
    bounds = [0, *sorted(cuts), len(TEXT)]

    output = "".join(line_filter.feed(TEXT[start:end]) for start, end in itertools.pairwise(bounds))

    assert output + line_filter.flush() == strip_offer_lines(TEXT)


def test_timings_are_on_one_line():
    """Stages in their order, in seconds with four decimals."""
    assert format_timings({"nlp": 0.00123, "total": 1.5}) == "nlp 0.0012 s   total 1.5000 s"
