"""Static files of the web page, read once."""

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
    """Static file of the web page.

    Attributes:
        body: Content of the file.
        media_type: Value of the `Content-Type` header.
        etag: Strong entity tag with its quotes: a digest of the content.
    """

    body: bytes
    media_type: str
    etag: str


_files: dict[str, PageFile] = {}


async def load_files() -> dict[str, PageFile]:
    """Return the files by name; the first call reads them, in a thread."""
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
    """Return the names of the files that `/page/{file}` serves. Reads the disk."""
    return sorted(_read_files())
