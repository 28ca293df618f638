"""Where the commands write: with rich when it is installed, else in plain text. Both say the same."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from contextlib import AbstractContextManager


# Signs of the widest row that the commands show.
_MIN_WIDTH = 100


class Console(Protocol):
    """What a command can show."""

    def title(self, text: str) -> None:
        """Begin a part."""
        ...

    def print_message(self, speaker: str, text: str) -> None:
        """What somebody said."""
        ...

    def note(self, text: str) -> None:
        """A remark."""
        ...

    def warn(self, text: str) -> None:
        """Something is wrong."""
        ...

    def begin_message(self, speaker: str) -> None:
        """Somebody begins to speak; `piece` follows."""
        ...

    def write(self, text: str) -> None:
        """The next piece of what is being said."""
        ...

    def end_message(self) -> None:
        """It is said."""
        ...

    def prompt(self, speaker: str) -> str:
        """A line from the keyboard.

        Raises:
            EOFError: There is no more.
        """
        ...

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows under columns; a column whose name begins with ">" is set to the right."""
        ...

    def progress(self, label: str, total: int) -> AbstractContextManager[Callable[[], None]]:
        """A bar while the block runs; call what you get after each step."""
        ...


def make_console(*, plain: bool = False, out: TextIO | None = None) -> Console:
    """The console for this terminal."""
    stream = sys.stdout if out is None else out
    if plain or importlib.util.find_spec("rich") is None:
        return PlainConsole(stream)
    return RichConsole(stream)


class PlainConsole:
    """Text and nothing else."""

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
    """Colours, frames and moving bars."""

    def __init__(self, out: TextIO) -> None:
        from rich.console import Console as Screen  # noqa: PLC0415 - an extra

        self._screen = Screen(file=out, highlight=False, soft_wrap=True)
        # rich cuts what does not fit; a narrow terminal had better wrap the end of a row
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
    """Text whose brackets are not markup."""
    from rich.markup import escape  # noqa: PLC0415 - an extra

    return escape(text)


def _read_line() -> str:
    """A line of standard input, wherever it comes from."""
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
