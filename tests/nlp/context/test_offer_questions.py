"""Questions about an offered flight: their entities are not slots of a new search."""

from __future__ import annotations

from asyncassist.nlp.context.offer_questions import QuestionSpans
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import extract


def test_questions_about_an_offer_give_no_slots():
    """After a message of the assistant such a question gives no slots; a new search does."""
    offer = "I found a flight for $200 that leaves at 5 pm."

    assert not extract("When does it arrive in Rome?", previous=offer)
    assert not extract("Is it economy? Is this for two people?", previous=offer)
    assert not extract("Will it arrive the next day?", previous=offer)
    assert "destination" in extract("Can you find flights to Rome?", previous=offer)
    assert "passengers" not in extract("I need a hotel for two people in Rome")
    assert "airline" not in extract("The Air Canada flight sounds good", previous=offer)
    assert "cabin" not in extract("business or economy, either is fine")


def test_only_replies_to_the_assistant_are_questions_about_an_offer():
    """At the start of a conversation the same words are a request."""
    text = TokenizedText.from_text("When does it arrive in Rome?")

    assert QuestionSpans(text, "I found a flight.").ignored_place_tokens == set(range(7))
    assert QuestionSpans(text, None).ignored_place_tokens == set()


def test_each_sentence_is_decided_on_its_own():
    """A sentence about a hotel is ignored, the request after it is not."""
    text = TokenizedText.from_text("I need a hotel in Rome. Fly me to Paris.")

    assert QuestionSpans(text, None).ignored_place_tokens == set(range(7))


def test_a_sentence_about_a_hotel_and_a_flight_keeps_its_places():
    """The places of a sentence that also mentions flying are slots, its numbers are not."""
    questions = QuestionSpans(TokenizedText.from_text("book a hotel and a flight to Rome"), None)

    assert questions.ignored_place_tokens == set()
    assert questions.ignored_detail_tokens == set(range(8))


def test_a_question_about_the_cabin_leaves_places_alone():
    """Only a question about arriving or leaving makes its places part of the offer."""
    questions = QuestionSpans(TokenizedText.from_text("Is it economy?"), "I found a flight.")

    assert questions.ignored_place_tokens == set()
    assert questions.ignored_detail_tokens == set(range(4))
