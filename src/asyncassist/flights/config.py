"""Providers from environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.flights.provider import FlightProvider

_AMADEUS_VARIABLES = ("AMADEUS_BASE_URL", "AMADEUS_TOKEN_URL", "AMADEUS_CLIENT_ID", "AMADEUS_CLIENT_SECRET")


def providers_from_env(environment: Mapping[str, str], *, store: str | None) -> list[FlightProvider]:
    """Build a provider for each set of credentials in the environment.

    Args:
        environment: The environment variables by name.
        store: URL of the Redis in which workers share access tokens; None keeps tokens in this process.

    Returns:
        The providers, Amadeus before Duffel; empty without credentials.

    Raises:
        ConfigurationError: Some of the Amadeus variables are set and others are not, or a value is invalid; the error
            names the variable.
    """
    providers: list[FlightProvider] = []
    values = [environment.get(name, "").strip() for name in _AMADEUS_VARIABLES]
    if any(values):
        for name, value in zip(_AMADEUS_VARIABLES, values, strict=True):
            if not value:
                raise ConfigurationError(name, "is not set, but other Amadeus variables are")
        providers.append(_build_amadeus(*values, store=store))
    token = environment.get("DUFFEL_TOKEN", "").strip()
    if token:
        providers.append(_build_duffel(token))
    return providers


def _build_amadeus(
    base_url: str, token_url: str, client_id: str, client_secret: str, *, store: str | None
) -> FlightProvider:
    """Build the Amadeus provider; an error names the environment variable instead of the keyword."""
    from asyncassist.flights.providers.amadeus.provider import (  # noqa: PLC0415 - load configured providers only
        AmadeusProvider,
    )

    try:
        return AmadeusProvider(
            base_url=base_url, token_url=token_url, client_id=client_id, client_secret=client_secret, store=store
        )
    except ConfigurationError as error:
        raise ConfigurationError(f"AMADEUS_{error.field.upper()}", error.problem) from None


def _build_duffel(token: str) -> FlightProvider:
    """Build the Duffel provider; an error names the environment variable instead of the keyword."""
    from asyncassist.flights.providers.duffel.provider import (  # noqa: PLC0415 - load configured providers only
        DuffelProvider,
    )

    try:
        return DuffelProvider(token=token)
    except ConfigurationError as error:
        raise ConfigurationError("DUFFEL_TOKEN", error.problem) from None
