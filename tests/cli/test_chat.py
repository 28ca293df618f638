"""Command `chat`."""

import io
import sys

from asyncassist._cli import main
from asyncassist._cli.chat import COMMANDS


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


def test_one_message_is_answered_without_a_conversation(monkeypatch, capsys, tmp_path):
    """The id that is printed continues it in another process, where sessions are stored."""
    monkeypatch.setenv("ASYNCASSIST_SQLITE_PATH", str(tmp_path / "state.sqlite"))

    assert main(["--plain", "chat", "From", "Munich", "to Rome"]) == 0
    first = capsys.readouterr().out
    session = first.split("--session ")[1].split()[0]
    assert main(["--plain", "chat", "--session", session, "in three weeks"]) == 0

    assert "assistant: " not in first
    assert "MUC" in capsys.readouterr().out


def test_a_message_that_is_refused_fails(capsys):
    """Exit status 1, and the error names what is wrong."""
    assert main(["--plain", "chat", "x" * 4001]) == 1

    assert "! message:" in capsys.readouterr().out


def test_commands_are_listed(monkeypatch, capsys):
    """/help lists them, /session shows the id once there is one, and an unknown one is no message."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("/help\n/session\nhello\n/session\n/nonsense\n"))

    assert main(["--plain", "chat", "--session", "my-trip"]) == 0

    text = capsys.readouterr().out
    assert all(command in text for command in COMMANDS)
    assert text.count("my-trip") == 2
    assert "! no such command" in text
    assert text.count("assistant: ") == 1
