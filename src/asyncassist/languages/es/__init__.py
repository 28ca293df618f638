"""Spanish."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.es.date_roles import DATE_ROLES
from asyncassist.languages.es.date_rules import DATE_RULES
from asyncassist.languages.es.dates import DATE_LEXICON
from asyncassist.languages.es.numbers import NUMBERS
from asyncassist.languages.es.patterns import PATTERNS
from asyncassist.languages.es.phrases import PHRASES
from asyncassist.languages.es.times import TIMES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="es",
    name="Spanish",
    date_roles=DATE_ROLES,
    date_rules=DATE_RULES,
    dates=DATE_LEXICON,
    numbers=NUMBERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    times=TIMES,
)
