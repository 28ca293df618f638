"""French."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fr.added_passengers import ADDED_PASSENGERS
from asyncassist.languages.fr.airlines import AIRLINES
from asyncassist.languages.fr.answers import ANSWERS
from asyncassist.languages.fr.child_ages import CHILD_AGES
from asyncassist.languages.fr.date_roles import DATE_ROLES
from asyncassist.languages.fr.date_rules import DATE_RULES
from asyncassist.languages.fr.dates import DATE_LEXICON
from asyncassist.languages.fr.fallback import FALLBACK
from asyncassist.languages.fr.followup import FOLLOWUP
from asyncassist.languages.fr.guard import GUARD
from asyncassist.languages.fr.hours import HOURS
from asyncassist.languages.fr.identification import IDENTIFICATION
from asyncassist.languages.fr.intents import INTENTS
from asyncassist.languages.fr.legs import LEGS
from asyncassist.languages.fr.numbers import NUMBERS
from asyncassist.languages.fr.offer_columns import OFFER_COLUMNS
from asyncassist.languages.fr.offers import OFFERS
from asyncassist.languages.fr.page import PAGE
from asyncassist.languages.fr.passengers import PASSENGERS
from asyncassist.languages.fr.patterns import PATTERNS
from asyncassist.languages.fr.phrases import PHRASES
from asyncassist.languages.fr.places import PLACES
from asyncassist.languages.fr.pointers import POINTERS
from asyncassist.languages.fr.preferences import PREFERENCES
from asyncassist.languages.fr.questions import QUESTIONS
from asyncassist.languages.fr.regions import REGIONS
from asyncassist.languages.fr.roles import ROLES
from asyncassist.languages.fr.times import TIMES
from asyncassist.languages.fr.tracking import TRACKING
from asyncassist.languages.fr.trip_types import TRIP_TYPES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="fr",
    name="French",
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
