"""Shows the grading of a class while it goes on: a live table on a terminal, plain lines elsewhere."""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from labproof.ground.wording import say
from labproof.showing.progress import encodable, one_line


@dataclass(frozen=True)
class BoardRow:
    """One lab at work: whose it is, what is being looked at with the points so far, and the seconds that it has."""

    who: str
    doing: str
    seconds_left: float


class Board:
    """Writes lines as labs are done, and keeps a table of those at work. Use it as a context manager.

    Names and whatever a lab has brought into a line are shown escaped.
    """

    def __init__(self, stream: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._now = now
        self._started = now()
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        # isatty, not rich's own opinion: a forced colour must not bring a live table into a file.
        self._is_live = stream.isatty() and not self._console.is_dumb_terminal
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        if self._is_live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The terminal may have gone.
        with contextlib.suppress(OSError):
            self._live.stop()

    def tell(self, text: str, style: str = "") -> None:
        """Write one line."""
        line = f"[{self._now() - self._started:6.1f} s] {one_line(say(text))}"
        with contextlib.suppress(OSError):
            if self._is_live:
                self._console.print(Text(line, style=style), soft_wrap=True)
            else:
                print(encodable(line, self._stream), file=self._stream, flush=True)

    def show(self, rows: Sequence[BoardRow], summary: str) -> None:
        """Bring the table up to date; where there is no terminal nothing is written."""
        if self._is_live:
            with contextlib.suppress(OSError):
                self._live.update(Group(_table(rows), Text(one_line(say(summary)), style="bold")), refresh=True)


def _table(rows: Sequence[BoardRow]) -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(max_width=32, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    for row in rows:
        cells = (one_line(row.who), one_line(row.doing), say(f"{row.seconds_left:.0f} s left"))
        table.add_row(*(Text(cell) for cell in cells))
    return table
