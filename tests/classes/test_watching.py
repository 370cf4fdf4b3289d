"""Watching a class, with a small program in place of the grading of each lab."""

import io
from collections.abc import Callable
from pathlib import Path

from labproof.classes.doors import Answer, Door, Doors, Heard
from labproof.classes.running import Grader
from labproof.classes.standings import Standings
from labproof.classes.watching import Watch
from labproof.ground.exit_status import ExitStatus
from labproof.ground.wait import Clock
from labproof.showing.class_board import Board
from tests.classes.test_grading import FAKE, stands, student


def watch(
    folder: Path, *kinds: str, rounds: int | None, sleep: Callable[[float], None] = lambda _: None
) -> tuple[ExitStatus, str]:
    """Watch labs of these kinds for so many rounds, and return how that ended and what was shown."""
    (folder / "inventories").mkdir(exist_ok=True)
    students = {kind: student(kind, kind) for kind in kinds}
    shown, time = io.StringIO(), [0.0]

    def pass_time(seconds: float) -> None:
        time[0] += seconds
        sleep(seconds)

    with Board(shown, only_news=True) as board:
        watching = Watch(
            students,
            lambda: Standings.begin(folder, "course", "x", students.values(), False),
            Grader(folder, folder / "inventories", None, 60, str(FAKE)),
            2,
            board,
            Clock(lambda: time[0], pass_time),
        )
        status = watching.run(60, rounds)
    return status, shown.getvalue()


def test_each_round_looks_once(tmp_path: Path) -> None:
    """A round asks each lab once, also where something could not be seen; only the run that counts stays."""
    status, shown = watch(tmp_path, "full", "lost", "unseen", rounds=3)
    assert status is ExitStatus.FULL
    assert "asking again" not in shown
    found = stands(tmp_path)
    for id_, one in found.items():
        assert [str(p.relative_to(tmp_path)) for p in (tmp_path / id_ / "runs").iterdir() if not p.is_symlink()] == [
            one["run"]
        ]
    assert found["lost"]["attempts"] == 3


def test_who_keeps_silent_is_waited_for_in_no_round(tmp_path: Path) -> None:
    """Each round grades a frozen lab with what is known of it."""
    door = Door("frozen", "master", "127.0.0.1", 1)
    known = Doors([door])
    known._take(Heard(door, Answer.SILENT, 45.0))
    # What its host is called says what becomes of it here: see fake_grading.
    students = {"frozen": student("frozen", "silent")}
    with Board(io.StringIO()) as board:
        (tmp_path / "inventories").mkdir()
        grader = Grader(tmp_path, tmp_path / "inventories", None, 60, str(FAKE))
        begin = lambda: Standings.begin(tmp_path, "course", "x", students.values(), False)  # noqa: E731
        assert Watch(students, begin, grader, 2, board, doors=known).run(0.1, 2) is ExitStatus.FULL
    assert "waited for master=45" in (tmp_path / "frozen" / "terminal.txt").read_text()


def test_what_has_not_changed_is_told_once(tmp_path: Path) -> None:
    """A lab that stands as it did in the last round has no second line."""
    _, shown = watch(tmp_path, "full", "lost", rounds=3)
    assert (shown.count("full full: graded"), shown.count("lost lost: graded")) == (1, 1)


def test_interrupt_between_two_rounds(tmp_path: Path) -> None:
    """Ctrl-C while nothing runs ends the watching, and no round begins after it."""

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    status, _ = watch(tmp_path, "full", rounds=None, sleep=interrupt)
    assert status is ExitStatus.INTERRUPTED
    assert stands(tmp_path)["full"]["attempts"] == 1
