"""French pointers for what the assistant cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pointer_phrases import PointerPhrases

POINTERS: Final[PointerPhrases] = {
    "documents": (
        "Le passeport, le visa ou les vaccins nécessaires dépendent de votre nationalité : "
        "l'ambassade ou le ministère des Affaires étrangères fait foi. Je ne peux pas le vérifier."
    ),
    "pets": (
        "Chaque compagnie décide si les animaux sont admis et à quel prix : demandez-le-lui avant "
        "d'acheter, car les places sont rares."
    ),
    "seats": (
        "Les sièges se choisissent auprès de la compagnie, à l'achat ou à l'enregistrement ; les "
        "voyageurs d'une même réservation sont en général placés ensemble s'il y a de la place. Je ne"
        " peux pas en réserver."
    ),
    "assistance": (
        "L'assistance à l'aéroport, par exemple en fauteuil roulant, est gratuite : prévenez la "
        "compagnie au moins 48 heures avant le départ. Je ne peux pas la demander pour vous."
    ),
    "payment": (
        "On ne paie pas ici : je cherche seulement des vols. La compagnie ou l'agence où vous "
        "réservez indique ses moyens de paiement."
    ),
    "refund": (
        "En cas de retard ou d'annulation, adressez-vous à la compagnie ; dans l'UE, les passagers "
        "ont souvent droit à un remboursement ou à une indemnité. Je ne peux pas en décider."
    ),
    "invoice": (
        "Je ne peux pas établir de facture ; la compagnie ou l'agence où vous réservez le fait, aussi"
        " au nom d'une société."
    ),
    "loyalty": (
        "Je ne connais pas votre compte de fidélité : gagner ou utiliser des miles dépend de la compagnie et du tarif."
    ),
    "weather": "Je ne vois pas les prévisions météo, je préfère donc ne rien en dire.",
    "destination": "Je ne m'y connais qu'en vols ; l'office de tourisme ou un guide vous aidera mieux sur place.",
    "hotel": "Je cherche seulement des vols : ni hôtels, ni voitures, ni trains, ni assurances.",
    "discount": (
        "Je ne connais pas de réduction pour étudiants, seniors ou résidents : les prix sont ceux des"
        " compagnies, et certaines proposent de tels tarifs sur leur site."
    ),
    "hold": (
        "Je ne peux ni bloquer un prix ou une place, ni surveiller les prix : ils peuvent changer "
        "jusqu'à la réservation auprès de la compagnie."
    ),
    "personal": (
        "Je n'ai pas besoin de noms, de papiers ni de numéros de carte : ne les écrivez pas ici, la "
        "compagnie les demandera à la réservation."
    ),
    "children": (
        "Avant 2 ans, un enfant voyage sur les genoux d'un adulte ; de 2 à 11 ans, il a son siège au "
        "tarif enfant. C'est l'âge le jour de chaque vol qui compte : un bébé qui a 2 ans avant le "
        "retour a besoin d'un siège au retour. Pour un enfant qui voyage seul, demandez à la "
        "compagnie."
    ),
    "privacy": (
        "Je garde cette conversation pour me souvenir de votre voyage ; vous pouvez la faire effacer."
        " Pour le reste, adressez-vous à l'exploitant de cette page."
    ),
    "inspiration": (
        "Je ne peux pas conseiller de destination ; donnez-moi une ville et un jour, et je cherche aussitôt des vols."
    ),
    "multi_ticket": (
        "Je cherche des vols et n'en vends pas ; la compagnie ou une agence vous dira si plusieurs "
        "vols tiennent sur un seul billet et ce que cela change au prix."
    ),
    "human": (
        "Il n'y a personne ici : je suis un programme. Pour parler à quelqu'un, adressez-vous à la "
        "compagnie ou à l'exploitant de cette page."
    ),
    "identity": "Je suis un programme qui cherche des vols, pas une personne.",
    "joke": "Les blagues ne sont pas mon fort ; les vols, si.",
    "abuse": (
        "Désolé de ne pas avoir pu vous aider. Dites-moi en quelques mots ce qu'il vous faut, par "
        "exemple « Paris–Rome vendredi »."
    ),
    "smalltalk": "Tout va bien, merci !",
    "story": "Je comprends.",
}
