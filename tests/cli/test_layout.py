"""Text and tables in narrow terminals and in encodings other than UTF-8."""

import io
import itertools
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._cli.console import PlainConsole, RichConsole, terminal_width
from asyncassist._cli.layout import LineWrapper, read_any_bytes, wrap_table, write_any_text

ROW = ["12", "TP 1234 IB 5678", "12 Mar", "LIS 20:00", "BER 02:05 +1", "6 h 05", "1 MAD", "1,234.50 EUR"]


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("kind", [PlainConsole, RichConsole])
def test_output_fits_the_width(kind, width):
    """Messages, remarks, titles, tables and progress bars: no line is longer, and no word is broken or lost."""
    out = io.StringIO()
    console = kind(out, width=width)
    text = "São Paulo é longe, e os preços mais baixos são estes. " * 4

    console.title("A conversation")
    console.print_message("assistant", text)
    console.note("nlp 0.0012 s   state 0.0001 s   flights 0.1234 s   chat 0.0000 s   total 1.5000 s")
    console.begin_message("assistant")
    for piece in (text[:20], text[20:57], text[57:]):
        console.write(piece)
    console.end_message()
    console.table(["#", "flight", "day", "leaves", "arrives", ">takes", "stops", ">price"], [ROW, ROW])
    with console.progress("in sequence", 3) as step:
        step()

    lines = out.getvalue().splitlines()
    words = out.getvalue().split()
    assert max(len(line) for line in lines) <= width
    assert words.count("preços") == 8
    assert all(words.count(word) >= 2 for cell in ROW for word in cell.split())


@given(st.text(st.sampled_from("ab \n"), max_size=60), st.lists(st.integers(0, 60), max_size=5), st.integers(1, 9))
def test_wrapping_keeps_the_text_within_the_width(text, cuts, width):
    """However the pieces are split: no line is longer, and nothing but blanks and line ends changes."""
    wrapper = LineWrapper(width)
    bounds = [0, *sorted(cuts), len(text)]

    output = "".join(wrapper.feed(text[start:end]) for start, end in itertools.pairwise(bounds))

    assert max((len(line) for line in output.split("\n")), default=0) <= width
    assert "".join(output.split()) == "".join(text.split())


def test_wide_characters_take_two_columns():
    """As terminals show them; combining ones take none."""
    assert LineWrapper(6).feed("東京 大阪") == "東京\n大阪"
    assert LineWrapper(6).feed("a\u0301b cde") == "a\u0301b cde"


def test_a_table_without_a_bound_is_not_wrapped():
    """Neither is one that fits; one that cannot fit by words breaks them."""
    assert wrap_table([["one two", "three"]], None) == [[["one two"], ["three"]]]
    assert wrap_table([["one two", "three"]], 14) == [[["one two"], ["three"]]]
    assert wrap_table([["one two", "three"]], 10) == [[["one", "two"], ["three"]]]
    assert wrap_table([["three", "four"]], 6) == [[["th", "re", "e"], ["fo", "ur"]]]


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("utf-8", "é → €", "é → €"),
        ("latin-1", "é → € \u201cx\u201d 東 \u0301", 'é -> EUR "x" ? '),
        ("ascii", "São Paulo–Köln, Straße", "Sao Paulo-Koln, Strasse"),
        ("utf-8", "\ud800", "?"),
    ],
)
def test_every_text_is_written_to_every_encoding(encoding, text, written):
    """What the encoding does not have is replaced by plain characters."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)

    write_any_text(stream)
    stream.write(text)
    stream.flush()

    assert raw.getvalue().decode(encoding) == written


def test_every_input_is_read():
    """Bytes that are not of the encoding are replaced."""
    stream = io.TextIOWrapper(io.BytesIO(b"\xff to Rome\n"), encoding="utf-8")

    read_any_bytes(stream)

    assert stream.readline() == "\ufffd to Rome\n"


def test_a_file_has_no_width():
    """Lines of output that is no terminal have no bound."""
    assert terminal_width(io.StringIO()) is None


@pytest.mark.parametrize("encoding", ["ascii", "cp932"])
@pytest.mark.parametrize("options", [[], ["--plain"]])
def test_commands_write_to_other_encodings(encoding, options):
    """The exit status is that of UTF-8, and there is no traceback: output and input are replaced where needed."""
    ran = subprocess.run(
        [sys.executable, "-m", "asyncassist", *options, "chat"],
        input="Quero um voo de São Paulo para Lisboa\n\udcff\n/quit\n".encode(errors="surrogateescape"),
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"rules   nlp" in ran.stdout
