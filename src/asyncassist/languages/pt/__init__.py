"""Portuguese."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import LanguagePack
from asyncassist.languages.pt.date_roles import DATE_ROLES
from asyncassist.languages.pt.date_rules import DATE_RULES
from asyncassist.languages.pt.dates import DATE_LEXICON
from asyncassist.languages.pt.numbers import NUMBERS
from asyncassist.languages.pt.patterns import PATTERNS
from asyncassist.languages.pt.phrases import PHRASES
from asyncassist.languages.pt.times import TIMES

PACK: Final = LanguagePack(
    code="pt",
    name="Portuguese",
    date_roles=DATE_ROLES,
    date_rules=DATE_RULES,
    dates=DATE_LEXICON,
    numbers=NUMBERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    times=TIMES,
)
