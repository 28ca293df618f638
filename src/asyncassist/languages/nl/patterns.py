"""Dutch patterns that recognize requests, references and roles in a message."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import CuePatterns, MessagePatterns

# Patterns are matched on lower-case text without accents ("een" is "één" too); see `asyncassist.nlp.followup.cues`.
_STOPOVER = r"(tussenstops?|tussenstoppen|stops?|overstap|overstappen|overstapje|tussenlanding(en)?)"
_CUES: Final[CuePatterns] = {
    "companions": r"(komt|komen|gaat|gaan|vliegt|vliegen|reist|reizen)( \w+){0,4} (mee|met (mij|me|ons))\b|"
    r"vergezel(t|len) (mij|me|ons)|(ben|heb|waren)( ik| we)? (\w+ ){1,4}vergeten|"
    r"(neem|nemen|voeg)( \w+){1,4} (mee|toe)\b|op (de|mijn|onze) schoot|(mijn|onze) \w+ (wil|gaat) (ook )?mee",
    "thanks": r"bedankt|dank ?je( wel)?|dank ?u( wel)?|dankjewel|dankuwel|(hartelijk|heel erg|veel) (dank|bedankt)|"
    r"duizendmaal dank|merci|thanks|thx|dank",
    "first_class": r"eerste klas(se)?",
    "flight": r"vluchten|vlucht|vliegen|vlieg|vliegtuig|tickets?|vliegtickets?",
    "cheaper": r"(te|zo|nogal|best|erg|vrij|behoorlijk) duur|duur\b|goedkopers?|goedkopere|voordeliger(e)?|minder duur|"
    r"(lagere|betere) prij(s|zen)|minder kosten|iets goedkoops",
    "cheapest": r"(het |de )?(goedkoopst|voordeligst)(e)?|goedkope (vluchten|vlucht|tickets?)|laagste prijs",
    "earlier": r"(gaat|vertrekt|vliegt) (iets )?(ervoor|daarvoor)|"
    r"(iets |wat )?(vroeger|eerder)(e|s)?|daarvoor\b|(te|zo) laat\b",
    "earliest": r"(het |de )?vroegst(e)?( mogelijk(e)?)?|(de )?eerste vlucht van de dag|zo vroeg mogelijk",
    "later": r"(iets |wat )?la+ter(e|s)?|daarna\b|(te|zo) vroeg\b",
    "latest": r"(het |de )?laatst(e)? mogelijk(e)?|(de )?laatste vlucht van de dag|zo laat mogelijk",
    "faster": r"sneller(e|s)?|korter(e|s)?|minder (tijd|vliegtijd|reistijd)|(te|zo) lang\b|duurt (me )?te lang",
    "fastest": r"(het |de )?(snelst|kortst)(e)?|zo snel mogelijk",
    "direct": r"(alleen |enkel |graag |liefst )?(rechtstreekse?|directe?)( vlucht(en)?)?(?<!direct)|alleen direct|"
    r"direct (vliegen|graag|alsjeblieft|alstublieft)|direct\s*[.!?]*$|non-?stop( vlucht(en)?)?|"
    r"zonder (een )?(te )?" + _STOPOVER + r"|geen " + _STOPOVER,
    "any_stops": r"(met |een )?"
    + _STOPOVER
    + r" (is|zijn|mag|mogen|kan|kunnen)(?! (niet|geen))( \w+){0,3}? (ok|oke|goed|prima|geen probleem|ook|best)|"
    + _STOPOVER
    + r" (is|mag|kan) (ook|best|prima|wel|goed)|hoeft niet (per se )?(rechtstreeks|direct)|"
    r"niet (per se |noodzakelijk )?(rechtstreeks|direct) (te zijn|hoeft)|ook met (een )?" + _STOPOVER,
    "dropouts": r"(?:komt|komen|vliegt|vliegen|reist|reizen|gaat|gaan|kan|kunnen|wil|willen)(?: \w+){0,3} "
    r"(?:niet|toch niet|niet meer)(?: \w+)? (?:mee|meegaan|meekomen|meereizen|meevliegen)|"
    r"(?:blijft|blijven)(?: \w+){0,2} thuis|(?:valt|vallen|haakt|haken)(?: \w+){0,2} af(?!\w)|"
    r"(?:heeft|hebben)(?: \w+)? afgezegd|zonder (?:mijn|m'?n|onze|ons|de|het) \w+|zonder (?:oma|opa)",
    "flexible_dates": r"(goedkoper|voordeliger)(e)?( \w+){0,3} (dag(en)?|datum|data)|(andere|welke) (dag(en)?|datum|"
    r"data)( \w+){0,3} (goedkoper|goedkoopst|voordeliger)|goedkoopste (dag|datum)|flexibel|"
    r"(goedkoper|voordeliger)( \w+){0,2} op een andere dag",
    "multi_city": r"(meerdere|verschillende) (steden|bestemmingen|etappes|trajecten)|(dan|daarna|vervolgens) "
    r"(door |verder )?naar|van daar (uit )?(door |verder )?naar|(door|verder) naar|rondreis|open ?jaw",
    "day_after": r"(?:de )?(?:volgende dag|dag (?:erna|daarna|erop|later|nadien))|een dag (?:later|erna)|daags nadien",
    "day_before": r"(?:de )?(?:vorige dag|dag (?:ervoor|daarvoor|eerder|vroeger))|een dag (?:eerder|vroeger|ervoor)",
    "week_after": r"(?:een |de )?week (?:later|erna|daarna|erop)",
    "week_before": r"(?:een |de )?week (?:eerder|vroeger|ervoor|daarvoor)",
    "round_trip": r"heen ?en ?(terug(vlucht|reis)?|weer)|heen- en terug(vlucht|reis)?|heen ?(&|/) ?terug|"
    r"met (een |de )?(terugvlucht|terugreis)|retour(tje|vlucht|ticket)?( ook| erbij)?\b|"
    r"(terugvlucht|terugreis)( ook| erbij)\b|beide richtingen|en (weer )?terug\b",
    "one_way": r"(alleen|enkel|slechts|maar)( \w+)? (de |een )?(heen(vlucht|reis)?)\b(?! en)|"
    r"(de )?(terugvlucht|terugreis) (hoeft|is|heb|hebben)( \w+){0,2} niet( nodig)?|"
    r"(de )?(terugvlucht|terugreis) (weg|weglaten|schrappen|verwijderen)|enkele (reis|vlucht|ticket)|enkeltje|"
    r"zonder (de |een )?(terugvlucht|terugreis|retour)|geen (terugvlucht|terugreis|retour)|one[- ]way|"
    r"vergeet (de )?(terugvlucht|terugreis)|laat de (terugvlucht|terugreis) (maar )?(zitten|weg|vallen)",
    "start_over": r"(helemaal )?opnieuw (beginnen|starten)|begin opnieuw|van voren af aan|vanaf het begin|"
    r"vergeet (alles|dat allemaal|de hele reis)|wis alles|nieuwe zoekopdracht|(een )?(andere|nieuwe) reis|reset",
    "swap": r"(precies )?andersom|omgekeerd|de andere kant op|(wissel|ruil|draai) (de steden|ze|het|vertrek) ?(om)?",
    "more": r"(meer|andere|nog meer|nog andere|verdere) (opties|vluchten|aanbiedingen|mogelijkheden|resultaten)|"
    r"(toon|laat|geef)( me| mij)? (er )?(nog )?(meer|andere)( zien)?|wat is er nog|nog (andere|meer)\s*\?*$|"
    r"wat (heb|hebt|heeft) (je|u) nog",
    "relist": r"(toon|herhaal|geef|laat)( me| mij)?( nog (eens|een keer)| weer| opnieuw)? (de|het) (opties|vluchten|"
    r"lijst|aanbiedingen|lijstje)",
    "with_bag": r"(alleen )?(met|inclusief) (een |mijn |de )?(ruimbagage|(ingecheckte )?bagage|koffer)",
    "any_bag": r"zonder (ruimbagage|(ingecheckte )?bagage|koffer) (is|mag|kan) (ook )?(goed|prima|ok|oke|ook)|(heb |"
    r"hoef )?geen (ruimbagage|bagage|koffer)( meer)? nodig|met of zonder (ruimbagage|bagage|koffer)",
    "refundable": r"(alleen )?(terugbetaalbare?|restitueerbare?|annuleerbare?|flexibele)( (tickets?|tarieven|vluchten|"
    r"aanbiedingen))?",
    "any_refund": r"niet (terugbetaalbaar|restitueerbaar|annuleerbaar) (is|mag|kan) (ook )?(goed|prima|ok|oke|ook)|"
    r"(hoeft|moet) niet (terugbetaalbaar|annuleerbaar|flexibel)( te zijn| zijn)?|terugbetaalbaar of niet",
    "best_first": r"(in )?(elke|willekeurige) volgorde|(de )?volgorde( \w+){0,2} (niet uit|niet belangrijk)|"
    r"(het |de )?beste (bovenaan|vooraan)|"
    r"(de )?beste( vluchten| aanbiedingen)? eerst|(sorteer\w* )?op aanbeveling",
    "any_airline": r"(maatschappij|airline|luchtvaartmaatschappij)( \w+){0,4} (maakt (me )?niet uit|niet belangrijk|"
    r"om het even)|(maakt (me )?niet uit|om het even) (welke|met welke)( \w+)? (maatschappij|airline|"
    r"luchtvaartmaatschappij)|(elke|iedere|eender welke) (maatschappij|airline|luchtvaartmaatschappij)",
    "details": r"hoe ?lang (duurt|vliegt|is)|(wanneer|hoe laat) (komt|kom|landt|vliegt|vertrekt|gaat|is)|"
    r"(meer )?(details|bijzonderheden)|welke (maatschappij|airline)|vluchtnummer|wat kost|hoe duur is|hoeveel kost",
    "book": r"(die|deze|dat|hem) (neem|nemen|koop|boek)( ik| we)?|"
    r"(boek|boekt|boeken|koop|kopen|reserveer|reserveren)( u)?( me| voor mij)?( maar)? (hem|die|deze|dat|het)\b|"
    r"(die|deze|hem|dat) (boeken|nemen we|neem ik|kopen|reserveren)",
    "summary_request": r"wat (heb|hebt|heeft) (je|u) (tot nu toe|begrepen|al)|samenvat\w*|vat \w+ samen|"
    r"waar (waren|zijn) we( gebleven)?",
    "morning": r"('?s )(ochtends|morgens)|in de (vroege )?(ochtend|morgen|voormiddag)|(vroeg in de )ochtend|"
    r"ochtendvlucht(en)?|in de voormiddag",
    "afternoon": r"('?s )middags|in de (na)?middag|na de lunch|namiddag|middagvlucht(en)?",
    "evening": r"('?s )avonds|in de avond|vanavond|na het werk|avondvlucht(en)?",
    "any_price": r"(vergeet|zonder|schrap|laat) (het |de )?(budget|prijslimiet|maximum)( maar)?( vallen)?|(prijs|"
    r"budget|geld) (maakt|speelt|doet) (me )?(niet uit|geen rol|er niet toe)|tegen elke prijs",
    "any_time": r"(het )?(tijdstip|uur|tijd) (maakt|speelt) (me )?(niet uit|geen rol)|maakt niet uit hoe laat|"
    r"op elk (moment|uur|tijdstip)|om het even wanneer|wanneer dan ook",
    "select": r"(dan|dus|nou),? (de|die|het) (eerste|tweede|derde|vierde|vijfde)|"
    r"(ik|we|wij) (neem|nemen|wil|willen|kies|kiezen|boek|boeken|heb liever|zou)\b|neem|doe maar|"
    r"(liever|graag) (de|die|het)|bevalt me|(de|die) (neem|wil|kies) (ik|we)",
    "injection": r"(negeer\w*|vergeet|omzeil\w*|sla)\b.{0,40}\b(instructies?|opdrachten|regels?|prompt|voorschriften)|"
    r"(je|jij) bent (nu|vanaf nu)\b|doe alsof|(verklap\w*|toon\w*|herhaal\w*|noem\w*|geef)\b.{0,30}\b(prompt|"
    r"(je|jouw|uw) (instructies|regels))",
}

_EXCLUDED = (
    r"(zonder|niet( met| van| bij)?|behalve( met)?|uitgezonderd|maar niet( met)?|schrap|laat weg|liever niet( met)?|"
    r"geen|vermijd|alles behalve|zet (me|mij|ons) niet (bij|op)|noch( met)?|haat|nooit( meer)?( met)?)"
)
# Before a time of day: the earliest or the latest departure.
_AFTER_TIME = r"(na|vanaf|niet voor|later dan|ten vroegste( om)?|op zijn vroegst( om)?)"
_BEFORE_TIME = r"(voor|tot|niet na|eerder dan|vroeger dan|uiterlijk( om)?|ten laatste( om)?)"
# Words that add an adult, and words that show that adults are counted, not only children.
_EXTRA_ADULT = (
    r"nog (een|1) (persoon|volwassene|passagier|reiziger)|(een|1) (persoon|volwassene|passagier|reiziger) (meer|extra)|"
    r"(een|1) extra (persoon|volwassene|passagier|reiziger)|nog iemand"
)
_ADULTS_MENTIONED = (
    r"volwassenen?|\bik\b|\b(?:wij|we) (?:zijn|gaan|reizen|vliegen) met\b|\bmijn\b|\bmij\b|\bme\b|\bonze\b"
)

_ARTICLE = r"(de|het|een)"
_ORIGIN = r"(van|vanaf|vanuit|uit|vertrek( in| uit| van)?|vertrekken( uit| van)?|start(en)?( in| van)?)"
_DESTINATION = r"(naar|in|richting|tot|bestemming|aankomst( in)?)"
# Before a place where the traveller stays, and words of the return flight.
_STAY_IN = (
    r"(vakantie|weekend|weekje|week|dagen?|stedentrip|bruiloft|trouwfeest|conferentie|congres|afspraak|beurs|kerst|"
    r"oud en nieuw|huwelijksreis|moet(en)?( \w+){0,3}) in"
)
_RETURN = r"terug(vlucht|reis|keer)?|retour|naar huis"
# Before the number of passengers.
_PASSENGER_COUNT = (
    r"((we|wij) (zijn|reizen|vliegen|gaan|worden)|zijn (we|wij)|voor)( nu| toch| maar| in totaal)?( met)?"
)
_DEPARTURE = r"(vertrek|afreis|heenvlucht|heen\b|start)"

_ORDINALS = (
    r"bovenste|eerste|1e\b|1ste|nummer een|optie een",
    r"tweede|2e\b|2de|nummer twee|optie twee",
    r"derde|3e\b|3de|nummer drie|optie drie",
    r"vierde|4e\b|4de|nummer vier|optie vier",
    r"vijfde|5e\b|5de|nummer vijf|optie vijf",
    r"zesde|6e\b|6de|nummer zes|optie zes",
    r"zevende|7e\b|7de|nummer zeven|optie zeven",
    r"achtste|8e\b|8ste|nummer acht|optie acht",
)
_LAST_ORDINAL = r"(de|die|het)? ?laatste"
_OFFER_NUMBER = r"(?:nummer|nr\.?|optie|vlucht|aanbod|#)\s*(\d{1,2})\b"
_NOT_ORDINAL = (
    r"eerste klas(se)?|(eerste|tweede|laatste) (week|weekend|helft|dag)|voor het eerst|voor de eerste keer|"
    r"(eerste|1e|1ste) (januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)|"
    r"\d{1,2}(e|de|ste) (januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)"
)
_OFFER_REFERENCE = (
    r"\b(vlucht|optie|aanbod|verbinding|deze|die)\b|\b(de|die) (met|om|van|eerste|tweede|derde|vierde|vijfde|laatste|"
    r"goedkoopste)"
)
# Nouns of a flight.
_FLIGHT_NOUN = r"vlucht(?:en)?|heenvlucht|terugvlucht|vliegtuig(?:en)?"
# Words of a sentence about flights or offers.
_FLIGHT_TALK = (
    r"vlucht(?:en)?|vlieg(?:t|en)?|vliegtuig(?:en)?|vertrek(?:t|ken)?|aankomst|landt|landen|(?:eerste|tweede|derde|"
    r"vierde|laatste|goedkoopste|snelste) (?:vlucht|optie|aanbod)|opties?|aanbod|aanbiedingen|verbinding(?:en)?"
)
# Words of matters beside the flight: weather, sights, food, city transport.
_BESIDE_TRIP = (
    r"het weer|weer (?:is|in|op|daar)|klimaat|koud|warm|heet|regent|regen|sneeuw(?:t)?|temperatu(?:ur|ren)|inpakken|"
    r"aantrekken|jas|paraplu|bezienswaardig\w*|(?:te zien|te bezoeken|te doen)|musea|museum|entree|strand(?:en)?|"
    r"park(?:en)?|restaurants?|eten|koffie|bier|hotels?|hostels?|overnachten|metro|tram|taxi(?:'s)?|bus(?:sen)?|trein(?:en)?|"
    r"huurauto|auto huren|(?:kom|komt|komen) (?:ik |we |je )?(?:van|vanaf) (?:\w+ ){1,4}(?:in de stad|naar het centrum|"
    r"naar het hotel)|hoofdstad|bevolking|inwoners|tijdsverschil|tijdzone|talen|taal spreekt|visum|visa|paspoort|"
    r"inenting\w*|veilig|zakkenrollers?|fooi|stopcontact(?:en)?|adapter|wisselkoers|geschiedenis|feesten|burgemeester|"
    r"president|hoe ver|afstand"
)
# Words around a price; a number after them is one.
_PRICE_WORDS = r"tari(?:ef|even)|kost|kosten|prijs|prijzen|voor maar"
# Nouns that count stops.
_STOP_WORDS = r"stops?|tussenstops?|overstap(?:pen)?|tussenlanding(?:en)?"
# Words of how long a flight takes.
_DURATION_WORDS = r"duurt|duur|duren"
# Words of paying and booking.
_PAYMENT = r"kaartnummer|kaartgegevens|betal(?:en|ing)|betaalt?|overmak\w*|koop|kopen|boek(?:en)?"
# Accounts and ways to pay.
_PAYMENT_DETAILS = r"kaartnummer|kaartgegevens|bankrekening|rekeningnummer|iban|bitcoins?|paypal|ideal"

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
