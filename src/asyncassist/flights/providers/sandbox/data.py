"""Data of the sandbox: airlines and their hubs, major airports, aircraft, fares and exchange rates.

Airlines and hubs are real, so that offers look plausible; schedules, flight numbers and fares are synthetic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

CarrierKind = Literal["long", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Carrier:
    """An airline of the sandbox.

    Attributes:
        code: IATA code, two characters.
        name: Common name.
        country: ISO 3166 code, two letters.
        kind: "long" flies long-haul, "medium" up to 5 500 km, "low" is a low-cost airline.
        hubs: IATA codes of its hubs; the bases of a low-cost airline.
        alliance: Alliance whose members sell each other's flights; "" for none.
        has_first_class: True if its long-haul flights have a first class.
    """

    code: str
    name: str
    country: str
    kind: CarrierKind
    hubs: tuple[str, ...]
    alliance: str = ""
    has_first_class: bool = False


@dataclass(frozen=True, slots=True)
class FareFamily:
    """A fare family (branded fare) of the sandbox.

    Attributes:
        name: Brand name.
        factor: Price as a multiple of the cabin's lowest fare.
        bags: Number of checked bags.
        refundable: True if the fare can be refunded.
        changeable: True if the booking can be changed.
    """

    name: str
    factor: Decimal
    bags: int
    refundable: bool
    changeable: bool


@dataclass(frozen=True, slots=True)
class Aircraft:
    """An aircraft type.

    Attributes:
        code: IATA code.
        name: Common name.
        max_distance: Longest route it is used on, in kilometres.
    """

    code: str
    name: str
    max_distance: int


_LONG_HAUL_CARRIERS = """
TP|TAP Air Portugal|PT|LIS OPO|star
IB|Iberia|ES|MAD|oneworld
UX|Air Europa|ES|MAD|skyteam
AF|Air France|FR|CDG ORY|skyteam|first
KL|KLM|NL|AMS|skyteam
LH|Lufthansa|DE|FRA MUC|star|first
LX|Swiss|CH|ZRH|star|first
OS|Austrian|AT|VIE|star
SN|Brussels Airlines|BE|BRU|star
BA|British Airways|GB|LHR LGW|oneworld|first
VS|Virgin Atlantic|GB|LHR|skyteam
EI|Aer Lingus|IE|DUB|
SK|SAS|DK|CPH ARN OSL|skyteam
AY|Finnair|FI|HEL|oneworld
LO|LOT Polish Airlines|PL|WAW|star
AZ|ITA Airways|IT|FCO|star
TK|Turkish Airlines|TR|IST|star
MS|EgyptAir|EG|CAI|star
AT|Royal Air Maroc|MA|CMN|oneworld
ET|Ethiopian Airlines|ET|ADD|star
KQ|Kenya Airways|KE|NBO|skyteam
SA|South African Airways|ZA|JNB|star
DT|TAAG Angola Airlines|AO|LAD|
LY|El Al|IL|TLV|
EK|Emirates|AE|DXB||first
EY|Etihad Airways|AE|AUH||first
QR|Qatar Airways|QA|DOH|oneworld|first
SV|Saudia|SA|JED RUH|skyteam|first
AI|Air India|IN|DEL BOM|star|first
SQ|Singapore Airlines|SG|SIN|star|first
MH|Malaysia Airlines|MY|KUL|oneworld
TG|Thai Airways|TH|BKK|star|first
VN|Vietnam Airlines|VN|SGN HAN|skyteam
GA|Garuda Indonesia|ID|CGK|skyteam|first
PR|Philippine Airlines|PH|MNL|
CX|Cathay Pacific|HK|HKG|oneworld|first
CA|Air China|CN|PEK|star|first
MU|China Eastern|CN|PVG|skyteam|first
CZ|China Southern|CN|CAN||first
CI|China Airlines|TW|TPE|skyteam
BR|EVA Air|TW|TPE|star
JL|Japan Airlines|JP|HND NRT|oneworld|first
NH|All Nippon Airways|JP|HND NRT|star|first
KE|Korean Air|KR|ICN|skyteam|first
OZ|Asiana Airlines|KR|ICN|star
QF|Qantas|AU|SYD MEL|oneworld|first
NZ|Air New Zealand|NZ|AKL|star
AA|American Airlines|US|DFW MIA CLT JFK ORD|oneworld|first
DL|Delta Air Lines|US|ATL JFK DTW SEA|skyteam
UA|United Airlines|US|EWR ORD IAH SFO DEN IAD|star
AS|Alaska Airlines|US|SEA|oneworld
B6|JetBlue|US|JFK BOS|
AC|Air Canada|CA|YYZ YUL YVR|star
AM|Aeromexico|MX|MEX|skyteam
CM|Copa Airlines|PA|PTY|star
AV|Avianca|CO|BOG|star
LA|LATAM Airlines|CL|GRU SCL LIM|
AD|Azul|BR|VCP|
G3|GOL|BR|GRU GIG|
AR|Aerolíneas Argentinas|AR|EZE|skyteam
"""

_MEDIUM_HAUL_CARRIERS = """
A3|Aegean Airlines|GR|ATH|star
OU|Croatia Airlines|HR|ZAG|star
RO|TAROM|RO|OTP|skyteam
JU|Air Serbia|RS|BEG|
BT|airBaltic|LV|RIX|
FB|Bulgaria Air|BG|SOF|
KM|KM Malta Airlines|MT|MLA|
LG|Luxair|LU|LUX|
FI|Icelandair|IS|KEF|
EW|Eurowings|DE|DUS CGN HAM|
TU|Tunisair|TN|TUN|
AH|Air Algérie|DZ|ALG|
NT|Binter Canarias|ES|LPA|
S4|Azores Airlines|PT|PDL|
VR|Cabo Verde Airlines|CV|RAI SID|
ME|Middle East Airlines|LB|BEY|skyteam
RJ|Royal Jordanian|JO|AMM|oneworld
GF|Gulf Air|BH|BAH|
UL|SriLankan Airlines|LK|CMB|oneworld
"""

_LOW_COST_CARRIERS = """
FR|Ryanair|IE|DUB STN BGY OPO MAD BCN CRL|
U2|easyJet|GB|LGW LTN MXP GVA CDG BER LIS|
W6|Wizz Air|HU|BUD OTP WAW LTN|
VY|Vueling|ES|BCN ORY|
HV|Transavia|NL|AMS ORY RTM|
DY|Norwegian|NO|OSL CPH ARN|
PC|Pegasus|TR|SAW AYT|
WN|Southwest|US|DAL MDW BWI DEN LAS PHX|
NK|Spirit|US|FLL|
F9|Frontier|US|DEN|
WS|WestJet|CA|YYC|
Y4|Volaris|MX|GDL|
H2|SKY Airline|CL|SCL|
6E|IndiGo|IN|DEL BOM BLR|
AK|AirAsia|MY|KUL|
TR|Scoot|SG|SIN|
VJ|VietJet Air|VN|SGN|
JQ|Jetstar|AU|MEL|
FZ|flydubai|AE|DXB|
G9|Air Arabia|AE|SHJ|
"""


def _split_words(table: str) -> list[str]:
    return table.split()


def _parse_carriers(table: str, kind: CarrierKind) -> list[Carrier]:
    carriers = []
    for line in table.split("\n"):
        if not line:
            continue
        code, name, country, hubs, alliance, *more = line.split("|")
        carriers.append(Carrier(code, name, country, kind, tuple(hubs.split()), alliance, "first" in more))
    return carriers


CARRIERS: tuple[Carrier, ...] = (
    *_parse_carriers(_LONG_HAUL_CARRIERS, "long"),
    *_parse_carriers(_MEDIUM_HAUL_CARRIERS, "medium"),
    *_parse_carriers(_LOW_COST_CARRIERS, "low"),
)
CARRIERS_BY_CODE = {carrier.code: carrier for carrier in CARRIERS}

CARRIERS_BY_HUB: dict[str, tuple[Carrier, ...]] = {}
for _carrier in CARRIERS:
    for _hub in _carrier.hubs:
        CARRIERS_BY_HUB[_hub] = (*CARRIERS_BY_HUB.get(_hub, ()), _carrier)

# Airports besides the hubs that airlines of other countries fly to.
MAJOR_AIRPORTS = frozenset(
    _split_words("""
    FAO FNC TER BCN AGP PMI ALC VLC SVQ BIO TFS LPA IBZ NCE LYS MRS TLS BOD NTE BER STR HAM DUS CGN HAJ LEJ NUE GVA
    BSL SZG INN GRZ MXP LIN VCE BLQ NAP PSA CTA PMO BRI FLR TRN CAG LCY MAN EDI GLA BHX BRS NCL LPL ABZ SNN ORK BLL
    AAL GOT BGO TRD SVG TMP RVN PRG BUD KRK GDN WRO KTW POZ VNO TLL KIV SKP TIA SJJ TGD LJU SKG HER RHO CFU JTR SPU
    DBV PFO LCA ADB AYT ESB TBS EVN GYD ALA TAS KBP LED SVO RAK AGA FEZ TNG SID RAI DKR ACC LOS ABV ABJ DSS MPM CPT
    DUR HRE LUN DAR EBB KGL MRU SEZ TNR RUN WDH MCT KWI BAH AMM BEY MLE CMB KHI LHE ISB DAC KTM MAA HYD CCU COK GOI
    BLR AMD HKT CNX DPS SUB PEN BKI CEB DAD PNH REP RGN CTU SZX XIY HGH KMG XMN TAO KIX NGO FUK CTS OKA PUS CJU BNE
    PER ADL CNS CHC WLG ZQN NAN PPT HNL OGG ANC PDX SAN LAS PHX SLC MSP STL MCI AUS SAT MSY BNA RDU TPA MCO FLL PBI
    RSW BWI DCA PHL PIT CLE CMH IND CVG BUF BDL LGA BOS LAX OAK SJC SMF MDW DAL HOU SJU YYC YEG YOW YHZ YWG YQB CUN
    GDL MTY TIJ SJD PVR GUA SAL SJO LIR HAV SDQ PUJ KIN MBJ BGI POS AUA CUR MDE CTG CLO UIO GYE CUZ LPB VVI ASU MVD
    AEP COR MDZ GIG BSB CNF SSA REC FOR POA CWB FLN NAT BEL MAO VCP
    """)
)

FLEET = (
    Aircraft("AT7", "ATR 72", 500),
    Aircraft("E90", "Embraer 190", 1400),
    Aircraft("320", "Airbus A320", 4200),
    Aircraft("32Q", "Airbus A321neo", 6500),
    Aircraft("339", "Airbus A330-900", 10500),
    Aircraft("789", "Boeing 787-9", 13000),
    Aircraft("359", "Airbus A350-900", 17000),
)
LOW_COST_FLEET = (Aircraft("73H", "Boeing 737-800", 3000), Aircraft("32Q", "Airbus A321neo", 17000))


@dataclass(frozen=True, slots=True)
class CabinFares:
    """Fares of a cabin.

    Attributes:
        factor: Price as a multiple of economy's.
        families: Fare families, cheapest first.
    """

    factor: Decimal
    families: tuple[FareFamily, ...] = field(default=())


FARES: dict[str, CabinFares] = {
    "economy": CabinFares(
        Decimal(1),
        (
            FareFamily("Light", Decimal(1), 0, refundable=False, changeable=False),
            FareFamily("Classic", Decimal("1.22"), 1, refundable=False, changeable=True),
            FareFamily("Flex", Decimal("1.68"), 1, refundable=True, changeable=True),
        ),
    ),
    "premium_economy": CabinFares(
        Decimal("1.9"),
        (
            FareFamily("Premium", Decimal(1), 2, refundable=False, changeable=True),
            FareFamily("Premium Flex", Decimal("1.3"), 2, refundable=True, changeable=True),
        ),
    ),
    "business": CabinFares(
        Decimal("3.6"),
        (
            FareFamily("Business", Decimal(1), 2, refundable=False, changeable=True),
            FareFamily("Business Flex", Decimal("1.35"), 2, refundable=True, changeable=True),
        ),
    ),
    "first": CabinFares(Decimal("6.8"), (FareFamily("First", Decimal(1), 3, refundable=True, changeable=True),)),
}

# Units of a currency per euro, fixed so that offers do not vary from day to day. Other currencies count as euros.
EXCHANGE_RATES: dict[str, Decimal] = {
    code: Decimal(rate)
    for code, _, rate in (
        pair.partition(":")
        for pair in _split_words("""
            EUR:1 USD:1.08 GBP:0.85 CHF:0.95 BRL:6.1 CAD:1.5 AUD:1.65 NZD:1.8 JPY:163 CNY:7.8 HKD:8.4 SGD:1.44
            INR:92 KRW:1480 MXN:20 ARS:1050 CLP:1020 COP:4400 PEN:4.0 SEK:11.3 NOK:11.7 DKK:7.46 PLN:4.3 CZK:25
            HUF:400 RON:4.97 TRY:37 ILS:4.0 AED:3.97 SAR:4.05 QAR:3.93 ZAR:19.8 MAD:10.8 EGP:53 KES:140 AOA:980
            CVE:110.265 THB:38 IDR:17200 MYR:4.8 PHP:62 VND:27000 TWD:34.5
        """)
    )
}
# Currencies without decimals, ISO 4217.
ZERO_DECIMAL_CURRENCIES = frozenset({"JPY", "KRW", "CLP", "VND"})
