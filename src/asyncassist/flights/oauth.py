"""OAuth2 client credentials: one token however many wait, renewed ahead, and once when it is refused."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from asyncassist._cache import json_digest
from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._retry import Retry
from asyncassist._single_flight import SingleFlight
from asyncassist._validation import check_seconds
from asyncassist.errors import AsyncAssistError, AuthenticationError
from asyncassist.flights.error_mapping import as_flight_error
from asyncassist.flights.provider_http import Line, Rules, checked_secret, checked_url, utf8
from asyncassist.flights.token_store import TokenStore, check_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._types import CacheBackend, Clock
    from asyncassist.flights.rate_limiter import Pacer

logger = logging.getLogger("asyncassist.flights")

_RULES = Rules(statuses=frozenset({500, 502, 503, 504}))
_RETRY = Retry(attempts=3, base=0.2, cap=2.0, max_retry_after=10.0)
_TIMEOUT = 15.0
_UNSAID = 300.0  # seconds a token lives that does not say how long; RFC 6749 section 5.1 leaves it open
_SKEW = 10.0  # seconds before its end that a token is not used any more: clocks and the way there
_REST = 5.0  # seconds between two attempts to renew ahead
_CLAIM = 10.0
_LOOK = 0.1


class _Answer(msgspec.Struct):
    access_token: str | None = None
    expires_in: float | str | None = None
    error: str | None = None
    code: int | str | None = None
    title: str | None = None


class _Kept(msgspec.Struct):
    access_token: str
    expires_at: float


class _Token:
    __slots__ = ("ends", "renew", "value")

    def __init__(self, value: str, ends: float, renew: float) -> None:
        self.value = value
        self.ends = ends
        self.renew = renew


_answers = msgspec.json.Decoder(_Answer, strict=False)
_kept = msgspec.json.Decoder(_Kept)


class OAuth2ClientCredentials:
    """Access tokens by the client credentials grant (RFC 6749 section 4.4).

    However many callers wait, one request is made. A token is renewed in the background before it ends; callers use
    the old one meanwhile. A refused token is renewed once, also when many callers were refused at the same time.

    Args:
        token_url: The token endpoint.
        client_id: Sent as a form field.
        client_secret: Sent as a form field; it never shows.
        scope: Asked for when given.
        renew_ahead: Seconds before its end that a token is renewed; at most a fifth of its life.
        store: Where workers share the token: a URL or a client of Redis, or anything with `get`, `set` and `delete`
            of bytes. Keys tell nothing.
        name: The provider's name, for errors.
        now: The clock.

    Raises:
        ConfigurationError: A value cannot work.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str | None = None,
        renew_ahead: float = 60.0,
        store: Redis | CacheBackend | str | None = None,
        name: str = "oauth2",
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        self._url = checked_url("token_url", token_url)
        self._id = checked_secret("client_id", client_id)
        self._secret = checked_secret("client_secret", client_secret)
        self._scope = scope
        self._ahead = check_seconds("renew_ahead", renew_ahead, allow_zero=True)
        if store is not None:
            check_store(store)
        self._store_at = store
        self._store: TokenStore | None = None
        self._key = json_digest(self._url, self._id, self._secret, scope or "")
        self._clock = as_clock(now)
        self._now = monotonic(self._clock)
        secrets = (self._secret, self._id)
        self._line = Line(name, rules=_RULES, retry=_RETRY, min_interval=0.0, secrets=secrets, clock=self._clock)
        self._flight: SingleFlight[_Token] = SingleFlight()
        self._token: _Token | None = None
        self._refused: set[str] = set()
        self._background: asyncio.Task[None] | None = None
        self._again = float("-inf")
        self._name = name
        self.requests: int = 0
        """Token requests sent."""

    def __repr__(self) -> str:
        return f"OAuth2ClientCredentials({self._url!r})"

    def use(self, clock: Clock) -> None:
        """Count by another clock from now on."""
        self._clock = clock
        self._now = monotonic(clock)
        self._line.use(clock)
        self._token = None

    def pace(self, pacer: Pacer) -> None:
        """Send token requests at the pace of the provider's other calls: its limit counts them all."""
        self._line.pacer = pacer

    async def token(self, http: AsyncHandler) -> str:
        """A token that is good now.

        Args:
            http: Sends the request when one is needed.

        Raises:
            FlightError: The endpoint refused or did not answer; its code says which.
        """
        token, now = self._token, self._now()
        if token is not None and now < token.ends:
            if now >= token.renew:
                self._renew_ahead(http)
            return token.value
        return await self._fetched(http)

    async def renewed(self, http: AsyncHandler, refused: str) -> str:
        """Another token than the one that was refused.

        Args:
            http: Sends the request when one is needed.
            refused: The token that did not work.

        Raises:
            FlightError: The endpoint refused or did not answer.
        """
        if self._token is not None and self._token.value == refused:
            self._token = None
        self._refused = {refused}
        return await self.token(http)

    async def aclose(self) -> None:
        """Cancel what renews in the background and let go of the store. It may be used again."""
        if self._background is not None:
            self._background.cancel()
            await asyncio.wait([self._background])
            self._background = None
        await self._flight.aclose()
        if self._store is not None:
            store, self._store = self._store, None
            await store.aclose()

    async def _fetched(self, http: AsyncHandler) -> str:
        token, _ = await self._flight.run("token", lambda: self._fetch(http))
        return token.value

    def _renew_ahead(self, http: AsyncHandler) -> None:
        if self._background is None and self._now() >= self._again:
            self._again = self._now() + _REST
            self._background = asyncio.ensure_future(self._renew(http))
            self._background.add_done_callback(self._renewed_ahead)

    def _renewed_ahead(self, task: asyncio.Task[None]) -> None:
        if self._background is task:
            self._background = None

    async def _renew(self, http: AsyncHandler) -> None:
        try:
            await self._fetched(http)
        except AsyncAssistError as error:
            # The old token is good for a while yet, and the callers' own request will say it again.
            logger.warning("the token of %s could not be renewed ahead (%s)", self._name, type(error).__name__)

    async def _fetch(self, http: AsyncHandler) -> _Token:
        store = self._opened()
        if store is not None:
            shared = await self._shared(store)
            if shared is not None:
                return shared
        try:
            return await self._asked(http, store)
        finally:
            if store is not None:
                await store.done(self._key)

    async def _asked(self, http: AsyncHandler, store: TokenStore | None) -> _Token:
        """A new token, kept for the other workers too."""
        answer = await self._ask(http)
        life = _life(answer.expires_in)
        token = self._keep(str(answer.access_token), life)
        if store is not None and life > _SKEW:
            kept = _Kept(token.value, self._clock() + life)
            await store.set(self._key, msgspec.json.encode(kept), ttl=life - _SKEW)
        return token

    def _keep(self, value: str, life: float) -> _Token:
        now = self._now()
        ahead = min(self._ahead, life / 5)
        # A token that lives for a moment is used for that moment rather than never.
        token = _Token(value, now + max(life - min(_SKEW, life / 10), 0.0), now + life - min(_SKEW, life / 10) - ahead)
        self._token = token
        return token

    async def _shared(self, store: TokenStore) -> _Token | None:
        """A token that another worker asked for, waiting for it while one does; None when this one is to ask."""
        for _ in range(int(_CLAIM / _LOOK)):
            found = await self._look(store)
            if found is not None:
                return found
            if await store.claim(self._key, _CLAIM / 2):
                return None
            await self._clock.sleep(_LOOK)
        return None

    async def _look(self, store: TokenStore) -> _Token | None:
        packed = await store.get(self._key)
        if packed is None:
            return None
        try:
            kept = _kept.decode(packed)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        life = kept.expires_at - self._clock()
        # one that is to be renewed or was refused is as good as none
        current = self._token.value if self._token is not None else None
        if life <= _SKEW or kept.access_token in self._refused or kept.access_token == current:
            return None
        return self._keep(kept.access_token, life)

    def _opened(self) -> TokenStore | None:
        if self._store is None and self._store_at is not None:
            self._store = TokenStore(self._store_at, self._now)
        return self._store

    async def _ask(self, http: AsyncHandler) -> _Answer:
        form = {"grant_type": "client_credentials", "client_id": self._id, "client_secret": self._secret}
        if self._scope:
            form["scope"] = self._scope
        self.requests += 1
        response = await self._line.call(
            http,
            "POST",
            self._url,
            left=_TIMEOUT,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
        )
        return self._read(response)

    def _read(self, response: Response) -> _Answer:
        """The token of an answer.

        Raises:
            FlightError: It holds none; nothing of the request shows in it.
        """
        try:
            answer = _answers.decode(utf8(response))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answer = _Answer()
        if response.status < 300 and answer.access_token and not answer.error:
            if not answer.access_token.isascii() or not answer.access_token.isprintable():
                raise self._line.malformed(response, "the token cannot be sent in a header")
            return answer
        code = str(answer.code if answer.code is not None else answer.error or "") or None
        if response.status in {400, 401, 403}:
            # RFC 6749 section 5.2 answers wrong credentials with 400 or 401
            cause = AuthenticationError("the credentials were refused", url=response.url, status=response.status)
            raise self._line.worded(as_flight_error(cause, self._name), code, answer.title) from cause
        if response.status < 300 and not answer.error:
            raise self._line.malformed(response, "the answer holds no token")
        raise self._line.failure(response, code, answer.title)


def _life(said: Any) -> float:
    """Seconds a token lives."""
    try:
        life = float(said)
    except (TypeError, ValueError):
        return _UNSAID
    return min(life, 86_400.0 * 30) if life > 0 else _UNSAID
