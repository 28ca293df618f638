"""The clients that others wrote read every turn: answers, offers, errors, in six languages."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import openai
import pytest

if TYPE_CHECKING:
    from tests.web.example_apps import App

TURNS = [
    "Flights from Lisbon to Paris next Friday for two",
    "Voos de Lisboa para Paris na próxima sexta",
    "Vuelos de Madrid a Roma mañana",
    "Vols de Paris à Rome demain",
    "Flüge von Berlin nach Rom morgen",
    "Voli da Roma a Berlino domani",
    "hello",
    "hallo",
    "ciao",
    "what is 2 + 2?",
    "",  # refused
]


@pytest.mark.timeout(300)
def test_clients_of_npm_read_every_turn(app: App):
    """OpenAI's client, the AI SDK's transport and reader, and AG-UI's agent: the same text, and no error of a schema."""
    command = ["node", str(Path(__file__).with_name("judges.mjs")), f"http://127.0.0.1:{app.port}", json.dumps(TURNS)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    assert found["resumed"] is None
    for number, text in enumerate(TURNS):
        of_openai, of_ai_sdk, of_ag_ui = (found[name][number] for name in ("openai", "ai-sdk", "ag-ui"))
        if not text:
            assert of_openai == {"error": "invalid-input", "status": 422}
            assert "error" in of_ai_sdk
            assert "error" in of_ag_ui
            continue
        assert of_openai["whole"] == of_openai["streamed"] == of_ai_sdk["text"] == of_ag_ui["text"]
        assert of_openai["whole"]
        assert of_ai_sdk["errors"] == []
        assert of_ai_sdk["offers"] == of_ag_ui["offers"] == (5 if number < 6 else 0)
        assert of_ag_ui["intent"]


def test_client_of_python_reads_every_turn(app: App):
    """Completions, streams, errors and the list of models."""
    with openai.OpenAI(base_url=f"http://127.0.0.1:{app.port}/v1", api_key="none", max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["asyncassist"]
        for text in TURNS[:-1]:
            messages = [{"role": "user", "content": text}]
            whole = client.chat.completions.create(model="asyncassist", messages=messages)
            stream = client.chat.completions.create(model="asyncassist", messages=messages, stream=True)
            pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
            assert whole.choices[0].message.content == "".join(pieces)
        with pytest.raises(openai.UnprocessableEntityError) as caught:
            client.chat.completions.create(model="asyncassist", messages=[])
        assert caught.value.param == "messages"
