"""Consoles for the commands' input and output: with rich if it is installed, else plain text with the same content."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import shutil
import sys
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from asyncassist._cli.layout import LineWrapper, read_any_bytes, wrap_table, write_any_text
from asyncassist._cli.line_editor import read_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from contextlib import AbstractContextManager


# Columns of output that is no terminal, for the rules and progress bars of rich.
_FILE_WIDTH = 100


class Console(Protocol):
    """Input and output of a command."""

    def title(self, text: str) -> None:
        """Print the title of a section."""
        ...

    def print_message(self, speaker: str, text: str) -> None:
        """Print a complete message of a speaker."""
        ...

    def note(self, text: str) -> None:
        """Print a remark."""
        ...

    def warn(self, text: str) -> None:
        """Print a warning."""
        ...

    def begin_message(self, speaker: str) -> None:
        """Begin a message whose text follows in calls of `write`."""
        ...

    def write(self, text: str) -> None:
        """Print a part of the current message."""
        ...

    def end_message(self) -> None:
        """End the current message."""
        ...

    def prompt(self, speaker: str) -> str:
        """Read a line of standard input, without its line end.

        Args:
            speaker: Name shown before the input.

        Raises:
            EOFError: The input has ended.
        """
        ...

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table.

        Args:
            columns: Headers; a column whose header begins with ">" is right-aligned.
            rows: Cells, as many in each row as there are columns.
        """
        ...

    def progress(self, label: str, total: int) -> AbstractContextManager[Callable[[], None]]:
        """Show a progress bar while the block runs.

        Args:
            label: Text before the bar.
            total: Number of steps.

        Returns:
            A context manager whose value is a function to call after each step.
        """
        ...


def make_console(*, plain: bool = False, out: TextIO | None = None) -> Console:
    """Create a console: with rich if it is installed, else plain.

    Args:
        plain: Whether to use a plain console even if rich is installed.
        out: Output stream; None for standard output.
    """
    stream = sys.stdout if out is None else out
    write_any_text(stream)
    read_any_bytes(sys.stdin)
    width = terminal_width(stream)
    if plain or importlib.util.find_spec("rich") is None:
        return PlainConsole(stream, width=width)
    return RichConsole(stream, width=width)


def terminal_width(out: TextIO) -> int | None:
    """Return the columns of a terminal; None if the stream is none, so that lines have no bound."""
    return shutil.get_terminal_size().columns if out.isatty() else None


class PlainConsole:
    """Console without colours, frames and cursor movement.

    Args:
        out: Output stream.
        width: Columns of a line; None for no bound.
    """

    def __init__(self, out: TextIO, *, width: int | None = None) -> None:
        self._out = out
        self._width = width
        self._wrapper = LineWrapper(width)

    def _write_line(self, text: str = "") -> None:
        self.write(f"{text}\n")

    def title(self, text: str) -> None:
        self._write_line(f"\n== {text} ==\n")

    def print_message(self, speaker: str, text: str) -> None:
        self._write_line(f"{speaker}: {text}")

    def note(self, text: str) -> None:
        self._write_line(f"  {text}")

    def warn(self, text: str) -> None:
        self._write_line(f"! {text}")

    def begin_message(self, speaker: str) -> None:
        self.write(f"{speaker}: ")

    def write(self, text: str) -> None:
        self._out.write(self._wrapper.feed(text))
        self._out.flush()

    def end_message(self) -> None:
        self._write_line()

    def prompt(self, speaker: str) -> str:
        return read_line(f"{speaker}: ", self._out)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        names = [column.removeprefix(">") for column in columns]
        wrapped = wrap_table([names, *rows], None if self._width is None else self._width - 2)
        widths = [max(len(line) for cell in cells for line in cell) for cells in zip(*wrapped, strict=True)]
        for row in wrapped:
            for line in itertools.zip_longest(*row, fillvalue=""):
                cells = [
                    cell.rjust(width) if column.startswith(">") else cell.ljust(width)
                    for cell, width, column in zip(line, widths, columns, strict=True)
                ]
                self._out.write(f"  {'  '.join(cells)}".rstrip() + "\n")
        self._out.flush()

    @contextlib.contextmanager
    def progress(self, label: str, total: int) -> Generator[Callable[[], None]]:
        self.write(f"  {label} [")
        done = 0

        def step() -> None:
            nonlocal done
            done += 1
            self.write("#")

        yield step
        self._write_line(" " * (total - done) + f"] {done}/{total}")


class RichConsole:
    """Console with colours, frames and live progress bars, by rich.

    Args:
        out: Output stream.
        width: Columns of a line; None for no bound.
    """

    def __init__(self, out: TextIO, *, width: int | None = None) -> None:
        from rich.console import Console as Screen  # noqa: PLC0415 - an extra

        # Lines are wrapped here, because rich wraps each part of a message alone.
        self._out = out
        self._screen = Screen(file=out, highlight=False, soft_wrap=True, width=width or _FILE_WIDTH)
        self._width = width
        self._wrapper = LineWrapper(width)

    def _print(self, text: str, style: str | None = None, *, end: str = "\n") -> None:
        self._screen.print(self._wrapper.feed(text + end), style=style, markup=False, end="")

    def title(self, text: str) -> None:
        self._screen.print()
        self._screen.rule(f"[bold]{_escape_markup(text)}", align="left")

    def print_message(self, speaker: str, text: str) -> None:
        self.begin_message(speaker)
        self._print(text)

    def note(self, text: str) -> None:
        self._print(f"  {text}", "dim")

    def warn(self, text: str) -> None:
        self._print(f"! {text}", "yellow")

    def begin_message(self, speaker: str) -> None:
        self._print(speaker, "bold cyan", end="")
        self._print(" ", end="")

    def write(self, text: str) -> None:
        self._print(text, end="")

    def end_message(self) -> None:
        self._print("")

    def prompt(self, speaker: str) -> str:
        colour, plain = ("\001\033[1;32m\002", "\001\033[0m\002") if self._screen.color_system else ("", "")
        return read_line(f"{colour}{speaker}{plain} ", self._out)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from rich.table import Table  # noqa: PLC0415 - an extra

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        names, *wrapped = wrap_table([[column.removeprefix(">") for column in columns], *rows], self._width)
        for column, name in zip(columns, names, strict=True):
            table.add_column(
                _escape_markup("\n".join(name)), justify="right" if column.startswith(">") else "left", no_wrap=True
            )
        for row in wrapped:
            table.add_row(*(_escape_markup("\n".join(cell)) for cell in row))
        self._screen.print(table)

    @contextlib.contextmanager
    def progress(self, label: str, total: int) -> Generator[Callable[[], None]]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns: Any = (TextColumn("  {task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._screen) as bar:
            task = bar.add_task(label, total=total)
            yield lambda: bar.advance(task)


def _escape_markup(text: str) -> str:
    """Escape brackets, which rich would read as markup."""
    from rich.markup import escape  # noqa: PLC0415 - an extra

    return escape(text)
