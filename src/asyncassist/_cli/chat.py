"""Command `chat`: a conversation in the terminal; the assistant runs on an event loop in a thread of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import Locale

from asyncassist._cli.formatting import OfferLineFilter, format_timings, offer_columns, offer_rows
from asyncassist._cli.line_editor import complete_commands
from asyncassist.assistant import Done, TextDelta, TravelAssistant
from asyncassist.bridge import LoopThread
from asyncassist.errors import AsyncAssistError
from asyncassist.languages.registry import LANGUAGES

if TYPE_CHECKING:
    from asyncassist._cli.console import Console
    from asyncassist.assistant import AssistantReply

COMMANDS = {
    "/new": "start over",
    "/session": "show the id of the conversation, for --session",
    "/help": "show this list",
    "/quit": "leave; so does the end of the input (Ctrl-D)",
}


def run(console: Console, *, message: str = "", session: str | None = None) -> int:
    """Answer one message, or messages from standard input until its end or until /quit.

    Args:
        console: Console for input and output.
        message: The only message to answer; "" for a conversation.
        session: Id of the conversation to continue; None for a new one.

    Returns:
        The exit status: 1 if the only message was not answered, else 0.
    """
    with LoopThread() as loop, loop.enter(TravelAssistant.from_env()) as assistant:
        conversation = _Conversation(console, loop, assistant, session)
        if message:
            answered = conversation.answer(message, speaker="")
            console.note(f"--session {conversation.session} continues" if answered else "not answered")
            return 0 if answered else 1
        return _converse(console, conversation)


def _converse(console: Console, conversation: _Conversation) -> int:
    console.title("Where would you like to fly?")
    names = ", ".join(str(Locale.parse(code).display_name).capitalize() for code in LANGUAGES)
    console.note(f"{names}. /help lists the commands, /quit exits.")
    complete_commands(tuple(COMMANDS))
    while True:
        try:
            message = console.prompt("you").strip()
        except (EOFError, KeyboardInterrupt):
            console.end_message()
            return 0
        match message:
            case "":
                continue
            case "/quit":
                return 0
            case "/new":
                conversation.session = None
            case "/session":
                console.note(conversation.session or "no conversation yet")
            case "/help":
                console.table(("command", "meaning"), [list(item) for item in COMMANDS.items()])
            case unknown if unknown.startswith("/"):
                console.warn(f"no such command; there are {', '.join(COMMANDS)}")
            case text:
                conversation.answer(text, speaker="assistant")


class _Conversation:
    """Conversation of the terminal.

    Args:
        console: Console for the output.
        loop: Loop on which the assistant runs.
        assistant: The assistant.
        session: Id of the session to continue; None for a new one.

    Attributes:
        session: Id of the session, None before the first reply.
    """

    def __init__(
        self, console: Console, loop: LoopThread, assistant: TravelAssistant, session: str | None = None
    ) -> None:
        self.session = session
        self._console = console
        self._loop = loop
        self._assistant = assistant

    def answer(self, message: str, *, speaker: str) -> bool:
        """Answer a message; an error is shown as a warning, and the session stays the same.

        Args:
            message: The message.
            speaker: Name before the reply; "" for none.

        Returns:
            Whether there was a reply.
        """
        reply: AssistantReply | None = None
        text = OfferLineFilter()
        try:
            with self._loop.enter(self._assistant.stream(message, session_id=self.session)) as events:
                if speaker:
                    self._console.begin_message(speaker)
                for event in self._loop.stream(events):
                    if isinstance(event, TextDelta):
                        self._console.write(text.feed(event.text))
                    elif isinstance(event, Done):
                        reply = event.reply
                self._console.write(text.flush())
                self._console.end_message()
        except AsyncAssistError as error:
            self._console.warn(str(error))
        if reply is None:
            return False
        self.session = reply.session_id
        if reply.offers:
            self._console.table(offer_columns(reply.language), offer_rows(reply.offers, reply.language))
        degraded = f", degraded: {reply.reason}" if reply.degraded else ""
        self._console.note(f"{reply.source}{degraded}   {format_timings(reply.timings)}")
        return True
