"""The protocols of flight providers and the context that a client passes with each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from asyncassist._validation import check_encodable
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator, Callable, Sequence
    from collections.abc import Set as AbstractSet

    from asyncassist._http import AsyncHandler
    from asyncassist._types import Check, Clock, Place
    from asyncassist.flights.models import DatePrice, FlightOffer, PricedOffer
    from asyncassist.flights.query import FlightQuery

Capability = Literal["search", "price", "places", "dates", "multi_city"]


class SearchContext:
    """Context of one call to a provider: HTTP handler, clock and remaining time.

    Args:
        handler: Function that returns the client's HTTP handler; the handler is opened on the first call of it, so a
            provider that never uses `http` opens none.
        clock: The client's clock.
        left: Function that returns the seconds until the call's deadline.

    Attributes:
        clock: The client's clock; providers measure and sleep by it.
    """

    __slots__ = ("_handler", "_remaining", "clock")

    def __init__(self, *, handler: Callable[[], AsyncHandler], clock: Clock, left: Callable[[], float]) -> None:
        self._handler = handler
        self._remaining = left
        self.clock: Clock = clock

    @property
    def http(self) -> AsyncHandler:
        """The client's HTTP handler; pass `retry=None, cache="no-store"`, since retries are the provider's decision.

        Raises:
            ClosedError: The client is closed.
        """
        return self._handler()

    @property
    def left(self) -> float:
        """Seconds until the call's deadline, never negative."""
        return max(0.0, self._remaining())


@runtime_checkable
class FlightProvider(Protocol):
    """A source of flight offers. Any class with these members is one; no base class is needed.

    What else a provider can do is a protocol of its own: `PricingProvider`, `PlacesProvider`, `PriceCalendar`,
    `CheckableProvider`, `AttachableProvider`, `CacheableProvider`.

    Attributes:
        name: Name of the provider, unique within a client.
        capabilities: Supported operations: "search", and any of "price", "places", "dates" and "multi_city".
    """

    @property
    def name(self) -> str:
        """Name of the provider, unique within a client."""
        ...

    @property
    def capabilities(self) -> AbstractSet[str]:
        """Supported operations: "search", and any of "price", "places", "dates" and "multi_city"."""
        ...

    def search(self, query: FlightQuery, context: SearchContext, /) -> AsyncIterator[Sequence[FlightOffer]]:
        """Yield offers in batches as they arrive. The client cancels the iteration at the deadline.

        Args:
            query: The validated query.
            context: HTTP handler, clock and remaining time of the call.

        Raises:
            FlightError: The provider failed; the client keeps the batches yielded before.
        """
        ...


@runtime_checkable
class PricingProvider(Protocol):
    """A provider with the capability "price": it checks the current price of its own offers."""

    async def price(self, offer: FlightOffer, context: SearchContext, /) -> PricedOffer:
        """Return the current price of one of the provider's own offers.

        Args:
            offer: The offer, as `search` yielded it.
            context: HTTP handler, clock and remaining time of the call.

        Raises:
            OfferExpiredError: The offer is no longer sold.
            FlightError: The provider failed.
        """
        ...


@runtime_checkable
class PlacesProvider(Protocol):
    """A provider with the capability "places": it finds places that the built-in table lacks."""

    async def places(self, text: str, /) -> Sequence[Place]:
        """Return cities and airports whose name or code begins with the text, best match first.

        Raises:
            FlightError: The provider failed.
        """
        ...


@runtime_checkable
class CheckableProvider(Protocol):
    """A provider that says whether it is reachable; one that does not passes every health check."""

    async def check(self) -> Check:
        """Check whether the provider is reachable, without spending search quota; never raises."""
        ...


@runtime_checkable
class AttachableProvider(Protocol):
    """A provider that sends its requests through the handler of the client that uses it.

    A client calls `attach` when it opens and `detach` when it closes, both with the same function. Several clients may
    share one provider. A provider without these methods brings its own transport.
    """

    def attach(self, handler: Callable[[], AsyncHandler], clock: Clock) -> None:
        """Offer a client's handler and clock.

        Args:
            handler: Returns the open handler; call it for each request, it may be another one later.
            clock: The client's clock, for pacing and expiry.
        """
        ...

    async def detach(self, handler: Callable[[], AsyncHandler]) -> None:
        """Withdraw the handler that was attached; with the last one, end background work."""
        ...


@runtime_checkable
class CacheableProvider(Protocol):
    """A provider whose results workers may share: it says what decides them.

    Results of a provider without this attribute are for the client's own use only.
    """

    @property
    def cache_identity(self) -> str | None:
        """Digest of everything beside the query that decides the offers: host, account, seed, settings.

        Providers with equal digests share cached results. None if the results must not be shared, as for a subclass,
        which may decide the offers by more.
        """
        ...


@runtime_checkable
class PriceCalendar(Protocol):
    """A provider with the capability "dates": one call returns the lowest prices of a range of departure dates."""

    async def cheapest_dates(
        self, query: FlightQuery, first: dt.date, last: dt.date, context: SearchContext, /
    ) -> Sequence[DatePrice]:
        """Return the lowest prices for one adult by departure date; dates without a price are absent.

        Args:
            query: The query; its own dates only give the length of a return trip.
            first: First departure date.
            last: Last departure date, included.
            context: HTTP handler, clock and remaining time of the call.

        Raises:
            FlightError: The provider failed.
        """
        ...


def check_name(name: object) -> str:
    """Return the name of a provider.

    Raises:
        ConfigurationError: The name is empty, or not text.
    """
    if not check_encodable("name", name, error=ConfigurationError):
        raise ConfigurationError("name", "must not be empty")
    return str(name)


def providers_by_name(providers: Any) -> dict[str, FlightProvider]:
    """Return the providers by name, in order.

    Args:
        providers: Any iterable of providers.

    Raises:
        ConfigurationError: The value is not an iterable of providers or is empty, or a name is missing or used twice.
    """
    if isinstance(providers, str | Mapping) or not isinstance(providers, Iterable):
        raise ConfigurationError("providers", "must be a sequence of providers")
    found: dict[str, FlightProvider] = {}
    for provider in providers:
        name = getattr(provider, "name", None)
        if not isinstance(name, str) or not name:
            raise ConfigurationError("providers", f"a {type(provider).__name__} has no name")
        if not callable(getattr(provider, "search", None)):
            raise ConfigurationError("providers", f"{type(provider).__name__} is not a FlightProvider")
        if provider.name in found:
            raise ConfigurationError("providers", f"two providers are named {provider.name}: give one another name")
        found[provider.name] = provider
    if not found:
        raise ConfigurationError("providers", "must not be empty; None means the sandbox")
    return found
