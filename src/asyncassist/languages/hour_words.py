"""Type of the words by which a traveller gives the hours of a flight."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MinuteRange = tuple[int | None, int | None]
"""First and last minute of the day, None for open; a range over midnight has its last minute before its first."""

EARLY_MORNING: Final[MinuteRange] = (240, 539)
MORNING: Final[MinuteRange] = (240, 719)
LATE_MORNING: Final[MinuteRange] = (600, 719)
NOON: Final[MinuteRange] = (660, 840)
LUNCHTIME: Final[MinuteRange] = (720, 840)
AFTERNOON: Final[MinuteRange] = (720, 1079)
EARLY_AFTERNOON: Final[MinuteRange] = (720, 899)
LATE_AFTERNOON: Final[MinuteRange] = (900, 1079)
EVENING: Final[MinuteRange] = (1080, 1439)
EARLY_EVENING: Final[MinuteRange] = (1080, 1259)
LATE_EVENING: Final[MinuteRange] = (1260, 1439)
OVERNIGHT: Final[MinuteRange] = (1260, 300)
SMALL_HOURS: Final[MinuteRange] = (0, 359)
AFTER_WORK: Final[MinuteRange] = (1020, None)
AFTER_LUNCH: Final[MinuteRange] = (780, None)
BEFORE_LUNCH: Final[MinuteRange] = (None, 720)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class HourWords:
    """Words of hours. Those of strings are regular expressions without groups.

    All are matched with normalized text: in lower case, without accents, apostrophes and hyphens, and with one space
    between words, digits and signs ("18 h 30", "l apres midi"). An empty expression means that the language has no
    such word.

    Attributes:
        units: Words after an hour that measure no duration ("Uhr", "o'clock").
        loose_units: Words after an hour that measure durations too ("heures"); "h" is known.
        durations: Words after them that make them a duration ("2 h layover").
        before_durations: Words before hours and minutes that make them a duration ("of 2 h 30").
        minute_links: Words between hour and minutes in digits ("17 Uhr 30").
        twelve_hour_units: Whether an hour before `units` may be of either half of the day ("5 o'clock").
        meridiems: First letters of "am" and "pm" that count.
        articles: Words before an hour ("las").
        window_articles: Words before a part of the day.
        after: Words before an hour after which the flight is.
        from_: Words before the first possible hour ("from", "not before").
        before: Words before an hour before which the flight is.
        until: Words before the last possible hour ("not after").
        around: Words before an approximate hour.
        at: Words before an exact hour.
        between: Words before a range.
        range_start: Further words before a range that is joined by `to`.
        and_: Words between the hours of `between`.
        to: Words between the hours of a range.
        nothing: Words of a limit that begin one for each flight of the trip ("nothing before 9").
        or_later: Words after the first possible hour.
        or_earlier: Words after the last possible hour.
        numbers_after: Fields above whose words make a number alone an hour ("after 6").
        followers: Words that may follow a number alone that is an hour.
        before_noon: Words after an hour of the morning.
        after_noon: Words after an hour of the afternoon or evening.
        at_night: Words after an hour of the evening or the night.
        minutes_before_hour: Minutes by the words before an hour ("half past").
        minutes_after_hour: Minutes by the words after an hour ("y media").
        clocks: Minute of the day of the names of hours ("noon").
        windows: Minutes by the names of parts of the day ("early morning", "red-eye").
        greetings: Phrases with a part of the day that name no hours.
        departure: Words of departing.
        arrival: Words of arriving.
        outbound: Words of the outbound flight.
        return_: Words of the return flight.
        home: Words of arriving at home.
    """

    units: str = ""
    loose_units: str = ""
    durations: str
    before_durations: str
    minute_links: str = ""
    meridiems: str = "[ap]"
    twelve_hour_units: bool = False
    articles: str = ""
    window_articles: str
    after: str
    from_: str
    before: str
    until: str
    around: str
    at: str
    between: str
    range_start: str = ""
    and_: str
    to: str
    nothing: str
    or_later: str
    or_earlier: str
    numbers_after: frozenset[str]
    followers: frozenset[str]
    before_noon: str
    after_noon: str
    at_night: str
    minutes_before_hour: Mapping[str, int] = field(default_factory=dict)
    minutes_after_hour: Mapping[str, int] = field(default_factory=dict)
    clocks: Mapping[str, int]
    windows: Mapping[str, MinuteRange]
    greetings: str
    departure: str
    arrival: str
    outbound: str
    return_: str
    home: str
