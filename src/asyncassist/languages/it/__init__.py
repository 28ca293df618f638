"""Italian."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.it.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.it.airlines import AIRLINES
from asyncassist.languages.it.answers import ANSWERS
from asyncassist.languages.it.child_ages import CHILD_AGES
from asyncassist.languages.it.date_roles import DATE_ROLES
from asyncassist.languages.it.date_rules import DATE_RULES
from asyncassist.languages.it.dates import DATE_LEXICON
from asyncassist.languages.it.fallback import FALLBACK
from asyncassist.languages.it.followup import FOLLOWUP
from asyncassist.languages.it.guard import GUARD
from asyncassist.languages.it.hours import HOURS
from asyncassist.languages.it.identification import IDENTIFICATION
from asyncassist.languages.it.intents import INTENTS
from asyncassist.languages.it.legs import LEGS
from asyncassist.languages.it.numbers import NUMBERS
from asyncassist.languages.it.offer_columns import OFFER_COLUMNS
from asyncassist.languages.it.offers import OFFERS
from asyncassist.languages.it.page import PAGE
from asyncassist.languages.it.passengers import PASSENGERS
from asyncassist.languages.it.patterns import PATTERNS
from asyncassist.languages.it.phrases import PHRASES
from asyncassist.languages.it.places import PLACES
from asyncassist.languages.it.pointers import POINTERS
from asyncassist.languages.it.preferences import PREFERENCES
from asyncassist.languages.it.questions import QUESTIONS
from asyncassist.languages.it.regions import REGIONS
from asyncassist.languages.it.roles import ROLES
from asyncassist.languages.it.times import TIMES
from asyncassist.languages.it.tracking import TRACKING
from asyncassist.languages.it.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="it",
    name="Italian",
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
