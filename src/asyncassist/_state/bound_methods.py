"""Bound methods of other components that state calls, without keeping those components alive."""

from __future__ import annotations

import inspect
import weakref
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

F = TypeVar("F", bound="Callable[..., Any]")


class BoundMethods(Generic[F]):
    """Bound methods, held weakly: one whose object no longer exists is dropped."""

    def __init__(self) -> None:
        self._references: list[weakref.WeakMethod[F]] = []

    def __iter__(self) -> Iterator[F]:
        return iter([method for reference in self._references if (method := reference()) is not None])

    def add(self, field: str, method: F) -> None:
        """Add a method.

        Args:
            field: Name of the argument for the error.
            method: Bound method.

        Raises:
            InvalidInputError: It is no bound method.
        """
        _check_bound(field, method)
        self._references = [*map(weakref.WeakMethod, self), weakref.WeakMethod(method)]


def _check_bound(field: str, method: object) -> None:
    """Check that a method is bound to an object.

    Raises:
        InvalidInputError: It is not.
    """
    if not inspect.ismethod(method):
        raise InvalidInputError(field, "must be a bound method")
