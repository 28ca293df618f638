"""Settings of the web service, from arguments and from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncassist.errors import ConfigurationError
from asyncassist.web import WebSettings
from asyncassist.web.settings import _ENV_PARSERS, _env_name


def test_defaults_without_environment_variables(monkeypatch):
    """An environment without our variables is the constructor without arguments."""
    for name in ("RATE_LIMIT", "ADMIN_TOKEN", "SERVICES", "REDIS_URL", "ALLOWED_HOSTS", "THREADS"):
        monkeypatch.delenv(f"ASYNCASSIST_{name}", raising=False)

    settings = WebSettings.from_env()

    assert settings == WebSettings()
    assert (settings.rate_limit, settings.rate_window, settings.max_body, settings.max_message) == (
        120,
        60.0,
        65536,
        4000,
    )


def test_environment_variables_are_parsed(monkeypatch):
    """Each variable reaches its setting, and secrets stay out of the repr."""
    for name, value in {
        "RATE_LIMIT": "5",
        "RATE_WINDOW": "1.5",
        "ALLOW": "10.0.0.0/8, 2001:db8::/32",
        "DENY": "10.1.2.3",
        "TRUSTED_HOPS": "2",
        "TRUSTED_ORIGINS": "https://App.example:443/",
        "MAX_BODY": "1000",
        "MAX_MESSAGE": "50",
        "ADMIN_TOKEN": "secret-token-0123",
        "ALLOWED_HOSTS": "App.example., *.b.example",
        "THREADS": "8",
        "SERVICES": "one=http://a.example/x?y=1, two = https://b.example",
        "REDIS_URL": "redis://:pass@r.example/0",
    }.items():
        monkeypatch.setenv(f"ASYNCASSIST_{name}", value)

    settings = WebSettings.from_env()

    assert (settings.rate_limit, settings.rate_window, settings.trusted_hops) == (5, 1.5, 2)
    assert settings.allow == ("10.0.0.0/8", "2001:db8::/32")
    assert settings.deny == ("10.1.2.3",)
    assert settings.trusted_origins == ("https://app.example",)
    assert (settings.allowed_hosts, settings.threads) == (("app.example", "*.b.example"), 8)
    assert (settings.max_body, settings.max_message, settings.admin_token) == (1000, 50, "secret-token-0123")
    assert settings.services == (("one", "http://a.example/x?y=1"), ("two", "https://b.example"))
    assert settings.redis == "redis://:pass@r.example/0"
    assert "secret" not in repr(settings)
    assert "pass" not in repr(settings)


@pytest.mark.parametrize("url", ["redis+sentinel://a:1,b:2/main/0", "rediss+cluster://a:1,b:2"])
def test_rate_limit_accepts_sentinel_and_cluster_urls(monkeypatch, url):
    """The URL of the session store also serves the rate limit."""
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", url)

    assert WebSettings.from_env().redis == url


def test_invalid_redis_url_is_rejected_without_its_password(monkeypatch):
    """The error names the variable, but not the password."""
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "redis+cluster://:secret@a:x")

    with pytest.raises(ConfigurationError, match="ASYNCASSIST_REDIS_URL") as caught:
        WebSettings.from_env()

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RATE_LIMIT", "many"),
        ("RATE_LIMIT", "-1"),
        ("RATE_WINDOW", "nan"),
        ("ALLOW", "everybody"),
        ("DENY", "10.0.0.0/99"),
        ("TRUSTED_HOPS", "99"),
        ("TRUSTED_ORIGINS", "app.example"),
        ("ALLOWED_HOSTS", "app.example:8000"),
        ("ADMIN_TOKEN", "fifteen-letters"),
        ("THREADS", "none"),
        ("MAX_BODY", "0"),
        ("MAX_MESSAGE", "some"),
        ("SERVICES", "name=ftp://a.example"),
        ("REDIS_URL", "http://a.example"),
    ],
)
def test_error_names_the_invalid_variable(monkeypatch, variable, value):
    """Whether it cannot be read or is out of bounds: not the setting, which its reader has not written."""
    monkeypatch.setenv(f"ASYNCASSIST_{variable}", value)

    with pytest.raises(ConfigurationError) as caught:
        WebSettings.from_env()

    assert caught.value.field == f"ASYNCASSIST_{variable}"
    assert variable != "ADMIN_TOKEN" or value not in str(caught.value)


def test_every_setting_of_the_environment_has_its_variable(monkeypatch):
    """Each documented variable is read."""
    page = (Path(__file__).parents[2] / "docs/reference/environment.md").read_text("utf-8")

    assert [name for name in _ENV_PARSERS if f"`{_env_name(name)}`" not in page] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rate_limit", -1),
        ("rate_limit", 1.5),
        ("rate_window", 0),
        ("allow", ("nowhere",)),
        ("allow", "10.0.0.0/8"),
        ("deny", ("10.0.0.0/99",)),
        ("trusted_hops", -1),
        ("trusted_origins", ("app.example",)),
        ("trusted_origins", ("https://app.example/path",)),
        ("trusted_origins", ("https://u@app.example",)),
        ("trusted_origins", ("https://app.example:port",)),
        ("trusted_origins", "https://app.example"),
        ("max_body", 0),
        ("max_message", True),
        ("admin_token", ""),
        ("admin_token", 5),
        ("admin_token", "fifteen-letters"),
        ("allowed_hosts", "app.example"),
        ("allowed_hosts", ("app.example:8000",)),
        ("allowed_hosts", ("https://app.example",)),
        ("allowed_hosts", ("a.*",)),
        ("allowed_hosts", ("",)),
        ("allowed_hosts", (5,)),
        ("threads", 0),
        ("services", (("bad name", "http://a.example"),)),
        ("services", {"name": "ftp://a.example"}),
        ("services", {"name": "http://"}),
        ("services", ("name",)),
        ("redis", "http://a.example"),
        ("health_timeout", 0),
        ("health_fresh", -1),
    ],
)
def test_error_names_the_invalid_setting(field, value):
    """Invalid values are rejected by the constructor."""
    with pytest.raises(ConfigurationError) as caught:
        WebSettings(**{field: value})

    assert caught.value.field == field


def test_services_as_a_mapping_and_origins_with_ipv6():
    """A mapping is equivalent to pairs; the brackets of an IPv6 host are preserved."""
    settings = WebSettings(services={"a": "http://a.example"}, trusted_origins=("http://[::1]:8080",))

    assert settings.services == (("a", "http://a.example"),)
    assert settings.trusted_origins == ("http://[::1]:8080",)
