"""Linear intent model: features, table, probabilities, and the packaged weights in all languages."""

from __future__ import annotations

import pytest

from asyncassist.nlp.intents.linear_model import (
    CLASSES,
    IntentModel,
    extract_features,
    intent_model,
    pack_table,
    words_of,
)
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.tokens import TokenizedText

_SEATS = CLASSES.index("seats")


def _classify(text: str) -> str:
    return intent_model().classify(NormalizedText(TokenizedText.from_text(text)).string)[0]


def test_words_are_letters_and_numbers():
    """A word with a digit becomes "#", signs are left out, and only the first 60 tokens count."""
    assert words_of("2 bags , lh400 ?") == ["#", "bags", "#"]
    assert len(words_of("a " * 1000)) == 60


def test_features_are_words_pairs_and_sizes():
    """The ends of the text are marked in the pairs."""
    assert extract_features("my seat", {"my", "seat"}) == {"my", "seat", "< my", "my seat", "seat >", "=2"}


def test_an_unknown_word_counts_by_its_letters():
    """Groups of three letters stand for a word outside the vocabulary, and a feature for how many there are."""
    features = extract_features("my seet", {"my"})

    assert features >= {"my", "my *", "* >", "*1", "~<se", "~see", "~eet", "~et>"}
    assert "*3" in extract_features("a b c d", {"a"})


def test_probability_is_the_softmax_of_the_scores():
    """Without a feature with weights all classes are equally likely; a weight raises its class."""
    weights = {"hi": [5.0 if index == _SEATS else 0.0 for index in range(len(CLASSES))]}
    model = IntentModel(pack_table([0.0] * len(CLASSES), weights, ["hi", "ho"], 20))

    name, probability = model.classify("hi")

    assert len(model) == 2
    assert name == "seats"
    assert probability == pytest.approx(0.908, abs=0.001)
    assert model.classify("ho") == (CLASSES[0], pytest.approx(1 / len(CLASSES)))


def test_weights_beyond_a_byte_are_cut():
    """A weight too large for its byte counts as the largest."""
    weights = {"hi": [100.0, -100.0, *[0.0] * (len(CLASSES) - 2)]}
    model = IntentModel(pack_table([0.0] * len(CLASSES), weights, ["hi"], 20))

    assert model.classify("hi")[0] == CLASSES[0]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("hello there", "greeting"), ("thank you so much", "thanks"), ("goodbye", "goodbye"), ("", "unknown"),
     ("what's the weather", "unknown"), ("una ventanilla por favor", "seats"), ("ein Rollstuhl für Oma", "special_assistance"),
     ("quero cancelar a passagem", "cancel_booking"), ("je veux changer mon billet", "change_booking"),
     ("dov'è la mia carta d'imbarco", "check_in")],
)  # fmt: skip
def test_packaged_model_knows_plain_phrases(text, intent):
    """The shipped weights classify typical phrases of each language; the model is loaded once."""
    assert _classify(text) == intent
    assert intent_model() is intent_model()


@pytest.mark.parametrize(
    ("text", "intent"), [("boarting pas plese", "check_in"), ("windwo seat please", "seats"), ("quiero kancelar mi bilete", "cancel_booking")]
)  # fmt: skip
def test_slips_do_not_hide_an_intent(text, intent):
    """Letters swapped, dropped or confused leave enough of a word to be understood."""
    assert _classify(text) == intent
