"""Lines that are read from a terminal and from a pipe."""

import io
import os
import pty
import select
import subprocess
import sys

import pytest

from asyncassist._cli.line_editor import read_line

READER = """
from asyncassist._cli.line_editor import complete_commands, read_line
import sys
complete_commands(("/new", "/quit"))
while (line := read_line("> ", sys.stdout)) != "/quit":
    print("read", repr(line), flush=True)
"""


class Terminal:
    """A program whose input and output are a terminal of 80 columns."""

    def __init__(self, arguments):
        self._main, end = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
        self.process = subprocess.Popen(arguments, stdin=end, stdout=end, stderr=end, env=environment)
        os.close(end)
        self.output = ""

    def type(self, keys):
        os.write(self._main, keys.encode())

    def wait_for(self, text):
        """Read until the text is there after what was read before; the test's timeout is the bound."""
        while text not in self.output:
            ready, _, _ = select.select([self._main], [], [], 1)
            if ready:
                self.output += os.read(self._main, 4096).decode(errors="replace")
        self.output = self.output.partition(text)[2]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._main)


@pytest.fixture
def reader():
    terminal = Terminal([sys.executable, "-c", READER])
    yield terminal
    terminal.close()


def test_a_terminal_has_history_and_completion(reader):
    """The arrow brings the last line back, it can be edited, and the tabulator completes a command."""
    reader.wait_for("> ")
    reader.type("to Rome\r")
    reader.wait_for("read 'to Rome'")
    reader.wait_for("> ")
    reader.type("\x1b[A\x7f\x7f\x7f\x7fPisa\r")
    reader.wait_for("read 'to Pisa'")
    reader.wait_for("> ")
    reader.type("/q\t\r")

    assert reader.process.wait(30) == 0


def test_a_pipe_is_read_by_lines(monkeypatch):
    """The prompt is written without the marks for the line editor; the end of the input is an EOFError."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("to Rome\nlast"))
    out = io.StringIO()

    assert read_line("\001\033[1m\002you\001\033[0m\002 ", out) == "to Rome"
    assert read_line("", out) == "last"
    with pytest.raises(EOFError):
        read_line("", out)
    assert out.getvalue() == "\033[1myou\033[0m "


def test_the_conversation_in_a_terminal():
    """`python -m asyncassist chat` prompts, completes /quit and leaves."""
    terminal = Terminal([sys.executable, "-m", "asyncassist", "chat"])
    try:
        terminal.wait_for("you")
        terminal.type("/he\t\r")
        terminal.wait_for("--session")
        terminal.type("/qu\t\r")
        assert terminal.process.wait(30) == 0
    finally:
        terminal.close()
