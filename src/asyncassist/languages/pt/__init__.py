"""Portuguese."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import LanguagePack
from asyncassist.languages.pt.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.pt.airlines import AIRLINES
from asyncassist.languages.pt.answers import ANSWERS
from asyncassist.languages.pt.child_ages import CHILD_AGES
from asyncassist.languages.pt.date_roles import DATE_ROLES
from asyncassist.languages.pt.date_rules import DATE_RULES
from asyncassist.languages.pt.dates import DATE_LEXICON
from asyncassist.languages.pt.fallback import FALLBACK
from asyncassist.languages.pt.followup import FOLLOWUP
from asyncassist.languages.pt.guard import GUARD
from asyncassist.languages.pt.hours import HOURS
from asyncassist.languages.pt.identification import IDENTIFICATION
from asyncassist.languages.pt.intents import INTENTS
from asyncassist.languages.pt.legs import LEGS
from asyncassist.languages.pt.numbers import NUMBERS
from asyncassist.languages.pt.offer_columns import OFFER_COLUMNS
from asyncassist.languages.pt.offers import OFFERS
from asyncassist.languages.pt.page import PAGE
from asyncassist.languages.pt.passengers import PASSENGERS
from asyncassist.languages.pt.patterns import PATTERNS
from asyncassist.languages.pt.phrases import PHRASES
from asyncassist.languages.pt.places import PLACES
from asyncassist.languages.pt.pointers import POINTERS
from asyncassist.languages.pt.preferences import PREFERENCES
from asyncassist.languages.pt.questions import QUESTIONS
from asyncassist.languages.pt.regions import REGIONS
from asyncassist.languages.pt.roles import ROLES
from asyncassist.languages.pt.times import TIMES
from asyncassist.languages.pt.tracking import TRACKING
from asyncassist.languages.pt.trip_types import TRIP_TYPES

PACK: Final = LanguagePack(
    code="pt",
    name="Portuguese",
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
