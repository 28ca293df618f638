"""Spanish."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.es.dates import DATE_LEXICON
from asyncassist.languages.es.fallback import FALLBACK
from asyncassist.languages.es.followup import FOLLOWUP
from asyncassist.languages.es.guard import GUARD
from asyncassist.languages.es.identification import IDENTIFICATION
from asyncassist.languages.es.intents import INTENTS
from asyncassist.languages.es.patterns import PATTERNS
from asyncassist.languages.es.phrases import PHRASES
from asyncassist.languages.es.questions import QUESTIONS
from asyncassist.languages.es.tracking import TRACKING
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="es",
    name="Spanish",
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
