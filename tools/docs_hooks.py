"""Hook of MkDocs: give each page its keywords for the search, and let pages that explain come before lists of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

_BOOSTS = {"howto": 4.0, "explanation": 0.5, "reference": 0.25}


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Set weight and keywords of a page; the keywords are those of `extra.keywords` in mkdocs.yml."""
    folder = page.file.src_uri.partition("/")[0]
    if folder in _BOOSTS:
        page.meta.setdefault("search", {"boost": _BOOSTS[folder]})
    words = config.extra.get("keywords", {}).get(page.file.src_uri)
    if words:
        page.meta["tags"] = words.split(", ")
    return markdown
