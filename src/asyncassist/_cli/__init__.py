"""Command-line interface with the commands `demo`, `chat`, `doctor` and `mcp`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from asyncassist import __version__
from asyncassist._cli import chat, demo, doctor, mcp
from asyncassist._cli.console import make_console
from asyncassist.errors import AsyncAssistError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncassist._cli.console import Console

_COMMANDS: dict[str, Callable[[Console, argparse.Namespace], int]] = {
    "demo": lambda console, _: demo.run(console),
    "chat": lambda console, given: chat.run(console, message=" ".join(given.message), session=given.session),
    "doctor": lambda console, given: doctor.run(console, as_json=given.json),
    "mcp": lambda console, _: mcp.run(console),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Command-line arguments without the program's name; None for those of this process.

    Returns:
        The exit status: 0 for success, 1 for a failure, 2 for an invalid setting, 130 after an interrupt.
    """
    parser = argparse.ArgumentParser(
        prog="asyncassist", description="Try the assistant: everything embedded, unless the environment says otherwise."
    )
    parser.add_argument("--version", action="version", version=f"asyncassist {__version__}")
    parser.add_argument("--plain", action="store_true", help="no colours and no frames, even if rich is installed")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="run conversations in three languages, then slow calls in sequence and at once")
    talk = commands.add_parser("chat", help="chat with the assistant")
    talk.add_argument("message", nargs="*", help="the only message to answer; without one, a conversation")
    talk.add_argument("--session", metavar="ID", help="conversation to continue")
    report = commands.add_parser("doctor", help="report configuration, installed extras and health")
    report.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    commands.add_parser("mcp", help="serve the tools of the Model Context Protocol on standard input and output")
    chosen = parser.parse_args(arguments)
    console = make_console(plain=chosen.plain)
    try:
        return _COMMANDS[chosen.command](console, chosen)
    except ConfigurationError as error:
        console.warn(str(error))
        return 2
    except AsyncAssistError as error:
        console.warn(f"{type(error).__name__}: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
