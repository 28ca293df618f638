"""Italian."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.it.dates import DATE_LEXICON
from asyncassist.languages.it.patterns import PATTERNS
from asyncassist.languages.it.phrases import PHRASES
from asyncassist.languages.it.roles import ROLES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="it",
    name="Italian",
    dates=DATE_LEXICON,
    patterns=PATTERNS,
    phrases=PHRASES,
    roles=ROLES,
)
