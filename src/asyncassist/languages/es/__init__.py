"""Spanish."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.es.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.es.airlines import AIRLINES
from asyncassist.languages.es.child_ages import CHILD_AGES
from asyncassist.languages.es.date_roles import DATE_ROLES
from asyncassist.languages.es.date_rules import DATE_RULES
from asyncassist.languages.es.dates import DATE_LEXICON
from asyncassist.languages.es.numbers import NUMBERS
from asyncassist.languages.es.passengers import PASSENGERS
from asyncassist.languages.es.patterns import PATTERNS
from asyncassist.languages.es.phrases import PHRASES
from asyncassist.languages.es.places import PLACES
from asyncassist.languages.es.roles import ROLES
from asyncassist.languages.es.times import TIMES
from asyncassist.languages.es.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="es",
    name="Spanish",
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
