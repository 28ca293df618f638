"""Check names, docstrings, comments and test files against the project's vocabulary.

    python -m tools.check_vocabulary

Refused are words of the deny-list in identifiers, docstrings and comments (`docs/explanation/glossary.md` says which
term to use instead), docstrings of functions that open with a question word, and modules of the package without a test
file of their name. An entry of an allow-list that nothing needs any more is refused too.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "tests", "examples", "benchmarks", "tools")

# Metaphors for parts of software: each has a standard term.
NAME_WORDS = frozenset(
    """
    house houses room rooms floor floors hall halls street staircase desk desks doorkeeper gate gates stranger strangers
    kept keeper ledger ledgers notebook herd herds crowd crowds lonely patience sick away verdict verdicts talks tongue
    tongues breath breathe wish wishes heard hearing told said saw
    """.split()  # noqa: SIM905 - one word a line would be longer than the rest of this script
)
PROSE = re.compile(
    r"\b(?:desks?|doorkeeper|staircase|ledgers?|herds?|crowds?|lonely|notebook|rooms?|halls?|floors?|strangers?|tongues?"
    r"|(?:is|are|was|were|be) away|stands? in(?= for\b)|nobody|somebody|kept answers?|the same\.)\b",
    re.IGNORECASE,
)
OPENINGS = re.compile(r"(?:What|Whether|How|Who|Where|Which|The same)\b")

# (path pattern, word): why the word is right there.
ALLOWED: dict[tuple[str, str], str] = {}

# Path pattern of modules without a test file of their name: why.
WITHOUT_TEST_FILE = {
    "assistant/actions.py": "value classes without behaviour; tests/assistant/test_policy.py compares them",
    "languages/??/*.py": "words only; tests/languages and the data tests of tests/nlp read all of them",
    "nlp/*_words.py": "words only; the tests of the modules that use them read all of them",
}


def name_parts(name: str) -> list[str]:
    """Split an identifier into its words, in small letters."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of everything that a module defines: classes, functions, parameters, variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """Yield line, text and whether it belongs to a function, for each docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text is not None:
                yield node.body[0].lineno, text, isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each comment."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


class Findings:
    """What the check refuses, and which entries of the allow-list were needed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.needed: set[tuple[str, str]] = set()

    def add(self, path: str, line: int, word: str, message: str) -> None:
        """Refuse a word at a place, unless the allow-list has it."""
        entries = [key for key in ALLOWED if fnmatch(path, key[0]) and key[1] in {"*", word.lower()}]
        self.needed.update(entries)
        if not entries:
            self.lines.append(f"{path}:{line}: {message}")


def check_module(path: str, source: str, findings: Findings) -> None:
    """Check one file."""
    tree = ast.parse(source)
    for line, name in identifiers(tree):
        for part in NAME_WORDS.intersection(name_parts(name)):
            findings.add(path, line, part, f"the name {name!r} says {part!r}")
    for line, text, of_function in docstrings(tree):
        for found in PROSE.finditer(text):
            place = line + text[: found.start()].count("\n")
            findings.add(path, place, found[0], f"a docstring says {found[0]!r}")
        opening = OPENINGS.match(text)
        if opening and of_function and path.startswith("src/"):
            findings.add(path, line, opening[0], f"a docstring opens with {opening[0]!r}: say what the function does")
    for line, text in comments(source):
        for found in PROSE.finditer(text):
            findings.add(path, line, found[0], f"a comment says {found[0]!r}")


def expected_test(module: Path) -> Path:
    """Return the path of the test file of a module, both below their roots."""
    folders = [part.lstrip("_") for part in module.parent.parts]
    return Path(*folders, f"test_{module.stem.lstrip('_')}.py")


def modules_without_test(findings: Findings) -> None:
    """Check that each module of the package has a test file of its name."""
    package = ROOT / "src/asyncassist"
    needed = set()
    for file in sorted(package.rglob("*.py")):
        module = file.relative_to(package)
        if module.name in {"__init__.py", "__main__.py"}:
            continue
        if (ROOT / "tests" / expected_test(module)).exists():
            continue
        reasons = [pattern for pattern in WITHOUT_TEST_FILE if fnmatch(module.as_posix(), pattern)]
        needed.update(reasons)
        if not reasons:
            findings.lines.append(f"src/asyncassist/{module}: no test file tests/{expected_test(module)}")
    findings.lines += [f"nothing needs WITHOUT_TEST_FILE[{name!r}]" for name in WITHOUT_TEST_FILE if name not in needed]


def main() -> int:
    """Print what is refused; return 1 if there is anything."""
    findings = Findings()
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            check_module(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"), findings)
    modules_without_test(findings)
    findings.lines += [f"nothing needs ALLOWED[{key!r}]" for key in ALLOWED if key not in findings.needed]
    print("\n".join(findings.lines) or "names, sentences and test files follow the vocabulary")
    return 1 if findings.lines else 0


if __name__ == "__main__":
    sys.exit(main())
