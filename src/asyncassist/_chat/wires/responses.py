"""The wire of OpenAI's Responses API, stateless: nothing is stored there, reasoning is carried in the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._cache import json_digest
from asyncassist._chat.completions import (
    MAX_REASONING_CHARS,
    Answer,
    GenerationFailedError,
    MalformedCompletionError,
    check_length,
)
from asyncassist._chat.wires.reading import (
    TOOL_CALL_OVERHEAD,
    DeltaDecoder,
    as_delta,
    as_list,
    as_text,
    call_length,
    check_event,
    get,
    to_dict,
    to_response,
    token_counts,
)
from asyncassist._chat.wires.reasoning import BEFORE_CALL, CarriedReasoning
from asyncassist._chat.wires.responses_params import ENCRYPTED_REASONING, render_params, wants_encrypted_reasoning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Finish reasons of Chat Completions by the reason of an incomplete response; any other reason is its own name.
_FINISH_REASONS = {"max_output_tokens": "length", "max_messages": "length"}
_FINAL_EVENTS = {"response.completed", "response.incomplete", "response.failed"}
_REASONING_EVENTS = {"response.reasoning_summary_text.delta", "response.reasoning_text.delta"}
_USAGE_NAMES = ("input_tokens", "output_tokens")
_TEXT_EVENTS = {"response.output_text.delta", "response.refusal.delta"}


class ResponsesWire:
    """Requests and answers of the Responses API."""

    name = "responses"
    path = "/responses"
    resource = "responses"
    params_type: tuple[str, str] = ("openai.types.responses.response_create_params", "ResponseCreateParamsNonStreaming")

    def render_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters as this wire sends them.

        Raises:
            InvalidInputError: This wire cannot send a parameter.
        """
        return render_params(params)

    def render(
        self,
        model: str,
        messages: Sequence[Mapping[str, Any]],
        params: Mapping[str, Any],
        *,
        stream: bool,
        conversation: tuple[str | None, str] | None = None,
        origin: str = "",
    ) -> dict[str, Any]:
        """Return the body of a request.

        Args:
            model: Name of the model.
            messages: Messages in canonical form, oldest first.
            params: Other parameters.
            stream: Whether the answer is streamed.
            conversation: User and id of the conversation, whose digest tells the provider which requests share a
                prompt prefix; None for none.
            origin: Digest of the backend, which is sent its own reasoning only.

        Raises:
            InvalidInputError: This wire cannot send a parameter.
        """
        items = [item for message in messages for item in _render_message(message, origin)]
        body: dict[str, Any] = {"model": model, "input": items, "store": False, **self.render_params(params)}
        if body["store"] is not True and "include" not in body and wants_encrypted_reasoning(model, body):
            body["include"] = [ENCRYPTED_REASONING]
        if conversation is not None and "prompt_cache_key" not in body:
            body["prompt_cache_key"] = json_digest("prompt cache", *conversation)[:32]
        if stream:
            body["stream"] = True
        else:
            body.pop("stream_options", None)
        return body

    def read(self, response: Any, requested_model: str) -> Answer:
        """Return the answer of a response, see `read_response`."""
        return read_response(response, requested_model)

    def accumulator(self, requested_model: str) -> ResponseAccumulator:
        """Return an accumulator for a stream."""
        return ResponseAccumulator(requested_model)


def _render_message(message: Mapping[str, Any], origin: str) -> Iterator[Mapping[str, Any]]:
    """Yield the input items that stand for a message: reasoning before what it led to, and each call as its own."""
    role, content = message["role"], message.get("content")
    if role == "tool":
        output = content if isinstance(content, str) else _render_content(content)
        yield {"type": "function_call_output", "call_id": message["tool_call_id"], "output": output}
        return
    calls = message.get("tool_calls") or ()
    reasoning = CarriedReasoning(message, origin)
    yield from reasoning.before_text()
    if content or not calls:
        yield {"role": role, "content": content if isinstance(content, str) else _render_content(content)}
    for index, call in enumerate(calls):
        yield from reasoning.before_call(index)
        function = call["function"]
        yield {
            "type": "function_call",
            "call_id": call["id"],
            "name": function["name"],
            "arguments": function["arguments"],
        }


def _render_content(content: Any) -> Any:
    """Return a content of several parts in this wire's form; anything else as it is."""
    return [_render_part(part) for part in content] if isinstance(content, list | tuple) else content


def _render_part(part: Any) -> Any:
    kind = get(part, "type")
    if kind == "text":
        return {"type": "input_text", "text": part["text"]}
    if kind == "image_url":
        image = part["image_url"]
        return {"type": "input_image", "image_url": image["url"], "detail": image.get("detail", "auto")}
    if kind == "file":
        return {"type": "input_file", **part["file"]}
    return part


class _Output:
    """Output items of a response, as they arrive or all at once."""

    def __init__(self) -> None:
        self.calls: dict[Any, Mapping[str, Any]] = {}
        self.reasoning: list[dict[str, Any]] = []
        self._unplaced = 0
        self._reasoning_length = 0

    def add(self, key: Any, item: Any) -> None:
        """Add a complete item that is a call or reasoning; any other is of no interest here.

        Args:
            key: Place of the item in the output.
            item: The item.

        Raises:
            MalformedCompletionError: A member has the wrong type.
            AnswerTooLongError: The reasoning exceeds `MAX_REASONING_CHARS`.
        """
        kind = get(item, "type")
        if kind == "function_call":
            self._place(len(self.calls))
            self.calls[key] = _to_tool_call(item)
        elif kind == "message":
            self._unplaced = len(self.reasoning)
        elif kind == "reasoning" and get(item, "encrypted_content") is not None:
            facts = to_dict(item)
            facts.pop("status", None)  # of the response; no fact of the item
            self._reasoning_length += TOOL_CALL_OVERHEAD + len(as_text(facts["encrypted_content"]))
            self._reasoning_length += sum(len(as_text(get(part, "text"))) for part in as_list(facts.get("summary")))
            check_length(self._reasoning_length, MAX_REASONING_CHARS)
            self.reasoning.append(facts)

    def _place(self, index: int) -> None:
        """Note with the reasoning that arrived since the last item that it came before this call."""
        for facts in self.reasoning[self._unplaced :]:
            facts[BEFORE_CALL] = index
        self._unplaced = len(self.reasoning)


def read_response(response: Any, requested_model: str) -> Answer:
    """Validate a response that was not streamed, or the one in the last event of a stream.

    Args:
        response: Response as JSON, or a response object of the SDK.
        requested_model: Model of the request, for servers whose response names none.

    Returns:
        The answer.

    Raises:
        GenerationFailedError: The server reports that it failed.
        MalformedCompletionError: The object is not a response.
        AnswerTooLongError: The answer exceeds `MAX_ANSWER_CHARS`, or its reasoning `MAX_REASONING_CHARS`.
    """
    response = to_response(response)
    if get(response, "status") == "failed":
        raise GenerationFailedError(as_text(get(get(response, "error"), "code")))
    items = get(response, "output")
    if not isinstance(items, list):
        raise MalformedCompletionError("no output")
    output = _Output()
    texts: list[str] = []
    refusals: list[str] = []
    for index, item in enumerate(items):
        output.add(index, item)
        if get(item, "type") == "message":
            for part in as_list(get(item, "content")):
                texts.append(as_text(get(part, "text")))
                refusals.append(as_text(get(part, "refusal")))
    text, refusal = "".join(texts), "".join(refusals)
    calls = tuple(output.calls.values())
    check_length(len(text) + len(refusal) + sum(map(call_length, calls)))
    return Answer(
        text=refusal or text,
        model=as_text(get(response, "model")) or requested_model,
        finish_reason=_finish_reason(response, has_calls=bool(calls)),
        tool_calls=calls,
        reasoning=tuple(output.reasoning),
        refusal=bool(refusal),
        **token_counts(get(response, "usage"), *_USAGE_NAMES),
    )


class ResponseAccumulator:
    """Accumulator of the events of a streamed response.

    Args:
        requested_model: Model of the request, for servers whose events name none.
    """

    def __init__(self, requested_model: str) -> None:
        self._model = requested_model
        self._deltas: list[str] = []
        self._is_refusal = False
        self._length = 0
        self._decoder = DeltaDecoder()
        self._output = _Output()
        self._begun_calls: dict[Any, _BegunCall] = {}
        self._token_counts: dict[str, Any] = {}
        self._reasoning_length = 0
        self._reasoning_part: Any = None
        self.finish_reason: str | None = None
        self.reasoning_delta = ""

    @property
    def has_output(self) -> bool:
        """True once text or a tool call has arrived."""
        return bool(self._deltas) or bool(self._output.calls) or bool(self._begun_calls)

    def add(self, event: Any) -> str:
        """Add an event and return its text; "" if it has none.

        Raises:
            GenerationFailedError: The server reports that it failed.
            MalformedCompletionError: The object is not an event of a response.
            AnswerTooLongError: With this event the answer exceeds its bound; the event is not added.
        """
        check_event(event)
        self.reasoning_delta = ""
        kind = as_text(get(event, "type"))
        if kind in _TEXT_EVENTS:
            text = self._decoder.decode(as_delta(get(event, "delta")))
            return self._add_text(text, is_refusal=kind == "response.refusal.delta")
        if kind in _FINAL_EVENTS:
            return self._finish(get(event, "response"))
        if kind == "error":
            raise GenerationFailedError(as_text(get(event, "code")))
        if kind in _REASONING_EVENTS:
            self._add_reasoning(event)
        else:
            self._add_item(kind, event)
        return ""

    def _add_item(self, kind: str, event: Any) -> None:
        key = get(event, "output_index")
        if kind == "response.output_item.added" and get(get(event, "item"), "type") == "function_call":
            self._count(TOOL_CALL_OVERHEAD)
            self._begun_calls[key] = _BegunCall(get(event, "item"))
        elif kind == "response.function_call_arguments.delta" and key in self._begun_calls:
            arguments = as_text(get(event, "delta"))
            self._count(len(arguments))
            self._begun_calls[key].arguments.append(arguments)
        elif kind == "response.output_item.done":
            item = get(event, "item")
            if key not in self._begun_calls and get(item, "type") == "function_call":
                self._count(call_length(_to_tool_call(item)))
            self._output.add(key, item)
            self._begun_calls.pop(key, None)

    def _add_reasoning(self, event: Any) -> None:
        """Take the delta of a summary, or of open reasoning; a blank line separates two parts."""
        text = as_text(get(event, "delta"))
        self._reasoning_length += len(text)
        check_length(self._reasoning_length, MAX_REASONING_CHARS)
        part = [get(event, name) for name in ("output_index", "summary_index", "content_index")]
        self.reasoning_delta = f"\n\n{text}" if self._reasoning_part not in (None, part) and text else text
        self._reasoning_part = part

    def _add_text(self, text: str, *, is_refusal: bool) -> str:
        self._count(len(text))
        self._is_refusal = self._is_refusal or (is_refusal and bool(text))
        if text:
            self._deltas.append(text)
        return text

    def _count(self, length: int) -> None:
        check_length(self._length + length)
        self._length += length

    def _finish(self, response: Any) -> str:
        """Take from the whole response what the events did not bring, and return the text if they brought none."""
        whole = read_response(response, self._model)
        self._model = whole.model
        self._token_counts = token_counts(get(response, "usage"), *_USAGE_NAMES)
        if not self._output.calls:
            self._output.calls = dict(enumerate(whole.tool_calls))
        if not self._output.reasoning:
            self._output.reasoning = [dict(item) for item in whole.reasoning]
        self._begun_calls = {}
        self.finish_reason = _finish_reason(response, has_calls=bool(self._output.calls)) or "stop"
        return "" if self._deltas else self._add_text(whole.text, is_refusal=whole.refusal)

    def answer(self, incomplete_reason: str | None = None) -> Answer:
        """Return the answer accumulated so far.

        Args:
            incomplete_reason: Why the stream broke; None if it ended properly.
        """
        begun = {key: call.to_tool_call() for key, call in self._begun_calls.items()}
        return Answer(
            text="".join(self._deltas),
            model=self._model,
            finish_reason=self.finish_reason,
            tool_calls=tuple({**self._output.calls, **begun}.values()),
            reasoning=tuple(self._output.reasoning),
            refusal=self._is_refusal,
            incomplete_reason=incomplete_reason,
            **self._token_counts,
        )


class _BegunCall:
    """Tool call under construction; the arguments are a list of fragments."""

    def __init__(self, item: Any) -> None:
        self._call = _to_tool_call(item)
        self.arguments: list[str] = [self._call["function"]["arguments"]]

    def to_tool_call(self) -> dict[str, Any]:
        function = {**self._call["function"], "arguments": "".join(self.arguments)}
        return {**self._call, "function": function}


def _to_tool_call(item: Any) -> dict[str, Any]:
    """Return a call in the form of Chat Completions."""
    function = {"name": as_text(get(item, "name")), "arguments": as_text(get(item, "arguments"))}
    call_id = as_text(get(item, "call_id")) or as_text(get(item, "id")) or None
    return {"id": call_id, "type": "function", "function": function}


def _finish_reason(response: Any, *, has_calls: bool) -> str | None:
    """Return the finish reason that Chat Completions would give; None if the server sent no status.

    Raises:
        MalformedCompletionError: The response has not ended.
    """
    status = as_text(get(response, "status"))
    if status == "incomplete":
        reason = as_text(get(get(response, "incomplete_details"), "reason"))
        return _FINISH_REASONS.get(reason, reason or "length")
    if status not in {"completed", ""}:
        raise MalformedCompletionError("not ended")
    if has_calls:
        return "tool_calls"
    return "stop" if status else None
