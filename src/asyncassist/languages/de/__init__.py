"""German."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.de.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.de.airlines import AIRLINES
from asyncassist.languages.de.answers import ANSWERS
from asyncassist.languages.de.child_ages import CHILD_AGES
from asyncassist.languages.de.date_roles import DATE_ROLES
from asyncassist.languages.de.date_rules import DATE_RULES
from asyncassist.languages.de.dates import DATE_LEXICON
from asyncassist.languages.de.fallback import FALLBACK
from asyncassist.languages.de.followup import FOLLOWUP
from asyncassist.languages.de.guard import GUARD
from asyncassist.languages.de.hours import HOURS
from asyncassist.languages.de.identification import IDENTIFICATION
from asyncassist.languages.de.intents import INTENTS
from asyncassist.languages.de.legs import LEGS
from asyncassist.languages.de.numbers import NUMBERS
from asyncassist.languages.de.offer_columns import OFFER_COLUMNS
from asyncassist.languages.de.offers import OFFERS
from asyncassist.languages.de.page import PAGE
from asyncassist.languages.de.passengers import PASSENGERS
from asyncassist.languages.de.patterns import PATTERNS
from asyncassist.languages.de.phrases import PHRASES
from asyncassist.languages.de.places import PLACES
from asyncassist.languages.de.pointers import POINTERS
from asyncassist.languages.de.preferences import PREFERENCES
from asyncassist.languages.de.questions import QUESTIONS
from asyncassist.languages.de.regions import REGIONS
from asyncassist.languages.de.roles import ROLES
from asyncassist.languages.de.times import TIMES
from asyncassist.languages.de.tracking import TRACKING
from asyncassist.languages.de.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="de",
    name="German",
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
