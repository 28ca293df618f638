"""French phrases of the assistant's replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pack import ReplyPhrases

PHRASES: Final[ReplyPhrases] = {
    "greeting": "Bonjour ! Où voulez-vous aller, et quand ?",
    "greeting_back": "Rebonjour !",
    "thanks": "Avec plaisir !",
    "goodbye": "Au revoir, et bon voyage !",
    "help": "Je cherche des vols. Dites-moi d'où, vers où et quel jour ; ensuite « moins cher », « direct seulement »,"
    " « sans » une compagnie ou « le deuxième » pour continuer.",
    "baggage": "Les bagages dépendent de la compagnie et du tarif : la plupart comprennent un petit bagage à "
    "main, et les moins"
    " chers souvent aucun bagage en soute. La compagnie montre ce qui est compris avant le paiement, et l'on "
    "peut y ajouter"
    " des bagages.",
    "check_in": "L'enregistrement se fait auprès de la compagnie, le plus souvent en ligne, de 24 à 48 heures "
    "avant le départ. Je"
    " ne peux pas le faire pour vous, mais je peux chercher des vols.",
    "flight_status": "Je ne vois pas l'état des vols en direct. La compagnie ou l'aéroport le connaît ; je "
    "peux chercher des"
    " vols.",
    "change_booking": "Je ne peux pas modifier une réservation : adressez-vous à la compagnie ou à l'agence où "
    "vous avez réservé."
    " Je peux chercher un autre vol.",
    "cancel_booking": "Je ne peux pas annuler une réservation : adressez-vous à la compagnie ou à l'agence où "
    "vous avez réservé.",
    "other": "Cela me dépasse : je peux vous aider à trouver des vols.",
    "refused": "Je peux seulement vous aider à trouver des vols.",
    "cant_book": "Je ne vends pas de billets. Vous pouvez réserver le {flight} auprès de la compagnie ou d'une agence.",
    "restarted": "D'accord, on recommence.",
    "what_change": "D'accord. Que voulez-vous changer ?",
    "which_offer": "Lequel voulez-vous ? Dites son numéro, de 1 à {count}.",
    "no_such_offer": {
        "one": "Je n'ai montré qu'un vol.",
        "other": "J'ai montré {n} vols : dites un numéro de 1 à {n}.",
    },
    "nothing_shown": "Je n'ai encore montré aucun vol.",
    "ask_origin": "D'où voulez-vous partir ?",
    "ask_destination": "Où voulez-vous aller ?",
    "ask_departure_date": "Quel jour voulez-vous partir ?",
    "ask_leg_date": "Quel jour voulez-vous voler de {origin} à {destination} ?",
    "ask_return_date": "Et quel jour voulez-vous revenir ?",
    "ask_day": "Quel jour de {month} ?",
    "ask_passengers": "Combien de personnes voyagent ?",
    "ask_split_party": "Voulez-vous que je cherche pour le premier groupe ?",
    "ask_any_stops": "Dois-je chercher des vols avec escale ?",
    "which_place": "De quel {name} s'agit-il : {choices} ?",
    "which_city": "{name} : quelle ville, par exemple {choices} ?",
    "past_date": "{date} est déjà passé.",
    "too_far_ahead": "{date} est trop loin : les compagnies vendent les places environ un an à l'avance.",
    "return_before": "Le retour le {back} serait avant le départ le {out}.",
    "leg_before": "Le vol du {date} serait avant celui du {before}.",
    "same_place": "Le départ et la destination sont tous deux {place}.",
    "unknown_place": "Je ne connais pas de lieu nommé « {name} ».",
    "unknown_date": "Je n'ai pas compris quel jour c'est.",
    "not_understood": "Je n'ai pas compris.",
    "not_understood_name": "Je n'ai pas compris « {name} ».",
    "example_place": "Une ville ou le code de son aéroport suffit, par exemple « Lisbonne » ou « LIS ».",
    "example_date": "Vous pouvez dire par exemple « 4 décembre », « vendredi prochain » ou « dans deux semaines ».",
    "example_passengers": "Un nombre suffit, par exemple « 2 adultes et 1 enfant ».",
    "example_yes": "Un « oui » ou un « non » suffit.",
    "example_trip": "Vous pouvez dire par exemple « de Lisbonne à Berlin le 4 décembre, deux adultes ».",
    "other_ways": "Vous pouvez dire par exemple le numéro d'un vol, « moins cher », « direct seulement », un "
    "autre jour ou un autre lieu.",
    "too_many": "Je peux chercher pour neuf voyageurs au plus.",
    "split_party": "Les compagnies vendent au plus neuf places par réservation ; pour {party}, il en faut donc "
    "plusieurs : d'abord {first}, puis {rest}.",
    "need_adult": "Au moins un adulte doit voyager.",
    "too_many_infants": "Chaque bébé voyage sur les genoux d'un adulte : il ne peut pas y avoir plus de bébés "
    "que d'adultes.",
    "infant_age_counts": "C'est l'âge le jour de chaque vol qui compte : à partir de 2 ans, un enfant doit avoir"
    " son propre siège.",
    "infant_by_departure": "À 2 ans, un enfant doit avoir son propre siège ; je compte un enfant au lieu d'un bébé.",
    "infant_by_return": "Un enfant qui a 2 ans le {date} doit avoir son propre siège au retour ; la plupart des"
    " compagnies vendent alors un billet enfant pour tout le voyage, je compte donc un enfant au lieu d'un bébé.",
    "infant_after_trip": "L'anniversaire tombe après le dernier vol : un bébé voyage sur les genoux et n'a pas"
    " besoin de siège.",
    "child_age_counts": "C'est l'âge le jour de chaque vol qui compte : à partir de 12 ans, le tarif adulte"
    " s'applique.",
    "child_by_departure": "À partir de 12 ans, le tarif adulte s'applique ; je compte un adulte.",
    "child_by_return": "Qui a 12 ans le {date} part au tarif enfant ; pour le retour, la compagnie peut demander"
    " le tarif adulte.",
    "child_after_trip": "L'anniversaire tombe après le dernier vol : le tarif enfant vaut pour tout le voyage.",
    "route": "{origin} – {destination}",
    "outbound_date": "{date}",
    "round_trip_dates": "{out}, retour {back}",
    "found": {"one": "J'ai trouvé un vol, {trip} :", "other": "J'ai trouvé {n} vols, {trip} :"},
    "best_of": "Voici les {shown} meilleurs de {n} vols, {trip} :",
    "cheaper": "Les moins chers, {trip} :",
    "no_cheaper": "Il n'y a rien de moins cher ; voici les prix les plus bas, {trip} :",
    "earlier": "Ceux-ci partent plus tôt, {trip} :",
    "no_earlier": "Rien ne part plus tôt ; voici les premiers vols, {trip} :",
    "later": "Ceux-ci partent plus tard, {trip} :",
    "no_later": "Rien ne part plus tard ; voici les derniers vols, {trip} :",
    "faster": "Les plus courts, {trip} :",
    "no_faster": "Il n'y a rien de plus court ; voici les vols les plus courts, {trip} :",
    "by_day": "Prix par jour, {trip} :",
    "day_price": "{date} : {price}",
    "no_cheaper_day": "Aucun jour proche n'est moins cher : {date} coûte {price}.",
    "several_legs": "Je peux chercher jusqu'à six vols en un seul voyage : dites chacun avec son jour, par "
    "exemple « de Berlin à Rome le 3 mai, puis à Madrid le 8 mai, retour le 12 mai ».",
    "more": "D'autres vols, {trip} :",
    "last_more": "Les derniers ; ce sont tous les vols, {trip} :",
    "no_more": "C'était tout : je n'ai pas d'autres vols, {trip}.",
    "no_flights": "Je n'ai pas trouvé de vols, {trip}.",
    "no_direct_flights": "Il n'y a pas de vols directs, {trip}. Dois-je chercher des vols avec escale ?",
    "with_checked_bags": "avec un bagage en soute",
    "with_refundable": "remboursable",
    "no_matching_fares": "Aucun tarif ne répond à tous vos souhaits, {trip}.",
    "fares": "Il y a des tarifs {fares}.",
    "fare_bag": "avec bagage en soute à partir de {price}",
    "fare_no_bag": "sans bagage en soute à partir de {price}",
    "fare_refundable": "remboursables à partir de {price}",
    "fare_not_refundable": "non remboursables à partir de {price}",
    "no_matching_flights": "Aucun vol ne répond à tous vos souhaits, {trip}. Lequel puis-je laisser de côté ?",
    "chosen": "Vous avez choisi le {flight}, {when}. Prix : {price}.",
    "price_changed": "Le prix a changé : maintenant {price}, avant {old}.",
    "offer_unknown": "Je ne sais pas cela de ce vol ; la compagnie l'indique avant le paiement.",
    "price_unchecked": "Je n'ai pas pu vérifier le prix à l'instant.",
    "details": "{flight} : {when}. Prix : {price}.",
    "next_steps": "Dites un numéro pour choisir, ou « moins cher », « plus tôt », « direct seulement ».",
    "search_failed": "Je n'arrive pas à joindre la recherche de vols. J'ai gardé votre voyage : {trip}. "
    "Réessayez dans un"
    " instant.",
    "partial": "Toutes les sources n'ont pas répondu ; il peut y avoir d'autres vols.",
    "summary": "Jusqu'ici : {trip}.",
    "nothing_known": "Je ne sais encore rien de votre voyage.",
    "direct": "direct",
    "stops": {"one": "{n} escale", "other": "{n} escales"},
    "adults": {"one": "{n} adulte", "other": "{n} adultes"},
    "children": {"one": "{n} enfant", "other": "{n} enfants"},
    "infants": {"one": "{n} bébé", "other": "{n} bébés"},
    "for_passengers": "pour {passengers}",
    "economy": "en économique",
    "premium_economy": "en premium éco",
    "business": "en classe affaires",
    "first": "en première classe",
    "with_airline": "avec {airline}",
    "without_airlines": "sans {airlines}",
    "within_budget": "jusqu'à {money}",
    "hours_between": "entre {start} et {end}",
    "hours_after": "à partir de {start}",
    "hours_before": "avant {end}",
    "outbound_departure_window": "départ {hours}",
    "outbound_arrival_window": "arrivée {hours}",
    "return_departure_window": "retour avec départ {hours}",
    "return_arrival_window": "retour avec arrivée {hours}",
    "stop_via": "avec escale à {places}",
    "stop_not_via": "sans escale à {places}",
    "next_day": "+{n}",
    "from_place": "au départ de {place}",
    "to_place": "vers {place}",
}
