"""Ready tools for a chatbot: flight search, prices by date, places, and web pages; none of them changes anything."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - read from the signatures of the tools
import html
from typing import TYPE_CHECKING, Any

from asyncassist._chat import Tool
from asyncassist._validation import check_int
from asyncassist.errors import ConfigurationError, InvalidInputError
from asyncassist.flights import FlightQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist._http import AsyncHandler, Response
    from asyncassist.flights import AsyncFlightClient, FlightOffer, Itinerary

__all__ = ["fetch_tool", "flight_tools"]

# Bytes of a page that are read; a model gets `Tool.max_result_chars` of its text.
_MAX_PAGE_BYTES = 1 << 20
_TEXT_TYPES = ("text/", "application/json", "application/xml", "application/xhtml")
# Elements of HTML whose content is no text.
_NO_TEXT = frozenset({"head", "noscript", "script", "style", "svg", "template"})
_MAX_WINDOW = 15


def flight_tools(flights: AsyncFlightClient, *, currency: str = "EUR", max_offers: int = 5) -> list[Tool]:
    """Return the tools `search_flights`, `search_dates` and `find_places` of a flight client.

    They book nothing and are repeatable, so that answers may be cached. The model gets summaries of the offers, without
    ids and addresses.

    Args:
        flights: The client; its owner closes it.
        currency: Currency of the prices, ISO 4217.
        max_offers: Maximum number of offers that the model gets, 1 to 20.

    Raises:
        ConfigurationError: An argument has an invalid value.
    """
    limit = check_int("max_offers", max_offers, most=20)

    async def search_flights(
        origin: str,
        destination: str,
        departure_date: dt.date,
        *,
        return_date: dt.date | None = None,
        adults: int = 1,
        children: int = 0,
        max_stops: int | None = None,
    ) -> dict[str, Any]:
        """Search flights and their prices, cheapest first. It books nothing.

        Args:
            origin: IATA code of the city or airport of departure.
            destination: IATA code of the destination.
            departure_date: Day of departure, YYYY-MM-DD.
            return_date: Day of return; null for one way.
            adults: Number of adults.
            children: Number of children.
            max_stops: Maximum number of stops; null for any.
        """
        query = FlightQuery(
            origin,
            destination,
            departure_date,
            return_date=return_date,
            adults=adults,
            children=children,
            max_stops=max_stops,
            currency=currency,
            sort="price",
        )
        result = await flights.search(query)
        found: dict[str, Any] = {"offers": [_summarize(offer) for offer in result.offers[:limit]]}
        return {**found, "note": "not all providers answered"} if result.errors else found

    async def search_dates(
        origin: str, destination: str, departure_date: dt.date, window: int = 3
    ) -> list[dict[str, str]]:
        """Return the lowest price of a one-way flight for each day around a date; days without flights are left out.

        Args:
            origin: IATA code of the city or airport of departure.
            destination: IATA code of the destination.
            departure_date: The date in the middle, YYYY-MM-DD.
            window: Days before and after it, at most 15.
        """
        if window > _MAX_WINDOW:
            raise InvalidInputError("window", f"must be at most {_MAX_WINDOW}")
        query = FlightQuery(origin, destination, departure_date, currency=currency)
        prices = await flights.search_dates(query, window=window, max_searches=2 * window + 1)
        return [
            {"date": one.date.isoformat(), "price": str(one.price.amount), "currency": one.price.currency}
            for one in prices
        ]

    async def find_places(text: str) -> list[dict[str, str]]:
        """Find cities and airports and their IATA codes.

        Args:
            text: Name, beginning of a name, or code.
        """
        return [
            {"code": one.code, "kind": one.kind, "name": one.name, "city": one.city, "country": one.country}
            for one in await flights.places(text)
        ]

    functions = (search_flights, search_dates, find_places)
    return [Tool(function, repeatable=True, expose_errors=True) for function in functions]


def _summarize(offer: FlightOffer) -> dict[str, Any]:
    return {
        "price": str(offer.total.amount),
        "currency": offer.total.currency,
        "itineraries": [_summarize_itinerary(itinerary) for itinerary in offer.itineraries],
    }


def _summarize_itinerary(itinerary: Itinerary) -> dict[str, Any]:
    return {
        "stops": itinerary.stops,
        "minutes": round(itinerary.duration.total_seconds() / 60),
        "segments": [
            {
                "flight": f"{one.carrier}{one.number}",
                "origin": one.origin,
                "destination": one.destination,
                "departs": one.departs_local.isoformat(timespec="minutes"),
                "arrives": one.arrives_local.isoformat(timespec="minutes"),
            }
            for one in itinerary.segments
        ],
    }


def fetch_tool(http: AsyncHandler, *, max_chars: int = 20_000, timeout: float = 20.0) -> Tool:
    """Return the tool `fetch`, with which a model reads a public web page.

    The model decides which addresses are requested, and a page may talk it into others: the handler must refuse those
    that are not public, and is best kept without credentials.

    Args:
        http: A handler with `guard=Guard(...)`; its owner closes it.
        max_chars: Characters of a page that the model gets.
        timeout: Seconds for one page.

    Raises:
        ConfigurationError: The handler has no guard, or another argument has an invalid value.
    """
    if http.guard is None:
        raise ConfigurationError("http", "needs a guard: the model decides which addresses are requested")

    async def fetch(url: str) -> dict[str, Any]:
        """Read a public web page or document of text.

        Args:
            url: Address, beginning with https:// or http://.
        """
        response = (await http.get(url, max_body=_MAX_PAGE_BYTES)).raise_for_status()
        return {"url": response.url, "text": _text_of(response)[:max_chars]}

    return Tool(fetch, repeatable=True, expose_errors=True, timeout=timeout, max_result_chars=2 * max_chars)


def _text_of(response: Response) -> str:
    """Return the text of a response.

    Raises:
        InvalidInputError: It is no text.
    """
    kind = response.headers.get("Content-Type", "").lower()
    if not kind.startswith(_TEXT_TYPES):
        raise InvalidInputError("url", "is not a document of text")
    text = response.text()
    return "".join(_text_pieces(text)) if "html" in kind else text


def _text_pieces(page: str) -> Iterator[str]:
    """Yield the lines of text of an HTML page, in one pass."""
    skipped: str | None = None
    for part in page.split("<"):
        tag, closed, text = part.partition(">")
        name = tag.split(None, 1)[0].lower() if tag.strip() else ""
        if skipped is not None:
            if name != f"/{skipped}":
                continue
            skipped = None
        elif name in _NO_TEXT and not tag.endswith("/"):
            skipped = name
            continue
        words = html.unescape(text if closed else "").split()
        if words:
            yield f"{' '.join(words)}\n"
