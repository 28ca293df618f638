"""Serialization of analyses: types survive a round trip, unknown types and malformed data are rejected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from asyncassist.nlp import Airline, Analysis, Entity, Intent, Language, Money, Passengers, Place, TimeWindow
from asyncassist.nlp.commands.reader import read_commands
from asyncassist.nlp.serialization import decode_analysis, encode_analysis


def _analysis(value, **metadata):
    entity = Entity(type="x", start=0, end=1, text="a", value=value, metadata=metadata)
    return Analysis(
        text="abc",
        language=Language(code="en", confidence=0.9),
        intent=Intent(name="help", confidence=0.8),
        entities=(entity,),
        commands=read_commands("abc", "en", [entity]),
        region="GB",
    )


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2026, 12, 5),
        Money(Decimal("12.50"), "EUR"),
        Passengers(adults=2, infants=1),
        Airline(code="TP", name="TAP"),
        Place(code="LIS", kind="city", name="Lisbon", city="Lisbon", country="PT", timezone="Europe/Lisbon"),
        TimeWindow(earliest=dt.time(18, 30)),
        TimeWindow(earliest=dt.time(22), latest=dt.time(5)),
        (dt.date(2026, 1, 1), 3, "a", None),
        0,
        "economy",
    ],
)
def test_values_survive_a_round_trip(value):
    """A value and its metadata are decoded with their types."""
    analysis = _analysis(value, alternatives=(value,), grain="day")

    assert decode_analysis(encode_analysis(analysis) or b"", "abc") == analysis


def test_an_analysis_with_an_unknown_type_is_not_encoded():
    """A value of a custom extractor's own type gives None instead of a lossy encoding."""
    assert encode_analysis(_analysis({1, 2})) is None
    assert encode_analysis(_analysis(dt.datetime(2026, 1, 1))) is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[2]", b"[9,1,2,3,4,[]]", b'[1,"en",1,"help",1,[[1]]]', b"\xff"])
def test_malformed_data_gives_none(data):
    """Data of another version or form gives None, so that the text is analysed again."""
    assert decode_analysis(data, "abc") is None
