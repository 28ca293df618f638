"""Check a WebSocket handshake before it is passed to a library (RFC 6455 section 4.2.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist.web.header_fields import split_list
from asyncassist.web.problem import ProblemError

if TYPE_CHECKING:
    from asyncassist.web.http import Request

_VERSION = "13"
_KEY = re.compile(r"[A-Za-z0-9+/]{21}[AQgw]==")  # 16 bytes in base64
# Extensions with parameters, whose number is bounded. A window has 8 to 15 bits (RFC 7692 section 7.1.2).
_WINDOW = "(?:client|server)_max_window_bits"
_NAME = r"[A-Za-z0-9_.+-]{1,64}"
_EXTENSION = re.compile(
    rf"{_NAME}(?:[ \t]*;[ \t]*(?:{_WINDOW}(?:=(?:[89]|1[0-5]))?|(?!{_WINDOW}){_NAME}(?:={_NAME})?)){{0,8}}"
)


def check_handshake(request: Request) -> None:
    """Check the fields of a handshake that the server has passed on unread.

    Args:
        request: Request with `Upgrade: websocket`.

    Raises:
        ProblemError: 426 when the version is another one than 13, 400 when a field is missing or malformed.
    """
    version = request.header("sec-websocket-version")
    if version is not None and version != _VERSION:
        raise ProblemError(
            426, "websocket", f"the WebSocket version must be {_VERSION}",
            headers={"upgrade": "websocket", "connection": "upgrade", "sec-websocket-version": _VERSION},
        )  # fmt: skip
    connection = split_list((request.header("connection") or "").lower())
    extensions = split_list(request.header("sec-websocket-extensions") or "")
    valid = {
        "method": request.method == "GET",
        "connection": "upgrade" in connection,
        "host": _is_host(request.header("host") or ""),
        "sec-websocket-version": version is not None,
        "sec-websocket-key": bool(_KEY.fullmatch(request.header("sec-websocket-key") or "")),
        "sec-websocket-extensions": all(_EXTENSION.fullmatch(extension) for extension in extensions),
    }
    for name, good in valid.items():
        if not good:
            raise ProblemError(400, "bad-handshake", f"{name}: is missing or malformed", field=name)


def _is_host(host: str) -> bool:
    """Return whether libraries can read a `Host` header: not empty, and a name that IDNA can decode."""
    try:
        return 0 < len(host) <= 300 and bool(host.encode("ascii").decode("idna"))
    except UnicodeError:
        return False
