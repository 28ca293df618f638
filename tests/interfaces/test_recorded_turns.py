"""Two hundred recorded turns in each further protocol: the same bytes from both frameworks, read by each reference client."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest

from asyncassist.errors import BudgetExceededError, BusyError, ConnectError, ConversationBusyError
from asyncassist.web.turn_log.log import owner_of
from tests.web.components import FakeAssistant, post, service_of
from tests.web.example_apps import App
from tests.web.upstream import KEY, Upstream

if TYPE_CHECKING:
    pass

Recorded = dict[str, dict[str, Any]]

CITIES = [("Lisbon", "Paris"), ("Madrid", "Rome"), ("Berlin", "London"), ("Porto", "Munich")]
SEARCHES = [
    "Flights from {0} to {1} next Friday for two",
    "Voos de {0} para {1} na próxima sexta",
    "Vuelos de {0} a {1} mañana por la mañana",
    "Vols de {0} à {1} demain, sans escale",
    "Flüge von {0} nach {1} morgen unter 300 Euro",
    "Voli da {0} a {1} domani, solo ITA",
]
TALK = [
    "hello", "olá", "hola", "bonjour", "hallo", "ciao", "thanks a lot", "obrigado", "gracias", "merci", "danke", "grazie",
    "help", "ajuda", "ayuda", "aide", "Hilfe", "aiuto", "I want to fly to Rome", "Quero voar para Lisboa",
    "Quiero volar a Madrid", "Je veux aller à Paris", "Ich will nach Berlin", "Voglio andare a Roma",
    "Is there a lounge at the airport?", "Can I take my dog?", "Quanto pesa a bagagem?", "¿Puedo cambiar el vuelo?",
    "Où est mon vol ?", "Wie viel Gepäck darf ich mitnehmen?", "Posso portare il cane?", "\U0001f600", "<b>hi</b>",
    "a\nb", "\u05e9\u05dc\u05d5\u05dd", "from Atlantis to Eldorado", "yesterday", "one way", "0", "stop",
]  # fmt: skip
SIDE = [f"what is {number} + {number}?" for number in range(2, 52)]
# The model calls the tool whose name ends the question.
TOOLS = [f"{question} recall {name}" for question in SIDE[:15] for name in ("office_hours", "no_such_tool")]
REFUSED = ["", " \u200b ", *("x" * length for length in range(4001, 4009))]
MESSAGES = [
    *(search.format(*pair) for pair in CITIES for search in SEARCHES), *TALK, *SIDE, *TOOLS, *REFUSED,
]  # fmt: skip
ERRORS = [
    ConnectError("hush"),
    BusyError("hush"),
    ConversationBusyError("hush"),
    BudgetExceededError("hush"),
    OSError(),
]
WORDS = ["one", "one two", "eins zwei drei"]

# Ids, times, and the heartbeats of a slow moment.
_VARYING = re.compile(rb'[0-9a-f]{32}|"created":\d+|"instance":"[^"]*"|: beat *\n\n')


def bodies(number: int, message: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return path and body of a turn by protocol; each is a conversation of its own."""
    turn = f"a-turn-that-nobody-guesses-{number}"
    messages = [{"id": "m", "role": "user", "content": message, "parts": [{"type": "text", "text": message}]}]
    completion = {"model": "asyncassist", "messages": messages}
    return {
        "whole": ("/v1/chat/completions", completion),
        "streamed": ("/v1/chat/completions", {**completion, "stream": True}),
        "ai-sdk": ("/ui/chat", {"id": turn, "messages": messages}),
        "ag-ui": ("/ag-ui", {"threadId": turn, "runId": "r", "messages": messages}),
    }


def record(app: App) -> list[Recorded]:
    """Return the responses of an app to each message."""

    def turn(numbered: tuple[int, str]) -> Recorded:
        found = {}
        for name, (path, body) in bodies(*numbered).items():
            answer = app.ask("POST", path, body)
            found[name] = recorded(answer.status, answer.headers["content-type"], answer.body)
        return found

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(turn, enumerate(MESSAGES)))


def recorded(status: int, media_type: str, body: bytes) -> dict[str, Any]:
    return {"status": status, "type": media_type, "body": body.decode()}


@pytest.fixture(scope="module")
def turns() -> dict[str, list[Recorded]]:
    """The turns of each framework, with a model that calls tools."""
    settings = {
        "OPENAI_API_KEY": KEY, "ASYNCASSIST_MODEL": "m", "ASYNCASSIST_INTERFACES": "openai,ai-sdk,ag-ui",
        "TZ": "UTC",
    }  # fmt: skip
    found = {}
    with Upstream() as upstream:
        for kind in ("fastapi", "flask"):
            with App(kind, OPENAI_BASE_URL=f"{upstream.url}/v1", **settings) as app:
                found[kind] = record(app)
    return found


class _Assistant(FakeAssistant):
    """Assistant that says which session it serves."""

    session_id = ""

    async def reply(self, message: str, **facts: Any) -> Any:
        self.session_id = facts["session_id"]
        return await super().reply(message, **facts)

    def stream(self, message: str, **facts: Any) -> Any:
        self.session_id = facts["session_id"]
        return super().stream(message, **facts)


async def broken_turn(number: int) -> Recorded:
    """Return a turn that fails, is interrupted or is stopped after a word."""
    found = {}
    ending = number % (len(ERRORS) + 2)
    for name, (path, body) in bodies(number, WORDS[number % len(WORDS)]).items():
        assistant = _Assistant()
        if ending < len(ERRORS):
            assistant.error = ERRORS[ending]
        else:
            assistant.release = asyncio.Event()
        async with service_of(assistant, interfaces=("openai", "ai-sdk", "ag-ui")) as service:
            handling = asyncio.ensure_future(service.handle(post(path, body)))
            if ending >= len(ERRORS):
                while not assistant.running:
                    await asyncio.sleep(0)
                if ending == len(ERRORS):
                    await service.turn_log.interrupt_all()
                else:
                    await service.turn_log.stop(owner_of(None, assistant.session_id))
            response = await handling
            raw = response.body
            if not isinstance(raw, bytes):
                raw = b"".join([piece async for piece in raw])
        found[name] = recorded(response.status, response.header("content-type") or "", raw)
    return found


@pytest.mark.timeout(600)
def test_both_frameworks_send_the_same_bytes(turns: dict[str, list[Recorded]]):
    """Ids, times and heartbeats aside."""
    for message, one, other in zip(MESSAGES, turns["fastapi"], turns["flask"], strict=True):
        for name in one:
            bytes_of = [_VARYING.sub(b"", answer[name]["body"].encode()) for answer in (one, other)]
            assert bytes_of[0] == bytes_of[1], (message[:60], name)
            assert one[name]["status"] == other[name]["status"]


@pytest.mark.timeout(600)
async def test_every_client_reads_every_turn(turns: dict[str, list[Recorded]], tmp_path: Path):
    """No error of a schema: what fails is the error that the service sent, and all protocols have one text."""
    broken = [await broken_turn(number) for number in range(200 - len(MESSAGES))]
    recordings = [*turns["flask"], *broken]
    file = tmp_path / "turns.json"
    file.write_text(json.dumps(recordings), encoding="utf-8")
    command = ["node", str(Path(__file__).with_name("recorded.mjs")), str(file)]

    ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True, text=True)

    found = json.loads(ran.stdout)
    assert len(found) == len(recordings) == 200
    for number, (turn, read) in enumerate(zip(recordings, found, strict=True)):
        read["python"], read["python-streamed"] = await asyncio.to_thread(read_by_python, turn)
        if number >= len(MESSAGES):
            check_broken(turn, read)
        elif MESSAGES[number] in REFUSED:
            check_refused(read)
        else:
            check_whole(read, MESSAGES[number])


def read_by_python(turn: Recorded) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what OpenAI's client of Python reads, in the form of the others."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        found = turn["streamed" if json.loads(request.content).get("stream") else "whole"]
        return httpx2.Response(found["status"], headers={"content-type": found["type"]}, text=found["body"])

    def read(*, stream: bool) -> dict[str, Any]:
        messages: Any = [{"role": "user", "content": "x"}]
        try:
            reply: Any = client.chat.completions.create(model="asyncassist", messages=messages, stream=stream)
            if not stream:
                return {"text": reply.choices[0].message.content}
            return {"text": "".join(chunk.choices[0].delta.content or "" for chunk in reply)}
        except openai.APIError as error:
            return {"error": error.message, "status": getattr(error, "status_code", None)}

    with (
        httpx2.Client(transport=httpx2.MockTransport(answer)) as http,
        openai.OpenAI(base_url="http://recorded.example/v1", api_key="none", max_retries=0, http_client=http) as client,
    ):
        return read(stream=False), read(stream=True)


def check_whole(read: dict[str, Any], message: str) -> None:
    """Check what the clients read of a turn that succeeds."""
    texts = {name: one.get("text") for name, one in read.items()}
    assert len(set(texts.values())) == 1, (message, read)
    assert texts["whole"]
    for name in ("ai-sdk", "ag-ui"):
        assert read[name]["errors"] == []
    assert read["ai-sdk"]["offers"] == read["ag-ui"]["offers"]
    if message in TOOLS:
        tool = message.rpartition(" ")[2]
        state = "output-available" if tool == "office_hours" else "output-error"
        assert read["ai-sdk"]["tools"] == [[tool, state]]
        assert len(read["ag-ui"]["tools"]) == 1
    else:
        assert read["ai-sdk"]["tools"] == read["ag-ui"]["tools"] == []


def check_refused(read: dict[str, Any]) -> None:
    """Check what the clients read of a message that is refused before its turn."""
    assert all("error" in one for one in read.values()), read
    assert {read[name]["status"] for name in ("whole", "streamed", "python", "python-streamed", "ag-ui")} == {422}


def check_broken(turn: Recorded, read: dict[str, Any]) -> None:
    """Check what the clients read of a turn that fails."""
    last = json.loads(turn["ag-ui"]["body"].split("data: ")[-1])
    assert last["type"] == "RUN_ERROR"
    assert read["ag-ui"]["errors"] == [last["message"]]
    assert read["ai-sdk"]["errors"] == ([] if last["code"] == "stopped" else [last["message"]])
    for name in ("whole", "streamed", "python", "python-streamed"):
        assert last["message"] in read[name]["error"], (name, read)
    assert "hush" not in str(turn)
