"""Command `demo`."""

import re

from asyncassist._cli import demo


def test_the_demo_answers_in_three_languages(console_and_output):
    """Every message is answered, offers are in a table, stages are timed, and slow calls are compared."""
    console, out = console_and_output

    assert demo.run(console, latency=0.1) == 0

    text = out.getvalue()
    for language in ("English", "Português", "Deutsch"):
        assert f"A conversation: {language}" in text
    assert len(re.findall(r"total \d+\.\d", text)) >= 9
    assert re.search(r"LIS \d{1,2}:\d\d", text)
    assert re.search(r"FCO|CIA", text)
    assert "€" in text
    assert re.search(r"[\d.]+ times as fast", text)
