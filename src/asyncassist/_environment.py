"""Environment variables that the package reads, and a warning about names that resemble them."""

from __future__ import annotations

import difflib
import logging
import os

logger = logging.getLogger("asyncassist")

_PREFIX, _TEST_PREFIX = "ASYNCASSIST_", "ASYNCASSIST_TEST_"
VARIABLES = {
    "ASYNCASSIST_REDIS_URL": "sessions and shared caches",
    "ASYNCASSIST_POSTGRES_URL": "permanent conversations",
    "ASYNCASSIST_SQLITE_PATH": "sessions and conversations in a file of this machine",
    "ASYNCASSIST_JOURNAL": "writes that survive outages and restarts",
    "OPENAI_API_KEY": "answers by a model where rules have none",
    "OPENAI_BASE_URL": "a compatible server instead of OpenAI's",
    "ASYNCASSIST_MODEL": "name of the model",
    "AMADEUS_BASE_URL": "flights by Amadeus",
    "AMADEUS_TOKEN_URL": "access tokens of Amadeus",
    "AMADEUS_CLIENT_ID": "account at Amadeus",
    "AMADEUS_CLIENT_SECRET": "account at Amadeus",
    "DUFFEL_TOKEN": "flights by Duffel",
    "ASYNCASSIST_ADMIN_TOKEN": "the admin routes",
    "ASYNCASSIST_RATE_LIMIT": "requests that one client may send",
    "ASYNCASSIST_RATE_WINDOW": "seconds in which they count",
    "ASYNCASSIST_ALLOW": "networks that may call",
    "ASYNCASSIST_DENY": "networks that may not",
    "ASYNCASSIST_ALLOWED_HOSTS": "names the web service answers to",
    "ASYNCASSIST_INTERFACES": "further protocols of the web service",
    "ASYNCASSIST_ON_DISCONNECT": "what becomes of a turn whose client leaves",
    "ASYNCASSIST_DRAIN_DELAY": "seconds between SIGTERM and the closing of the socket",
    "ASYNCASSIST_THREADS": "threads of a worker that serves Flask",
    "ASYNCASSIST_TRUSTED_HOPS": "reverse proxies in front of the web service",
    "ASYNCASSIST_TRUSTED_ORIGINS": "other origins whose pages may call",
    "ASYNCASSIST_MAX_BODY": "bytes of a request",
    "ASYNCASSIST_MAX_MESSAGE": "characters of a message",
    "ASYNCASSIST_SERVICES": "services to check",
    "ASYNCASSIST_PUBLIC_BOARD": "the operators' page for everybody",
    "ASYNCASSIST_PAGE_TITLE": "name on the page",
    "ASYNCASSIST_PAGE_LOGO": "logo of the page",
    "ASYNCASSIST_PAGE_ACCENT": "colour of the page",
    "ASYNCASSIST_PAGE_WELCOME": "heading of the page's first screen",
    "ASYNCASSIST_PAGE_LOGIN_URL": "the application's sign-in page",
    "ASYNCASSIST_EMBED_ORIGINS": "other origins whose pages may embed the page",
}
"""Purpose of each variable that the package reads, by name."""
_MODEL_VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASYNCASSIST_MODEL")
_warned: set[str] = set()


def is_model_configured() -> bool:
    """Return whether the environment configures a language model."""
    return any(os.environ.get(name) for name in _MODEL_VARIABLES)


def unknown_variables() -> dict[str, str | None]:
    """Return the variables that are set under the package's prefix although it does not read them.

    Returns:
        The nearest name that it does read, None if no name is near, by name. Names for the tests are left out.
    """
    unknown = [
        name
        for name in os.environ
        if name.startswith(_PREFIX) and name not in VARIABLES and not name.startswith(_TEST_PREFIX)
    ]
    # Without the prefix, which all names share.
    known = {name.removeprefix(_PREFIX): name for name in VARIABLES}
    near = {name: difflib.get_close_matches(name.removeprefix(_PREFIX), known, n=1) for name in sorted(unknown)}
    return {name: known[found[0]] if found else None for name, found in near.items()}


def describe_unknown(name: str, nearest: str | None) -> str:
    """Return what to tell about one of `unknown_variables`; never its value."""
    return f"{name} is set, but nothing reads it" + (f"; {nearest} is meant?" if nearest else "")


def warn_about_unknown_variables() -> None:
    """Log each of `unknown_variables` once in this process."""
    for name, nearest in unknown_variables().items():
        if name not in _warned:
            _warned.add(name)
            logger.warning("%s", describe_unknown(name, nearest))
