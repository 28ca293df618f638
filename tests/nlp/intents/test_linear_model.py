"""Linear intent model: features, probabilities, and the packaged weights."""

from __future__ import annotations

import pytest

from asyncassist.nlp.intents.linear_model import CLASSES, IntentModel, extract_features, intent_model


def test_features_are_words_and_pairs():
    """Numbers become "#", apostrophes vanish, and the ends of the text are marked in the pairs."""
    assert extract_features("I've 2 bags") == ["ive", "#", "bags", "< ive", "ive #", "# bags", "bags >"]


def test_features_of_a_long_text_are_bounded():
    """Only the first 60 tokens count."""
    assert extract_features("a " * 1000) == extract_features("a " * 60)


def test_probability_is_the_softmax_of_the_scores():
    """Without a known feature all classes are equally likely; a weight raises its class."""
    weights = {"hi": [50 if name == "greeting" else 0 for name in CLASSES]}
    model = IntentModel({"scale": 10, "bias": [0] * len(CLASSES), "weights": weights})

    name, probability = model.classify("hi")

    assert name == "greeting"
    assert probability == pytest.approx(0.943, abs=0.001)
    assert model.classify("xyz") == (CLASSES[0], pytest.approx(1 / len(CLASSES)))


@pytest.mark.parametrize(
    ("text", "intent"),
    [("hello there", "greeting"), ("thank you so much", "thanks"), ("goodbye", "goodbye"), ("", "unknown"),
     ("what's the weather", "unknown")],
)  # fmt: skip
def test_packaged_model_knows_plain_phrases(text, intent):
    """The shipped weights classify typical English phrases; the model is loaded once."""
    assert intent_model().classify(text)[0] == intent
    assert intent_model() is intent_model()
