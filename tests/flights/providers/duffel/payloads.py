"""Payloads as Duffel sends them."""

from __future__ import annotations


def duffel_offer(**changes):
    """Return an offer as Duffel sends it, with changes to its top-level fields."""
    made = {
        "id": "off_1",
        "total_amount": "120.10",
        "total_currency": "GBP",
        "expires_at": "2026-11-30T10:00:00Z",
        "slices": [
            {
                "duration": "P1DT2H30M",
                "fare_brand_name": "Basic",
                "segments": [
                    {
                        "origin": {"iata_code": "LIS", "time_zone": "Europe/Lisbon"},
                        "destination": {"iata_code": "QQQ", "time_zone": "Europe/Amsterdam"},
                        "departing_at": "2026-12-12T10:00:00",
                        "arriving_at": "2026-12-12T14:00:00",
                        "duration": "PT3H",
                        "marketing_carrier": {"iata_code": "TP"},
                        "marketing_carrier_flight_number": "0664",
                        "operating_carrier": {"iata_code": "KL"},
                        "aircraft": {"iata_code": "32N"},
                        "stops": [{"airport": {}}],
                        "passengers": [
                            {
                                "cabin_class": "premium_economy",
                                "baggages": [
                                    {"type": "checked", "quantity": 2},
                                    {"type": "carry_on", "quantity": 1},
                                ],
                            }
                        ],
                    }
                ],
            }
        ],
        "conditions": {"refund_before_departure": {"allowed": True}, "change_before_departure": None},
    }
    made.update(changes)
    return made
