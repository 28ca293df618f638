"""Responses as OpenAI sends them: a response with its output items, and the events of a stream in their order."""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING, Any

from asyncassist.testing._openai_chat import count_words, split_text
from asyncassist.testing._openai_refusals import refuse_input, refuse_responses_params

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncassist.testing._openai_refusals import Refusal
    from asyncassist.testing._openai_script import FakeAnswer, FakeFault

_INCOMPLETE_REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}


class Responses:
    """Renders answers as responses."""

    name = "responses"
    broken_body = b'{"id": "fake", "object": "response", "output": [{"ty'
    end_of_stream = b""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def refuse(self, body: Mapping[str, Any]) -> Refusal | None:
        """Return the provider's refusal of a request; None for none."""
        return refuse_responses_params(body) or refuse_input(body)

    def render(self, body: Mapping[str, Any], answer: FakeAnswer) -> dict[str, Any]:
        """Return the response to a request without streaming."""
        return self._finish(self._begin(body, answer), body, answer, self._output(body, answer))

    def stream(self, body: Mapping[str, Any], answer: FakeAnswer) -> Iterator[tuple[bool, bytes]]:
        """Yield the events of a stream; True stands before those that are deltas of the answer."""
        numbers = itertools.count()

        def event(kind: str, **facts: Any) -> bytes:
            data = {"type": kind, "sequence_number": next(numbers), **facts}
            return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()

        response = self._begin(body, answer)
        yield False, event("response.created", response=response)
        yield False, event("response.in_progress", response=response)
        output = self._output(body, answer)
        for index, item in enumerate(output):
            begun = {**item, **_EMPTY_MEMBERS.get(item["type"], {}), "status": "in_progress"}
            yield False, event("response.output_item.added", output_index=index, item=begun)
            place = {"item_id": item["id"], "output_index": index}
            if item["type"] == "message":
                for is_delta, kind, facts in _part_events(item["content"][0]):
                    yield is_delta, event(kind, **place, content_index=0, **facts)
            elif item["type"] == "function_call":
                arguments = item["arguments"]
                yield True, event("response.function_call_arguments.delta", **place, delta=arguments)
                name = item["name"]
                yield False, event("response.function_call_arguments.done", **place, name=name, arguments=arguments)
            yield False, event("response.output_item.done", output_index=index, item=item)
        whole = self._finish(response, body, answer, output)
        if answer.finish_reason is not None:
            yield False, event(f"response.{whole['status']}", response=whole)

    def error_event(self, fault: FakeFault) -> bytes:
        """Return the event of an error in the stream."""
        data = {"type": "error", "code": fault.code, "message": "an injected fault", "param": None}
        return f"event: error\ndata: {json.dumps(data)}\n\n".encode()

    def _begin(self, body: Mapping[str, Any], answer: FakeAnswer) -> dict[str, Any]:
        """Return a response that has no output yet."""
        return {
            "id": f"resp_fake_{next(self._ids)}",
            "object": "response",
            "created_at": int(time.time()),
            "status": "in_progress",
            "error": None,
            "incomplete_details": None,
            "instructions": body.get("instructions"),
            "model": answer.model or body.get("model"),
            "output": [],
            "parallel_tool_calls": body.get("parallel_tool_calls", True),
            "previous_response_id": None,
            "store": body.get("store", True),
            "text": body.get("text", {"format": {"type": "text"}}),
            "tool_choice": body.get("tool_choice", "auto"),
            "tools": body.get("tools", []),
            "usage": None,
        }

    def _finish(
        self, response: Mapping[str, Any], body: Mapping[str, Any], answer: FakeAnswer, output: list[dict[str, Any]]
    ) -> dict[str, Any]:
        reason = _INCOMPLETE_REASONS.get(answer.finish_reason or "")
        status = "completed" if reason is None else "incomplete"
        return {
            **response,
            "status": None if answer.finish_reason is None else status,
            "incomplete_details": None if reason is None else {"reason": reason},
            "output": output,
            "usage": _usage(body, answer) if answer.usage else None,
        }

    def _output(self, body: Mapping[str, Any], answer: FakeAnswer) -> list[dict[str, Any]]:
        """Return the output items: reasoning, then the message, then the calls."""
        number = next(self._ids)
        is_included = "reasoning.encrypted_content" in (body.get("include") or ())
        items: list[dict[str, Any]] = [
            {
                "id": f"rs_fake_{number}_{index}",
                "type": "reasoning",
                "summary": [],
                **({"encrypted_content": content} if is_included else {}),
            }
            for index, content in enumerate(answer.reasoning)
        ]
        if answer.refusal is not None or answer.text or not answer.tool_calls:
            part = (
                {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
                if answer.refusal is None
                else {"type": "refusal", "refusal": answer.refusal}
            )
            status = "incomplete" if answer.finish_reason in _INCOMPLETE_REASONS else "completed"
            message = {"type": "message", "role": "assistant", "status": status, "content": [part]}
            items.append({"id": f"msg_fake_{number}", **message})
        for index, call in enumerate(answer.tool_calls):
            function = call["function"]
            facts = {"call_id": call.get("id"), "name": function["name"], "arguments": function["arguments"]}
            items.append({"id": f"fc_fake_{number}_{index}", "type": "function_call", "status": "completed", **facts})
        return items


_EMPTY_MEMBERS: dict[str, dict[str, Any]] = {"message": {"content": []}, "function_call": {"arguments": ""}}


def _part_events(part: Mapping[str, Any]) -> Iterator[tuple[bool, str, dict[str, Any]]]:
    """Yield kind and facts of the events of a message's one part."""
    is_text = part["type"] == "output_text"
    member = "text" if is_text else "refusal"
    kind = "response.output_text" if is_text else "response.refusal"
    yield False, "response.content_part.added", {"part": {**part, member: ""}}
    for delta in split_text(part["text"]) if is_text else [part["refusal"]]:
        yield True, f"{kind}.delta", {"delta": delta, **({"logprobs": []} if is_text else {})}
    yield False, f"{kind}.done", {member: part[member], **({"logprobs": []} if is_text else {})}
    yield False, "response.content_part.done", {"part": part}


def _usage(body: Mapping[str, Any], answer: FakeAnswer) -> dict[str, Any]:
    items = body.get("input") or ()
    texts = [items] if isinstance(items, str) else [item.get("content") or item.get("output") for item in items]
    sent, answered = count_words(*texts), count_words(answer.text)
    return {
        "input_tokens": sent,
        "input_tokens_details": {"cached_tokens": answer.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": answered,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": sent + answered,
    }
