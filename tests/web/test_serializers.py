"""Response bodies of what the components return."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from asyncassist._cache import Cache
from asyncassist._chat import Reply, ToolFinished, ToolStarted, ToolStep, Usage
from asyncassist._places import place_by_code
from asyncassist._types import Check, Health, Message
from asyncassist.assistant import AssistantReply
from asyncassist.web import serializers
from asyncassist.web.health import HealthReport
from tests.web.components import ADMIN, FakeAssistant, FakeComponent, get, service_of

NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


def report_of(*checks: Check, **parts: tuple[Check, ...]) -> HealthReport:
    return HealthReport(status="pass", checks=checks, parts=parts, elapsed=0.5, observed_at=NOON)


@pytest.mark.parametrize(
    ("source", "cached"), [("model", False), ("cache", True), ("stale", True), ("fallback", False)]
)
def test_chatbot_reply_says_whether_it_was_cached(source, cached):
    """`cached` is true for a fresh and for a stale cached answer."""
    reply = Reply(
        text="hi", source=source, degraded=False, reason=None, conversation_id="c", request_id="r", elapsed=0.25
    )

    found = serializers.chatbot_reply(reply)

    assert (found["source"], found["cached"], found["response_time"]) == (source, cached, 0.25)
    assert (found["reply"], found["conversation_id"], found["usage"]) == ("hi", "c", None)


def test_chatbot_reply_has_the_token_usage():
    """Usage is written by its own `to_dict`."""
    usage = Usage(prompt_tokens=3, completion_tokens=4, total_tokens=7)
    reply = Reply(
        text="", source="model", degraded=False, reason=None, conversation_id="c", request_id="r", usage=usage
    )

    assert serializers.chatbot_reply(reply)["usage"] == usage.to_dict()


def test_slots_of_an_assistant_reply_are_json():
    """Typed values of slots become what JSON can hold."""
    reply = AssistantReply(
        text="When?",
        session_id="s",
        language="en",
        intent="search_flight",
        slots={"departure_date": dt.date(2026, 3, 1), "stops": 0},
        missing=("destination",),
    )

    found = serializers.chat_reply(reply)

    assert found["slots"] == {"departure_date": "2026-03-01", "stops": 0}
    assert (found["missing"], found["offers"], found["source"]) == (["destination"], [], "rules")
    assert set(found["timings"]) == {"nlp", "state", "flights", "chat", "total"}


def test_transcript_lists_messages_in_their_order():
    """Role, text, time and source of each message; internal ids stay internal."""
    messages = [Message("user", "hello"), Message("assistant", "hi", id="1", seq=2, created_at=NOON, source="model")]

    assert serializers.transcript("s", messages) == {
        "session_id": "s",
        "messages": [
            {"role": "user", "content": "hello", "created_at": None, "source": None},
            {"role": "assistant", "content": "hi", "created_at": "2026-03-01T12:00:00+00:00", "source": "model"},
        ],
    }


def test_health_lists_checks_by_name():
    """Statistics of each check, and its parts if it reported any."""
    report = report_of(
        Check(name="nlp", status="pass", elapsed=0.1, p50=0.2),
        Check(name="state", status="warn", note="degraded"),
        state=(Check(name="redis", status="fail", note="ConnectError"),),
    )

    found = serializers.health(report, {"uptime": 1.0}, 0.75)

    assert (found["status"], found["system"], found["response_time"]) == ("pass", {"uptime": 1.0}, 0.75)
    assert (found["checks"]["nlp"]["response_time"], found["checks"]["nlp"]["p50"]) == (0.1, 0.2)
    assert "parts" not in found["checks"]["nlp"]
    assert found["checks"]["state"]["parts"] == {"redis": {"status": "fail", "note": "ConnectError"}}


def test_history_has_every_report_and_the_latest_statistics():
    """Entries are in the given order; the statistics are those of the last report."""
    first = report_of(Check(name="nlp", status="fail", success_ratio=0.0))
    last = report_of(Check(name="nlp", status="pass", success_ratio=0.5))

    found = serializers.history([first, last])

    assert [entry["checks"]["nlp"]["status"] for entry in found["entries"]] == ["fail", "pass"]
    assert found["checks"]["nlp"]["success_ratio"] == 0.5
    assert serializers.history([]) == {"entries": [], "checks": {}}


def test_cache_statistics_of_a_component():
    """Statistics of a cache itself, or of a component that has one; latencies of whole calls take precedence."""
    cache: Cache[str] = Cache(max_entries=10, now=lambda: 0.0)
    cache.put("key", "value", ttl=10.0)
    cache.get("key")
    component = SimpleNamespace(cache=cache.stats(), cached_p50=0.5, cached_p95=0.75)

    plain, timed = serializers.cache_stats(cache.stats()), serializers.cache_stats(component)

    assert plain is not None
    assert timed is not None
    assert (plain["entries"], plain["hits"], plain["hit_ratio"]) == (1, 1, 1.0)
    assert timed == {**plain, "cached": {"p50": 0.5, "p95": 0.75}}
    assert serializers.cache_stats(SimpleNamespace(sessions=3)) is None


async def test_origins_of_upstreams_are_shown_to_the_admin_only():
    """No URL, and no note that quotes one's host, in any public answer; with the admin token the report is complete."""
    flights = FakeComponent()
    hidden = "http://upstream.example:8080"

    async def check() -> Health:
        part = Check(name="provider", status="warn", note="the provider failed (upstream.example:8080)")
        return Health(status="warn", checks=(part, Check(name=hidden, status="pass")), note=f"see {hidden}")

    flights.health = check
    flights.stats = lambda: {"origins": [{"origin": hidden, "breaker": "closed"}], "by_url": {hidden: 1}, "hits": [1]}
    assistant = FakeAssistant()
    assistant.flights = flights
    paths = ["/health", "/api/async/health", "/api/async/health/history", "/metrics", "/api/async/cache-stats"]
    async with service_of(assistant, admin_token=ADMIN) as service:
        public = {path: (await service.handle(get(path))).body.decode() for path in paths}
        token = {"authorization": f"Bearer {ADMIN}"}
        full = {path: (await service.handle(get(path, **token))).body.decode() for path in paths[:2]}

    assert [path for path, body in public.items() if "upstream.example" in body] == []
    shown = json.loads(public["/health"])
    assert shown["checks"]["flights"]["parts"] == {"provider": {"status": "warn", "note": ""}}
    assert shown["services"]["flights"] == {"origins": [], "by_url": {}, "hits": [1]}
    assert [body.count("upstream.example") for body in full.values()] == [5, 3]


def an_offer(**fields: Any) -> dict[str, Any]:
    segment = {"carrier": "TP", "operating_carrier": "ZZ", "origin": "LIS", "destination": "XXX"}
    return {"id": "one", "itineraries": [{"segments": [segment]}], **fields}


def test_offer_has_the_names_of_its_airlines_and_places():
    """In the language of the reply; unknown codes have none."""
    assert serializers.offer(an_offer(), "de")["names"] == {"LIS": "Lissabon", "TP": "TAP Air Portugal"}


def test_transcript_has_the_offers_that_were_shown():
    """A stored reply with offers comes back with them, their travellers and the choice; others stay as they were."""
    metadata = {"language": "fr", "offers": [an_offer()], "passengers": {"adults": 2}, "chosen": "one"}
    messages = [
        Message("user", "hi"),
        Message("assistant", "a", metadata=metadata),
        Message("assistant", "b", metadata={"language": "fr"}),
    ]

    user, shown, plain = serializers.transcript("s", messages)["messages"]

    assert set(user) == set(plain) == {"role", "content", "created_at", "source"}
    assert (shown["language"], shown["passengers"], shown["chosen"]) == ("fr", {"adults": 2}, "one")
    assert shown["offers"][0]["names"]["LIS"] == "Lisbonne"


def test_reply_names_the_places_of_the_trip():
    """In its language, by code."""
    lisbon = place_by_code("LIS", kind="city")
    reply = AssistantReply(text="", session_id="s", language="es", intent="x", slots={"origin": lisbon})

    assert serializers.chat_reply(reply)["names"] == {"LIS": "Lisboa"}
    assert serializers.chat_reply(replace(reply, slots={}))["names"] == {}


def test_arguments_and_results_of_own_tools_are_left_out():
    """They are between the application and the model; what the assistant's tools find is public."""
    step = ToolStep(call_id="c1", name="look_up", arguments={"customer": 7}, result="secret")
    failed = ToolStep(call_id="c2", name="look_up", error="secret", outcome="failed")
    started = ToolStarted(call_id="c1", name="look_up", arguments={"customer": 7})

    assert serializers.tool_started(started, {"look_up"}) == {"call_id": "c1", "name": "look_up", "arguments": {}}
    assert serializers.tool_started(started, ())["arguments"] == {"customer": 7}
    for one in (step, failed):
        hidden = serializers.tool_finished(ToolFinished(step=one), {"look_up"})
        assert hidden["outcome"] == one.outcome
        assert "secret" not in str(hidden)
        shown = serializers.tool_finished(ToolFinished(step=one), ())
        assert (shown["result"], shown["error"]) == (one.result, one.error)
