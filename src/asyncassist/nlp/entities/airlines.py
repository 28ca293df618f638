"""Airlines by name and code, and flight numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from asyncassist._types import Airline

if TYPE_CHECKING:
    from asyncassist.nlp.tokens import Text

_WITH: Final = frozenset(
    {
        "with",
        "fly",
        "com",
        "con",
        "avec",
        "mit",
        "on",
        "prefer",
        "pela",
        "pelo",
        "por",
        "via",
        "chez",
        "bei",
        "preferably",
    }
)
# "voo da azul", "vuelo de copa": the small word between a flight and its airline.
_OF: Final = frozenset({"da", "de", "del", "di", "do", "della"})
# What stands beside an airline that is a wish of its own: "delta only", "southwest if possible".
_WISHED: Final = frozenset(
    {
        "only", "if", "possible", "please", "preferably", "preferred", "would", "be", "great", "nice", "best", "so",
        "se", "possivel", "si", "s", "il", "posible", "wenn", "moglich", "am", "liebsten", "nur", "bitte", "solo",
        "soltanto", "possibilmente", "de", "preferencia", "preference",
    }
)  # fmt: skip
_POLITE: Final = frozenset({"please", "bitte", "favor", "por", "per", "favore", "grazie", "svp", "merci", "danke"})
# All that stands behind the name of an airline that is not wanted.
_DENIALS: Final = {
    "en": frozenset({"no", "not", "rather not", "no thanks", "is out", "leave them out", "leave it out"}),
    "pt": frozenset({"nao", "nao quero", "melhor nao", "de jeito nenhum"}),
    "es": frozenset({"no", "no quiero", "mejor no", "no gracias"}),
    "fr": frozenset({"non", "pas", "plutot pas", "surtout pas", "non merci"}),
    "de": frozenset(
        {"nicht", "lieber nicht", "nein", "bitte nicht", "auf keinen fall", "mag ich nicht", "besser nicht"}
    ),
    "it": frozenset({"no", "meglio di no", "meglio no", "non la voglio", "non mi piace", "no grazie"}),
}
# A verb behind the name, and its "not": "mit Ryanair fliege ich nicht", "com a TAP é que não", "con Iberia no vuelo".
_REFUSED: Final = re.compile(
    r"(?:flieg\w*|reis\w*|will|mag|mocht\w*) (?:ich|wir) (?:aber |lieber |gar )?nich(?:t)?\b|"
    r"(?:aber |bitte |lieber |bloss )?nich(?:t)?$|"
    r"no (?:vuelo|volamos|viajo|viajamos|me gusta|la quiero|quiero)\b|ni (?:loco|loca|hablar|de broma)\b|"
    r"e que nao\b|(?:eu |a gente |nos )?nao (?:voo|voamos|viajo|quero|gosto|da)\b|nem pensar\b|"
    r"non (?:volo|voliamo|viaggio|la prendo|ci volo)\b|(?:je|on) (?:ne )?(?:vole|veux|prends|prend) pas\b|"
    r"(?:c est|ce sera) (?:non|sans moi)\b|i (?:won|don|refuse|can)\b"
)
# code: name, then other names; "!" before a name that is also a word or a place: it needs a capital letter or a word
# like "airlines" after it.
_TABLE: Final = """
AA American Airlines|!american|american air|aerolineas americanas
UA United Airlines|!united|united air
DL Delta Airlines|!delta|delta air lines|delta air
WN Southwest Airlines|!southwest
AS Alaska Airlines|!alaska|alaska air
B6 JetBlue|jet blue
NK Spirit Airlines|!spirit
F9 Frontier Airlines|!frontier
HA Hawaiian Airlines|!hawaiian
G4 Allegiant Air|allegiant
AC Air Canada
WS WestJet|west jet
PD Porter Airlines
TS Air Transat
AM Aeromexico|aeromexico airlines
Y4 Volaris
VB Viva Aerobus|viva
AV Avianca
CM Copa Airlines|!copa
LA LATAM|latam airlines|latam brasil|tam|lan
G3 Gol|gol linhas aereas
AD Azul|azul linhas aereas
AR Aerolíneas Argentinas|aerolineas
H2 Sky Airline
JA JetSmart|jet smart
BA British Airways|british air
VS Virgin Atlantic|!virgin
U2 easyJet|easy jet
FR Ryanair|ryan air
W6 Wizz Air|wizz|wizzair
LS Jet2
EI Aer Lingus
LH Lufthansa
EW Eurowings|euro wings
DE Condor
X3 TUIfly|tui fly|tui
AF Air France|airfrance
TO Transavia
HV Transavia Holland
KL KLM|klm royal dutch
SN Brussels Airlines
LX Swiss|swiss international|swiss air|swissair
OS Austrian Airlines|!austrian
IB Iberia
I2 Iberia Express
VY Vueling
UX Air Europa
V7 Volotea
TP TAP Air Portugal|tap|tap portugal|air portugal
S4 SATA|azores airlines|sata internacional
AZ ITA Airways|ita|alitalia
NO Neos
SK SAS|scandinavian airlines|scandinavian
DY Norwegian|norwegian air|norwegian air shuttle
AY Finnair
FI Icelandair
OG PLAY
LO LOT|lot polish airlines
OK Czech Airlines
RO TAROM
JU Air Serbia
OU Croatia Airlines
A3 Aegean Airlines|!aegean
TK Turkish Airlines|!turkish
PC Pegasus Airlines|!pegasus
LY El Al|elal
MS EgyptAir|egypt air
AT Royal Air Maroc
TU Tunisair
AH Air Algérie
ET Ethiopian Airlines|!ethiopian
KQ Kenya Airways
SA South African Airways
DT TAAG|taag angola
TM LAM
VR Cabo Verde Airlines
EK Emirates|!emirates|fly emirates
EY Etihad|etihad airways
QR Qatar Airways
FZ flydubai|fly dubai
G9 Air Arabia
SV Saudia
GF Gulf Air
RJ Royal Jordanian
ME Middle East Airlines
KU Kuwait Airways
WY Oman Air
AI Air India
6E IndiGo|!indigo
SG SpiceJet|spice jet
UK Vistara
QP Akasa Air
PK Pakistan International Airlines|pia
UL SriLankan Airlines|srilankan
BG Biman
SQ Singapore Airlines
TR Scoot
MH Malaysia Airlines
AK AirAsia|air asia
D7 AirAsia X
TG Thai Airways|!thai
VN Vietnam Airlines
VJ VietJet|vietjet air
GA Garuda Indonesia|garuda
JT Lion Air
PR Philippine Airlines
5J Cebu Pacific
CX Cathay Pacific|cathay
HX Hong Kong Airlines
CI China Airlines
BR EVA Air
CA Air China
MU China Eastern
CZ China Southern
HU Hainan Airlines
JL Japan Airlines|jal
NH ANA|all nippon|all nippon airways
MM Peach
KE Korean Air
OZ Asiana|asiana airlines
QF Qantas
JQ Jetstar
VA Virgin Australia
NZ Air New Zealand
FJ Fiji Airways
TN Air Tahiti Nui
SS Corsair
TX Air Caraïbes
BJ Nouvelair
SU Aeroflot
S7 S7 Airlines
PS Ukraine International
BT airBaltic|air baltic
KM KM Malta Airlines|air malta
CY Cyprus Airways
"""
_SIGNS: Final = frozenset({",", ".", ";", "?", "!", "-", "("})
# Names that are words too: they need a capital letter, even without a mark in the table.
_CAPITAL: Final = frozenset(
    {
        "gol", "azul", "condor", "swiss", "lan", "tam", "tap", "ita", "ana", "jal", "lot", "sas", "sata", "lam",
        "iberia", "play", "peach", "viva", "tui", "pia", "wizz", "norwegian", "scandinavian", "volaris", "cathay",
        "garuda",
    }
)  # fmt: skip
_AFTER: Final = frozenset(
    {"airlines", "airline", "airways", "air", "aerolineas", "airlanes", "arlines", "airlins", "airllines", "arilines"}
)
# "United States", "American Express", "American citizen": not the airline.
_NOT_BEFORE: Final = frozenset(
    {
        "states", "kingdom", "nations", "emirates", "express", "passport", "citizen", "dollars", "dollar", "samoa",
        "embassy", "junction", "variant", "visa", "arab", "state", "restaurant", "food", "lounge", "river",
    }
)  # fmt: skip
_BEFORE_NUMBER: Final = frozenset(
    {"flight", "flights", "voo", "vuelo", "vol", "flug", "flugnummer", "volo", "number", "numero", "nummer", "no", "nr"}
)
# Two letters that stand before digits for other reasons.
_NOT_CODES: Final = frozenset(
    {"AM", "PM", "TO", "AT", "NO", "DE", "LA", "US", "OK", "ME", "UK", "IN", "EU", "DY", "OS"}
)
_NUMBER: Final = re.compile(r"(?<![\w.,])([A-Za-z]{2}|[A-Za-z]\d|\d[A-Za-z])( ?-?)(\d{1,4})(?![\w]|[.,:]\d)", re.ASCII)


# Words around the number of a flight under way.
_ABOUT: Final = re.compile(
    r"land|arriv|delay|status|on time|gate|depart|atras|cheg|llega|retras|retard|atterri|aterri|despeg|sali[oó]"
    r"|decol|embarc|pous|versp|pünktlich|gelandet"
    r"|ritard|atterra",
    re.IGNORECASE,
)


class Named(NamedTuple):
    """An airline in a text: tokens `first` to `last`, both included."""

    first: int
    last: int
    airline: Airline


@dataclass(frozen=True, slots=True)
class _Names:
    """Names by their first word, longest first: words after it, code, whether a capital is needed."""

    by_first: dict[str, list[tuple[tuple[str, ...], str, bool]]]
    airlines: dict[str, Airline]


@cache
def _names() -> _Names:
    from asyncassist.nlp.tokens import Text  # noqa: PLC0415 - only to build the table

    by_first: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
    airlines = {}
    for line in _TABLE.strip().splitlines():
        code, _, rest = line.partition(" ")
        forms = rest.split("|")
        airlines[code] = Airline(code=code, name=forms[0])
        for form in forms:
            first, *more = Text.of(form.lstrip("!")).words
            capital = form.startswith("!") or (not more and first in _CAPITAL)
            by_first.setdefault(first, []).append((tuple(more), code, capital))
    for tails in by_first.values():
        tails.sort(key=lambda tail: -len(tail[0]))
    return _Names(by_first, airlines)


def airline_by_code(code: str) -> Airline | None:
    """The airline of an IATA code in capitals, None if unknown."""
    return _names().airlines.get(code)


def find_airlines(text: Text, *, expected: bool = False) -> list[Named]:
    """Airlines named in a text, in order.

    Args:
        text: The text.
        expected: Whether the airline was just asked for: then no capital letter is needed.
    """
    names, tokens, words = _names().by_first, text.tokens, text.words
    found: list[Named] = []
    at = 0
    while at < len(tokens):
        hit = None
        for more, code, capital in names.get(words[at], ()):
            last = at + len(more)
            if words[at + 1 : last + 1] != more:
                continue
            follow = words[last + 1] if last + 1 < len(words) else ""
            known = follow in _AFTER
            if capital and not more and not known and not _stands_alone(text, at, follow, expected=expected):
                continue
            hit = Named(at, last + 1 if known else last, _names().airlines[code])
            break
        hit = hit or _by_code(text, at)
        if hit is None:
            at += 1
        else:
            found.append(hit)
            at = hit.last + 1
    return found


def _by_code(text: Text, at: int) -> Named | None:
    """An airline by its code in capitals behind a word like "with": "with BA"."""
    raw = text.tokens[at].raw
    if len(raw) != 2 or not raw.isupper() or not at or text.words[at - 1] not in _WITH or text.raw.isupper():
        return None
    follows = text.words[at + 1] if at + 1 < len(text.words) else ""
    airline = None if raw in _NOT_CODES or follows.isdecimal() else _names().airlines.get(raw)
    return None if airline is None else Named(at, at, airline)


def _stands_alone(text: Text, at: int, follow: str, *, expected: bool) -> bool:
    """Whether a word that is also a word names the airline here."""
    if follow in _NOT_BEFORE:
        return False
    raw = text.tokens[at].raw
    word = text.tokens[at].folded
    if word in {"lot", "play", "ana", "lan", "viva", "lam"}:
        return raw.isupper() and not text.raw.isupper()
    if raw[0].isupper():
        return True
    before = text.words[at - 1] if at else ""
    flown = before in _OF and at > 1 and text.words[at - 2] in _BEFORE_NUMBER
    return expected or before in _WITH or flown or follow in _BEFORE_NUMBER or _a_wish(text, at)


def _a_wish(text: Text, at: int) -> bool:
    """Whether a name stands between signs, with nothing beside it but "only" or "if possible"."""
    words = text.words
    if not at or words[at - 1] not in _SIGNS:
        return False
    last = next((index for index in range(at, len(words)) if words[index] in _SIGNS), len(words))
    rest = words[at + 1 : last]
    return bool(rest) and all(word in _WISHED or word == "'" for word in rest)


def find_flight_numbers(text: Text) -> list[tuple[int, int, str]]:
    """Flight numbers as (start, end, "TP1234"), in order."""
    airlines = _names().airlines
    found = []
    about = _ABOUT.search(text.raw) is not None
    for match in _NUMBER.finditer(text.raw):
        code, gap, digits = match[1].upper(), match[2], match[3]
        if code not in airlines:
            continue
        glued = not gap
        if glued and code == "A3" and len(digits) == 2:
            continue  # the A320 is an aeroplane
        capital = match[1] == code and not code.isdigit()
        named = _word_before(text.raw, match.start()) in _BEFORE_NUMBER
        if (
            named
            or (glued and len(digits) >= 2)
            or (capital and len(digits) >= (2 if about else 3) and code not in _NOT_CODES)
        ):
            found.append((match.start(), match.end(), f"{code}{int(digits)}"))
    return found


def is_denied_after(text: Text, last: int, language: str) -> bool:
    """Whether the words behind an airline's name say that it is not wanted: "Lufthansa no", "Ryanair lieber nicht"."""
    behind = []
    for word in text.words[last + 1 : last + 6]:
        if word == "'":
            continue
        if not word.isalpha():
            break
        behind.append(word)
    while behind and behind[-1] in _POLITE:
        behind.pop()
    said = " ".join(behind)
    return bool(behind) and (said in _DENIALS.get(language, frozenset()) or _REFUSED.match(said) is not None)


def _word_before(raw: str, start: int) -> str:
    """The word before an offset, in small letters."""
    words = raw[max(0, start - 20) : start].lower().replace("º", "").replace("ú", "u").split()
    return words[-1].strip(":#.") if words else ""


def covered(named: list[Named]) -> set[int]:
    """The tokens that airlines take."""
    return {index for one in named for index in range(one.first, one.last + 1)}
