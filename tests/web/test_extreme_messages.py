"""Messages with extreme values over HTTP, to the assistant and to the chatbot."""

from __future__ import annotations

import random

import pytest

from asyncassist import CachedChatbot, TravelAssistant
from asyncassist.web import Service, WebSettings
from tests.assistant.extreme_messages import extreme_conversation
from tests.web.components import post, read


@pytest.mark.parametrize(("path", "id_name"), [("/chat", "session_id"), ("/api/async/chatbot", "conversation_id")])
async def test_no_message_ends_in_a_5xx(path: str, id_name: str):
    """Whatever a conversation holds, each message gets a reply, also from the chatbot's fallback."""
    rng = random.Random(path)
    settings = WebSettings(rate_limit=0)
    async with (
        CachedChatbot(model="offline") as chatbot,
        TravelAssistant(chatbot=chatbot) as assistant,
        Service(assistant=assistant, settings=settings) as service,
    ):
        for _ in range(60):
            known: dict[str, str] = {}
            for message in extreme_conversation(rng):
                response = await service.handle(post(path, {"message": message, **known}))
                answer = read(response)

                assert response.status == 200, (message, answer)
                known = {id_name: answer[id_name]}
