"""Normalized words about passengers in six languages."""

from __future__ import annotations

from typing import Final, Literal

PassengerKind = Literal["adult", "child", "infant", "other"]
MAX_PASSENGERS: Final = 9

PERSON_NOUNS: Final[dict[str, tuple[PassengerKind, str]]] = {}
for _kind, _words in (
    (
        "adult",
        (
            "people person persons passenger passengers traveler travelers traveller travellers adult adults"
            " ticket tickets"
            " seat seats pax pers erw adt adl individuals guests folks ppl"
            " travellors tix peoples grownups reservations members heads"
            " booking bookings pessoa pessoas passageiro passageiros adulto"
            " adultos bilhete bilhetes passagem passagens lugares viajantes personas persona pasajero pasajeros billete"
            " billetes boleto boletos pasaje pasajes asientos viajeros personne personnes passager passagers"
            " adulte adultes"
            " billet billets places voyageurs personen passagiere passagier erwachsene erwachsenen erwachsener tickets"
            " platze reisende flugtickets karten persone passeggero passeggeri adulti biglietto biglietti posti"
            " viaggiatori seniors senior grandparents nonni abuelos avos parents"
        ),
    ),
    (
        "child",
        (
            "child children kid kids son sons daughter daughters toddler toddlers teen teens crianca criancas filho"
            " filhos filha"
            " filhas menino menina meninos nino ninos nina ninas hijo hijos hija hijas enfant enfants fils fille filles"
            " gamins"
            " miudo miudos miuda miudas guri guris garotos nietos nietas netos netas nipoti enkel enkelin grandchildren"
            " grandkids petitsenfants chamacos chicos peques"
            " nena nenas nene nenes nino crio crios chd kind kinder kindern"
            " sohn tochter sohne bambino bambini bambina bambine figlio figli figlia figlie ragazzi"
        ),
    ),
    (
        "infant",
        (
            "infant infants baby babies newborn newborns lapinfant inf bebe bebes neonato neonati neonata lattante bebê"
            " nourrisson nourrissons babys saugling sauglinge kleinkind kleinkinder bimbo bimbi"
        ),
    ),
    ("other", "others friends friend buddies colleagues coworkers amigos amigo amis freunde freunden amici colegas"),
):
    for _word in _words.split():
        PERSON_NOUNS[_word] = (_kind, _word)  # type: ignore[assignment]

CHILD_NOUNS: Final = frozenset(word for word, known in PERSON_NOUNS.items() if known[0] in {"child", "infant"})
# Plurals without a number: the ages that follow give it ("children of 5 and 8").
PLURAL_CHILD_NOUNS: Final = frozenset(
    {word for word in CHILD_NOUNS if word.endswith("s") and word != "fils"}
    | {
        "children", "grandchildren", "kinder", "kindern", "sohne", "enkel", "bambini", "bambine", "figli", "figlie",
        "ragazzi", "nipoti", "neonati", "sauglinge", "kleinkinder", "bimbi",
    }
)  # fmt: skip
PERSON_WORDS: Final = frozenset(PERSON_NOUNS)
"""All nouns for people, in all languages."""

# Words that may stand between a number and the noun that it counts.
NOUN_MODIFIERS: Final = frozenset(
    {
        "one", "lap", "seule", "seul", "sola", "solo", "unica", "unico", "einzige", "einziger", "single", "way",
        "round", "trip", "roundtrip", "oneway", "economy", "premium", "business", "first", "class", "flight", "plane",
        "return", "adult", "more", "other", "small", "little", "young", "additional", "airline", "refundable",
        "direct", "nonstop", "-", "of", "outras", "outros", "pequenas", "otras", "otros", "aereos", "aereas", "aviao",
        "de", "avion", "d", "erwachsene", "kleine", "piccoli", "aerei", "total", "cheap", "separate", "different",
        "air", "my", "dos", "des", "our", "outbound", "seat", "coach", "united", "american", "delta", "southwest",
        "alaska", "airlines", "'", "petits", "jeunes", "grands", "grand", "ida", "e", "volta",
    }
)  # fmt: skip
TICKET_NOUNS: Final = frozenset(
    {
        "flight", "flights", "tickets", "ticket", "reservations", "booking", "bookings", "seats", "seat", "bilhete",
        "bilhetes", "billete", "billetes", "billet", "billets", "biglietto", "biglietti", "passagem", "passagens",
        "places", "boleto", "boletos", "pasaje", "pasajes", "flugtickets", "voos", "vuelos", "vols", "fluge", "voli",
        "karten", "platze", "posti", "lugares", "asientos",
    }
)  # fmt: skip
FLIGHT_NOUNS: Final = frozenset({"flights", "flight", "voos", "vuelos", "vols", "fluge", "voli"})
FLIGHT_MODIFIERS: Final = frozenset(
    {"way", "trip", "roundtrip", "oneway", "economy", "business", "premium", "class", "volta", "vuelta", "retour"}
)
COMPANION_NOUNS: Final = frozenset(
    {
        "wife", "husband", "blonde", "chum", "mere", "suegra", "suegro", "sogra", "sogro", "suocera", "suocero",
        "granny", "nan", "oma", "opa", "abuela", "abuelo", "nonna", "nonno", "avo", "kollege", "kollegin", "mate",
        "schwiegermutter", "schwiegervater", "mamie", "papi", "collegue", "colega", "compadre", "girlfriend",
        "boyfriend", "partner", "mother", "father", "mom", "mum", "dad", "brother",
        "sister", "friend", "spouse", "fiancee", "fiance", "boss", "colleague", "grandmother", "grandma",
        "grandfather", "cousin", "esposa", "marido", "mulher", "namorada", "namorado", "mae", "pai", "irmao", "irma",
        "amigo", "amiga", "esposo", "novia", "novio", "madre", "padre", "hermano", "hermana", "mujer", "pareja",
        "femme", "mari", "copine", "copain", "pere", "frere", "soeur", "ami", "amie", "frau", "mann",
        "freundin", "freund", "mutter", "vater", "bruder", "schwester", "moglie", "marito", "ragazza", "ragazzo",
        "fidanzata", "fidanzato", "fratello", "sorella", "amica", "compagna", "compagno", "partnerin", "chefe",
        "companheira", "companheiro", "parceiro", "parceira", "conjoint", "conjointe", "mamma", "papa",
    }
)  # fmt: skip
COMPANION_DETERMINERS: Final = frozenset(
    {
        "my", "meu", "minha", "mi", "mon", "ma", "meine", "meiner", "meinem", "meinen", "mein", "mia", "mio", "a",
        "o", "la", "un", "una", "um", "uma", "une", "ein", "eine", "einem", "einer", "einen", "our", "nosso", "nossa",
        "nuestro", "nuestra", "notre", "unser", "unsere", "unserem", "unserer", "nostro", "nostra", "the", "il", "el",
    }
)  # fmt: skip
PARENT_NOUNS: Final = frozenset({"parents", "pais", "padres", "eltern", "genitori"})
SINGULAR_DETERMINERS: Final = frozenset(
    {
        "a", "an", "um", "uma", "un", "una", "une", "ein", "eine", "einem", "einen", "einer", "uno", "my", "our",
        "meu", "minha", "nosso", "nossa", "mi", "mon", "ma", "notre", "mein", "meine", "meinem", "meinen", "meiner",
        "unser", "unsere", "unserem", "mio", "mia", "nostro", "nostra", "nuestro", "nuestra",
    }
)  # fmt: skip
INDEFINITE_ARTICLES: Final = frozenset(
    {"a", "an", "um", "uma", "un", "una", "une", "ein", "eine", "einem", "einen", "einer", "uno"}
)
# "My son" is a passenger only as part of a list: "with my son", "my son and I", "me, my son".
LIST_CONNECTORS: Final = frozenset(
    {
        "with", "w", "com", "con", "avec", "mit", "and", "e", "y", "et", "und", "ed", "&", "plus", "mais", "mas",
        "piu", "for", "para", "pra", "pour", "fur", "per", ",", "+", "-", "/", ":",
    }
)  # fmt: skip
DEFINITE_ARTICLES: Final = frozenset(
    {"a", "o", "la", "il", "as", "os", "le", "i", "the", "der", "dem", "das", "el", "lo"}
)
WITH_WORDS: Final = frozenset({"with", "w", "c", "com", "con", "avec", "mit"})
OR_WORDS: Final = frozenset({"or", "ou", "o", "oder"})
# What follows these words is added to the total: "two plus a child" are three.
PLUS_WORDS: Final = frozenset({"plus", "piu", "mais", "mas", "+", "zuzuglich", "zzgl"})
# Before a number that counts the group when it is a whole answer: "in 3", "à trois", "zu 3".
GROUP_PREPOSITIONS: Final = {"it": "in", "fr": "a", "de": "zu"}
# Up to this many tokens a text counts as a short answer.
SHORT_ANSWER_TOKENS: Final = 3
FIRST_PERSON: Final = frozenset(
    {"me", "i", "myself", "eu", "mim", "comigo", "yo", "conmigo", "moi", "ich", "mir", "mich", "io"}
)
FOR_WORDS: Final = {
    "en": {"for", "seat"}, "pt": {"para", "pra", "somos", "seremos"}, "es": {"para", "somos", "seremos"},
    "fr": {"pour", "sommes", "est", "serons", "sera"}, "de": {"fur", "sind"}, "it": {"per", "siamo", "saremo"},
}  # fmt: skip
# After a number, these words say that it does not count people.
NON_PERSON_FOLLOWERS: Final = frozenset(
    {
        "way", "stop", "stops", "day", "days", "night", "nights", "week", "weeks", "month", "months", "year", "years",
        "hour", "hours", "minutes", "am", "pm", "o'clock", "oclock", "bag", "bags", "suitcase", "suitcases",
        "dollars", "dollar", "euros", "euro", "pounds", "th", "st", "nd", "rd", "$", "€", "£", "%", "dia", "dias",
        "noite", "noites", "semana", "semanas", "mes", "meses", "ano", "anos", "hora", "horas", "mala", "malas",
        "reais", "noches", "noche", "maletas", "jour", "jours", "nuit", "nuits", "semaine", "semaines", "mois", "an",
        "ans", "heure", "heures", "valise", "valises", "tag", "tage", "tagen", "nacht", "nachte", "woche", "wochen",
        "monat", "monate", "monaten", "jahr", "jahre", "uhr", "stunden", "koffer", "giorno", "giorni", "notte",
        "notti", "settimana", "settimane", "mese", "mesi", "anno", "anni", "ora", "ore", "valigie", "escala",
        "escalas", "scalo", "scali", "more", "of", "carry", "checked", "other", "options", "flights", "flight",
        "things", "or", "h", ":", "/", "thing", "question", "questions", "reasons", "pieces", "piece", "cities",
        "city", "reservation", "name", "layover", "voo", "vuelo", "vol", "volo", "flug", "pesos", "dolares", "francs",
        "franken", "franchi", "last", "moment", "hundred",
    }
)  # fmt: skip
GROUP_PHRASES: Final = frozenset(
    (mine, group) for mine in ("my", "our", "the", "total") for group in ("group", "party", "family", "team")
)
# Words that may follow "we are three".
AFTER_GROUP_COUNT: Final = frozenset(
    {
        "in", "people", "on", "and", "flying", "em", "en", "adultos", "e", "y", "et", "und", "to", "traveling",
        "travelling", "total", "who", "with", "from", "for", "including", "leaving", "heads", "heading", "going",
    }
)  # fmt: skip
GERMAN_GROUP_COUNTS: Final = {"dritt": 3, "viert": 4, "funft": 5, "sechst": 6, "siebt": 7, "acht": 8}

# Nouns that count all passengers, children included.
COLLECTIVE_NOUNS: Final = frozenset(
    {
        "people", "pessoas", "personas", "personnes", "personen", "persone", "us", "passengers", "passageiros",
        "pasajeros", "passagers", "passagiere", "passeggeri",
    }
)  # fmt: skip
# Words that may follow "for two".
AFTER_FOR_COUNT: Final = frozenset(
    {
        "please", "in", "on", "to", "from", "and", "with", "leaving", "departing", "por", "em", "en", "de", "a",
        "nach", "von", "da", "am", "s", "bitte", "svp", "economy",
    }
)  # fmt: skip
# Words that may connect the people of one list.
LIST_WORDS: Final = frozenset(
    {
        "and", "e", "y", "et", "pis", "puis", "und", "&", ",", "ed", "plus", "both", "com", "con", "avec", "mit",
        "with", "two", "three",
        "dois", "dos", "deux", "zwei", "due", "tres", "trois", "drei", "tre", "duas",
    }
)  # fmt: skip
