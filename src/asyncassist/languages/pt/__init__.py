"""Portuguese."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import LanguagePack
from asyncassist.languages.pt.dates import DATE_LEXICON
from asyncassist.languages.pt.fallback import FALLBACK
from asyncassist.languages.pt.followup import FOLLOWUP
from asyncassist.languages.pt.guard import GUARD
from asyncassist.languages.pt.identification import IDENTIFICATION
from asyncassist.languages.pt.intents import INTENTS
from asyncassist.languages.pt.patterns import PATTERNS
from asyncassist.languages.pt.phrases import PHRASES
from asyncassist.languages.pt.questions import QUESTIONS
from asyncassist.languages.pt.tracking import TRACKING

PACK: Final = LanguagePack(
    code="pt",
    name="Portuguese",
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
