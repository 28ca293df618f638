"""Generates messages with extreme values: dates, amounts, counts and names of any size, in six languages and beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

FRAMES = (
    "Lisbon to Berlin {}",
    "from Lisbon to Berlin on {}, back {}",
    "de Lisboa para Berlim dia {}, volta {}",
    "de Lisboa a Berlín el {} y vuelta {}",
    "de Lisbonne à Berlin le {}, retour {}",
    "von Lissabon nach Berlin am {}, zurück {}",
    "da Lisbona a Berlino il {}, ritorno {}",
    "flight from {} to {} on 12 December for {} adults and {} children",
    "under {} euros",
    "até {} reais",
    "hasta {} €",
    "moins de {} euros",
    "höchstens {} Euro",
    "meno di {} euro",
    "{} of us",
    "somos {}",
    "on sera {}",
    "siamo in {}",
    "wir sind {}",
    "{} days later",
    "{} Tage später",
    "{} jours plus tard",
    "{} dias depois",
    "and back {}",
    "e volta {}",
    "y vuelta {}",
    "et retour le {}",
    "zurück am {}",
    "number {}",
    "the {}th",
    "after {} o'clock",
    "flexible {} days",
    "in {}",
    "to {}",
    "with {}, without {}",
    "a week later",
    "the day before",
    "the second one",
    "cheaper",
    "yes",
    "{}",
    "{} {} {}",
)
VALUES = (
    "31/12/9999",
    "9999-12-31",
    "31.12.9999",
    "9999-11-30",
    "December 9999",
    "01/01/0001",
    "0001-01-01",
    "1 January 1",
    "29 February 2027",
    "00/00/0000",
    "99.99.9999",
    "31 April",
    "2027-13-45",
    "9999",
    "0",
    "-1",
    "10" * 20,
    "9" * 400,
    "1" + ".000" * 13,
    "1" + ",000" * 13 + ".99",
    "1e308",
    "1e999999999",
    "NaN",
    "Infinity",
    "0.0000000000000000000000001",
    "½",
    "²³",
    "٣١/١٢/٩٩٩٩",
    "२०२७-१२-३१",
    "１２．１２．９９９９",
    "三十一",
    "Ⅻ",
    "twenty-nine hundred thousand",
    "hundertzwanzigtausendneunhundert",
    "quatre-vingt-dix-neuf mille",
    "25:61",
    "24:00",
    "12 December",
    "31 décembre",
    "tomorrow",
    "a\u0301" * 40,
    "e" + "\u0301" * 300,
    "ſtraße ﬃ",
    "München Москва 東京 القاهرة",
    "\u202eBerlin\u202c",
    "L\u200bisbon",
    "x" * 900,
    "Ünïcödé-" * 60,
    "?!?!…¿¡",
    "." * 200,
    "((((((((((",
    "🛫" * 50,
    "👩\u200d👩\u200d👧",
    "\ufdfa" * 20,
    "{} %s {0} \\x00",
    "OK",
)


def extreme_message(rng: random.Random) -> str:
    """Return a message of at most 4000 characters with at least one that is no white space."""
    frame = rng.choice(FRAMES)
    values = [rng.choice(VALUES) for _ in range(frame.count("{}"))]
    return frame.format(*values)[:4000]


def extreme_conversation(rng: random.Random) -> list[str]:
    """Return the messages of a conversation, three to five."""
    return [extreme_message(rng) for _ in range(rng.randint(3, 5))]
