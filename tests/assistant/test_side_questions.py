"""Questions beside the trip and about offers, through the assistant, in six languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asyncassist import CachedChatbot, TravelAssistant
from asyncassist.testing import FakeClock, FakeOpenAI
from tests.assistant.dialogue_scripts import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

REQUESTS = {
    "en": "I need a flight from Lisbon to London on 12 April",
    "pt": "preciso de um voo de Lisboa para Londres no dia 12 de abril",
    "es": "necesito un vuelo de Lisboa a Londres el 12 de abril",
    "fr": "je cherche un vol de Lisbonne à Londres le 12 avril",
    "de": "ich brauche einen Flug von Lissabon nach London am 12. April",
    "it": "cerco un volo da Lisbona a Londra il 12 aprile",
}
BESIDE_THE_TRIP = {
    "en": (
        "What should I pack for April?",
        "What is worth seeing in London in April?",
        "How do I get from Heathrow to the city?",
        "What is the capital of Portugal?",
        "What is the time difference between Lisbon and London?",
        "What can I see in London in 2 days?",
        "is it cold in London in january",
        "Do I need a visa for Brazil?",
    ),
    "pt": (
        "O que devo levar na mala em abril?",
        "O que vale a pena ver em Londres em abril?",
        "Como chego de Heathrow ao centro?",
        "Qual é a diferença horária entre Lisboa e Londres?",
        "O que posso ver em Londres em 2 dias?",
    ),
    "es": (
        "¿Qué ropa llevo en abril?",
        "¿Cómo llego de Heathrow al centro?",
        "¿Cuál es la capital de Portugal?",
        "¿Qué puedo ver en Londres en 2 días?",
        "¿Hace frío en Londres en enero?",
    ),
    "fr": (
        "Que vaut-il la peine de voir à Londres en avril ?",
        "Comment aller de Heathrow au centre ?",
        "Quel est le décalage horaire entre Lisbonne et Londres ?",
        "Que peut-on voir à Londres en 2 jours ?",
        "Fait-il froid à Londres en janvier ?",
    ),
    "de": (
        "Was soll ich für April einpacken?",
        "Wie komme ich von Heathrow in die Stadt?",
        "Was ist die Hauptstadt von Portugal?",
        "Was kann man in London in 2 Tagen sehen?",
        "Ist es im Januar kalt in London?",
    ),
    "it": (
        "Cosa devo mettere in valigia ad aprile?",
        "Come arrivo da Heathrow in centro?",
        "Qual è la capitale del Portogallo?",
        "Cosa posso vedere a Londra in 2 giorni?",
        "Fa freddo a Londra a gennaio?",
    ),
}
ABOUT_AN_OFFER = {
    "en": (
        "is the second one refundable?",
        "Which terminal does the second one use?",
        "can I change the first one later?",
    ),
    "pt": ("o segundo é reembolsável?", "de que terminal sai o primeiro?"),
    "es": ("¿el segundo es reembolsable?", "¿El primero permite cambios?"),
    "fr": ("le deuxième est-il remboursable ?", "de quel terminal part le premier ?"),
    "de": ("ist der zweite erstattungsfähig?", "Von welchem Terminal geht der erste?"),
    "it": ("il secondo è rimborsabile?", "il primo da quale terminal parte?"),
}
CHOICES = {
    "en": ("and the second one?", "could I take the second one?"),
    "pt": ("e o segundo?", "posso ficar com o segundo?"),
    "es": ("¿y el segundo?", "¿puedo tomar el segundo?"),
    "fr": ("et le deuxième ?", "je peux prendre le deuxième ?"),
    "de": ("und der zweite?", "kann ich den zweiten nehmen?"),
    "it": ("e il secondo?", "posso prendere il secondo?"),
}


@pytest.fixture
async def assistant() -> AsyncIterator[TravelAssistant]:
    """An assistant whose chatbot always gives the same answer."""
    clock = FakeClock(NOW.timestamp())
    async with (
        FakeOpenAI(answer="Somebody there knows.") as server,
        CachedChatbot(model="m", base_url=server.base_url, api_key="k", now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        yield assistant


@pytest.mark.parametrize("language", REQUESTS)
async def test_question_beside_the_trip_changes_nothing(assistant: TravelAssistant, language: str):
    """It goes to the chatbot, whatever months, places and numbers it names; the trip and its list stay."""
    for question in BESIDE_THE_TRIP[language]:
        trip = await assistant.reply(REQUESTS[language])
        answer = await assistant.reply(question, session_id=trip.session_id)
        picked = await assistant.reply("2", session_id=trip.session_id)

        assert trip.offers
        assert (answer.source, answer.text) == ("model", "Somebody there knows."), question
        assert dict(answer.slots) == dict(trip.slots), question
        assert picked.chosen == trip.offers[1]


@pytest.mark.parametrize("language", REQUESTS)
async def test_question_about_an_offer_chooses_nothing(assistant: TravelAssistant, language: str):
    """What is not known of the offer goes to the chatbot; without one, the reply says that it is not known."""
    for question in ABOUT_AN_OFFER[language]:
        trip = await assistant.reply(REQUESTS[language])
        answer = await assistant.reply(question, session_id=trip.session_id)

        assert (answer.source, answer.chosen) == ("model", None), question
        assert dict(answer.slots) == dict(trip.slots), question
    async with TravelAssistant(now=FakeClock(NOW.timestamp())) as plain:
        trip = await plain.reply(REQUESTS[language])
        answer = await plain.reply(ABOUT_AN_OFFER[language][0], session_id=trip.session_id)
    assert (answer.source, answer.chosen, answer.degraded) == ("rules", None, False)


@pytest.mark.parametrize("language", REQUESTS)
async def test_request_in_the_form_of_a_question_chooses(assistant: TravelAssistant, language: str):
    """ "And the second one?" and "could I take the second one?" are no questions about it."""
    for request in CHOICES[language]:
        trip = await assistant.reply(REQUESTS[language])
        answer = await assistant.reply(request, session_id=trip.session_id)

        assert answer.chosen == trip.offers[1], request


async def test_greeting_before_a_question_beside_the_trip_is_no_greeting(assistant: TravelAssistant):
    """The question is what counts; with a slot beside it, the slot is."""
    asked = await assistant.reply("a flight from Lisbon on 12 April")
    greeted = await assistant.reply("Hi! Is it cold in Rome in January?", session_id=asked.session_id)
    filled = await assistant.reply("London, sorry. is it warm there in winter?", session_id=asked.session_id)

    assert greeted.source == "model"
    assert greeted.missing == ("destination",)
    assert filled.slots["destination"].code == "LON"


async def test_question_about_bags_is_answered_from_the_tables(assistant: TravelAssistant):
    """Also if it names an offer."""
    trip = await assistant.reply(REQUESTS["en"])
    answer = await assistant.reply("does the first one include a checked bag?", session_id=trip.session_id)

    assert "bag" in answer.text
    assert (answer.source, answer.chosen) == ("rules", None)
