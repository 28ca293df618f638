"""Portuguese."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import LanguagePack
from asyncassist.languages.pt.dates import DATE_LEXICON
from asyncassist.languages.pt.fallback import FALLBACK
from asyncassist.languages.pt.identification import IDENTIFICATION
from asyncassist.languages.pt.patterns import PATTERNS
from asyncassist.languages.pt.phrases import PHRASES

PACK: Final = LanguagePack(
    code="pt",
    name="Portuguese",
    dates=DATE_LEXICON,
    fallback=FALLBACK,
    identification=IDENTIFICATION,
    patterns=PATTERNS,
    phrases=PHRASES,
)
