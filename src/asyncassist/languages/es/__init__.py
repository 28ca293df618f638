"""Spanish."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.es.dates import DATE_LEXICON
from asyncassist.languages.es.patterns import PATTERNS
from asyncassist.languages.es.phrases import PHRASES
from asyncassist.languages.es.roles import ROLES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="es",
    name="Spanish",
    dates=DATE_LEXICON,
    patterns=PATTERNS,
    phrases=PHRASES,
    roles=ROLES,
)
