"""French."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fr.date_roles import DATE_ROLES
from asyncassist.languages.fr.date_rules import DATE_RULES
from asyncassist.languages.fr.dates import DATE_LEXICON
from asyncassist.languages.fr.numbers import NUMBERS
from asyncassist.languages.fr.patterns import PATTERNS
from asyncassist.languages.fr.phrases import PHRASES
from asyncassist.languages.fr.times import TIMES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="fr",
    name="French",
    date_roles=DATE_ROLES,
    date_rules=DATE_RULES,
    dates=DATE_LEXICON,
    numbers=NUMBERS,
    patterns=PATTERNS,
    phrases=PHRASES,
    times=TIMES,
)
