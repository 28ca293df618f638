"""Log of the events of turns: a turn runs on without its client, which reads on where its connection broke."""

from __future__ import annotations

from asyncassist.web.turn_log.log import IdempotencyKey, TurnLog, TurnReader, parse_event_id

__all__ = ["IdempotencyKey", "TurnLog", "TurnReader", "parse_event_id"]
