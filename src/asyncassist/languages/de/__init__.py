"""German."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.de.date_roles import DATE_ROLES
from asyncassist.languages.de.date_rules import DATE_RULES
from asyncassist.languages.de.dates import DATE_LEXICON
from asyncassist.languages.de.numbers import NUMBERS
from asyncassist.languages.de.patterns import PATTERNS
from asyncassist.languages.de.phrases import PHRASES
from asyncassist.languages.de.times import TIMES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="de",
    name="German",
    date_roles=DATE_ROLES,
    date_rules=DATE_RULES,
    dates=DATE_LEXICON,
    numbers=NUMBERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    times=TIMES,
)
