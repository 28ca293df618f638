"""Italian date lexicon. The kinds are explained in `asyncassist.languages.date_lexicon`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.date_lexicon import DateLexicon

DATE_LEXICON: Final[DateLexicon] = {
    "MONTH": {
        1: "gennaio",
        2: "febbraio",
        3: "marzo",
        4: "aprile",
        5: "maggio",
        6: "giugno",
        7: "luglio",
        8: "agosto",
        9: "settembre",
        10: "ottobre",
        11: "novembre",
        12: "dicembre",
    },
    "MONTHW": {
        1: "gen, genn",
        2: "feb, febb",
        3: "mar",
        4: "apr",
        5: "mag",
        6: "giu",
        7: "lug",
        8: "ago",
        9: "set, sett",
        10: "ott",
        11: "nov",
        12: "dic",
    },
    "WDAY": {
        0: "lunedì",
        1: "martedì",
        2: "mercoledì",
        3: "giovedì",
        4: "venerdì",
        5: "sabato",
        6: "domenica",
    },
    "WDAYW": {
        0: "lun",
        1: "mar",
        2: "mer",
        3: "gio",
        4: "ven",
        5: "sab",
        6: "dom",
    },
    "EVERY": "ogni, tutti i, tutte le, ciascun, sabati, domeniche",
    "REL": {
        0: "oggi, oggi stesso, oggi più tardi, quest'oggi, a partire da oggi, da oggi",
        1: "domani, tra un giorno, fra un giorno",
        2: "dopodomani, dopo domani",
        -1: "ieri",
        -2: "l'altro ieri, altro ieri, avantieri",
    },
    "RELP": {
        (0, "evening"): "stasera, questa sera",
        (0, "night"): "stanotte, questa notte",
        (0, "morning"): "stamattina, stamane, stamani, questa mattina",
        (1, "morning"): "domattina, domani mattina",
    },
    "PART": {
        "morning": "mattina, mattino, di mattina, al mattino, la mattina, in mattinata, mattinata, della mattina, del"
        " mattino, la mattina presto, di mattina presto",
        "noon": "mezzogiorno, a mezzogiorno",
        "afternoon": "pomeriggio, nel pomeriggio, di pomeriggio, al pomeriggio, del pomeriggio, il pomeriggio",
        "evening": "sera, di sera, la sera, in serata, serata, della sera, alla sera",
        "night": "notte, di notte, la notte, della notte",
    },
    "NOW": "adesso, ora, da adesso, da ora",
    "ABOUT": "circa, più o meno, quasi, all'incirca",
    "UDAY": "giorno, giorni, dì",
    "UWEEK": "settimana, settimane",
    "UMONTH": "mese, mesi",
    "UYEAR": "anno, anni",
    "UNIGHT": "notte, notti",
    "UWEEKEND": "fine settimana, weekend, week-end, week end, finesettimana",
    "SEASON": {
        "spring": "primavera",
        "summer": "estate",
        "autumn": "autunno",
        "winter": "inverno",
    },
    "QUARTER": "trimestre",
    "QUARTERQ": "q, t",
    "WITHIN": "entro, nel giro di, nell'arco di",
    "TRIP": "viaggio, vacanza, soggiorno, vacanze",
    "MOD": {
        "this": "questo, questa, quest', codesto",
        "next": "prossimo, prossima, prossimi, prossime",
        "last": "ultimo, ultima, scorso, scorsa",
        "follow": "seguente",
    },
    "POST": {
        "next": "prossimo, prossima, che viene, entrante, venturo, ventura, p.v.",
        "last": "scorso, scorsa, passato, passata",
        "follow": "successivo, successiva, seguente",
        "this": "corrente, in corso",
    },
    "SAMEDAY": (
        "lo stesso giorno, in giornata, stesso giorno, il giorno stesso, "
        "la sera stessa, sera stessa, la stessa sera, stessa sera"
    ),
    "NEXTDAY": {
        1: "l'indomani, indomani",
    },
    "IN": "tra, fra, in, nei, nelle, di qui a, da qui a, entro, nel",
    "AGO": "fa, or sono",
    "LATER": "più tardi, più avanti",
    "AFTER": "dopo, dopo il, dopo la, dopo l'",
    "LATER2": "dopo",
    "FLY": "volo, voli, volare, biglietto, biglietti, aereo",
    "UFORT": "quindicina",
    "PLEASE": "per favore, per piacere, se possibile, allora, magari, forse",
    "BEFORE": "prima di, prima del, prima della, prima dell'",
    "FROMNOW": "da oggi, da adesso, a partire da oggi",
    "FOR": "per, per circa, durante",
    "STAY": "stare via, stiamo via, sto via, rimanere, rimango, restare, resto, restiamo, rimaniamo, stare, stiamo,"
    " mi fermo, ci fermiamo, fermarmi,"
    " soggiorno di, soggiornare, trascorrere, passare",
    "THE": "il, lo, la, l', i, gli, le",
    "THED": "il, l', al, all', dal, dall', del, dell', fino al, fino all', per il, per l', lo, entro il, prima del,"
    " dopo il, a partire dal, a partire dall', tra il, fra il, tra l', fra l', verso il, in data",
    "OF": "di, del, dell', d', dello, della, nel, in",
    "MONTHIN": "tra, fra, a, in, di, da, per, ad, d', entro, fino a, verso, durante, nel mese di, prima di, dopo",
    "ON": "il, la, per, da, dal, di, fino a, entro, prima, dopo, o, oppure, e, non, questo, questa, a, al, nel,"
    " verso, del, lo, l'",
    "DATEON": "il, al, dal, entro il, per il, fino al, prima del, dopo il, a, per, da, nel, l', all', di, prima di,"
    " dopo, del",
    "AT": "alle, all', alla",
    "FROM": "dal, dall', da, dalla, a partire dal, a partire da, a partire dall', a partire dalla",
    "TO": "al, all', a, alla, fino al, fino a, fino all', sino al, sino a",
    "BETWEEN": "tra il, fra il, tra, fra, tra l', fra l'",
    "AND": "e, ed",
    "OR": "o, oppure",
    "COUPLE": {
        2: "un paio di",
        10: "una decina di",
    },
    "NOT": "non, tranne, eccetto, invece di, invece del, anziché",
    "HOL": {
        "new_year": "capodanno, primo dell'anno, anno nuovo",
        "new_year_eve": "san silvestro, vigilia di capodanno, ultimo dell'anno, notte di san silvestro",
        "epiphany": "befana, epifania, l'epifania",
        "valentine": "san valentino",
        "women": "festa della donna",
        "shrove_tuesday": "carnevale, martedì grasso",
        "fat_thursday": "giovedì grasso",
        "ash_wednesday": "mercoledì delle ceneri, le ceneri",
        "joseph": "festa di san giuseppe",
        "palm_sunday": "domenica delle palme",
        "maundy_thursday": "giovedì santo",
        "good_friday": "venerdì santo",
        "holy_saturday": "sabato santo",
        "easter": "pasqua, domenica di pasqua",
        "easter_monday": "pasquetta, lunedì dell'angelo, lunedì di pasqua",
        "liberation_it": "festa della liberazione",
        "labor": "festa dei lavoratori, festa del lavoro, primo maggio festa",
        "mothers_day": "festa della mamma",
        "fathers_day": "festa del papà",
        "republic_it": "festa della repubblica",
        "ascension": "ascensione",
        "pentecost": "pentecoste",
        "corpus_christi": "corpus domini",
        "assumption": "ferragosto, festa dell'assunzione, l'assunta, assunta",
        "all_saints": "ognissanti, tutti i santi",
        "all_souls": "commemorazione dei defunti, giorno dei morti",
        "immaculate": "immacolata, l'immacolata, festa dell'immacolata",
        "christmas_eve": "vigilia di natale, la vigilia di natale",
        "christmas": "natale, giorno di natale, festività natalizie",
        "boxing": "santo stefano",
        "halloween": "halloween",
        "black_friday": "black friday",
        "holy_week": "settimana santa",
        "john": "festa di san giovanni, notte di san giovanni",
        "april_fools": "pesce d'aprile",
        "thanksgiving": "giorno del ringraziamento",
    },
    "SUB": {
        "early": "inizio, inizi",
        "mid": "metà",
        "late": "fine, gli ultimi giorni, negli ultimi giorni",
    },
    "DAYW": "giorno, in data",
    "LASTN": "ultimo, ultima, ultimi, ultime",
    "RET": "ritorno, tornare, torno, tornando, torniamo, tornerò, torneremo, rientro, rientrare, rientriamo,"
    " rientrando, ritornare, ritorniamo, volo di ritorno, il ritorno, indietro, torna, tornano, rientrerò, rientra,"
    " tornerei, ritorneremo, riparto, ripartire, ripartiamo",
    "DEP": "partire, parto, partenza, partiamo, partendo, partirò, andata, andare, vado, andiamo, volare, viaggiare,"
    " viaggio, volo di andata, decollare, vorrei andare, si parte, parte, partono, partiremo, partirei, va, andrò,"
    " andremo",
    "RTNOUN": "andata e ritorno, andata-ritorno, a/r, andata / ritorno",
    "CLOSE": "grazie, aiuto, aiutarmi, aiutato, aiutare, tutto, è tutto, basta così, nient'altro, niente, come stai,"
    " come sta, come va, tempo, notizie, a posto, basta",
    "GO": "volo, voli, volare, viaggiare, viaggio, biglietto, biglietti, partire, partenza, parto, andare, vado,"
    " tornare, torno, prenotare, prenotazione, ritorno, partiamo",
    "AWAY": "noleggiare un'auto, noleggiare una macchina, autonoleggio, auto a noleggio, camera d'albergo, prenotare"
    " un hotel, un hotel a",
    "COUNT": "per cento, pax, pers, erw, adt, persone, persona, adulti, adulto, passeggeri, passeggero,"
    " bambini, bambino, biglietti, biglietto,"
    " bagagli, bagaglio, valigie, valigia, scali, scalo, neonati, neonato, ore, ora, minuti, giorni, notti,"
    " settimane, mesi, anni, volte, posti, euro, viaggiatori, per cento, miglia, punti, o più, amici",
    "NOUN": "classe, volta, opzione, fila, piano, volo, voli, scelta, offerta, proposta, posto, via, bambino,"
    " persona, biglietto, giorno, tratta, parte, migliore, mano, scalo, alternativa, viaggio",
    "BIRTH": "nato, nata, nati, nate, nascita, data di nascita, compleanno è",
    "OPAQUE": "prima classe, seconda classe, solo andata, sola andata, di andata, buon giorno, buongiorno, buona"
    " sera, buonasera, buona notte, buona giornata, una volta, al mese, alla settimana, a notte, un giorno, che"
    " giorno, quale giorno, per primo, prima volta, prima opzione, seconda opzione, isola di pasqua, ultimo minuto,"
    " ultima ora, tutto il giorno, giorni lavorativi, prossimo volo, questo volo, questa volta, l'altro giorno,"
    " qualsiasi giorno, miglior giorno, prima possibile, il prima possibile, al più presto, mar mediterraneo, mar del"
    " plata, in prima, in seconda, in economy, mar rosso, il mar, santo domingo, chiang mai",
}  # fmt: skip
