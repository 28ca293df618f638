"""Dutch."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.nl.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.nl.airlines import AIRLINES
from asyncassist.languages.nl.answers import ANSWERS
from asyncassist.languages.nl.child_ages import CHILD_AGES
from asyncassist.languages.nl.date_roles import DATE_ROLES
from asyncassist.languages.nl.date_rules import DATE_RULES
from asyncassist.languages.nl.dates import DATE_LEXICON
from asyncassist.languages.nl.fallback import FALLBACK
from asyncassist.languages.nl.followup import FOLLOWUP
from asyncassist.languages.nl.guard import GUARD
from asyncassist.languages.nl.hours import HOURS
from asyncassist.languages.nl.identification import IDENTIFICATION
from asyncassist.languages.nl.intents import INTENTS
from asyncassist.languages.nl.legs import LEGS
from asyncassist.languages.nl.numbers import NUMBERS
from asyncassist.languages.nl.offer_columns import OFFER_COLUMNS
from asyncassist.languages.nl.offers import OFFERS
from asyncassist.languages.nl.page import PAGE
from asyncassist.languages.nl.passengers import PASSENGERS
from asyncassist.languages.nl.patterns import PATTERNS
from asyncassist.languages.nl.phrases import PHRASES
from asyncassist.languages.nl.places import PLACES
from asyncassist.languages.nl.pointers import POINTERS
from asyncassist.languages.nl.preferences import PREFERENCES
from asyncassist.languages.nl.questions import QUESTIONS
from asyncassist.languages.nl.regions import REGIONS
from asyncassist.languages.nl.roles import ROLES
from asyncassist.languages.nl.times import TIMES
from asyncassist.languages.nl.tracking import TRACKING
from asyncassist.languages.nl.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="nl",
    name="Dutch",
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
