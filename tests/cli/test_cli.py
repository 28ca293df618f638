"""The command line: exit status, and running as a module."""

import subprocess
import sys

from asyncassist._cli import main


def test_an_invalid_setting_is_named(monkeypatch, capsys):
    """Exit status 2, and the message names the argument."""
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "http://not-a-redis")

    assert main(["--plain", "chat"]) == 2

    assert "redis" in capsys.readouterr().out


def test_an_interrupt_exits_with_130(monkeypatch):
    """As shells expect after SIGINT, without a traceback."""

    def interrupt(console, given):
        raise KeyboardInterrupt

    monkeypatch.setitem(main.__globals__["_COMMANDS"], "doctor", interrupt)

    assert main(["doctor"]) == 130


def test_the_module_runs():
    """`python -m asyncassist` runs the command."""
    ran = subprocess.run(
        [sys.executable, "-m", "asyncassist", "--version"], capture_output=True, text=True, timeout=60, check=True
    )

    assert ran.stdout.startswith("asyncassist ")
