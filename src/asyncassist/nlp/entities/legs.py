"""Trips of several legs: "Berlin to Rome on the 3rd, then Madrid on the 8th, home on the 12th", and open jaws.

A leg is a flight from one town to another. Where a text names several, each of its places and dates belongs to one.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.entities.places import PlaceMention
from asyncassist.nlp.role_words import role_words_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from asyncassist._places import PlaceTable
    from asyncassist.nlp.dates.parser import DateSpan
    from asyncassist.nlp.tokens import TokenizedText

    _Item = tuple[int, int, PlaceMention | DateSpan]

MAX_LEGS: Final = 6
"""Most legs of one trip, the limit of the airlines' systems."""

MIN_PLACES: Final = 2
"""Fewest places of a text that names legs."""

_MAX_CACHED: Final = 4
_DASHES: Final = frozenset({"-", "->", ">", "/"})


@dataclass(slots=True)
class LegMention:
    """Leg that a text names; a place that is None is the end of the leg before it, or the beginning of the next.

    Attributes:
        origin: Where it begins.
        destination: Where it ends.
        date: Day of departure, resolved after the leg before it.
        homeward: Whether it leads back to where the trip began; then the destination may be None.
        marked: Whether a word says that it follows another leg.
    """

    origin: PlaceMention | None = None
    destination: PlaceMention | None = None
    date: DateSpan | None = None
    homeward: bool = False
    marked: bool = False

    @property
    def is_named(self) -> bool:
        """Return whether the text names both of its places."""
        return self.origin is not None and self.destination is not None


@dataclass(frozen=True, slots=True)
class _Gap:
    """What the words before a place or date say."""

    onward: bool = False
    back: bool = False
    exit: bool = False
    dash: bool = False
    ground: bool = False
    stops: bool = False


@functools.cache
def _patterns(language: str) -> tuple[dict[str, re.Pattern[str]], frozenset[str]]:
    """Return the patterns of the words between places, by the names of the fields, and the words that join no legs."""
    pack = PACKS[language]
    words, roles = pack.legs, role_words_of(language)
    compiled = {
        name: re.compile(rf"(?<!\w)(?:{getattr(words, name) or '(?!)'})(?!\w)")
        for name in ("onward", "home", "exit", "ground")
    }
    signals = (words.onward, words.home, words.exit, rf"{pack.patterns.return_}\w*")
    compiled["any"] = re.compile(rf"(?<!\w)(?:{'|'.join(filter(None, signals))})(?!\w)")
    compiled["back"] = re.compile(rf"(?<!\w)(?:{pack.patterns.return_})")
    stops = roles.correction_words | roles.negations | frozenset(pack.offers.alternative.split("|"))
    return compiled, stops


@dataclass(slots=True)
class _Parser:
    """Parser of the places and dates of one text, in order."""

    text: TokenizedText
    language: str
    table: PlaceTable
    legs: list[LegMention] = field(default_factory=list)
    waiting: DateSpan | None = None
    failed: bool = False

    @property
    def current(self) -> LegMention:
        """The leg that is being read."""
        return self.legs[-1]

    def begin(self, **fields: object) -> None:
        """Begin another leg; a date that waits for one is its date."""
        self.legs.append(LegMention(**fields))  # type: ignore[arg-type]
        if self.waiting is not None:
            self.current.date, self.waiting = self.waiting, None

    def is_same(self, one: PlaceMention | None, other: PlaceMention | None) -> bool:
        """Return whether two places are in one city."""
        return (
            one is not None
            and other is not None
            and self.table.city_index(one.place_indices[0]) == self.table.city_index(other.place_indices[0])
        )

    def read_place(self, place: PlaceMention, gap: _Gap, following: _Item | None) -> None:
        """Read a place by its role, else by the words to the next place, else as the next town on the way."""
        if place.negated:
            self.failed = True
            return
        if gap.ground and self.legs and place.role != "origin":
            return  # "then by train to Budapest"
        between: tuple[str, ...] = () if following is None else self.text.words[place.last + 1 : following[0]]
        next_is_place = following is not None and isinstance(following[2], PlaceMention)
        joined = next_is_place and _is_link(between, self.language)
        before = self.text.words[place.first - 1] if place.first else ""
        bare = before not in role_words_of(self.language).destination or (
            joined and not _DASHES.isdisjoint(between[-1:])
        )
        begins = joined and bare and not gap.dash and (not self.legs or self.current.destination is not None)
        dated = (
            bool(self.legs)
            and self.current.date is not None
            and following is not None
            and not next_is_place
            and "," not in between
            and not _read_gap(between, self.language).back
        )
        if place.role in {"origin", "away"} or begins or not (place.role or self.legs):
            self.read_origin(place, gap, dated=dated)
        else:
            self.read_destination(place, gap, homeward=place.role == "home" or gap.back)

    def read_origin(self, place: PlaceMention, gap: _Gap, *, dated: bool) -> None:
        """Read a place where a leg begins; `dated` if a date follows although the leg before it has one."""
        if not self.legs:
            self.begin(origin=place)
            return
        leg = self.current
        follows = gap.back or gap.exit or gap.onward
        if leg.homeward and not (leg.origin or leg.destination):
            leg.origin = place  # "returning on the 12th from Milan"
        elif leg.destination is None:
            self.failed = True
        elif leg.origin is None and len(self.legs) == 1 and not (follows or dated or self.waiting):
            leg.origin = place  # "to Rome from Berlin"
        else:
            self.begin(origin=place, homeward=gap.back or gap.exit, marked=follows)

    def read_destination(self, place: PlaceMention, gap: _Gap, *, homeward: bool) -> None:
        """Read a place where a leg ends."""
        if not self.legs:
            self.begin(destination=place)
        elif self.is_same(place, self.current.destination) and not gap.onward:
            return  # "Basel to Zurich, arriving in Zurich by ten"
        elif place.role is None and self.current.homeward:
            self.failed = True  # a name after the return that no word makes a place of the trip
        elif self.current.destination is None and not (
            self.current.homeward and self.current.origin is None and gap.onward
        ):
            self.current.destination = place
        else:
            self.begin(destination=place, homeward=homeward, marked=gap.onward or gap.back)

    def read_date(self, date: DateSpan, gap: _Gap) -> None:
        """Read a date; after a word of returning it is that of the flight home."""
        complete = bool(self.legs) and self.current.destination is not None
        if gap.back and complete and not self.current.homeward and self.waiting is None:
            self.begin(date=date, homeward=True, marked=True)
        elif not self.legs or self.current.date is not None:
            self.failed = self.failed or self.waiting is not None
            self.waiting = date
        else:
            self.current.date = date


def may_have_legs(text: TokenizedText, places: Sequence[PlaceMention], language: str) -> bool:
    """Return whether a text may name several legs: with three places, or with two and a word of going on or back."""
    if len(places) > MIN_PLACES:
        return True
    patterns, _ = _patterns(language)
    between = " ".join(text.words[places[0].last + 1 :])
    return patterns["any"].search(between) is not None


def find_legs(
    text: TokenizedText,
    places: Sequence[PlaceMention],
    dates: Sequence[tuple[DateSpan, int, int]],
    language: str,
    table: PlaceTable,
) -> list[LegMention]:
    """Return the legs that a text names, in order; empty if it names a single trip, with a return or without.

    Args:
        text: Tokenized text.
        places: Its places with the roles that the words around them give, in order.
        dates: Its dates with their first and last tokens, in order.
        language: Two letters.
        table: Place table.
    """
    places = [place for place in places if place.role != "via"]
    if len(places) < MIN_PLACES or len(places) > 2 * MAX_LEGS:
        return []
    items: list[_Item] = [(place.first, place.last, place) for place in places]
    items += [(first, last, date) for date, first, last in dates]
    items.sort(key=lambda item: item[:2])
    parser, end = _Parser(text, language, table), -1
    for number, (first, last, item) in enumerate(items):
        gap = _read_gap(text.words[end + 1 : first], language)
        if gap.stops and not gap.back and number:
            return []
        if isinstance(item, PlaceMention):
            parser.read_place(item, gap, items[number + 1] if number + 1 < len(items) else None)
        else:
            parser.read_date(item, gap)
        if parser.failed:
            return []
        end = last
    tail = _read_gap(text.words[end + 1 :], language)
    if (tail.back and parser.legs) and not parser.current.homeward and parser.current.destination is not None:
        parser.begin(homeward=True, marked=True)
    legs = parser.legs
    if not 1 < len(legs) <= MAX_LEGS:
        return []
    if len(dates) == len(legs):  # "to Rome and home from Milan, from the 3rd to the 10th"
        for leg, (date, _, _) in zip(legs, dates, strict=True):
            leg.date = date
    elif parser.waiting is not None:
        return []
    return _with_days(legs) if _is_trip_of_legs(legs, table) else []


def _is_link(words: tuple[str, ...], language: str) -> bool:
    """Return whether the words between two places join them to a route: "-", "to", "back to"."""
    return 0 < len(words) <= 2 and (words[-1] in _DASHES or words[-1] in role_words_of(language).destination)


@functools.lru_cache(maxsize=4096)
def _read_short_gap(words: tuple[str, ...], language: str) -> _Gap:
    return _match_gap(words, language)


def _read_gap(words: tuple[str, ...], language: str) -> _Gap:
    """Return what the words between two places or dates say."""
    if not words:
        return _Gap()
    # The same few words stand between most places and dates.
    return _read_short_gap(words, language) if len(words) <= _MAX_CACHED else _match_gap(words, language)


def _match_gap(words: tuple[str, ...], language: str) -> _Gap:
    patterns, stops = _patterns(language)
    between = " ".join(words)
    home = patterns["home"].search(between) is not None
    return _Gap(
        onward=patterns["onward"].search(between) is not None,
        back=home or patterns["back"].search(between) is not None,
        exit=patterns["exit"].search(between) is not None,
        ground=patterns["ground"].search(between) is not None,
        dash=words[-1] in _DASHES and len(words) == 1,
        stops=not stops.isdisjoint(words),
    )


def _is_trip_of_legs(legs: list[LegMention], table: PlaceTable) -> bool:
    """Return whether the legs are no single trip with its return, and the text leaves no doubt that they are legs."""

    def city(place: PlaceMention | None) -> int | None:
        return None if place is None else table.city_index(place.place_indices[0])

    for leg in legs:
        if leg.is_named and city(leg.origin) == city(leg.destination):
            return False
    out, back = legs[0], legs[-1]
    if len(legs) == 2:
        from_elsewhere = back.origin is not None and city(back.origin) != city(out.destination)
        to_elsewhere = back.destination is not None and city(back.destination) != city(out.origin)
        if not from_elsewhere and (not to_elsewhere or (back.homeward and out.origin is None)):
            return False
        if from_elsewhere and back.destination is None and not back.homeward:
            return False
    if all(leg.marked or leg.is_named for leg in legs[1:]):
        return True
    dated = all(leg.date is not None and (leg.destination is not None or leg.homeward) for leg in legs)
    closes = back.homeward and len(legs) > 2
    return dated or closes


def _with_days(legs: list[LegMention]) -> list[LegMention]:
    """Return the legs with their dates resolved after one another: "the 8th" is the first after the 3rd of October."""
    before: dt.date | None = None
    for leg in legs:
        if leg.date is not None:
            if before is not None:
                leg.date = leg.date.resolve_after(before)
            before = leg.date.value
    return legs
