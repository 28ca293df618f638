"""Command `doctor`."""

import re

from asyncassist._cli import main


def test_the_report_shows_no_values_of_variables(monkeypatch, capsys):
    """Variables by name, extras, and the health of every component."""
    monkeypatch.setenv("ASYNCASSIST_ADMIN_TOKEN", "hush-hush")

    assert main(["--plain", "doctor"]) == 0

    text = capsys.readouterr().out
    assert re.search(r"ASYNCASSIST_ADMIN_TOKEN +yes", text)
    assert re.search(r"OPENAI_API_KEY +no", text)
    assert "hush-hush" not in text
    assert "Health: " in text
