"""English."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.en.dates import DATE_LEXICON
from asyncassist.languages.en.fallback import FALLBACK
from asyncassist.languages.en.followup import FOLLOWUP
from asyncassist.languages.en.guard import GUARD
from asyncassist.languages.en.identification import IDENTIFICATION
from asyncassist.languages.en.intents import INTENTS
from asyncassist.languages.en.patterns import PATTERNS
from asyncassist.languages.en.phrases import PHRASES
from asyncassist.languages.en.questions import QUESTIONS
from asyncassist.languages.en.tracking import TRACKING
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="en",
    name="English",
    dates=DATE_LEXICON,
    fallback=FALLBACK,
    followup=FOLLOWUP,
    guard=GUARD,
    identification=IDENTIFICATION,
    intents=INTENTS,
    patterns=PATTERNS,
    phrases=PHRASES,
    questions=QUESTIONS,
    tracking=TRACKING,
)
