"""Flight search over several providers: the client, the provider protocol, queries and offers."""

from __future__ import annotations

from asyncassist._types import Money, Passengers, Place
from asyncassist.flights.client import AsyncFlightClient
from asyncassist.flights.models import (
    DatePrice,
    Fare,
    FlightOffer,
    FlightStats,
    Itinerary,
    OfferBatch,
    PricedOffer,
    ProviderStats,
    Raw,
    SearchResult,
    Segment,
)
from asyncassist.flights.oauth import OAuth2ClientCredentials
from asyncassist.flights.provider import (
    AttachableProvider,
    CacheableProvider,
    CheckableProvider,
    FlightProvider,
    PlacesProvider,
    PriceCalendar,
    PricingProvider,
    SearchContext,
)
from asyncassist.flights.providers.amadeus.provider import AmadeusProvider
from asyncassist.flights.providers.duffel.provider import DuffelProvider
from asyncassist.flights.providers.sandbox.provider import SandboxProvider
from asyncassist.flights.query import FlightQuery, Slice
from asyncassist.flights.search import OfferStream

__all__ = [
    "AmadeusProvider",
    "AsyncFlightClient",
    "AttachableProvider",
    "CacheableProvider",
    "CheckableProvider",
    "DatePrice",
    "DuffelProvider",
    "Fare",
    "FlightOffer",
    "FlightProvider",
    "FlightQuery",
    "FlightStats",
    "Itinerary",
    "Money",
    "OAuth2ClientCredentials",
    "OfferBatch",
    "OfferStream",
    "Passengers",
    "Place",
    "PlacesProvider",
    "PriceCalendar",
    "PricedOffer",
    "PricingProvider",
    "ProviderStats",
    "Raw",
    "SandboxProvider",
    "SearchContext",
    "SearchResult",
    "Segment",
    "Slice",
]
