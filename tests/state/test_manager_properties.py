"""Property test: in any order of operations and outages a manager agrees with a model in plain dictionaries."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from asyncassist import AsyncStateManager
from asyncassist.errors import ConflictError, NotFoundError
from tests.servers import Valkey

IDS = st.sampled_from(["a", "b", "c"])
KEYS = st.sampled_from(["k", "l", "m"])
VALUES = st.one_of(st.integers(-5, 5), st.text(max_size=3), st.lists(st.booleans(), max_size=2), st.none())
DATA = st.dictionaries(KEYS, VALUES, max_size=3)


class SessionModel:
    """Expected state of a session: data and version; a tombstone has a version and no data."""

    def __init__(self) -> None:
        self.data: dict[str, Any] | None = None
        self.version = 0

    def write(self, data: dict[str, Any] | None) -> None:
        self.data = data
        self.version += 1


class ManagerMachine(RuleBasedStateMachine):
    """One manager over one server that is stopped and restarted."""

    server: Valkey

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.state = AsyncStateManager(redis=self.server.url, prefix=f"m{secrets.token_hex(6)}:", timeout=5.0)
        self.model = {name: SessionModel() for name in ("a", "b", "c")}
        self.contents: list[str] = []
        self.is_stopped = False
        # Every session is cached from the start, so that an outage changes nothing for the caller.
        for name in self.model:
            assert self.run(self.state.get(name)) is None

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        if self.is_stopped:
            self.start_server()
        self.run(self.state.aclose())
        self.runner.close()

    @precondition(lambda self: not self.is_stopped)
    @rule()
    def stop_server(self) -> None:
        self.server.kill()
        self.is_stopped = True

    @precondition(lambda self: self.is_stopped)
    @rule()
    def start_server(self) -> None:
        self.server.start()
        self.is_stopped = False
        self.run(self.state.flush(timeout=10.0))
        assert self.state.stats().conflicts == 0

    @rule(name=IDS, data=DATA)
    def save(self, name: str, data: dict[str, Any]) -> None:
        expected = self.model[name]
        if expected.data is None and expected.version:
            with pytest.raises(ConflictError):
                self.run(self.state.save(name, data))
            return
        session = self.run(self.state.save(name, data))
        expected.write(data)
        assert (session.version, session.data) == (expected.version, data)

    @rule(name=IDS, data=DATA, version=st.integers(0, 4))
    def save_expected(self, name: str, data: dict[str, Any], version: int) -> None:
        expected = self.model[name]
        fits = expected.version == version and (expected.data is not None or version == 0)
        if not fits:
            with pytest.raises(ConflictError):
                self.run(self.state.save(name, data, expected_version=version))
            return
        self.run(self.state.save(name, data, expected_version=version))
        expected.write(data)

    @rule(name=IDS, data=DATA)
    def create(self, name: str, data: dict[str, Any]) -> None:
        expected = self.model[name]
        if expected.data is not None:
            with pytest.raises(ConflictError):
                self.run(self.state.create(data, session_id=name))
            return
        self.run(self.state.create(data, session_id=name))
        expected.write(data)

    @rule(name=IDS, key=KEYS, value=VALUES)
    def patch(self, name: str, key: str, value: Any) -> None:
        expected = self.model[name]
        if expected.data is None:
            with pytest.raises(NotFoundError):
                self.run(self.state.patch(name, {key: value}))
            return
        self.run(self.state.patch(name, {key: value}))
        data = dict(expected.data)
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value
        expected.write(data)

    @rule(name=IDS, key=KEYS, create=st.booleans(), times=st.integers(1, 4))
    def count(self, name: str, key: str, create: bool, times: int) -> None:
        expected = self.model[name]

        def change(data: dict[str, Any]) -> None:
            data[key] = [*(data.get(key) if isinstance(data.get(key), list) else []), True]

        async def update_concurrently() -> list[Any]:
            updates = (self.state.update(name, change, create=create) for _ in range(times))
            return await asyncio.gather(*updates, return_exceptions=True)

        results = self.run(update_concurrently())
        if expected.data is None and not create:
            assert all(isinstance(result, NotFoundError) for result in results)
            return
        for _ in range(times):
            data = dict(expected.data or {})
            change(data)
            expected.write(data)
        assert max(result.version for result in results) == expected.version

    @rule(name=IDS)
    def delete(self, name: str) -> None:
        expected = self.model[name]
        assert self.run(self.state.delete(name)) is (expected.data is not None)
        if expected.data is not None:
            expected.write(None)

    @rule(text=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=3))
    def append(self, text: str) -> None:
        self.contents.append(text)
        version = self.run(self.state.append("chat", [{"role": "user", "content": text}]))
        assert version == len(self.contents)

    @rule()
    def forget(self) -> None:
        assert self.run(self.state.forget("chat")) is bool(self.contents)
        self.contents.clear()

    @invariant()
    def state_equals_the_model(self) -> None:
        for name, expected in self.model.items():
            session = self.run(self.state.get(name))
            found = None if session is None else (dict(session.data), session.version)
            assert found == (None if expected.data is None else (expected.data, expected.version))
        assert [message.content for message in self.run(self.state.messages("chat"))] == self.contents


def test_a_manager_agrees_with_a_dictionary():
    """Reads, versions, conflicts and conversations match the model, with outages at any point."""
    server = Valkey(durable=True).start()
    ManagerMachine.server = server
    try:
        run_state_machine_as_test(
            ManagerMachine,
            settings=settings(
                max_examples=10,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
                # No shrinking: it would restart servers for minutes.
                phases=[Phase.generate],
            ),
        )
    finally:
        if server.process is not None and server.process.poll() is not None:
            server.start()
        server.stop()
