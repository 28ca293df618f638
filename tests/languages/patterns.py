"""Checks of the patterns of one language pack, shared by the tests of its parts."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection
from typing import Any

from asyncassist.nlp.followup.cues import fold_chars


def alternatives(pattern: str) -> list[str]:
    """Split a pattern at the "|" that stand outside of brackets."""
    found, depth = [""], 0
    for piece in re.findall(r"\\.|.", pattern):
        depth += (piece in "([") - (piece in ")]")
        if piece == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return found


def pattern_faults(part: Any, *, may_be_empty: Collection[str] = (), with_accents: Collection[str] = ()) -> list[str]:
    """Return what is wrong with the patterns of a part, one line each.

    Args:
        part: Dataclass with patterns in its string fields; other fields are not read.
        may_be_empty: Names of the fields that a language may leave empty.
        with_accents: Names of the fields that are not matched on folded text.
    """
    faults = []
    for field in dataclasses.fields(part):
        pattern = getattr(part, field.name)
        if not isinstance(pattern, str) or (not pattern and field.name in may_be_empty):
            continue
        options = alternatives(pattern)
        if "" in options:
            faults.append(f"{field.name}: an empty alternative")
        if len(set(options)) != len(options):
            faults.append(f"{field.name}: {sorted({one for one in options if options.count(one) > 1})} twice")
        if field.name not in with_accents and fold_chars(literal := re.sub(r"\\.", "", pattern)) != literal:
            faults.append(f"{field.name}: not folded, never matched")
        if re.compile(pattern).groups:
            faults.append(f"{field.name}: a capturing group changes the numbers of the groups around it")
    return faults


def word_faults(
    part: Any, names: Collection[str], *, separator: str | None = None, may_be_empty: Collection[str] = ()
) -> list[str]:
    """Return what is wrong with the fields of a part that list words, one line each.

    Args:
        part: Dataclass with the fields.
        names: Names of the fields.
        separator: What stands between two words; white space if None.
        may_be_empty: Names of the fields that a language may leave empty.
    """
    faults = []
    for name in sorted(names):
        words = [word for word in getattr(part, name).split(separator) if word]
        if not words and name not in may_be_empty:
            faults.append(f"{name}: no words")
        if len(set(words)) != len(words):
            faults.append(f"{name}: {sorted({one for one in words if words.count(one) > 1})} twice")
        faults += [f"{name}: {word!r} is not folded" for word in words if word != fold_chars(word).strip()]
    return faults
