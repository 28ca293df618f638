"""Airlines by name and IATA code, and flight numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from asyncassist._types import Airline
from asyncassist.languages.registry import PACKS, any_of, union_over_packs

if TYPE_CHECKING:
    from asyncassist.nlp.tokens import TokenizedText

_AIRLINE_CUES: Final = union_over_packs(lambda pack: pack.airlines.cues)
# Prepositions between a flight and its airline: "voo da azul", "vuelo de copa".
_LINK_WORDS: Final = union_over_packs(lambda pack: pack.airlines.link_words)
# Words of a phrase that only states a preferred airline: "delta only", "southwest if possible".
_PREFERENCE_WORDS: Final = union_over_packs(lambda pack: pack.airlines.preference_words)
_POLITE_WORDS: Final = union_over_packs(lambda pack: pack.airlines.polite_words)
# A negated verb after the name: "mit Ryanair fliege ich nicht", "com a TAP é que não", "con Iberia no vuelo".
_REFUSAL: Final = re.compile(any_of(pack.airlines.refusal for pack in PACKS.values()))
# Each line: code, name, then "|" and further names. "!" marks a name that is also a word or a place: it needs a capital
# letter or a word like "airlines" after it.
_AIRLINE_TABLE: Final = """
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
_PUNCTUATION: Final = frozenset({",", ".", ";", "?", "!", "-", "("})
# First words of names that are also common words: alone they need a capital letter, even without "!" in the table.
_NEEDS_CAPITAL: Final = frozenset(
    {
        "gol", "azul", "condor", "swiss", "lan", "tam", "tap", "ita", "ana", "jal", "lot", "sas", "sata", "lam",
        "iberia", "play", "peach", "viva", "tui", "pia", "wizz", "norwegian", "scandinavian", "volaris", "cathay",
        "garuda",
    }
)  # fmt: skip
_AIRLINE_SUFFIXES: Final = union_over_packs(lambda pack: pack.airlines.suffixes)
# "United States", "American Express", "American citizen": not the airline.
_NON_AIRLINE_FOLLOWERS: Final = union_over_packs(lambda pack: pack.airlines.other_meanings)
_FLIGHT_WORDS: Final = union_over_packs(lambda pack: pack.airlines.flight_words)
# Codes that are common words or abbreviations before digits.
_NOT_CODES: Final = frozenset(
    {"AM", "PM", "TO", "AT", "NO", "DE", "LA", "US", "OK", "ME", "UK", "IN", "EU", "DY", "OS"}
)
_FLIGHT_NUMBER: Final = re.compile(
    r"(?<![\w.,])([A-Za-z]{2}|[A-Za-z]\d|\d[A-Za-z])( ?-?)(\d{1,4})(?![\w]|[.,:]\d)", re.ASCII
)


# Words that ask for the status of a flight: its number may then have only two digits.
_FLIGHT_STATUS: Final = re.compile(any_of(pack.airlines.flight_status for pack in PACKS.values()), re.IGNORECASE)


class AirlineMention(NamedTuple):
    """Airline named in a text.

    Attributes:
        first: First token.
        last: Last token, included.
        airline: Airline.
    """

    first: int
    last: int
    airline: Airline


@dataclass(frozen=True, slots=True)
class _AirlineIndex:
    """Airline names by their first word, and airlines by code.

    Attributes:
        by_first_word: First word -> (further words, code, whether a capital letter is needed), longest names first.
        by_code: IATA code -> airline.
    """

    by_first_word: dict[str, list[tuple[tuple[str, ...], str, bool]]]
    by_code: dict[str, Airline]


@cache
def _airline_index() -> _AirlineIndex:
    """Build the index from the table, once."""
    from asyncassist.nlp.tokens import TokenizedText  # noqa: PLC0415 - only to build the table

    by_first: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
    airlines = {}
    for line in _AIRLINE_TABLE.strip().splitlines():
        code, _, rest = line.partition(" ")
        forms = rest.split("|")
        airlines[code] = Airline(code=code, name=forms[0])
        for form in forms:
            first, *more = TokenizedText.from_text(form.lstrip("!")).words
            capital = form.startswith("!") or (not more and first in _NEEDS_CAPITAL)
            by_first.setdefault(first, []).append((tuple(more), code, capital))
    for tails in by_first.values():
        tails.sort(key=lambda tail: -len(tail[0]))
    return _AirlineIndex(by_first, airlines)


def airline_by_code(code: str) -> Airline | None:
    """Return the airline of an IATA code in capitals, None if unknown."""
    return _airline_index().by_code.get(code)


def find_airlines(text: TokenizedText, *, expected: bool = False) -> list[AirlineMention]:
    """Return the airlines named in a text, in order.

    Args:
        text: Tokenized text.
        expected: Whether the assistant just asked for the airline: then no capital letter is needed.
    """
    names, tokens, words = _airline_index().by_first_word, text.tokens, text.words
    found: list[AirlineMention] = []
    position = 0
    while position < len(tokens):
        hit = None
        for more, code, capital in names.get(words[position], ()):
            last = position + len(more)
            if words[position + 1 : last + 1] != more:
                continue
            next_word = words[last + 1] if last + 1 < len(words) else ""
            has_suffix = next_word in _AIRLINE_SUFFIXES
            if (
                capital
                and not more
                and not has_suffix
                and not _is_airline_name(text, position, next_word, expected=expected)
            ):
                continue
            hit = AirlineMention(position, last + 1 if has_suffix else last, _airline_index().by_code[code])
            break
        hit = hit or _find_by_code(text, position)
        if hit is None:
            position += 1
        else:
            found.append(hit)
            position = hit.last + 1
    return found


def _find_by_code(text: TokenizedText, position: int) -> AirlineMention | None:
    """Return the airline whose code is written in capitals after a word like "with": "with BA"."""
    raw = text.tokens[position].raw
    if (
        len(raw) != 2
        or not raw.isupper()
        or not position
        or text.words[position - 1] not in _AIRLINE_CUES
        or text.raw.isupper()
    ):
        return None
    follows = text.words[position + 1] if position + 1 < len(text.words) else ""
    airline = None if raw in _NOT_CODES or follows.isdecimal() else _airline_index().by_code.get(raw)
    return None if airline is None else AirlineMention(position, position, airline)


def _is_airline_name(text: TokenizedText, position: int, next_word: str, *, expected: bool) -> bool:
    """Return whether a name that is also a common word means the airline here."""
    if next_word in _NON_AIRLINE_FOLLOWERS:
        return False
    raw = text.tokens[position].raw
    word = text.tokens[position].folded
    if word in {"lot", "play", "ana", "lan", "viva", "lam"}:
        return raw.isupper() and not text.raw.isupper()
    if raw[0].isupper():
        return True
    before = text.words[position - 1] if position else ""
    after_flight_word = before in _LINK_WORDS and position > 1 and text.words[position - 2] in _FLIGHT_WORDS
    return (
        expected
        or before in _AIRLINE_CUES
        or after_flight_word
        or next_word in _FLIGHT_WORDS
        or _is_preference_phrase(text, position)
    )


def _is_preference_phrase(text: TokenizedText, position: int) -> bool:
    """Return whether a name stands between punctuation marks with nothing but words like "only" or "if possible"."""
    words = text.words
    if not position or words[position - 1] not in _PUNCTUATION:
        return False
    last = next((index for index in range(position, len(words)) if words[index] in _PUNCTUATION), len(words))
    rest = words[position + 1 : last]
    return bool(rest) and all(word in _PREFERENCE_WORDS or word == "'" for word in rest)


def find_flight_numbers(text: TokenizedText) -> list[tuple[int, int, str]]:
    """Return the flight numbers as (start, end, "TP1234"), in order; offsets of the original text."""
    airlines = _airline_index().by_code
    found = []
    for match in _FLIGHT_NUMBER.finditer(text.raw):
        code, gap, digits = match[1].upper(), match[2], match[3]
        if code not in airlines:
            continue
        adjacent = not gap
        if adjacent and code == "A3" and len(digits) == 2:
            continue  # "A320" is an aircraft type
        capital = match[1] == code and not code.isdigit()
        named = _word_before(text.raw, match.start()) in _FLIGHT_WORDS
        if (
            named
            or (adjacent and len(digits) >= 2)
            or (capital and code not in _NOT_CODES and _is_long_enough(text, digits))
        ):
            found.append((match.start(), match.end(), f"{code}{int(digits)}"))
    return found


def _is_long_enough(text: TokenizedText, digits: str) -> bool:
    """Return whether digits beside a code are a flight number: three, or two where the status of a flight is asked."""
    return len(digits) > 2 or (len(digits) == 2 and _FLIGHT_STATUS.search(text.raw) is not None)


def is_denied_after(text: TokenizedText, last: int, language: str) -> bool:
    """Return whether the words after an airline deny it: "Lufthansa no", "Ryanair lieber nicht"."""
    following = []
    for word in text.words[last + 1 : last + 6]:
        if word == "'":
            continue
        if not word.isalpha():
            break
        following.append(word)
    while following and following[-1] in _POLITE_WORDS:
        following.pop()
    phrase = " ".join(following)
    return bool(following) and (phrase in PACKS[language].airlines.denials or _REFUSAL.match(phrase) is not None)


def _word_before(raw: str, start: int) -> str:
    """Return the word before an offset, in lower case."""
    words = raw[max(0, start - 20) : start].lower().replace("º", "").replace("ú", "u").split()
    return words[-1].strip(":#.") if words else ""


def covered_tokens(mentions: list[AirlineMention]) -> set[int]:
    """Return the tokens of all mentions."""
    return {index for one in mentions for index in range(one.first, one.last + 1)}
