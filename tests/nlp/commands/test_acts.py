"""Dialogue acts: sentences, masks, features, and what the models make of examples they were not trained on."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.commands.acts import act_model, mask_entities, sentence_features, split_sentences
from asyncassist.nlp.models import Entity

EXAMPLES = {
    "en": [
        ("so does the price cover a suitcase as well?", "offer.bags"),
        ("hm, and will there be wifi on that flight?", "offer.other"),
        ("do we need to get a visa for that trip?", "topic.documents"),
        ("am I chatting with a robot here?", "identity"),
        ("could you tell me some joke", "joke"),
        ("i need to fly to PLACE on DATE", "trip"),
    ],
    "pt": [
        ("e a mala de porão está incluída no preço?", "offer.bags"),
        ("é preciso visto para lá?", "topic.documents"),
        ("estou a falar com um robô?", "identity"),
    ],
    "es": [
        ("¿y la maleta va incluida en ese precio?", "offer.bags"),
        ("¿hace falta visado para entrar?", "topic.documents"),
        ("¿estoy hablando con una máquina?", "identity"),
    ],
    "fr": [
        ("et la valise est comprise dans le prix ?", "offer.bags"),
        ("faut-il un visa pour y aller ?", "topic.documents"),
        ("est-ce que je parle à un robot ?", "identity"),
    ],
    "de": [
        ("ist denn ein Koffer im Preis enthalten?", "offer.bags"),
        ("brauchen wir dort ein Visum?", "topic.documents"),
        ("rede ich hier mit einem Roboter?", "identity"),
    ],
    "it": [
        ("e la valigia è inclusa nel prezzo?", "offer.bags"),
        ("serve il visto per entrare?", "topic.documents"),
        ("sto parlando con una macchina?", "identity"),
    ],
    "nl": [
        ("en zit er een koffer bij die prijs in?", "offer.bags"),
        ("hebben we daar een visum voor nodig?", "topic.documents"),
        ("ben ik hier met een robot aan het praten?", "identity"),
    ],
}


@pytest.mark.parametrize("code", PACKS)
def test_sentences_are_recognised(code: str):
    """In every language, with a probability that decides."""
    model = act_model(code)
    for text, act in EXAMPLES[code]:
        words = mask_entities(text.replace("PLACE", "place").replace("DATE", "date"), 0, len(text), [])
        words = [{"place": "PLACE", "date": "DATE"}.get(word, word) for word in words]
        found = model.classify(sentence_features(words, question="?" in text))

        assert found.name == act, text
        assert 0.4 <= found.confidence <= 1.0, text


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hi! Is it direct? Thanks", ["Hi!", " Is it direct?", " Thanks"]),
        ("am 4. Dezember um 12.50 Uhr", ["am 4. Dezember um 12.50 Uhr"]),
        ("?!...", []),
        ("one\ntwo", ["one", "two"]),
    ],
)
def test_sentences_are_split(text: str, sentences: list[str]):
    """At the marks that end one, not after the number of a day; what has no letter is none."""
    found = list(split_sentences(text))

    assert [text[one.start : one.end] for one in found] == sentences
    assert [one.question for one in found] == ["?" in sentence for sentence in sentences]


def test_entities_stand_for_their_type():
    """The words of a place become one token, numbers another; what lies outside the sentence is left out."""
    text = "no. To New York for 2 on Friday"
    entities = [
        Entity(type="destination", start=7, end=15, text="New York", value=None),
        Entity(type="cabin", start=16, end=19, text="for", value=None),
        Entity(type="date", start=25, end=31, text="Friday", value=None),
    ]

    assert mask_entities(text, 3, len(text), entities) == ["to", "PLACE", "for", "#", "on", "DATE"]


def test_features_are_bounded():
    """A sentence of thousands of words has the features of its first forty."""
    words = mask_entities("word " * 4000, 0, 20_000, [])

    assert len(words) == 40
    assert len(sentence_features(words, question=False)) < 10


def test_questions_about_offers_count_together():
    """The probability is that of all of them; the name is of the likeliest."""
    words = mask_entities("how much is the second one", 0, 26, [])

    assert act_model("en").classify(sentence_features(words, question=True)).confidence > 0.7
