"""French words of trips of several legs."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.leg_words import LegWords

LEGS: Final = LegWords(
    onward="puis|ensuite|apres|de la(?:-bas)?",
    home="a la maison|chez (?:moi|nous)|maison",
    exit="",
    noun="etape|trajet|troncon|partie|morceau|segment",
    middle="(?:du |au )?milieu|intermediaire",
    outbound="aller",
    whole=(
        r"(?:tout le|l'ensemble du|le) (?:voyage|trajet|parcours)(?: entier| complet)?|tout ensemble|"
        r"toutes les etapes"
    ),
    drop=r"enlev\w*|retir\w*|supprim\w*|sans|oubli\w*|laiss\w+ tomber|annul\w*|plus besoin",
    ground="train|bus|car|voiture|ferry|bateau",
)
