"""German date lexicon. The kinds are explained in `asyncassist.languages.date_lexicon`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.date_lexicon import DateLexicon

_WEEKDAY_NAMES: Final = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_PART_OF_DAY_WORDS: Final = {
    "morning": ("morgen", "vormittag", "früh"),
    "noon": ("mittag",),
    "afternoon": ("nachmittag",),
    "evening": ("abend",),
    "night": ("nacht",),
}


def _weekday_spellings() -> dict[int, str]:
    """Return the spellings of each weekday, alone and as one word with a part of the day ("freitagabend")."""
    part_words = [part for parts in _PART_OF_DAY_WORDS.values() for part in parts]
    found = {
        index: ", ".join([day, day + "s", *(day + part for part in part_words)])
        for index, day in enumerate(_WEEKDAY_NAMES)
    }
    found[5] += ", sonnabend, sonnabends"
    # "Montags" means every Monday: it belongs to the kind EVERY.
    return {
        index: spellings.replace(f"{_WEEKDAY_NAMES[index]}s, ", "").replace(", sonnabends", "")
        for index, spellings in found.items()
    }


DATE_LEXICON: Final[DateLexicon] = {
    "MONTH": {
        1: "januar, jänner, jaenner",
        2: "februar, feber",
        3: "märz, maerz",
        4: "april",
        5: "mai",
        6: "juni, juno",
        7: "juli",
        8: "august",
        9: "september",
        10: "oktober",
        11: "november",
        12: "dezember",
    },
    "MONTHW": {
        1: "jan, jän",
        2: "feb",
        3: "mär, mrz",
        4: "apr",
        6: "jun",
        7: "jul",
        8: "aug",
        9: "sep, sept",
        10: "okt",
        11: "nov",
        12: "dez",
    },
    "WDAY": _weekday_spellings(),
    "WPART": {
        part: ", ".join(day + word for day in _WEEKDAY_NAMES for word in words)
        for part, words in _PART_OF_DAY_WORDS.items()
    },
    "WDAYW": {
        0: "mo",
        1: "di",
        2: "mi",
        3: "do",
        4: "fr",
        5: "sa",
        6: "so",
    },
    "EVERY": "jeden, jede, jedes, jeder, immer, montags, dienstags, mittwochs, donnerstags, freitags, samstags,"
    " sonntags, sonnabends, wochenends",
    "REL": {
        0: "heute, noch heute, heute noch, ab heute",
        1: "morgen",
        2: "übermorgen, uebermorgen",
        -1: "gestern",
        -2: "vorgestern",
    },
    "RELP": {
        (0, "morning"): "heute morgen, heute früh",
        (0, "night"): "heute nacht",
        (1, "morning"): "morgen früh",
        (0, "evening"): "heute abend",
    },
    "PART": {
        "morning": "früh, morgens, vormittag, vormittags, am vormittag, am morgen, frühmorgens, in der früh, am"
        " frühen morgen",
        "noon": "mittag, mittags, am mittag",
        "afternoon": "nachmittag, nachmittags, am nachmittag, am späten nachmittag",
        "evening": "abend, abends, am abend, am frühen abend, am späten abend",
        "night": "nacht, nachts, in der nacht",
    },
    "NOW": "jetzt, ab jetzt, von jetzt",
    "ABOUT": "etwa, ca, ca., circa, ungefähr, rund, fast, knapp",
    "UDAY": "tag, tage, tagen, tages, tägige, tägigen, tägiger",
    "UWEEK": "woche, wochen, wöchige, wöchigen, wöchiger",
    "UMONTH": "monat, monate, monaten, monats",
    "UYEAR": "jahr, jahre, jahren, jahres",
    "UNIGHT": "nacht, nächte, nächten",
    "UWEEKEND": "wochenende, wochenend",
    "SEASON": {
        "spring": "frühling, frühjahr, frühlings",
        "summer": "sommer, sommers",
        "autumn": "herbst, herbstes",
        "winter": "winter, winters",
    },
    "QUARTER": "quartal, quartals",
    "QUARTERQ": "q",
    "WITHIN": "innerhalb von, innerhalb der, binnen",
    "TRIP": "reise, urlaub, aufenthalt, trip",
    "MOD": {
        "this": "diese, diesen, dieser, dieses, diesem",
        "next": "nächste, nächsten, nächster, nächstes, nächstem, naechste, naechsten, naechster, naechstes,"
        " naechstem",
        "coming": "kommende, kommenden, kommender, kommendes, kommendem",
        "last": "letzte, letzten, letzter, letztes, letztem, vergangene, vergangenen, vergangener, vergangenes,"
        " vorige, vorigen, voriger, voriges",
        "next2": "übernächste, übernächsten, übernächster, übernächstes, übernächstem, uebernächste, uebernaechste,"
        " uebernaechsten",
        "follow": "folgende, folgenden, folgender, folgendes, darauffolgende, darauffolgenden, darauf folgenden",
    },
    "POST": {
        "follow": "darauf, drauf",
    },
    "SAMEDAY": (
        "am selben tag, am gleichen tag, noch am selben tag, selber tag, selben tag, "
        "am selben abend, am gleichen abend, noch am selben abend, selben abend, gleichen abend"
    ),
    "NEXTDAY": {
        1: "tags darauf, am tag darauf, am tag danach, am nächsten tag, am folgenden tag",
    },
    "IN": "in, im jahr, im jahre",
    "AGOPRE": "vor",
    "LATER": "später, spaeter, danach, darauf",
    "LATERPRE": "nach",
    "AFTER": "nach, nach dem, nach den",
    "ORDON": "am, zum, vom, bis zum, ab dem, seit dem, vor dem, nach dem",
    "DEPPOST": "hin",
    "FLY": "flug, flüge, fliegen, fliege, ticket, tickets, rückflug, hinflug, flugzeug",
    "PLEASE": "bitte, wenn möglich, falls möglich, dann, vielleicht",
    "BEFORE": "vor, vor dem, vor den",
    "FROMNOW": "ab heute, von heute an, ab jetzt",
    "FOR": "für, fuer, für etwa, für ca",
    "DURPOST": "lang",
    "STAY": "weg sein, wegbleiben, bleiben, bleibe, bleiben wir, bleib, aufenthalt von, verbringen, verbringe",
    "THE": "der, die, das, den, dem, des",
    "THED": "am, zum, vom, den, dem, bis zum, ab dem, ab den, vor dem, nach dem, bis, für den, seit dem, zwischen"
    " dem, zwischen den, vor den, nach den",
    "OF": "des, vom, von, im, der, von der, in",
    "MONTHIN": "bis, zwischen, im, ab, bis, seit, für, vor, nach, vom, bis in, von, zum, in, um, anfang, den",
    "ON": "am, an, für, ab, bis, vor, nach, im, zum, vom, von, den, der, oder, und, nicht, diesen, dem, nächsten,"
    " kommenden, gleich, übers, ueber, über",
    "DATEON": "am, zum, vom, ab, bis, bis zum, ab dem, den, an, zu, über, vor, nach, für, übers",
    "AT": "um, gegen, ab",
    "FROM": "von, vom, ab, ab dem, seit, seit dem",
    "TO": "auf, auf den, bis, bis zum, zum, bis am, bis einschließlich, bis zu",
    "BETWEEN": "zwischen, zwischen dem, zwischen den",
    "AND": "und, u",
    "OR": "oder, bzw",
    "COUPLE": {
        2: "ein paar von zwei",
    },
    "NOT": "nicht, außer, ausser, statt, anstatt, kein",
    "HOL": {
        "new_year": "neujahr, neujahrstag",
        "new_year_eve": "silvester, sylvester, silvesterabend, silvestertag",
        "epiphany": "dreikönigstag, heilige drei könige, heiligen drei könige, dreikönig",
        "valentine": "valentinstag",
        "fat_thursday": "weiberfastnacht, altweiber",
        "rose_monday": "rosenmontag",
        "shrove_tuesday": "faschingsdienstag, fastnacht, fasnacht, fasching, karneval, fastnachtsdienstag",
        "ash_wednesday": "aschermittwoch",
        "women": "frauentag",
        "palm_sunday": "palmsonntag",
        "maundy_thursday": "gründonnerstag",
        "good_friday": "karfreitag",
        "holy_saturday": "karsamstag, ostersamstag",
        "easter": "ostern, ostersonntag",
        "easter_monday": "ostermontag",
        "labor": "tag der arbeit, maifeiertag, erster mai feiertag",
        "mothers_day": "muttertag",
        "fathers_day": "vatertag",
        "ascension": "himmelfahrt, christi himmelfahrt, auffahrt",
        "pentecost": "pfingsten, pfingstsonntag",
        "whit_monday": "pfingstmontag",
        "corpus_christi": "fronleichnam",
        "assumption": "mariä himmelfahrt, maria himmelfahrt",
        "swiss": "schweizer nationalfeiertag, bundesfeier",
        "german_unity": "tag der deutschen einheit, nationalfeiertag, deutschen einheit",
        "reformation": "reformationstag",
        "halloween": "halloween",
        "all_saints": "allerheiligen",
        "all_souls": "allerseelen",
        "martin": "martinstag",
        "repentance": "buß- und bettag, buss- und bettag",
        "advent1": "erster advent, ersten advent, 1. advent",
        "advent2": "zweiter advent, zweiten advent, 2. advent",
        "advent3": "dritter advent, dritten advent, 3. advent",
        "advent4": "vierter advent, vierten advent, 4. advent",
        "nicholas": "nikolaus, nikolaustag, nikolausabend",
        "christmas_eve": "heiligabend, heilig abend, heiliger abend, heiligen abend, weihnachtsabend",
        "christmas": "weihnachten, weihnachtstag, erster weihnachtstag, ersten weihnachtstag, erster"
        " weihnachtsfeiertag, ersten weihnachtsfeiertag",
        "boxing": "zweiter weihnachtstag, zweiten weihnachtstag, zweiten weihnachtsfeiertag, zweiter"
        " weihnachtsfeiertag, stephanstag, stefanitag",
        "black_friday": "black friday",
        "thanksgiving": "thanksgiving",
    },
    "SUB": {
        "early": "anfang, beginn",
        "mid": "mitte",
        "late": "ende, letzten tage, letzten tagen",
    },
    "LASTN": "letzte, letzten, letzter, letztes",
    "RET": "zurück, zurueck, rückflug, rueckflug, rückreise, rückkehr, zurückfliegen, zurückkommen, zurückkehren,"
    " zurückreisen, heimflug, heimreise, rückfahrt, heim, zurückfliege, zurückkomme, nach hause, heimfliegen,"
    " zurückkehre, zurückflug, rueckreise, rueckkehr, zurückzukommen, zurückzufliegen, zurückzukehren",
    "RETPOST": "zurück, zurueck, retour, heim, nach hause, rückflug, zurückzukommen, zurückzufliegen, zurückzukehren",
    "DEP": "hinflug, abflug, abreise, abfliegen, hinreise, hin, losfliegen, fliegen, fliege, reisen, reise, starten,"
    " abreisen, los, verlassen, verreisen, hinfliegen, flieg, start, abflugdatum, fahren, los geht, fliegt, reist,"
    " startet, flögen, gehe",
    "RTNOUN": "hin und zurück, hin- und rückflug, hin - und rückflug, hin und rückflug, hin- und rückreise, hin - und"
    " zurück",
    "CLOSE": "danke, dank, danke schön, hilfe, helfen, geholfen, alles, das wars, das war's, nichts, wie geht,"
    " wetter, neuigkeiten, war es, wäre alles, fertig, nichts weiter",
    "GO": "flug, flüge, fliegen, fliege, reisen, reise, ticket, tickets, abfliegen, abflug, rückflug, buchen,"
    " verbindung, los, hin, verbindungen, buche, zurück, flieg, reservieren",
    "AWAY": "mietwagen, leihwagen, auto mieten, wagen mieten, hotelzimmer, ein hotel in, hotel buchen",
    "COUNT": "pax, pers, erw, adt, personen, person, leute, erwachsene, erwachsenen, erwachsener, passagiere,"
    " reisende, kinder, kind,"
    " tickets, ticket, koffer, gepäckstücke, stopps, stopp, zwischenstopps, babys, baby, kleinkinder, stunden,"
    " stunde, minuten, tage, tagen, nächte, wochen, monate, jahre, mal, sitze, plätze, euro, uhr, flugtickets,"
    " prozent, meilen, freunde, oder mehr, mann",
    "NOUN": "klasse, mal, option, reihe, stock, flug, flüge, wahl, angebot, möglichkeit, platz, straße, hand, kind,"
    " person, passagier, tag, woche, monat, teil, etage, versuch, verbindung, weihnachtstag, advent, liga, sitz,"
    " hälfte, koffer, stopp",
    "BIRTH": "geboren, geb, geb., geburtsdatum, geburtstag ist",
    "OPAQUE": "so ca, so circa, so etwa, so ungefähr, so gegen, so um, so dass, erster klasse, erste klasse,"
    " zweite klasse, zweiter klasse, ersten klasse, zweiten klasse, guten"
    " morgen, guten tag, guten abend, gute nacht, schönen tag, schönen abend, pro tag, pro woche, pro monat, pro"
    " nacht, einfach, eines tages, welcher tag, welchen tag, irgendein tag, letzte minute, zum ersten mal,"
    " osterinsel, weihnachtsinsel, den ganzen tag, werktage, werktagen, nächster flug, nächsten flug, nächste flug,"
    " dieser flug, diesen flug, dieses mal, ein mal, diesmal, den morgen, einen schönen tag, frankfurt am main, bad,"
    " zur zeit, am besten, am liebsten, so viel, so schnell, so früh, so bald, do re, mi casa, la paz, erste option,"
    " zweite option, san diego, san francisco, ersten flug, erste flug, zweiten flug, zweite flug, st. moritz, so"
    " gegen, santo domingo, chiang mai",
}  # fmt: skip
