"""One message being worked into the trip."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist.assistant.actions import AskSlot, SayPhrase

if TYPE_CHECKING:
    from asyncassist.assistant.state import DialogueState
    from asyncassist.nlp.followup.message_facts import MessageFacts


@dataclass(slots=True)
class TurnContext:
    """One message being worked in: lives only inside the pure core.

    Attributes:
        state: The state so far.
        facts: The message.
        changed: Slots that the message changed, and "window" and "sort".
        messages: What must be said before anything else.
        question: The question that must be asked now, None when none must.
        answered: Whether the message answered the question that stood.
    """

    state: DialogueState
    facts: MessageFacts
    changed: set[str] = field(default_factory=set)
    messages: list[SayPhrase] = field(default_factory=list)
    question: AskSlot | None = None
    answered: bool = False

    def set_slot(self, slot: str, value: Any) -> None:
        """Set a slot, or drop it with None."""
        if self.state.slots.get(slot) != value:
            self.state = self.state.with_slots(**{slot: value})
            self.changed.add(slot)
        if slot == self.state.asked:
            self.answered = True

    def reject_slot(self, slot: str, *messages: SayPhrase, month: str | None = None) -> None:
        """Drop a slot, say why, and ask for it again; the first refusal of a message is the one that is asked."""
        self.state = self.state.with_slots(**{slot: None})
        self.changed.add(slot)
        self.messages.extend(messages)
        self.question = self.question or AskSlot(slot=slot, month=month)
