"""The answer when no model answers: what is known, in the user's language, and nothing that is not.

Pure but for `contextual`, which leaves the loop for the time that formatting takes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from asyncassist._chat.phrases import PHRASES, TELLTALES, Phrases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist._chat.models import Question

NO_MODEL = "no model configured"
NEEDED = ("origin", "destination", "departure_date")
_SEARCHES = {"search_flight", "book_flight"}
_SHOWN_OFFERS = 3
_LONGEST = 80
_WORD = re.compile(r"[^\W\d_]+")


async def contextual(question: Question) -> str | None:
    """The default fallback.

    It says that no model answers, what the application knows (intent, slots, offers found) and what is still needed,
    in English, Portuguese, Spanish, French, German or Italian.

    Args:
        question: What was asked, with its context.

    Returns:
        A text; never None.
    """
    # The first use reads the locale data from disk: not on the loop.
    return await asyncio.to_thread(explain, question)


def explain(question: Question) -> str:
    """The text of the default fallback."""
    phrases = PHRASES.get(question.language, PHRASES["en"])
    locale = question.language if question.language in PHRASES else "en"
    context = question.context
    intent = _name(context.get("intent"), "name")
    slots = {str(name): value for name, value in _mapping(context.get("slots")).items() if value not in (None, "", [])}
    known = [text for name, value in slots.items() if (text := _slot(name, value, phrases, locale))]
    offers = _offers(context.get("offers"), phrases, locale)
    missing = _missing(context, intent, slots, phrases)
    lines = [phrases.offline if question.reason == NO_MODEL else phrases.away]
    if intent in phrases.intents:
        lines.append(phrases.intents[intent])
    if known:
        lines.append(f"{phrases.known}: {'; '.join(known)}.")
    if offers:
        lines.append(f"{phrases.offers}: {offers}.")
    if missing:
        lines.append(f"{phrases.missing}: {', '.join(missing)}.")
    elif question.reason != NO_MODEL:
        lines.append(phrases.again)
    return " ".join(lines)


def refusal(language: str) -> str:
    """What is said to a message that a moderator refused."""
    return PHRASES.get(language, PHRASES["en"]).refused


def language_of(context: Mapping[str, Any], message: str) -> str:
    """The user's language: of the context when it names one, else by the message's short words; "en" when in doubt."""
    code = _name(context.get("language"), "code").replace("_", "-").partition("-")[0].lower()
    if code:
        return code
    words = {word.lower() for word in _WORD.findall(message[:500])}
    scores = {language: len(words & telltales) for language, telltales in TELLTALES.items()}
    best = max(scores, key=lambda language: scores[language])
    tied = [language for language, score in scores.items() if score == scores[best]]
    return best if scores[best] and len(tied) == 1 else "en"


def _name(value: Any, field: str) -> str:
    """A name given as a text or as an object that has it."""
    if isinstance(value, dict):
        value = value.get(field)
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _clean(value: Any) -> str:
    """A short text in one line."""
    return " ".join(str(value).split())[:_LONGEST]


def _slot(name: str, value: Any, phrases: Phrases, locale: str) -> str:
    """One slot with its name, "" when there is nothing to show."""
    if name == "max_stops" and isinstance(value, int):
        return phrases.direct if value == 0 else phrases.stops.format(n=value)
    text = _shown(name, value, phrases, locale)
    return f"{phrases.slots.get(name, _clean(name))} {text}" if text else ""


def _shown(name: str, value: Any, phrases: Phrases, locale: str) -> str:
    """The value of a slot as people write it."""
    if name == "passengers":
        return _passengers(value, phrases)
    if name == "cabin":
        return phrases.cabins.get(str(value), _clean(value))
    if name == "trip_type":
        return phrases.trips.get(str(value), _clean(value))
    if isinstance(value, dict):
        return _object(value, locale)
    if isinstance(value, list):
        return ", ".join(_shown(name, item, phrases, locale) for item in value[:_SHOWN_OFFERS])
    if name.endswith("date") and isinstance(value, str):
        return _date(value, locale)
    return _clean(value)


def _object(value: dict[str, Any], locale: str) -> str:
    """A place, an amount or an airline."""
    if "amount" in value:
        return _money(value["amount"], value.get("currency"), locale)
    name = value.get("city") or value.get("name")
    code = value.get("code")
    if name and code:
        return f"{_clean(name)} ({_clean(code)})"
    return _clean(name or code or "")


def _passengers(value: Any, phrases: Phrases) -> str:
    if not isinstance(value, dict):
        return _clean(value)
    counts = {kind: value.get(kind) for kind in phrases.travellers}
    return ", ".join(
        phrases.travellers[kind][0 if number == 1 else 1].format(n=number)
        for kind, number in counts.items()
        if isinstance(number, int) and number > 0
    )


def _date(value: str, locale: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - only who falls back pays for it

    try:
        return format_date(dt.date.fromisoformat(value[:10]), format="long", locale=locale)
    except ValueError:
        return _clean(value)


def _money(amount: Any, currency: Any, locale: str) -> str:
    from babel.numbers import format_currency  # noqa: PLC0415 - the same

    try:
        exact = Decimal(str(amount))
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite():
        return ""
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        return format(exact, "f")
    return format_currency(exact, currency, locale=locale)


def _offers(offers: Any, phrases: Phrases, locale: str) -> str:
    """The first flights found, with carrier and price, and how many more there are."""
    if not isinstance(offers, list):
        return ""
    shown = [text for offer in offers[:_SHOWN_OFFERS] if (text := _offer(_mapping(offer), locale))]
    if not shown:
        return ""
    more = len(offers) - _SHOWN_OFFERS
    return "; ".join(shown) + (f" {phrases.more.format(n=more)}" if more > 0 else "")


def _offer(offer: dict[str, Any], locale: str) -> str:
    """One flight: given flat, or as the flight client's own offer."""
    total = _mapping(offer.get("total"))
    price = _money(offer.get("price", total.get("amount")), offer.get("currency", total.get("currency")), locale)
    carrier = offer.get("carrier") or _carriers(offer)
    if isinstance(carrier, dict):
        carrier = _object(carrier, locale)
    return " ".join(part for part in (_clean(carrier or ""), price) if part)


def _carriers(offer: dict[str, Any]) -> str:
    """Flight numbers of an offer's way out."""
    legs: Sequence[Any] = offer.get("itineraries") or []
    segments = _mapping(legs[0]).get("segments") if legs else None
    if not isinstance(segments, list):
        return ""
    return " + ".join(
        _clean(f"{_name(part.get('carrier'), 'code')} {part.get('number') or ''}")
        for part in segments
        if isinstance(part, dict)
    )


def _missing(context: Mapping[str, Any], intent: str, slots: Mapping[str, Any], phrases: Phrases) -> list[str]:
    """Names of what is still needed: as the application says, else what a search cannot do without."""
    named = context.get("missing")
    if not isinstance(named, list):
        named = [name for name in NEEDED if name not in slots] if intent in _SEARCHES else []
    return [phrases.slots.get(str(name), _clean(name)) for name in named]
