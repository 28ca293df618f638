"""French date lexicon. The kinds are explained in `asyncassist.languages.date_lexicon`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.date_lexicon import DateLexicon

DATE_LEXICON: Final[DateLexicon] = {
    "MONTH": {
        1: "janvier",
        2: "février",
        3: "mars",
        4: "avril",
        5: "mai",
        6: "juin",
        7: "juillet",
        8: "août",
        9: "septembre",
        10: "octobre",
        11: "novembre",
        12: "décembre",
    },
    "MONTHW": {
        1: "janv, jan",
        2: "févr, fév",
        3: "mar",
        4: "avr",
        7: "juil, juill",
        9: "sept, sep",
        10: "oct",
        11: "nov",
        12: "déc",
    },
    "WDAY": {
        0: "lundi",
        1: "mardi",
        2: "mercredi",
        3: "jeudi",
        4: "vendredi",
        5: "samedi",
        6: "dimanche",
    },
    "WDAYW": {
        0: "lun",
        1: "mar",
        2: "mer",
        3: "jeu",
        4: "ven",
        5: "sam",
        6: "dim",
    },
    "EVERY": "chaque, tous les, toutes les, lundis, mardis, mercredis, jeudis, vendredis, samedis, dimanches, les"
    " week-ends",
    "REL": {
        0: "aujourd'hui, aujourdhui, ce jour, plus tard aujourd'hui, à partir d'aujourd'hui, dès aujourd'hui",
        1: "demain, dans un jour, d'ici un jour",
        2: "après-demain, après demain, surlendemain",
        -1: "hier",
        -2: "avant-hier, avant hier",
    },
    "RELP": {
        (0, "evening"): "ce soir",
        (0, "night"): "cette nuit",
    },
    "PART": {
        "morning": "matin, le matin, au matin, du matin, matinée, dans la matinée, en matinée, de bon matin",
        "noon": "midi, à midi, le midi",
        "afternoon": "après-midi, l'après-midi, après midi, dans l'après-midi, de l'après-midi, aprèm",
        "evening": "soir, le soir, au soir, du soir, soirée, en soirée, dans la soirée",
        "night": "nuit, la nuit, de nuit, dans la nuit",
    },
    "NOW": "maintenant, à partir de maintenant, dès maintenant",
    "ABOUT": "environ, à peu près, presque, quelque",
    "UDAY": "jour, jours, journée",
    "UWEEK": "semaine, semaines",
    "UFORT": "quinzaine",
    "UMONTH": "mois",
    "UYEAR": "an, ans, année, années",
    "UNIGHT": "nuit, nuits, nuitées",
    "UWEEKEND": "week-end, weekend, week end, fin de semaine",
    "WKOFF": {
        7: "en huit, en 8",
        14: "en quinze, en 15",
    },
    "SEASON": {
        "spring": "printemps",
        "summer": "été",
        "autumn": "automne",
        "winter": "hiver",
    },
    "QUARTER": "trimestre",
    "QUARTERQ": "q, t",
    "WITHIN": "dans un délai de, d'ici à, avant",
    "TRIP": "voyage, séjour, vacances, escapade",
    "MOD": {
        "this": "ce, cet, cette",
        "next": "prochain, prochaine, prochains, prochaines",
        "last": "dernier, dernière",
    },
    "POST": {
        "next": "prochain, prochaine, qui vient, à venir, qui arrive",
        "last": "dernier, dernière, passé, passée",
        "follow": "suivant, suivante, d'après",
        "this": "en cours",
    },
    "SAMEDAY": "le même jour, le jour même, même jour, le soir même, soir même, le même soir, même soir",
    "NEXTDAY": {
        1: "le lendemain, lendemain, le jour d'après, le jour suivant",
        2: "le surlendemain",
    },
    "IN": "dans, d'ici, en, sous, en l'an",
    "AGO": "auparavant",
    "AGOPRE": "il y a, y a",
    "LATER": "plus tard",
    "LATERPRE": "au bout de",
    "AFTER": "après, après le, après la",
    "LATER2": "après",
    "FLY": "vol, vols, voler, billet, billets, avion",
    "PLEASE": "s'il vous plaît, s'il te plaît, svp, si possible, alors, peut-être",
    "BEFORE": "avant, avant le, avant la",
    "FROMNOW": "à partir d'aujourd'hui, à partir de maintenant, à compter d'aujourd'hui",
    "FOR": "pour, pendant, durant, pour environ",
    "STAY": "rester, reste, restons, resterai, resterons, passer, séjour de, séjourner, un séjour de",
    "THE": "le, la, l', les",
    "THED": "le, du, au, jusqu'au, dès le, le jour du, pour le, avant le, après le, à partir du, depuis le, entre le,"
    " vers le",
    "OF": "de, du, d', de la, de l', des",
    "MONTHIN": "à, entre, en, de, d', courant, pour, jusqu'en, dès, depuis, au mois de, au mois d', avant, après, fin"
    " de, vers",
    "ON": "le, en, pour, jusqu'au, jusqu'à, dès, depuis, du, au, à partir de, à partir du, avant, après, ou, et, ce,"
    " pas, de, à",
    "DATEON": "le, du, au, jusqu'au, pour le, à, dès le, avant le, après le, à partir du, en, pour, de, avant, après",
    "AT": "à",
    "FROM": "du, de, à partir du, à partir de, dès, dès le, depuis, depuis le",
    "TO": "au, à, jusqu'au, jusqu'à, jusque",
    "BETWEEN": "entre, entre le, entre les",
    "AND": "et",
    "OR": "ou",
    "COUPLE": {
        2: "une paire de",
        10: "une dizaine de",
    },
    "NOT": "pas, sauf, excepté, au lieu du, au lieu de, plutôt que",
    "HOL": {
        "new_year": "nouvel an, jour de l'an, le jour de l'an, premier de l'an",
        "new_year_eve": "saint-sylvestre, la saint-sylvestre, saint sylvestre, réveillon, réveillon du nouvel an,"
        " réveillon du jour de l'an, veille du nouvel an",
        "epiphany": "épiphanie, l'épiphanie",
        "candlemas": "chandeleur",
        "valentine": "saint-valentin, saint valentin",
        "shrove_tuesday": "mardi gras",
        "ash_wednesday": "mercredi des cendres",
        "women": "journée de la femme",
        "april_fools": "poisson d'avril",
        "palm_sunday": "rameaux, dimanche des rameaux",
        "maundy_thursday": "jeudi saint",
        "good_friday": "vendredi saint",
        "easter": "pâques, dimanche de pâques",
        "easter_monday": "lundi de pâques",
        "labor": "fête du travail",
        "victory": "fête de la victoire",
        "ascension": "ascension, l'ascension, jeudi de l'ascension",
        "pentecost": "pentecôte, la pentecôte, dimanche de pentecôte",
        "whit_monday": "lundi de pentecôte",
        "mothers_day": "fête des mères",
        "fathers_day": "fête des pères",
        "john": "la saint-jean",
        "bastille": "fête nationale, fête nationale française",
        "assumption": "assomption, l'assomption",
        "all_saints": "toussaint, la toussaint",
        "all_souls": "jour des morts",
        "veterans": "armistice, l'armistice, jour de l'armistice",
        "halloween": "halloween",
        "nicholas": "saint-nicolas, la saint-nicolas",
        "immaculate": "immaculée conception",
        "christmas_eve": "réveillon de noël, veille de noël, la veille de noël",
        "christmas": "noël, jour de noël",
        "black_friday": "black friday",
        "thanksgiving": "thanksgiving, action de grâce",
        "corpus_christi": "fête-dieu",
        "boxing": "lendemain de noël, le lendemain de noël",
    },
    "SUB": {
        "early": "début",
        "mid": "mi -, mi, milieu, courant",
        "late": "fin, les derniers jours",
    },
    "DAYW": "jour du",
    "LASTN": "dernier, dernière, derniers, dernières",
    "RET": "retour, revenir, reviens, revenons, revenant, reviendrai, reviendrons, rentrer, rentre, rentrons,"
    " rentrant, rentrerai, retourner, retournons, vol retour, vol de retour, de retour, le retour, revient, revenez,"
    " rentrez, retourne, reviennent, rentrent, repartir, repars, repartons",
    "DEP": "partir, pars, partons, partant, partirai, départ, aller, vais, allons, quitter, quitte, voyager, voler,"
    " décoller, vol aller, je pars, on part, part, partez, partent, partirons, vas, va, allez",
    "RTNOUN": "aller-retour, aller retour, aller - retours, aller et retour, un retour",
    "CLOSE": "merci, aide, aider, tout, rien, c'est tout, ce sera tout, sera tout, comment, temps, nouvelles, autre"
    " chose",
    "GO": "vol, vols, voler, voyager, voyage, billet, billets, partir, départ, pars, aller, retour, rentrer,"
    " réserver, réservation, revenir, part, partons",
    "AWAY": "louer une voiture, location de voiture, voiture de location, réserver un hôtel, chambre d'hôtel, un"
    " hôtel à",
    "COUNT": "pax, pers, erw, adt, personnes, personne, adultes, adulte, passagers, passager, enfants, enfant,"
    " billets, billet, bagages,"
    " bagage, valises, valise, escales, escale, arrêts, bébés, bébé, heures, heure, minutes, jours, nuits, semaines,"
    " mois, ans, années, fois, places, place, sièges, voyageurs, pour cent, euros, ou plus, amis, copains",
    "NOUN": "classe, fois, option, options, rang, étage, vol, vols, choix, offre, proposition, place, avenue,"
    " arrondissement, main, enfant, personne, passager, billet, siège, jour, départ, étape, escale, meilleur, partie,"
    " rangée",
    "BIRTH": "né le, née le, né en, née en, née, nés en, nées en, nés le, nés, nées,"
    " naissance, date de naissance, anniversaire est, anniversaire c'est",
    "OPAQUE": "première classe, seconde classe, deuxième classe, aller simple, un aller, une fois, bonne journée,"
    " bonne nuit, par jour, par semaine, par mois, par nuit, un jour, quel jour, une seconde, une minute, première"
    " fois, île de pâques, l'île de pâques, prochain vol, dernière minute, d'un jour, du jour au lendemain, jours"
    " ouvrés, jours ouvrables, meilleur jour, l'autre jour, deux par deux, toute la journée, cette fois, ce vol,"
    " cette option, bon après-midi, bonne soirée, de l'un, en première, en seconde, mer du nord, la mer, le jeu, en"
    " mer, mar del plata, bon matin, plus tard possible, n'importe quel jour, tous les jours, vacances de pâques,"
    " vacances de noël, santo domingo, chiang mai, ce jour-là, ce jour la",
}  # fmt: skip
