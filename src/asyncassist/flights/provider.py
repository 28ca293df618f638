"""What a provider of flights is: a protocol, and what it is told with each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator, Callable
    from collections.abc import Set as AbstractSet

    from asyncassist._http import AsyncHandler
    from asyncassist._types import Check, Clock, Place
    from asyncassist.flights.models import DatePrice, FlightOffer, PricedOffer
    from asyncassist.flights.query import FlightQuery

Capability = Literal["search", "price", "places", "dates", "multi_city"]


class SearchContext:
    """What a provider is told with each call.

    Args:
        handler: Gives the pooled session; a provider that never asks opens none.
        clock: The client's clock.
        left: Seconds until the deadline of the call.

    Attributes:
        clock: The client's clock; sleep by it.
    """

    __slots__ = ("_handler", "_remaining", "clock")

    def __init__(self, *, handler: Callable[[], AsyncHandler], clock: Clock, left: Callable[[], float]) -> None:
        self._handler = handler
        self._remaining = left
        self.clock: Clock = clock

    @property
    def http(self) -> AsyncHandler:
        """The pooled session of the client. Ask it with `retry=None, cache="no-store"`: the provider decides."""
        return self._handler()

    @property
    def left(self) -> float:
        """Seconds until the deadline of the call; not below 0."""
        return max(0.0, self._remaining())


@runtime_checkable
class FlightProvider(Protocol):
    """Where offers come from. Write one of yours with these members; no base class is needed.

    Attributes:
        name: Unique among the providers of a client.
        capabilities: What it can do: "search", and of "price", "places", "dates", "multi_city" what it has.
    """

    @property
    def name(self) -> str:
        """Unique among the providers of a client."""
        ...

    @property
    def capabilities(self) -> AbstractSet[Capability]:
        """What it can do."""
        ...

    def search(self, query: FlightQuery, context: SearchContext) -> AsyncIterator[list[FlightOffer]]:
        """Offers in batches, as they come. It is cancelled at the deadline.

        Raises:
            FlightError: It could not answer; what it yielded before is kept.
        """
        ...

    async def price(self, offer: FlightOffer, context: SearchContext) -> PricedOffer:
        """The price of one of its offers now.

        Raises:
            OfferExpiredError: It is no longer sold.
            FlightError: It could not answer.
        """
        ...

    async def places(self, text: str) -> list[Place]:
        """Cities and airports whose name or code begins with the text, best first.

        Raises:
            FlightError: It could not answer.
        """
        ...

    async def check(self) -> Check:
        """Whether it is there. Spends no flight quota and never raises."""
        ...

    async def aclose(self) -> None:
        """Let go of what it holds. A client closes only the providers it made itself."""
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
class PriceCalendar(Protocol):
    """A provider with the capability "dates": it knows the lowest prices of many dates in one call."""

    async def cheapest_dates(
        self, query: FlightQuery, first: dt.date, last: dt.date, context: SearchContext
    ) -> list[DatePrice]:
        """The lowest prices for one adult of departures from the first to the last date.

        Raises:
            FlightError: It could not answer.
        """
        ...


def providers_by_name(providers: Any) -> dict[str, FlightProvider]:
    """Providers by their names.

    Raises:
        ConfigurationError: It is no sequence of providers, it is empty, or a name is missing or taken.
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
