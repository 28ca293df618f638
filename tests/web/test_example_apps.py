"""Every documented route on both example apps, over real sockets."""

from __future__ import annotations

import concurrent.futures
import json
import re
import socket
from typing import TYPE_CHECKING

import pytest

from tests.web.components import ADMIN
from tests.web.upstream import KEY, Upstream

if TYPE_CHECKING:
    from tests.web.example_apps import App

TRIP = "Flights from Lisbon to Paris next Friday for two"


def test_chatbot_replies(app: App):
    """The model answers a question, the cache answers its repetition, and `source` says which."""
    first = app.ask("POST", "/api/async/chatbot", {"message": f"Tell me of {app.kind}"})
    again = app.ask("POST", "/api/async/chatbot", {"message": f"Tell me of {app.kind}"}).json()

    found = first.json()
    assert first.status == 200
    assert set(found) == {
        "reply",
        "conversation_id",
        "source",
        "cached",
        "degraded",
        "reason",
        "usage",
        "response_time",
    }
    assert (found["reply"], found["source"], found["cached"]) == (f"You said: Tell me of {app.kind}", "model", False)
    assert (again["reply"], again["source"], again["cached"]) == (found["reply"], "cache", True)
    assert again["conversation_id"] != found["conversation_id"]


def test_conversation_continues_under_its_id(app: App):
    """The id of a response continues the conversation."""
    first = app.ask("POST", "/api/async/chatbot", {"message": "One"}).json()
    second = app.ask(
        "POST", "/api/async/chatbot", {"message": "Two", "conversation_id": first["conversation_id"]}
    ).json()

    assert second["conversation_id"] == first["conversation_id"]


def test_chatbot_streams(app: App):
    """Deltas and the complete response as last event; requested by the header or in the body."""
    events = app.events("/api/async/chatbot", {"message": f"Stream, {app.kind}"})

    assert [name for name, _ in events] == ["delta", "delta", "delta", "done"]
    assert "".join(data["text"] for name, data in events if name == "delta") == events[-1][1]["reply"]
    assert events[-1][1]["source"] == "model"

    by_field = app.ask("POST", "/api/async/chatbot", {"message": f"Stream, {app.kind}", "stream": True})
    assert by_field.headers["content-type"].startswith("text/event-stream")


def test_the_model_uses_the_tool_of_the_app(app: App):
    """The app passes it, the service runs it, and the model answers with its result."""
    found = app.ask("POST", "/api/async/chatbot", {"message": "Please call office_hours"}).json()

    assert found["reply"].startswith("You said: ")
    assert "Lisbon" in found["reply"]
    assert "9 to 18" in found["reply"]


def test_assistant_replies_with_offers(app: App):
    """Language, slots and offers; the session continues, can be read, and can be deleted."""
    answer = app.ask("POST", "/chat", {"message": TRIP, "timezone": "Europe/Lisbon"})
    found = answer.json()

    assert answer.status == 200
    assert set(found) == {
        "reply",
        "session_id",
        "names",
        "chosen",
        "best",
        "cheapest",
        "fastest",
        "fares",
        "more",
        "date_prices",
        "sort",
        "windows",
        "language",
        "intent",
        "slots",
        "missing",
        "offers",
        "source",
        "degraded",
        "timings",
    }
    assert (found["language"], found["intent"], found["source"]) == ("en", "search_flight", "flights")
    assert found["slots"]["origin"]["code"] == "LIS"
    assert found["offers"][0]["itineraries"][0]["segments"][0]["origin"] == "LIS"
    assert set(found["timings"]) == {"nlp", "state", "flights", "chat", "total"}

    session = found["session_id"]
    followed = app.ask("POST", "/chat", {"message": "direct only", "session_id": session}).json()
    transcript = app.ask("GET", f"/chat/{session}").json()

    assert followed["session_id"] == session
    assert transcript["session_id"] == session
    assert [message["role"] for message in transcript["messages"]] == ["user", "assistant"] * 2
    assert transcript["messages"][0]["content"] == TRIP
    assert set(transcript["messages"][0]) == {"role", "content", "created_at", "source"}
    assert [offer["id"] for offer in transcript["messages"][3]["offers"]] == [
        offer["id"] for offer in followed["offers"]
    ]

    assert app.ask("DELETE", f"/chat/{session}").status == 204
    assert app.ask("GET", f"/chat/{session}").status == 404
    assert app.ask("DELETE", f"/chat/{session}").status == 204


def test_unknown_session_id_is_replaced(app: App):
    """An unknown session id is not adopted, so that a client cannot prepare one for another."""
    found = app.ask("POST", "/chat", {"message": "hello", "session_id": "guess-me"}).json()

    assert found["session_id"] != "guess-me"
    assert len(found["session_id"]) >= 22
    assert app.ask("GET", "/chat/guess-me").status == 404


def test_assistant_streams(app: App):
    """Offers one by one, text deltas, and the complete response as last event."""
    events = app.events("/chat", {"message": TRIP})
    names = [name for name, _ in events]
    done = events[-1][1]

    assert names[-1] == "done"
    assert set(names) == {"offer", "delta", "done"}
    assert "".join(data["text"] for name, data in events if name == "delta") == done["reply"]
    assert {offer["id"] for offer in done["offers"]} <= {data["id"] for name, data in events if name == "offer"}


def test_health_reports_every_check(app: App):
    """All checks with their statistics, the process, and the probes of an orchestrator."""
    answer = app.ask("GET", "/api/async/health")
    found = answer.json()

    assert answer.status == 200, next(
        (name, check) for name, check in found["checks"].items() if check["status"] != "pass"
    )[1]["note"]
    assert found["status"] in {"pass", "warn"}
    assert set(found["checks"]) == {"nlp", "state", "flights", "chatbot", "http"}
    for check in found["checks"].values():
        assert {"status", "response_time", "p50", "p95", "p99", "success_ratio", "critical", "last_failure"} <= set(
            check
        )
    assert found["system"]["memory"] > 1 << 20
    for probe in ("live", "ready", "startup"):
        assert app.ask("GET", f"/api/async/health?probe={probe}").json()["status"] in {"pass", "warn"}

    history = app.ask("GET", "/api/async/health/history").json()
    assert history["entries"][-1]["checks"]["state"]["status"] == "pass"

    services = app.ask("GET", "/health").json()["services"]
    assert set(services) == {"nlp", "state", "flights", "chatbot", "http"}


def test_configured_services_are_checked(app: App):
    """By the names the operator configured, all or one; a URL of the client is a 404."""
    found = app.ask("GET", "/api/async/external-check").json()["services"]

    assert {name: (check["status"], check["status_code"]) for name, check in found.items()} == {
        "good": ("pass", 200),
        "bad": ("fail", 503),
        "gone": ("fail", None),
    }
    assert set(app.ask("GET", "/api/async/external-check?service=good").json()["services"]) == {"good"}
    assert app.ask("GET", "/api/async/external-check?service=http://127.0.0.1:9/").status == 404


def test_performance_test_is_consistent(app: App):
    """The ratios follow from the totals, and concurrent requests are faster than sequential ones."""
    found = app.ask("POST", "/api/async/performance-test", {"requests": 8, "delay": 0.25}).json()
    sequential, concurrent = found["sequential"], found["concurrent"]

    assert (found["requests"], found["concurrency"], found["delay"]) == (8, 8, 0.25)
    assert sequential["total"] >= 2.0
    assert found["speedup"] == pytest.approx(sequential["total"] / concurrent["total"], rel=0.01)
    assert found["improvement"] == pytest.approx((1 - 1 / found["speedup"]) * 100, abs=0.1)
    assert found["throughput"] == pytest.approx(8 / concurrent["total"], rel=0.01)
    assert set(sequential) == {"total", "average", "throughput"}
    assert found["speedup"] > 1  # about 8 on an idle machine


def test_cache_statistics_and_clearing(app: App):
    """The statistics are public; clearing requires the admin token."""
    app.ask("POST", "/api/async/chatbot", {"message": "Keep this"})
    caches = app.ask("GET", "/api/async/cache-stats").json()["caches"]

    assert set(caches) >= {"nlp", "flights", "chatbot", "http"}
    assert set(caches["chatbot"]) == {
        "entries",
        "bytes",
        "max_entries",
        "hits",
        "misses",
        "stale",
        "coalesced",
        "evictions",
        "hit_ratio",
        "saved",
        "cached",
        "live",
    }
    assert caches["chatbot"]["entries"] >= 1
    assert app.ask("POST", "/api/async/clear-cache", {}).status == 401
    assert app.ask("POST", "/api/async/clear-cache", {}, authorization="Bearer wrong").status == 401
    cleared = app.ask("POST", "/api/async/clear-cache", {"cache": "chatbot"}, authorization=f"Bearer {ADMIN}")
    assert cleared.json()["cleared"] >= 1
    assert app.ask("GET", "/api/async/cache-stats").json()["caches"]["chatbot"]["entries"] == 0


def test_metrics_are_in_the_prometheus_format(app: App):
    """Requests by route, caches and health."""
    app.ask("GET", "/api/async/health")
    answer = app.ask("GET", "/metrics")
    text = answer.body.decode()

    assert answer.headers["content-type"].startswith("text/plain")
    assert 'asyncassist_request_seconds_count{method="GET",route="/api/async/health",status="200"}' in text
    assert 'asyncassist_cache_hits_total{cache="chatbot"}' in text
    assert 'asyncassist_health{check="all"}' in text


def test_page_has_a_strict_content_security_policy(app: App):
    """The page loads nothing from elsewhere, and its files are revalidated by their entity tag."""
    page = app.ask("GET", "/")
    (name,) = set(re.findall(rb'"(page/chat[^"]+[.]js)"', page.body))
    script = app.ask("GET", f"/{name.decode()}")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert b"http://" not in page.body.replace(b"http://www.w3.org", b"")
    assert b"https://" not in page.body
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    revalidated = app.ask("GET", f"/{name.decode()}", if_none_match=script.headers["etag"])
    assert (revalidated.status, revalidated.body) == (304, b"")
    assert app.ask("GET", "/page/../service.py").status == 404
    assert app.ask("GET", "/page/__init__.py").status == 404


def test_openapi_document_is_equal_in_both_apps(apps: dict[str, App]):
    """Both serve the same OpenAPI 3.1 document, and every path in it is served."""
    documents = [app.ask("GET", "/openapi.json").json() for app in apps.values()]

    assert documents[0] == documents[1]
    assert documents[0]["openapi"].startswith("3.1")
    assert len(documents[0]["paths"]) == 19
    assert set(documents[0]["x-websockets"]) == {"/ws/chat"}


def test_head_is_a_get_without_a_body(app: App):
    """Status and headers are those of GET."""
    whole, head = app.ask("GET", "/openapi.json"), app.ask("HEAD", "/openapi.json")

    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_request_id_is_echoed(app: App):
    """A valid id of the client is returned, also in problems; an invalid one is replaced."""
    good = app.ask("GET", "/nowhere", x_request_id="my-id_1")
    bad = app.ask("GET", "/nowhere", x_request_id="a b<script>")

    assert good.headers["x-request-id"] == good.json()["instance"] == "my-id_1"
    assert bad.headers["x-request-id"] == bad.json()["instance"] != "a b<script>"


def test_concurrent_requests_are_all_answered(app: App):
    """20 sequential requests and 8 threads with 5 each get no error."""
    for _ in range(20):
        assert app.ask("POST", "/chat", {"message": "hello"}).status == 200

    def five() -> list[int]:
        return [app.ask("POST", "/chat", {"message": "hello"}).status for _ in range(5)]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = [status for call in [pool.submit(five) for _ in range(8)] for status in call.result()]

    assert statuses == [200] * 40


def disconnect(app: App, upstream: Upstream, path: str, message: str, *, accept: str) -> None:
    """Send a request that the model never ends answering, wait for its start, and disconnect."""
    body = json.dumps({"message": message}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: {accept}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    upstream.wait_for(0)
    with socket.create_connection(("127.0.0.1", app.port), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        upstream.wait_for(1)
        received = b""
        while accept.startswith("text/") and b"event: delta" not in received:
            received += connection.recv(4096)


def test_disconnect_stops_the_stream_of_the_model(app: App, upstream: Upstream):
    """When the client has disconnected, the request to the model is cancelled."""
    disconnect(app, upstream, "/api/async/chatbot", f"Go on for ever, {app.kind}", accept="text/event-stream")

    upstream.wait_for(0)


@pytest.mark.parametrize("path", ["/api/async/chatbot", "/chat"])
def test_disconnect_cancels_a_request_without_a_stream(apps: dict[str, App], upstream: Upstream, path: str):
    """On ASGI, where the server reports the disconnect; a WSGI thread cannot notice it."""
    app = apps["fastapi"]
    disconnect(app, upstream, path, f"Please recite poetry for ever at {path}", accept="application/json")

    upstream.wait_for(0)
    gone = f'asyncassist_request_seconds_count{{method="POST",route="{path}",status="499"}}'
    while gone not in app.ask("GET", "/metrics").body.decode():
        pass  # counted a moment after the model notices it; the time limit of the test ends the loop
    assert "Traceback" not in app.log()


def test_only_first_answers_are_shared_between_users(app: App):
    """Two anonymous clients share the answer to an equal first question, but not to an equal follow-up."""
    opening = f"Which way is north, {app.kind}?"

    def ask(message: str, conversation: str | None = None) -> dict[str, str]:
        return app.ask("POST", "/api/async/chatbot", {"message": message, "conversation_id": conversation}).json()

    first, second = ask(opening), ask(opening)
    assert (first["source"], second["source"]) == ("model", "cache")
    assert first["conversation_id"] != second["conversation_id"]

    # The conversations are equal word by word, but belong to different clients.
    follow = [ask("And south?", answer["conversation_id"]) for answer in (first, second)]
    assert [answer["source"] for answer in follow] == ["model", "model"]
    assert ask(opening)["source"] == "cache"


def test_responses_and_logs_hold_no_secrets(apps: dict[str, App]):
    """No key, no token, no path of the machine and no stack trace."""
    for app in apps.values():
        output = app.log()
        for path in ("/health", "/metrics", "/api/async/cache-stats", "/openapi.json", "/api/async/external-check"):
            output += app.ask("GET", path).body.decode()

        assert KEY not in output
        assert ADMIN not in output
        assert "Traceback" not in output
        assert "site-packages" not in output


def test_synchronous_view_uses_the_connection_pool(apps: dict[str, App]):
    """A plain Flask view uses the same HTTP handler."""
    found = apps["flask"].ask("GET", "/plain/services/good").json()

    assert (found["service"], found["status"]) == ("good", "pass")
    assert apps["flask"].ask("GET", "/plain/services/none").status == 404


def test_plain_view_of_flask_shares_its_checks(apps: dict[str, App]):
    """Callers of the view, and of the route of the service, share one check: they get the very same measurement."""

    def measure() -> list[float]:
        view = apps["flask"].ask("GET", "/plain/services/good").json()
        route = apps["flask"].ask("GET", "/api/async/external-check?service=good").json()
        return [view["response_time"], route["services"]["good"]["response_time"]]

    assert any(first == second for first, second in (measure() for _ in range(20)))
