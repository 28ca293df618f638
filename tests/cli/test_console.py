"""Consoles: plain text and rich, with the same content."""

import io
import re
import sys

import pytest

from asyncassist._cli.console import PlainConsole, RichConsole, make_console


def test_both_consoles_have_the_same_content(console_and_output, monkeypatch):
    """Titles, messages, deltas, right-aligned columns, progress bars and input; brackets are no markup."""
    console, out = console_and_output
    monkeypatch.setattr(sys, "stdin", io.StringIO("to Rome\n"))

    console.title("Part [one]")
    console.print_message("you", "hello [bold]")
    console.note("a remark")
    console.warn("careful")
    console.begin_message("assistant")
    console.write("one ")
    console.write("two [x]")
    console.end_message()
    console.table(("name", ">price"), [["a", "1.00"], ["longer", "10.00"]])
    with console.progress("calls", 2) as step:
        step()
        step()

    assert console.prompt("you") == "to Rome"
    with pytest.raises(EOFError):
        console.prompt("you")
    text = out.getvalue()
    for part in ("Part [one]", "hello [bold]", "a remark", "careful", "one two [x]", "longer", "10.00", "2/2"):
        assert part in text
    assert re.search(r"a +1\.00 *\n", text)


def test_plain_selects_the_plain_console():
    """Without it the console is rich where rich is installed."""
    assert isinstance(make_console(plain=True, out=io.StringIO()), PlainConsole)
    assert isinstance(make_console(out=io.StringIO()), RichConsole)
