"""Italian."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.it.dates import DATE_LEXICON
from asyncassist.languages.it.fallback import FALLBACK
from asyncassist.languages.it.followup import FOLLOWUP
from asyncassist.languages.it.guard import GUARD
from asyncassist.languages.it.identification import IDENTIFICATION
from asyncassist.languages.it.intents import INTENTS
from asyncassist.languages.it.patterns import PATTERNS
from asyncassist.languages.it.phrases import PHRASES
from asyncassist.languages.it.questions import QUESTIONS
from asyncassist.languages.it.tracking import TRACKING
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="it",
    name="Italian",
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
