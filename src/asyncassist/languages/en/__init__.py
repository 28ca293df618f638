"""English."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.en.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.en.airlines import AIRLINES
from asyncassist.languages.en.answers import ANSWERS
from asyncassist.languages.en.child_ages import CHILD_AGES
from asyncassist.languages.en.date_roles import DATE_ROLES
from asyncassist.languages.en.date_rules import DATE_RULES
from asyncassist.languages.en.dates import DATE_LEXICON
from asyncassist.languages.en.fallback import FALLBACK
from asyncassist.languages.en.followup import FOLLOWUP
from asyncassist.languages.en.guard import GUARD
from asyncassist.languages.en.hours import HOURS
from asyncassist.languages.en.identification import IDENTIFICATION
from asyncassist.languages.en.intents import INTENTS
from asyncassist.languages.en.legs import LEGS
from asyncassist.languages.en.numbers import NUMBERS
from asyncassist.languages.en.offer_columns import OFFER_COLUMNS
from asyncassist.languages.en.offers import OFFERS
from asyncassist.languages.en.page import PAGE
from asyncassist.languages.en.passengers import PASSENGERS
from asyncassist.languages.en.patterns import PATTERNS
from asyncassist.languages.en.phrases import PHRASES
from asyncassist.languages.en.places import PLACES
from asyncassist.languages.en.pointers import POINTERS
from asyncassist.languages.en.preferences import PREFERENCES
from asyncassist.languages.en.questions import QUESTIONS
from asyncassist.languages.en.regions import REGIONS
from asyncassist.languages.en.roles import ROLES
from asyncassist.languages.en.times import TIMES
from asyncassist.languages.en.tracking import TRACKING
from asyncassist.languages.en.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="en",
    name="English",
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
