"""The service without a server: what it promises to whoever carries it."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import pytest

from asyncassist._types import Check, Health
from asyncassist.errors import (
    AllProvidersFailedError,
    BusyError,
    ChatUnavailableError,
    CircuitOpenError,
    ClosedError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConversationBusyError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    SessionTooLargeError,
    StateUnavailableError,
)
from asyncassist.testing import FakeClock
from asyncassist.web import HealthCheck, Request, Service, WebSettings
from tests.web.components import ADMIN, FakeAssistant, events_of, get, post, read, service_of


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (InvalidInputError("timezone", "is odd"), 422, None),
        (InvalidInputError("now", "secret: must be aware"), 500, None),
        (ConflictError(), 409, None),
        (ConversationBusyError(), 409, None),
        (NotFoundError(), 404, None),
        (SessionTooLargeError(), 422, None),
        (RateLimitedError(retry_after=2.5), 429, "3"),
        (BusyError(), 503, "1"),
        (CircuitOpenError(retry_after=4.0), 503, "4"),
        (StateUnavailableError(), 503, "1"),
        (ChatUnavailableError(), 503, "1"),
        (ClosedError(), 503, "1"),
        (ConnectError("no", url="http://secret:pass@host/path"), 502, None),
        (AllProvidersFailedError(), 502, None),
        (ConfigurationError("api_key", "sk-secret-0123456789"), 500, None),
        (ZeroDivisionError("/usr/lib/secret.py"), 500, None),
    ],
)
async def test_every_error_is_a_problem(error, status, retry, caplog):
    """By one table; what is ours is told to the hook whole, to the log by its kind, to the client not at all."""
    told = []
    assistant = FakeAssistant()
    assistant.error = error
    async with service_of(assistant, on_error=lambda found, request: told.append((found, request.path))) as service:
        response = await service.handle(post("/chat", {"message": "hello"}))

    assert response.status == status
    assert response.header("content-type") == "application/problem+json"
    assert response.header("retry-after") == retry
    text = response.body.decode() + caplog.text
    assert "secret" not in text
    assert "Traceback" not in text
    assert told == ([(error, "/chat")] if status >= 500 else [])


async def test_an_error_in_a_stream_is_an_event():
    """After the status is sent, what goes wrong becomes the last event."""
    assistant = FakeAssistant()
    assistant.error = ConnectError("no")
    async with service_of(assistant) as service:
        events = await events_of(await service.handle(post("/chat", {"message": "one two", "stream": True})))

    assert [name for name, _ in events] == ["delta", "delta", "error"]
    assert events[-1][1]["status"] == 502


async def test_a_hook_that_fails_hurts_nobody(caplog):
    """The client is answered and the log says that the hook is broken."""

    def broken(error: BaseException, request: Request) -> None:
        raise RuntimeError

    assistant = FakeAssistant()
    assistant.error = ZeroDivisionError()
    async with service_of(assistant, on_error=broken) as service:
        response = await service.handle(post("/chat", {"message": "hello"}))

    assert response.status == 500
    assert "on_error itself failed: RuntimeError" in caplog.text


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_users_see_their_own(asynchronous):
    """The function from request to user decides whose session it is."""

    def plain(request: Request) -> str | None:
        return request.header("x-user")

    async def later(request: Request) -> str | None:
        return plain(request)

    async with service_of(user=later if asynchronous else plain) as service:
        first = read(await service.handle(post("/chat", {"message": "hello"}, x_user="ann")))
        path = f"/chat/{first['session_id']}"
        own = await service.handle(get(path, x_user="ann"))
        other = await service.handle(get(path, x_user="bob"))
        nobody = await service.handle(get(path))

    assert [own.status, other.status, nobody.status] == [200, 404, 404]


async def test_an_unreadable_session_keeps_its_id():
    """While the store is away an id cannot be checked: the conversation goes on under it."""

    class Away(FakeAssistant):
        async def messages(self, *args, **kwargs):
            raise StateUnavailableError

    async with service_of(Away()) as service:
        found = read(await service.handle(post("/chat", {"message": "hello", "session_id": "mine"})))

    assert found["session_id"] == "mine"


async def test_the_limit_is_told_and_kept():
    """Headers on every answer; 429 with the wait; the liveness probe is not counted; the window slides."""
    clock = FakeClock()
    async with service_of(now=clock, rate_limit=2) as service:
        first = await service.handle(get("/api/async/cache-stats"))
        await service.handle(get("/nowhere"))
        refused = await service.handle(get("/api/async/cache-stats"))
        live = await service.handle(get("/health", {"probe": "live"}))
        other = await service.handle(get("/api/async/cache-stats", peer="192.0.2.99"))
        clock.advance(60.0)
        again = await service.handle(get("/api/async/cache-stats"))

    assert first.header("ratelimit-policy") == '"default";q=2;w=60'
    assert first.header("ratelimit") == '"default";r=1;t=60'
    assert (refused.status, refused.header("retry-after")) == (429, "60")
    assert live.status == 200
    assert live.header("ratelimit") is None
    assert other.status == 200
    assert again.status == 200


async def test_liveness_touches_nothing():
    """With every part hanging, the liveness probe answers without a look at any of them."""
    assistant = FakeAssistant()
    rooms = (assistant.nlp, assistant.state, assistant.flights)
    for room in rooms:
        room.hang = True
    async with service_of(assistant, health_timeout=0.05) as service:
        answers = [await service.handle(get(path, {"probe": "live"})) for path in ("/health", "/api/async/health")]
        looks = [room.health_calls for room in rooms]
        ready = await service.handle(get("/health", {"probe": "ready"}))

    assert [answer.status for answer in answers] == [200, 200]
    assert looks == [0, 0, 0]
    assert ready.status == 503
    assert assistant.nlp.health_calls == 1


async def test_one_hanging_check_holds_up_nobody():
    """One that never ends is given up after its own time, and what the others found is told."""
    assistant = FakeAssistant()
    assistant.flights.hang = True
    async with service_of(assistant, health_timeout=0.2, health_fresh=0.0) as service:
        found = read(await service.handle(get("/api/async/health")))

    assert found["status"] == "warn"
    assert found["checks"]["flights"]["status"] == "fail"
    assert "0.2 s" in found["checks"]["flights"]["note"]
    assert found["checks"]["flights"]["last_failure"] is not None
    assert found["checks"]["nlp"]["status"] == "pass"


async def test_what_ignores_being_cancelled_is_left_alone():
    """A look that will not end does not hold up the answer, and is not started a second time."""
    runs = 0
    release = asyncio.Event()

    async def stubborn() -> bool:
        nonlocal runs
        runs += 1
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()
        return True

    check = HealthCheck(name="stubborn", run=stubborn, timeout=0.05)
    async with service_of(checks=[check], health_fresh=0.0) as service:
        first = await service.handle(get("/api/async/health"))
        second = await service.handle(get("/api/async/health"))
        release.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        third = await service.handle(get("/api/async/health"))

    assert (first.status, second.status, third.status) == (503, 503, 200)
    assert runs == 2


async def test_checks_run_at_once_and_are_shared():
    """Each of five waits until all five are under way, and a herd of callers makes one look."""
    together = asyncio.Barrier(5)
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1
        await together.wait()

    checks = [HealthCheck(name=f"check {number}", run=look, timeout=60.0) for number in range(5)]
    async with service_of(checks=checks, health_fresh=0.0) as service:
        answers = await asyncio.gather(*(service.handle(get("/api/async/health")) for _ in range(20)))

    assert [answer.status for answer in answers] == [200] * 20
    assert looks == 5


async def test_a_performance_test_runs_alone():
    """A second one while the first runs is told to come later."""
    async with service_of() as service:
        first = asyncio.ensure_future(service.handle(post("/api/async/performance-test", {"requests": 1, "delay": 0})))
        while not service.performance_test_running:
            await asyncio.sleep(0)
        second = await service.handle(post("/api/async/performance-test", {}))
        done = await first

    assert (second.status, read(second)["type"]) == (409, "urn:asyncassist:problem:test-running")
    assert done.status == 200
    assert not service.performance_test_running


@pytest.mark.parametrize(
    ("result", "status", "whole"),
    [
        (None, "pass", 200),
        (True, "pass", 200),
        (False, "fail", 503),
        (Check(name="x", status="warn", note="slow"), "warn", 200),
        (Health(status="fail", note="gone"), "fail", 503),
        (OSError("/secret/path"), "fail", 503),
    ],
)
async def test_a_check_may_say_it_in_several_ways(result, status, whole):
    """A bool, nothing, a Check, a Health, or an error, which is named by its type alone."""

    async def look():
        if isinstance(result, Exception):
            raise result
        return result

    async with service_of(checks=[HealthCheck(name="mine", run=look)]) as service:
        response = await service.handle(get("/api/async/health"))

    assert response.status == whole
    assert read(response)["checks"]["mine"]["status"] == status
    assert "secret" not in response.body.decode()


async def test_a_failure_that_is_not_critical_is_a_warning():
    """Without flights a conversation can still be held."""
    assistant = FakeAssistant()
    assistant.flights.status = "fail"
    async with service_of(assistant) as service:
        response = await service.handle(get("/health"))

    assert (response.status, read(response)["status"]) == (200, "warn")


async def test_history_remembers_a_bounded_number_of_looks():
    """Percentiles and ratio are of the ring, and the ring does not grow."""
    assistant = FakeAssistant()
    async with service_of(assistant, health_fresh=0.0) as service:
        service.health_checker.history = type(service.health_checker.history)(maxlen=3)
        empty = read(await service.handle(get("/api/async/health/history")))
        for status in ("pass", "fail", "pass", "pass"):
            assistant.nlp.status = status
            await service.health_checker.run()
        found = read(await service.handle(get("/api/async/health/history")))

    assert empty == {"entries": [], "checks": {}}
    assert [entry["status"] for entry in found["entries"]] == ["fail", "pass", "pass"]
    assert found["checks"]["nlp"]["success_ratio"] == 0.75


async def test_draining_is_not_ready_but_alive():
    """Load balancers move on; the process is not restarted for it."""
    async with service_of() as service:
        service.drain()
        ready = await service.handle(get("/health", {"probe": "ready"}))
        live = await service.handle(get("/health", {"probe": "live"}))

    assert (ready.status, live.status) == (503, 200)


async def test_a_closed_service_says_so():
    """After closing every request is a 503, not an exception; streams that were open have ended."""
    assistant = FakeAssistant()
    assistant.gate = asyncio.Event()
    service = service_of(assistant)
    async with service:
        response = await service.handle(post("/chat", {"message": "one two", "stream": True}))
        assert b"delta" in await anext(response.body)
        assert assistant.running == 1
    after = await service.handle(get("/health"))

    assert assistant.running == 0
    assert (after.status, read(after)["type"]) == (503, "urn:asyncassist:problem:closing")


async def test_a_silent_stream_beats():
    """While nothing comes, a comment keeps the line open and shows whether anybody is there; leaving ends the work."""
    assistant = FakeAssistant()
    assistant.gate = asyncio.Event()
    async with service_of(assistant) as service:
        response = await service.handle(post("/chat", {"message": "one two"}, accept="text/event-stream"))
        pieces = [await anext(response.body), await anext(response.body)]
        await response.body.aclose()

        assert pieces[0].startswith(b"event: delta")
        assert pieces[1] == b": beat\n\n"
        assert assistant.running == 0
        with pytest.raises(StopAsyncIteration):
            await anext(response.body)


async def test_a_stream_that_is_never_read_never_starts():
    """A client that is gone before the first byte costs nothing."""
    assistant = FakeAssistant()
    async with service_of(assistant) as service:
        response = await service.handle(post("/chat", {"message": "one", "stream": True}))
        await response.body.aclose()

    assert assistant.seen == []


async def test_a_socket_answers_refuses_and_goes_on():
    """Each message is a turn; a refused one is told; the limit counts messages."""
    inbox = ['{"message": "one two"}', "nonsense", b'{"message": "three"}', '{"message": "four"}', None]
    sent: list[str] = []

    async def receive():
        if len(inbox) == 1:
            while not sent or "rate-limit" not in sent[-1]:
                await asyncio.sleep(0.001)
        return inbox.pop(0)

    async def send(text: str) -> None:
        sent.append(text)

    async with service_of(rate_limit=3) as service:
        await service.websocket(get("/ws/chat"), receive, send)

    from asyncassist.web import strict_json

    events = [strict_json.decode(text.encode()) for text in sent]
    assert [event["event"] for event in events] == ["delta", "delta", "done", "error", "delta", "done", "error"]
    assert [event["problem"]["status"] for event in events if event["event"] == "error"] == [400, 429]
    assert events[2]["session_id"] == events[5]["session_id"]


async def test_a_socket_of_another_site_is_told_and_ended():
    """An adapter that opened it first gets the refusal as an event."""
    sent: list[str] = []

    async def send(text: str) -> None:
        sent.append(text)

    async def receive() -> None:
        raise AssertionError("nothing is received from another site")

    async with service_of() as service:
        await service.websocket(get("/ws/chat", origin="https://evil.example", host="here"), receive, send)

    assert len(sent) == 1
    assert '"status":403' in sent[0]


async def test_a_socket_that_breaks_ends_quietly():
    """The other end is gone while something is sent."""
    asked = iter(['{"message": "one"}'])

    async def receive():
        try:
            return next(asked)
        except StopIteration:
            await asyncio.Event().wait()

    async def send(text: str) -> None:
        raise ConnectionResetError

    async with service_of() as service:
        await service.websocket(get("/ws/chat"), receive, send)


async def test_metrics_without_the_extra_are_not_there(monkeypatch):
    """The answer names what to install."""
    import sys

    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.setitem(sys.modules, "psutil", None)
    async with service_of() as service:
        metrics = await service.handle(get("/metrics"))
        health = read(await service.handle(get("/health")))

    assert metrics.status == 404
    assert "asyncassist[web]" in read(metrics)["detail"]
    assert health["system"]["memory"] is None


async def test_clearing_all_caches():
    """With the token, all or one; a name that is no cache is refused."""
    assistant = FakeAssistant()
    async with service_of(assistant, admin_token=ADMIN) as service:
        for room in (assistant.nlp, assistant.flights):
            room.cache.put("key", "value", ttl=10.0)
        response = await service.handle(post("/api/async/clear-cache", b"", authorization=f"Bearer {ADMIN}"))

    assert read(response) == {"cleared": 2}


async def test_admin_routes_are_off_without_a_token():
    """The answer names the variable."""
    async with service_of() as service:
        response = await service.handle(post("/api/async/clear-cache", {}))

    assert response.status == 403
    assert "ASYNCASSIST_ADMIN_TOKEN" in read(response)["detail"]


async def test_a_slow_or_broken_body_is_a_4xx(monkeypatch):
    """A body that stops in the middle does not hold a place for ever."""
    from asyncassist.web import request_body

    async def never():
        yield b"{"
        await asyncio.Event().wait()

    monkeypatch.setattr(request_body, "BODY_TIMEOUT", 0.05)
    headers = {"content-type": "application/json"}
    async with service_of() as service:
        slow = await service.handle(Request("POST", "/chat", (), headers, never(), ""))

    assert slow.status == 408


async def test_addresses_are_refused_before_anything_else():
    """Also for paths that do not exist."""
    async with service_of(deny=("192.0.2.0/24",)) as service:
        response = await service.handle(get("/nowhere"))

    assert response.status == 403


async def test_a_request_may_be_given_in_several_forms():
    """Query and headers as pairs, as a mapping, with lists, or the raw query string."""
    forms = [
        Request("get", "/health", "probe=live&x=%20", {"X-A": ["1", "2"]}),
        Request("GET", "/health", {"probe": ["live"], "x": " "}, [("x-a", "1"), (b"X-A", b"2")]),
        Request("GET", "/health", [("probe", "live"), ("x", " ")], [("X-A", "1"), ("x-a", "2")], b"", None),
    ]

    for form in forms:
        assert form.method == "GET"
        assert form.query == (("probe", "live"), ("x", " "))
        assert form.headers == (("x-a", "1"), ("x-a", "2"))
        assert form.header("x-a") == "1, 2"
    assert repr(forms[0]) == "Request(GET '/health')"


async def test_requests_are_logged_with_their_id_and_without_their_text(caplog):
    """One line each: route, method, status, time; never a message."""
    caplog.set_level(logging.INFO, "asyncassist.web")
    async with service_of() as service:
        await service.handle(post("/chat", {"message": "my private words"}, x_request_id="abc"))

    record = next(record for record in caplog.records if record.message == "request")
    assert (record.route, record.method, record.status) == ("/chat", "POST", 200)
    assert "private" not in caplog.text


def test_wrong_hooks_and_checks_are_named():
    """By the constructor."""
    with pytest.raises(ConfigurationError, match="user"):
        Service(user="ann")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="on_error"):
        Service(on_error=1)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="name"):
        HealthCheck(name="", run=lambda: None)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="run"):
        HealthCheck(name="a", run=1)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="names of their own"):
        Service(assistant=FakeAssistant(), checks=[HealthCheck(name="nlp", run=lambda: None)])  # type: ignore[arg-type]


async def test_embedded_it_answers_offline():
    """Without anything given, everything runs in this process."""
    made = await asyncio.to_thread(Service, settings=WebSettings(rate_limit=0))
    async with made as service:
        chat = read(await service.handle(post("/chat", {"message": "Flights from Lisbon to Paris next Friday"})))
        talk = read(await service.handle(post("/api/async/chatbot", {"message": "hello"})))
        health = await service.handle(get("/health"))

    assert chat["source"] == "flights"
    assert (talk["source"], talk["degraded"], talk["reason"]) == ("fallback", True, "no model configured")
    assert health.status == 200
