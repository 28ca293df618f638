"""OAuth2 client credentials: coalesced token requests, renewal ahead of expiry, one renewal per rejected token."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from asyncassist._cache import json_digest
from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._lifecycle import cancel_and_wait
from asyncassist._retry import Retry
from asyncassist._single_flight import SingleFlight
from asyncassist._validation import check_encodable, check_seconds
from asyncassist.errors import AsyncAssistError, AuthenticationError, ConfigurationError
from asyncassist.flights.error_mapping import translate_error
from asyncassist.flights.provider_client import ProviderClient, RetryRules, check_secret, check_url, utf8_body
from asyncassist.flights.token_store import TokenStore, check_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._types import CacheBackend, Clock
    from asyncassist.flights.rate_limiter import AdaptiveRateLimiter

logger = logging.getLogger("asyncassist.flights")

_RETRY_RULES = RetryRules(retryable_statuses=frozenset({500, 502, 503, 504}))
_RETRY = Retry(attempts=3, base=0.2, cap=2.0, max_retry_after=10.0)
_TIMEOUT = 15.0
_DEFAULT_EXPIRES_IN = 300.0  # seconds, without a valid expires_in: RFC 6749 section 5.1 makes it optional
_CLOCK_SKEW = 10.0  # seconds before expiry from which a token is not used: clock skew and network latency
_RENEWAL_INTERVAL = 5.0  # seconds between two attempts to renew ahead of expiry
_CLAIM_TIMEOUT = 10.0  # seconds to wait for the token of another worker; a claim expires after half of it
_POLL_INTERVAL = 0.1  # seconds between two look-ups of that token


class _TokenResponse(msgspec.Struct):
    access_token: str | None = None
    expires_in: float | str | None = None
    error: str | None = None
    code: int | str | None = None
    title: str | None = None


class _StoredToken(msgspec.Struct):
    """Token as workers share it; `expires_at` is the real expiry in seconds since the epoch."""

    access_token: str
    expires_at: float


class _Token:
    """Token of this process, on the monotonic clock; `expires_at` is a margin before the real expiry."""

    __slots__ = ("expires_at", "renew_at", "value")

    def __init__(self, value: str, expires_at: float, renew_at: float) -> None:
        self.value = value
        self.expires_at = expires_at
        self.renew_at = renew_at


_token_response_decoder = msgspec.json.Decoder(_TokenResponse, strict=False)
_stored_token_decoder = msgspec.json.Decoder(_StoredToken)


class OAuth2ClientCredentials:
    """Access tokens by the client credentials grant (RFC 6749 section 4.4).

    Concurrent callers share one token request. A token is renewed in the background ahead of its expiry while callers
    go on using it. A rejected token is renewed once, even if many callers were rejected at the same time.

    Args:
        token_url: URL of the token endpoint.
        client_id: Client id, sent as a form field.
        client_secret: Client secret, sent as a form field; it never appears in errors, logs or `repr`.
        scope: Scope to request, None for the server's default.
        renew_ahead: Seconds before expiry at which a token is renewed, at most a fifth of its lifetime.
        store: Store in which workers share the token: URL or client of a Redis, or any object with `get`, `set` and
            `delete` of bytes; None keeps the token in this process. Keys are hashes and reveal no credentials.
        name: Name of the provider, for errors and logs.
        now: The clock.

    Raises:
        ConfigurationError: An argument is invalid.
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
        self._url = check_url("token_url", token_url)
        self._client_id = check_secret("client_id", client_id)
        self._client_secret = check_secret("client_secret", client_secret)
        self._scope = None if scope is None else check_encodable("scope", scope, error=ConfigurationError)
        self._renew_before = check_seconds("renew_ahead", renew_ahead, allow_zero=True)
        if store is not None:
            check_store(store)
        self._store_source = store
        self._store: TokenStore | None = None
        self._key = json_digest(self._url, self._client_id, self._client_secret, scope or "")
        self._clock = as_clock(now)
        self._now = monotonic(self._clock)
        secrets = (self._client_secret, self._client_id)
        self._provider_client = ProviderClient(
            name, retry_rules=_RETRY_RULES, retry=_RETRY, min_interval=0.0, secrets=secrets, clock=self._clock
        )
        self._single_flight: SingleFlight[_Token] = SingleFlight()
        self._token: _Token | None = None
        self._refused_tokens: set[str] = set()
        self._renewal_task: asyncio.Task[None] | None = None
        self._next_renewal = float("-inf")
        self._name = check_encodable("name", name, error=ConfigurationError)
        self.requests: int = 0
        """Token requests sent."""

    def __repr__(self) -> str:
        return f"OAuth2ClientCredentials({self._url!r})"

    def set_clock(self, clock: Clock) -> None:
        """Measure by another clock from now on; the current token is dropped, since its expiry is on the old clock."""
        self._clock = clock
        self._now = monotonic(clock)
        self._provider_client.set_clock(clock)
        self._token = None

    def set_rate_limiter(self, rate_limiter: AdaptiveRateLimiter) -> None:
        """Share the rate limiter of the provider's other calls, since its limit counts token requests too."""
        self._provider_client.rate_limiter = rate_limiter

    async def token(self, http: AsyncHandler) -> str:
        """Return a valid token, requesting one if necessary.

        Args:
            http: The handler that sends the token request.

        Raises:
            FlightError: The endpoint rejected the credentials or did not answer; its `code` tells which.
        """
        token, now = self._token, self._now()
        if token is not None and now < token.expires_at:
            if now >= token.renew_at:
                self._start_renewal(http)
            return token.value
        return await self._fetch_coalesced(http)

    async def renewed(self, http: AsyncHandler, refused: str) -> str:
        """Return another token than the rejected one; if a newer one is known already, no request is made.

        Args:
            http: The handler that sends the token request.
            refused: The token that the API rejected with 401.

        Raises:
            FlightError: The endpoint rejected the credentials or did not answer; its `code` tells which.
        """
        if self._token is not None and self._token.value == refused:
            self._token = None
        self._refused_tokens = {refused}
        return await self.token(http)

    async def aclose(self) -> None:
        """Cancel the background renewal and close the store; the object may be used again afterwards."""
        if self._renewal_task is not None:
            await cancel_and_wait(self._renewal_task)
            self._renewal_task = None
        await self._single_flight.aclose()
        if self._store is not None:
            store, self._store = self._store, None
            await store.aclose()

    async def _fetch_coalesced(self, http: AsyncHandler) -> str:
        token, _ = await self._single_flight.run("token", lambda: self._fetch(http))
        return token.value

    def _start_renewal(self, http: AsyncHandler) -> None:
        if self._renewal_task is None and self._now() >= self._next_renewal:
            self._next_renewal = self._now() + _RENEWAL_INTERVAL
            self._renewal_task = asyncio.ensure_future(self._renew(http))
            self._renewal_task.add_done_callback(self._on_renewal_done)

    def _on_renewal_done(self, task: asyncio.Task[None]) -> None:
        if self._renewal_task is task:
            self._renewal_task = None

    async def _renew(self, http: AsyncHandler) -> None:
        try:
            await self._fetch_coalesced(http)
        except AsyncAssistError as error:
            # No error for callers: the old token is still valid, and after its expiry their own request will raise.
            logger.warning(
                "the token of %s could not be renewed ahead of expiry (%s)", self._name, type(error).__name__
            )

    async def _fetch(self, http: AsyncHandler) -> _Token:
        store = self._open_store()
        if store is not None:
            shared = await self._await_shared_token(store)
            if shared is not None:
                return shared
        try:
            return await self._request_token(http, store)
        finally:
            if store is not None:
                await store.release_claim(self._key)

    async def _request_token(self, http: AsyncHandler, store: TokenStore | None) -> _Token:
        """Request a new token and store it for the other workers."""
        answer = await self._send_token_request(http)
        expires_in = _expires_in(answer.expires_in)
        token = self._set_token(str(answer.access_token), expires_in)
        if store is not None and expires_in > _CLOCK_SKEW:
            stored = _StoredToken(token.value, self._clock() + expires_in)
            await store.set(self._key, msgspec.json.encode(stored), ttl=expires_in - _CLOCK_SKEW)
        return token

    def _set_token(self, value: str, expires_in: float) -> _Token:
        now = self._now()
        ahead = min(self._renew_before, expires_in / 5)
        # The margin is at most a tenth of the lifetime, so that a very short-lived token is used at all.
        token = _Token(
            value,
            now + max(expires_in - min(_CLOCK_SKEW, expires_in / 10), 0.0),
            now + expires_in - min(_CLOCK_SKEW, expires_in / 10) - ahead,
        )
        self._token = token
        return token

    async def _await_shared_token(self, store: TokenStore) -> _Token | None:
        """Return the token that another worker stored, waiting while one requests it.

        Returns:
            The token; None if this worker must request one: it holds the claim, or it has waited 10 seconds.
        """
        for _ in range(int(_CLAIM_TIMEOUT / _POLL_INTERVAL)):
            found = await self._load_from_store(store)
            if found is not None:
                return found
            if await store.claim(self._key, _CLAIM_TIMEOUT / 2):
                return None
            await self._clock.sleep(_POLL_INTERVAL)
        return None

    async def _load_from_store(self, store: TokenStore) -> _Token | None:
        packed = await store.get(self._key)
        if packed is None:
            return None
        try:
            stored = _stored_token_decoder.decode(packed)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        expires_in = stored.expires_at - self._clock()
        # The current token (being renewed) and rejected ones count as missing, else a renewal would return them.
        current = self._token.value if self._token is not None else None
        if expires_in <= _CLOCK_SKEW or stored.access_token in self._refused_tokens or stored.access_token == current:
            return None
        return self._set_token(stored.access_token, expires_in)

    def _open_store(self) -> TokenStore | None:
        if self._store is None and self._store_source is not None:
            self._store = TokenStore(self._store_source, self._now)
        return self._store

    async def _send_token_request(self, http: AsyncHandler) -> _TokenResponse:
        form = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": self._client_secret}
        if self._scope:
            form["scope"] = self._scope
        self.requests += 1
        response = await self._provider_client.call(
            http,
            "POST",
            self._url,
            time_limit=_TIMEOUT,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
        )
        return self._parse_response(response)

    def _parse_response(self, response: Response) -> _TokenResponse:
        """Return the decoded response of the token endpoint if it contains a token.

        Raises:
            FlightError: The response contains no token; the error contains nothing of the request.
        """
        try:
            answer = _token_response_decoder.decode(utf8_body(response))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answer = _TokenResponse()
        if response.status < 300 and answer.access_token and not answer.error:
            if not answer.access_token.isascii() or not answer.access_token.isprintable():
                raise self._provider_client.malformed_error(response, "the token cannot be sent in a header")
            return answer
        code = str(answer.code if answer.code is not None else answer.error or "") or None
        if response.status in {400, 401, 403}:
            # RFC 6749 section 5.2: wrong credentials give 400 or 401.
            cause = AuthenticationError("the credentials were refused", url=response.url, status=response.status)
            raise self._provider_client.with_provider_message(
                translate_error(cause, self._name), code, answer.title
            ) from cause
        if response.status < 300 and not answer.error:
            raise self._provider_client.malformed_error(response, "the response contains no token")
        raise self._provider_client.status_error(response, code, answer.title)


def _expires_in(value: Any) -> float:
    """Return a token's lifetime in seconds, at most 30 days; a missing or invalid value gives five minutes."""
    try:
        expires_in = float(value)
    except (TypeError, ValueError):
        return _DEFAULT_EXPIRES_IN
    return min(expires_in, 86_400.0 * 30) if expires_in > 0 else _DEFAULT_EXPIRES_IN
