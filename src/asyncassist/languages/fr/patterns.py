"""French patterns that recognize requests, references and roles in a message."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import CuePatterns, MessagePatterns

# Patterns are matched on lower-case text without accents; see `asyncassist.nlp.followup.cues`.
_STOPOVER = r"(escales?|correspondances?|arrets?|changements?)"
_CUES: Final[CuePatterns] = {
    "companions": r"(vient|viennent|monte|embarque|part|voyage|sera|seront) (aussi|avec (moi|nous)|egalement)|"
    r"se joi(nt|gnent)|(m'|nous )accompagne(nt)?|(ajoute[rz]?|rajoute[rz]?)( aussi)? (mon|ma|mes|le|la|notre)|"
    r"oublie (le|la|mon|ma|notre|nos)|y (a|aura)( aussi)? (mon|ma|mes|notre)|(sur|avec) (mes|nos) genoux",
    "thanks": r"merci|remercie|thx",
    "first_class": r"en premiere( classe)?(?= ?$|[.,!?])|premiere classe",
    "flight": r"vols?|lavion|voler|avion|billets?",
    "cheaper": r"c'est (trop |tres |assez |un peu |bien )?(cher|beaucoup)|(trop |si |tres )cheres?|onereux|"
    r"moins (cher|chere|chers|cheres|couteux)|plus (economiques?|abordables?)|(trop|tres|si|un peu|"
    r"assez) (cher|chere|chers|"
    r"couteux)|(meilleur|plus bas) prix|prix plus bas|(tarif|prix)s? (plus bas|moins eleves?)|coute moins",
    "cheapest": r"(le|la|les) moins (cher|chere|chers|cheres|couteux)|(le|la|les) plus (economiques?|abordables?)|"
    r"(vols?|billets?) pas chers?|le prix le plus bas|pas cher",
    "dropouts": r"(?:ne )?(?:vient|viennent|viendra|viendront|part|partent|partira|voyage|voyagent|sera|"
    r"seront)(?: \w+)? (?:pas|plus)(?= ?$|[,.!;]| (?:avec|finalement|la|non|en fait|donc|alors))|"
    r"(?:ne )?(?:peut|peuvent) (?:pas|plus) (?:venir|partir|voyager)|reste(?:nt|ra)? a la maison|"
    r"se desiste\w*|s'est desiste\w*|sans (?:mon|ma|mes|nos|notre|le|la|les) \w+",
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
    "flexible_dates": r"(plus[ /]?ou moins|\+ ?/? ?-|±) ?\w+ jours?|a (\w+ )?jours? pres|(le jour|la date|"
    r"les dates) (m'est|nous est|importe) (egal|peu)|peu importe (le jour|la date|quand)|"
    r"n'importe quel jour|quand est-ce( que c'est)? (le )?moins cher|"
    r"(jours?|dates?)( \w+){0,2} moins (cher|chers|chere|cheres)|moins chere?( \w+){0,2} (un|d'|"
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
    "with_bag": r"(seulement )?avec (un |une |le |mon )?(bagages?( en soute| enregistres?| inclus)?|"
    r"valise( en soute)?)",
    "any_bag": r"sans (bagages?|valise)( en soute| enregistres?)? (me |ca )?(va|convient|c'est bon|est ok|"
    r"suffit)( aussi| bien)?|(je n'ai )?(plus|pas) besoin (de|d'une|d'un) (bagages?|valise)|"
    r"avec ou sans (bagages?|valise)",
    "refundable": r"(seulement |uniquement )?(les )?((billets|tarifs|vols|offres) )?(remboursables?|"
    r"flexibles)( seulement| uniquement)?",
    "any_refund": r"non remboursable (me |ca )?(va|convient|c'est bon|est ok)( aussi| bien)?|pas besoin (d'etre|"
    r"que ce soit) (remboursable|flexible)|remboursable ou non",
    "best_first": r"(dans )?n'importe quel ordre|(peu importe l'ordre|l'ordre (importe peu|n'a pas d'importance))|"
    r"le meilleur (d'abord|en premier)|"
    r"(les )?meilleur(e)?s( vols| offres)? (d'abord|en premier)|"
    r"(trie[rz]? |classe[rz]? )?par recommandation",
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
    "any_price": r"(oublie[zr]?|enleve[zr]?|supprime[zr]?|sans) (le |la |de )?(budget|limite( de prix)?|plafond)|"
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

_EXCLUDED = (
    r"(sans|pas( avec| de| sur| par)?|sauf|excepte|hormis|enleve[rz]?|(vire|retire|enleve)[rz]?([- ]moi)?|"
    r"retire[rz]?|supprime[rz]?|"
    r"oublie[rz]?|laisse[rz]? tomber|evite[rz]?|hors|tout sauf|ni( avec)?|exclu[rse]*|"
    r"autre qu[e']|je deteste|"
    r"je ne veux pas( voler)?( avec| de| sur| par)?)"
)
# Before a time of day: the earliest or the latest departure.
_AFTER_TIME = r"(apres|a partir de|pas avant)"
_BEFORE_TIME = r"(avant|jusqu'a|pas apres)"
# Words that add an adult, and words that show that adults are counted, not only children.
_EXTRA_ADULT = (
    r"(une?|1) (personne|adulte|passager|passagere|voyageur) (de|en) plus|une? autre (personne|adulte|"
    r"passager|voyageur)"
)
_ADULTS_MENTIONED = r"adultes?|\bmoi\b|\bnous\b|\bma\b|\bmon\b"

_ARTICLE = r"(le|la|les|l'|un|une|des|du|de|d')"
_ORIGIN = r"(de|du|des|d'|depuis|au depart (de|d')|part(ir|ant|ons|ance)( de| d')?|quitter|depart( de| d')?|origine)"
_DESTINATION = r"(a|au|aux|vers|pour|en|jusqu'a|destination( de)?|arriv(er|ant|ee)( a)?)"
# Before a place where the traveller stays, and words of the return flight.
_STAY_IN = (
    r"(etre|vacances|week-?end|semaine|jours?|sejour|escapade|pause|voyage|mariage|conference|reunion|noel|nouvel an|"
    r"lune de miel|passer [\w ]{1,20}|quelques jours) (a|au|aux|en)"
)
_RETURN = r"retour|rentr|reven|revien"
# Before the number of passengers.
_PASSENGER_COUNT = (
    r"(on (est|sera|serait|part|partira|voyage)|nous (sommes|serons|partons)|(devenus|passes))( plus que|"
    r" maintenant| finalement)?( a)?"
)
_DEPARTURE = r"(part|depart|aller\b|quitt)"

_ORDINALS = (
    r"tout en haut|en haut de (la )?liste|premiere?|1\s?(er|re|ere)|numero un|option un",
    r"deuxieme|seconde?|2\s?(e|eme|nd|nde)|numero deux|option deux",
    r"troisieme|3\s?(e|eme)|numero trois|option trois",
    r"quatrieme|4\s?(e|eme)|numero quatre|option quatre",
    r"cinquieme|5\s?(e|eme)|numero cinq|option cinq",
    r"sixieme|6\s?(e|eme)|numero six|option six",
    r"septieme|7\s?(e|eme)|numero sept|option sept",
    r"huitieme|8\s?(e|eme)|numero huit|option huit",
)
_LAST_ORDINAL = r"(le|la)? ?dernier(e)?"
_OFFER_NUMBER = r"(?:(?:prends|prend|veux|donne|choisis|pour) la|numero|option|vol|offre|n\.?[°ºo]|#)\s*(\d{1,2})\b"
_NOT_ORDINAL = (
    r"premiere classe|(en )?premiere\b(?! option)(?! offre)|premier (janvier|fevrier|mars|avril|mai|juin|"
    r"juillet|aout|septembre|octobre|"
    r"novembre|decembre)|une seconde\b|premierement|(premiere|deuxieme|derniere) (semaine|quinzaine)|la derniere fois"
)
_OFFER_REFERENCE = (
    r"\bme va\b|\bce sera\b|\b(vol|option|offre|celui|celle|ceux)\b|\b(le|la) (premier|deuxieme|second|troisieme|"
    r"quatrieme|cinquieme|"
    r"dernier|moins|plus)"
)
# Nouns of a flight.
_FLIGHT_NOUN = r"vols?|avions?"
# Words of a sentence about flights or offers.
_FLIGHT_TALK = (
    r"vols?|voler|volez|avions?|billets?|embarquement|departs?|arrivees?|decoll\w*|atterri\w*|(?:part|"
    r"arrive) (?:a|le|de|vers|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|(?:premier|premiere|deuxieme|"
    r"second|seconde|troisieme|quatrieme|dernier) (?:vol|option|offre)|options?|offres?"
)
# Words of matters beside the flight: weather, sights, food, city transport.
_BESIDE_TRIP = (
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
# Words around a price; a number after them is one.
_PRICE_WORDS = r"revient a|coute\w*|couter|prix|tarifs?|pour seulement"
# Nouns that count stops.
_STOP_WORDS = r"escales?|arrets?|correspondances?"
# Words of how long a flight takes.
_DURATION_WORDS = r"dure\w*|duree|met"
# Words of paying and booking.
_PAYMENT = (
    r"numero de (?:votre |ta )?carte|regl(?:er|ez)|pay(?:er|ez|e)|paiements?|pai(?:e|ement)|vire[rz]|virement|"
    r"depos\w*|achet\w*|reserv(?:er|ez)"
)
# Accounts and ways to pay.
_PAYMENT_DETAILS = r"numero de (?:votre |ta )?carte|coordonnees bancaires|compte bancaire|iban|bitcoins?|paypal"

PATTERNS: Final = MessagePatterns(
    cues=_CUES,
    excluded=_EXCLUDED,
    origin=_ORIGIN,
    destination=_DESTINATION,
    stay_in=_STAY_IN,
    return_=_RETURN,
    passenger_count=_PASSENGER_COUNT,
    departure=_DEPARTURE,
    article=_ARTICLE,
    ordinals=_ORDINALS,
    last_ordinal=_LAST_ORDINAL,
    offer_number=_OFFER_NUMBER,
    not_ordinal=_NOT_ORDINAL,
    offer_reference=_OFFER_REFERENCE,
    after_time=_AFTER_TIME,
    before_time=_BEFORE_TIME,
    extra_adult=_EXTRA_ADULT,
    adults_mentioned=_ADULTS_MENTIONED,
    flight_noun=_FLIGHT_NOUN,
    flight_talk=_FLIGHT_TALK,
    beside_trip=_BESIDE_TRIP,
    price_words=_PRICE_WORDS,
    stop_words=_STOP_WORDS,
    duration_words=_DURATION_WORDS,
    payment=_PAYMENT,
    payment_details=_PAYMENT_DETAILS,
)
