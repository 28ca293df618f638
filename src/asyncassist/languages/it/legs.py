"""Italian words of trips of several legs."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.leg_words import LegWords

LEGS: Final = LegWords(
    onward="poi|quindi|dopo|da li",
    home="a casa|casa",
    exit="",
    noun="tratta|tappa|pezzo|parte|tratto|segmento",
    middle=r"(?:di |in )?mezzo|central\w*|intermedi\w*",
    outbound="andata",
    whole=(
        r"tutto il viaggio|(?:l'|il )?(?:intero viaggio|viaggio (?:intero|completo))|tutto insieme|"
        r"tutte le (?:tratte|tappe)"
    ),
    drop=(
        r"togli\w*|elimina\w*|senza|lascia\w* (?:perdere|stare|fuori)|dimentica\w*|cancella\w*|salta\w*|"
        r"non serve piu"
    ),
    ground="treno|bus|pullman|macchina|auto|traghetto|nave",
)
