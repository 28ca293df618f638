"""Tools of the Model Context Protocol: flights, prices by date, places, the price of an offer, the reading of a text.

None of them changes anything.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - msgspec reads the annotations
import functools
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict, cast

import msgspec
from msgspec import Meta

from asyncassist._places import load_places
from asyncassist._types import to_jsonable
from asyncassist.errors import InvalidInputError, OfferExpiredError
from asyncassist.flights import FlightQuery
from asyncassist.languages.registry import LANGUAGES
from asyncassist.web import serializers
from asyncassist.web.answers import IataCode, Money, Offer  # noqa: TC001 - msgspec reads the annotations
from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import TextType
from asyncassist.web.struct_schema import StructSchema

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asyncassist.flights import AsyncFlightClient, FlightOffer
    from asyncassist.nlp import AsyncNLPEngine

_MAX_WINDOW = 15
# Names of arguments that a query has under another name
_ARGUMENT_NAMES = {"departure": "departure_date"}

Code = Annotated[str, Meta(description="IATA code of a city or an airport, as `find_places` returns it", max_length=8)]
Carriers = Annotated[list[str], Meta(description="IATA codes of airlines", max_length=99)]
Currency = Annotated[str, Meta(description="currency of the prices, ISO 4217", max_length=8)]


class _SearchArguments(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Arguments that describe a trip."""

    origin: Code
    destination: Code
    departure_date: Annotated[dt.date, Meta(description="day of departure, YYYY-MM-DD, local at the origin")]
    return_date: Annotated[dt.date | None, Meta(description="day of return; absent for one way")] = None
    adults: Annotated[int, Meta(description="travellers from 12 years", ge=1, le=9)] = 1
    children: Annotated[int, Meta(description="travellers from 2 to 11 years", ge=0, le=8)] = 0
    infants: Annotated[int, Meta(description="travellers under 2 years, on an adult's lap", ge=0, le=9)] = 0
    cabin: Annotated[str, Meta(description="economy, premium_economy, business or first", max_length=20)] = "economy"
    currency: Currency = "EUR"


class SearchFlights(_SearchArguments, kw_only=True, forbid_unknown_fields=True):
    """Arguments of `search_flights`."""

    max_stops: Annotated[int | None, Meta(description="most stops of each direction; 0 for direct flights")] = None
    max_price: Annotated[float | None, Meta(description="highest price for all travellers together")] = None
    airlines: Carriers = []
    exclude_airlines: Carriers = []
    sort: Annotated[str, Meta(description="best, price, duration or departure", max_length=20)] = "best"
    max_offers: Annotated[int, Meta(description="most offers", ge=1, le=20)] = 5


class SearchDates(_SearchArguments, kw_only=True, forbid_unknown_fields=True):
    """Arguments of `search_dates`."""

    window: Annotated[int, Meta(description="days before and after the day of departure", ge=0, le=_MAX_WINDOW)] = 3


class FindPlaces(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Arguments of `find_places`."""

    text: Annotated[str, Meta(description="name, beginning of a name, or code", min_length=1, max_length=200)]
    limit: Annotated[int, Meta(description="most places", ge=1, le=50)] = 10


class PriceOffer(SearchFlights, kw_only=True, forbid_unknown_fields=True):
    """Arguments of `price_offer`: those of the search, and the flights of one of its offers.

    The ids of some providers' offers change with each search; their flights do not.
    """

    flights: Annotated[
        list[str],
        Meta(description="carriers and numbers of all segments in order, such as TP1234", min_length=1, max_length=36),
    ]


class ReadMessage(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Arguments of `read_message`."""

    text: Annotated[str, Meta(description="message of a traveller", min_length=1)]
    language: Annotated[str | None, Meta(description=f"one of {', '.join(LANGUAGES)}; absent to detect it")] = None
    timezone: Annotated[str | None, Meta(description="IANA time zone of the traveller; it decides the date")] = None


class FoundFlights(TypedDict):
    """Offers of a search, best first."""

    offers: list[Offer]
    complete: Annotated[bool, Meta(description="whether every provider has answered")]


class DatePrice(TypedDict):
    """Lowest price of a day."""

    date: Annotated[str, Meta(description="YYYY-MM-DD")]
    price: Money


class DatePrices(TypedDict):
    """Lowest prices by ascending day; a day without flights is absent."""

    prices: list[DatePrice]


class FoundPlace(TypedDict):
    """City or airport."""

    code: IataCode
    kind: str
    name: str
    city: str
    country: str
    timezone: NotRequired[str | None]


class FoundPlaces(TypedDict):
    """Places, likeliest first."""

    places: list[FoundPlace]


class CheckedPrice(TypedDict):
    """Current price of an offer."""

    offer: Offer
    total: Money
    old_total: Money
    changed: bool


class ReadLanguage(TypedDict):
    """Language of a text."""

    code: str
    confidence: float


class ReadIntent(TypedDict):
    """Purpose of a text."""

    name: str
    confidence: float


class ReadEntity(TypedDict):
    """Part of a text that says something of the trip."""

    type: str
    start: int
    end: int
    text: str
    value: str | float | dict[str, Any] | list[Any] | None
    confidence: float
    metadata: dict[str, Any]


class ReadText(TypedDict):
    """Language, purpose and entities of a text, and a command for each of its sentences."""

    text: str
    language: ReadLanguage
    intent: ReadIntent
    entities: list[ReadEntity]
    commands: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Tool:
    """Tool with the types of its arguments and of its result."""

    title: str
    description: str
    arguments: StructSchema
    result: Any
    run: Callable[[Any, Any], Awaitable[Any]]

    def describe(self, name: str) -> dict[str, Any]:
        """Return the definition of the tool."""
        return {
            "name": name,
            "title": self.title,
            "description": self.description,
            "inputSchema": _object_schema(self.arguments.kind),
            "outputSchema": _object_schema(self.result),
            "annotations": {"readOnlyHint": True, "openWorldHint": True},
        }


def _object_schema(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type as one object with its definitions."""
    (reference,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    root = dict(definitions.pop(reference["$ref"].removeprefix("#/$defs/")))
    for schema in (root, *definitions.values()):
        schema.pop("title", None)
    return {**root, "$defs": definitions} if definitions else root


class ToolError(Exception):
    """Error that the model is informed of, so that it can correct its call.

    Attributes:
        text: Explanation.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Toolbox:
    """The tools.

    Args:
        flights: Returns the client that searches.
        nlp: Returns the engine that reads texts.
        max_text: Longest text in characters.
    """

    def __init__(
        self,
        *,
        flights: Callable[[], Awaitable[AsyncFlightClient]],
        nlp: Callable[[], Awaitable[AsyncNLPEngine]],
        max_text: int,
    ) -> None:
        self._flights = flights
        self._nlp = nlp
        self._text = TextType(max_text)

    def __contains__(self, name: object) -> bool:
        return name in _TOOLS

    def definitions(self) -> list[dict[str, Any]]:
        """Return the definitions of the tools, always in the same order."""
        return _definitions()

    async def call(self, name: str, arguments: Any) -> dict[str, Any]:
        """Call a tool and return its result.

        Args:
            name: Name of the tool.
            arguments: Its arguments as decoded from JSON.

        Raises:
            ToolError: The arguments do not fit.
            AsyncAssistError: A component failed.
        """
        tool = _TOOLS[name]
        try:
            values = tool.arguments.read(arguments)
            found = await tool.run(self, values)
        except ProblemError as problem:
            raise ToolError(problem.detail) from None
        except InvalidInputError as error:
            field = _ARGUMENT_NAMES.get(error.field, error.field)
            if field not in tool.arguments.fields:
                raise
            raise ToolError(f"{field}: {error.problem}") from None
        return cast("dict[str, Any]", to_jsonable(found))

    async def search_flights(self, given: SearchFlights) -> FoundFlights:
        """Return the offers of a search."""
        result = await (await self._flights()).search(_search_query(given))
        await load_places()
        return {"offers": [_offer(offer) for offer in result.offers[: given.max_offers]], "complete": result.complete}

    async def search_dates(self, given: SearchDates) -> DatePrices:
        """Return the lowest price of each day."""
        flights = await self._flights()
        found = await flights.search_dates(
            _query(given, sort="price"), window=given.window, max_searches=2 * _MAX_WINDOW + 1
        )
        return {"prices": [{"date": one.date.isoformat(), "price": to_jsonable(one.price)} for one in found]}

    async def find_places(self, given: FindPlaces) -> FoundPlaces:
        """Return the places of a name."""
        return {"places": to_jsonable(await (await self._flights()).places(given.text, limit=given.limit))}

    async def price_offer(self, given: PriceOffer) -> CheckedPrice:
        """Return the current price of an offer."""
        flights = await self._flights()
        result = await flights.search(_search_query(given))
        offer = next((one for one in result.offers if _flight_numbers(one) == given.flights), None)
        if offer is None:
            raise InvalidInputError("flights", "are no offer of this search: search again")
        try:
            priced = await flights.price(offer)
        except OfferExpiredError:
            raise InvalidInputError("flights", "are no longer sold at this price: search again") from None
        await load_places()
        return {
            "offer": _offer(priced.offer),
            "total": to_jsonable(priced.total),
            "old_total": to_jsonable(priced.old_total),
            "changed": priced.changed,
        }

    async def read_message(self, given: ReadMessage) -> ReadText:
        """Return what a text says."""
        text = self._text.check("text", given.text)
        context: Mapping[str, Any] = {} if given.timezone is None else {"timezone": given.timezone}
        nlp = await self._nlp()
        try:
            analysis = await nlp.analyze(text, language=given.language, context=context)
        except InvalidInputError as error:
            raise InvalidInputError(error.field.removeprefix("context."), error.problem) from None
        facts = analysis.to_dict()
        return cast("ReadText", {name: facts[name] for name in ReadText.__annotations__})


def _query(given: _SearchArguments, **more: Any) -> FlightQuery:
    return FlightQuery(
        given.origin,
        given.destination,
        given.departure_date,
        return_date=given.return_date,
        adults=given.adults,
        children=given.children,
        infants=given.infants,
        cabin=cast("Any", given.cabin),
        currency=given.currency,
        **more,
    )


def _search_query(given: SearchFlights) -> FlightQuery:
    """Return the query of a search; the number of offers is no part of it, so that it finds a cached result."""
    return _query(
        given,
        max_stops=given.max_stops,
        max_price=None if given.max_price is None else Decimal(str(given.max_price)),
        airlines=tuple(given.airlines),
        exclude_airlines=tuple(given.exclude_airlines),
        sort=given.sort,
    )


def _offer(offer: FlightOffer) -> Offer:
    return serializers.offer(offer.to_dict(), LANGUAGES[0])


def _flight_numbers(offer: FlightOffer) -> list[str]:
    return [segment.flight for itinerary in offer.itineraries for segment in itinerary.segments]


_TOOLS: dict[str, _Tool] = {
    "search_flights": _Tool(
        "Search flights",
        "Search flights and their prices. Places are IATA codes, which find_places returns. It books nothing.",
        StructSchema(SearchFlights), FoundFlights, Toolbox.search_flights,
    ),
    "search_dates": _Tool(
        "Prices by date",
        "Return the lowest price for each day around a day of departure; a return date moves with it.",
        StructSchema(SearchDates), DatePrices, Toolbox.search_dates,
    ),
    "find_places": _Tool(
        "Find places",
        "Find cities and airports and their IATA codes by a name in any of seven languages.",
        StructSchema(FindPlaces), FoundPlaces, Toolbox.find_places,
    ),
    "price_offer": _Tool(
        "Price of an offer",
        "Ask for the current price of an offer: pass the arguments of its search and the flights of the offer.",
        StructSchema(PriceOffer), CheckedPrice, Toolbox.price_offer,
    ),
    "read_message": _Tool(
        "Read a message",
        "Read the message of a traveller: language, purpose, places, dates, passengers, budget and more.",
        StructSchema(ReadMessage), ReadText, Toolbox.read_message,
    ),
}  # fmt: skip


@functools.cache
def _definitions() -> list[dict[str, Any]]:
    return [tool.describe(name) for name, tool in _TOOLS.items()]
