"""Property test: over each store, in any order of operations, conversations agree with a model in plain lists."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from asyncassist import AsyncStateManager, Encryption, Message
from asyncassist.errors import ConflictError, InvalidInputError, NotFoundError
from tests.state.conftest import CONVERSATION_STORES

if TYPE_CHECKING:
    from collections.abc import Callable

IDS = st.sampled_from(["a", "b"])
USERS = st.sampled_from(["ana", "bob"])
TEXTS = ["Lisboa", "São Paulo", "SAO  tome", "İstanbul no."]
QUERIES = ["lisboa", "sao", "SÃO paulo", "paulo tome", "i\u0307stanbul", "1", "none"]
ROLES = st.lists(st.sampled_from(["user", "assistant", "system"]), min_size=1, max_size=3)
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
TIMES = st.sampled_from([NOON, NOON + dt.timedelta(microseconds=300), NOON.replace(year=1960), NOON.replace(year=2040)])
REQUESTS = st.sampled_from([None, None, "r1", "r2"])


def plain(text: str) -> str:
    """Return the text in small letters without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))


@dataclass
class ConversationModel:
    """Expected conversation: role, text and time of each message, title, and versions by request id."""

    messages: list[tuple[str, str, dt.datetime]] = field(default_factory=list)
    title: str | None = None
    requests: dict[str, int] = field(default_factory=dict)


class ConversationMachine(RuleBasedStateMachine):
    """One manager over one store; two users with conversations of the same ids."""

    options: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.state = AsyncStateManager(**self.options)
        self.model: dict[tuple[str, str], ConversationModel] = {}
        # Each run has users of its own: a database outlives it.
        self.suffix = secrets.token_hex(6)
        self.texts = 0
        self.order: list[tuple[str, str]] = []

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def owner(self, user: str) -> str:
        return f"{user} {self.suffix}"

    def teardown(self) -> None:
        self.run(self.state.aclose())
        self.runner.close()

    def updated(self, key: tuple[str, str]) -> None:
        self.order = [key, *(other for other in self.order if other != key)]

    @rule(
        user=USERS,
        name=IDS,
        roles=ROLES,
        request=REQUESTS,
        version=st.sampled_from([None, None, 0, 1, 3]),
        word=st.sampled_from(TEXTS),
        time=TIMES,
    )
    def append(  # noqa: PLR0917
        self,
        user: str,
        name: str,
        roles: list[str],
        request: str | None,
        version: int | None,
        word: str,
        time: dt.datetime,
    ) -> None:
        expected = self.model.get((user, name), ConversationModel())
        self.texts += 1
        messages = [(role, f"{self.texts}.{place} {word}", time) for place, role in enumerate(roles)]
        call = self.state.append(
            name,
            [Message(role, text, created_at=time) for role, text, time in messages],
            user=self.owner(user),
            request_id=request,
            expected_version=version,
        )
        if request in expected.requests:
            assert self.run(call) == expected.requests[request]
            return
        if version not in (None, len(expected.messages)):
            with pytest.raises(ConflictError):
                self.run(call)
            return
        expected.messages += messages
        assert self.run(call) == len(expected.messages)
        if request is not None:
            expected.requests[request] = len(expected.messages)
        self.model[user, name] = expected
        self.updated((user, name))

    @rule(user=USERS, name=IDS, title=st.text("abé ✈", min_size=1, max_size=5).filter(str.strip))
    def rename(self, user: str, name: str, title: str) -> None:
        call = self.state.rename(name, title, user=self.owner(user))
        if (user, name) not in self.model:
            with pytest.raises(NotFoundError):
                self.run(call)
            return
        self.run(call)
        self.model[user, name].title = title

    @rule(user=USERS, name=IDS, turns=st.integers(1, 3))
    def undo(self, user: str, name: str, turns: int) -> None:
        call = self.state.undo(name, turns=turns, user=self.owner(user))
        expected = self.model.get((user, name))
        if expected is None:
            with pytest.raises(NotFoundError):
                self.run(call)
            return
        starts = [place for place, (role, *_) in enumerate(expected.messages) if role == "user"][-turns:]
        version = starts[0] if starts else len(expected.messages)
        assert self.run(call) == version
        if not version:
            del self.model[user, name]
            self.order.remove((user, name))
        elif starts:
            del expected.messages[version:]
            expected.requests = {name: found for name, found in expected.requests.items() if found <= version}
            self.updated((user, name))

    @rule(user=USERS, name=IDS, at=st.integers(1, 6))
    def branch(self, user: str, name: str, at: int) -> None:
        call = self.state.branch(name, at=at, user=self.owner(user))
        expected = self.model.get((user, name))
        if expected is None or at > len(expected.messages):
            with pytest.raises(NotFoundError if expected is None else InvalidInputError):
                self.run(call)
            return
        key = (user, self.run(call))
        self.model[key] = ConversationModel(expected.messages[:at])
        self.updated(key)

    @rule(user=USERS, name=IDS)
    def forget(self, user: str, name: str) -> None:
        existed = self.model.pop((user, name), None) is not None
        assert self.run(self.state.forget(name, user=self.owner(user))) is existed
        self.order = [key for key in self.order if key != (user, name)]

    @rule(user=USERS, query=st.sampled_from(QUERIES), limit=st.integers(1, 30))
    def search(self, user: str, query: str, limit: int) -> None:
        found = self.run(self.state.search(query, user=self.owner(user), limit=limit))
        expected = [
            (time, name, seq, text, conversation.title)
            for (owner, name), conversation in self.model.items()
            if owner == user
            for seq, (_, text, time) in enumerate(conversation.messages, 1)
            if set(plain(query).split()) <= set(plain(text).replace(".", " ").split())
        ]
        assert [
            (hit.message.created_at, hit.conversation_id, hit.message.seq, hit.message.content, hit.title)
            for hit in found
        ] == sorted(expected, reverse=True, key=lambda hit: hit[:3])[:limit]

    @rule()
    def open_again(self) -> None:
        if self.options.keys() & {"redis", "postgres", "sqlite"}:
            self.run(self.state.aclose())
            self.state = AsyncStateManager(**self.options)

    @invariant()
    def lists_agree(self) -> None:
        for user in ("ana", "bob"):
            found = self.run(self.state.conversations(user=self.owner(user)))
            expected = [(key[1], self.model[key]) for key in self.order if key[0] == user]
            assert [(info.id, info.title, info.messages) for info in found] == [
                (name, conversation.title, len(conversation.messages)) for name, conversation in expected
            ]
            for name, conversation in expected:
                messages = self.run(self.state.messages(name, user=self.owner(user)))
                assert [
                    (message.role, message.content, message.created_at) for message in messages
                ] == conversation.messages
                assert [message.seq for message in messages] == list(range(1, len(messages) + 1))


@pytest.mark.parametrize("encryption", [None, Encryption([b"k" * 32])], ids=["plain", "encrypted"])
@pytest.mark.parametrize("stores", [name for name in CONVERSATION_STORES if "+" not in name])
def test_every_store_agrees_with_the_model(stores, encryption, store_options: Callable[[str], dict[str, Any]]):
    """Lists, titles, searches, branches, undo and deletion give the same answers over every store."""

    class Machine(ConversationMachine):
        options = store_options(stores) | {"encryption": encryption}

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
