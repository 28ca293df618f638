"""Environment variables: the list of those that are read, and the warning about others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import asyncassist
from asyncassist import AsyncFlightClient, AsyncHandler, AsyncNLPEngine, AsyncStateManager, CachedChatbot
from asyncassist._environment import VARIABLES, unknown_variables
from asyncassist.web import WebSettings, settings

SOURCE = Path(asyncassist.__file__).parent


def test_every_variable_that_the_package_reads_is_listed():
    """A name that is missing in the list would be reported as unknown."""
    named = re.compile(r'"(ASYNCASSIST_[A-Z_]*[A-Z])"')
    read = {name for path in SOURCE.rglob("*.py") for name in named.findall(path.read_text())}
    read |= {settings._env_name(name) for name in settings._ENV_PARSERS}

    assert read == {name for name in VARIABLES if name.startswith("ASYNCASSIST_")}


@pytest.mark.parametrize(
    "kind", [AsyncFlightClient, AsyncHandler, AsyncNLPEngine, AsyncStateManager, CachedChatbot, WebSettings]
)
def test_an_unknown_variable_is_logged_once(kind, monkeypatch, caplog):
    """By every `from_env`, once in a process, with the nearest name and never with the value."""
    name = f"ASYNCASSIST_RATELIMIT_{kind.__name__.upper()}"
    monkeypatch.setenv(name, "hush-hush")
    monkeypatch.setenv("ASYNCASSIST_TEST_OF_OURS", "1")

    kind.from_env()
    kind.from_env()

    logged = [record.getMessage() for record in caplog.records if name in record.getMessage()]
    assert len(logged) == 1
    assert "hush-hush" not in logged[0]


def test_the_nearest_name_is_found(monkeypatch):
    """None where no name is near; names of the tests and known ones are left out."""
    monkeypatch.setenv("ASYNCASSIST_RATELIMIT", "5")
    monkeypatch.setenv("ASYNCASSIST_Q", "5")
    monkeypatch.setenv("ASYNCASSIST_MODEL", "m")
    monkeypatch.setenv("ASYNCASSIST_TEST_OF_OURS", "1")

    assert unknown_variables() == {"ASYNCASSIST_Q": None, "ASYNCASSIST_RATELIMIT": "ASYNCASSIST_RATE_LIMIT"}


def test_credentials_that_a_constructor_does_not_read_are_logged_once(monkeypatch, caplog):
    """A chatbot made without credentials while the environment has some answers without a model: it says why."""
    from asyncassist._chat import chatbot

    chatbot._warn_about_unread_credentials.cache_clear()
    monkeypatch.setenv("OPENAI_API_KEY", "hush-hush")

    CachedChatbot(model="m")
    CachedChatbot(model="m")

    logged = [record.getMessage() for record in caplog.records]
    assert len(logged) == 1
    assert "OPENAI_API_KEY" in logged[0]
    assert "from_env()" in logged[0]
    assert "hush-hush" not in logged[0]
    chatbot._warn_about_unread_credentials.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("ASYNCASSIST_RATE_LIMIT", "lots", "whole number"),
        ("ASYNCASSIST_RATE_WINDOW", "long", "seconds"),
        ("ASYNCASSIST_ALLOW", "me", "networks"),
        ("ASYNCASSIST_TRUSTED_ORIGINS", "me", "origins"),
        ("ASYNCASSIST_SERVICES", "x", "names"),
        ("ASYNCASSIST_REDIS_URL", "http://x", "redis://"),
    ],
)
def test_a_setting_that_cannot_work_names_the_variable(name, value, wanted, monkeypatch):
    """And what is wanted instead."""
    monkeypatch.setenv(name, value)

    with pytest.raises(asyncassist.AsyncAssistError, match=wanted) as caught:
        WebSettings.from_env()

    assert caught.value.field == name
