"""Command `doctor`: report configuration, installed extras and health."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import platform
import time
from typing import TYPE_CHECKING

from asyncassist import __version__
from asyncassist.assistant import TravelAssistant
from asyncassist.errors import AsyncAssistError, ConfigurationError

if TYPE_CHECKING:
    from asyncassist._cli.console import Console

# Purpose of each environment variable. The report shows whether it is set, never its value: most are secrets.
VARIABLES = {
    "ASYNCASSIST_REDIS_URL": "sessions and shared caches",
    "ASYNCASSIST_POSTGRES_URL": "permanent conversations",
    "ASYNCASSIST_JOURNAL": "writes that survive outages and restarts",
    "OPENAI_API_KEY": "answers by a model where rules have none",
    "OPENAI_BASE_URL": "a compatible server instead of OpenAI's",
    "ASYNCASSIST_MODEL": "name of the model",
    "AMADEUS_BASE_URL": "flights by Amadeus",
    "DUFFEL_TOKEN": "flights by Duffel",
    "ASYNCASSIST_ADMIN_TOKEN": "the admin routes",
    "ASYNCASSIST_ALLOWED_HOSTS": "names the web service answers to",
    "ASYNCASSIST_TRUSTED_HOPS": "number of reverse proxies in front of the web service",
}
EXTRAS = {
    "speed": ("aiodns", "brotli", "hiredis", "uvloop"),
    "nlp": ("py3langid", "rapidfuzz"),
    "otel": ("opentelemetry",),
    "web": ("prometheus_client", "psutil"),
    "tokens": ("tiktoken",),
    "cli": ("rich",),
}


def run(console: Console) -> int:
    """Print the report.

    Args:
        console: Console for the output.

    Returns:
        The exit status: 1 if the health is "fail" or cannot be determined, else 0.

    Raises:
        ConfigurationError: A variable has an invalid value.
    """
    console.title(f"asyncassist {__version__} on Python {platform.python_version()}")
    console.table(
        ("variable", "set", "for"),
        [[name, "yes" if os.environ.get(name) else "no", use] for name, use in VARIABLES.items()],
    )
    console.title("Extras")
    console.table(("extra", "installed", "missing"), [_extra_row(name, parts) for name, parts in EXTRAS.items()])
    try:
        return asyncio.run(_report_health(console, TravelAssistant.from_env()))
    except ConfigurationError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a component is a finding of the report
        console.title("Health: fail")
        # The text of a foreign error may hold a secret.
        detail = f": {error}" if isinstance(error, AsyncAssistError) else ""
        console.warn(f"the assistant does not open: {type(error).__name__}{detail}")
        return 1


async def _report_health(console: Console, new_assistant: TravelAssistant) -> int:
    start = time.perf_counter()
    async with new_assistant as assistant:
        opened = time.perf_counter() - start
        health = await assistant.health()
    console.title(f"Health: {health.status}")
    console.table(
        ("part", "status", ">seconds", "note"),
        [[check.name, check.status, f"{check.elapsed:.4f}", check.note] for check in health.checks],
    )
    console.note(f"opened in {opened:.3f} s")
    return 1 if health.status == "fail" else 0


def _extra_row(name: str, parts: tuple[str, ...]) -> list[str]:
    missing = [part for part in parts if importlib.util.find_spec(part) is None]
    return [name, f"{len(parts) - len(missing)} of {len(parts)}", ", ".join(missing)]
