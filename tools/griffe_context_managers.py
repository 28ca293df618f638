"""Extension of Griffe: the reference shows context managers as callers use them, not the generators they are made of.

A function with `@asynccontextmanager` that is annotated `AsyncGenerator[T]` is used as `async with f() as value:`. It
is shown as returning `AbstractAsyncContextManager[T]`, with a label instead of "async", and yields a `T`.
"""

from __future__ import annotations

from typing import Any

import griffe

# Decorator: class that callers get, and label
_DECORATORS = {
    "asynccontextmanager": ("AbstractAsyncContextManager", "async-context-manager"),
    "contextmanager": ("AbstractContextManager", "context-manager"),
}


class ContextManagers(griffe.Extension):
    """Replaces annotation and label of functions that return context managers."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        """Change a function that one of the decorators wraps."""
        names = [decorator.callable_path.rpartition(".")[2] for decorator in func.decorators]
        found = next((_DECORATORS[name] for name in names if name in _DECORATORS), None)
        if found is None or not isinstance(func.returns, griffe.ExprSubscript):
            return
        manager, label = found
        yielded = func.returns.slice
        if isinstance(yielded, griffe.ExprTuple):  # Generator[T, None, None]
            yielded = yielded.elements[0]
        func.returns = griffe.ExprSubscript(griffe.ExprName(manager, parent=func.parent), yielded)
        func.labels = func.labels - {"async"} | {label}
        if func.docstring is not None:
            for section in func.docstring.parsed:
                if section.kind is griffe.DocstringSectionKind.yields:
                    for value in section.value:
                        value.annotation = yielded
