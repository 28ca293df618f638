"""Command `doctor`: report configuration, installed extras and health."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import platform
import time
from typing import TYPE_CHECKING

from asyncassist import __version__
from asyncassist._environment import VARIABLES, describe_unknown, unknown_variables
from asyncassist.assistant import TravelAssistant
from asyncassist.errors import AsyncAssistError, ConfigurationError
from asyncassist.web import WebSettings
from asyncassist.web.routes import interface_routes

if TYPE_CHECKING:
    from asyncassist._cli.console import Console

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
    # Whether a variable is set, never its value: most are secrets.
    console.table(
        ("variable", "set", "for"),
        [[name, "yes" if os.environ.get(name) else "no", use] for name, use in VARIABLES.items()],
    )
    for name, nearest in unknown_variables().items():
        console.warn(describe_unknown(name, nearest))
    console.title("Extras")
    console.table(("extra", "installed", "missing"), [_extra_row(name, parts) for name, parts in EXTRAS.items()])
    settings = WebSettings.from_env()
    console.title("Protocols of the web service")
    console.table(
        ("interface", "on", "routes"),
        [
            [
                name,
                "yes" if name in settings.interfaces else "no",
                ", ".join(f"{route.method} {route.path}" for route in routes),
            ]
            for name, routes in interface_routes(settings).items()
        ],
    )
    try:
        assistant = TravelAssistant.from_env()
    except ConfigurationError:
        raise
    except Exception as error:  # noqa: BLE001 - reported like an error of opening
        return _report_failure(console, error)
    try:
        return asyncio.run(_report_health(console, assistant))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a component is a finding of the report
        return _report_failure(console, error)


def _report_failure(console: Console, error: Exception) -> int:
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
