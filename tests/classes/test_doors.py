"""Knocking at the machines of a class, on real sockets of this computer."""

import contextlib
import io
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.classes import doors
from labproof.classes.doors import Answer, Door, Doors, Heard
from labproof.classes.grading import ClassGrading
from labproof.classes.roster import Student
from labproof.classes.running import Grader
from labproof.classes.standings import Standings
from labproof.ground import known_silent
from labproof.ground.errors import ConfigError
from labproof.ground.wait import Clock, Deadline, wait_until
from labproof.providers.inventory_file import Inventory, InventoryMachine
from labproof.showing.class_board import Board

FAKE = Path(__file__).with_name("fake_grading.py")


def student(id_: str, **machines: InventoryMachine) -> Student:
    return Student(id_, id_, "", "", Inventory(machines))


def at(port: int, **more: str) -> InventoryMachine:
    return InventoryMachine.model_validate({"host": "127.0.0.1", "port": port, **more})


@contextlib.contextmanager
def silent() -> Iterator[int]:
    """Take connections and say nothing, as a frozen machine does; return the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def speaking(said: bytes = b"SSH-2.0-OpenSSH_7.4\r\n", port: int = 0) -> Iterator[int]:
    """Say this to whoever connects; return the port."""
    with socket.create_server(("127.0.0.1", port)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with server.accept()[0] as connection, contextlib.suppress(ConnectionError):
                        connection.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def refused() -> int:
    """Return a port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def heard(known: Doors, *ids: str) -> None:
    """Listen until every student's first knock has come to something."""

    def awaited() -> list[str]:
        known.listen()
        return [id_ for id_ in ids if known.is_awaited(id_)]

    wait_until(awaited, lambda left: not left, Deadline(20), "the first knocks", every=0.02)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have those who are away knocked at more often."""
    monkeypatch.setattr(doors, "PAUSE_SECONDS", 0.1)


def test_each_machine_is_told_by_what_it_does() -> None:
    """A word is there, a refusal and an end without a word are away, and silence is counted in seconds."""
    with silent() as mute, speaking() as ssh, speaking(b"") as rude:
        class_ = [
            student("there", master=at(ssh), node=at(ssh)),
            student("half", master=at(ssh), node=at(mute)),
            student("away", master=at(refused()), node=at(rude)),
            student("nameless", master=InventoryMachine(host="no.such.host.invalid")),
            student("no-name", master=InventoryMachine(host=f"{'x' * 70}.invalid")),
        ]
        with doors.knocking(class_, 1.0) as known:
            assert known.is_awaited("half")
            heard(known, *(one.id for one in class_))
            assert [known.is_there(one.id) for one in class_] == [True, True, False, False, False]
            assert [dict(known.silent(one.id)) for one in class_] == [
                {},
                {"node": pytest.approx(10, abs=9.2)},
                {},
                {},
                {},
            ]


def test_who_wakes_up_is_heard() -> None:
    """A machine that was away is knocked at again, and there as soon as it answers."""
    port = refused()
    with doors.knocking([student("late", master=at(port))], 1.0) as known:
        heard(known, "late")
        assert not known.is_there("late")
        with speaking(port=port):
            wait_until(
                lambda: (known.listen(), known.is_there("late"))[1], bool, Deadline(20), "the machine", every=0.02
            )


@contextlib.contextmanager
def answering() -> Iterator[int]:
    """Speak only to whoever has spoken, as some do that share one port with others; return the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError), server.accept()[0] as connection:
                if connection.recv(100).startswith(b"SSH-2.0-"):
                    connection.sendall(b"SSH-2.0-OpenSSH_7.4\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def test_who_waits_for_us_to_begin_is_there() -> None:
    """A machine that says nothing to whoever says nothing is no silent one."""
    with answering() as port, doors.knocking([student("shy", master=at(port))], 10.0) as known:
        heard(known, "shy")
        assert (known.is_there("shy"), dict(known.silent("shy"))) == (True, {})


def test_without_who_knocks_all_are_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program cannot be started, the class is graded as if nobody had to be waited for."""
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with silent() as mute, doors.knocking([student("one", master=at(mute))], 60.0) as known:
        assert (known.is_awaited("one"), known.is_there("one")) == (False, True)


def test_a_flood_is_no_more_than_a_word() -> None:
    """Whoever talks without end is there, and costs what one who says a word does."""
    with speaking(b"x" * (8 << 20)) as port, doors.knocking([student("loud", master=at(port))], 5.0) as known:
        heard(known, "loud")
        assert known.is_there("loud")


def test_what_is_behind_a_jump_host_is_not_knocked_at() -> None:
    """Its address is one that this computer may not reach, or that is somebody else's here."""
    behind = student("behind", master=at(refused(), jump="me@gate.example.org:22"))
    with doors.knocking([behind], 1.0) as known:
        assert (known.is_awaited("behind"), known.is_there("behind"), known.ears) == (False, True, ())


def test_where_nobody_knocks_any_more_nobody_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the one who knocks be killed, the class is graded as if there had been none."""
    (tmp_path / "killed.py").write_text("import os\nos.kill(os.getpid(), 9)\n")
    monkeypatch.setattr(doors, "KNOCKER", tmp_path / "killed.py")
    with silent() as mute, doors.knocking([student("one", master=at(mute))], 60.0) as known:
        heard(known, "one")
        assert (known.is_there("one"), dict(known.silent("one")), known.ears) == (True, {}, ())


def test_who_knocks_ends_with_whom_it_is_of(tmp_path: Path) -> None:
    """A command that is killed leaves nobody behind who goes on knocking."""
    with silent() as mute:
        given = {"doors": [["127.0.0.1", mute]], "connect": 8, "speak": 45, "pause": 2, "at_once": 200}
        line = [sys.executable, "-I", str(doors.KNOCKER)]
        with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{json.dumps(given)}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())[:2] == [0, "asked"]
            process.stdin.close()
            assert process.wait(20) == 0


def test_more_doors_than_are_knocked_at_together() -> None:
    """Who is silent makes room for the next when the patience with it is over, and not before."""
    with silent() as mute, speaking() as ssh:
        given = {"doors": [["127.0.0.1", port] for port in (mute, mute, ssh)], "at_once": 2}
        line = [sys.executable, "-I", str(doors.KNOCKER)]
        with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{json.dumps({**given, 'connect': 8, 'speak': 0.5, 'pause': 60})}\n".encode())
            process.stdin.flush()
            news = [json.loads(process.stdout.readline())[:2] for _ in range(6)]
            process.stdin.close()
    assert news[:2] == [[0, "asked"], [1, "asked"]]
    assert sorted(news[2:]) == [[0, "silent"], [1, "silent"], [2, "asked"], [2, "there"]]
    assert news.index([2, "asked"]) > min(news.index([0, "silent"]), news.index([1, "silent"]))


def test_who_was_never_knocked_at_is_not_waited_for() -> None:
    """A class too large to be knocked at together begins with whom it has not heard of after two seconds."""
    time, door = [0.0], Door("one", "master", "127.0.0.1", 1)
    known = Doors([door], clock=Clock(lambda: time[0]))
    assert known.is_awaited("one")
    time[0] = doors.FIRST_SECONDS
    assert not known.is_awaited("one")
    known._take(Heard(door, Answer.ASKED))
    assert known.is_awaited("one")


def test_who_is_away_gets_a_while_before_it_stays_with_that() -> None:
    """The while begins with the first answer, and not anew with each."""
    time, door = [0.0], Door("one", "master", "127.0.0.1", 1)
    known = Doors([door], clock=Clock(lambda: time[0]))
    known._take(Heard(door, Answer.ASKED))
    known._take(Heard(door, Answer.AWAY))
    assert known.may_still_come("one")
    time[0] = doors.AGAIN_SECONDS
    known._take(Heard(door, Answer.SILENT, 3.0))
    assert not known.may_still_come("one")


def grade(folder: Path, class_: list[Student], seconds: float, jobs: int = 1) -> list[str]:
    """Grade a class with the small program in place of the grading; return what was told, without the times."""
    (folder / "inventories").mkdir()
    grader = Grader(folder, folder / "inventories", None, 60, str(FAKE))
    standings, shown = Standings.begin(folder, "course", "x", class_, False), io.StringIO()
    with doors.knocking(class_, seconds) as known, Board(shown) as board:
        ClassGrading({one.id: one for one in class_}, standings, grader, jobs, board, doors=known).run()
    return [line.partition("] ")[2] for line in shown.getvalue().splitlines()]


def runs(folder: Path) -> int:
    """Return how often a student's lab was graded."""
    return sum(not run.is_symlink() for run in (folder / "runs").iterdir())


def test_the_silent_hold_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen lab waits without a place, is graded with what is known of it, and is not graded again in vain."""
    monkeypatch.setattr(doors, "AGAIN_SECONDS", 0.5)
    with silent() as mute, speaking() as ssh:
        # What its host is called says what the grading of a lab comes to: see fake_grading.
        frozen = Student("frozen", "", "", "", Inventory({"silent": at(mute)}))
        class_ = [frozen, *(student(f"s{n}", master=at(ssh)) for n in range(3))]
        told = grade(tmp_path, class_, 2.0)
    assert [line.partition(":")[0].split()[0] for line in told[:4]] == ["s0", "s1", "s2", "frozen"]
    assert told[-1] == "frozen: still does not answer"
    assert "waited for silent=" in (tmp_path / "frozen" / "terminal.txt").read_text()
    assert "silent=" not in (tmp_path / "s0" / "terminal.txt").read_text()
    assert runs(tmp_path / "frozen") == 1


def test_who_has_come_is_graded_again(tmp_path: Path) -> None:
    """A lab that was away and answers in the end is graded as any other one of which something could not be seen."""
    port = refused()
    with contextlib.ExitStack() as stack, speaking() as ssh:
        away = Student("away", "", "", "", Inventory({"away": at(port)}))
        slow = student("slow", master=at(ssh))

        def come() -> None:
            seen = lambda: list((tmp_path / "away" / "runs").glob("*/result.json"))  # noqa: E731
            wait_until(seen, bool, Deadline(20), "its first grading", every=0.02)
            stack.enter_context(speaking(port=port))

        threading.Thread(target=come, daemon=True).start()
        told = grade(tmp_path, [away, slow], 5.0)
    assert told.count("asking again where something could not be seen: 1") == 1
    assert runs(tmp_path / "away") == 2, told


def test_what_is_told_of_silence_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds for each machine; whoever is not named was not waited for; what is no such list is refused."""
    monkeypatch.setenv(known_silent.VARIABLE, known_silent.told({"node": 44.6, "master": 8}))
    assert [known_silent.before(name) for name in ("node", "master", "other")] == [45, 8, 0]
    for wrong in ("node", "node=", "=3", "node=-1", "node=inf", "node=nan"):
        monkeypatch.setenv(known_silent.VARIABLE, wrong)
        with pytest.raises(ConfigError, match="LABPROOF_SILENT: expected machines"):
            known_silent.before("node")
