"""Italian patterns that recognize requests, references and roles in a message."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import CuePatterns, MessagePatterns

# Patterns are matched on lower-case text without accents; see `asyncassist.nlp.followup.cues`.
_STOPOVER = r"(scal[oi]|soste?|coincidenz[ae]|fermat[ae]|cambi(o)?)"
_CUES: Final[CuePatterns] = {
    "companions": r"(viene|vengono|vola|parte|viaggia) (con (me|noi)|anche)|anche (mi[oa]|il|la|lo|l') ?\w+|"
    r"si (aggiung\w+|unisc\w+)|(aggiung\w+|metti)( anche| pure)? (mi[oa]|il|la|un[oa]?|nostr[oa])|"
    r"dimenticat[oa] (il|la|mi[oa]|nostr[oa])|(in braccio|sulle ginocchia)",
    "thanks": r"grazie",
    "first_class": r"in prima( classe)?(?= ?$|[.,!?])|prima classe",
    "flight": r"vol[oi]|volare|aereo|bigliett[oi]",
    "cheaper": r"car[oaie]|costos[oaie]|"
    r"(piu|qualcosa di piu) (economic[oaie]+|conveniente|convenienti|a buon mercato|basso)|"
    r"meno (car[oaie]|costos[oaie])|"
    r"costi? (di )?meno|(troppo|molto|cosi|un po'|piuttosto) car[oaie]|prezz[oi] (piu bass[oi]|migliore|"
    r"inferiore)|(miglior|minor) prezzo",
    "cheapest": r"(il|la|i|le|quello|quelli) (volo )?(piu (economic[oaie]+|convenient[ei])|meno car[oaie])|"
    r"(vol[oi]|bigliett[oi]) (economic[oi]|low cost)|prezzo piu basso",
    "dropouts": r"non (?:viene|vengono|verra|verranno|parte|partono|viaggia|viaggiano|ci sara|ci saranno|puo venire|"
    r"possono venire|puo partire)(?: piu)?|(?:resta|restano|rimane|rimangono) a casa|si (?:e ritirat\w|"
    r"ritira|tira indietro|tirano indietro)|ha rinunciato|da (?:buca|forfait)|senza (?:i |il |la |le |"
    r"lo )?(?:mi[oaei]\w*|nostr\w|il|la|i|le|lo) ?\w+|senza (?:nonn\w|suocer\w|genitori)",
    "earlier": r"(parta|partano|parte|partire) (un po' )?prima\b(?! d)|"
    r"(piu|un po') (presto|prima)|prima di quello|(troppo|cosi) tardi\b",
    "earliest": r"(il|quello|quanto) (piu presto|prima)|il primo volo (del giorno|della giornata)",
    "later": r"(piu|un po' piu) tardi|dopo di quello|(troppo|cosi) presto\b|un po' dopo",
    "latest": r"(il|quello) piu tardi|l'ultimo volo (del giorno|della giornata)",
    "faster": r"piu (veloc[ei]|rapid[oaie]|brev[ei]|cort[oaie])|meno (lungh?[oaie]|tempo)|(troppo|"
    r"cosi) lungh?[oaie]\b|dura troppo|ci mette troppo",
    "fastest": r"(il|la|i|le|quello) (volo )?piu (veloc[ei]|rapid[oaie]|brev[ei]|cort[oaie])",
    "direct": r"(solo |soltanto |solamente )?(vol[oi] )?dirett[oi]( soltanto| solo)?|senza (alcun[oa]? |fare )?"
    + _STOPOVER
    + r"|niente "
    + _STOPOVER
    + r"|non voglio "
    + _STOPOVER,
    "any_stops": r"(con |uno |gli |lo )?"
    + _STOPOVER
    + r" (va bene|vanno bene|anche|non (e|sono) un problema|mi va bene)|anche con "
    + _STOPOVER
    + r"|non (deve|devono|serve che|per forza|necessariamente) (essere |sia )?dirett[oi]|non mi (importa|"
    r"disturba) (fare |lo |uno )?" + _STOPOVER,
    "flexible_dates": r"(piu[ /]?o meno|\+ ?/? ?-|±) ?\w+ giorn[oi]|giorno piu,? giorno meno|"
    r"\w+ giorn[oi] (prima o dopo|in piu o in meno|piu o meno)|(il giorno|"
    r"la data)( \w+)? indifferente|qualsiasi giorno|quando costa (di )?meno|"
    r"(giorn[oi]|dat[ae])( \w+){0,2} (piu (economic[oaie]+|convenient[ei])|meno car[oaie])|"
    r"(piu economico|meno|costa meno)( \w+){0,2} "
    r"(un |in )?(altr[oaie]) (giorn[oi]|dat[ae])|(altr[oaie]|che|quale) (giorn[oi]|dat[ae])( \w+){0,3} (meno|"
    r"economic[oaie]+)|flessibil[ei]",
    "multi_city": r"multi[- ]?(citta|tratta|destinazione)|piu (citta|destinazioni|tappe)|(poi|quindi) (a|ad|per|in)|"
    r"(e )?da li (a|ad|per|in|vado|andiamo)",
    "day_after": r"(?:il |al |l')?(?:giorno (?:dopo|seguente|successivo)|indomani)|(?:un|1) giorno (?:dopo|"
    r"piu tardi)",
    "day_before": r"(?:il |al )?giorno (?:prima|precedente)|(?:un|1) giorno (?:prima|in anticipo)|"
    r"la vigilia\b(?! di)",
    "week_after": r"(?:la |una )?settimana (?:dopo|seguente|successiva|piu tardi)",
    "week_before": r"(?:la |una )?settimana (?:prima|precedente)",
    "round_trip": r"andata e (il )?ritorno|andata-ritorno|a/r\b|con (il )?ritorno|(volo|biglietto) di ritorno|"
    r"in entrambe le direzioni|"
    r"(in )?(tutti e due i|entrambi i) sensi|e (il )?ritorno\b",
    "one_way": r"(il )?ritorno (non (ci |mi )?(serve|occorre|interessa)|lascial[oa] perdere)|(ci |mi )?(basta|"
    r"serve solo) (l')?andata|"
    r"(togli|tolga|elimina|cancella) il ritorno|"
    r"(solo|soltanto|solamente) (l'|di )?andata|sola andata|senza (il )?ritorno|(volo|"
    r"biglietto) di andata\b(?! e)|"
    r"non (mi |ci )?(serve|voglio|vogliamo|occorre|ho bisogno del) (il )?ritorno|(dimentica|lascia perdere|"
    r"lascia stare) il ritorno",
    "start_over": r"(ricominci(amo|are|a|o)|ripart(iamo|ire)|cominciamo)( tutto)?( (da capo|da zero|di nuovo|"
    r"dall'inizio))?(?<!cominciamo)|"
    r"da capo\b|nuova ricerca|(dimentica|cancella) tutto|da zero|(un )?(altro|nuovo) viaggio|azzera",
    "swap": r"(al|il) contrario|(nell'altro|in) senso (inverso|opposto)|viceversa|nell'altra direzione|"
    r"(scambia|inverti) (le citta|partenza|le due)",
    "more": r"(altr[iel]+|piu|ulteriori) (opzion[ei]|vol[oi]|offert[ae]|alternativ[ae]|scelt[ae]|risultat[oi])|"
    r"(mostra|mostrami|fammi vedere|ce ne sono) "
    r"(altr[ie]|di piu)|cos'altro|che altro",
    "relist": r"(mostra|mostrami|ripeti|fammi vedere)( di nuovo| ancora)? (le|i|la|gli) (opzioni|voli|lista|offerte)",
    "with_bag": r"(solo )?con (un |il |mio |la )?(bagagli[oa]?( da stiva| imbarcato| incluso| registrato)?|valigia)",
    "any_bag": r"senza (bagagli[oa]?|valigia)( da stiva| imbarcato)? (va|mi va|e|andrebbe)( anche)? (bene|ok)|"
    r"non (mi )?serve (piu )?(il |un |la )?(bagaglio|valigia)|con o senza (bagagli[oa]?|valigia)",
    "refundable": r"(solo )?((biglietti|tariffe|voli|offerte) )?(rimborsabil[ei]|flessibili)",
    "any_refund": r"non rimborsabile (va|mi va|e)( anche)? (bene|ok)|non (serve che sia|deve essere) (rimborsabile|"
    r"flessibile)|rimborsabile o no",
    "best_first": r"(in )?(qualsiasi|qualunque) ordine|l'ordine non (mi )?importa|prima il migliore|"
    r"prima (i |le )?migliori( voli| offerte)?|(ordina\w* )?per raccomandazione",
    "any_airline": r"non (mi |ci )?importa (la |quale |che )?compagnia|(qualsiasi|qualunque) compagnia|"
    r"(la )?compagnia( \w+){0,2} (non (mi |ci )?importa|e indifferente|e uguale|non conta)|"
    r"fa lo stesso (la |quale )?compagnia",
    "details": r"quanto (dura|ci mette|tempo)|a che ora (arriva|parte|decolla|atterra)|quando (arriva|parte|"
    r"atterra)|(piu )?dettagli|che compagnia|"
    r"numero d(i|el) volo|quanto (costa|viene|fa)\b",
    "book": r"(prenota|prenotalo|prenotare|prenotami|compra|compralo|comprare|acquista)( quello| questo| lo|"
    r" il| la)?\b|lo prendo\b",
    "summary_request": r"(che )?cosa (hai|ha) capito|riassum(i|ere)|riassunto|riepilog\w+|dove eravamo( rimasti)?",
    "morning": r"(di|al|la|nella|in|il|del) (mattin[oa]|mattinata)\b|mattutin[oi]",
    "afternoon": r"(di|nel|al|il|del) pomeriggio\b(?<!buon pomeriggio)|dopo pranzo",
    "evening": r"(di|la|in|nella|alla|della) (sera|serata)\b|stasera|dopo il lavoro",
    "any_price": r"(dimentica|togli|tolga|elimina|senza) (il )?(budget|limite( di prezzo)?|tetto)|"
    r"(il )?prezzo (non importa|e indifferente)|qualsiasi prezzo",
    "any_time": r"non mi importa (l')?(ora|orario)|"
    r"(a )?qualsiasi ora|(a )?qualunque ora|(l')?(ora|orario) (non importa|e indifferente)",
    "select": r"(prendo|scelgo|voglio|vorrei|preferisco|prendiamo|scegliamo|prenderei|prenderemmo|va bene|"
    r"andiamo con|mi piace|prenota|prenotami|dammi|"
    r"opto per)( il| la| l'| quello)?\b",
    "injection": r"(ignor\w*|dimentic\w*|trascur\w*|aggir\w*)\b.{0,40}\b(istruzion[ei]|regol[ae]|prompt|ordini|"
    r"direttive)|"
    r"(ora|adesso|da ora) (sei|tu sei)\b|fai finta|fingi di|(rivel\w*|mostr\w*|ripet\w*|stamp\w*|"
    r"dimmi)\b.{0,30}\b(prompt|le tue istruzioni|tue istruzioni)",
}

_EXCLUDED = (
    r"(senza|non( con| da| voglio( volare)?( con)?)?|tranne|eccetto|escluso|esclusa|escludi|togli(ere)?|"
    r"leva(re)?|elimina|scarta|via|lascia perdere|evita(re|ndo)?|"
    r"ma non( con)?|a parte|fuorche|"
    r"non (mi )?(mettere|metta|mettermi)( su| con)?|qualsiasi tranne|niente|odio|ne( con)?|che non sia(no)?)"
)
# Before a time of day: the earliest or the latest departure.
_AFTER_TIME = r"(dopo (le|l')|a partire dal(le|l')|non prima del(le|l'))"
_BEFORE_TIME = r"(prima del(le|l')|entro (le|l')|fino al(le|l')|non dopo (le|l'))"
# Words that add an adult, and words that show that adults are counted, not only children.
_EXTRA_ADULT = r"(una|un|1) (persona|adulto|passeggero) in piu|un altro (adulto|passeggero)|un'altra persona"
_ADULTS_MENTIONED = r"adult[oi]|\bio\b|\bnoi\b|\bmia\b|\bmio\b"

_ARTICLE = r"(il|lo|la|i|gli|le|l'|un|una|di|con)"
_ORIGIN = r"(da|dal|dalla|dall'|di|part(ire|endo|enza|iamo|o)( da| dal)?|origine)"
_DESTINATION = r"(a|ad|per|verso|fino a|in|al|alla|destinazione|arriv(are|ando|o)( a| in)?)"
# Before a place where the traveller stays, and words of the return flight.
_STAY_IN = (
    r"(essere|vacanz[ae]|weekend|fine settimana|settimana|giorn[oi]|viaggio|fuga|gita|matrimonio|conferenza|riunione|"
    r"natale|capodanno|luna di miele|pausa) (a|ad|in|al|alle)"
)
_RETURN = r"ritorn|torn(o|are|iamo|erei|eremmo|ando)|rientr"
# Before the number of passengers.
_PASSENGER_COUNT = r"(siamo|saremo|saremmo|fossimo|andiamo|viaggiamo|partiamo)( diventati| ora| adesso| solo)?( in)?"
_DEPARTURE = r"(part|andata\b|andare\b)"

_ORDINALS = (
    r"in cima|prim[oa]|1\s?[ºªoa°]|numero uno|opzione uno",
    r"second[oa]|2\s?[ºªoa°]|numero due|opzione due",
    r"terz[oa]|3\s?[ºªoa°]|numero tre|opzione tre",
    r"quart[oa]|4\s?[ºªoa°]|numero quattro|opzione quattro",
    r"quint[oa]|5\s?[ºªoa°]|numero cinque|opzione cinque",
    r"sest[oa]|6\s?[ºªoa°]|numero sei|opzione sei",
    r"settim[oa]|7\s?[ºªoa°]|numero sette|opzione sette",
    r"ottav[oa]|8\s?[ºªoa°]|numero otto|opzione otto",
)
_LAST_ORDINAL = r"(l'|la |il )?ultim[oa]"
_OFFER_NUMBER = (
    r"(?:(?:prendo|voglio|scelgo|preferisco|prenoti?) la|numero|opzione|volo|offerta|n\.?[°ºo]|#)\s*(\d{1,2})\b"
)
_NOT_ORDINAL = (
    r"prima classe|in prima\b|prima (di|del|che|possibile)|(piu|un po'|giorno|settimana|quanto|molto) prima|"
    r"primo (gennaio|febbraio|marzo|aprile|maggio|"
    r"giugno|luglio|agosto|settembre|ottobre|novembre|dicembre)|un secondo\b|(prima|seconda|ultima) (settimana|"
    r"meta|volta)|da prima"
)
_OFFER_REFERENCE = (
    r"\b(volo|opzione|offerta|quello|quella|questo|questa)\b|\b(il|la|l') ?(prim|second|terz|quart|quint|ultim|"
    r"piu|meno)"
)
# Nouns of a flight.
_FLIGHT_NOUN = r"vol[oi]|aere[oi]"
# Words of a sentence about flights or offers.
_FLIGHT_TALK = (
    r"vol[oi]|volare|vola|vola(?:no|te)|aere[oi]|imbarco|partenz[ae]|decoll\w*|atterr\w*|(?:parte|"
    r"arriva) (?:alle|il|da|a|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica)|(?:prim|second|terz|quart|"
    r"quint|ultim)[oa] (?:volo|opzione|offerta)|opzion[ei]|offert[ae]"
)
# Words of matters beside the flight: weather, sights, food, city transport.
_BESIDE_TRIP = (
    r"che tempo|meteo|clima|(?:fa|fara|molto|cosi) (?:molto |cosi )?(?:freddo|caldo)|piove|piovere|pioggia|nevica|"
    r"neve|temperatur[ae]|mettere in valigia|vestiti|cappotto|ombrello|vale la pena|(?:posso|possiamo|si puo|da|"
    r"cosa) (?:vedere|visitare|mangiare)|cosa (?:fare|vedere)|attrazioni|muse[oi]|ingresso|spiagg\w*|parchi|parco|"
    r"ristorant[ei]|cibo|caffe|birra|cena|pranzo|hotel|albergh?[oi]|ostell[oi]|dove (?:dormire|alloggiare)|metro|"
    r"metropolitana|tram|taxi|autobus|tren[oi]|noleggiare|(?:arrivo|arrivare|vado|"
    r"andare) da\w* (?:\w+ ){1,4}(?:in centro|al centro|in citta|all'hotel)|capitale|popolazione|abitanti|"
    r"differenza (?:di fuso|oraria|di ore)|fuso|lingu[ae]|si parla|vist[oi]|passaporto|vaccin\w*|sicur[oa]|"
    r"borseggiatori|manc[ei]a?|prese|adattatore|cambio valuta|storia|festival|sindaco|presidente|lontano|distanza|"
    r"quanto dista"
)
# Words around a price; a number after them is one.
_PRICE_WORDS = r"costa\w*|prezz[oi]|per soli"
# Nouns that count stops.
_STOP_WORDS = r"scal[oi]|soste|sosta|cambi"
# Words of how long a flight takes.
_DURATION_WORDS = r"dura\w*|durata|impiega"
# Words of paying and booking.
_PAYMENT = (
    r"numero della (?:tua |sua )?carta|acquist\w*|pag(?:a|are|hi|amento|amenti|ate)|bonific\w*|versa\w*|"
    r"compra\w*|prenot\w*"
)
# Accounts and ways to pay.
_PAYMENT_DETAILS = r"numero della (?:tua |sua )?carta|dati della (?:tua |sua )?carta|conto bancario|iban|bitcoin|paypal"

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
