"""System prompt of the chatbot within the assistant."""

from __future__ import annotations

import pytest

from asyncassist._chat.prompt import render_context
from asyncassist.assistant import output_guard
from asyncassist.assistant.prompt import CONTEXT_PREFIX, system_prompt


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "English"),
        ("pt", "Portuguese"),
        ("es", "Spanish"),
        ("fr", "French"),
        ("de", "German"),
        ("it", "Italian"),
        ("qqq", "qqq"),
    ],
)
def test_prompt_names_the_language(language: str, name: str):
    """The prompt names the language in English, or by its code if it has no name."""
    assert f"Answer in {name}," in system_prompt(language)


def test_context_prefix_precedes_the_context():
    """The prefix is what the chatbot puts before the context, without any of the data."""
    context = render_context({"language": "en", "slots": {"origin": "LIS"}})

    assert context.startswith(CONTEXT_PREFIX + "{")
    assert "LIS" not in CONTEXT_PREFIX


def test_prompt_and_prefix_are_long_enough_to_be_guarded():
    """A model's text that repeats the prompt or the context prefix is rejected as a leak."""
    prompt = system_prompt("en")

    for secret in (prompt, CONTEXT_PREFIX):
        assert output_guard.rejection_reason(secret, prompts=(prompt, CONTEXT_PREFIX), facts={}) == "prompt"
