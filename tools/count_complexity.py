"""Print the most complex functions of the package, by the count that includes boolean operators.

    python -m tools.count_complexity [NUMBER]

A function counts one, and one more for each branch, loop, handler, case, comprehension, condition of a comprehension
and each "and" or "or". Functions inside of it count for themselves.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "src/asyncassist"
_BRANCHES = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Assert, ast.match_case)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Function(NamedTuple):
    """A function with its count."""

    count: int
    path: str
    name: str
    line: int


def complexity_of(node: ast.AST) -> int:
    """Return the count of a function's own code."""
    count = 1 if isinstance(node, _FUNCTIONS) else 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            continue
        count += isinstance(child, _BRANCHES)
        if isinstance(child, ast.comprehension):
            count += 1 + len(child.ifs)
        elif isinstance(child, ast.BoolOp):
            count += len(child.values) - 1
        count += complexity_of(child)
    return count


def functions_of(source: str, path: str) -> list[Function]:
    """Return the functions of a module, in its order."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, _FUNCTIONS)]
    return [Function(complexity_of(node), path, node.name, node.lineno) for node in nodes]


def main(number: int) -> None:
    """Print the functions with the highest counts."""
    found = [
        function
        for path in sorted(PACKAGE.rglob("*.py"))
        for function in functions_of(path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix())
    ]
    for function in sorted(found, reverse=True)[:number]:
        print(f"{function.count:3} {function.path}:{function.line} {function.name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
