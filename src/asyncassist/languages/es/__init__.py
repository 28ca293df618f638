"""Spanish."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.es.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.es.airlines import AIRLINES
from asyncassist.languages.es.answers import ANSWERS
from asyncassist.languages.es.child_ages import CHILD_AGES
from asyncassist.languages.es.date_roles import DATE_ROLES
from asyncassist.languages.es.date_rules import DATE_RULES
from asyncassist.languages.es.dates import DATE_LEXICON
from asyncassist.languages.es.fallback import FALLBACK
from asyncassist.languages.es.followup import FOLLOWUP
from asyncassist.languages.es.guard import GUARD
from asyncassist.languages.es.hours import HOURS
from asyncassist.languages.es.identification import IDENTIFICATION
from asyncassist.languages.es.intents import INTENTS
from asyncassist.languages.es.legs import LEGS
from asyncassist.languages.es.numbers import NUMBERS
from asyncassist.languages.es.offer_columns import OFFER_COLUMNS
from asyncassist.languages.es.offers import OFFERS
from asyncassist.languages.es.page import PAGE
from asyncassist.languages.es.passengers import PASSENGERS
from asyncassist.languages.es.patterns import PATTERNS
from asyncassist.languages.es.phrases import PHRASES
from asyncassist.languages.es.places import PLACES
from asyncassist.languages.es.pointers import POINTERS
from asyncassist.languages.es.preferences import PREFERENCES
from asyncassist.languages.es.questions import QUESTIONS
from asyncassist.languages.es.regions import REGIONS
from asyncassist.languages.es.roles import ROLES
from asyncassist.languages.es.times import TIMES
from asyncassist.languages.es.tracking import TRACKING
from asyncassist.languages.es.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="es",
    name="Spanish",
    added_passengers=ADDED_PASSENGERS,
    airlines=AIRLINES,
    answers=ANSWERS,
    child_ages=CHILD_AGES,
    date_roles=DATE_ROLES,
    date_rules=DATE_RULES,
    dates=DATE_LEXICON,
    fallback=FALLBACK,
    followup=FOLLOWUP,
    guard=GUARD,
    hours=HOURS,
    identification=IDENTIFICATION,
    intents=INTENTS,
    legs=LEGS,
    numbers=NUMBERS,
    offer_columns=OFFER_COLUMNS,
    offers=OFFERS,
    page=PAGE,
    passengers=PASSENGERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    places=PLACES,
    pointers=POINTERS,
    preferences=PREFERENCES,
    questions=QUESTIONS,
    regions=REGIONS,
    roles=ROLES,
    times=TIMES,
    tracking=TRACKING,
    trip_types=TRIP_TYPES,
)
