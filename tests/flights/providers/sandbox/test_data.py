"""The sandbox's data tables are consistent."""

from __future__ import annotations

from asyncassist.flights.airports import airport
from asyncassist.flights.providers.sandbox.data import (
    CARRIERS,
    CARRIERS_BY_CODE,
    CARRIERS_BY_HUB,
    FARES,
    FLEET,
    LOW_COST_FLEET,
)


def test_hubs_and_codes_are_consistent():
    """Every hub is a known airport, and every code belongs to one airline."""
    assert len(CARRIERS_BY_CODE) == len(CARRIERS)
    assert all(airport(code) is not None for code in CARRIERS_BY_HUB)
    assert all(len(carrier.country) == 2 for carrier in CARRIERS)


def test_tables_ascend():
    """Fare families and aircraft are in the order in which the schedule chooses from them."""
    for fares in FARES.values():
        assert [family.factor for family in fares.families] == sorted(family.factor for family in fares.families)
        assert fares.families[0].factor == 1
    for fleet in (FLEET, LOW_COST_FLEET):
        assert [one.max_distance for one in fleet] == sorted(one.max_distance for one in fleet)
