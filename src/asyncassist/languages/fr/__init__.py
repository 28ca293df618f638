"""French."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fr.dates import DATE_LEXICON
from asyncassist.languages.fr.patterns import PATTERNS
from asyncassist.languages.fr.phrases import PHRASES
from asyncassist.languages.fr.roles import ROLES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="fr",
    name="French",
    dates=DATE_LEXICON,
    patterns=PATTERNS,
    phrases=PHRASES,
    roles=ROLES,
)
