"""French."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fr.dates import DATE_LEXICON
from asyncassist.languages.fr.fallback import FALLBACK
from asyncassist.languages.fr.followup import FOLLOWUP
from asyncassist.languages.fr.guard import GUARD
from asyncassist.languages.fr.identification import IDENTIFICATION
from asyncassist.languages.fr.intents import INTENTS
from asyncassist.languages.fr.patterns import PATTERNS
from asyncassist.languages.fr.phrases import PHRASES
from asyncassist.languages.fr.questions import QUESTIONS
from asyncassist.languages.fr.tracking import TRACKING
from asyncassist.languages.pack import LanguagePack

PACK: Final = LanguagePack(
    code="fr",
    name="French",
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
