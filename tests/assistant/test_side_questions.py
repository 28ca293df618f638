"""Questions beside the trip and about offers, through the assistant, in every language."""

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
    "nl": "ik zoek een vlucht van Lissabon naar Londen op 12 april",
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
    "nl": (
        "Wat moet ik inpakken voor april?",
        "Hoe kom ik van Heathrow in de stad?",
        "Wat is de hoofdstad van Portugal?",
        "Wat is er in Londen in 2 dagen te zien?",
        "Is het in januari koud in Londen?",
    ),
}
REFUNDABLE = {
    "en": "is the second one refundable?",
    "pt": "o segundo é reembolsável?",
    "es": "¿el segundo es reembolsable?",
    "fr": "le deuxième est-il remboursable ?",
    "de": "ist der zweite erstattungsfähig?",
    "it": "il secondo è rimborsabile?",
    "nl": "is de tweede terugbetaalbaar?",
}
UNKNOWN_OF_AN_OFFER = {
    "en": ("Which terminal does the second one use?", "is there wifi on the first one?"),
    "pt": ("de que terminal sai o primeiro?", "tem wifi a bordo do segundo?"),
    "es": ("¿de qué terminal sale el primero?", "¿hay wifi a bordo?"),
    "fr": ("de quel terminal part le premier ?", "il y a le wifi à bord ?"),
    "de": ("Von welchem Terminal geht der erste?", "gibt es WLAN an Bord?"),
    "it": ("il primo da quale terminal parte?", "c'è il wifi a bordo?"),
    "nl": ("Van welke terminal vertrekt de eerste?", "is er wifi aan boord?"),
}
MENTIONS = {
    "en": "and the second one?",
    "pt": "e o segundo?",
    "es": "¿y el segundo?",
    "fr": "et le deuxième ?",
    "de": "und der zweite?",
    "it": "e il secondo?",
    "nl": "en de tweede?",
}
CHOICES = {
    "en": ("I'll take the second one", "could I take the second one?", "2"),
    "pt": ("fico com o segundo", "posso ficar com o segundo?", "2"),
    "es": ("me quedo con el segundo", "¿puedo tomar el segundo?", "2"),
    "fr": ("je prends le deuxième", "je peux prendre le deuxième ?", "2"),
    "de": ("ich nehme den zweiten", "kann ich den zweiten nehmen?", "2"),
    "it": ("prendo il secondo", "posso prendere il secondo?", "2"),
    "nl": ("ik neem de tweede", "kan ik de tweede nemen?", "2"),
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
async def test_question_about_an_offer_is_answered_from_its_data(assistant: TravelAssistant, language: str):
    """Its rules are known: the answer names the flight, chooses nothing, and the model is not asked."""
    trip = await assistant.reply(REQUESTS[language])
    answer = await assistant.reply(REFUNDABLE[language], session_id=trip.session_id)
    picked = await assistant.reply(CHOICES[language][0], session_id=trip.session_id)

    assert trip.offers[1].itineraries[0].segments[0].flight in answer.text
    assert (answer.source, answer.chosen, answer.offers) == ("rules", None, ())
    assert dict(answer.slots) == dict(trip.slots)
    assert picked.chosen == trip.offers[1]


@pytest.mark.parametrize("language", REQUESTS)
async def test_question_about_an_offer_chooses_nothing(assistant: TravelAssistant, language: str):
    """What is not known of the offer goes to the chatbot; without one, the reply says that it is not known."""
    for question in UNKNOWN_OF_AN_OFFER[language]:
        trip = await assistant.reply(REQUESTS[language])
        answer = await assistant.reply(question, session_id=trip.session_id)

        assert (answer.source, answer.chosen) == ("model", None), question
        assert dict(answer.slots) == dict(trip.slots), question
    async with TravelAssistant(now=FakeClock(NOW.timestamp())) as plain:
        trip = await plain.reply(REQUESTS[language])
        answer = await plain.reply(UNKNOWN_OF_AN_OFFER[language][0], session_id=trip.session_id)
    assert (answer.source, answer.chosen, answer.degraded) == ("rules", None, False)


@pytest.mark.parametrize("language", REQUESTS)
async def test_only_a_verb_of_choosing_or_a_number_chooses(assistant: TravelAssistant, language: str):
    """ "And the second one?" describes it."""
    trip = await assistant.reply(REQUESTS[language])
    described = await assistant.reply(MENTIONS[language], session_id=trip.session_id)
    for request in CHOICES[language]:
        answer = await assistant.reply(request, session_id=trip.session_id)

        assert answer.chosen == trip.offers[1], request
        trip = await assistant.reply(REQUESTS[language])

    assert described.chosen is None
    assert trip.offers[1].itineraries[0].segments[0].flight in described.text


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
