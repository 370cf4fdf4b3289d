"""What is shown of a class while it is graded."""

import io

from labproof.showing.class_board import Board, BoardRow

ROWS = [BoardRow("7 [bold]Wang\x1b[2J", "Docker", "3 of 20", "1.5", 41.6)]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_table_on_a_terminal() -> None:
    """A terminal shows who is at which section, the points, what could not be seen, and the time that is left."""
    terminal = Terminal()
    with Board(terminal, now=lambda: 0.0) as board:
        board.show(ROWS, "40 students: 12 graded")
    shown = terminal.getvalue()
    for part in ("Undetermined", "7 [bold]Wang", "Docker", "3 of 20", "1.5", "42 s", "40 students: 12 graded"):
        assert part in shown
    assert "\x1b[2J" not in shown.replace("\x1b[2K", "")


def test_plain_lines_elsewhere() -> None:
    """Where there is no terminal each lab has its line, and no table comes between."""
    stream = io.StringIO()
    with Board(stream, now=lambda: 0.0) as board:
        board.show(ROWS, "40 students")
        board.tell("7 Wang: graded 20 earned of 20", "green")
    assert stream.getvalue() == "[   0.0 s] 7 Wang: graded 20 earned of 20\n"
