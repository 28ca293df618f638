"""Command `chat`."""

import io
import sys

from asyncassist._cli import main


def test_a_conversation_continues_until_quit(monkeypatch, capsys):
    """The second message continues the first one's session; /new begins another; empty lines are ignored."""
    lines = "I want to fly to Rome\n\nfrom Munich in three weeks\n/new\nhello\n/quit\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))

    assert main(["--plain", "chat"]) == 0

    text = capsys.readouterr().out
    assert text.count("assistant: ") == 3
    assert "MUC" in text


def test_a_conversation_ends_with_the_input(monkeypatch, capsys):
    """Exit status 0 at the end of input; a refused message is a warning, and the conversation continues."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\u200b\n" + "x" * 4001 + "\n"))

    assert main(["--plain", "chat"]) == 0

    assert capsys.readouterr().out.count("! message:") == 2
