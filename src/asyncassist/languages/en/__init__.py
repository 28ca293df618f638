"""English."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.en.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.en.airlines import AIRLINES
from asyncassist.languages.en.child_ages import CHILD_AGES
from asyncassist.languages.en.date_roles import DATE_ROLES
from asyncassist.languages.en.date_rules import DATE_RULES
from asyncassist.languages.en.dates import DATE_LEXICON
from asyncassist.languages.en.numbers import NUMBERS
from asyncassist.languages.en.passengers import PASSENGERS
from asyncassist.languages.en.patterns import PATTERNS
from asyncassist.languages.en.phrases import PHRASES
from asyncassist.languages.en.places import PLACES
from asyncassist.languages.en.roles import ROLES
from asyncassist.languages.en.times import TIMES
from asyncassist.languages.en.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="en",
    name="English",
    added_passengers=ADDED_PASSENGERS,
    airlines=AIRLINES,
    child_ages=CHILD_AGES,
    date_roles=DATE_ROLES,
    date_rules=DATE_RULES,
    dates=DATE_LEXICON,
    numbers=NUMBERS,
    passengers=PASSENGERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    places=PLACES,
    roles=ROLES,
    times=TIMES,
    trip_types=TRIP_TYPES,
)
