"""Input of one turn, and the timer of its stages."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist._validation import check_id
from asyncassist.assistant.models import STAGES
from asyncassist.assistant.turn_request import MAX_CHARS, StageTimer, TurnRequest
from asyncassist.errors import InvalidInputError


def request(message: str = "hello", **changes: Any) -> TurnRequest:
    """Build a request with the given parameters, the others None."""
    given = {"session_id": None, "user": None, "request_id": None, **changes}
    return TurnRequest(message, **{"salt": "salt", **given})


def test_missing_session_id_is_generated():
    """Generated ids are valid session ids of at least 128 random bits, different for each request."""
    ids = {request().session_id for _ in range(200)}

    assert len(ids) == 200
    assert all(check_id("session_id", session_id) == session_id for session_id in ids)
    assert min(map(len, ids)) >= 1 + 128 // 6


def test_a_request_id_gives_the_session_id_that_is_missing():
    """The same user and request id give the same session id; an anonymous one depends on the assistant's salt too."""
    one, again, other = (request(request_id="r", user=user).session_id for user in ("ana", "ana", "ben"))

    assert one == again == check_id("session_id", one)
    assert len({one, other, *(request(request_id="r", salt=salt).session_id for salt in "ab")}) == 4
    assert request(request_id="r", user="ana", salt="b").session_id == one


def test_given_ids_are_taken_as_they_are():
    """Session id, user and request id are validated and not changed."""
    given = request(session_id="trip:1", user="ana", request_id="r-1")

    assert (given.session_id, given.user, given.request_id) == ("trip:1", "ana", "r-1")


def test_message_is_sanitized():
    """Control and format characters are removed; text at the limit is accepted."""
    assert request("to\u200b Rome\x00").message == "to Rome"
    assert len(request("x" * MAX_CHARS).message) == MAX_CHARS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message", ""),
        ("message", "x" * (MAX_CHARS + 1)),
        ("session_id", "-trip"),
        ("user", ""),
        ("request_id", "a b"),
    ],
)
def test_invalid_input_is_named(field: str, value: str):
    """The error names the parameter."""
    with pytest.raises(InvalidInputError) as caught:
        request(**{field: value})

    assert caught.value.field == field


def test_timer_adds_up_each_stage():
    """A stage that is measured twice adds up, also when its block raises; unused stages are zero."""
    timer = StageTimer()

    with timer.measure("nlp"):
        sum(range(1000))
    first = timer.elapsed["nlp"]
    with pytest.raises(KeyError), timer.measure("nlp"):
        raise KeyError("x")

    assert timer.elapsed["nlp"] > first > 0.0
    assert timer.elapsed["flights"] == timer.elapsed["chat"] == timer.elapsed["state"] == 0.0


def test_timings_have_all_stages():
    """Timings hold every stage; the total runs from the creation of the timer and covers the stages."""
    timer = StageTimer()
    with timer.measure("state"):
        sum(range(1000))

    timings = timer.timings()

    assert tuple(timings) == STAGES
    assert timer.timings()["total"] > timings["total"] >= timings["state"] > 0.0
    assert timer.elapsed["total"] == 0.0


def test_locale_is_a_tag_of_a_language_that_the_assistant_speaks():
    """Its language and its region are read; none is allowed."""
    assert request(locale="pt").locale == ("pt", None)
    assert request(locale="es_419").locale == ("es", "419")
    assert request().locale is None


@pytest.mark.parametrize("locale", ["ja", "", "english", "pt-", "pt-BR\n", "x" * 5000, 7])
def test_another_locale_is_refused_by_the_name_of_the_argument(locale: Any):
    """The error names the argument and the languages."""
    with pytest.raises(InvalidInputError) as caught:
        request(locale=locale)
    assert caught.value.field == "locale"
    assert "en, pt" in caught.value.problem
