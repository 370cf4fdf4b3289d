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
    """One lab at work: whose it is, the section that is looked at, the points so far, and the seconds that it has.

    `points` are those earned of all, `undetermined` those that could not be seen so far.
    """

    who: str
    section: str
    points: str
    undetermined: str
    seconds_left: float


class Board:
    """Writes lines as labs are done, and keeps a table of those at work. Use it as a context manager.

    Names and whatever a lab has brought into a line are shown escaped. With `only_news`, a line that begins as an
    earlier one, up to its colon, is told where it has changed.
    """

    def __init__(self, stream: TextIO, now: Callable[[], float] = time.monotonic, only_news: bool = False) -> None:
        self._told: dict[str, str] | None = {} if only_news else None
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
        if self._told is not None:
            whose = text.partition(":")[0]
            if self._told.get(whose) == text:
                return
            self._told[whose] = text
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
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True, header_style="dim")
    table.add_column(say("Student"), max_width=32, no_wrap=True, overflow="ellipsis")
    table.add_column(say("Section"), ratio=1, no_wrap=True, overflow="ellipsis")
    for heading in (say("Points"), say("Undetermined"), say("Time left")):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        cells = (row.who, say(row.section), row.points, row.undetermined, f"{row.seconds_left:.0f} s")
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    return table
