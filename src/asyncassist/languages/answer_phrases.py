"""Type of the phrases that answer questions about the offers shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from asyncassist.languages.plural_phrase import PluralPhrase


class AnswerPhrases(TypedDict):
    """Phrases about offers, with named placeholders in braces."""

    label: str
    price_single: str
    price_shared: str
    prices_single: str
    prices_shared: str
    both_ways: str
    one_way: str
    currency: str
    no_currency: str
    duration: str
    longer: str
    shorter: str
    same_duration: str
    direct: str
    stops_at: str
    stop: str
    times: str
    fitting: str
    none_fitting: str
    airline: str
    bags: str
    carry_on: PluralPhrase
    checked_bags: PluralPhrase
    no_checked_bag: str
    rules: str
    refundable: str
    not_refundable: str
    changeable: str
    not_changeable: str
    rules_unknown: str
    seats_left: PluralPhrase
    seats_unknown: str
    why_best: str
    why_price: str
    why_duration: str
    facts: str
    cheaper_by: str
    same_price: str
    shorter_by: str
    cheapest: str
    dearest: str
    fastest: str
    longest: str
    leaves_first: str
    leaves_last: str
    lands_first: str
    lands_last: str
    recommend: str
