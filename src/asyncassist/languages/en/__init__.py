"""English."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.en.date_roles import DATE_ROLES
from asyncassist.languages.en.date_rules import DATE_RULES
from asyncassist.languages.en.dates import DATE_LEXICON
from asyncassist.languages.en.numbers import NUMBERS
from asyncassist.languages.en.patterns import PATTERNS
from asyncassist.languages.en.phrases import PHRASES
from asyncassist.languages.en.times import TIMES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="en",
    name="English",
    date_roles=DATE_ROLES,
    date_rules=DATE_RULES,
    dates=DATE_LEXICON,
    numbers=NUMBERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    times=TIMES,
)
