"""Payloads as Amadeus sends them."""

from __future__ import annotations


def amadeus_offer(**changes):
    """Return a flight offer as Amadeus sends it, with changes to its top-level fields."""
    made = {
        "type": "flight-offer",
        "id": "7",
        "source": "GDS",
        "lastTicketingDate": "2026-11-30",
        "numberOfBookableSeats": 4,
        "itineraries": [
            {
                "duration": "PT26H30M",
                "segments": [
                    {
                        "id": "1",
                        "departure": {"iataCode": "LIS", "terminal": "1", "at": "2026-12-12T10:00:00"},
                        "arrival": {"iataCode": "AMS", "at": "2026-12-12T14:00:00"},
                        "carrierCode": "TP",
                        "number": "0664",
                        "aircraft": {"code": "32N"},
                        "operating": {"carrierCode": "KL"},
                        "duration": "PT3H",
                        "numberOfStops": 0,
                    }
                ],
            }
        ],
        "price": {"currency": "EUR", "total": "120.10", "grandTotal": "125.10"},
        "travelerPricings": [
            {
                "travelerId": "1",
                "fareDetailsBySegment": [
                    {
                        "segmentId": "1",
                        "cabin": "BUSINESS",
                        "brandedFare": "EXEC",
                        "includedCheckedBags": {"weight": 23, "weightUnit": "KG"},
                    }
                ],
            }
        ],
    }
    made.update(changes)
    return made
