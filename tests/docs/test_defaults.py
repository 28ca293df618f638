"""The page of defaults agrees with the signatures."""

import inspect
import re
from pathlib import Path

import pytest

import asyncassist
from asyncassist import flights, web

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "defaults.md"
CLASSES = {
    cls.__name__: cls
    for cls in (
        asyncassist.AsyncHandler,
        asyncassist.CachedChatbot,
        asyncassist.AsyncStateManager,
        asyncassist.AsyncNLPEngine,
        asyncassist.AsyncFlightClient,
        asyncassist.TravelAssistant,
        asyncassist.LoopThread,
        asyncassist.Tool,
        asyncassist.Timeout,
        asyncassist.Retry,
        asyncassist.Breaker,
        asyncassist.Limits,
        asyncassist.Guard,
        asyncassist.CacheRules,
        flights.AmadeusProvider,
        flights.DuffelProvider,
        flights.SandboxProvider,
        flights.OAuth2ClientCredentials,
        web.Service,
        web.WebSettings,
    )
}


def format_default(default):
    """Return a default as the page writes it."""
    if default is inspect.Parameter.empty:
        return "required"
    if inspect.isfunction(default):
        return default.__name__
    return repr(default)


def documented_defaults():
    """Return the defaults on the page: class name to keyword to default."""
    page = {}
    for section in PAGE.read_text().split("\n## ")[1:]:
        name, _, rest = section.partition("\n")
        page[name.strip()] = dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \|", rest, re.MULTILINE))
    return page


@pytest.mark.parametrize("name", CLASSES)
def test_every_keyword_is_documented_with_its_default(name):
    """Every keyword of a class has a row with its default, and no row is left over."""
    parameters = inspect.signature(CLASSES[name]).parameters.values()

    assert documented_defaults()[name] == {
        parameter.name: format_default(parameter.default) for parameter in parameters
    }


def test_page_has_exactly_these_classes():
    """A section of a class that no longer exists fails here."""
    assert set(documented_defaults()) == set(CLASSES)
