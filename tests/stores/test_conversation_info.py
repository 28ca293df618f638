"""Lists of conversations: exact times, and the order of pages."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from asyncassist import ConversationInfo
from asyncassist._stores.conversation_info import (
    MAX_TITLE,
    check_title,
    from_microseconds,
    select_newest,
    to_microseconds,
)


def info_of(name: str, second: int) -> ConversationInfo:
    """A conversation that was updated at a second."""
    time = from_microseconds(second * 1_000_000)
    return ConversationInfo(id=name, title=None, created_at=time, updated_at=time, messages=1)


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(9999, 1, 1), timezones=st.just(dt.UTC)))
def test_times_round_trip_exactly(time):
    """A time comes back to the microsecond, so that a page begins where the one before ended."""
    assert from_microseconds(to_microseconds(time)) == time


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), unique=True), st.integers(1, 4))
def test_pages_hold_each_conversation_once(given, limit):
    """Whatever times are equal, the pages together are the whole list in order."""
    found = [info_of(*pair) for pair in given]

    pages = [select_newest(found, limit, None)]
    while pages[-1]:
        pages.append(select_newest(found, limit, pages[-1][-1]))

    assert [info for page in pages for info in page] == sorted(
        found, key=lambda info: (info.updated_at, info.id), reverse=True
    )


def test_the_longest_title_is_accepted():
    """A title of 200 characters is returned as it is."""
    assert check_title("é" * MAX_TITLE) == "é" * MAX_TITLE
