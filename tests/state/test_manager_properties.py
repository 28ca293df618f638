"""Whatever happens in whatever order, a manager agrees with a plain dictionary; outages are among what happens."""

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


class Plain:
    """What a session must be: data, version, or a tombstone."""

    def __init__(self) -> None:
        self.data: dict[str, Any] | None = None
        self.version = 0

    def write(self, data: dict[str, Any] | None) -> None:
        self.data = data
        self.version += 1


class Machine(RuleBasedStateMachine):
    """One manager over one server that comes and goes."""

    server: Valkey

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.state = AsyncStateManager(redis=self.server.url, prefix=f"m{secrets.token_hex(6)}:", timeout=5.0)
        self.model = {name: Plain() for name in ("a", "b", "c")}
        self.talk: list[str] = []
        self.away = False
        # Everything is known here from the start, so that an outage changes nothing for the caller.
        for name in self.model:
            assert self.run(self.state.get(name)) is None

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        if self.away:
            self.back()
        self.run(self.state.aclose())
        self.runner.close()

    @precondition(lambda self: not self.away)
    @rule()
    def leave(self) -> None:
        self.server.kill()
        self.away = True

    @precondition(lambda self: self.away)
    @rule()
    def back(self) -> None:
        self.server.start()
        self.away = False
        self.run(self.state.flush(timeout=10.0))
        assert self.state.stats().conflicts == 0

    @rule(name=IDS, data=DATA)
    def save(self, name: str, data: dict[str, Any]) -> None:
        plain = self.model[name]
        if plain.data is None and plain.version:
            with pytest.raises(ConflictError):
                self.run(self.state.save(name, data))
            return
        session = self.run(self.state.save(name, data))
        plain.write(data)
        assert (session.version, session.data) == (plain.version, data)

    @rule(name=IDS, data=DATA, version=st.integers(0, 4))
    def save_expected(self, name: str, data: dict[str, Any], version: int) -> None:
        plain = self.model[name]
        fits = plain.version == version and (plain.data is not None or version == 0)
        if not fits:
            with pytest.raises(ConflictError):
                self.run(self.state.save(name, data, expected_version=version))
            return
        self.run(self.state.save(name, data, expected_version=version))
        plain.write(data)

    @rule(name=IDS, data=DATA)
    def create(self, name: str, data: dict[str, Any]) -> None:
        plain = self.model[name]
        if plain.data is not None:
            with pytest.raises(ConflictError):
                self.run(self.state.create(data, session_id=name))
            return
        self.run(self.state.create(data, session_id=name))
        plain.write(data)

    @rule(name=IDS, key=KEYS, value=VALUES)
    def patch(self, name: str, key: str, value: Any) -> None:
        plain = self.model[name]
        if plain.data is None:
            with pytest.raises(NotFoundError):
                self.run(self.state.patch(name, {key: value}))
            return
        self.run(self.state.patch(name, {key: value}))
        data = dict(plain.data)
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value
        plain.write(data)

    @rule(name=IDS, key=KEYS, create=st.booleans(), times=st.integers(1, 4))
    def count(self, name: str, key: str, create: bool, times: int) -> None:
        plain = self.model[name]

        def change(data: dict[str, Any]) -> None:
            data[key] = [*(data.get(key) if isinstance(data.get(key), list) else []), True]

        async def all_at_once() -> list[Any]:
            updates = (self.state.update(name, change, create=create) for _ in range(times))
            return await asyncio.gather(*updates, return_exceptions=True)

        results = self.run(all_at_once())
        if plain.data is None and not create:
            assert all(isinstance(result, NotFoundError) for result in results)
            return
        for _ in range(times):
            data = dict(plain.data or {})
            change(data)
            plain.write(data)
        assert max(result.version for result in results) == plain.version

    @rule(name=IDS)
    def delete(self, name: str) -> None:
        plain = self.model[name]
        assert self.run(self.state.delete(name)) is (plain.data is not None)
        if plain.data is not None:
            plain.write(None)

    @rule(text=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=3))
    def say(self, text: str) -> None:
        self.talk.append(text)
        version = self.run(self.state.append("talk", [{"role": "user", "content": text}]))
        assert version == len(self.talk)

    @rule()
    def forget(self) -> None:
        assert self.run(self.state.forget("talk")) is bool(self.talk)
        self.talk.clear()

    @invariant()
    def agrees(self) -> None:
        for name, plain in self.model.items():
            session = self.run(self.state.get(name))
            found = None if session is None else (dict(session.data), session.version)
            assert found == (None if plain.data is None else (plain.data, plain.version))
        assert [message.content for message in self.run(self.state.messages("talk"))] == self.talk


def test_a_manager_agrees_with_a_dictionary():
    """With outages at any point: reads, versions, refusals and conversations are what they must be."""
    server = Valkey(durable=True).start()
    Machine.server = server
    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=10,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
                # A failure is reported as it was found: making it smaller takes minutes of starting servers.
                phases=[Phase.generate],
            ),
        )
    finally:
        if server.process is not None and server.process.poll() is not None:
            server.start()
        server.stop()
