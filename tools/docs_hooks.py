"""Hooks of MkDocs: keywords and order of the search, and `llms.txt`, the list of the pages for language models."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page

# Pages that explain come before lists of names.
_BOOSTS = {"howto": 4.0, "explanation": 0.5, "reference": 0.25}
_INTRO = """# asyncassist

> Python library (asyncio) for assistants: pooled HTTP with an RFC 9111 cache, chat with OpenAI-compatible models,
> sessions and conversations in Redis, PostgreSQL, SQLite or memory, entities from text in seven languages, flight
> search, a travel assistant, and a web service for any framework. Install: `pip install asyncassist`.

"""
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_lines: dict[str, str] = {}


def on_nav(nav: Navigation, **_: object) -> None:
    """Begin the list of the pages, in the order of the navigation."""
    _lines.clear()
    _lines.update((page.file.src_uri, "") for page in nav.pages)


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Set weight and keywords of a page, and describe it by its first sentence.

    The keywords are those of `extra.keywords` in mkdocs.yml.
    """
    uri = page.file.src_uri
    folder = uri.partition("/")[0]
    if folder in _BOOSTS:
        page.meta.setdefault("search", {"boost": _BOOSTS[folder]})
    words = config.extra.get("keywords", {}).get(uri)
    if words:
        page.meta["tags"] = words.split(", ")
    described = _first_sentence(markdown)
    title = page.title or uri
    _lines[uri] = f"- [{title}]({page.canonical_url}){f': {described}' if described else ''}"
    return markdown


def on_post_build(config: MkDocsConfig, **_: object) -> None:
    """Write `llms.txt` at the root of the site."""
    (Path(config.site_dir) / "llms.txt").write_text(_INTRO + "\n".join(_lines.values()) + "\n", encoding="utf-8")


def _first_sentence(markdown: str) -> str:
    """Return the first line of prose without its links, "" if there is none."""
    prose = (
        part.strip()
        for part in markdown.split("\n\n")
        if part.strip() and not part.strip().startswith(("#", "```", "|", "!", "<", ":::", "-", "`"))
    )
    return _LINK.sub(r"\1", next(prose, "").split("\n")[0])
