"""Everything public says what it is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import asyncassist


def modules():
    """The face and every module below it whose name and folders are public."""
    found = [asyncassist]
    for info in pkgutil.walk_packages(asyncassist.__path__, "asyncassist."):
        if not any(part.startswith("_") for part in info.name.split(".")):
            found.append(importlib.import_module(info.name))
    return found


def said(thing):
    """Whether it has a docstring: its own or, for a method, that of the one it overrides.

    A dataclass without one gets its signature in its place; that says nothing.
    """
    text = inspect.getdoc(thing) or ""
    name = getattr(thing, "__name__", "")
    return bool(text.strip()) and not text.startswith(f"{name}(")


def members(cls):
    """Public methods and properties that stand in the class itself."""
    for name, member in vars(cls).items():
        if name.startswith("_"):
            continue
        thing = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if inspect.isfunction(thing) or isinstance(thing, property) or hasattr(thing, "func"):
            yield name, getattr(cls, name) if inspect.isfunction(thing) else thing


def public():
    """Every public thing by its full name, once."""
    things = {}
    for module in modules():
        things[module.__name__] = module
        names = getattr(module, "__all__", None) or [
            name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__
        ]
        for name in names:
            thing = getattr(module, name)
            if name.startswith("_") or not (inspect.isclass(thing) or inspect.isfunction(thing)):
                continue
            if not thing.__module__.startswith("asyncassist"):
                continue
            full = f"{thing.__module__}.{thing.__qualname__}"
            things[full] = thing
            if inspect.isclass(thing):
                things.update({f"{full}.{member}": value for member, value in members(thing)})
    return things


def test_everything_public_has_a_docstring():
    """Modules, classes, functions, methods and properties; from the face and every public module."""
    things = public()

    silent = sorted(name for name, thing in things.items() if not said(thing))

    assert len(things) > 500
    assert silent == []
