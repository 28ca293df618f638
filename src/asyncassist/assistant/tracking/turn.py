"""One message being worked into the trip."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist.assistant.actions import Ask, Say

if TYPE_CHECKING:
    from asyncassist.assistant.state import Trip
    from asyncassist.nlp.followup.message_facts import Facts


@dataclass(slots=True)
class Turn:
    """One message being worked in: lives only inside the pure core.

    Attributes:
        trip: The state so far.
        facts: The message.
        changed: Slots that the message changed, and "window" and "sort".
        says: What must be said before anything else.
        ask: The question that must be asked now, None when none must.
        answered: Whether the message answered the question that stood.
    """

    trip: Trip
    facts: Facts
    changed: set[str] = field(default_factory=set)
    says: list[Say] = field(default_factory=list)
    ask: Ask | None = None
    answered: bool = False

    def put(self, slot: str, value: Any) -> None:
        """Set a slot, or drop it with None."""
        if self.trip.slots.get(slot) != value:
            self.trip = self.trip.with_slots(**{slot: value})
            self.changed.add(slot)
        if slot == self.trip.asked:
            self.answered = True

    def refuse(self, slot: str, *says: Say, month: str | None = None) -> None:
        """Drop a slot, say why, and ask for it again; the first refusal of a message is the one that is asked."""
        self.trip = self.trip.with_slots(**{slot: None})
        self.changed.add(slot)
        self.says.extend(says)
        self.ask = self.ask or Ask(slot=slot, month=month)
