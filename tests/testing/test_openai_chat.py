"""FakeOpenAI's Chat Completions: shapes by the SDK's own types."""

from __future__ import annotations

from typing import Any

from openai.types.chat import ChatCompletion, ChatCompletionChunk

from asyncassist.testing import FakeAnswer
from asyncassist.testing._openai_chat import ChatCompletions, count_words, split_text

BODY: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "one two"}],
    "stream_options": {"include_usage": True},
}
CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_completions_and_chunks_are_valid():
    """Texts, refusals, calls and usage; the deltas are marked."""
    api = ChatCompletions(reasoning_models=())
    for answer, deltas in (
        (FakeAnswer(text="a b", cached_tokens=1), 2),
        (FakeAnswer(refusal="no"), 1),
        (FakeAnswer(tool_calls=[CALL, CALL], usage=False), 2),
    ):
        whole = ChatCompletion.model_validate(api.render(BODY, answer))
        events = list(api.stream(BODY, answer))
        chunks = [ChatCompletionChunk.model_validate_json(data.removeprefix(b"data: ").strip()) for _, data in events]

        assert sum(is_delta for is_delta, _ in events) == deltas
        assert (whole.usage is None) is (chunks[-1].usage is None) is (not answer.usage)
        if answer.cached_tokens:
            assert whole.usage is not None
            assert whole.usage.prompt_tokens_details is not None
            assert whole.usage.prompt_tokens_details.cached_tokens == 1


def test_words_stand_for_tokens():
    """A text is split so that its words joined are the text."""
    assert split_text("a  b") == ["a", " ", " b"]
    assert split_text("") == []
    assert count_words("a b", None, "c") == 3
