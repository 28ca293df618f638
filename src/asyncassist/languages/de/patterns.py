"""German patterns that recognize requests, references and roles in a message."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import CuePatterns, MessagePatterns

# Patterns are matched on lower-case text without accents ("ä" is "a"); see `asyncassist.nlp.followup.cues`.
_STOPOVER = r"(zwischenstops?|zwischenstopps?|stopps?|stops?|umsteigen|umstiege?|zwischenlandung(en)?|zwischenhalte?)"
_CUES: Final[CuePatterns] = {
    "companions": r"(kommt|kommen|fliegt|fliegen|reist|reisen)( \w+){0,4} (mit|dazu)\b|begleite(t|n) (mich|uns)|"
    r"schliest sich( \w+)? an|(hab\w* )?(das|die|den|unser\w*|mein\w*) \w+ vergessen|(nimm|nehme[n]?|"
    r"fuge?)( \w+){1,4} (dazu|hinzu|mit)\b|auf (dem|meinem|unserem) schos|"
    r"(will|mochte|wollen|mochten|darf|soll)( \w+){0,4} mit(kommen|fliegen|reisen)?\b",
    "thanks": r"(herzlichen|lieben|schonen) dank|"
    r"danke(schon)?|dank (dir|ihnen)|(vielen|besten|tausend) dank|merci|thx",
    "first_class": r"erste[rn]? klasse",
    "flight": r"fluge?|flugen|fliegen|flieger|flugzeug|tickets?|flugtickets?",
    "cheaper": r"teuer|"
    r"(billiger|gunstiger|preiswerter|preisgunstiger)(e|en|er|es)?|weniger teuer|(zu|so|ziemlich|"
    r"etwas|sehr) teuer|"
    r"(niedriger|besser|tiefer)(e|en|er)? preise?n?|weniger kosten|was billiges|etwas gunstiges",
    "cheapest": r"(am )?(billigst|gunstigst|preiswertest|preisgunstigst)(e|en|er|es)?|(billig|gunstig|"
    r"preiswert)(e|en|er)? (fluge?|flugen|tickets?|flug)|"
    r"niedrigste(r|n)? preis",
    "dropouts": r"(?:kommt|kommen|fliegt|fliegen|reist|reisen|fahrt|fahren|kann|konnen|will|wollen|"
    r"mag)(?: \w+){0,3} nicht(?: \w+){0,2} (?:mit\w*|dabei)|(?:ist|"
    r"sind)(?: \w+){0,2} nicht(?: \w+)? dabei|(?:bleibt|bleiben)(?: \w+){0,2} (?:zu ?hause|daheim)|"
    r"(?:fallt|fallen|springt|springen)(?: \w+){0,2} (?:aus|ab)(?!\w)|(?:hat|haben)(?: \w+)? abgesagt|"
    r"ist (?:aus|ab)gesprungen|ohne (?:mein\w*|unser\w*|die|den|das|der) \w+|ohne (?:oma|opa)",
    "earlier": r"(geht|startet|fliegt) (etwas )?vorher|"
    r"frueher|"
    r"(etwas )?(fruher|eher)(e|en|er|es)?|davor\b|(zu|so) spat\b",
    "earliest": r"(am )?fruhest(e|en|er|es|moglich)?|(der |den )?erste(n)? flug (des|am) tag(es)?|"
    r"so fruh wie moglich",
    "later": r"(et)?was (das )?spae?ter|spaeter|"
    r"(etwas )?spater(e|en|er|es)?|danach\b|(zu|so) fruh\b",
    "latest": r"(am )?spatest(e|en|er|es|moglich)?|(der |den )?letzte(n)? flug (des|am) tag(es)?|so spat wie moglich",
    "faster": r"(schneller|kurzer)(e|en|er|es)?|weniger (zeit|flugzeit|reisezeit)|(zu|so) lang(e)?\b|"
    r"dauert (mir )?zu lang(e)?",
    "fastest": r"(am )?(schnellst|kurzest)(e|en|er|es)?|so schnell wie moglich",
    "direct": r"(nur |bitte nur |ausschlieslich )?(direkt|direktfluge?n?|direkte(n|r|s)?( fluge?n?|"
    r" verbindung(en)?)?|nonstop|non-stop|nonstopfluge?)"
    r"(?<!direkt)|nur direkt|direkt,? bitte|direkt fliegen|direkt\s*[.!?]*$|ohne (einen? |zu |mal )?"
    + _STOPOVER
    + r"|kein(e|en)? "
    + _STOPOVER,
    "any_stops": r"(mit |ein |eine |einem )?"
    + _STOPOVER
    + r" (ist|sind|ware|waren|geht|gehen|kann|konnen|darf)(?! (nicht|kein))( \w+){0,3}? (ok|okay|sein|in ordnung|"
    r"kein problem|egal|fein|gut)|"
    + _STOPOVER
    + r" (geht|gehen) (auch|schon|klar)|muss (ja |doch )?nicht direkt|nicht (unbedingt|zwingend|notwendig) direkt|"
    r"(gerne? )?auch mit (einem |ein(mal|em)? )?" + _STOPOVER,
    "flexible_dates": r"(plus[ /]?(oder |/)?minus|\+ ?/? ?-|±) ?(\w+ )?tage?n?|\w+ tage? (hin oder her|"
    r"rauf oder runter|auf oder ab)|(wochentag|tag|datum)( ist)?( mir| uns)? egal|"
    r"wann genau( ist)?( uns| mir)?( ist)? egal|wann( \w+){0,3} am (gunstigsten|billigsten)|"
    r"(billiger|gunstiger|preiswerter)(e|en|er|es)?( \w+){0,3} (tage?|termine?|datum|daten)|(anderer|"
    r"anderen|andere|welcher|"
    r"welchem|welchen) (tag|tage|tagen|termin|datum)( \w+){0,3} (billiger|gunstiger|billigsten|gunstigsten)|"
    r"(billigste|gunstigste)[rn]? (tag|termin|datum)|flexibel|(billiger|gunstiger)( \w+){0,2} an(deren)? (tagen|"
    r"einem anderen)",
    "multi_city": r"gabelflug|mehrere (stadte|ziele|etappen|stationen)|(dann|danach|anschliesend) (weiter )?nach|"
    r"von (dort|da) (aus )?(weiter )?nach|weiter nach|rundreise",
    "day_after": r"(?:am |den |der )?(?:folge|nachst|nachfolgend)(?:tag|en tag|er tag|enden tag)|(?:am |"
    r"den )?tag (?:danach|darauf|spater)|"
    r"(?:einen|ein|1) tag (?:spater|danach|darauf)|tags darauf|am folgenden tag",
    "day_before": r"(?:am |den )?(?:vortag|vorherigen tag)|(?:am |den )?tag (?:davor|zuvor|fruher|vorher)|"
    r"(?:einen|ein|1) tag (?:fruher|eher|davor|vorher)",
    "week_after": r"(?:eine |die )?woche (?:spater|danach|darauf)|(?:in der )?folgewoche",
    "week_before": r"(?:eine |die )?woche (?:fruher|davor|vorher|zuvor|eher)",
    "round_trip": r"hin[- ]? ?und[- ]? ?(zuruck|ruckflug|ruckreise|retour|her)|hin-? ?(&|/) ?(zuruck|ruckflug)|"
    r"mit (dem |einem )?(ruckflug|ruckreise)|"
    r"(ruckflug|ruckreise|retour)( dazu| auch)?\b|in beide richtungen|beide richtungen|wieder zuruck\b",
    "one_way": r"(bloss|blos|nur|lediglich|allein)( \w+)? (den |einen |der )?hinflug\b(?! und)|(den |"
    r"der )?(ruckflug|ruckreise) (brauch\w*|benotig\w*|entfallt|fallt)( \w+){0,2} ?(nicht|weg)?|"
    r"(den |die )?(ruckflug|ruckreise) (weg|weglassen|streichen|loschen)|"
    r"nur (den |einen )?(hinflug|hin|hinreise)\b(?! und)|einfach(e|er|en)? (flug|strecke|ticket|"
    r"fahrt)|einfacher flug|ohne "
    r"(den |einen )?(ruckflug|ruckreise)|kein(e|en)? (ruckflug|ruckreise)|(ruckflug|ruckreise) (brauche|"
    r"benotige|brauchen) (ich|wir) nicht|"
    r"one[- ]way|vergiss (den |die )(ruckflug|ruckreise)|nur hin\b",
    "start_over": r"(alles )?(auf anfang|noch ?mal von vorn\w*)|alles loschen|"
    r"(noch ?mal |wieder )?(neu|von vorn(e)?|von neuem|von null)( (anfangen|beginnen|"
    r"starten))?(?<!neu)|(neu|nochmal) (anfangen|beginnen|"
    r"starten)|neue suche|vergiss (alles|das alles)|vergessen sie alles|(andere|neue) reise|zurucksetzen",
    "swap": r"(genau )?(anders|andersr)um|umgekehrt|andere richtung|gegenrichtung|(tausch|vertausch)(e|"
    r"en)? (die stadte|start|die beiden)",
    "more": r"(mehr|weitere|andere|noch mehr|noch andere) (optionen|fluge|angebote|moglichkeiten|verbindungen|"
    r"ergebnisse)|"
    r"(zeig|zeige|zeigen sie)( mir)? (mehr|weitere|andere)|was gibt es (noch|sonst)|noch (andere|welche|mehr)\s*\?*$",
    "relist": r"(zeig|zeige|zeigen sie|wiederhole)( mir)?( noch ?mal| nochmals| wieder)? (die|den) (optionen|"
    r"fluge|liste|angebote)",
    "with_bag": r"(nur )?(mit|inklusive|inkl) (einem |dem |meinem )?(aufgabegepack|(aufgegebenem |grossem )?gepack|"
    r"koffer|gepackstuck)( inklusive)?",
    "any_bag": r"(auch )?ohne (aufgabegepack|gepack|koffer) (ist|ware|geht) (auch )?(ok|okay|in ordnung|gut|auch|"
    r"recht)|(brauche|brauchen|benotige)( \w+)? (doch )?kein(en)? (aufgabegepack|gepack|koffer)( mehr)?|"
    r"mit oder ohne (aufgabegepack|gepack|koffer)",
    "refundable": r"(nur )?(erstattbare?|stornierbare?|flexible)( (tickets?|tarife?|fluge|flugtickets?|angebote))?|"
    r"nur (erstattbar|stornierbar|flexibel)",
    "any_refund": r"nicht (erstattbar|stornierbar)e?( \w+)? (ist|sind|ware|geht) (auch )?(ok|okay|in ordnung|gut|auch|"
    r"recht)|muss nicht (erstattbar|stornierbar|flexibel) sein|(erstattbar|stornierbar) oder nicht",
    "best_first": r"(die )?(reihenfolge|sortierung)( \w+){0,2} (egal|nicht wichtig|keine rolle)|"
    r"(in )?beliebige[rn]? reihenfolge|"
    r"(das |den )?beste zuerst|"
    r"(die )?besten( fluge| angebote)? zuerst|nach empfehlung( sortier\w+)?|empfohlene zuerst",
    "any_airline": r"(airline|fluggesellschaft|gesellschaft)( \w+){0,4} (egal|schnuppe|wurst|nicht (so )?wichtig|"
    r"keine rolle)|"
    r"egal,? (welche|mit welcher|bei welcher)( \w+)? (airline|fluggesellschaft|gesellschaft)|"
    r"(beliebige|jede|irgendeine) (airline|fluggesellschaft|gesellschaft)",
    "details": r"wie lange? (dauert|fliegt|ist)|wann (kommt|komme|landet|fliegt|startet|geht|ist)|"
    r"(mehr )?(details|einzelheiten)|welche (airline|"
    r"fluggesellschaft)|flugnummer|was kostet|wie (teuer|viel) (ist|kostet)|wie viel kostet|wieviel kostet",
    "book": r"(den|die|das|diesen|ihn) (nehm|nehme|nehmen|kauf|buch)( ich| wir)?|"
    r"(buche|buch|buchen|kaufe|kaufen|reserviere|reservieren)( sie)?( mir)?( bitte)? (ihn|den|das|"
    r"diesen|es|sie)\b|(den|diesen|ihn|das) "
    r"(buchen|nehmen wir|nehme ich|kaufen|reservieren)",
    "summary_request": r"was (hast du|haben sie) (verstanden|bisher)|zusammenfass\w*|wo (waren|"
    r"sind) wir (stehen ?geblieben)?|fass \w* ?zusammen",
    "morning": r"(am |fruh am )(vor)?mittag|(am|fruh am|in der|gegen) (morgen|fruhe)\b|morgens|vormittags?|"
    r"in der fruh(e)?|fruhmorgens",
    "afternoon": r"(am )?nachmittags?|nach dem mittagessen",
    "evening": r"(am )?abends?\b(?<!guten abend)|heute abend|nach der arbeit|nach feierabend",
    "any_price": r"(vergiss|vergessen sie|ohne|streiche?n?( sie)?) (das |den |die )?(budget|(preis)?limit|preisgrenze)|"
    r"(preis|budget|geld) (ist |spielt )?(mir )?(egal|keine rolle)|zu jedem preis",
    "any_time": r"(die )?(uhrzeit|zeit) spielt keine rolle|"
    r"(uhrzeit|zeit) (ist )?(mir )?egal|egal wann|zu jeder (zeit|uhrzeit)|beliebige uhrzeit",
    "select": r"(dann|also|na gut),? (den|die|das) (erste|zweite|dritte|vierte|funfte)\w?|"
    r"(ich|wir) (nehme|nehmen|mochte|mochten|hatte gern|hatten gern|wahle|wahlen|will|wollen|buche|"
    r"buchen|bevorzuge)\b|nimm|nehmen (wir|sie)|"
    r"(lieber|bitte) (den|die|das)|gefallt mir|(den|die|das) (nehme|will|mochte|hatte) (ich|wir)",
    "injection": r"(ignorier\w*|vergiss|vergessen|missacht\w*|umgeh\w*)\b.{0,40}\b(anweisung(en)?|"
    r"instruktion(en)?|regeln?|vorgaben?|prompt|befehle)|"
    r"du bist (jetzt|nun|ab jetzt)\b|tu so,? als|(verrat\w*|zeig\w*|wiederhol\w*|nenn\w*|"
    r"gib)\b.{0,30}\b(prompt|deine anweisungen|ihre anweisungen|"
    r"deine instruktionen)",
}

_EXCLUDED = (
    r"(ohne|nicht( mit| von| bei)?|auser( mit)?|ausgenommen|aber nicht( mit)?|weg mit|raus mit|streich(e|en)?|"
    r"bloss nicht( mit)?|"
    r"blos nicht( mit)?|kein(e|en)?|vermeide(n)?|"
    r"(steck|setz|setzt)\w* mich( bitte)? nicht in( die)?|alles auser|nur nicht( mit)?|weder( mit)?|noch( mit)?|"
    r"hasse|nie( wieder)?( mit)?)"
)
# Before a time of day: the earliest or the latest departure.
_AFTER_TIME = r"(nach|ab|nicht vor|spater als|fruhestens( um)?)"
_BEFORE_TIME = r"(vor|bis|nicht nach|fruher als|spatestens( um)?)"
# Words that add an adult, and words that show that adults are counted, not only children.
_EXTRA_ADULT = (
    r"noch (eine person|ein(en)? erwachsene[rn]?|einer|jemand)|(eine person|"
    r"ein(en)? erwachsene[rn]?) mehr|ein(en)? weitere[rn]? (erwachsene[rn]?|passagier|person)|"
    r"eine weitere person"
)
_ADULTS_MENTIONED = r"erwachsene[rn]?|\bich\b|\bwir\b|\bmeine?|\bmich\b|\bmir\b"

_ARTICLE = r"(der|die|das|den|dem|ein|eine|einen|einem)"
_ORIGIN = r"(von|vom|ab|aus|abflug( in| ab| von)?|start(e|en)?( in| ab| von)?|abreise( in)?)"
_DESTINATION = r"(nach|zum|zur|in|richtung|bis|ziel|ankunft( in)?)"
# Before a place where the traveller stays, and words of the return flight.
_STAY_IN = (
    r"(urlaub|wochenende|woche|tage?|kurztrip|stadtetrip|auszeit|ferien|hochzeit|konferenz|termin|messe|silvester|"
    r"weihnachten|flitterwochen|muss(en)?( \w+){0,3}) in"
)
_RETURN = r"bleib\w* bis|zuruck|ruck(flug|reise|kehr)|heim|retour"
# Before the number of passengers.
_PASSENGER_COUNT = (
    r"(wir (sind|werden|waren|fliegen|reisen)|sind wir|werden wir|fur)( jetzt| nun| doch| nur| insgesamt)?( zu)?"
)
_DEPARTURE = r"(abflieg|abreis|abflug|losflieg|hinflug|hin\b|start)"

_ORDINALS = (
    r"ganz oben|oberste[nrs]?|erste[nrsm]?|1\.(?!\d)|nummer eins|option eins",
    r"zweite[nrsm]?|2\.(?!\d)|nummer zwei|option zwei",
    r"dritte[nrsm]?|3\.(?!\d)|nummer drei|option drei",
    r"vierte[nrsm]?|4\.(?!\d)|nummer vier|option vier",
    r"funfte[nrsm]?|5\.(?!\d)|nummer funf|option funf",
    r"sechste[nrsm]?|6\.(?!\d)|nummer sechs|option sechs",
    r"siebte[nrsm]?|siebente[nrsm]?|7\.(?!\d)|nummer sieben|option sieben",
    r"achte[nrsm]?|8\.(?!\d)|nummer acht|option acht",
)
_LAST_ORDINAL = r"(der|die|das|den)? ?letzte[nrsm]?"
_OFFER_NUMBER = r"(?:(?:nehme?n?|will|wir|buche?n?|gib mir) die|nummer|nr\.?|option|flug|angebot|#)\s*(\d{1,2})\b"
_NOT_ORDINAL = (
    r"erste[rn]? klasse|(ersten?|zweiten?|letzten?) (woche|wochenende|halfte|tag)|zum ersten mal|"
    r"\d{1,2}\.\s?(januar|februar|marz|april|mai|juni|juli|"
    r"august|september|oktober|november|dezember)|ersten? (januar|februar|marz|april|mai|juni|juli|august|"
    r"september|oktober|november|dezember)"
)
_OFFER_REFERENCE = (
    r"\b(flug|option|angebot|verbindung|diesen|dieser|dieses)\b|\b(den|der|die|das) (mit|um|von|erste|zweite|"
    r"dritte|vierte|funfte|letzte|billigste|gunstigste)"
)
# Nouns of a flight.
_FLIGHT_NOUN = r"fl(?:ug|uge|ugen|uges)|ab(?:flug|fluge)|hinflug|ruckflug|flugzeuge?"
# Words of a sentence about flights or offers.
_FLIGHT_TALK = (
    r"fluge?|flugen|fliegt|fliegen|fliegst|flieg|flugzeuge?|flugpreise?|abfluge?|ankunft|abfahrt|startet|landet|"
    r"(?:geht|kommt) (?:um|am|an)|(?:erste|zweite|dritte|vierte|letzte|billigste|gunstigste|"
    r"schnellste)[nrs]? (?:flug|option|angebot|verbindung)|optionen?|angebote?|verbindung(?:en)?"
)
# Words of matters beside the flight: weather, sights, food, city transport.
_BESIDE_TRIP = (
    r"wetter|klima|kalt|warm|heis|regnet\w*|regen|schneit|schnee|"
    r"temperatur(?:en)?|(?:ein)?packen|einzupacken|anziehen|mantel|regenschirm|sehenswurdig\w*|sehenswert|"
    r"(?:lohnt|zu sehen|zu besichtigen)|(?:kann|konnen) (?:ich|wir|man) .{0,40}(?:sehen|besichtigen|besuchen|"
    r"essen|unternehmen)|attraktionen|museen|eintritt|museum|strande?|strand|parks?|restaurants?|essen|kaffee|bier|hotels?|"
    r"hostels?|ubernachten|u-bahn|strasenbahn|strassenbahn|metro|taxis?|busse?|bus|zuge?|bahn|mietwagen|"
    r"auto mieten|(?:komme|kommt|kommen) (?:ich |man |wir )?(?:von|vom) (?:\w+ ){1,4}(?:in die (?:stadt|"
    r"innenstadt)|ins zentrum|zum hotel)|hauptstadt|bevolkerung|einwohner|zeitunterschied|zeitverschiebung|"
    r"zeitzone|sprachen?|spricht man|visum|visa|reisepass|impfung\w*|sicher|taschendiebe?|trinkgeld|steckdosen?|"
    r"adapter|wechselkurs|geschichte|feste|burgermeister|prasident|wie weit|entfernung"
)
# Words around a price; a number after them is one.
_PRICE_WORDS = r"tarife?|flugpreise?|kostet|kosten|preise?|fur nur"
# Nouns that count stops.
_STOP_WORDS = r"stopps?|zwischenstopps?|umstiege?|umsteigen|zwischenlandung(?:en)?"
# Words of how long a flight takes.
_DURATION_WORDS = r"dauert|dauer|braucht"
# Words of paying and booking.
_PAYMENT = r"kartennummer|kartendaten|zahl(?:en|e|t|ung|ungen)|bezahl\w*|uberweis\w*|kauf(?:en|e)|buch(?:en|e)"
# Accounts and ways to pay.
_PAYMENT_DETAILS = r"kartennummer|kartendaten|bankkonto|kontonummer|iban|bitcoins?|paypal"

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
