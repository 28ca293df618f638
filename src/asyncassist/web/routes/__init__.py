"""Routes of the service: each is declared once, beside its handler.

Dispatch, validation, the OpenAPI document and the reference page follow from the declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.web.routes import ag_ui, ai_sdk, chat, mcp, monitoring, openai, operations, pages

if TYPE_CHECKING:
    from asyncassist.web.route import Route
    from asyncassist.web.settings import WebSettings

__all__ = ["build_routes", "interface_routes"]

_MODULES = (chat, monitoring, operations, pages)
_INTERFACES = {"openai": openai, "ai-sdk": ai_sdk, "ag-ui": ag_ui, "mcp": mcp}


def interface_routes(settings: WebSettings) -> dict[str, tuple[Route, ...]]:
    """Return the routes of each further protocol, whether it is on or not.

    Args:
        settings: Settings with the limits.
    """
    return {name: tuple(module.ROUTES.build(settings)) for name, module in _INTERFACES.items()}


def build_routes(settings: WebSettings) -> tuple[Route, ...]:
    """Build all routes, with the limits of the settings."""
    modules = (*_MODULES, *(module for name, module in _INTERFACES.items() if name in settings.interfaces))
    return tuple(route for module in modules for route in module.ROUTES.build(settings))
