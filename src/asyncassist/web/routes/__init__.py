"""Routes of the service: each is declared once, beside its handler.

Dispatch, validation, the OpenAPI document and the reference page follow from the declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.web.routes import chat, monitoring, operations, pages

if TYPE_CHECKING:
    from asyncassist.web.route import Route
    from asyncassist.web.settings import WebSettings

__all__ = ["build_routes"]

_MODULES = (chat, monitoring, operations, pages)


def build_routes(settings: WebSettings) -> tuple[Route, ...]:
    """Build all routes, with the limits of the settings."""
    return tuple(route for module in _MODULES for route in module.ROUTES.build(settings))
