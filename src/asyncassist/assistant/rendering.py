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
from asyncassist.assistant.ambiguous_places import country_name, region
from asyncassist.assistant.state import Shown, Trip
from asyncassist.languages.dialogue import LANGUAGES, SAID
from asyncassist.nlp.entities.airlines import airline_by_code

if TYPE_CHECKING:
    from asyncassist.assistant.actions import Ask, Say
    from asyncassist.assistant.ranking import Listing
    from asyncassist.flights import FlightOffer

_CODE = re.compile(r"[A-Z0-9]{2,8}", re.ASCII)


class Voice:
    """Speaks one language.

    Args:
        language: One of the six.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._said = SAID[language]

    def say(self, key: str, /, *, n: int | None = None, **values: Any) -> str:
        """A phrase with its values.

        Args:
            key: Its name in the tables.
            n: The number that decides its plural.
            values: Typed values; formatted here.
        """
        phrase = self._said[key]
        if isinstance(phrase, Mapping):
            # Languages with a form for millions ("many") say everything below as "other".
            phrase = phrase.get(self.locale.plural_form(n or 0), phrase["other"])
        shown = {name: self.show(value) for name, value in values.items()}
        if n is not None:
            shown["n"] = self.show(n)
        # "30 Min." at the end of a sentence brings its own stop.
        return phrase.format_map(shown).replace("..", ".")

    def sentence(self, say: Say) -> str:
        """What the dialogue decided to say."""
        return self.say(say.key, n=say.n, **say.values)

    def show(self, value: Any) -> str:
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
            case Trip():
                return self.trip(value)
            case int():
                return _count(value, self.language)
            case _:
                return str(value)

    def date(self, day: dt.date) -> str:
        """A day: "Thu, Dec 3, 2026"."""
        return _date(day, self.language)

    def time(self, moment: dt.datetime) -> str:
        """A time: "3:05 PM", "15:05"."""
        return _time(moment.hour, moment.minute, self.language)

    def month(self, month: str) -> str:
        """A month: "March 2027" from "2027-03"."""
        day = dt.date.fromisoformat(f"{month}-01")
        return _tidy(format_skeleton("yMMMM", day, locale=self.locale))

    def money(self, money: Money) -> str:
        """An amount: "€1,234.50"."""
        return _money(money.amount, money.currency, self.language)

    def duration(self, duration: dt.timedelta | float) -> str:
        """A duration: "2 hr 5 min"."""
        seconds = duration.total_seconds() if isinstance(duration, dt.timedelta) else duration
        return _duration(round(seconds / 60), self.language)

    def place(self, place: Place) -> str:
        """A place's name as this language writes it."""
        airport = place.code if place.kind == "airport" else None
        own = place_table().localized_name(place.city or place.name, place.country, self.language)
        return own if airport is None else f"{own} ({airport})"

    def passengers(self, passengers: Passengers) -> str:
        """Who travels: "2 adults and 1 child"."""
        counts = (("adults", passengers.adults), ("children", passengers.children), ("infants", passengers.infants))
        return self.all([self.say(name, n=count) for name, count in counts if count])

    def all(self, parts: Sequence[str]) -> str:
        """A list: "a, b and c"."""
        return format_list(list(parts), locale=self.locale) if parts else ""

    def any(self, parts: Sequence[str]) -> str:
        """A choice: "a, b or c"."""
        return format_list(list(parts), style="or", locale=self.locale) if parts else ""

    def ask(self, ask: Ask) -> str:
        """A question."""
        if ask.choices:
            choices = [f"{self.place(place)} ({self._land(place, ask.choices)})" for place in ask.choices]
            return self.say("which_place", name=_name(ask.name), choices=self.any(choices))
        if ask.month is not None and ask.slot == "departure_date":
            return self.say("ask_day", month=self.month(ask.month))
        return self.say(f"ask_{ask.slot}")

    def _land(self, place: Place, choices: Sequence[Place]) -> str:
        """What tells a place from its namesakes: the country, or the state where the country does not."""
        same = sum(one.country == place.country for one in choices) > 1
        return (region(place) if same else "") or country_name(place.country, self.language)

    def trip(self, trip: Trip) -> str:
        """What is known of a trip, in one line."""
        slots = trip.slots
        parts = [self._route(slots), self._days(slots)]
        passengers = slots.get("passengers")
        if passengers is not None and passengers != Passengers():
            parts.append(self.say("for_passengers", passengers=passengers))
        if slots.get("cabin", "economy") != "economy":
            parts.append(self.say(slots["cabin"]))
        if slots.get("max_stops") == 0:
            parts.append(self.say("direct"))
        parts += self._wishes(trip)
        return ", ".join(part for part in parts if part)

    def _wishes(self, trip: Trip) -> list[str]:
        """What narrows the list beyond the search itself."""
        slots, parts = trip.slots, []
        if "airline" in slots:
            parts.append(self.say("with_airline", airline=slots["airline"]))
        if slots.get("excluded_airlines"):
            parts.append(
                self.say("without_airlines", airlines=self.all([one.name for one in slots["excluded_airlines"]]))
            )
        if "budget" in slots:
            parts.append(self.say("up_to", money=slots["budget"]))
        if trip.window is not None:
            start, end = (_time(*divmod(minutes, 60), self.language) for minutes in trip.window)
            parts.append(self.say("leaving", start=start, end=end))
        return parts

    def _route(self, slots: Mapping[str, Any]) -> str:
        origin, destination = slots.get("origin"), slots.get("destination")
        if origin is not None and destination is not None:
            return self.say("route", origin=origin, destination=destination)
        if origin is not None:
            return self.say("from", place=origin)
        return self.say("to", place=destination) if destination is not None else ""

    def _days(self, slots: Mapping[str, Any]) -> str:
        out, back = slots.get("departure_date"), slots.get("return_date")
        if out is None:
            return ""
        return self.say("on", date=out) if back is None else self.say("on_return", out=out, back=back)

    def intro(self, listing: Listing, trip: Trip) -> str:
        """The sentence over a list of offers, or the one that says there are none."""
        n = len(listing.offers)
        if listing.key == "found" and listing.total > n:
            return self.say("best_of", shown=n, n=listing.total, trip=trip)
        return self.say(listing.key, n=n, trip=trip)

    def line(self, number: int, offer: FlightOffer) -> str:
        """One offer of a list: "1. TAP Air Portugal TP534, 7:05 AM – 12:10 PM, direct, 3 hr 5 min: €245.00"."""
        ways = "; ".join(self._way(way.segments, way.duration, way.stops) for way in offer.itineraries)
        return f"{number}. {ways}: {self.money(offer.total)}"

    def _way(self, segments: Sequence[Any], duration: Any, stops: int) -> str:
        departs, arrives = segments[0].departs_local, segments[-1].arrives_local
        flight = "/".join(code(f"{segment.carrier}{segment.number}") for segment in segments)
        names = dict.fromkeys(airline_name(segment.carrier) for segment in segments)
        carrier = " + ".join(name for name in names if name)
        return f"{carrier} {flight}, {self._when(departs, arrives, stops, duration)}".lstrip()

    def _when(self, departs: dt.datetime, arrives: dt.datetime, stops: int, duration: Any) -> str:
        late = (arrives.date() - departs.date()).days
        days = f" ({self.say('next_day', n=late)})" if late > 0 else ""
        how = self.say("direct") if not stops else self.say("stops", n=stops)
        return f"{self.time(departs)} – {self.time(arrives)}{days}, {how}, {self.duration(duration)}"

    def offer(self, shown: Shown, key: str) -> str:
        """One offer by the few facts that a session keeps."""
        how = self._when(shown.departs, shown.arrives, shown.stops, shown.duration)
        when = f"{self.date(shown.departs.date())}, {how}"
        flight = f"{airline_name(shown.carrier)} {code(shown.number)}".lstrip()
        return self.say(key, flight=flight, when=when, price=Money(shown.price, shown.currency))


def airline_name(carrier: str) -> str:
    """The name of an airline by our own table, "" when it is not in it: names that providers send are not shown."""
    airline = airline_by_code(carrier)
    return "" if airline is None else airline.name


def code(text: str) -> str:
    """A code as it may be shown: what a provider writes into it beyond letters and digits is left out."""
    return (
        text
        if _CODE.fullmatch(text)
        else "".join(char for char in text.upper() if char.isalnum() and char.isascii())[:8]
    )


def _name(text: str) -> str:
    """A traveller's own word, shown back short and on one line."""
    return " ".join(text.split())[:40]


def _tidy(text: str) -> str:
    """No-break and thin spaces as plain ones: they are of print, and break searching and comparing."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


@functools.lru_cache(maxsize=2048)
def _date(day: dt.date, language: str) -> str:
    return _tidy(format_skeleton("yMMMEd", day, locale=language))


@functools.lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, language: str) -> str:
    return _tidy(format_currency(amount, currency, locale=language))


@functools.lru_cache(maxsize=1024)
def _count(number: int, language: str) -> str:
    return str(format_decimal(number, locale=language))


@functools.lru_cache(maxsize=16384)
def _time(hour: int, minute: int, language: str) -> str:
    return _tidy(format_time(dt.time(hour, minute), "short", locale=language))


@functools.lru_cache(maxsize=8192)
def _duration(minutes: int, language: str) -> str:
    hours, rest = divmod(minutes, 60)
    # Of two, because the short unit of one hour is no short one in every language's data ("1 horas").
    units = [(hours, format_unit(2, "hour", length="short", locale=language))] if hours else []
    if rest or not hours:
        units.append((rest, format_unit(2, "minute", length="short", locale=language)))
    parts = [unit.replace("2", str(count)) for count, unit in units]
    return _tidy(" ".join(parts))


@functools.cache
def voice(language: str) -> Voice:
    """The voice of a language."""
    return Voice(language)


def warm_up() -> None:
    """Read the locale data of all languages: they are files, so this is done in a thread."""
    money = Money(Decimal(1), "EUR")
    for language in LANGUAGES:
        speaker = voice(language)
        speaker.date(dt.date(2026, 1, 1))
        speaker.time(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        speaker.money(money)
        speaker.duration(3660.0)
        speaker.all(["1", "2", "3"])
        speaker.month("2026-01")
        speaker.any(["1", "2"])
        country_name("PT", language)
