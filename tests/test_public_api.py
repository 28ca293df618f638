"""The face: sorted, complete, importable, and cheap."""

import subprocess
import sys

import pytest

import asyncassist

HEAVY = ("openai", "redis", "asyncpg", "flask", "fastapi", "starlette", "aiohttp", "babel", "tenacity")


def test_importing_the_face_loads_nothing_heavy():
    """Not even the HTTP client: names load when they are used."""
    code = f"import asyncassist, sys; print([name for name in {HEAVY} if name in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name",
    ["AsyncHandler", "CachedChatbot", "AsyncStateManager", "AsyncFlightClient", "AsyncNLPEngine", "TravelAssistant"],
)
def test_a_class_loads_no_sdk_before_it_opens(name):
    """openai, redis and asyncpg are imported where the door opens."""
    sdks = ("openai", "redis", "asyncpg", "flask", "fastapi")
    code = f"import asyncassist, sys; asyncassist.{name}; print([sdk for sdk in {sdks} if sdk in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("name", asyncassist.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    """And stands in `dir()`."""
    thing = getattr(asyncassist, name)

    assert name in dir(asyncassist)
    assert getattr(thing, "__doc__", None)


def test_the_face_is_complete():
    """The lazy table and the list are the same."""
    assert {"__version__", *asyncassist._MODULE_BY_NAME} == set(asyncassist.__all__)


def test_an_unknown_name_is_an_attribute_error():
    """As in any module."""
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = asyncassist.nothing_here
