"""Public API: complete, importable, documented, and cheap to import."""

import subprocess
import sys

import pytest

import asyncassist

HEAVY = ("openai", "redis", "asyncpg", "flask", "fastapi", "starlette", "aiohttp", "babel", "tenacity")


def test_importing_the_package_loads_no_heavy_module():
    """Not even the HTTP client: names are imported on first access."""
    code = f"import asyncassist, sys; print([name for name in {HEAVY} if name in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name",
    ["AsyncHandler", "CachedChatbot", "AsyncStateManager", "AsyncFlightClient", "AsyncNLPEngine", "TravelAssistant"],
)
def test_importing_a_class_loads_no_sdk(name):
    """openai, redis and asyncpg are imported when a component opens."""
    sdks = ("openai", "redis", "asyncpg", "flask", "fastapi")
    code = f"import asyncassist, sys; asyncassist.{name}; print([sdk for sdk in {sdks} if sdk in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("name", asyncassist.__all__)
def test_every_public_name_is_importable_and_documented(name):
    """And is listed by `dir()`."""
    value = getattr(asyncassist, name)

    assert name in dir(asyncassist)
    assert getattr(value, "__doc__", None)


def test_lazy_imports_and_all_name_the_same():
    """Every name in `__all__` can be imported lazily, and no other."""
    assert {"__version__", *asyncassist._MODULE_BY_NAME} == set(asyncassist.__all__)


def test_unknown_name_is_an_attribute_error():
    """As in any module; the error has the name."""
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = asyncassist.nothing_here
