"""German patterns of the assistant's questions and of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.question_patterns import QuestionPatterns

QUESTIONS: Final = QuestionPatterns(
    joiner="und",
    lead_in="",
    question_word="wann|wohin|woher|von wo|welche[rs]?",
    request="bitte (?:nennen|geben|sagen)|nennen sie|sag mir",
    returning=r"zuruck\w*|ruck\w*",
    when="wann|datum|tag",
    where="wo|wohin|woher|stadt|flughafen|ziel|abflugort",
    origin=r"woher|ab wo|von wo|abflug\w*|abfliegen|starten|startort",
    destination=r"wohin|ziel\w*|fliegen|reisen|ankunft",
    origin_phrase=r"von wo|ab wo|woher|abflug\w*",
    trailing_preposition="",
    passengers="wie viele (?:personen|passagiere|tickets|reisende)",
    cabin="klasse|reiseklasse",
    airline="fluggesellschaft|airline",
    budget="budget|preis|ausgeben",
    trip_type="hin und zuruck oder|einfach oder",
    max_stops="umstieg",
    flight_number="flugnummer",
    offer_lead_in="und|also|dann|ja|danke",
    offer_detail=(
        r"wann (?:komm|land|flieg|ist|geht|wird)\w*|um wie ?viel uhr|von welchem|an welchem|"
        "welcher flughafen"
    ),
    offer_check="ist (?:es|das|der|die)|(?:kommt|landet|fliegt) (?:er|der|es)",
    search=r"fluge|einen flug|fliegen|such\w*",
    arriving=r"ankomm\w*|komm\w*|an|ankunft|land\w*",
    not_travel="mietwagen|wetter|zimmer|unterkunft",
    flying=r"flug\w*|tickets?",
)
