"""Mutable context of tracking one message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist.assistant.actions import AskSlot, SayPhrase

if TYPE_CHECKING:
    import datetime as dt

    from asyncassist.assistant.state import DialogueState
    from asyncassist.nlp.commands.message_facts import MessageFacts

MAX_DAYS_AHEAD = 730
"""Days from today within which a flight may leave; airlines sell seats about a year ahead."""


@dataclass(slots=True)
class TurnContext:
    """Working context of one message, used only within the policy and the tracking functions.

    Attributes:
        state: Dialogue state, updated as the message is tracked.
        facts: Facts of the message.
        changed: Names of the slots that the message changed, and "window" if it changed the departure window.
        messages: Phrases to render before anything else.
        question: Question that tracking requires next (after a rejected or ambiguous slot), None if none.
        answered: True if the message answered the open question.
        named: True if the message named a value of the trip, new or not.
        leg_alone: True if one leg of the trip is to be shown alone.
        moved: True if the message moved the departure relative to the old one.
    """

    state: DialogueState
    facts: MessageFacts
    changed: set[str] = field(default_factory=set)
    messages: list[SayPhrase] = field(default_factory=list)
    question: AskSlot | None = None
    answered: bool = False
    named: bool = False
    leg_alone: bool = False
    moved: bool = False

    def set_slot(self, slot: str, value: Any) -> None:
        """Set a slot, or remove it with None; setting the slot of the open question answers that question."""
        if self.state.slots.get(slot) != value:
            self.state = self.state.with_slots(**{slot: value})
            self.changed.add(slot)
        self.named = self.named or value is not None
        if slot == self.state.asked:
            self.answered = True

    def date_problem(self, day: dt.date) -> SayPhrase | None:
        """Return why no flight can leave on a day, None if one can."""
        ahead = (day - self.facts.today).days
        if 0 <= ahead <= MAX_DAYS_AHEAD:
            return None
        return SayPhrase(key="past_date" if ahead < 0 else "too_far_ahead", values={"date": day})

    def reject_slot(self, slot: str, *messages: SayPhrase, month: str | None = None) -> None:
        """Remove a slot, explain why, and ask for it again.

        Only one question is asked per message: that of its first rejected slot.

        Args:
            slot: Name of the slot.
            messages: Phrases that give the reason.
            month: Known month of a date question as "2027-03", else None.
        """
        self.state = self.state.with_slots(**{slot: None})
        self.changed.add(slot)
        self.messages.extend(messages)
        self.question = self.question or AskSlot(slot=slot, month=month)
