"""Portuguese."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import LanguagePack
from asyncassist.languages.pt.dates import DATE_LEXICON
from asyncassist.languages.pt.patterns import PATTERNS
from asyncassist.languages.pt.phrases import PHRASES
from asyncassist.languages.pt.roles import ROLES

PACK: Final = LanguagePack(
    code="pt",
    name="Portuguese",
    dates=DATE_LEXICON,
    patterns=PATTERNS,
    phrases=PHRASES,
    roles=ROLES,
)
