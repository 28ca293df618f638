"""German."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.de.dates import DATE_LEXICON
from asyncassist.languages.de.fallback import FALLBACK
from asyncassist.languages.de.followup import FOLLOWUP
from asyncassist.languages.de.guard import GUARD
from asyncassist.languages.de.identification import IDENTIFICATION
from asyncassist.languages.de.intents import INTENTS
from asyncassist.languages.de.patterns import PATTERNS
from asyncassist.languages.de.phrases import PHRASES
from asyncassist.languages.de.questions import QUESTIONS
from asyncassist.languages.de.tracking import TRACKING
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="de",
    name="German",
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
