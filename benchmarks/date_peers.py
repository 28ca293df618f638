"""Peers of the benchmark on public sets; runs in an environment of its own, which needs only the peer.

    python benchmarks/date_peers.py NAME < texts.jsonl > answers.jsonl

A text is {"text", "lang", "now"}; an answer the ISO dates that the peer finds, or null where it has not that language.
The first line names its version.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import sys
from collections.abc import Callable
from typing import Any

Reader = Callable[[str, str, dt.datetime], Any]


def _dateparser() -> Reader:
    from dateparser.search import search_dates

    def read(text: str, language: str, now: dt.datetime) -> list[dt.datetime]:
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future"}
        return [day for _, day in search_dates(text, languages=[language], settings=settings) or ()]

    return read


def _ctparse() -> Reader:
    from ctparse import ctparse

    def read(text: str, language: str, now: dt.datetime) -> list[dt.date] | None:
        if language not in {"en", "de"}:
            return None
        found = ctparse(text, ts=now, timeout=0.5)
        found = None if found is None else found.resolution
        ends = [getattr(found, name, None) for name in ("t_from", "t_to")] if hasattr(found, "t_from") else [found]
        return [dt.date(end.year, end.month, end.day) for end in ends if _has_day(end)]

    return read


def _has_day(end: Any) -> bool:
    return all(getattr(end, name, None) is not None for name in ("year", "month", "day"))


def _timefhuman() -> Reader:
    from timefhuman import tfhConfig, timefhuman

    def read(text: str, language: str, now: dt.datetime) -> list[dt.date] | None:
        if language != "en":
            return None
        return [day for day in _flat(timefhuman(text, tfhConfig(now=now))) if isinstance(day, dt.date)]

    return read


def _flat(found: Any) -> list[Any]:
    if isinstance(found, list | tuple):
        return [one for item in found for one in _flat(item)]
    return [] if found is None else [found]


PEERS = {"dateparser": _dateparser, "ctparse": _ctparse, "timefhuman": _timefhuman}


def main(name: str) -> None:
    """Answer each line."""
    read = PEERS[name]()
    print(json.dumps(importlib.metadata.version(name)))
    for line in sys.stdin:
        row = json.loads(line)
        try:
            days = read(row["text"], row["lang"], dt.datetime.fromisoformat(row["now"]))
        except Exception:  # a peer that fails on a text finds nothing in it
            days = []
        print(json.dumps(days if days is None else [day.isoformat()[:10] for day in days]))


if __name__ == "__main__":
    main(sys.argv[1])
