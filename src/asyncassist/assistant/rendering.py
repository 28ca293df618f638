"""Renders replies in the traveller's language (NLG): phrase tables with plurals, dates, money and durations by locale.

Pure functions, but for the loading of locale data. Every fact in a reply comes from a typed value. No text written by a
provider or traveller is shown, except an unknown place name, shortened.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel import Locale, localedata
from babel.dates import format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_name
from babel.units import format_unit

from asyncassist._places import place_table
from asyncassist._types import Airline, Leg, Money, Passengers, Place
from asyncassist.assistant.ambiguous_places import country_name, region_name
from asyncassist.assistant.areas import is_area
from asyncassist.assistant.state import DialogueState, OfferSummary
from asyncassist.languages.locale_tag import variant_of
from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.entities.airlines import airline_by_code
from asyncassist.nlp.entities.alliances import NAMES

if TYPE_CHECKING:
    from asyncassist.assistant.actions import AskSlot, SayPhrase
    from asyncassist.assistant.ranking import OfferSelection
    from asyncassist.flights import FlightOffer
    from asyncassist.languages.region_variant import RegionVariant

# Phrases that are parts of a sentence.
_PARTS = frozenset(
    {"label", "stop", "carry_on", "checked_bags", "no_checked_bag", "refundable", "not_refundable", "changeable",
     "not_changeable"}
)  # fmt: skip
_DAY = 1440  # minutes
# Languages and regions whose locale data are loaded: both of a few letters, so that their number is bounded.
_LOADED: set[tuple[str, str | None]] = set()
_SAFE_CODE = re.compile(r"[A-Z0-9]{2,8}", re.ASCII)


class PhraseRenderer:
    """Renderer of phrases and values in one language.

    Args:
        language: ISO 639-1 code of one of the languages.
        region: Region of the traveller: a country or a region of the UN M.49 code; None for the forms that are most
            common in the language.
    """

    def __init__(self, language: str, region: str | None = None) -> None:
        self.language = language
        pack, variant = PACKS[language], variant_of(language, region)
        self._locale_id = _locale_id(language, region, variant)
        self.locale = Locale.parse(self._locale_id)
        tables: list[Mapping[str, Any]] = [pack.phrases, pack.answers, pack.pointers]
        if variant is not None:
            tables = [variant.apply(table) for table in tables]
        self._phrases, self._answers, self._pointers = tables

    def render(self, key: str, /, *, n: int | None = None, **values: Any) -> str:
        """Render a phrase with its values.

        Args:
            key: Key of the phrase in the tables.
            n: Count that selects the plural form, and the value of the placeholder "n"; None for phrases without one.
            values: Typed values of the placeholders, formatted with `format`.
        """
        return self._render(self._phrases[key], n, values)

    def _render(self, phrase: Any, n: int | None, values: Mapping[str, Any]) -> str:
        if isinstance(phrase, Mapping):
            # CLDR gives some languages a form for millions ("many"); the tables hold "one" and "other" only.
            phrase = phrase.get(self.locale.plural_form(n or 0), phrase["other"])
        assert isinstance(phrase, str)
        formatted = {name: self.format(value) for name, value in values.items()}
        if n is not None:
            formatted["n"] = self.format(n)
        # A value may end in a full stop of its own ("30 Min.") at the end of a sentence.
        return phrase.format_map(formatted).replace("..", ".")

    def render_answer(self, key: str, /, *, n: int | None = None, **values: Any) -> str:
        """Render a phrase about the offers shown; as `render`, from the table of answers."""
        text = self._render(self._answers[key], n, values)
        # A label begins in lower case, unless it begins the sentence.
        return text if key in _PARTS else text[:1].upper() + text[1:]

    def pointer(self, topic: str) -> str:
        """Return the pointer for a topic that the assistant does not know."""
        return str(self._pointers.get(topic) or self.render(topic))

    def render_phrase(self, action: SayPhrase) -> str:
        """Render the phrase of an action."""
        if action.key in self._pointers:
            return self.pointer(action.key)
        return self.render(action.key, n=action.n, **action.values)

    def format(self, value: Any) -> str:
        """Format a value by its type, for this language."""
        match value:
            case Place():
                return self.place(value)
            case dt.date():
                return self.date(value)
            case Money():
                return self.money(value)
            case Passengers():
                return self.passengers(value)
            case Airline():
                return value.name
            case DialogueState():
                return self.render_trip(value)
            case int():
                return _format_number(value, self._locale_id)
            case _:
                return str(value)

    def date(self, day: dt.date) -> str:
        """Format a date: "Thu, Dec 3, 2026"."""
        return _format_date(day, self._locale_id)

    def time(self, moment: dt.datetime) -> str:
        """Format a time of day: "3:05 PM", "15:05"."""
        return _format_time(moment.hour, moment.minute, self._locale_id)

    def month(self, month: str) -> str:
        """Format a month: "March 2027" for "2027-03"."""
        day = dt.date.fromisoformat(f"{month}-01")
        return _normalize_spaces(format_skeleton("yMMMM", day, locale=self.locale))

    def money(self, money: Money) -> str:
        """Format an amount of money: "€1,234.50"."""
        return _format_money(money.amount, money.currency, self._locale_id)

    def duration(self, duration: dt.timedelta | float) -> str:
        """Format a duration, a timedelta or seconds, rounded to minutes: "2 hr 5 min"."""
        seconds = duration.total_seconds() if isinstance(duration, dt.timedelta) else duration
        return _format_duration(round(seconds / 60), self._locale_id)

    def place(self, place: Place) -> str:
        """Return the localized name of a place, with the code of an airport in brackets."""
        airport = place.code if place.kind == "airport" else None
        own = place_table().localized_name(place.city or place.name, place.country, self.language)
        return own if airport is None else f"{own} ({airport})"

    def city(self, place: Place) -> str:
        """Return the localized name of the city of a place."""
        return place_table().localized_name(place.city or place.name, place.country, self.language)

    def currency(self, code: str) -> str:
        """Return the name of a currency with its code: "Swiss francs (CHF)"."""
        return f"{get_currency_name(code, count=2, locale=self.locale)} ({code})"

    def passengers(self, passengers: Passengers) -> str:
        """Format passenger counts: "2 adults and 1 child"."""
        counts = (("adults", passengers.adults), ("children", passengers.children), ("infants", passengers.infants))
        return self.join_and([self.render(name, n=count) for name, count in counts if count])

    def join_and(self, parts: Sequence[str]) -> str:
        """Join the parts as a list: "a, b and c"."""
        return format_list(list(parts), locale=self.locale) if parts else ""

    def join_or(self, parts: Sequence[str]) -> str:
        """Join the parts as alternatives: "a, b or c"."""
        return format_list(list(parts), style="or", locale=self.locale) if parts else ""

    def render_question(self, question: AskSlot) -> str:
        """Render the question for a slot: which place, which day of a month, or the slot's own."""
        if question.choices and is_area(question.name):
            cities = self.join_or([self.place(place) for place in question.choices])
            return self.render("which_city", name=_shorten_name(question.name), choices=cities)
        if question.choices:
            choices = [
                f"{self.place(place)} ({self._distinguishing_region(place, question.choices)})"
                for place in question.choices
            ]
            return self.render("which_place", name=_shorten_name(question.name), choices=self.join_or(choices))
        if question.month is not None and question.slot == "departure_date":
            return self.render("ask_day", month=self.month(question.month))
        leg = question.leg
        if leg is not None and leg.origin is not None and leg.destination is not None:
            return self.render("ask_leg_date", origin=leg.origin, destination=leg.destination)
        return self.render(f"ask_{question.slot}")

    def _distinguishing_region(self, place: Place, choices: Sequence[Place]) -> str:
        """Return the country of a place, or its state or province if several choices are in that country."""
        same = sum(one.country == place.country for one in choices) > 1
        return (region_name(place) if same else "") or country_name(place.country, self.language)

    def render_trip(self, state: DialogueState) -> str:
        """Summarise the slots and filters of a trip in one line."""
        slots = state.slots
        legs: tuple[Leg, ...] = slots.get("legs", ()) if state.leg is None else ()
        parts = ["; ".join(map(self.leg, legs))] if legs else [self._route(slots), self._dates(slots)]
        passengers = slots.get("passengers")
        if passengers is not None and passengers != Passengers():
            parts.append(self.render("for_passengers", passengers=passengers))
        if slots.get("cabin", "economy") != "economy":
            parts.append(self.render(slots["cabin"]))
        if slots.get("max_stops") == 0:
            parts.append(self.render("direct"))
        parts += self._filters(state)
        return ", ".join(part for part in parts if part)

    def leg(self, leg: Leg) -> str:
        """Format a leg of a trip: "Rome to Madrid, Tue, Dec 8, 2026"."""
        known = {name: value for name in ("origin", "destination") if (value := getattr(leg, name)) is not None}
        day = "" if leg.departure_date is None else self.date(leg.departure_date)
        return ", ".join(part for part in (self._route(known), day) if part)

    def _filters(self, state: DialogueState) -> list[str]:
        """Return the filters of a trip as phrases: airlines, budget, departure window."""
        slots, parts = state.slots, []
        if "airline" in slots:
            names = [one.name for one in (slots["airline"], *slots.get("more_airlines", ()))]
            parts.append(self.render("with_airline", airline=self.join_or(names)))
        if "alliance" in slots:
            parts.append(self.render("with_airline", airline=NAMES.get(slots["alliance"], "")))
        for slot in ("via", "not_via"):
            if slots.get(slot):
                places = self.join_or([self.city(place) for place in slots[slot]])
                parts.append(self.render(f"stop_{slot}", places=places))
        if slots.get("excluded_airlines"):
            parts.append(
                self.render(
                    "without_airlines", airlines=self.join_and([one.name for one in slots["excluded_airlines"]])
                )
            )
        if "budget" in slots:
            parts.append(self.render("within_budget", money=slots["budget"]))
        parts += [self.render(f"with_{slot}") for slot in ("checked_bags", "refundable") if slot in slots]
        for name, span in state.windows.items():
            parts.append(self.render(f"{name.replace('.', '_')}_window", hours=self._hours(*span)))
        return parts

    def _hours(self, first: int, last: int) -> str:
        """Render a span of minutes of the day; one that begins or ends with the day has one end only."""
        start, end = (_format_time(*divmod(minute % _DAY, 60), self._locale_id) for minute in (first, last))
        if last == _DAY - 1 and first:
            return self.render("hours_after", start=start)
        return self.render("hours_between", start=start, end=end) if first else self.render("hours_before", end=end)

    def _route(self, slots: Mapping[str, Any]) -> str:
        origin, destination = (self._either(slots, name) for name in ("origin", "destination"))
        if origin is not None and destination is not None:
            return self.render("route", origin=origin, destination=destination)
        if origin is not None:
            return self.render("from_place", place=origin)
        return self.render("to_place", place=destination) if destination is not None else ""

    def _either(self, slots: Mapping[str, Any], name: str) -> Place | str | None:
        """Return the place of a slot, or its name with those that will do too: "Miami or Fort Lauderdale"."""
        place, others = slots.get(name), slots.get(f"more_{name}s", ())
        return self.join_or([self.place(one) for one in (place, *others)]) if place is not None and others else place

    def _dates(self, slots: Mapping[str, Any]) -> str:
        out, back = slots.get("departure_date"), slots.get("return_date")
        if out is None:
            return ""
        return (
            self.render("outbound_date", date=out)
            if back is None
            else self.render("round_trip_dates", out=out, back=back)
        )

    def render_intro(self, selection: OfferSelection, state: DialogueState) -> str:
        """Render the sentence that introduces a list of offers or says that it is empty."""
        n = len(selection.offers)
        if selection.key == "found" and selection.total > n:
            return self.render("best_of", shown=n, n=selection.total, trip=state)
        return self.render(selection.key, n=n, trip=state)

    def render_offer_line(
        self, number: int, offer: FlightOffer, *, by_leg: bool = False, with_route: bool = False
    ) -> str:
        """Render an offer in a list: "1. TAP Air Portugal TP534, 7:05 AM – 12:10 PM, direct, 3 hr 5 min: €245.00".

        Args:
            number: Its number in the list.
            offer: The offer.
            by_leg: Render each flight of a trip of several legs on a line of its own, with its towns and day.
            with_route: Begin with the airports, where several will do.
        """
        itineraries = [
            self._itinerary(itinerary.segments, itinerary.duration, itinerary.stops) for itinerary in offer.itineraries
        ]
        if by_leg:
            routes = [self._leg_route(itinerary.segments) for itinerary in offer.itineraries]
            lines = [f"   {route}: {text}" for route, text in zip(routes, itineraries, strict=True)]
            return "\n".join((f"{number}. {self.money(offer.total)}", *lines))
        route = ""
        if with_route:
            segments = offer.itineraries[0].segments
            route = f"{self._airport(segments[0].origin)} – {self._airport(segments[-1].destination)}, "
        return f"{number}. {route}{'; '.join(itineraries)}: {self.money(offer.total)}"

    def _airport(self, code: str) -> str:
        """Format an airport: "London (LGW)"."""
        index = place_table().find_by_code(code, "airport")
        return safe_code(code) if index is None else self.place(place_table().place(index))

    def _leg_route(self, segments: Sequence[Any]) -> str:
        """Format the towns and the day of a leg: "Rome to Madrid, Tue, Dec 8, 2026"."""
        names = []
        for code in (segments[0].origin, segments[-1].destination):
            index = place_table().find_by_code(code)
            names.append(safe_code(code) if index is None else self.city(place_table().place(index)))
        return f"{names[0]} – {names[1]}, {self.date(segments[0].departs_local.date())}"

    def _itinerary(self, segments: Sequence[Any], duration: Any, stops: int) -> str:
        departs, arrives = segments[0].departs_local, segments[-1].arrives_local
        flight = "/".join(safe_code(f"{segment.carrier}{segment.number}") for segment in segments)
        names = dict.fromkeys(airline_name(segment.carrier) for segment in segments)
        carrier = " + ".join(name for name in names if name)
        return f"{carrier} {flight}, {self._schedule(departs, arrives, stops, duration)}".lstrip()

    def _schedule(self, departs: dt.datetime, arrives: dt.datetime, stops: int, duration: Any) -> str:
        times = f"{self.time(departs)} – {self.arrival(departs, arrives)}"
        return f"{times}, {self.stops(stops)}, {self.duration(duration)}"

    def arrival(self, departs: dt.datetime, arrives: dt.datetime) -> str:
        """Format the time of arrival, with the days that it is later: "6:05 AM (+1)"."""
        days_later = (arrives.date() - departs.date()).days
        days = f" ({self.render('next_day', n=days_later)})" if days_later > 0 else ""
        return f"{self.time(arrives)}{days}"

    def stops(self, stops: int) -> str:
        """Format a number of stops: "direct", "2 stops"."""
        return self.render("direct") if not stops else self.render("stops", n=stops)

    def render_offer(self, offer: OfferSummary, key: str) -> str:
        """Render a stored offer summary with a phrase: "details" or "chosen"."""
        when = "; ".join(
            f"{self.date(leg.departs.date())}, {self._schedule(leg.departs, leg.arrives, leg.stops, leg.duration)}"
            for leg in offer.legs
        )
        flight = f"{airline_name(offer.outbound.carriers[0])} {safe_code(offer.number)}".lstrip()
        return self.render(key, flight=flight, when=when, price=offer.money)


def airline_name(carrier: str) -> str:
    """Return an airline's name from the package's table, "" if unknown; names sent by providers are never shown."""
    airline = airline_by_code(carrier)
    return "" if airline is None else airline.name


def safe_code(text: str) -> str:
    """Sanitize a provider's code for display: at most eight ASCII letters and digits."""
    return (
        text
        if _SAFE_CODE.fullmatch(text)
        else "".join(char for char in text.upper() if char.isalnum() and char.isascii())[:8]
    )


def _shorten_name(text: str) -> str:
    """Shorten a name written by the traveller to 40 characters on one line."""
    return " ".join(text.split())[:40]


def _normalize_spaces(text: str) -> str:
    """Replace no-break and thin spaces, which break searching and comparing, by plain ones."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


@functools.lru_cache(maxsize=2048)
def _format_date(day: dt.date, locale: str) -> str:
    return _normalize_spaces(format_skeleton("yMMMEd", day, locale=locale))


@functools.lru_cache(maxsize=4096)
def _format_money(amount: Decimal, currency: str, locale: str) -> str:
    return _normalize_spaces(format_currency(amount, currency, locale=locale))


@functools.lru_cache(maxsize=1024)
def _format_number(number: int, locale: str) -> str:
    return str(format_decimal(number, locale=locale))


@functools.lru_cache(maxsize=16384)
def _format_time(hour: int, minute: int, locale: str) -> str:
    return _normalize_spaces(format_time(dt.time(hour, minute), "short", locale=locale))


@functools.lru_cache(maxsize=8192)
def _format_duration(minutes: int, locale: str) -> str:
    hours, rest = divmod(minutes, 60)
    # Formatted for 2 and replaced: some locale data have no abbreviated unit for 1 ("1 horas").
    units = [(hours, format_unit(2, "hour", length="short", locale=locale))] if hours else []
    if rest or not hours:
        units.append((rest, format_unit(2, "minute", length="short", locale=locale)))
    parts = [unit.replace("2", str(count)) for count, unit in units]
    return _normalize_spaces(" ".join(parts))


def _locale_id(language: str, region: str | None, variant: RegionVariant | None) -> str:
    """Return the identifier of the locale data of a region; of its variant, or of the language, if it has none."""
    territories = (region, None if variant is None else variant.territory)
    names = (f"{language}_{territory}" for territory in territories if territory is not None)
    return next((name for name in names if localedata.exists(name)), language)


@functools.lru_cache(maxsize=256)
def renderer_for(language: str, region: str | None = None) -> PhraseRenderer:
    """Return the shared renderer of a language in a region."""
    return PhraseRenderer(language, region)


def warm_up() -> None:
    """Load the locale data of all languages; reads files, so run it in a thread."""
    for language in LANGUAGES:
        _load(language, None)


async def load_region(language: str, region: str | None) -> None:
    """Load the locale data of a language in a region, in a thread, unless this process has them."""
    if (language, region) not in _LOADED:
        await asyncio.to_thread(_load, language, region)


def _load(language: str, region: str | None) -> None:
    renderer = renderer_for(language, region)
    renderer.date(dt.date(2026, 1, 1))
    renderer.time(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    renderer.money(Money(Decimal(1), "EUR"))
    renderer.duration(3660.0)
    renderer.join_and(["1", "2", "3"])
    renderer.month("2026-01")
    renderer.join_or(["1", "2"])
    country_name("PT", language)
    _LOADED.add((language, region))
