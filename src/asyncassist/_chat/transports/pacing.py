"""Quotas of a model server: requests and tokens of each model, kept before they are exceeded."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from asyncassist._chat.models import ModelQuotaStats
from asyncassist._pacing import Pacer
from asyncassist._shared_pacing import pacing_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncassist._http import Response, StreamedResponse
    from asyncassist._shared_pacing import SharedPacing
    from asyncassist._types import Clock

_MAX_MODELS = 64
_MAX_WAITING = 1_000_000
# Parameters that bound the tokens of an answer, which providers count when they admit the request.
_ANSWER_LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")
_BYTES_PER_TOKEN = 4.0
# Images and files are no text; shorter requests hold none.
_LONG_REQUEST = 20_000
_BASE64 = re.compile(rb"[A-Za-z0-9+/=_-]{1000,}+")


def cost_of(body: Mapping[str, Any], data: bytes) -> dict[str, float]:
    """Estimate what a request uses of the quotas.

    Args:
        body: Parameters of the request.
        data: The body as sent.
    """
    text = data if len(data) < _LONG_REQUEST else _BASE64.sub(b"", data)
    answer = next((body[name] for name in _ANSWER_LIMITS if isinstance(body.get(name), int)), 0)
    return {"requests": 1.0, "tokens": len(text) / _BYTES_PER_TOKEN + answer}


class ModelPacing:
    """Pacers of one server and account: providers count each model by itself.

    Args:
        clock: Wall clock, which also sleeps.
        now: Monotonic clock, seconds.
        shared: State that workers share, None to pace in this process alone.
        account: Digest of server and credentials.

    Attributes:
        now: The monotonic clock.
    """

    def __init__(self, *, clock: Clock, now: Callable[[], float], shared: SharedPacing | None, account: str) -> None:
        self._clock = clock
        self.now = now
        self._shared = shared
        self._account = account
        self._pacers: OrderedDict[str, Pacer] = OrderedDict()

    async def acquire(self, body: Mapping[str, Any], data: bytes, url: str, time_limit: float | None) -> Pacer:
        """Wait until the quotas allow a request, and return the pacer that is told its outcome.

        Args:
            body: Parameters of the request.
            data: The body as sent.
            url: URL of the server, for the error.
            time_limit: Seconds until the deadline of the request, None for none.

        Raises:
            RateLimitedError: The quotas are used up until after the deadline; nothing was sent.
        """
        pacer = self._pacer(str(body.get("model")))
        cost = cost_of(body, data) if pacer.is_limited else {"requests": 1.0}
        deadline = None if time_limit is None else self.now() + time_limit
        await pacer.acquire(lambda: None if deadline is None else deadline - self.now(), url=url, cost=cost)
        return pacer

    def stats(self) -> tuple[ModelQuotaStats, ...]:
        """Return the quotas of the models whose server announced any."""
        return tuple(
            ModelQuotaStats(
                model=model,
                requests_remaining=pacer.remaining("requests"),
                tokens_remaining=pacer.remaining("tokens"),
                waiting=pacer.waiting,
                next_in=pacer.next_in(),
                delayed=pacer.delayed,
                refused=pacer.refused,
            )
            for model, pacer in self._pacers.items()
            if pacer.quotas or pacer.delayed or pacer.refused
        )

    def _pacer(self, model: str) -> Pacer:
        pacer = self._pacers.get(model)
        if pacer is None:
            if len(self._pacers) >= _MAX_MODELS:
                self._pacers.popitem(last=False)
            key = "" if self._shared is None else pacing_key(self._account, model)
            pacer = Pacer(now=self.now, clock=self._clock, max_waiting=_MAX_WAITING, shared=self._shared, key=key)
            self._pacers[model] = pacer
        self._pacers.move_to_end(model)
        return pacer


async def complete(pacer: Pacer, sent_at: float, response: Response | StreamedResponse | None) -> None:
    """Take over what the response to a request announces.

    Args:
        pacer: What `acquire` returned.
        sent_at: When the request was sent, by `ModelPacing.now`.
        response: The response, None without one.
    """
    if response is None:
        pacer.complete()
    else:
        pacer.complete(response.status, response.headers, sent_at=sent_at)
    if pacer.has_news:
        await pacer.publish()
