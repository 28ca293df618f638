"""Command `doctor`: report configuration, installed extras and health."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from asyncassist import __version__
from asyncassist._chat import CachedChatbot
from asyncassist._environment import VARIABLES, describe_unknown, is_model_configured, unknown_variables
from asyncassist._http import AsyncHandler
from asyncassist._state import AsyncStateManager
from asyncassist.errors import AsyncAssistError, ConfigurationError
from asyncassist.flights import AsyncFlightClient
from asyncassist.nlp import AsyncNLPEngine
from asyncassist.web import WebSettings
from asyncassist.web.routes import interface_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asyncassist._cli.console import Console
    from asyncassist._types import Check

EXTRAS = {
    "speed": ("aiodns", "brotli", "hiredis", "uvloop"),
    "nlp": ("py3langid", "rapidfuzz"),
    "otel": ("opentelemetry",),
    "web": ("prometheus_client", "psutil"),
    "tokens": ("tiktoken",),
    "crypto": ("cryptography",),
    "cli": ("rich",),
}
_TIMEOUT = 30.0  # seconds for one component to open and be checked

Component: TypeAlias = AsyncNLPEngine | AsyncStateManager | AsyncFlightClient | CachedChatbot

COMPONENTS: dict[str, Callable[[], Component]] = {
    "nlp": AsyncNLPEngine.from_env,
    "state": AsyncStateManager.from_env,
    "flights": AsyncFlightClient.from_env,
    "chat": CachedChatbot.from_env,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Result of one check.

    Attributes:
        part: Component, "web" for the settings of the web service, or "service NAME" for an external service.
        status: "pass", "warn" or "fail".
        seconds: Time that opening and checking it took.
        note: Reason of the status; "" if there is none. Never holds the value of a variable.
    """

    part: str
    status: str
    seconds: float = 0.0
    note: str = ""


def run(console: Console, *, as_json: bool = False) -> int:
    """Check everything that the environment configures, and print the report.

    A component that is configured wrongly is a failed check; the others are checked all the same.

    Args:
        console: Console for the output.
        as_json: Whether to print one JSON object instead of tables.

    Returns:
        The exit status: 1 if a check failed, else 0.
    """
    settings = _web_settings()
    findings = asyncio.run(_check_all(settings))
    # As in Health: a failed check of something that is not critical is already a warning here.
    status = "fail" if _has(findings, "fail") else "warn" if _has(findings, "warn") else "pass"
    if as_json:
        console.write(json.dumps(_report(findings, status, settings), indent=2) + "\n")
    else:
        _print_report(console, findings, status, settings)
    return 1 if status == "fail" else 0


def _has(findings: Iterable[Finding], status: str) -> bool:
    return any(finding.status == status for finding in findings)


def _web_settings() -> WebSettings | ConfigurationError:
    """Return the settings of the web service, or the error of an invalid one."""
    try:
        return WebSettings.from_env()
    except ConfigurationError as error:
        return error


async def _check_all(settings: WebSettings | ConfigurationError) -> list[Finding]:
    parts = {name: make for name, make in COMPONENTS.items() if name != "chat" or is_model_configured()}
    checked = await asyncio.gather(*(_check_component(name, make) for name, make in parts.items()))
    return [*checked, *await _check_web(settings)]


async def _check_component(part: str, make: Callable[[], Component]) -> Finding:
    start = time.perf_counter()
    try:
        async with asyncio.timeout(_TIMEOUT), make() as component:
            health = await component.health()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a component is a finding of the report
        return Finding(part=part, status="fail", seconds=time.perf_counter() - start, note=_describe(error))
    notes = [health.note, *(_note_of(part, check) for check in health.checks)]
    return Finding(
        part=part,
        status=health.status,
        seconds=time.perf_counter() - start,
        note="; ".join(dict.fromkeys(note for note in notes if note)),
    )


def _note_of(part: str, check: Check) -> str:
    """Return the note of a check, with its name where a component has several."""
    return check.note if not check.note or check.name == part else f"{check.name}: {check.note}"


def _describe(error: Exception) -> str:
    # The text of a foreign error may hold a secret.
    return str(error) if isinstance(error, AsyncAssistError) else f"does not open ({type(error).__name__})"


async def _check_web(settings: WebSettings | ConfigurationError) -> list[Finding]:
    if isinstance(settings, ConfigurationError):
        return [Finding(part="web", status="fail", note=str(settings))]
    note = "" if settings.admin_token else "no admin token: the admin routes are disabled"
    found = [Finding(part="web", status="pass", note=note)]
    if settings.services:
        async with AsyncHandler() as http:
            services = dict(settings.services)
            checks = await asyncio.gather(*(http.check(url, name=name) for name, url in services.items()))
        # The service runs without them.
        found += [
            Finding(
                part=f"service {check.name}",
                status="pass" if check.status == "pass" else "warn",
                seconds=check.elapsed,
                note=check.note,
            )
            for check in checks
        ]
    return found


def _print_report(
    console: Console, findings: Iterable[Finding], status: str, settings: WebSettings | ConfigurationError
) -> None:
    console.title(f"asyncassist {__version__} on Python {platform.python_version()}")
    # Whether a variable is set, never its value: most are secrets.
    console.table(
        ("variable", "set", "for"),
        [[name, "yes" if os.environ.get(name) else "no", use] for name, use in VARIABLES.items()],
    )
    for name, nearest in unknown_variables().items():
        console.warn(describe_unknown(name, nearest))
    console.title("Extras")
    missing = _missing_modules()
    console.table(
        ("extra", "installed", "missing"),
        [
            [name, f"{len(modules) - len(missing[name])} of {len(modules)}", ", ".join(missing[name])]
            for name, modules in EXTRAS.items()
        ],
    )
    if isinstance(settings, WebSettings):
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
    console.title(f"Health: {status}")
    console.table(
        ("part", "status", ">seconds", "note"),
        [[finding.part, finding.status, f"{finding.seconds:.4f}", finding.note] for finding in findings],
    )


def _report(findings: Iterable[Finding], status: str, settings: WebSettings | ConfigurationError) -> dict[str, Any]:
    return {
        "status": status,
        "version": __version__,
        "python": platform.python_version(),
        "variables": {name: bool(os.environ.get(name)) for name in VARIABLES},
        "unknown_variables": unknown_variables(),
        "missing_modules": _missing_modules(),
        "interfaces": list(settings.interfaces) if isinstance(settings, WebSettings) else [],
        "checks": [asdict(finding) for finding in findings],
    }


def _missing_modules() -> Mapping[str, list[str]]:
    """Return the modules of each extra that are not installed."""
    return {
        name: [module for module in modules if importlib.util.find_spec(module) is None]
        for name, modules in EXTRAS.items()
    }
