"""Grading a class, with a small program in place of the grading of each lab."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from labproof.classes import grading, lock, register
from labproof.classes.doors import Doors
from labproof.classes.grading import CUT_OFF, ClassGrading
from labproof.classes.register import State
from labproof.classes.roster import Student
from labproof.classes.running import Grader
from labproof.classes.standings import Standings
from labproof.ground.errors import ConfigError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import engine_dir
from labproof.ground.wait import Deadline, wait_until
from labproof.host import warm
from labproof.providers.inventory_file import Inventory, InventoryMachine
from labproof.showing.class_board import Board

FAKE = Path(__file__).with_name("fake_grading.py")
SCHEMA = json.loads((engine_dir() / "reports" / "class.schema.json").read_text())


def student(id_: str, host: str, name: str = "") -> Student:
    return Student(id_, name or id_, "", "", Inventory({"master": InventoryMachine(host=host, password='"p"\x7f')}))


def grade(
    folder: Path,
    *students: Student,
    seconds: float = 60,
    resume: bool = False,
    rubric: str = "x",
    doors: Doors | None = None,
) -> tuple[ExitStatus, str]:
    """Grade a class, two labs at once, and return how that ended and what was shown."""
    (folder / "inventories").mkdir(exist_ok=True)
    grader = Grader(folder, folder / "inventories", None, seconds, str(FAKE))
    standings = Standings.begin(folder, "course", rubric, students, resume)
    shown = io.StringIO()
    with Board(shown) as board:
        status = ClassGrading({one.id: one for one in students}, standings, grader, 2, board, doors=doors).run()
    return status, shown.getvalue()


def stands(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what `class.json` says of each student; it always fits its schema."""
    data = json.loads((folder / "class.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, SCHEMA)
    return {one["id"]: one for one in data["students"]}


def test_each_lab_gets_its_own_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen, silent, crashing and refused labs each end with their word, and the others are graded all the same."""
    monkeypatch.setattr(warm, "GRACE_SECONDS", 0.5)
    kinds = ("frozen", "full", "lost", "silent", "crash", "refused", "broken", "unseen")
    status, shown = grade(tmp_path, *(student(f"s-{kind}", kind) for kind in kinds), seconds=3)
    found = stands(tmp_path)
    assert {id_: one["state"] for id_, one in found.items()} == {
        **{"s-frozen": "timeout", "s-full": "graded", "s-lost": "graded", "s-silent": "unreachable"},
        **{"s-crash": "broken", "s-refused": "broken", "s-broken": "broken", "s-unseen": "graded"},
    }
    assert {id_ for id_, one in found.items() if one["attempts"]} == {"s-full", "s-lost", "s-unseen"}
    assert found["s-crash"]["history"] == [
        {"run": "", "state": "broken", "why": found["s-crash"]["why"], "is_attempt": False}
    ]
    assert found["s-refused"]["why"] == "it left no result (exit status 1): error: something of ours is wrong"
    assert found["s-crash"]["why"].startswith("it left no result (signal 9): grading crash")
    assert "no route to host" in found["s-silent"]["why"]
    assert found["s-frozen"]["why"] == "not done within 3 s"
    assert (tmp_path / found["s-frozen"]["run"] / "result.json").is_file()
    assert status is ExitStatus.OURS
    assert "s-lost s-lost: graded 1 earned, 1 lost of 2" in shown


@pytest.mark.parametrize(("hosts", "status"), [(("full",), ExitStatus.FULL), (("full", "lost"), ExitStatus.LOST)])
def test_class_ends_as_its_labs_do(tmp_path: Path, hosts: tuple[str, ...], status: ExitStatus) -> None:
    """A class in which all is earned ends with 0, one in which points are lost with 1."""
    assert grade(tmp_path, *(student(host, host) for host in hosts))[0] is status


def test_what_could_not_be_seen_is_asked_again_once(tmp_path: Path) -> None:
    """At the end the undetermined is asked again, of the same run and student; that is no further attempt."""
    status, shown = grade(tmp_path, student("1", "once"), student("2", "unseen"))
    found = stands(tmp_path)
    assert shown.count("asking again where something could not be seen: 2") == 1
    assert "--undetermined" in (tmp_path / "1" / "terminal.txt").read_text()
    assert " of 1\n" in (tmp_path / "1" / "terminal.txt").read_text()
    assert [len([p for p in (tmp_path / id_ / "runs").iterdir() if not p.is_symlink()]) for id_ in "12"] == [2, 2]
    assert [one["attempts"] for one in found.values()] == [1, 1]
    assert json.loads((tmp_path / found["1"]["run"] / "result.json").read_text())["score"]["earned"] == 2
    assert status is ExitStatus.OURS


def test_same_machine_twice_is_a_question(tmp_path: Path) -> None:
    """A machine that answers like another student's is graded for both, and both are to be asked about it."""
    grade(tmp_path, student("1", "full"), student("2", "copied"), student("3", "lost"))
    found = stands(tmp_path)
    assert [one["state"] for one in found.values()] == ["graded"] * 3
    assert found["1"]["questions"] == [
        "master: the machine-id is that of 2 (master), too: one lab for several, or a copy?"
    ]
    assert found["2"]["questions"] == [
        "master: the machine-id is that of 1 (master), too: one lab for several, or a copy?"
    ]
    assert found["3"]["questions"] == []


def test_resume_leaves_alone_what_is_graded(tmp_path: Path) -> None:
    """A grading that goes on grades those that were not, and keeps the results of the others."""
    grade(tmp_path, student("1", "full"), student("2", "crash"))
    first = stands(tmp_path)
    status, shown = grade(tmp_path, student("1", "full"), student("2", "full.now"), resume=True)
    found = stands(tmp_path)
    assert found["1"]["run"] == first["1"]["run"]
    assert (found["2"]["state"], found["2"]["attempts"], status) == ("graded", 1, ExitStatus.FULL)
    assert "1 1:" not in shown


def test_graded_again_is_an_attempt_but_our_failure_costs_nothing(tmp_path: Path) -> None:
    """Grading a class anew counts an attempt; one in which we fail counts none and takes no earlier result away."""
    grade(tmp_path, student("1", "full"), student("2", "full.b"))
    first = stands(tmp_path)
    grade(tmp_path, student("1", "lost"), student("2", "silent"))
    found = stands(tmp_path)
    assert (found["1"]["attempts"], found["1"]["run"] != first["1"]["run"]) == (2, True)
    assert (found["2"]["attempts"], found["2"]["run"]) == (1, first["2"]["run"])
    assert found["2"]["state"] == "unreachable"


def test_history_tells_what_was_an_attempt(tmp_path: Path) -> None:
    """Every grading stands in the history; one that saw nothing, or in which we failed, is told to be no attempt."""
    for kind in ("silent", "full", "crash", "blind", "once"):
        grade(tmp_path, student("1", kind))
    found = stands(tmp_path)["1"]
    history = [(one["state"], one["is_attempt"]) for one in found["history"]]
    ours = [("unreachable", False), ("graded", True), ("broken", False), ("graded", False)]
    assert (history, found["attempts"]) == ([*ours, ("graded", True)], 2)
    assert [one["run"] == "" for one in found["history"]] == [False, False, True, False, False]


def test_newest_run_tells_why_where_nothing_was_graded(tmp_path: Path) -> None:
    """A lab that was never graded is explained by its newest run, not by one of last week."""
    grade(tmp_path, student("1", "silent"))
    first = stands(tmp_path)["1"]["run"]
    grade(tmp_path, student("1", "silent"))
    assert first != stands(tmp_path)["1"]["run"] != ""


def test_partial_result_takes_no_whole_ones_place(tmp_path: Path) -> None:
    """A result that a deadline has cut off stays on disk, but the graded one of before is what counts."""
    grade(tmp_path, student("1", "unseen"))
    first = stands(tmp_path)["1"]["run"]
    grade(tmp_path, student("1", "slow"), seconds=1)
    found = stands(tmp_path)["1"]
    assert (found["state"], found["run"], found["attempts"]) == ("timeout", first, 1)


def test_other_weights_begin_anew(tmp_path: Path) -> None:
    """What was graded by other weights is not taken for graded when a grading goes on."""
    grade(tmp_path, student("1", "full"))
    _, shown = grade(tmp_path, student("1", "full"), resume=True, rubric="y")
    assert "1 1: graded" in shown


def test_who_leaves_the_roster_and_comes_back_stands_as_before(tmp_path: Path) -> None:
    """A roster of some of the class takes nothing from the others: attempts, history and result wait for them."""
    grade(tmp_path, student("1", "full"), student("2", "full.b"))
    first = stands(tmp_path)["2"]
    for _ in range(2):
        grade(tmp_path, student("1", "full"), student("3", "full.c"))
        assert set(stands(tmp_path)) == {"1", "3"}
    grade(tmp_path, student("2", "full.b"), student("1", "full"), resume=True)
    found = stands(tmp_path)
    assert (list(found), found["2"]) == (["2", "1"], {**first, "questions": found["2"]["questions"]})
    assert [one["id"] for one in json.loads((tmp_path / "class.json").read_text())["left"]] == ["3"]


def test_script_in_a_name_is_shown_escaped(tmp_path: Path) -> None:
    """Nothing in a name can steer a terminal."""
    _, shown = grade(tmp_path, student("1", "full", "a\x1b[2Jb[red]"))
    assert "\x1b" not in shown
    assert "b[red]" in shown


def test_register_that_is_none_is_refused(tmp_path: Path) -> None:
    """A file in the place of `class.json` that is none of ours is neither read nor overwritten."""
    for text in ("[]", "{", '{"schema": 1}', '{"schema": 2}'):
        (tmp_path / "class.json").write_text(text)
        with pytest.raises(ConfigError, match="not the register of a class"):
            register.load(tmp_path)


def test_one_grading_at_a_time(tmp_path: Path) -> None:
    """While a class is graded in a folder, another grading there is refused."""
    with lock.held(tmp_path), pytest.raises(ConfigError, match="a class is being graded there"), lock.held(tmp_path):
        pass
    with lock.held(tmp_path):
        pass


def test_interrupt_stops_in_order(tmp_path: Path) -> None:
    """On SIGTERM what runs is ended, `class.json` says what is still to be done, and the status says so."""
    waiting = [student(str(number), f"slow.{number}") for number in range(4)]

    def interrupt() -> None:
        begun = lambda: len(list(tmp_path.glob("*/runs/*-verify/result.json")))  # noqa: E731
        wait_until(begun, lambda count: count >= 3, Deadline(30), "two labs at work", every=0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=interrupt, daemon=True).start()
    status, shown = grade(tmp_path, student("done", "full"), *waiting)
    found = stands(tmp_path)
    assert status is ExitStatus.INTERRUPTED
    assert (found.pop("done")["state"], {one["state"] for one in found.values()}) == ("graded", {State.WAITING})
    assert sorted(one["why"] for one in found.values()) == ["", "", CUT_OFF, CUT_OFF]
    assert CUT_OFF in shown


class NobodyAnswers(Doors):
    """Doors at which it was knocked in vain, again and again."""

    def is_there(self, student: str) -> bool:
        return False

    def may_still_come(self, student: str) -> bool:
        return False


def test_a_class_ends_when_nobody_is_left_to_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labs that were only to be asked again, and do not answer, are not waited for."""
    waited: list[int] = []
    wait = warm.wait_for_any
    monkeypatch.setattr(
        warm, "wait_for_any", lambda labs, *more: (waited.append(len(own := [*labs])), wait(own, *more))
    )
    shown = grade(tmp_path, student("one", "away"), doors=NobodyAnswers())[1]
    assert "one: still does not answer" in shown
    assert waited
    assert 0 not in waited


def test_register_is_not_written_for_each_lab_of_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was just written is written again a second later, and in the end: then nothing is missing."""
    written: list[int] = []
    save = register.save
    monkeypatch.setattr(register, "save", lambda one, to: (written.append(len(one.students)), save(one, to)))
    monkeypatch.setattr(grading, "_SAVE_SECONDS", 60.0)
    grade(tmp_path, *(student(str(number), f"full.{number}") for number in range(6)))
    assert len(written) == 3, "at the start, with the first lab, and in the end"
    assert {one["state"] for one in stands(tmp_path).values()} == {"graded"}


KILLED = """\
import runpy, sys
from pathlib import Path
if __name__ == "__main__":
    test = runpy.run_path(sys.argv[1])
    test["grade"](Path(sys.argv[2]), *(test["student"](kind, kind) for kind in ("full", "slow", "frozen")))
"""


def test_resume_after_a_kill(tmp_path: Path) -> None:
    """After a kill the register is valid, what was graded stays, and the rest is graded when it goes on."""
    (tmp_path / "killed.py").write_text(KILLED)
    process = subprocess.Popen([sys.executable, str(tmp_path / "killed.py"), __file__, str(tmp_path)])

    def is_far() -> bool:
        both = len(list(tmp_path.glob("*/runs/*-verify/result.json"))) == 3
        return both and stands(tmp_path)["full"]["state"] == "graded"

    wait_until(is_far, bool, Deadline(30), "one lab graded and two at work", every=0.05)
    process.kill()
    process.wait()
    assert [one["state"] for one in stands(tmp_path).values()] == ["graded", "waiting", "waiting"]
    status, shown = grade(tmp_path, *(student(id_, f"full.{id_}") for id_ in ("full", "slow", "frozen")), resume=True)
    assert (status, "full full:" in shown) == (ExitStatus.FULL, False)


ROSTER = "id,name,master.host,master.port,node.host,node.port\n"


def labproof(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "labproof", *arguments]
    own = {**os.environ, **environment}
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, env=own)


def test_command_with_real_gradings(tmp_path: Path) -> None:
    """`labproof class grade` runs the real grading; a lab in which nothing answers is unreachable and no attempt."""
    (tmp_path / "class.csv").write_text(f"{ROSTER}007,Wang,127.0.0.1,1,127.0.0.1,2\n")
    # Nothing is written elsewhere: where a single grading keeps its runs may be nobody's to write in.
    nowhere = str(tmp_path / "class.csv" / "runs")
    done = labproof(
        "class", "grade", str(tmp_path / "class.csv"), "--out", str(tmp_path / "out"), LABPROOF_RUNS=nowhere
    )
    found = stands(tmp_path / "out")
    assert (done.returncode, found["007"]["state"], found["007"]["attempts"]) == (3, "unreachable", 0)
    assert f"class: {tmp_path / 'out' / 'class.json'}" in done.stdout
    assert (tmp_path / "out" / found["007"]["run"] / "report.html").is_file()
    assert "the machines did not answer" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "exports" / "gradebook.csv").is_file()


@contextlib.contextmanager
def saying_hello() -> Iterator[int]:
    """Greet whoever connects as an SSH server does, and say no more; return the port."""
    with contextlib.ExitStack() as taken, socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.enter_context(server.accept()[0]).sendall(b"SSH-2.0-OpenSSH_7.4\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that are there."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_command_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    """Labs at work end with the command that has started them, however that ends."""
    # Not at the top: a script of these tests runs this file where their package is not known.
    from tests.host.test_warm import is_gone

    with saying_hello() as one, saying_hello() as other:
        ports = [one, other]
        (tmp_path / "class.csv").write_text(f"{ROSTER}007,Wang,127.0.0.1,{ports[0]},127.0.0.1,{ports[1]}\n")
        line = ["class", "grade", str(tmp_path / "class.csv"), "--out", str(tmp_path / "out")]
        process = subprocess.Popen([sys.executable, "-m", "labproof", *line], stdout=subprocess.DEVNULL)
        # The terminal is opened once the lab's process is its own.
        terminal = tmp_path / "out" / "007" / "terminal.txt"
        wait_until(terminal.is_file, bool, Deadline(30), "the lab's process")
        at_work = children(process.pid)
        process.kill()
        process.wait()
        assert at_work
        wait_until(lambda: all(map(is_gone, at_work)), bool, Deadline(30), "the lab's process to end")


def test_command_refuses_a_wrong_roster(tmp_path: Path) -> None:
    """A roster that is wrong ends with 2 and with all of its problems, before anything is made."""
    (tmp_path / "class.csv").write_text(f"{ROSTER}1,,a,1,b,99999\n")
    done = labproof("class", "grade", str(tmp_path / "class.csv"), "--out", str(tmp_path / "out"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 2)
    assert not (tmp_path / "out").exists()
