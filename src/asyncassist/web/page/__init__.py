"""The page: its files, read once."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from importlib import resources

from asyncassist.web.access_control import PAGE_POLICY, SECURITY_HEADERS

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

PAGE_HEADERS = (
    ("cache-control", "no-cache"),
    *SECURITY_HEADERS,
    ("content-security-policy", PAGE_POLICY),
)


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page.

    Attributes:
        body: Its bytes.
        media_type: What it is.
        etag: Changes with its bytes.
    """

    body: bytes
    media_type: str
    etag: str


_files: dict[str, PageFile] = {}


async def load_files() -> dict[str, PageFile]:
    """The files by name; read at the first call, in a thread."""
    if not _files:
        _files.update(await asyncio.to_thread(_read_files))
    return _files


def _read_files() -> dict[str, PageFile]:
    found: dict[str, PageFile] = {}
    for item in resources.files("asyncassist.web.page").iterdir():
        media_type = _MEDIA_TYPES.get(item.name[item.name.rfind(".") :])
        if media_type is not None:
            body = item.read_bytes()
            found[item.name] = PageFile(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
    return found


def file_names() -> list[str]:
    """The names of the files, as `/page/{file}` serves them. Reads the disk."""
    return sorted(_read_files())
