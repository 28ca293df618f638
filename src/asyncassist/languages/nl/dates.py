"""Dutch date lexicon. The kinds are explained in `asyncassist.languages.date_lexicon`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.date_lexicon import DateLexicon

_WEEKDAY_NAMES: Final = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_PART_OF_DAY_WORDS: Final = {
    "morning": ("ochtend", "morgen", "voormiddag"),
    "afternoon": ("middag", "namiddag"),
    "evening": ("avond",),
    "night": ("nacht",),
}


def _weekday_spellings() -> dict[int, str]:
    """Return the spellings of each weekday, alone and as one word with a part of the day ("vrijdagavond")."""
    part_words = [part for parts in _PART_OF_DAY_WORDS.values() for part in parts]
    return {index: ", ".join([day, *(day + part for part in part_words)]) for index, day in enumerate(_WEEKDAY_NAMES)}


DATE_LEXICON: Final[DateLexicon] = {
    "MONTH": {
        1: "januari",
        2: "februari",
        3: "maart",
        4: "april",
        5: "mei",
        6: "juni",
        7: "juli",
        8: "augustus",
        9: "september",
        10: "oktober",
        11: "november",
        12: "december",
    },
    "MONTHW": {
        1: "jan",
        2: "feb, febr",
        3: "mrt",
        4: "apr",
        6: "jun",
        7: "jul",
        8: "aug",
        9: "sep, sept",
        10: "okt",
        11: "nov",
        12: "dec",
    },
    "WDAY": _weekday_spellings(),
    "WPART": {
        part: ", ".join(day + word for day in _WEEKDAY_NAMES for word in words)
        for part, words in _PART_OF_DAY_WORDS.items()
    },
    "WDAYW": {
        0: "ma",
        1: "di",
        2: "wo",
        3: "do",
        4: "vr",
        5: "za",
        6: "zo",
    },
    "WDAYPL": {
        0: "maandagen",
        1: "dinsdagen",
        2: "woensdagen",
        3: "donderdagen",
        4: "vrijdagen",
        5: "zaterdagen",
        6: "zondagen",
    },
    "EVERY": "elke, iedere, elk, ieder, maandags, dinsdags, woensdags, donderdags, vrijdags, zaterdags, zondags",
    "REL": {
        0: "vandaag, nog vandaag, vandaag nog, vanaf vandaag, heden",
        1: "morgen, mrgn, mrogen, morge",
        2: "overmorgen, overmorge",
        -1: "gisteren, gister",
        -2: "eergisteren",
    },
    "RELP": {
        (0, "morning"): "vanochtend, vanmorgen, vandaag nog in de ochtend",
        (0, "afternoon"): "vanmiddag, vannamiddag",
        (0, "evening"): "vanavond",
        (0, "night"): "vannacht",
        (1, "morning"): "morgenochtend, morgenvroeg, morgen vroeg, morgenvoormiddag",
        (1, "afternoon"): "morgenmiddag, morgennamiddag",
        (1, "evening"): "morgenavond",
        (1, "night"): "morgennacht",
    },
    "PART": {
        "morning": "ochtend, 's ochtends, s ochtends, ochtends, in de ochtend, 's morgens, s morgens, morgens, in de"
        " morgen, voormiddag, in de voormiddag, vroeg, vroege ochtend, in de vroege ochtend",
        "noon": "tussen de middag, twaalf uur 's middags",
        "afternoon": "middag, 's middags, s middags, middags, in de middag, namiddag, in de namiddag, vroeg in de"
        " middag, laat in de middag",
        "evening": "avond, 's avonds, s avonds, avonds, in de avond, vroege avond, late avond, vroeg op de avond",
        "night": "nacht, 's nachts, s nachts, nachts, in de nacht, middernacht",
    },
    "NOW": "nu, vanaf nu, van nu",
    "ABOUT": "ongeveer, circa, ca, ca., zo'n, rond, bijna, een stuk of, grofweg",
    "UDAY": "dag, dagen, dagje, dagjes, daagse",
    "UWEEK": "week, weken, weekje, weekjes",
    "UMONTH": "maand, maanden, maandje, maandjes",
    "UYEAR": "jaar, jaren, jaartje",
    "UNIGHT": "nacht, nachten, nachtje, nachtjes",
    "UWEEKEND": "weekend, weekeinde, weekends, weekendje",
    "SEASON": {
        "spring": "lente, voorjaar",
        "summer": "zomer",
        "autumn": "herfst, najaar",
        "winter": "winter",
    },
    "QUARTER": "kwartaal, kwartalen, trimester",
    "QUARTERQ": "q",
    "WITHIN": "binnen, binnen de",
    "TRIP": "reis, vakantie, verblijf, trip, stedentrip, uitje, tripje, reisje",
    "MOD": {
        "this": "deze, dit",
        "next": "volgende, volgend",
        "coming": "komende, komend, aankomende, aankomend, aanstaande, aanstaand, eerstvolgende, a.s.",
        "last": "vorige, vorig, afgelopen, laatste, voorbije, voorbij",
        "follow": "daaropvolgende, daaropvolgend, opvolgende",
    },
    "POST": {
        "coming": "aanstaande, a.s., eerstkomend, eerstvolgend",
        "follow": "daarop, erop, erna, daarna",
        "last": "jongstleden, j.l., jl",
    },
    "SAMEDAY": (
        "dezelfde dag, op dezelfde dag, diezelfde dag, zelfde dag, nog dezelfde dag, "
        "dezelfde avond, op dezelfde avond, diezelfde avond, nog dezelfde avond, zelfde avond"
    ),
    "NEXTDAY": {
        1: "de volgende dag, de dag erna, de dag daarna, de dag erop, de dag daarop, daags nadien, de dag nadien",
    },
    "IN": "over, in, in het jaar",
    "AGO": "geleden",
    "LATER": "later, daarna, erna, nadien",
    "AFTER": "na, na de, na het",
    "BEFORE": "voor, voor de, voor het, vóór",
    "FROMNOW": "vanaf nu, vanaf vandaag, na vandaag",
    "ORDON": "op de, op, tot de, tot en met de, t/m de, voor de, na de, vanaf de, van de, tegen de, sinds de",
    "DEPPOST": "heen",
    "FLY": "vlucht, vluchten, vliegen, vlieg, ticket, tickets, terugvlucht, heenvlucht, vliegtuig, vliegticket,"
    " vliegtickets, retourvlucht",
    "PLEASE": "alstublieft, alsjeblieft, aub, graag, svp, indien mogelijk, als het kan, dan, misschien",
    "FOR": "voor, gedurende, voor ongeveer, voor circa",
    "DURPOST": "lang",
    "STAY": "blijven, blijf, blijven we, blijf ik, verblijf van, verblijven, wegblijven, doorbrengen, weg zijn, we"
    " blijven, ik blijf",
    "THE": "de, het, den, 't",
    "THED": "de, op de, tot de, tot en met de, t/m de, voor de, na de, vanaf de, tegen de, sinds de, tussen de",
    "PARTS": "van de, van het, van mijn, van onze, van alle",
    "OF": "van, van de, in, in de, van het, uit",
    "MONTHIN": "in, vanaf, tot, tussen, van, voor, na, sinds, tegen, rond, om, ergens in, tot in, naar, gedurende",
    "ON": "op, voor, tot, vanaf, na, in, om, van, de, of, en, niet, deze, dit, volgende, komende, aanstaande, rond,"
    " tegen, over, naar, sinds, tot en met, t/m",
    "DATEON": "op, voor, tot, vanaf, na, tegen, sinds, rond, over, tot en met, t/m, op de",
    "AT": "om, rond, tegen, omstreeks",
    "FROM": "van, vanaf, sinds, van de, vanaf de, sinds de",
    "TO": "tot, tot en met, t/m, tm, tot aan, t.e.m., tem, tot de, tot en met de, t/m de, naar",
    "BETWEEN": "tussen, tussen de",
    "AND": "en, &",
    "OR": "of, en/of, ofwel",
    "ART": {
        1: "'n",
    },
    "COUPLE": {
        2: "een koppel, een tweetal",
    },
    "NOT": "niet, behalve, in plaats van, i.p.v., ipv, geen, uitgezonderd",
    "HOL": {
        "new_year": "nieuwjaar, nieuwjaarsdag",
        "new_year_eve": "oudejaarsavond, oudjaar, oudejaarsdag, oud en nieuw, oud & nieuw, oudejaar, oudjaarsdag,"
        " silvester",
        "epiphany": "driekoningen, drie koningen",
        "valentine": "valentijnsdag, valentijn",
        "carnival_sunday": "carnavalszondag",
        "rose_monday": "carnavalsmaandag",
        "shrove_tuesday": "carnaval, vastenavond, vette dinsdag, carnavalsdinsdag",
        "ash_wednesday": "aswoensdag",
        "women": "vrouwendag, internationale vrouwendag",
        "palm_sunday": "palmzondag, palmpasen",
        "maundy_thursday": "witte donderdag",
        "good_friday": "goede vrijdag",
        "holy_saturday": "stille zaterdag, paaszaterdag",
        "easter": "pasen, eerste paasdag, paaszondag, 1e paasdag",
        "easter_monday": "tweede paasdag, paasmaandag, 2e paasdag",
        "kings_day": "koningsdag, koninginnedag",
        "labor": "dag van de arbeid, feest van de arbeid",
        "remembrance_nl": "dodenherdenking",
        "liberation_nl": "bevrijdingsdag",
        "mothers_day": "moederdag",
        "fathers_day": "vaderdag",
        "ascension": "hemelvaart, hemelvaartsdag, hemelvaartdag",
        "pentecost": "pinksteren, eerste pinksterdag, pinksterzondag, 1e pinksterdag",
        "whit_monday": "tweede pinksterdag, pinkstermaandag, 2e pinksterdag",
        "corpus_christi": "sacramentsdag",
        "emancipation_sr": "keti koti, ketikoti",
        "flemish_community": "feest van de vlaamse gemeenschap, vlaamse feestdag",
        "belgium": "belgische nationale feestdag, nationale feestdag, nationale feestdag van belgië",
        "assumption": "maria hemelvaart, maria-tenhemelopneming, onze-lieve-vrouw-hemelvaart, o.l.v. hemelvaart",
        "budget_nl": "prinsjesdag",
        "reformation": "hervormingsdag",
        "halloween": "halloween",
        "all_saints": "allerheiligen",
        "all_souls": "allerzielen",
        "martin": "sint-maartensdag, sint maartensdag",
        "veterans": "wapenstilstand, wapenstilstandsdag",
        "independence_sr": "srefidensi",
        "advent1": "eerste advent, eerste adventszondag",
        "advent2": "tweede advent, tweede adventszondag",
        "advent3": "derde advent, derde adventszondag",
        "advent4": "vierde advent, vierde adventszondag",
        "saint_nicholas_eve": "sinterklaas, sinterklaasavond, pakjesavond",
        "nicholas": "sint-nicolaas, sint-niklaasdag",
        "christmas_eve": "kerstavond, kerstnacht, de avond voor kerst, de dag voor kerst",
        "christmas": "kerst, kerstmis, kerstdag, eerste kerstdag, 1e kerstdag",
        "boxing": "tweede kerstdag, 2e kerstdag",
        "black_friday": "black friday",
        "thanksgiving": "thanksgiving",
    },
    "SUB": {
        "early": "begin, begin van, het begin van, begin van de, aan het begin van, vroeg in",
        "mid": "half, medio, midden, midden in, het midden van, halverwege, midden van",
        "late": "eind, einde, eind van, het einde van, het eind van, eind van de, einde van de, aan het einde van, laat"
        " in, laatste dagen van",
    },
    "LASTN": "laatste",
    "RET": "terug, weer terug, terugvlucht, terugreis, terugkeer, terugkeren, terugvliegen, terugkomen, terugkom,"
    " terugkomst,"
    " terugreizen, terugweg, retourvlucht op, retour, naar huis, huiswaarts, terugga, teruggaan, terugkeer op, keer"
    " terug, kom terug, vlieg terug, terugvlieg, terugkeert, weer thuis, thuis zijn, thuiskomen, terugvluchten, terug"
    " te keren, terug te vliegen, terug te komen, terug te reizen",
    "RETPOST": "terug, weer terug, retour, naar huis, terugvlucht, terug te keren, terug te vliegen, terug te komen",
    "DEP": "vertrek, vertrekken, vertrekt, vertrekdatum, heenvlucht, heenreis, heenweg, heen, afreizen, weg, vliegen,"
    " vlieg, vliegt, reizen, gaan, ga, gaat, heenvliegen, verlaten, opstijgen, starten, start, weggaan, afreis, te"
    " vertrekken, te vliegen, te reizen",
    "RTNOUN": "heen en terug, heen- en terugvlucht, heen- en terugreis, heen en weer, retourvlucht, retourvluchten,"
    " retourticket, retourtickets, retourtje, een retour, retour naar",
    "CLOSE": "bedankt, dank, dank je, dank u, dankjewel, hulp, helpen, geholpen, alles, dat was het, dat is alles,"
    " niets, niks, hoe gaat, het weer, weerbericht, nieuws, klaar, verder niets",
    "GO": "vlucht, vluchten, vliegen, vlieg, vliegt, reizen, reis, ticket, tickets, vertrekken, vertrek, terugvlucht,"
    " boeken, boek, gaan, ga, heen, terug, reserveren, verbinding, vliegticket, vliegtickets, weg, reserveer",
    "AWAY": "huurauto, auto huren, een auto huren, huurwagen, wagen huren, hotelkamer, hotel boeken, een hotel in,"
    " autoverhuur",
    "COUNT": "pax, pers, volw, personen, persoon, mensen, man, volwassenen, volwassene, passagiers, passagier,"
    " reizigers, kinderen, kind, tickets, ticket, koffers, koffer, tassen, stops, stop, tussenstops, tussenstop,"
    " overstappen, overstap, baby's, babys, baby, peuters, peuter, uur, uren, minuten, dagen, nachten, weken, maanden,"
    " jaar, keer, stoelen, stoel, plaatsen, zitplaatsen, euro, vliegtickets, procent, mijl, mijlen, vrienden, of meer,"
    " kamers, gasten, personen of",
    "NOUN": "klas, klasse, keer, optie, rij, verdieping, vlucht, vluchten, keuze, aanbod, mogelijkheid, plaats, straat,"
    " hand, kind, persoon, passagier, dag, week, maand, deel, poging, verbinding, kerstdag, paasdag, pinksterdag,"
    " helft, stoel, koffer, stop, etage, graad, versie",
    "BIRTH": "geboren, geboren op, geboortedatum, geb, geb., verjaardag is",
    "OPAQUE": "eerste klas, tweede klas, eerste klasse, tweede klasse, goede morgen, goede middag, goeden avond, goede"
    " avond, goede nacht, goede dag, fijne dag, fijne avond, prettige dag, prettige avond, een fijne dag, per dag, per"
    " week, per maand, per nacht, per jaar, de hele dag, hele dag, last minute, lastminute, welke dag, een dag eerder"
    " of later, paaseiland, kersteiland, werkdagen, volgende vlucht, deze vlucht, eerste vlucht, tweede vlucht, deze"
    " keer, volgende keer, eerste keer, vorige keer, laatste keer, dit keer, de volgende keer, eerste optie, tweede"
    " optie, zo snel, zo vroeg, zo goedkoop, zo veel, zo laat, zo mogelijk, zo lang, zo min, zo weinig, zo kort, zo"
    " goed, do re, la paz, san diego, san francisco, frankfurt am main, mi"
    " casa, laatste moment, op een dag, met z'n, st. moritz",
}  # fmt: skip
