"""Consoles for the commands' input and output: with rich if it is installed, else plain text with the same content."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from contextlib import AbstractContextManager


# Columns of the widest row that the commands print.
_MIN_WIDTH = 100


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
    if plain or importlib.util.find_spec("rich") is None:
        return PlainConsole(stream)
    return RichConsole(stream)


class PlainConsole:
    """Console without colours, frames and cursor movement."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def _write_line(self, text: str = "") -> None:
        self._out.write(f"{text}\n")
        self._out.flush()

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
        self._out.write(text)
        self._out.flush()

    def end_message(self) -> None:
        self._write_line()

    def prompt(self, speaker: str) -> str:
        self.write(f"{speaker}: ")
        return _read_line()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        names = [column.removeprefix(">") for column in columns]
        widths = [max(len(row[index]) for row in [names, *rows]) for index in range(len(names))]
        for row in [names, *rows]:
            cells = [
                cell.rjust(width) if column.startswith(">") else cell.ljust(width)
                for cell, width, column in zip(row, widths, columns, strict=True)
            ]
            self._write_line("  " + "  ".join(cells).rstrip())

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
    """Console with colours, frames and live progress bars, by rich."""

    def __init__(self, out: TextIO) -> None:
        from rich.console import Console as Screen  # noqa: PLC0415 - an extra

        self._screen = Screen(file=out, highlight=False, soft_wrap=True)
        # rich truncates cells that do not fit; a narrow terminal had better wrap the end of a row
        self._screen.width = max(self._screen.width, _MIN_WIDTH)

    def title(self, text: str) -> None:
        self._screen.print()
        self._screen.rule(f"[bold]{_escape_markup(text)}", align="left")

    def print_message(self, speaker: str, text: str) -> None:
        self._screen.print(f"[bold cyan]{_escape_markup(speaker)}[/] {_escape_markup(text)}")

    def note(self, text: str) -> None:
        self._screen.print(f"  {text}", style="dim", markup=False)

    def warn(self, text: str) -> None:
        self._screen.print(f"! {text}", style="yellow", markup=False)

    def begin_message(self, speaker: str) -> None:
        self._screen.print(f"[bold cyan]{_escape_markup(speaker)}[/] ", end="")

    def write(self, text: str) -> None:
        self._screen.print(text, end="", markup=False)

    def end_message(self) -> None:
        self._screen.print()

    def prompt(self, speaker: str) -> str:
        self._screen.print(f"[bold green]{_escape_markup(speaker)}[/] ", end="")
        return _read_line()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from rich.table import Table  # noqa: PLC0415 - an extra

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for column in columns:
            table.add_column(
                _escape_markup(column.removeprefix(">")),
                justify="right" if column.startswith(">") else "left",
                no_wrap=True,
            )
        for row in rows:
            table.add_row(*(_escape_markup(cell) for cell in row))
        self._screen.print(table)

    @contextlib.contextmanager
    def progress(self, label: str, total: int) -> Generator[Callable[[], None]]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns: Any = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._screen) as bar:
            task = bar.add_task(label, total=total)
            yield lambda: bar.advance(task)


def _escape_markup(text: str) -> str:
    """Escape brackets, which rich would read as markup."""
    from rich.markup import escape  # noqa: PLC0415 - an extra

    return escape(text)


def _read_line() -> str:
    """Read a line of standard input; a pipe works as well as a keyboard.

    Raises:
        EOFError: The input has ended.
    """
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
