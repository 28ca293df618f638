"""The defaults page says what the code does."""

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


def shown(default):
    """A default as the page writes it."""
    if default is inspect.Parameter.empty:
        return "required"
    if inspect.isfunction(default):
        return default.__name__
    return repr(default)


def written():
    """Class name to {keyword: default}, as the page has them."""
    page = {}
    for section in PAGE.read_text().split("\n## ")[1:]:
        name, _, rest = section.partition("\n")
        page[name.strip()] = dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \|", rest, re.MULTILINE))
    return page


@pytest.mark.parametrize("name", CLASSES)
def test_every_keyword_stands_on_the_page_with_its_default(name):
    """A new keyword needs a line there, and no line outlives its keyword."""
    parameters = inspect.signature(CLASSES[name]).parameters.values()

    assert written()[name] == {parameter.name: shown(parameter.default) for parameter in parameters}


def test_the_page_has_no_other_classes():
    """What is gone is gone."""
    assert set(written()) == set(CLASSES)
