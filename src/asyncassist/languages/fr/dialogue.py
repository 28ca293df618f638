"""French dialogue data: patterns that recognize cues and phrases of the replies."""

from __future__ import annotations

# Patterns are matched on lower-case text without accents; see `asyncassist.nlp.followup.cues`.
_STOPOVER = r"(escales?|correspondances?|arrets?|changements?)"
CUES = {
    "companions": r"(vient|viennent|monte|embarque|part|voyage|sera|seront) (aussi|avec (moi|nous)|egalement)|"
    r"se joi(nt|gnent)|(m'|nous )accompagne(nt)?|(ajoute[rz]?|rajoute[rz]?)( aussi)? (mon|ma|mes|le|la|notre)|"
    r"oublie (le|la|mon|ma|notre|nos)|y aura( aussi)? (mon|ma|mes|notre)|(sur|avec) (mes|nos) genoux",
    "thanks": r"merci|remercie|thx",
    "first_class": r"en premiere( classe)?(?= ?$|[.,!?])|premiere classe",
    "flight": r"vols?|lavion|voler|avion|billets?",
    "cheaper": r"c'est (trop |tres |assez |un peu |bien )?(cher|beaucoup)|(trop |si |tres )cheres?|onereux|"
    r"moins (cher|chere|chers|cheres|couteux)|plus (economiques?|abordables?)|(trop|tres|si|un peu|"
    r"assez) (cher|chere|chers|"
    r"couteux)|(meilleur|plus bas) prix|prix plus bas|(tarif|prix)s? (plus bas|moins eleves?)|coute moins",
    "cheapest": r"(le|la|les) moins (cher|chere|chers|cheres|couteux)|(le|la|les) plus (economiques?|abordables?)|"
    r"(vols?|billets?) pas chers?|le prix le plus bas|pas cher",
    "earlier": r"(parte|partent|part|partir) (un peu )?avant\b(?! (l[ea]|midi|\d))|"
    r"plus tot|avant celui-la|(trop|si) tard\b|un peu avant\b",
    "earliest": r"(le|la|les) plus tot( possible)?|le premier vol (du jour|de la journee)",
    "later": r"plus tard|apres celui-la|(trop|si) tot\b|un peu apres\b",
    "latest": r"(le|la|les) plus tard( possible)?|le dernier vol (du jour|de la journee)",
    "faster": r"plus (rapides?|courts?|courtes?|vite)|moins (long|longue|longs|de temps)|(trop|si) (long|"
    r"longue|longs)\b|"
    r"(dure|prend) trop longtemps",
    "fastest": r"(le|la|les) plus (rapides?|courts?|courtes?)",
    "direct": r"(seulement |uniquement |que |rien que )?(les |des |un |en )?(vols? )?directs?( seulement|"
    r" uniquement)?|sans (aucune? |faire d')?" + _STOPOVER + r"|pas d[e'] ?" + _STOPOVER,
    "any_stops": r"(avec )?(une |des |les )?"
    + _STOPOVER
    + r" (me va|ca va|c'est bon|aussi|possibles?|ne (me )?(derangent?|genent?) pas)|pas (forcement|"
    r"obligatoirement|necessairement) direct|"
    r"pas besoin (que ce soit|d'etre) direct",
    "flexible_dates": r"(jours?|dates?)( \w+){0,2} moins (cher|chers|chere|cheres)|moins chere?( \w+){0,2} (un|d'|"
    r"a d')autres? (jours?|dates?)|"
    r"(un|d')autres? (jours?|dates?)( \w+){0,3} (moins|meilleur)|quel(le)? (jour|date)( \w+){0,3} moins|"
    r"flexibles?( (sur|pour) (les|la) dates?)?",
    "multi_city": r"multi[- ]?(destination|ville|etape)s?|plusieurs (villes|destinations|etapes)|"
    r"puis (a|vers|pour)|ensuite (a|vers|pour)|de la[- ]bas (a|vers|pour)|(et )?de la,? (je|on|nous|vers)",
    "day_after": r"(?:le |au )?(?:lendemain|jour suivant|jour d'apres)|(?:un|1) jour (?:apres|plus tard)",
    "day_before": r"la veille|(?:le )?jour (?:precedent|d'avant)|(?:un|1) jour (?:avant|plus tot)",
    "week_after": r"la semaine (?:suivante|d'apres)|une semaine (?:apres|plus tard)",
    "week_before": r"la semaine (?:precedente|d'avant)|une semaine (?:avant|plus tot)",
    "round_trip": r"aller[- ]?(et )?retour|avec (le |un )?retour|(vol|billet) retour|dans les deux sens|"
    r"les deux sens|et retour\b",
    "one_way": r"(je |on )?(n'ai|a) (juste |seulement )?besoin que (de l')?aller|(le )?retour (ne |n')?(sert|"
    r"est) (a rien|pas (necessaire|utile))|pas la peine (pour )?le retour|(je|on) rent\w+ (en train|"
    r"par mes propres moyens)|"
    r"(enleve|enlevez|supprime|supprimez|annule|annulez) le retour|"
    r"aller simple|(juste|seulement|uniquement|que) (l')?aller|sans (le )?retour|"
    r"pas (besoin )?d[eu] (vol )?retour|"
    r"pas besoin du retour|oublie[zr]? le retour|un aller\b(?![- ]?(et )?retour)",
    "start_over": r"(on )?(reprend|reprends|reprenez)( tout)? (depuis le|du|au) (debut|zero)|(efface|"
    r"annule)[rz]? tout|(on )?repren(d|ons) tout|"
    r"(recommenc(er|ons|e|ez)|(on )?repart(ons|ir|ez)? (de|a) zero|reprenons)( (tout|a zero|"
    r"depuis le debut|du debut))*|"
    r"nouvelle recherche|oublie[zr]? tout|(de|a) zero|(un )?(autre|nouveau) voyage|reinitialise[rz]?",
    "swap": r"(dans )?(l'autre sens|le sens (inverse|contraire))|l'inverse|a l'envers|(inverse[rz]?|"
    r"echange[rz]?) (les villes|le depart|les deux)",
    "more": r"(plus|d'autres|autres) (d'|de |)?(options?|vols|offres|choix|propositions|resultats)|"
    r"(montre[rz]?|voir|montrez)(-| )?(moi )?(plus|"
    r"d'autres)|quoi d'autre|d'autres\s*\?",
    "relist": r"(remontre[rz]?|montre[rz]?|repete[rz]?|redonne[rz]?)(-moi)?( encore)? (les|la) (options|vols|"
    r"liste|offres)",
    "any_airline": r"n'importe quelle compagnie|(peu importe|qu'importe|n'importe) (la |quelle )?compagnie|"
    r"(la )?compagnie,?( \w+){0,3} (m'est egale?|egal|n'a pas d'importance|importe peu|on s'en fiche|peu importe)|"
    r"(toutes? les?|quelle que soit la) compagnies?",
    "details": r"combien de temps|(a )?quelle heure (arrive|part|decolle|atterrit|il)|(a quelle heure )?(il|"
    r"elle|ca) (arrive|part|atterrit) (a )?(quelle heure|quand)|"
    r"(plus de )?details|quelle compagnie|numero de vol|combien (coute|ca coute|il coute|est-ce)|c'est combien|"
    r"quel (est le )?prix",
    "book": r"(reserve|reserver|reservez|achete|acheter|achetez|prends|prenez)(-| )?(le|la|ca|celui)\b|je le prends",
    "summary_request": r"(qu'as-tu|qu'avez-vous|tu as|vous avez) compris|resume[rz]?\b|ou en (etions|"
    r"sommes)-nous|on en etait ou",
    "morning": r"(le|dans la|en|au|du) (matin|matinee)\b|matinaux|matinal",
    "afternoon": r"(l'|dans l'|en |d')apres-? ?midi\b(?<!bon apres-midi)",
    "evening": r"(le|en|dans la|au|du|ce) (soir|soiree)\b|apres le travail",
    "any_price": r"(oublie[zr]?|enleve[zr]?|supprime[zr]?|sans) (le |de )?(budget|limite de prix)|"
    r"peu importe le prix|(le )?prix (m'est egal|n'a pas d'importance)|n'importe quel prix",
    "any_time": r"l'heure importe peu|"
    r"(a )?n'importe quelle heure|peu importe l'heure|(l')?heure (m'est egale|n'a pas d'importance)",
    "select": r"(celui|celle) (tout )?en haut( me va)?|(me va|me convient|va pour (le|la)|(allez|bon),? le (premier|"
    r"deuxieme|second|troisieme))|"
    r"(je|on) (prends?|prendrai|prend|choisis|voudrais|veux|prefere|selectionne|reserve)( le| la|"
    r" celui)?\b|(prenons|choisissons|prenez|va|allons) "
    r"(pour )?(le|la)|donne[rz]?-moi (le|la)",
    "injection": r"(ignore[rz]?|oublie[rz]?|neglige[rz]?|contourne[rz]?)\b.{0,40}\b(instructions?|regles?|"
    r"prompt|consignes?|ordres)|"
    r"(tu es|vous etes) (maintenant|desormais)\b|fai(s|tes) (comme si|semblant)|(revele[rz]?|montre[rz]?|"
    r"repete[rz]?|affiche[rz]?|dis|donne[rz]?)\b"
    r".{0,30}\b(prompt|tes instructions|vos instructions|tes consignes|vos consignes)",
}

EXCLUDED = (
    r"(sans|pas( avec| de| sur| par)?|sauf|excepte|hormis|enleve[rz]?|(vire|retire|enleve)[rz]?([- ]moi)?|"
    r"retire[rz]?|supprime[rz]?|"
    r"oublie[rz]?|laisse[rz]? tomber|evite[rz]?|hors|tout sauf|ni( avec)?|exclu[rse]*|"
    r"autre qu[e']|je deteste|"
    r"je ne veux pas( voler)?( avec| de| sur| par)?)"
)
# Before a time of day: the earliest or the latest departure.
AFTER_TIME = r"(apres|a partir de|pas avant)"
BEFORE_TIME = r"(avant|jusqu'a|pas apres)"
# Words that add an adult, and words that show that adults are counted, not only children.
EXTRA_ADULT = (
    r"(une?|1) (personne|adulte|passager|passagere|voyageur) (de|en) plus|une? autre (personne|adulte|"
    r"passager|voyageur)"
)
ADULTS_MENTIONED = r"adultes?|\bmoi\b|\bnous\b|\bma\b|\bmon\b"

ARTICLE = r"(le|la|les|l'|un|une|des|du|de|d')"
ORIGIN = r"(de|du|des|d'|depuis|au depart (de|d')|part(ir|ant|ons|ance)( de| d')?|quitter|depart( de| d')?|origine)"
DESTINATION = r"(a|au|aux|vers|pour|en|jusqu'a|destination( de)?|arriv(er|ant|ee)( a)?)"
# Before a place where the traveller stays, and words of the return flight.
STAY_IN = (
    r"(etre|vacances|week-?end|semaine|jours?|sejour|escapade|pause|voyage|mariage|conference|reunion|noel|nouvel an|"
    r"lune de miel|passer [\w ]{1,20}|quelques jours) (a|au|aux|en)"
)
RETURN = r"retour|rentr|reven|revien"
# Before the number of passengers.
PASSENGER_COUNT = (
    r"(on (est|sera|serait|part|partira|voyage)|nous (sommes|serons|partons)|(devenus|passes))( plus que|"
    r" maintenant| finalement)?( a)?"
)
DEPARTURE = r"(part|depart|aller\b|quitt)"

ORDINALS = (
    r"tout en haut|en haut de (la )?liste|premiere?|1\s?(er|re|ere)|numero un|option un",
    r"deuxieme|seconde?|2\s?(e|eme|nd|nde)|numero deux|option deux",
    r"troisieme|3\s?(e|eme)|numero trois|option trois",
    r"quatrieme|4\s?(e|eme)|numero quatre|option quatre",
    r"cinquieme|5\s?(e|eme)|numero cinq|option cinq",
    r"sixieme|6\s?(e|eme)|numero six|option six",
    r"septieme|7\s?(e|eme)|numero sept|option sept",
    r"huitieme|8\s?(e|eme)|numero huit|option huit",
)
LAST_ORDINAL = r"(le|la)? ?dernier(e)?"
OFFER_NUMBER = r"(?:(?:prends|prend|veux|donne|choisis|pour) la|numero|option|vol|offre|n\.?[°ºo]|#)\s*(\d{1,2})\b"
NOT_ORDINAL = (
    r"premiere classe|(en )?premiere\b(?! option)(?! offre)|premier (janvier|fevrier|mars|avril|mai|juin|"
    r"juillet|aout|septembre|octobre|"
    r"novembre|decembre)|une seconde\b|premierement|(premiere|deuxieme|derniere) (semaine|quinzaine)|la derniere fois"
)
OFFER_REFERENCE = (
    r"\bme va\b|\bce sera\b|\b(vol|option|offre|celui|celle|ceux)\b|\b(le|la) (premier|deuxieme|second|troisieme|"
    r"quatrieme|cinquieme|"
    r"dernier|moins|plus)"
)
# Nouns of a flight.
FLIGHT_NOUN = r"vols?|avions?"
# Words of a sentence about flights or offers.
FLIGHT_TALK = (
    r"vols?|voler|volez|avions?|billets?|embarquement|departs?|arrivees?|decoll\w*|atterri\w*|(?:part|"
    r"arrive) (?:a|le|de|vers|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|(?:premier|premiere|deuxieme|"
    r"second|seconde|troisieme|quatrieme|dernier) (?:vol|option|offre)|options?|offres?"
)
# Words of matters beside the flight: weather, sights, food, city transport.
BESIDE_TRIP = (
    r"meteo|climat|quel temps|(?:fait|fera|fait-il|il|y) (?:il |fait |tres |si )?(?:froid|chaud)|pleut|pleuvoir|"
    r"pluie|neige|temperatures?|mettre dans (?:la|ma|sa) valise|vetements?|manteau|parapluie|(?:vaut|"
    r"valent)(?:-il)? (?:le coup|la peine|le detour)|(?:peut-on|on|puis-je|a|quoi) (?:y )?(?:voir|visiter|manger)|"
    r"que (?:voir|visiter|faire|manger)|attractions?|musees?|entree|plages?|parcs?|restaurants?|nourriture|cafe|biere|"
    r"diner|dejeuner|hotels?|auberges?|ou loger|metro|tramway|tram|taxis?|bus|trains?|louer une voiture|(?:aller|"
    r"vais|rejoindre) (?:\w+ ){1,5}(?:au centre|a la ville|a l'hotel|centre-ville|en ville)|capitale|population|"
    r"habitants|decalage horaire|fuseau|langues?|parle-t-on|visas?|passeport|vaccins?|sur la securite|dangereux|"
    r"dangereuse|pickpockets?|pourboires?|prises?|adaptateur|taux de change|histoire|festivals?|maire|president|"
    r"loin (?:est|se)|distance"
)
# Words that begin a question.
QUESTION_START = (
    r"qu'est-ce|quoi|quel|quelle|quels|quelles|quand|ou|qui|comment|combien|pourquoi|est-ce|fait-il|y a-t-il|"
    r"il fait|faut-il|puis-je|peut-on"
)
# Words around a price; a number after them is one.
PRICE_WORDS = r"coute\w*|couter|prix|tarifs?|pour seulement"
# Nouns that count stops.
STOP_WORDS = r"escales?|arrets?|correspondances?"
# Words of how long a flight takes.
DURATION_WORDS = r"dure\w*|duree|met"
# Words of paying and booking.
PAYMENT = r"pay(?:er|ez|e)|paiements?|pai(?:e|ement)|vire[rz]|virement|depos\w*|achet\w*|reserv(?:er|ez)"
# Accounts and ways to pay.
PAYMENT_DETAILS = r"numero de (?:votre |ta )?carte|coordonnees bancaires|compte bancaire|iban|bitcoins?|paypal"
# Words beside an ordinal that still only name the offer: "and the second one?".
OFFER_NAMING = (
    r"et|alors|peut|etre|s|il|vous|te|plait|ok|ou|le|la|l|ce|cet|cette|celui|vol|option|offre|numero|avec|pour|"
    r"moi|plutot"
)

PHRASES = {
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
    "ask_return_date": "Et quel jour voulez-vous revenir ?",
    "ask_day": "Quel jour de {month} ?",
    "ask_passengers": "Combien de personnes voyagent ?",
    "ask_any_stops": "Dois-je chercher des vols avec escale ?",
    "which_place": "De quel {name} s'agit-il : {choices} ?",
    "past_date": "{date} est déjà passé.",
    "too_far_ahead": "{date} est trop loin : les compagnies vendent les places environ un an à l'avance.",
    "return_before": "Le retour le {back} serait avant le départ le {out}.",
    "same_place": "Le départ et la destination sont tous deux {place}.",
    "unknown_place": "Je ne connais pas de lieu nommé « {name} ».",
    "unknown_date": "Je n'ai pas compris quel jour c'est.",
    "not_understood": "Je n'ai pas compris.",
    "too_many": "Je peux chercher pour neuf voyageurs au plus.",
    "need_adult": "Au moins un adulte doit voyager.",
    "too_many_infants": "Chaque bébé voyage sur les genoux d'un adulte : il ne peut pas y avoir plus de bébés "
    "que d'adultes.",
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
    "one_leg": "Je cherche un seul trajet à la fois, avec retour au plus ; vous pourrez demander le suivant ensuite.",
    "more": "D'autres vols, {trip} :",
    "no_more": "C'était tout ce que j'ai trouvé ; le voici encore une fois, {trip} :",
    "no_flights": "Je n'ai pas trouvé de vols, {trip}.",
    "no_direct_flights": "Il n'y a pas de vols directs, {trip}. Dois-je chercher des vols avec escale ?",
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
    "departure_window": "départ de {start} à {end}",
    "next_day": "+{n}",
    "from_place": "au départ de {place}",
    "to_place": "vers {place}",
}
