"""German."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.de.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.de.airlines import AIRLINES
from asyncassist.languages.de.child_ages import CHILD_AGES
from asyncassist.languages.de.dates import DATE_LEXICON
from asyncassist.languages.de.passengers import PASSENGERS
from asyncassist.languages.de.patterns import PATTERNS
from asyncassist.languages.de.phrases import PHRASES
from asyncassist.languages.de.places import PLACES
from asyncassist.languages.de.roles import ROLES
from asyncassist.languages.de.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="de",
    name="German",
    added_passengers=ADDED_PASSENGERS,
    airlines=AIRLINES,
    child_ages=CHILD_AGES,
    dates=DATE_LEXICON,
    passengers=PASSENGERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    places=PLACES,
    roles=ROLES,
    trip_types=TRIP_TYPES,
)
