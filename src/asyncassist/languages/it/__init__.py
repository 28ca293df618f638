"""Italian."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.it.dates import DATE_LEXICON
from asyncassist.languages.it.numbers import NUMBERS
from asyncassist.languages.it.patterns import PATTERNS
from asyncassist.languages.it.phrases import PHRASES
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="it",
    name="Italian",
    dates=DATE_LEXICON,
    numbers=NUMBERS,
    patterns=PATTERNS,
    phrases=PHRASES,
)
