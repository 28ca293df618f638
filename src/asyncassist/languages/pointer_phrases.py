"""Type of the pointers for what the assistant cannot know."""

from __future__ import annotations

from typing import TypedDict


class PointerPhrases(TypedDict):
    """One honest sentence for each topic that an assistant for flights does not know; no placeholders."""

    documents: str
    pets: str
    seats: str
    assistance: str
    payment: str
    refund: str
    invoice: str
    loyalty: str
    weather: str
    destination: str
    hotel: str
    discount: str
    hold: str
    personal: str
    children: str
    privacy: str
    inspiration: str
    multi_ticket: str
    human: str
    identity: str
    joke: str
    abuse: str
    smalltalk: str
    story: str
