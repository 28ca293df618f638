"""PageCopies: pages of copies, what extends a copy, and bounds."""

from __future__ import annotations

import pytest

from asyncassist import Message
from asyncassist._stores.page_copies import _MAX_CHARACTERS, _MAX_COPIES, _MAX_MESSAGES, Copy, PageCopies


def messages(*seqs, content="x", **fields):
    """Messages with these `seq`, each with an id of its own."""
    return [Message("user", content, id=f"m{seq}", seq=seq, **fields) for seq in seqs]


@pytest.mark.parametrize(
    ("before", "limit", "expected"),
    [
        (99, 2, [6, 7]),
        (8, 3, [5, 6, 7]),
        (7, 2, [5, 6]),
        (99, 3, [5, 6, 7]),
        (99, 4, None),
        (5, 1, None),
        (99, 0, []),
    ],
)
def test_a_page_is_that_of_the_conversation(before, limit, expected):
    """None where the copy does not reach."""
    page = Copy(tuple(messages(5, 6, 7)), 0).page(before, limit)

    assert (page if page is None else [message.seq for message in page]) == expected


def test_a_whole_conversation_holds_every_page():
    """A copy from the first message on reaches as far back as any page."""
    copy = Copy(tuple(messages(1, 2, 3)), 0)

    assert [message.seq for message in copy.page(99, 2**62)] == [1, 2, 3]
    assert copy.page(1, 5) == []


def test_only_a_copy_that_the_append_continued_is_extended():
    """Another one is dropped."""
    copies = PageCopies()
    copies.extend("a", None, messages(0, 0))
    copies.extend("a", copies.get("a").last, messages(0))
    assert [message.seq for message in copies.get("a").messages] == [1, 2, 3]
    assert copies.find_page("a", 99, 1)[0] == (3, "m0")

    copies.extend("a", (3, "other"), messages(0))
    assert copies.get("a") is None
    assert copies.find_page("a", 99, 1) is None


def test_a_copy_that_grows_keeps_its_newest_messages():
    """It never exceeds the bound."""
    copies = PageCopies()
    last = None
    for _ in range(5 * _MAX_MESSAGES // 2):
        copies.extend("a", last, messages(0))
        last = copies.get("a").last

    assert len(copies.get("a").messages) <= _MAX_MESSAGES
    assert last[0] == 5 * _MAX_MESSAGES // 2


@pytest.mark.parametrize(
    "found",
    [
        [],
        messages(*range(1, _MAX_MESSAGES + 2)),
        messages(1, content="x" * (_MAX_CHARACTERS + 1)),
        messages(1, metadata={"a": 1}),
    ],
    ids=["none", "many", "large", "metadata"],
)
def test_no_copy_is_made_of_what_is_too_large_or_may_change(found):
    """Nor does the copy before it stay."""
    copies = PageCopies()
    copies.put("a", messages(1))
    copies.put("a", found)

    assert copies.get("a") is None


def test_the_number_of_copies_is_bounded():
    """Those used least recently go first; all can be dropped."""
    copies = PageCopies()
    for number in range(_MAX_COPIES):
        copies.put(f"c{number}", messages(1))
    copies.get("c0")
    copies.put("new", messages(1))

    assert copies.get("c0") is not None
    assert copies.get("c1") is None
    copies.drop("c0")
    assert copies.get("c0") is None
    copies.clear()
    assert copies.get("new") is None
