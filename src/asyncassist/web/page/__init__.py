"""The web pages and their assets: rendered in the reader's language, hashed by content, and compressed once."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gzip
import hashlib
import html
import importlib
import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.web.access_control import SECURITY_HEADERS, page_policy
from asyncassist.web.header_fields import accepts_coding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncassist.web.settings import WebSettings

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_PAGES = {"page": "index.html", "board": "board.html"}
# How a module names another, and how a page names its assets and its texts.
_IMPORT = re.compile(r'(?<=")\./([a-z-]+\.js)(?=")')
_LINK = re.compile(r'(?<=")page/([a-z-]+\.[a-z]+)(?=")')
_TEXT = re.compile(r'data-(text|label|placeholder|content)="(\w+)"(>?)')
_BRAND = '<link rel="stylesheet" href="page/brand.css">\n'
_ATTRIBUTES = {"label": "aria-label", "placeholder": "placeholder", "content": "content"}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page or an asset, ready to be sent.

    Attributes:
        media_type: Value of the `Content-Type` header.
        digest: Digest of the content.
        bodies: Content by content coding; "" is the content as it is.
    """

    media_type: str
    digest: str
    bodies: Mapping[str, bytes]

    def select(self, accept_encoding: str) -> tuple[str, bytes]:
        """Return the smallest body that the client accepts, and its content coding ("" for none)."""
        usable = [
            (len(body), name) for name, body in self.bodies.items() if not name or accepts_coding(accept_encoding, name)
        ]
        coding = min(usable)[1]
        return coding, self.bodies[coding]


class WebPages:
    """The pages and assets of one service.

    Args:
        settings: Title, logo, accent, welcome, examples, texts, login, and the origins that may embed the page.
        knows_users: Whether the service tells travellers apart, so that the page lists their conversations.
    """

    def __init__(self, settings: WebSettings, *, knows_users: bool = False) -> None:
        self._settings = settings
        self._knows_users = knows_users
        self._assets: dict[str, PageFile] = {}
        self._pages: dict[tuple[str, str], PageFile] = {}
        policy = ("content-security-policy", page_policy(settings.embed_origins))
        # X-Frame-Options knows no list of origins; browsers follow frame-ancestors of the policy.
        common = [pair for pair in SECURITY_HEADERS if not (settings.embed_origins and pair[0] == "x-frame-options")]
        self.headers: tuple[tuple[str, str], ...] = (*common, policy)

    async def load(self) -> None:
        """Read, hash and compress everything, in a thread; only the first call does."""
        if not self._pages:
            await asyncio.to_thread(self._build)

    def page(self, name: str, language: str) -> PageFile:
        """Return a page ("page", "board") in a language; `load` comes first."""
        return self._pages[name, language]

    def asset(self, name: str) -> PageFile | None:
        """Return the asset of a hashed name, None if there is none; `load` comes first."""
        return self._assets.get(name)

    def asset_names(self) -> list[str]:
        """Return the hashed names of all assets. Reads the disk."""
        _, names, _ = self._read()
        return sorted(names.values())

    def _build(self) -> None:
        sources, names, bodies = self._read()
        self._assets = {names[name]: _page_file(body, _MEDIA_TYPES[Path(name).suffix]) for name, body in bodies.items()}
        self._pages = {
            (page, language): _page_file(
                self._render(sources[source].decode(), language, names).encode(), "text/html; charset=utf-8"
            )
            for page, source in _PAGES.items()
            for language in LANGUAGES
        }

    def _read(self) -> tuple[dict[str, bytes], dict[str, str], dict[str, bytes]]:
        """Return the files by name, and the hashed names and the contents of the assets by name."""
        sources = {item.name: item.read_bytes() for item in resources.files(__name__).iterdir() if item.is_file()}
        self._add_brand(sources)
        for language, pack in PACKS.items():
            texts = {**pack.page, **self._own_texts(language)}
            sources[f"texts-{language}.json"] = json.dumps(texts, ensure_ascii=False).encode()
        names = {name: "" for name in sources if Path(name).suffix in _MEDIA_TYPES}
        # A module's digest covers the modules that it names, so those come first.
        scripts = _in_import_order({name: body.decode() for name, body in sources.items() if name.endswith(".js")})
        bodies: dict[str, bytes] = {}
        for name in [*(name for name in names if not name.endswith(".js")), *scripts]:
            body = sources[name]
            if name in scripts:
                body = _IMPORT.sub(lambda match: f"./{names[match[1]]}", body.decode()).encode()
            bodies[name] = body
            names[name] = f"{Path(name).stem}.{_digest(body)}{Path(name).suffix}"
        return sources, names, bodies

    def _add_brand(self, sources: dict[str, bytes]) -> None:
        """Add the style sheet of the accent, and replace the logo."""
        accent = self._settings.accent
        if accent is not None:
            sources["brand.css"] = f":root{{--brand:{accent}}}\n".encode()
        if self._settings.logo is not None:
            sources["icon.svg"] = self._settings.logo.encode()

    def _own_texts(self, language: str) -> dict[str, Any]:
        """Return the texts of a language that the operator replaces; those of `texts` say more than those for all."""
        welcome, examples = self._settings.welcome, self._settings.examples
        found: dict[str, Any] = {"brand": self._settings.title}
        if welcome is not None:
            found["title"] = welcome
        if examples:
            found["examples"] = examples
        return {**found, **(self._settings.texts or {}).get(language, {})}

    def _render(self, source: str, language: str, names: Mapping[str, str]) -> str:
        """Return a page in a language: its texts filled in, its assets by their hashed names."""
        texts: dict[str, Any] = {**PACKS[language].page, **self._own_texts(language)}

        def fill(match: re.Match[str]) -> str:
            kind, key, end = match.groups()
            text = html.escape(texts[key])
            if kind == "text":
                return f'data-text="{key}"{end}{text}'
            return f'data-{kind}="{key}" {_ATTRIBUTES[kind]}="{text}"{end}'

        examples = "".join(f'<li><button type="button">{html.escape(text)}</button></li>' for text in texts["examples"])
        urls = {code: f"page/{names[f'texts-{code}.json']}" for code in LANGUAGES}
        # "<" could end the element that holds the data.
        facts = {
            "language": language, "texts": texts, "urls": urls, "users": self._knows_users,
            "login": self._settings.login_url or "",
        }  # fmt: skip
        data = json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")
        if "brand.css" not in names:
            source = source.replace(_BRAND, "")
        filled = _LINK.sub(lambda match: f"page/{names[match[1]]}", _TEXT.sub(fill, source))
        return filled.replace("{language}", language).replace("{examples}", examples).replace("{data}", data)


def _in_import_order(sources: Mapping[str, str]) -> list[str]:
    """Return the names of modules, each after those that it imports."""
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in ordered:
            for other in _IMPORT.findall(sources[name]):
                visit(other)
            ordered[name] = None

    for name in sorted(sources):
        visit(name)
    return list(ordered)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _page_file(body: bytes, media_type: str) -> PageFile:
    brotli = None
    with contextlib.suppress(ImportError):  # it is optional
        brotli = importlib.import_module("brotli")
    return PageFile(media_type, _digest(body), _compress(body, None if brotli is None else brotli.compress))


@functools.lru_cache(maxsize=256)  # for all services of a process: it takes most of the time of `load`
def _compress(body: bytes, brotli: Callable[[bytes], bytes] | None) -> dict[str, bytes]:
    """Return the content by encoding, "" for the plain one."""
    bodies = {"": body, "gzip": gzip.compress(body, 9, mtime=0)}
    return bodies if brotli is None else {**bodies, "br": brotli(body)}
