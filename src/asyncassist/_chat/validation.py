"""Validation of the constructor arguments of CachedChatbot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from asyncassist._chat.models import Backend, Price
from asyncassist._chat.prompt import check_system
from asyncassist._retry import Breaker, Retry
from asyncassist._types import History
from asyncassist._validation import check_async_function
from asyncassist.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_backends(first: Backend, others: Sequence[Backend]) -> list[Backend]:
    """Return all backends in failover order.

    Args:
        first: Backend of the constructor's own arguments; it may be unconfigured (offline).
        others: Further backends.

    Raises:
        ConfigurationError: `others` is no sequence, or an element of it is no `Backend`, or has neither client nor key
            nor base URL.
    """
    if not isinstance(others, Iterable):
        raise ConfigurationError("others", "must be a sequence of Backend")
    for index, backend in enumerate(others):
        if not isinstance(backend, Backend):
            raise ConfigurationError(f"others[{index}]", "must be a Backend")
        if not backend.configured:
            raise ConfigurationError(f"others[{index}]", "needs a client, an api_key or a base_url")
    return [first, *others]


def check_types(*, history: Any, fallback: Any, moderate: Any, retry: Any, breaker: Any) -> None:
    """Check the types of the arguments that are objects or functions.

    Raises:
        ConfigurationError: An argument has the wrong type.
    """
    if history is not None and not isinstance(history, History):
        raise ConfigurationError("history", "must have append, messages, forget and turn")
    for name, value in (("fallback", fallback), ("moderate", moderate)):
        if value is not None:
            check_async_function(name, value)
    for name, value, kind in (("retry", retry, Retry), ("breaker", breaker, Breaker)):
        if value is not None and not isinstance(value, kind):
            raise ConfigurationError(name, f"must be a {kind.__name__} or None")


def check_setting_text(field: str, value: object) -> str | None:
    """Validate a text argument of the constructor; a blank text becomes None.

    Args:
        field: Name of the argument, for the error.
        value: The text.

    Raises:
        ConfigurationError: The value is not text, too long, or cannot be encoded.
    """
    try:
        return check_system(field, value)
    except InvalidInputError as error:
        raise ConfigurationError(field, error.problem) from None


def check_prices(prices: Mapping[str, Price] | None) -> dict[str, Price]:
    """Return the prices by model name as a dict; empty for None.

    Raises:
        ConfigurationError: The argument is not a mapping of model names to `Price`.
    """
    if prices is None:
        return {}
    if not isinstance(prices, Mapping) or not all(isinstance(price, Price) for price in prices.values()):
        raise ConfigurationError("prices", "must map models to Price")
    return dict(prices)
