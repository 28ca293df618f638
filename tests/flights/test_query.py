"""Flight queries: validation, slices, shifted dates and cache-key facts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from asyncassist.errors import FlightError, InvalidInputError, InvalidQueryError
from asyncassist.flights import FlightQuery, Slice
from asyncassist.flights.query import field_path, reject_past_departure

DAY = dt.date(2026, 12, 12)


def query(**changes: Any) -> FlightQuery:
    return FlightQuery(**{"origin": "LIS", "destination": "AMS", "departure": DAY, **changes})


WRONG = [
    ("origin", {"origin": "LI"}),
    ("origin", {"origin": "Lisbon"}),
    ("origin", {"origin": "LIS1"}),
    ("origin", {"origin": "L S"}),
    ("origin", {"origin": "ÄBC"}),
    ("origin", {"origin": ""}),
    ("origin", {"origin": None}),
    ("origin", {"origin": 3}),
    ("destination", {"destination": "A\nM"}),
    ("destination", {"destination": None}),
    ("destination", {"destination": "LIS"}),
    ("departure", {"departure": None}),
    ("departure", {"departure": "12.12.2026"}),
    ("departure", {"departure": "2026-12-12T10:00"}),
    ("departure", {"departure": dt.datetime(2026, 12, 12, 10)}),
    ("return_date", {"return_date": DAY - dt.timedelta(days=1)}),
    ("return_date", {"return_date": "soon"}),
    ("adults", {"adults": 0}),
    ("adults", {"adults": -1}),
    ("adults", {"adults": 10}),
    ("adults", {"adults": 1.0}),
    ("adults", {"adults": True}),
    ("adults", {"adults": "2"}),
    ("children", {"children": -1}),
    ("children", {"adults": 5, "children": 5}),
    ("infants", {"infants": 2}),
    ("infants", {"infants": -1}),
    ("infants", {"adults": 9, "infants": 10}),
    ("cabin", {"cabin": "first class"}),
    ("cabin", {"cabin": "ECONOMY"}),
    ("max_stops", {"max_stops": -1}),
    ("max_stops", {"max_stops": 10}),
    ("max_stops", {"max_stops": True}),
    ("currency", {"currency": "€UR"}),
    ("currency", {"currency": "EURO"}),
    ("currency", {"currency": 978}),
    ("airlines", {"airlines": ("TAP",)}),
    ("airlines", {"airlines": "TP"}),
    ("airlines", {"airlines": 3}),
    ("airlines", {"airlines": ("t",)}),
    ("airlines", {"airlines": tuple("AA" for _ in range(100))}),
    ("exclude_airlines", {"exclude_airlines": ("T",)}),
    ("exclude_airlines", {"airlines": ("TP",), "exclude_airlines": ("FR",)}),
    ("departure", {"departure": dt.date.max}),
    ("departure", {"departure": dt.date.min}),
    ("return_date", {"return_date": dt.date.max}),
    ("max_price", {"max_price": 100}),
    ("max_price", {"max_price": 99.5}),
    ("max_price", {"max_price": Decimal(0)}),
    ("max_price", {"max_price": Decimal("NaN")}),
    ("max_price", {"max_price": Decimal("Infinity")}),
    ("max_price", {"max_price": Decimal("1E+27")}),
    ("max_price", {"max_price": Decimal("1E+9999999")}),
    ("max_price", {"max_price": Decimal("1e-400000")}),
    ("max_offers", {"max_offers": 0}),
    ("max_offers", {"max_offers": 1001}),
    ("sort", {"sort": "cheapest"}),
    ("codeshares", {"codeshares": 1}),
]


@pytest.mark.parametrize(("field", "changes"), WRONG, ids=[f"{f}-{n}" for n, (f, _) in enumerate(WRONG)])
def test_invalid_queries_name_the_field(field, changes):
    """The error names the field, and is a ValueError, an InvalidInputError and a FlightError."""
    with pytest.raises(InvalidQueryError) as caught:
        query(**changes)

    assert caught.value.field == field
    assert isinstance(caught.value, InvalidInputError)
    assert isinstance(caught.value, FlightError)
    assert isinstance(caught.value, ValueError)


WRONG_SLICES: list[tuple[str, dict[str, Any]]] = [
    ("slices", {"slices": ()}),
    ("slices", {"slices": [Slice("LIS", "AMS", DAY)] * 7}),
    ("slices", {"slices": "LISAMS"}),
    ("slices", {"slices": 5}),
    ("slices.0", {"slices": [("LIS", "AMS", DAY)]}),
    (
        "slices.1.departure",
        {"slices": [Slice("LIS", "AMS", DAY), Slice("AMS", "LIS", DAY - dt.timedelta(days=1))]},
    ),
    ("origin", {"origin": "LIS", "slices": [Slice("LIS", "AMS", DAY)]}),
    ("departure", {"departure": DAY, "slices": [Slice("LIS", "AMS", DAY)]}),
    ("return_date", {"return_date": DAY, "slices": [Slice("LIS", "AMS", DAY)]}),
]


@pytest.mark.parametrize(("field", "facts"), WRONG_SLICES, ids=[f"{n}" for n in range(len(WRONG_SLICES))])
def test_invalid_slices_name_the_field(field, facts):
    """One to six slices are given in order, and instead of origin, destination and departure."""
    with pytest.raises(InvalidQueryError) as caught:
        FlightQuery(**facts)

    assert caught.value.field == field


def test_a_slice_is_validated_on_construction():
    """An invalid Slice raises before it is part of a query."""
    with pytest.raises(InvalidQueryError, match="destination"):
        Slice("LIS", "LIS", DAY)


def test_errors_do_not_contain_the_value():
    """Untrusted input does not appear in error messages."""
    with pytest.raises(InvalidQueryError) as caught:
        query(origin="hunter2!")

    assert "hunter2" not in str(caught.value)


def test_ways_of_a_return_trip():
    """A return trip has two slices, outbound and return."""
    asked = query(return_date=DAY + dt.timedelta(days=3))

    assert [(way.origin, way.destination) for way in asked.ways] == [("LIS", "AMS"), ("AMS", "LIS")]
    assert asked.passengers.total == 1


def test_moved_shifts_every_date():
    """All dates shift together, also those of slices."""
    back = DAY + dt.timedelta(days=3)
    asked = query(return_date=back).moved(2)
    several = FlightQuery(slices=[Slice("LIS", "AMS", DAY), Slice("AMS", "LIS", back)]).moved(-1)

    assert (asked.departure, asked.return_date) == (DAY + dt.timedelta(days=2), back + dt.timedelta(days=2))
    assert [way.departure for way in several.ways] == [DAY - dt.timedelta(days=1), back - dt.timedelta(days=1)]
    assert query().moved(1).return_date is None


def test_equal_trips_have_equal_facts():
    """A return trip and its two slices, airlines in any order, prices with any zeros have equal facts."""
    back = DAY + dt.timedelta(days=3)

    assert (
        query(return_date=back).facts()
        == FlightQuery(slices=[Slice("LIS", "AMS", DAY), Slice("AMS", "LIS", back)]).facts()
    )
    assert query(airlines=["TP", "KL"]).facts() == query(airlines=["KL", "TP"]).facts()
    assert query(max_price=Decimal("100.0")).facts() == query(max_price=Decimal(100)).facts()
    assert query(adults=2).facts() != query().facts()


def test_past_departures_are_rejected():
    """Today is allowed and yesterday is not; the error names the field as the caller gave it."""
    reject_past_departure(query(), DAY)

    with pytest.raises(InvalidQueryError) as caught:
        reject_past_departure(query(), DAY + dt.timedelta(days=1))
    assert caught.value.field == "departure"

    with pytest.raises(InvalidQueryError) as caught:
        reject_past_departure(FlightQuery(slices=[Slice("LIS", "AMS", DAY)]), DAY + dt.timedelta(days=1))
    assert caught.value.field == "slices.0.departure"


def test_field_path_of_the_return_slice_uses_the_callers_fields():
    """The origin of the return slice is the caller's `destination`."""
    asked = query(return_date=DAY)

    assert field_path(asked, 1, "origin") == "destination"
    assert field_path(asked, 1, "departure") == "return_date"
    assert field_path(asked, 0, "origin") == "origin"


def test_small_letters_and_iso_dates_are_converted():
    """A query written that way is equal to the one in capitals and dates; so is a slice."""
    written = FlightQuery("lis", "Ber", "2027-03-12", return_date="2027-03-20", currency="usd", airlines=["tp"])  # type: ignore[arg-type]
    meant = FlightQuery(
        "LIS", "BER", dt.date(2027, 3, 12), return_date=dt.date(2027, 3, 20), currency="USD", airlines=("TP",)
    )

    assert written == meant
    assert written.facts() == meant.facts()
    assert Slice("lis", "ber", "2027-03-12") == Slice("LIS", "BER", dt.date(2027, 3, 12))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"origin": "Lisbon"}, r"places\(\)"),
        ({"departure": 20270312}, "int"),
        ({"departure": "12 March"}, "2027-03-12"),
    ],
)
def test_an_error_says_how_to_write_it(changes, hint):
    """A name points to `places()`, a date of another type names the type, a text shows the format."""
    with pytest.raises(InvalidQueryError, match=hint):
        FlightQuery(**{"origin": "LIS", "destination": "AMS", "departure": DAY, **changes})
