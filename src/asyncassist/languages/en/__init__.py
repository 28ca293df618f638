"""English."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.en.dates import DATE_LEXICON
from asyncassist.languages.en.patterns import PATTERNS
from asyncassist.languages.en.phrases import PHRASES
from asyncassist.languages.en.roles import ROLES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="en",
    name="English",
    dates=DATE_LEXICON,
    patterns=PATTERNS,
    phrases=PHRASES,
    roles=ROLES,
)
