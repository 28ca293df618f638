"""The commands say what they do, with rich and without, and their exit status is true."""

import io
import re
import subprocess
import sys

import pytest

from asyncassist._cli import demo, main
from asyncassist._cli.console import PlainConsole, RichConsole, make_console

KINDS = [PlainConsole, RichConsole]


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch):
    """The commands read the environment: here it says nothing."""
    import os

    for name in list(os.environ):
        if name.startswith(("ASYNCASSIST_", "OPENAI_", "AMADEUS_", "DUFFEL_")):
            monkeypatch.delenv(name)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def screen(request):
    """A console and what it wrote."""
    out = io.StringIO()
    return request.param(out), out


def test_both_consoles_show_the_same(screen, monkeypatch):
    """Titles, lines, pieces, tables with right-set columns, bars; brackets are text."""
    console, out = screen
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


def test_without_rich_the_console_is_plain():
    """And where it is asked for."""
    assert isinstance(make_console(plain=True, out=io.StringIO()), PlainConsole)
    assert isinstance(make_console(out=io.StringIO()), RichConsole)


def test_the_demo_answers_in_three_languages(screen):
    """Every message is answered, offers stand in a table, stages are timed, and so are calls in sequence and at once."""
    console, out = screen

    assert demo.run(console, latency=0.1) == 0

    text = out.getvalue()
    for language in ("English", "Português", "Deutsch"):
        assert f"A conversation: {language}" in text
    assert len(re.findall(r"total \d+\.\d", text)) >= 9
    assert re.search(r"LIS \d\d:\d\d", text)
    assert re.search(r"FCO|CIA", text)
    assert "EUR" in text
    assert re.search(r"[\d.]+ times as fast", text)


def test_a_conversation_goes_on_until_quit(monkeypatch, capsys):
    """The second message is read in the light of the first; /new begins anew; empty lines ask nothing."""
    lines = "I want to fly to Rome\n\nfrom Munich in three weeks\n/new\nhello\n/quit\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))

    assert main(["--plain", "chat"]) == 0

    text = capsys.readouterr().out
    assert text.count("assistant: ") == 3
    assert "MUC" in text


def test_a_conversation_ends_with_the_keyboard(monkeypatch, capsys):
    """The end of input is a goodbye; what cannot be read is said, and the talk goes on."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\u200b\n" + "x" * 4001 + "\n"))

    assert main(["--plain", "chat"]) == 0

    assert capsys.readouterr().out.count("! message:") == 2


def test_the_doctor_tells_what_is_set_but_no_value(monkeypatch, capsys):
    """Variables by name, extras, and the health of every part."""
    monkeypatch.setenv("ASYNCASSIST_ADMIN_TOKEN", "hush-hush")

    assert main(["--plain", "doctor"]) == 0

    text = capsys.readouterr().out
    assert re.search(r"ASYNCASSIST_ADMIN_TOKEN +yes", text)
    assert re.search(r"OPENAI_API_KEY +no", text)
    assert "hush-hush" not in text
    assert "Health: " in text


def test_a_wrong_setting_is_named(monkeypatch, capsys):
    """Exit status 2."""
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "http://not-a-redis")

    assert main(["--plain", "doctor"]) == 2

    assert "redis" in capsys.readouterr().out


def test_an_interrupt_ends_quietly(monkeypatch):
    """As a shell expects."""

    def interrupt(console):
        raise KeyboardInterrupt

    monkeypatch.setitem(main.__globals__["_COMMANDS"], "doctor", interrupt)

    assert main(["doctor"]) == 130


def test_the_module_runs():
    """`python -m asyncassist` is the command."""
    ran = subprocess.run(
        [sys.executable, "-m", "asyncassist", "--version"], capture_output=True, text=True, timeout=60, check=True
    )

    assert ran.stdout.startswith("asyncassist ")
