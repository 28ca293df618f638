"""Answers in the traveller's language: phrases of the tables, with plurals, dates, money and durations of the locale.

Pure. Every fact in an answer comes from a typed value; no text of a provider or a traveller is shown but a name that
nobody knows, cut short.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from asyncassist._places import place_table
from asyncassist._types import Airline, Money, Passengers, Place
from asyncassist.assistant.ambiguous_places import country_name, region_name
from asyncassist.assistant.state import DialogueState, OfferSummary
from asyncassist.languages.dialogue import LANGUAGES, PHRASES
from asyncassist.nlp.entities.airlines import airline_by_code

if TYPE_CHECKING:
    from asyncassist.assistant.actions import AskSlot, SayPhrase
    from asyncassist.assistant.ranking import OfferSelection
    from asyncassist.flights import FlightOffer

_SAFE_CODE = re.compile(r"[A-Z0-9]{2,8}", re.ASCII)


class PhraseRenderer:
    """Speaks one language.

    Args:
        language: One of the six.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._phrases = PHRASES[language]

    def render(self, key: str, /, *, n: int | None = None, **values: Any) -> str:
        """A phrase with its values.

        Args:
            key: Its name in the tables.
            n: The number that decides its plural.
            values: Typed values; formatted here.
        """
        phrase = self._phrases[key]
        if isinstance(phrase, Mapping):
            # Languages with a form for millions ("many") say everything below as "other".
            phrase = phrase.get(self.locale.plural_form(n or 0), phrase["other"])
        formatted = {name: self.format(value) for name, value in values.items()}
        if n is not None:
            formatted["n"] = self.format(n)
        # "30 Min." at the end of a sentence brings its own stop.
        return phrase.format_map(formatted).replace("..", ".")

    def render_phrase(self, action: SayPhrase) -> str:
        """What the dialogue decided to say."""
        return self.render(action.key, n=action.n, **action.values)

    def format(self, value: Any) -> str:
        """A typed value as this language writes it."""
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
                return self.trip_summary(value)
            case int():
                return _format_number(value, self.language)
            case _:
                return str(value)

    def date(self, day: dt.date) -> str:
        """A day: "Thu, Dec 3, 2026"."""
        return _format_date(day, self.language)

    def time(self, moment: dt.datetime) -> str:
        """A time: "3:05 PM", "15:05"."""
        return _format_time(moment.hour, moment.minute, self.language)

    def month(self, month: str) -> str:
        """A month: "March 2027" from "2027-03"."""
        day = dt.date.fromisoformat(f"{month}-01")
        return _normalize_spaces(format_skeleton("yMMMM", day, locale=self.locale))

    def money(self, money: Money) -> str:
        """An amount: "€1,234.50"."""
        return _format_money(money.amount, money.currency, self.language)

    def duration(self, duration: dt.timedelta | float) -> str:
        """A duration: "2 hr 5 min"."""
        seconds = duration.total_seconds() if isinstance(duration, dt.timedelta) else duration
        return _format_duration(round(seconds / 60), self.language)

    def place(self, place: Place) -> str:
        """A place's name as this language writes it."""
        airport = place.code if place.kind == "airport" else None
        own = place_table().localized_name(place.city or place.name, place.country, self.language)
        return own if airport is None else f"{own} ({airport})"

    def passengers(self, passengers: Passengers) -> str:
        """Who travels: "2 adults and 1 child"."""
        counts = (("adults", passengers.adults), ("children", passengers.children), ("infants", passengers.infants))
        return self.join_and([self.render(name, n=count) for name, count in counts if count])

    def join_and(self, parts: Sequence[str]) -> str:
        """A list: "a, b and c"."""
        return format_list(list(parts), locale=self.locale) if parts else ""

    def join_or(self, parts: Sequence[str]) -> str:
        """A choice: "a, b or c"."""
        return format_list(list(parts), style="or", locale=self.locale) if parts else ""

    def render_question(self, question: AskSlot) -> str:
        """A question."""
        if question.choices:
            choices = [
                f"{self.place(place)} ({self._distinguishing_region(place, question.choices)})"
                for place in question.choices
            ]
            return self.render("which_place", name=_shorten_name(question.name), choices=self.join_or(choices))
        if question.month is not None and question.slot == "departure_date":
            return self.render("ask_day", month=self.month(question.month))
        return self.render(f"ask_{question.slot}")

    def _distinguishing_region(self, place: Place, choices: Sequence[Place]) -> str:
        """What tells a place from its namesakes: the country, or the state where the country does not."""
        same = sum(one.country == place.country for one in choices) > 1
        return (region_name(place) if same else "") or country_name(place.country, self.language)

    def trip_summary(self, state: DialogueState) -> str:
        """What is known of a trip, in one line."""
        slots = state.slots
        parts = [self._route(slots), self._dates(slots)]
        passengers = slots.get("passengers")
        if passengers is not None and passengers != Passengers():
            parts.append(self.render("for_passengers", passengers=passengers))
        if slots.get("cabin", "economy") != "economy":
            parts.append(self.render(slots["cabin"]))
        if slots.get("max_stops") == 0:
            parts.append(self.render("direct"))
        parts += self._filters(state)
        return ", ".join(part for part in parts if part)

    def _filters(self, state: DialogueState) -> list[str]:
        """What narrows the list beyond the search itself."""
        slots, parts = state.slots, []
        if "airline" in slots:
            parts.append(self.render("with_airline", airline=slots["airline"]))
        if slots.get("excluded_airlines"):
            parts.append(
                self.render(
                    "without_airlines", airlines=self.join_and([one.name for one in slots["excluded_airlines"]])
                )
            )
        if "budget" in slots:
            parts.append(self.render("within_budget", money=slots["budget"]))
        if state.window is not None:
            start, end = (_format_time(*divmod(minutes, 60), self.language) for minutes in state.window)
            parts.append(self.render("departure_window", start=start, end=end))
        return parts

    def _route(self, slots: Mapping[str, Any]) -> str:
        origin, destination = slots.get("origin"), slots.get("destination")
        if origin is not None and destination is not None:
            return self.render("route", origin=origin, destination=destination)
        if origin is not None:
            return self.render("from_place", place=origin)
        return self.render("to_place", place=destination) if destination is not None else ""

    def _dates(self, slots: Mapping[str, Any]) -> str:
        out, back = slots.get("departure_date"), slots.get("return_date")
        if out is None:
            return ""
        return (
            self.render("outbound_date", date=out)
            if back is None
            else self.render("round_trip_dates", out=out, back=back)
        )

    def intro(self, selection: OfferSelection, state: DialogueState) -> str:
        """The sentence over a list of offers, or the one that says there are none."""
        n = len(selection.offers)
        if selection.key == "found" and selection.total > n:
            return self.render("best_of", shown=n, n=selection.total, trip=state)
        return self.render(selection.key, n=n, trip=state)

    def offer_line(self, number: int, offer: FlightOffer) -> str:
        """One offer of a list: "1. TAP Air Portugal TP534, 7:05 AM – 12:10 PM, direct, 3 hr 5 min: €245.00"."""
        itineraries = "; ".join(self._itinerary(way.segments, way.duration, way.stops) for way in offer.itineraries)
        return f"{number}. {itineraries}: {self.money(offer.total)}"

    def _itinerary(self, segments: Sequence[Any], duration: Any, stops: int) -> str:
        departs, arrives = segments[0].departs_local, segments[-1].arrives_local
        flight = "/".join(safe_code(f"{segment.carrier}{segment.number}") for segment in segments)
        names = dict.fromkeys(airline_name(segment.carrier) for segment in segments)
        carrier = " + ".join(name for name in names if name)
        return f"{carrier} {flight}, {self._schedule(departs, arrives, stops, duration)}".lstrip()

    def _schedule(self, departs: dt.datetime, arrives: dt.datetime, stops: int, duration: Any) -> str:
        late = (arrives.date() - departs.date()).days
        days = f" ({self.render('next_day', n=late)})" if late > 0 else ""
        how = self.render("direct") if not stops else self.render("stops", n=stops)
        return f"{self.time(departs)} – {self.time(arrives)}{days}, {how}, {self.duration(duration)}"

    def offer_summary(self, offer: OfferSummary, key: str) -> str:
        """One offer by the few facts that a session keeps."""
        how = self._schedule(offer.departs, offer.arrives, offer.stops, offer.duration)
        when = f"{self.date(offer.departs.date())}, {how}"
        flight = f"{airline_name(offer.carrier)} {safe_code(offer.number)}".lstrip()
        return self.render(key, flight=flight, when=when, price=Money(offer.price, offer.currency))


def airline_name(carrier: str) -> str:
    """The name of an airline by our own table, "" when it is not in it: names that providers send are not shown."""
    airline = airline_by_code(carrier)
    return "" if airline is None else airline.name


def safe_code(text: str) -> str:
    """A code as it may be shown: what a provider writes into it beyond letters and digits is left out."""
    return (
        text
        if _SAFE_CODE.fullmatch(text)
        else "".join(char for char in text.upper() if char.isalnum() and char.isascii())[:8]
    )


def _shorten_name(text: str) -> str:
    """A traveller's own word, shown back short and on one line."""
    return " ".join(text.split())[:40]


def _normalize_spaces(text: str) -> str:
    """No-break and thin spaces as plain ones: they are of print, and break searching and comparing."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


@functools.lru_cache(maxsize=2048)
def _format_date(day: dt.date, language: str) -> str:
    return _normalize_spaces(format_skeleton("yMMMEd", day, locale=language))


@functools.lru_cache(maxsize=4096)
def _format_money(amount: Decimal, currency: str, language: str) -> str:
    return _normalize_spaces(format_currency(amount, currency, locale=language))


@functools.lru_cache(maxsize=1024)
def _format_number(number: int, language: str) -> str:
    return str(format_decimal(number, locale=language))


@functools.lru_cache(maxsize=16384)
def _format_time(hour: int, minute: int, language: str) -> str:
    return _normalize_spaces(format_time(dt.time(hour, minute), "short", locale=language))


@functools.lru_cache(maxsize=8192)
def _format_duration(minutes: int, language: str) -> str:
    hours, rest = divmod(minutes, 60)
    # Of two, because the short unit of one hour is no short one in every language's data ("1 horas").
    units = [(hours, format_unit(2, "hour", length="short", locale=language))] if hours else []
    if rest or not hours:
        units.append((rest, format_unit(2, "minute", length="short", locale=language)))
    parts = [unit.replace("2", str(count)) for count, unit in units]
    return _normalize_spaces(" ".join(parts))


@functools.cache
def renderer_for(language: str) -> PhraseRenderer:
    """The voice of a language."""
    return PhraseRenderer(language)


def warm_up() -> None:
    """Read the locale data of all languages: they are files, so this is done in a thread."""
    money = Money(Decimal(1), "EUR")
    for language in LANGUAGES:
        renderer = renderer_for(language)
        renderer.date(dt.date(2026, 1, 1))
        renderer.time(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        renderer.money(money)
        renderer.duration(3660.0)
        renderer.join_and(["1", "2", "3"])
        renderer.month("2026-01")
        renderer.join_or(["1", "2"])
        country_name("PT", language)
