"""Model Context Protocol: messages, tools, and a server of both without a transport."""

from __future__ import annotations

from asyncassist.web.mcp.server import Server
from asyncassist.web.mcp.tools import Toolbox

__all__ = ["Server", "Toolbox"]
