"""Default fallback: a reply from the application's context, in the user's language, when no model answers.

All functions are pure, except `default_fallback`, which formats in a thread.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from asyncassist._types import is_amount
from asyncassist.languages.registry import LANGUAGES, PACKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist._chat.models import Question
    from asyncassist.languages.fallback_phrases import FallbackPhrases

NO_MODEL = "no model configured"
REQUIRED_SLOTS = ("origin", "destination", "departure_date")
_SEARCH_INTENTS = {"search_flight", "book_flight"}
_MAX_LISTED = 3
_MAX_VALUE_CHARS = 80
_WORD = re.compile(r"[^\W\d_]+")
# Good enough to choose the language of a fallback; the nlp package has the real language identification.
_FUNCTION_WORDS = {language: frozenset(pack.fallback.function_words.split()) for language, pack in PACKS.items()}


async def default_fallback(question: Question) -> str | None:
    """Answer a question from its context alone.

    The text says that no model answers, what the application knows (intent, slots, offers) and what is still needed,
    in the user's language, else in English.

    Args:
        question: The user's message with its context.

    Returns:
        A text; never None.
    """
    # The first call reads locale data from disk, which would block the event loop.
    return await asyncio.to_thread(render_fallback, question)


def render_fallback(question: Question) -> str:
    """Return the text of the default fallback.

    Args:
        question: The user's message with its context; the text is English if its language is not supported.
    """
    locale = _supported(question.language)
    phrases = PACKS[locale].fallback
    context = question.context
    intent = _get_name(context.get("intent"), "name")
    slots = {
        str(name): value for name, value in _as_mapping(context.get("slots")).items() if value not in (None, "", [])
    }
    known_slots = [text for name, value in slots.items() if (text := _format_slot(name, value, phrases, locale))]
    offers = _format_offers(context.get("offers"), phrases, locale)
    missing = _missing_names(context, intent, slots, phrases)
    lines = [phrases.no_model if question.reason == NO_MODEL else phrases.unavailable]
    if intent in phrases.intents:
        lines.append(phrases.intents[intent])
    if known_slots:
        lines.append(f"{phrases.known_slots}: {'; '.join(known_slots)}.")
    if offers:
        lines.append(f"{phrases.offers}: {offers}.")
    if missing:
        lines.append(f"{phrases.missing}: {', '.join(missing)}.")
    elif question.reason != NO_MODEL:
        lines.append(phrases.try_again)
    return " ".join(lines)


def moderation_message(language: str) -> str:
    """Return the reply to a message or an answer that the moderator blocked."""
    return PACKS[_supported(language)].fallback.moderated


def _supported(language: str) -> str:
    """Return the language if there are phrases for it, else that of last resort."""
    return language if language in PACKS else LANGUAGES[0]


def detect_language(context: Mapping[str, Any], message: str) -> str:
    """Return the user's language as an ISO 639-1 code.

    It is the context's `language` if there is one; otherwise it is detected by the message's function words.

    Args:
        context: Context of the application.
        message: The user's message.

    Returns:
        The code; "en" when in doubt.
    """
    code = _get_name(context.get("language"), "code").replace("_", "-").partition("-")[0].lower()
    if code:
        return code
    words = {word.lower() for word in _WORD.findall(message[:500])}
    scores = {language: len(words & known) for language, known in _FUNCTION_WORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    tied = [language for language, score in scores.items() if score == scores[best]]
    return best if scores[best] and len(tied) == 1 else LANGUAGES[0]


def _get_name(value: Any, field: str) -> str:
    """Return a name given as a string, or as an object with the name in `field`; "" if there is none."""
    if isinstance(value, dict):
        value = value.get(field)
    return value if isinstance(value, str) else ""


def _as_mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _single_line(value: Any) -> str:
    """Convert a value to a single line of at most 80 characters."""
    return " ".join(str(value).split())[:_MAX_VALUE_CHARS]


def _format_slot(name: str, value: Any, phrases: FallbackPhrases, locale: str) -> str:
    """Format a slot with its label; "" if there is no value."""
    if name == "max_stops" and isinstance(value, int):
        return phrases.direct if value == 0 else phrases.stops.format(n=value)
    text = _format_value(name, value, phrases, locale)
    return f"{phrases.slots.get(name, _single_line(name))} {text}" if text else ""


def _format_value(name: str, value: Any, phrases: FallbackPhrases, locale: str) -> str:
    """Format a slot's value for reading: localized dates, amounts and names."""
    if name == "passengers":
        return _format_passengers(value, phrases)
    if name == "cabin":
        return phrases.cabins.get(str(value), _single_line(value))
    if name == "trip_type":
        return phrases.trip_types.get(str(value), _single_line(value))
    if isinstance(value, dict):
        return _format_object(value, locale)
    if isinstance(value, list):
        return ", ".join(_format_value(name, item, phrases, locale) for item in value[:_MAX_LISTED])
    if name.endswith("date") and isinstance(value, str):
        return _format_date(value, locale)
    return _single_line(value)


def _format_object(value: dict[str, Any], locale: str) -> str:
    """Format a place, an amount or an airline."""
    if "amount" in value:
        return _format_money(value["amount"], value.get("currency"), locale)
    name = value.get("city") or value.get("name")
    code = value.get("code")
    if name and code:
        return f"{_single_line(name)} ({_single_line(code)})"
    return _single_line(name or code or "")


def _format_passengers(value: Any, phrases: FallbackPhrases) -> str:
    if not isinstance(value, dict):
        return _single_line(value)
    counts = {kind: value.get(kind) for kind in phrases.travellers}
    return ", ".join(
        phrases.travellers[kind][0 if number == 1 else 1].format(n=number)
        for kind, number in counts.items()
        if isinstance(number, int) and number > 0
    )


def _format_date(value: str, locale: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - slow to import, needed in a fallback only

    try:
        return format_date(dt.date.fromisoformat(value[:10]), format="long", locale=locale)
    except ValueError:
        return _single_line(value)


def _format_money(amount: Any, currency: Any, locale: str) -> str:
    from babel.numbers import format_currency  # noqa: PLC0415 - slow to import, needed in a fallback only

    try:
        exact = Decimal(str(amount))
    except InvalidOperation:
        return ""
    if not is_amount(exact):
        return ""
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        return format(exact, "f")
    return format_currency(exact, currency, locale=locale)


def _format_offers(offers: Any, phrases: FallbackPhrases, locale: str) -> str:
    """List the first three offers with carrier and price, and the number of the others."""
    if not isinstance(offers, list):
        return ""
    shown = [text for offer in offers[:_MAX_LISTED] if (text := _format_offer(_as_mapping(offer), locale))]
    if not shown:
        return ""
    more = len(offers) - _MAX_LISTED
    return "; ".join(shown) + (f" {phrases.more.format(n=more)}" if more > 0 else "")


def _format_offer(offer: dict[str, Any], locale: str) -> str:
    """Format an offer: a flat mapping, or a `FlightOffer` as its `to_dict`."""
    total = _as_mapping(offer.get("total"))
    price = _format_money(offer.get("price", total.get("amount")), offer.get("currency", total.get("currency")), locale)
    carrier = offer.get("carrier") or _flight_numbers(offer)
    if isinstance(carrier, dict):
        carrier = _format_object(carrier, locale)
    return " ".join(part for part in (_single_line(carrier or ""), price) if part)


def _flight_numbers(offer: dict[str, Any]) -> str:
    """Return the flight numbers of an offer's outbound itinerary."""
    itineraries: Sequence[Any] = offer.get("itineraries") or []
    segments = _as_mapping(itineraries[0]).get("segments") if itineraries else None
    if not isinstance(segments, list):
        return ""
    return " + ".join(
        _single_line(f"{_get_name(part.get('carrier'), 'code')} {part.get('number') or ''}")
        for part in segments
        if isinstance(part, dict)
    )


def _missing_names(
    context: Mapping[str, Any], intent: str, slots: Mapping[str, Any], phrases: FallbackPhrases
) -> list[str]:
    """Return the labels of the missing slots: the context's `missing`, else the required slots of a flight search."""
    named = context.get("missing")
    if not isinstance(named, list):
        named = [name for name in REQUIRED_SLOTS if name not in slots] if intent in _SEARCH_INTENTS else []
    return [phrases.slots.get(str(name), _single_line(name)) for name in named]
