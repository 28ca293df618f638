"""Encoding of search results for the shared cache."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import msgspec

from asyncassist.flights import Fare, SearchResult
from asyncassist.flights.serialization import decode_result, encode_result
from tests.flights.conftest import DAY, offer


def test_results_survive_encoding_and_decoding():
    """Every type an offer may contain is restored; stale, malformed and foreign bytes give None."""
    whole = SearchResult(
        offers=(
            replace(offer("a"), invented=True, raw={"x": [1, 2]}, last_ticketing=DAY, alternatives=(offer("b"),)),
            replace(offer("c"), raw=b"x", last_ticketing=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), fare=Fare(name="F")),
        ),
        elapsed=1.5,
    )
    packed = encode_result(whole, 100.0)

    assert packed is not None
    assert decode_result(packed, 40.0) == (whole, 60.0)
    for spoilt in (None, b"", b"\xc1", packed[:-3], msgspec.msgpack.encode([99, 100.0, 1.0, ["t", []]])):
        assert decode_result(spoilt, 40.0) is None
    assert decode_result(packed, 100.0) is None
    assert decode_result(msgspec.msgpack.encode([1, 100.0, 1.0, ["Ghost", []]]), 40.0) is None
    assert encode_result(SearchResult(offers=(replace(offer(), raw=object()),)), 1.0) is None
