"""Providers from environment variables."""

from __future__ import annotations

import pytest

from asyncassist.errors import ConfigurationError
from asyncassist.flights.config import providers_from_env

AMADEUS = {
    "AMADEUS_BASE_URL": "http://127.0.0.1:1",
    "AMADEUS_TOKEN_URL": "http://127.0.0.1:1/token",
    "AMADEUS_CLIENT_ID": "id",
    "AMADEUS_CLIENT_SECRET": "s3cret",
}


def test_without_credentials_there_are_no_providers():
    """Unset and blank variables are the same."""
    assert providers_from_env({}, store=None) == []
    assert providers_from_env({"DUFFEL_TOKEN": " ", "AMADEUS_CLIENT_ID": ""}, store=None) == []


def test_each_set_of_credentials_gives_a_provider():
    """Amadeus comes before Duffel, and no secret appears."""
    providers = providers_from_env({**AMADEUS, "DUFFEL_TOKEN": " t0ken "}, store="redis://127.0.0.1:1/0")

    assert [provider.name for provider in providers] == ["amadeus", "duffel"]
    assert not any(secret in repr(providers) for secret in ("s3cret", "t0ken"))
    assert [one.name for one in providers_from_env({"DUFFEL_TOKEN": "t0ken"}, store=None)] == ["duffel"]


@pytest.mark.parametrize("missing", sorted(AMADEUS))
def test_missing_amadeus_variables_are_named(missing):
    """All four Amadeus variables are needed together."""
    environment = {name: value for name, value in AMADEUS.items() if name != missing}

    with pytest.raises(ConfigurationError, match="other Amadeus variables are") as caught:
        providers_from_env(environment, store=None)

    assert caught.value.field == missing


@pytest.mark.parametrize(
    ("name", "value"), [("AMADEUS_BASE_URL", "host"), ("AMADEUS_TOKEN_URL", "x"), ("DUFFEL_TOKEN", "é")]
)
def test_invalid_values_name_the_variable(name, value):
    """The error names the environment variable instead of the constructor's argument."""
    with pytest.raises(ConfigurationError) as caught:
        providers_from_env({**AMADEUS, name: value}, store=None)

    assert caught.value.field == name
