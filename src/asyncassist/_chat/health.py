"""Whether the chat can do its work, without a token spent."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

from asyncassist._chat.fallback import NO_MODEL
from asyncassist._clock import utc_now
from asyncassist._events import RollingWindow, ratio
from asyncassist._types import Check, Health

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from asyncassist._chat.backend import Line
    from asyncassist._chat.conversations import Talks
    from asyncassist._chat.reply_pipeline import Responder
    from asyncassist._chat.response_cache import Answers
    from asyncassist._types import Clock, Status

_WITHIN = 2.0


class _Record:
    """What the checks of one line saw so far."""

    def __init__(self) -> None:
        self.times = RollingWindow(128)
        self.passed = 0
        self.last_failure: dt.datetime | None = None


class Watch:
    """Looks at the parts of a chatbot.

    Args:
        lines: Its backends.
        responder: Knows whether replies are degraded.
        answers: Knows the shared cache.
        talks: Knows the memory of conversations.
        covered: Whether a fallback answers when no backend does.
        clock: For the times of looks.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        responder: Responder,
        answers: Answers,
        talks: Talks,
        *,
        covered: bool,
        clock: Clock,
    ) -> None:
        self._lines = lines
        self._responder = responder
        self._answers = answers
        self._talks = talks
        self._covered = covered
        self._clock = clock
        self._records = [_Record() for _ in lines]

    async def health(self) -> Health:
        """All checks, at once."""
        if not self._lines:
            check = Check(name="model", status="pass", critical=False, observed_at=utc_now(self._clock), note=NO_MODEL)
            return Health.of([check, *self._memories()], note=NO_MODEL)
        places = range(len(self._lines))
        checks = list(await asyncio.gather(*(self._look(place) for place in places)))
        if all(check.status == "fail" for check in checks) and not self._covered:
            checks[0] = dataclasses.replace(checks[0], critical=True)
        return Health.of([*checks, *self._memories()], note=self._responder.degradation.reason)

    async def _look(self, place: int) -> Check:
        """One backend. It is critical only while its refusal cannot be waited out."""
        line, record = self._lines[place], self._records[place]
        time = asyncio.get_running_loop().time
        started = time()
        fault = await line.check(_WITHIN)
        elapsed = time() - started
        record.times.add(elapsed)
        status: Status = "pass"
        note = ""
        refused = self._responder.refused if place == 0 else ""
        if fault is not None:
            status, note = "fail", fault.reason
            record.last_failure = utc_now(self._clock)
        elif refused:
            status, note = "fail", refused
        else:
            record.passed += 1
            if line.circuit is not None and line.circuit.state != "closed":
                status, note = "warn", f"circuit {line.circuit.state}"
            elif place == 0 and self._responder.degradation:
                status, note = "warn", self._responder.degradation.reason
        final = bool(refused) or (fault is not None and fault.final)
        return Check(
            name="model" if place == 0 else f"model-{place + 1}",
            status=status,
            elapsed=elapsed,
            critical=final and place == 0,
            **record.times.summary(),
            success_ratio=ratio(record.passed, record.times.total_count),
            last_failure=record.last_failure,
            observed_at=utc_now(self._clock),
            note=note,
        )

    def _memories(self) -> list[Check]:
        """What stands beside the model; none of it is needed for an answer."""
        parts = [("conversations", self._talks.degradation)]
        if self._answers.guarded is not None:
            parts.append(("shared-cache", self._answers.guarded.degradation))
        return [
            Check(
                name=name,
                status="warn" if degradation else "pass",
                critical=False,
                observed_at=utc_now(self._clock),
                note=degradation.reason,
            )
            for name, degradation in parts
        ]
