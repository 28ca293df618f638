"""Every public module, class, function, method and property has a docstring."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import asyncassist


def modules():
    """Return the package and every module in it whose path has no private part."""
    found = [asyncassist]
    for info in pkgutil.walk_packages(asyncassist.__path__, "asyncassist."):
        if not any(part.startswith("_") for part in info.name.split(".")):
            found.append(importlib.import_module(info.name))
    return found


def is_documented(item):
    """Return whether an item has a docstring: its own or, for a method, that of the method it overrides.

    A dataclass without a docstring gets its signature instead, which does not count.
    """
    text = inspect.getdoc(item) or ""
    name = getattr(item, "__name__", "")
    return bool(text.strip()) and not text.startswith(f"{name}(")


def members(cls):
    """Yield the public methods and properties that the class itself defines."""
    for name, member in vars(cls).items():
        if name.startswith("_"):
            continue
        item = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if inspect.isfunction(item) or isinstance(item, property) or hasattr(item, "func"):
            yield name, getattr(cls, name) if inspect.isfunction(item) else item


def public():
    """Return every public item by its full name, once."""
    items = {}
    for module in modules():
        items[module.__name__] = module
        names = getattr(module, "__all__", None) or [
            name for name, item in vars(module).items() if getattr(item, "__module__", "") == module.__name__
        ]
        for name in names:
            item = getattr(module, name)
            if name.startswith("_") or not (inspect.isclass(item) or inspect.isfunction(item)):
                continue
            if not item.__module__.startswith("asyncassist"):
                continue
            full = f"{item.__module__}.{item.__qualname__}"
            items[full] = item
            if inspect.isclass(item):
                items.update({f"{full}.{member}": value for member, value in members(item)})
    return items


def test_every_public_item_has_a_docstring():
    """Modules, classes, functions, methods and properties of the package and every public module."""
    items = public()

    undocumented = sorted(name for name, item in items.items() if not is_documented(item))

    assert len(items) > 500
    assert undocumented == []
