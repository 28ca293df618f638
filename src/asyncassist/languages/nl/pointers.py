"""Dutch pointers for what the assistant cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pointer_phrases import PointerPhrases

POINTERS: Final[PointerPhrases] = {
    "documents": (
        "Welk paspoort, visum of welke inenting nodig is, hangt af van uw nationaliteit; de ambassade of het "
        "ministerie van Buitenlandse Zaken zegt het bindend. Controleren kan ik dat niet."
    ),
    "pets": (
        "Of en voor welke prijs dieren mee mogen, bepaalt elke luchtvaartmaatschappij zelf: vraag het daar voordat u "
        "koopt, want de plaatsen zijn schaars."
    ),
    "seats": (
        "Een stoel kiest u bij de luchtvaartmaatschappij, bij het kopen of bij het inchecken; wie samen boekt, zit "
        "meestal samen als er plaats is. Reserveren kan ik ze niet."
    ),
    "assistance": (
        "Hulp op de luchthaven, bijvoorbeeld met een rolstoel, is gratis: meld het minstens 48 uur voor vertrek bij de "
        "luchtvaartmaatschappij. Ik kan dat niet voor u doen."
    ),
    "payment": (
        "Hier wordt niet betaald: ik zoek alleen vluchten. Hoe u kunt betalen, zegt de luchtvaartmaatschappij of het "
        "reisbureau waar u boekt."
    ),
    "refund": (
        "Bij vertraging of annulering moet u bij de luchtvaartmaatschappij zijn; in de EU hebben reizigers vaak recht "
        "op terugbetaling of compensatie. Beslissen kan ik dat niet."
    ),
    "invoice": (
        "Facturen kan ik niet maken; dat doet de luchtvaartmaatschappij of het reisbureau waar u boekt, ook op naam "
        "van een bedrijf."
    ),
    "loyalty": (
        "Uw spaarprogramma ken ik niet: of u punten krijgt of kunt inwisselen, hangt af van de maatschappij en het "
        "tarief."
    ),
    "weather": "Weersverwachtingen zie ik niet, daarom zeg ik er liever niets over.",
    "destination": (
        "Ik weet alleen iets van vluchten; ter plaatse helpt het toeristenbureau of een reisgids u verder."
    ),
    "hotel": "Ik zoek alleen vluchten: geen hotels, huurauto's, treinen of verzekeringen.",
    "discount": (
        "Kortingen voor studenten, senioren of inwoners ken ik niet: de prijzen zijn die van de maatschappijen, en "
        "sommige bieden zulke tarieven op hun eigen site."
    ),
    "hold": (
        "Een prijs of plaats kan ik niet vasthouden en prijzen kan ik niet volgen: tot u bij de maatschappij boekt, "
        "kunnen ze altijd veranderen."
    ),
    "personal": (
        "Namen, paspoorten of kaartnummers heb ik niet nodig, schrijf ze alstublieft niet hier; de "
        "luchtvaartmaatschappij vraagt ernaar bij het boeken."
    ),
    "children": (
        "Tot 2 jaar vliegt een kind op de schoot van een volwassene, van 2 tot en met 11 op een eigen stoel tegen "
        "kindertarief. De leeftijd op de dag van elke vlucht telt: wie voor de terugvlucht 2 wordt, heeft dan een "
        "stoel nodig. Vraag voor kinderen die alleen reizen bij de maatschappij."
    ),
    "privacy": (
        "Ik bewaar dit gesprek om uw reis te kennen; u kunt het laten wissen. Al het andere beantwoordt de beheerder "
        "van deze site."
    ),
    "inspiration": ("Bestemmingen kan ik niet aanraden; noem een stad en een dag, dan zoek ik meteen vluchten."),
    "multi_ticket": (
        "Ik zoek vluchten en verkoop ze niet; of meerdere vluchten op één ticket passen en wat dat scheelt, zegt de "
        "luchtvaartmaatschappij of een reisbureau."
    ),
    "human": (
        "Hier zit geen mens: ik ben een programma. Een mens bereikt u bij de luchtvaartmaatschappij of bij de "
        "beheerder van deze site."
    ),
    "identity": "Ik ben een programma dat vluchten zoekt, geen mens.",
    "joke": "Moppen zijn niet mijn sterkste kant, vluchten wel.",
    "abuse": (
        "Het spijt me dat ik niet kon helpen. Zeg me kort wat u nodig hebt, bijvoorbeeld “Amsterdam naar Rome op "
        "vrijdag”."
    ),
    "smalltalk": "Alles goed hier, dank u!",
    "story": "Ik begrijp het.",
}
