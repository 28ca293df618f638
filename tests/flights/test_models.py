"""Values of a flight search: raw data, cabins, and the properties of offers."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from dataclasses import replace

import pytest

from asyncassist.flights import Itinerary, Raw
from asyncassist.flights.models import main_cabin
from tests.flights.conftest import DAY, offer, segment


def test_raw_is_a_mapping_of_the_bytes_received():
    """Equality is by content, instances are hashable and picklable, and JSON other than an object is empty."""
    raw = Raw(b'{"a": [1, 2], "b": 0.10}')
    assert (raw["a"], len(raw), list(raw), "b" in raw) == ([1, 2], 2, ["a", "b"], True)
    assert raw == Raw(b'{"a": [1, 2], "b": 0.10}') == {"a": [1, 2], "b": 0.1}
    assert raw != Raw(b"{}")
    assert len({raw, Raw(bytes(raw))}) == 1
    assert pickle.loads(pickle.dumps(raw)) == copy.deepcopy(raw) == raw
    assert dict(Raw(b"[1]")) == {}
    assert "bytes" in repr(raw)


def test_main_cabin_has_the_longest_flying_time():
    """A short segment in economy does not make a business offer economy; a tie gives the lower cabin."""
    long, short = segment(cabin="business", minutes=600), segment(minutes=60)

    assert main_cabin([short, long]) == "business"
    assert main_cabin([replace(long, duration=dt.timedelta(hours=1)), short]) == "economy"


def test_offers_are_values_without_raw_in_their_json():
    """Offers can be copied with changes; `to_dict` leaves out `raw`."""
    one = replace(offer(), seats_left=3)
    assert "raw" not in one.to_dict()
    assert one.to_dict()["total"] == {"amount": "100.00", "currency": "EUR"}


def test_offer_properties_cover_all_itineraries():
    """Duration is the sum over the itineraries, stops are those of the itinerary with most."""
    short = offer("1", "100.00", segment(minutes=60), segment("TP3", "09:30", minutes=30))
    connection = offer("2", "100.00", segment("TP1", "08:00", minutes=60), segment("TP2", "10:00", minutes=60))
    both = replace(short, itineraries=short.itineraries + connection.itineraries)

    assert both.duration == dt.timedelta(hours=2 + 3)
    assert both.stops == 1


def test_itinerary_ends_are_those_of_its_first_and_last_segment():
    """Origin and departure come from the first segment, destination and arrival from the last."""
    first = segment("TP1", "08:00", minutes=60, destination="FRA")
    last = segment("TP2", "10:00", minutes=60, origin="FRA")
    itinerary = Itinerary(segments=(first, last), duration=dt.timedelta(hours=3), stops=1)

    assert (itinerary.origin, itinerary.destination) == ("LIS", "AMS")
    assert itinerary.departs == dt.datetime.combine(DAY, dt.time(8), dt.UTC)
    assert itinerary.arrives == dt.datetime.combine(DAY, dt.time(11), dt.UTC)


def test_an_offer_is_readable():
    """`str` is the price with the way of each slice; `repr` is short, and shows the way of an itinerary in words."""
    one = offer()
    trip = one.itineraries[0]
    way = f"{trip.origin}-{trip.destination} {trip.segments[0].departs_local:%Y-%m-%d %H:%M}"

    assert str(one).startswith(f"{one.total}; {way}, ")
    assert way in str(trip.segments[0])
    assert f"(<{way}" in repr(one)
    assert len(repr(one)) < 300


@pytest.mark.parametrize(("stops", "words"), [(0, "direct"), (1, "1 stop"), (2, "2 stops")])
def test_stops_of_an_itinerary_are_in_words(stops, words):
    """None is "direct"; an itinerary without segments says so."""
    assert str(replace(offer().itineraries[0], stops=stops)).endswith(words)
    assert str(Itinerary(segments=(), duration=dt.timedelta(), stops=stops)) == "no segments"
