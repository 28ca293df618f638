"""Italian."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.it.date_roles import DATE_ROLES
from asyncassist.languages.it.date_rules import DATE_RULES
from asyncassist.languages.it.dates import DATE_LEXICON
from asyncassist.languages.it.numbers import NUMBERS
from asyncassist.languages.it.patterns import PATTERNS
from asyncassist.languages.it.phrases import PHRASES
from asyncassist.languages.it.times import TIMES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="it",
    name="Italian",
    date_roles=DATE_ROLES,
    date_rules=DATE_RULES,
    dates=DATE_LEXICON,
    numbers=NUMBERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    times=TIMES,
)
