"""Dutch words around places and dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.role_words import RoleWords
from asyncassist.languages.word_set import words

ROLES: Final = RoleWords(
    origin=words("van vanaf vanuit uit"),
    destination=words("naar richting tot nr"),
    location=words("in op bij te nabij rond"),
    via=words("via"),
    skip=words("de het den stad luchthaven vliegveld mooie prachtige zonnige misschien eventueel hoofdstad ergens"),
    place_nouns=words("stad luchthaven vliegveld hoofdstad bestemming"),
    departure_words=words(
        "vertrek vertrekken vertrekt vertrekplaats vertrekpunt vertrekluchthaven opstijgen starten start beginnen woon"
        " wonen leef leven ben zit afreizen afreis"
    ),
    destination_words=words(
        "gaan ga gaat vliegen vlieg vliegt reizen reis reist aankomen aankomst aankom aan bezoeken bezoek bestemming"
        " eindbestemming reisdoel vakantie landen landt willen wil heen naartoe toe aankomstluchthaven"
    ),
    return_words=words(
        "terug terugvlucht terugreis terugkeer terugkeren terugvliegen terugkomen terugkomst terugreizen retour"
        " terugweg terugkom huis"
    ),
    trip_nouns=words("reis vlucht vakantie trip"),
    route_links=words("naar"),
    residence_verbs=frozenset(),
    leave_for_verbs=frozenset(),
    boarding_stems=(),
    third_persons=words("hij zij ze die"),
    third_person_residence=words("woont leeft"),
    route_prepositions=words("voor"),
    predicate_words=words("is als wordt"),
    copulas=words("is wordt zou"),
    negations=words("niet geen behalve noch ipv"),
    bare_negations=words("niet geen"),
    denials=words("nee neen niet"),
    negation_fillers=words("wil willen hoef hoeven"),
    negation_pairs=frozenset({("plaats", "van"), ("p", "v"), ("liever", "niet")}),
    correction_words=words(
        "sorry pardon wacht liever toch bedoel bedoelde correctie vergissing eigenlijk verander wijzig nee neen oeps"
        " anders"
        " andere maar maak"
    ),
    clause_conjunctions=words("en maar of dan"),
    self_introduction=r"naam is|ik heet|ik ben(?: de)?",
)
