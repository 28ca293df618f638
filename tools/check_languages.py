"""Check that words of a language stand in `src/asyncassist/languages/<code>/` and nowhere else in the package.

    python -m tools.check_languages

Refused in the strings of the other modules are letters outside of ASCII, codes of languages, words that the pack of a
language other than English has, and English function words in sets and patterns. Names in capitals,
docstrings and comments are not read. An entry of the allow-list that nothing needs any more is refused too.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import re
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.tokens import normalize

if TYPE_CHECKING:
    from collections.abc import Collection

PACKAGE = Path(__file__).parents[1] / "src/asyncassist"
# Packages that read texts of travellers; elsewhere a word of another language is there by chance ("route", "port").
READS_TEXTS = ("nlp/", "assistant/", "_chat/")
# A word: neither part of a longer name ("search_flight") nor of an escape sequence of a pattern.
WORD = re.compile(r"(?<![\w\\-])[^\W\d_]{2,}(?![\w-])")
ESCAPE = re.compile(r"\\[a-zA-Z]")
# Kinds of words of dates, codes of airports, airlines and currencies: names, not words.
CAPITALS = re.compile(r"(?<![\w\\-])[A-Z][A-Z0-9]+(?![\w-])")

# (path pattern, kind): why it is right there.
ALLOWED = {
    ("_chat/models.py", "code"): "the language of last resort, documented as the default of a field",
    ("_cli/demo.py", "letters"): "a conversation in three languages",
    ("_cli/layout.py", "letters"): "folding of a letter for any language",
    ("_places.py", "letters"): "folding of letters for any language",
    ("_stores/search.py", "letters"): "scripts without spaces between words, whose letters are searched one by one",
    ("assistant/ambiguous_places.py", "words"): "names of places",
    ("assistant/prompt.py", "code"): "the prompt is written in English and names the language of the reply in it",
    ("flights/providers/sandbox/data.py", "letters"): "names of airlines",
    ("nlp/context/offer_questions.py", "function words"): "names of groups of a pattern",
    ("nlp/dates/calendar_math.py", "words"): "names of holidays",
    ("nlp/dates/lexer.py", "letters"): "names of places",
    ("nlp/dates/lexer.py", "words"): "names of places",
    ("nlp/entities/airlines.py", "letters"): "names of airlines",
    ("nlp/entities/airlines.py", "words"): "names of airlines",
    ("nlp/followup/cues.py", "letters"): "a sign that is read as an apostrophe",
    ("nlp/followup/cues.py", "words"): "name of an attack on models",
    ("nlp/intents/patterns.py", "function words"): "name of a section of the data file",
    ("nlp/language_id.py", "words"): "words that every language uses say nothing about it",
    ("nlp/tokens.py", "letters"): "folding of letters for any language",
}


class Finding(NamedTuple):
    """Place of something refused."""

    path: str
    line: int
    kind: str
    text: str


def iter_texts(value: Any) -> Iterator[str]:
    """Iterate over all strings in the values of a pack's part."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from iter_texts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from iter_texts(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from iter_texts(item)


def words_of(text: str) -> set[str]:
    """Return the words of a text or a pattern, in lower case without accents."""
    return {normalize(word) for word in WORD.findall(ESCAPE.sub(" ", text))}


@functools.cache
def package_words() -> frozenset[str]:
    """Return the words of the package's own names: English, also where another language spells a word alike."""
    names: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names.update(name for name in (getattr(node, key, None) for key in ("id", "attr", "arg", "name")) if name)
    return frozenset(part.lower() for name in names for part in re.findall(r"[A-Z]?[a-z]+", str(name)))


@functools.cache
def foreign_words() -> frozenset[str]:
    """Return the words of three letters and more that are in the pack of another language than English only."""
    english = words_of(" ".join(iter_texts(PACKS["en"]))) | package_words()
    foreign = set().union(*(words_of(" ".join(iter_texts(pack))) for code, pack in PACKS.items() if code != "en"))
    return frozenset(word for word in foreign - english if len(word) > 2)


@functools.cache
def function_words() -> frozenset[str]:
    """Return English function words."""
    return frozenset(PACKS["en"].fallback.function_words.split())


def docstring_nodes(tree: ast.AST) -> set[int]:
    """Return the ids of the nodes of all docstrings, those of attributes included."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def collection_nodes(tree: ast.AST) -> set[int]:
    """Return the ids of the strings in sets, in texts that are split into words, and in compiled patterns."""
    found: set[int] = set()
    for node in ast.walk(tree):
        is_split = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split"
        is_compiled = isinstance(node, ast.Call) and ast.unparse(node.func) in {"re.compile", "frozenset", "set"}
        if isinstance(node, ast.Set) or is_split or is_compiled:
            found.update(id(part) for part in ast.walk(node) if isinstance(part, ast.Constant))
    return found


def check_module(path: str, source: str) -> Iterator[Finding]:
    """Yield what is refused in one module.

    Args:
        path: Path below the package.
        source: Its source.
    """
    tree = ast.parse(source)
    documented, collected = docstring_nodes(tree), collection_nodes(tree)
    reads_texts = path.startswith(READS_TEXTS)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in documented:
            continue
        text = node.value
        if letters := sorted({char for char in text if char.isalpha() and not char.isascii()}):
            yield Finding(path, node.lineno, "letters", "".join(letters))
        if text in LANGUAGES:
            yield Finding(path, node.lineno, "code", text)
        if not reads_texts:
            continue
        words = words_of(CAPITALS.sub(" ", text))
        if foreign := sorted(words & foreign_words()):
            yield Finding(path, node.lineno, "words", ", ".join(foreign[:5]))
        if id(node) in collected and (english := sorted(words & function_words())):
            yield Finding(path, node.lineno, "function words", ", ".join(english[:5]))


def report(findings: Collection[Finding], allowed: Mapping[tuple[str, str], str]) -> list[str]:
    """Return a line for each finding that is not allowed and each entry of the allow-list that none needs.

    Args:
        findings: What is refused.
        allowed: Reasons by path pattern and kind.
    """
    lines, needed = [], set()
    for finding in findings:
        entries = [key for key in allowed if fnmatch(finding.path, key[0]) and finding.kind == key[1]]
        needed.update(entries)
        if not entries:
            lines.append(f"src/asyncassist/{finding.path}:{finding.line}: {finding.kind} of a language: {finding.text}")
    return lines + [f"nothing needs ALLOWED[{key!r}]" for key in allowed if key not in needed]


def main() -> int:
    """Print what is refused; return 1 if there is anything."""
    findings = [
        finding
        for file in sorted(PACKAGE.rglob("*.py"))
        if not (path := file.relative_to(PACKAGE).as_posix()).startswith("languages/")
        for finding in check_module(path, file.read_text(encoding="utf-8"))
    ]
    lines = report(findings, ALLOWED)
    print("\n".join(lines) or "words of languages stand in languages/ only")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
