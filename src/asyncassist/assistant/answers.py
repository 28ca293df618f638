"""Answers questions about the offers shown, from their own data. Pure functions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from asyncassist._places import place_table
from asyncassist._types import Money, Passengers
from asyncassist.assistant.rendering import airline_name, safe_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncassist.assistant.actions import AnswerQuestion
    from asyncassist.assistant.rendering import PhraseRenderer
    from asyncassist.assistant.state import DialogueState, LegSummary, OfferSummary

_MAX_LISTED = 3
"""Offers that one answer names at most."""


class AnswerRenderer:
    """Renderer of answers about the offers shown.

    Args:
        renderer: Renderer of phrases and values in the traveller's language.
        state: Dialogue state with the offers shown.
    """

    def __init__(self, renderer: PhraseRenderer, state: DialogueState) -> None:
        self._renderer = renderer
        self._state = state
        self._passengers: Passengers = state.slots.get("passengers", Passengers())

    def answer(self, question: AnswerQuestion) -> str:
        """Return the answer to a question, in one or a few sentences."""
        if question.criterion is not None and question.attribute in {"superlative", "times", "recommend"}:
            return self._say(question.criterion, question.offers[0])
        return self._ANSWERS[question.attribute](self, question)

    def _say(self, key: str, offer: OfferSummary, **values: Any) -> str:
        """Render a phrase about one offer, with all of its facts as values."""
        leg = offer.outbound
        return self._phrase(
            key,
            flight=self._label(offer),
            price=offer.money,
            duration=self._renderer.duration(leg.duration),
            stops=self._renderer.stops(leg.stops),
            departs=self._renderer.time(leg.departs),
            arrives=self._renderer.arrival(leg.departs, leg.arrives),
            **values,
        )

    def _phrase(self, key: str, /, n: int | None = None, **values: Any) -> str:
        return self._renderer.render_answer(key, n=n, **values)

    def _label(self, offer: OfferSummary) -> str:
        """Return the position and the flight of an offer: "no. 2 (TAP Air Portugal TP534)"."""
        position = next((at for at, one in enumerate(self._state.shown, 1) if one.id == offer.id), 1)
        flight = f"{airline_name(offer.outbound.carriers[0])} {safe_code(offer.number)}".lstrip()
        return self._renderer.render_answer("label", position=str(position), flight=flight)

    def _each(self, price: Money) -> Money:
        return Money((price.amount / self._passengers.total).quantize(Decimal("0.01")), price.currency)

    def _price(self, question: AnswerQuestion) -> str:
        offers = question.offers
        shared = self._passengers.total > 1
        ways = self._phrase("both_ways" if len(offers[0].legs) > 1 else "one_way")
        if not question.specific and len(offers) > 1:
            if not shared:
                return f"{self._phrase('prices_single')} {self._say('price_single', offers[0])} {ways}"
            each = self._renderer.join_and([self._renderer.money(self._each(one.money)) for one in offers])
            return f"{self._phrase('prices_shared', each=each, passengers=self._passengers)} {ways}"
        parts = [
            self._say("price_shared", one, each=self._each(one.money), passengers=self._passengers)
            if shared
            else self._say("price_single", one)
            for one in offers[:_MAX_LISTED]
        ]
        return " ".join((*parts, ways))

    def _currency(self, question: AnswerQuestion) -> str:
        shown = question.offers[0].currency
        if question.currency is not None and question.currency != shown:
            wanted = self._renderer.currency(question.currency)
            return self._phrase("no_currency", shown=self._renderer.currency(shown), wanted=wanted)
        return self._phrase("currency", currency=self._renderer.currency(shown))

    def _duration(self, question: AnswerQuestion) -> str:
        if question.other is None:
            return self._each_offer(question, lambda one: self._say("duration", one))
        one, other = question.offers[0], question.other
        difference = one.duration - other.duration
        key = "same_duration" if not difference else "longer" if difference > 0 else "shorter"
        return self._say(key, one, difference=self._renderer.duration(abs(difference)), other=self._label(other))

    def _stops(self, question: AnswerQuestion) -> str:
        return self._each_offer(question, self._stops_of)

    def _stops_of(self, offer: OfferSummary) -> str:
        layovers = [layover for leg in offer.legs for layover in leg.layovers]
        if not layovers:
            return self._say("direct", offer)
        stops = [
            self._phrase(
                "stop", place=self._airport(layover.airport), duration=self._renderer.duration(layover.seconds)
            )
            for layover in layovers
        ]
        text: str = self._renderer.render_answer(
            "stops_at", flight=self._label(offer), stops=self._renderer.join_and(stops)
        )
        return text

    def _times(self, question: AnswerQuestion) -> str:
        if question.window is not None:
            return self._fitting(question)
        return self._each_offer(question, lambda one: self._times_of(one, returning=question.returning))

    def _times_of(self, offer: OfferSummary, *, returning: bool) -> str:
        leg = offer.legs[-1] if returning else offer.outbound
        return self._leg_times(offer, leg)

    def _leg_times(self, offer: OfferSummary, leg: LegSummary) -> str:
        return self._phrase(
            "times",
            flight=self._label(offer),
            origin=self._airport(leg.origin),
            destination=self._airport(leg.destination),
            date=self._renderer.date(leg.departs.date()),
            departs=self._renderer.time(leg.departs),
            arrives=self._renderer.arrival(leg.departs, leg.arrives),
        )

    def _fitting(self, question: AnswerQuestion) -> str:
        """Name the offers whose time is inside the window that was asked for."""
        window = question.window or (0, 1439)

        def minute(offer: OfferSummary) -> int:
            leg = offer.legs[-1] if question.returning else offer.outbound
            moment = leg.arrives if question.landing else leg.departs
            days = (moment.date() - leg.departs.date()).days
            return days * 1440 + moment.hour * 60 + moment.minute

        fitting = [offer for offer in question.offers if window[0] <= minute(offer) <= window[1]]
        if not fitting:
            return self._phrase("none_fitting")
        names = self._renderer.join_and(
            [f"{self._label(one)}, {self._renderer.time(_moment(one, question))}" for one in fitting]
        )
        return self._phrase("fitting", flights=names)

    def _airline(self, question: AnswerQuestion) -> str:
        return self._each_offer(question, self._airline_of)

    def _airline_of(self, offer: OfferSummary) -> str:
        carriers = dict.fromkeys(code for leg in offer.legs for code in leg.carriers)
        names = self._renderer.join_and([airline_name(code) or safe_code(code) for code in carriers])
        return self._say("airline", offer, airline=names)

    def _bags(self, question: AnswerQuestion) -> str:
        if all(one.checked_bags is None and one.carry_on is None for one in question.offers):
            return self._renderer.render("baggage")
        return self._each_offer(question, self._bags_of)

    def _bags_of(self, offer: OfferSummary) -> str:
        parts = []
        if offer.carry_on:
            parts.append(self._phrase("carry_on", n=offer.carry_on))
        if offer.checked_bags is not None:
            bags = offer.checked_bags
            parts.append(self._phrase("checked_bags", n=bags) if bags else self._phrase("no_checked_bag"))
        return self._say("bags", offer, bags=self._renderer.join_and(parts)) if parts else ""

    def _rules(self, question: AnswerQuestion) -> str:
        return self._each_offer(question, self._rules_of)

    def _rules_of(self, offer: OfferSummary) -> str:
        known = [("refundable", offer.refundable), ("changeable", offer.changeable)]
        parts = [self._phrase(name if value else f"not_{name}") for name, value in known if value is not None]
        return (
            self._say("rules", offer, rules=self._renderer.join_and(parts))
            if parts
            else self._say("rules_unknown", offer)
        )

    def _seats_left(self, question: AnswerQuestion) -> str:
        return self._each_offer(question, self._seats_of)

    def _seats_of(self, offer: OfferSummary) -> str:
        if offer.seats_left is None:
            return self._say("seats_unknown", offer)
        return self._phrase("seats_left", n=offer.seats_left, flight=self._label(offer))

    def _why(self, question: AnswerQuestion) -> str:
        return self._say(f"why_{self._state.sort}", question.offers[0])

    def _compare(self, question: AnswerQuestion) -> str:
        first, second = question.offers[0], question.offers[-1] if question.other is None else question.other
        parts = [self._say("facts", one) for one in (first, second)]
        difference = abs(first.price - second.price)
        cheaper, quicker = min((first, second), key=_price_of), min((first, second), key=_duration_of)
        if first.currency == second.currency:
            money = Money(difference, first.currency)
            parts.append(
                self._say("cheaper_by", cheaper, difference=money) if difference else self._phrase("same_price")
            )
        gap = abs(first.duration - second.duration)
        if gap:
            parts.append(self._say("shorter_by", quicker, difference=self._renderer.duration(gap)))
        return " ".join(parts)

    def _recommend(self, question: AnswerQuestion) -> str:
        return self._say("recommend", question.offers[0])

    def _details(self, question: AnswerQuestion) -> str:
        return self._each_offer(question, lambda one: self._renderer.render_offer(one, "details"))

    def _each_offer(self, question: AnswerQuestion, say: Callable[[OfferSummary], str]) -> str:
        """Return one sentence for each offer that is asked about; equal ones are said of the first only."""
        return " ".join(text for one in question.offers[:_MAX_LISTED] if (text := say(one)))

    def _airport(self, code: str) -> str:
        """Return the localized city of an airport."""
        index = place_table().find_by_code(code)
        return safe_code(code) if index is None else self._renderer.city(place_table().place(index))

    _ANSWERS: ClassVar[Mapping[str, Callable[[Any, AnswerQuestion], str]]] = {
        "airline": _airline,
        "bags": _bags,
        "compare": _compare,
        "currency": _currency,
        "details": _details,
        "duration": _duration,
        "price": _price,
        "recommend": _recommend,
        "rules": _rules,
        "seats_left": _seats_left,
        "stops": _stops,
        "superlative": _recommend,
        "times": _times,
        "why": _why,
    }


def _price_of(offer: OfferSummary) -> Decimal:
    return offer.price


def _duration_of(offer: OfferSummary) -> float:
    return offer.duration


def _moment(offer: OfferSummary, question: AnswerQuestion) -> Any:
    leg = offer.legs[-1] if question.returning else offer.outbound
    return leg.arrives if question.landing else leg.departs


def pick_by_criterion(offers: Sequence[OfferSummary], criterion: str, *, returning: bool = False) -> OfferSummary:
    """Return the offer that a superlative names.

    Args:
        offers: The offers; at least one.
        criterion: The superlative, as in `asyncassist.nlp.commands.references.Criterion`.
        returning: Whether it is about the flight back.
    """

    def leg(offer: OfferSummary) -> LegSummary:
        return offer.legs[-1] if returning else offer.outbound

    keys: Mapping[str, Callable[[OfferSummary], Any]] = {
        "cheapest": _price_of,
        "dearest": _price_of,
        "fastest": lambda one: leg(one).duration,
        "longest": lambda one: leg(one).duration,
        "leaves_first": lambda one: leg(one).departs,
        "leaves_last": lambda one: leg(one).departs,
        "lands_first": lambda one: leg(one).arrives,
        "lands_last": lambda one: leg(one).arrives,
    }
    last = criterion in {"dearest", "longest", "leaves_last", "lands_last"}
    return (max if last else min)(offers, key=keys[criterion])
