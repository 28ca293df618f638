"""Command `chat`: a conversation in the terminal; the assistant runs on an event loop in a thread of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import Locale

from asyncassist._cli.formatting import OFFER_COLUMNS, OfferLineFilter, format_timings, offer_rows
from asyncassist.assistant import Done, TextDelta, TravelAssistant
from asyncassist.bridge import LoopThread
from asyncassist.errors import AsyncAssistError
from asyncassist.languages.registry import LANGUAGES

if TYPE_CHECKING:
    from asyncassist._cli.console import Console
    from asyncassist.assistant import AssistantReply


def run(console: Console) -> int:
    """Answer messages from standard input until its end or until /quit.

    Args:
        console: Console for input and output.

    Returns:
        The exit status, always 0.
    """
    console.title("Where would you like to fly?")
    own_names = [str(Locale.parse(code).languages[code]) for code in LANGUAGES]
    console.note(f"{', '.join(name.capitalize() for name in own_names)}. /new starts over, /quit exits.")
    with LoopThread() as loop, loop.enter(TravelAssistant.from_env()) as assistant:
        session: str | None = None
        while True:
            try:
                message = console.prompt("you")
            except (EOFError, KeyboardInterrupt):
                console.end_message()
                return 0
            match message.strip():
                case "":
                    continue
                case "/quit":
                    return 0
                case "/new":
                    session = None
                case text:
                    session = _run_turn(console, loop, assistant, text, session)


def _run_turn(
    console: Console, loop: LoopThread, assistant: TravelAssistant, message: str, session: str | None
) -> str | None:
    """Run one turn and return the id of the session to continue.

    An error is shown as a warning, and the session stays the same.
    """
    reply: AssistantReply | None = None
    text = OfferLineFilter()
    try:
        with loop.enter(assistant.stream(message, session_id=session)) as events:
            console.begin_message("assistant")
            for event in loop.stream(events):
                if isinstance(event, TextDelta):
                    console.write(text.feed(event.text))
                elif isinstance(event, Done):
                    reply = event.reply
            console.write(text.flush())
            console.end_message()
    except AsyncAssistError as error:
        console.warn(str(error))
    if reply is None:
        return session
    if reply.offers:
        console.table(OFFER_COLUMNS, offer_rows(reply.offers))
    degraded = f", degraded: {reply.reason}" if reply.degraded else ""
    console.note(f"{reply.source}{degraded}   {format_timings(reply.timings)}")
    return reply.session_id
