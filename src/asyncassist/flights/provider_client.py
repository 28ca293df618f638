"""HTTP client of one provider: rate-limited calls, safe retries under a deadline, and errors without secrets."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from asyncassist._clock import monotonic
from asyncassist._retry import Failure, Retry, Timeout, parse_retry_after, run_with_retry
from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    DecodeError,
    FlightError,
    RateLimitedError,
    StatusError,
    UpstreamError,
)
from asyncassist.flights.error_mapping import translate_error
from asyncassist.flights.rate_limiter import AdaptiveRateLimiter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asyncassist._http import AsyncHandler, Response
    from asyncassist._types import Clock

Item = TypeVar("Item")

_UNSAFE_CHARACTERS = re.compile(r"[^\w .,:;/()'\-]+")
_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RetryRules:
    """HTTP statuses after which a provider's calls may be retried.

    Attributes:
        retryable_statuses: Statuses after which an idempotent call is retried.
        unprocessed_statuses: Statuses of requests that were not processed: after them every call is retried.
    """

    retryable_statuses: frozenset[int]
    unprocessed_statuses: frozenset[int] = frozenset({429})


class ProviderClient:
    """Rate-limited, retrying HTTP client of one provider.

    Args:
        provider: Name of the provider, for errors.
        retry_rules: Statuses after which calls may be retried.
        retry: Attempts and backoff; None disables retries.
        min_interval: Seconds between the starts of two calls.
        secrets: Texts that are removed from error messages.
        clock: The clock that measures and sleeps.

    Attributes:
        provider: Name of the provider.
        requests: Requests sent, retries included.
        retries: Retries.
        rate_limited: Responses with status 429.
        dropped: Offers that could not be parsed.
        rate_limiter: The limiter of this client's calls; several clients may share one.
    """

    def __init__(
        self,
        provider: str,
        *,
        retry_rules: RetryRules,
        retry: Retry | None,
        min_interval: float,
        secrets: tuple[str, ...],
        clock: Clock,
    ) -> None:
        self.provider = provider
        self.requests = 0
        self.retries = 0
        self.rate_limited = 0
        self.dropped = 0
        self.rate_limiter = AdaptiveRateLimiter(min_interval, clock)
        self._retry_rules = retry_rules
        self._retry = retry
        self._secrets = secrets
        self.set_clock(clock)

    def set_clock(self, clock: Clock) -> None:
        """Measure and sleep by another clock from now on."""
        self._clock = clock
        self._now = monotonic(clock)
        self.rate_limiter.set_clock(clock)

    async def call(
        self,
        http: AsyncHandler,
        method: str,
        url: str,
        *,
        time_limit: float,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        idempotent: bool = True,
    ) -> Response:
        """Send a request and retry it while that is safe and the deadline allows.

        Args:
            http: The handler that sends it.
            method: HTTP method.
            url: Absolute URL without query.
            time_limit: Seconds until the deadline, for all attempts together.
            headers: Header fields.
            params: Query parameters.
            body: Request body, None for none.
            idempotent: True if the request may be repeated although the first attempt may have been processed.

        Returns:
            The last response, whatever its status.

        Raises:
            FlightError: No response was received: no connection, timeout, or the rate limit exceeds the deadline.
        """
        end = self._now() + time_limit

        async def attempt(_number: int) -> Response:
            remaining = end - self._now()
            start = await self.rate_limiter.acquire(remaining)
            remaining = max(0.001, end - self._now())
            self.requests += 1
            response = await http.request(
                method,
                url,
                params=params,
                headers=headers,
                data=body,
                timeout=Timeout(total=remaining, attempt=None, connect=min(remaining, 10.0)),
                cache="no-store",
                retry=None,
            )
            self._update_pacing(response, start)
            return response

        try:
            return await run_with_retry(
                attempt,
                retry=self._retry,
                classify=lambda response, error: self._classify(response, error, idempotent=idempotent),
                clock=self._clock,
                now=self._now,
                total=time_limit,
                on_retry=self._count_retry,
            )
        except AsyncAssistError as error:
            failed = translate_error(error, self.provider)
            raise failed from failed.__cause__

    def status_error(self, response: Response, code: str | None = None, title: str | None = None) -> FlightError:
        """Build the error for a response with an error status.

        Args:
            response: The response.
            code: The provider's own error code; None for "authentication", "rate_limited" or "status_<number>".
            title: The provider's message, appended to ours; None for none.
        """
        status, url = response.status, response.url
        cause: UpstreamError
        if status in {401, 403}:
            cause = AuthenticationError("the credentials were refused", url=url, status=status)
        elif status == 429:
            wait = self._retry_after(response)
            cause = RateLimitedError(url=url, status=status, retry_after=wait, attempts=response.attempts)
        else:
            cause = StatusError("the service answered with an error", url=url, status=status)
        error = translate_error(cause, self.provider)
        if type(cause) is StatusError:
            error.code = f"status_{status}"
        return self.with_provider_message(error, code, title)

    def with_provider_message(self, error: FlightError, code: str | None, title: str | None) -> FlightError:
        """Set the provider's own code and append its message, both sanitized, and return the error."""
        if code:
            error.code = self._sanitize(code, 40) or error.code
        message = self._sanitize(title, 120) if title else ""
        if message:
            error.args = (f"{error.args[0]}: {message}",)
        return error

    def malformed_error(self, response: Response, reason: str) -> FlightError:
        """Build the error for a response that cannot be parsed or lacks required data."""
        return translate_error(DecodeError(reason, url=response.url, status=response.status), self.provider)

    def _sanitize(self, text: str, max_length: int) -> str:
        """Return provider text safe for errors and logs: secrets removed, no control or markup characters, truncated.

        A provider may echo credentials or HTML in its messages.
        """
        for secret in self._secrets:
            text = text.replace(secret, "")
        return _UNSAFE_CHARACTERS.sub(" ", text)[:max_length].strip()

    def _count_retry(self, _attempt: int, _pause: float) -> None:
        self.retries += 1

    def _update_pacing(self, response: Response, start: float) -> None:
        """Update the rate limiter from a response's status and its Retry-After and RateLimit fields."""
        if response.status == 429:
            self.rate_limited += 1
            self.rate_limiter.on_rejected(start, self._retry_after(response))
            return
        self.rate_limiter.on_success()
        remaining = response.headers.get("ratelimit-remaining")
        reset = self._quota_reset(response)
        if remaining is not None and reset is not None:
            with contextlib.suppress(ValueError):
                self.rate_limiter.on_quota(int(remaining), reset)

    def _classify(self, response: Response | None, error: BaseException | None, *, idempotent: bool) -> Failure | None:
        if isinstance(error, ConnectError):
            return Failure(repeatable=idempotent)
        if response is None:
            return None
        if response.status in self._retry_rules.unprocessed_statuses:
            return Failure(repeatable=True, retry_after=self._retry_after(response))
        if response.status in self._retry_rules.retryable_statuses:
            return Failure(repeatable=idempotent, retry_after=self._retry_after(response))
        return None

    def _retry_after(self, response: Response) -> float | None:
        wait = parse_retry_after(response.headers.get("Retry-After"), self._clock())
        return self._quota_reset(response) if wait is None and response.status == 429 else wait

    def _quota_reset(self, response: Response) -> float | None:
        """Return the seconds until the quota resets, None if unknown.

        Providers write `ratelimit-reset` as seconds, as seconds since the epoch, or as an HTTP or ISO 8601 date.
        """
        text = response.headers.get("ratelimit-reset")
        reset = parse_retry_after(text, self._clock())
        if reset is None and text is not None:
            with contextlib.suppress(ValueError):
                moment = dt.datetime.fromisoformat(text.strip())
                reset = max(0.0, moment.timestamp() - self._clock()) if moment.tzinfo is not None else None
        if reset is not None and reset > 1e8:  # three years is no window: seconds since the epoch
            reset = max(0.0, reset - self._clock())
        return reset


def check_url(field: str, url: object) -> str:
    """Validate an absolute http(s) URL without credentials, query and fragment.

    Args:
        field: Name of the argument, for the error.
        url: The value.

    Returns:
        The URL without trailing slashes.

    Raises:
        ConfigurationError: The value is anything else.
    """
    if not isinstance(url, str) or not _URL.fullmatch(url):
        raise ConfigurationError(field, "must be an absolute http or https URL without credentials and query")
    return url.rstrip("/")


def check_secret(field: str, value: object) -> str:
    """Validate a credential that is sent in a header or a form field.

    Args:
        field: Name of the argument, for the error.
        value: The credential; the error never contains it.

    Returns:
        The credential without surrounding white space.

    Raises:
        ConfigurationError: The value is not text, is empty, or has characters other than printable ASCII.
    """
    if not isinstance(value, str) or not value.strip() or not value.isascii() or not value.isprintable():
        raise ConfigurationError(field, "must be printable ASCII and not empty")
    return value.strip()


def utf8_body(response: Response) -> bytes:
    """Return the body transcoded to UTF-8, as JSON requires (RFC 8259 section 8.1), without a byte order mark."""
    kind = response.headers.get("Content-Type", "").lower()
    if "charset" not in kind or "charset=utf-8" in kind or 'charset="utf-8"' in kind:
        return response.body.removeprefix(b"\xef\xbb\xbf")
    return response.text().encode("utf-8", "replace")


def decode_response(provider_client: ProviderClient, response: Response, decoder: msgspec.json.Decoder[Any]) -> Any:
    """Decode the JSON body of a response.

    A body without data is an error and never an empty answer: providers and their gateways decline with status 200.

    Args:
        provider_client: Builds the errors.
        response: The response, with a success status.
        decoder: Decoder of a type with the fields `data` and `errors`.

    Returns:
        The decoded object; its `data` is not None.

    Raises:
        FlightError: The body is not JSON, has another structure, has no data, or reports errors despite its success
            status.
    """
    try:
        answer = decoder.decode(utf8_body(response))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise provider_client.malformed_error(response, "the response is not the expected JSON") from error
    if answer.errors:
        raise provider_client.with_provider_message(
            provider_client.malformed_error(response, "the response reports an error"), *first_error(answer.errors)
        )
    if answer.data is None:
        raise provider_client.malformed_error(response, "the response contains no data")
    if answer.data == [] and _declines(utf8_body(response)):
        raise provider_client.malformed_error(response, "the response has no data but says why")
    return answer


class _Remarks(msgspec.Struct):
    """What gateways and providers say beside an empty list that is no result."""

    error: Any = None
    fault: Any = None
    message: Any = None
    detail: Any = None
    success: Any = None
    status: Any = None
    meta: Any = None


_REMARKS_DECODER = msgspec.json.Decoder(_Remarks)


def _declines(body: bytes) -> bool:
    """Return whether a response without items reports a failure, or a number of items that it does not contain."""
    remarks = _REMARKS_DECODER.decode(body)
    count = remarks.meta.get("count") if isinstance(remarks.meta, dict) else None
    return (
        any((remarks.error, remarks.fault, remarks.message, remarks.detail, remarks.success is False))
        or (isinstance(remarks.status, str) and remarks.status.lower() in {"error", "fail", "failed", "failure"})
        or (isinstance(count, int) and count > 0)
    )


def decode_items(items: Iterable[msgspec.Raw], decoder: msgspec.json.Decoder[Item]) -> Iterator[Item]:
    """Decode the items of a list one by one, leaving out those of another structure."""
    for item in items:
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield decoder.decode(item)


def first_error(errors: list[Any] | None) -> tuple[str | None, str | None]:
    """Return code and title of the first of a provider's errors, None for each that is missing."""
    if not errors:
        return None, None
    code = errors[0].code
    return None if code is None else str(code), errors[0].title
