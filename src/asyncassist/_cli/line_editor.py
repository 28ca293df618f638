"""Reading of a line from a terminal, with line editing, history and completion of commands, or from a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

try:
    import readline
except ImportError:  # Windows, whose terminal edits lines itself
    readline = None  # type: ignore[assignment]


def read_line(prompt: str, out: TextIO) -> str:
    r"""Read a line of standard input, without its line end.

    The history is that of this process: what a traveller writes is stored nowhere.

    Args:
        prompt: Text before the input; escape sequences in it stand between \001 and \002.
        out: Stream for the prompt, where the input is no terminal.

    Raises:
        EOFError: The input has ended.
    """
    if sys.stdin.isatty() and out is sys.stdout and out.isatty():
        return input(prompt)
    out.write(prompt.replace("\001", "").replace("\002", ""))
    out.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


def complete_commands(commands: Sequence[str]) -> None:
    """Let the tabulator complete commands at the beginning of a line.

    Args:
        commands: The commands, such as "/quit".
    """
    if readline is None:
        return

    def complete(text: str, state: int) -> str | None:
        found = [command for command in commands if text and command.startswith(text)]
        return found[state] if state < len(found) else None

    readline.set_completer_delims("")  # a command is the whole line
    readline.set_completer(complete)
    edit_line = getattr(readline, "backend", "readline") == "editline"
    readline.parse_and_bind("bind ^I rl_complete" if edit_line else "tab: complete")
